/* Posters: each station has a number that stays; what was scanned is kept for a while. */
#include "handlers/posters.h"

#include "tests/handlers/records.h"

static void numbers_stay(void **state)
{
    (void)state;
    struct records *r = records_open();
    char first[POSTER_SCENE_MAX], again[POSTER_SCENE_MAX], other[POSTER_SCENE_MAX];
    struct organization found;
    assert_int_equal(poster_scene(&r->s, r->station, first), 0);
    assert_int_equal(poster_scene(&r->s, r->branch, other), 0);
    assert_int_equal(poster_scene(&r->s, r->station, again), 0);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_int_equal(poster_read(&r->s, slice_of(first), &found), 1);
    assert_true(found.id == r->station);
    static const char *const none[] = { "", "st", "st0", "st-1", "st99", "st1x", "in.41.aaaaaa" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(poster_read(&r->s, slice_of(none[i]), &found), 0);
    records_close(r);
}

static void the_last_one_counts_for_a_month(void **state)
{
    (void)state;
    struct records *r = records_open();
    struct organization found;
    assert_int_equal(poster_of(&r->s, 5, &found), 0);
    assert_int_equal(poster_scanned(&r->s, 5, r->station), 0);
    assert_int_equal(poster_scanned(&r->s, 5, r->branch), 0);
    assert_int_equal(poster_of(&r->s, 5, &found), 1);
    assert_true(found.id == r->branch);
    r->s.now += POSTER_DAYS * INT64_C(86400) + 1;
    assert_int_equal(poster_of(&r->s, 5, &found), 0);
    assert_int_equal(poster_scanned(&r->s, 6, r->station), 0);
    assert_int_equal(poster_of(&r->s, 6, &found), 1);
    assert_int_equal(poster_forget(&r->s, 6), 0);
    assert_int_equal(poster_of(&r->s, 6, &found), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stay),
        cmocka_unit_test(the_last_one_counts_for_a_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
