#include "handlers/nearest.h"

#include <math.h>

#include "tests/handlers/outbox.h"

static void the_nearest_within_reach(void **state)
{
    struct records *r = records_open();
    struct nearest near;
    (void)state;
    assert_int_equal(nearest_find(&r->s, 22.78, 100.98, SLICE(""), &near), 0);
    assert_int_equal(nearest_place(&r->s, r->station, 22.79, 100.98), 0);
    assert_int_equal(nearest_place(&r->s, r->branch, 22.78, 100.99), 0);
    assert_int_equal(nearest_find(&r->s, 22.789, 100.98, SLICE(""), &near), 1);
    assert_int_equal(near.org.id, r->station);
    assert_in_range(near.metres, 111, 112); /* a thousandth of a degree of latitude */
    assert_int_equal(nearest_find(&r->s, 22.78, 100.989, SLICE(""), &near), 1);
    assert_int_equal(near.org.id, r->branch);
    assert_in_range(near.metres, 102, 103); /* times the cosine of the latitude */
    /* Put somewhere else. */
    assert_int_equal(nearest_place(&r->s, r->branch, 23.5, 100.99), 0);
    assert_int_equal(nearest_find(&r->s, 22.78, 100.989, SLICE(""), &near), 1);
    assert_int_equal(near.org.id, r->station);
    assert_int_equal(nearest_find(&r->s, 21.0, 100.98, SLICE(""), &near), 0);
    assert_int_equal(nearest_find(&r->s, -22.78, -79.0, SLICE(""), &near), 0);
    records_close(r);
}

static void an_address_in_words(void **state)
{
    struct records *r = records_open();
    struct nearest near;
    (void)state;
    assert_int_equal(nearest_find(&r->s, 0, 0, SLICE("云南省普洱市思茅区思茅街道振兴大道"), &near),
                     1);
    assert_int_equal(near.org.id, r->branch);
    assert_int_equal(near.metres, -1);
    /* The county alone is everywhere. */
    assert_int_equal(nearest_find(&r->s, 0, 0, SLICE("云南省普洱市思茅区"), &near), 0);
    records_close(r);
}

static void what_is_no_place(void **state)
{
    struct records *r = records_open();
    (void)state;
    assert_int_equal(nearest_place(&r->s, r->station, 90.1, 0), GW_EINVAL);
    assert_int_equal(nearest_place(&r->s, r->station, 0, -180.1), GW_EINVAL);
    assert_int_equal(nearest_place(&r->s, r->station, (double)NAN, 0), GW_EINVAL);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_within_reach),
        cmocka_unit_test(an_address_in_words),
        cmocka_unit_test(what_is_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
