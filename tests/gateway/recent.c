/* Who wrote what in the last minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/recent.h"

enum { NOW = 1795572000 };

static int set_up(void **state)
{
    *state = recent_make();
    return 0;
}

static int tear_down(void **state)
{
    recent_free(*state);
    return 0;
}

static int keys;

/* One delivery of its own. */
static struct recent_count write_at(struct recent *r, int64_t sender, int64_t text, int64_t at)
{
    return recent_note(r, sender, text, ++keys, at);
}

static void equal_texts_within_a_minute_are_counted(void **state)
{
    struct recent *r = *state;
    assert_int_equal(write_at(r, 7, 100, NOW).same, 1);
    assert_int_equal(write_at(r, 7, 200, NOW + 1).same, 1);
    assert_int_equal(write_at(r, 8, 100, NOW + 1).same, 1); /* another sender */
    assert_int_equal(write_at(r, 7, 100, NOW + 30).same, 2);
    assert_int_equal(write_at(r, 7, 100, NOW + 59).same, 3);
    assert_int_equal(write_at(r, 7, 100, NOW + 60).same, 3); /* of the last three */
    assert_int_equal(write_at(r, 7, 200, NOW + 61).same, 1); /* 60 s ago is a minute ago */
    assert_int_equal(write_at(r, 7, 100, NOW + 150).same, 1);
}

static void all_texts_of_a_minute_are_counted(void **state)
{
    struct recent *r = *state;
    for (int i = 1; i <= 90; i++)
        assert_int_equal(write_at(r, 7, i, NOW + i / 2).all, i);
    assert_int_equal(write_at(r, 8, 1, NOW + 45).all, 1);
    assert_int_equal(write_at(r, 7, 1, NOW + 60).all, 1);
    assert_int_equal(write_at(r, 7, 1, NOW + 119).all, 2);
}

static void the_same_delivery_counts_once(void **state)
{
    struct recent *r = *state;
    assert_int_equal(recent_note(r, 7, 100, 1, NOW).same, 1);
    assert_int_equal(recent_note(r, 7, 100, 1, NOW + 5).same, 1);
    assert_int_equal(recent_note(r, 7, 100, 1, NOW + 10).all, 1);
    struct recent_count third = recent_note(r, 7, 100, 2, NOW + 11);
    assert_int_equal(third.same, 2);
    assert_int_equal(third.all, 2);
}

static void old_senders_give_way_to_new_ones(void **state)
{
    struct recent *r = *state;
    enum { MANY = 4 * RECENT_SENDERS };
    for (int64_t sender = 1; sender <= MANY; sender++)
        write_at(r, sender, 100, NOW + sender / 4096);
    /* The last ones are remembered, the first are not, and nobody is taken for another. */
    int known = 0;
    for (int64_t sender = MANY; sender > MANY - 1000; sender--)
        known += write_at(r, sender, 100, NOW + 17).same == 2;
    assert_true(known > 900);
    for (int64_t sender = 1; sender <= 100; sender++)
        assert_int_equal(write_at(r, sender, 100, NOW + 18).same, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(equal_texts_within_a_minute_are_counted),
        TEST(all_texts_of_a_minute_are_counted),
        TEST(the_same_delivery_counts_once),
        TEST(old_senders_give_way_to_new_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
