/* The star level from confirmed minutes and quality. */
#include "handlers/stars.h"

#include "tests/handlers/records.h"

static int setup(void **state)
{
    *state = records_open();
    return 0;
}

static int teardown(void **state)
{
    records_close(*state);
    return 0;
}

static void thresholds_are_the_hours_of_the_draft(void **state)
{
    struct records *r = *state;
    static const int64_t hours[POLICY_STARS] = { 100, 300, 600, 1000, 1500 };
    for (int i = 0; i < POLICY_STARS; i++)
        assert_int_equal(r->policy->star_minutes[i], hours[i] * 60);
}

/* A minute below a threshold is below it. */
static void levels_at_and_below_each_threshold(void **state)
{
    struct records *r = *state;
    for (int i = 0; i < POLICY_STARS; i++) {
        struct star star = { .minutes = r->policy->star_minutes[i] - 1, .quality = 500 };
        stars_level(r->policy, &star);
        assert_int_equal(star.level, i);
        assert_int_equal(star.next_level, i + 1);
        assert_int_equal(star.missing, 1);
        star.minutes++;
        stars_level(r->policy, &star);
        assert_int_equal(star.level, i + 1);
        assert_int_equal(star.next_level, i + 1 < POLICY_STARS ? i + 2 : 0);
        assert_false(star.held);
    }
    struct star most = { .minutes = INT64_C(90000000), .quality = 500 };
    stars_level(r->policy, &most);
    assert_int_equal(most.level, POLICY_STARS);
    assert_int_equal(most.missing, 0);
    assert_int_equal(most.next_minutes, 0);
}

static void quality_can_hold_a_star_back(void **state)
{
    struct records *r = *state;
    struct star star = { .minutes = 6000, .quality = (int)r->policy->star_quality_percent - 1 };
    stars_level(r->policy, &star);
    assert_int_equal(star.level, 0);
    assert_true(star.held);
    assert_int_equal(star.missing, 0);
    star.quality++;
    stars_level(r->policy, &star);
    assert_int_equal(star.level, 1);
    assert_false(star.held);
    star.minutes = 5999;
    star.quality = 100;
    stars_level(r->policy, &star);
    assert_false(star.held);
    assert_int_equal(star.missing, 1);
}

static void somebody_unknown_has_nothing(void **state)
{
    struct records *r = *state;
    struct star star;
    assert_int_equal(stars_of(&r->s, 4711, &star), 0);
    assert_int_equal(star.level, 0);
    assert_int_equal(star.minutes, 0);
    assert_int_equal(star.missing, 6000);
    assert_int_equal(star.waiting, 0);
}

static void confirmed_counts_and_waiting_does_not(void **state)
{
    struct records *r = *state;
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    records_append(r, v.id, 330);
    struct hours_claim claim = { .person = v.id,
                                 .day = SUPPORT_TODAY - 1,
                                 .minutes = 120,
                                 .start_min = -1,
                                 .end_min = -1,
                                 .name = SLICE("扫街") };
    struct hours_receipt receipt;
    assert_int_equal(hours_report(&r->s, &claim, &receipt), HOURS_RECORDED);
    struct star star;
    assert_int_equal(stars_of(&r->s, v.id, &star), 0);
    assert_int_equal(star.minutes, 330);
    assert_int_equal(star.services, 1);
    assert_int_equal(star.waiting, 120);
    assert_int_equal(star.quality, 500);
    assert_int_equal(star.missing, 6000 - 330);
}

static void a_star_is_reached_by_the_ledger(void **state)
{
    struct records *r = *state;
    struct star star;
    for (int i = 0; i < 4; i++)
        records_append(r, 7, 1440);
    records_append(r, 7, 239);
    assert_int_equal(stars_of(&r->s, 7, &star), 0);
    assert_int_equal(star.level, 0);
    assert_int_equal(star.missing, 1);
    records_append(r, 7, 1);
    assert_int_equal(stars_of(&r->s, 7, &star), 0);
    assert_int_equal(star.level, 1);
    assert_int_equal(ledger_reverse(&r->s, 7, 6, r->organizer, NULL), LEDGER_APPENDED);
    assert_int_equal(stars_of(&r->s, 7, &star), 0);
    assert_int_equal(star.level, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(thresholds_are_the_hours_of_the_draft), T(levels_at_and_below_each_threshold),
        T(quality_can_hold_a_star_back),          T(somebody_unknown_has_nothing),
        T(confirmed_counts_and_waiting_does_not), T(a_star_is_reached_by_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
