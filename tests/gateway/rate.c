/* The token bucket of an account: limit, what is kept for replies, slow-downs, recovery. */
#include "gateway/rate.h"

#include "tests/support/support.h"

/* Takes one-segment texts as they are allowed until `end`; returns their number. */
static int drain(struct rate *r, bool urgent, uint64_t *now, uint64_t end)
{
    int n = 0;
    while (*now < end) {
        uint64_t wait = rate_wait_ms(r, urgent, *now);
        if (wait > 0) {
            *now += wait;
            continue;
        }
        rate_take(r, 1, *now);
        n++;
    }
    return n;
}

static void no_limit(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 0, 1000);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(rate_wait_ms(&r, false, 1000), 0);
        rate_take(&r, 3, 1000);
    }
}

static void never_more_than_a_quarter_above_the_limit_in_any_second(void **state)
{
    (void)state;
    static const int limits[] = { 1, 2, 7, 20, 100, 3000 };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rate r;
        uint64_t now = 5000;
        rate_init(&r, limits[i], now);
        int first = drain(&r, true, &now, 6000);
        assert_in_range(first, limits[i], limits[i] + limits[i] / 4 + 1);
        int ten = drain(&r, true, &now, 16000);
        assert_in_range(ten, limits[i] * 10 * 9 / 10 - 1, limits[i] * 10 + 1);
    }
}

static void a_second_of_rest_saves_only_a_bucket(void **state)
{
    (void)state;
    struct rate r;
    uint64_t now = 0;
    rate_init(&r, 100, now);
    drain(&r, true, &now, 1000);
    now = 100000;
    assert_in_range(drain(&r, true, &now, now + 1), 24, 26);
}

static void a_broadcast_leaves_something_for_a_reply(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 40, 0); /* ten in the bucket */
    int bulk = 0;
    while (rate_wait_ms(&r, false, 0) == 0) {
        rate_take(&r, 1, 0);
        bulk++;
    }
    assert_in_range(bulk, 7, 8);
    assert_int_equal(rate_wait_ms(&r, true, 0), 0);
    rate_take(&r, 1, 0);
    assert_int_equal(rate_wait_ms(&r, true, 0), 0);
    /* Where the bucket holds one text only, a broadcast goes all the same. */
    rate_init(&r, 1, 0);
    assert_int_equal(rate_wait_ms(&r, false, 0), 0);
    rate_take(&r, 1, 0);
    assert_in_range(rate_wait_ms(&r, false, 0), 1000, 1001);
}

static void a_long_text_goes_whole_and_is_paid_off(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 10, 0);
    assert_int_equal(rate_wait_ms(&r, true, 0), 0);
    rate_take(&r, 5, 0);
    assert_in_range(rate_wait_ms(&r, true, 0), 300, 400);
    rate_give_back(&r, 5);
    assert_int_equal(rate_wait_ms(&r, true, 0), 0);
}

static void a_slow_down_halves_once_for_all_that_was_on_its_way(void **state)
{
    (void)state;
    struct rate r;
    uint64_t now = 10000;
    rate_init(&r, 100, 0);
    assert_true(rate_slow_down(&r, 9000, 0, now));
    for (int i = 0; i < 50; i++)
        assert_false(rate_slow_down(&r, 9900, 0, now + 5));
    assert_in_range((int)r.rate, 50, 51);
    assert_true(
        rate_slow_down(&r, 10100, 0, 10200)); /* begun at the new rate, and still too much */
    assert_in_range((int)r.rate, 25, 26);
    for (int i = 0; i < 100; i++)
        rate_slow_down(&r, 20000 + (uint64_t)i * 10, 0, 20005 + (uint64_t)i * 10);
    assert_true(r.rate > 0.05); /* never quite nothing */
}

static void what_the_provider_asks_for_is_waited(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 100, 0);
    rate_slow_down(&r, 900, 42000, 1000);
    assert_int_equal(rate_wait_ms(&r, true, 1000), 42000);
    rate_slow_down(&r, 900, 5000, 1100); /* a shorter one does not shorten it */
    assert_int_equal(rate_wait_ms(&r, true, 1000), 42000);
    assert_int_equal(rate_wait_ms(&r, true, 43000), 0);
    rate_slow_down(&r, 44000, UINT64_MAX, 50000); /* no longer than an hour */
    assert_int_equal(rate_wait_ms(&r, true, 50000), 3600 * 1000);
    rate_init(&r, 0, 0);
    rate_slow_down(&r, 900, 2000, 1000);
    assert_in_range(rate_wait_ms(&r, true, 1000), 2000, 2001);
}

static void it_recovers_slowly(void **state)
{
    (void)state;
    struct rate r;
    uint64_t now = 10000;
    rate_init(&r, 100, 0);
    rate_slow_down(&r, 9000, 0, now);
    now += 30000;
    rate_wait_ms(&r, true, now);
    assert_in_range((int)r.rate, 70, 80);
    now += 31000;
    rate_wait_ms(&r, true, now);
    assert_int_equal((int)r.rate, 100);
    now += 600000;
    rate_wait_ms(&r, true, now);
    assert_int_equal((int)r.rate, 100); /* and no further */
}

static void without_a_limit_it_learns_one_and_forgets_it_again(void **state)
{
    (void)state;
    struct rate r;
    uint64_t now = 0;
    rate_init(&r, 0, now);
    for (now = 0; now < 2000; now += 5) /* 200 a second */
        rate_take(&r, 1, now);
    assert_true(rate_slow_down(&r, 1999, 0, now));
    assert_in_range((int)r.rate, 90, 110);
    assert_true(rate_wait_ms(&r, true, now) > 0);
    now += 120000;
    assert_int_equal(rate_wait_ms(&r, true, now), 0);
    assert_int_equal((int)r.rate, 0);
}

static void a_clock_that_stands_or_jumps_harms_nothing(void **state)
{
    (void)state;
    struct rate r;
    rate_init(&r, 10, 5000);
    rate_take(&r, 1, 4000);
    assert_in_range((int)(r.tokens * 10), 14, 16);
    rate_take(&r, 1, UINT64_MAX / 2);
    assert_in_range((int)(r.tokens * 10), 14, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_limit),
        cmocka_unit_test(never_more_than_a_quarter_above_the_limit_in_any_second),
        cmocka_unit_test(a_second_of_rest_saves_only_a_bucket),
        cmocka_unit_test(a_broadcast_leaves_something_for_a_reply),
        cmocka_unit_test(a_long_text_goes_whole_and_is_paid_off),
        cmocka_unit_test(a_slow_down_halves_once_for_all_that_was_on_its_way),
        cmocka_unit_test(what_the_provider_asks_for_is_waited),
        cmocka_unit_test(it_recovers_slowly),
        cmocka_unit_test(without_a_limit_it_learns_one_and_forgets_it_again),
        cmocka_unit_test(a_clock_that_stands_or_jumps_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
