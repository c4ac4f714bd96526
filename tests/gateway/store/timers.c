/* Durable timers. */
#include "gateway/store/timers.h"

#include "tests/support/support.h"

static int due(struct support *s, int64_t now, int limit, struct timer_row **rows)
{
    return timers_due(s->tx, now, limit, &s->arena, rows);
}

static void due_timers_come_earliest_first(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    struct timer_row *rows = NULL;
    int64_t next = 0;
    assert_int_equal(timers_next(tx, &next), 0);
    assert_int_equal(due(s, INT64_MAX, 10, &rows), 0);
    assert_int_equal(timers_set(tx, "offer.expires", 7, 300), 0);
    assert_int_equal(timers_set(tx, "reminder", 7, 100), 0);
    assert_int_equal(timers_set(tx, "offer.expires", 8, 200), 0);
    assert_int_equal(timers_next(tx, &next), 1);
    assert_int_equal(next, 100);
    assert_int_equal(due(s, 99, 10, &rows), 0);
    assert_int_equal(due(s, 200, 10, &rows), 2);
    assert_slice(rows[0].kind, "reminder");
    assert_int_equal(rows[0].subject, 7);
    assert_int_equal(rows[0].due, 100);
    assert_slice(rows[1].kind, "offer.expires");
    assert_int_equal(rows[1].subject, 8);
    assert_int_equal(due(s, 1000, 1, &rows), 1);
    assert_int_equal(due(s, 1000, 0, &rows), GW_EINVAL);
    support_commit(s);
    assert_int_equal(store_woken(s->store), WAKE_TIMERS);
}

static void a_timer_runs_once(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    struct timer_row *rows = NULL;
    assert_int_equal(timers_set(tx, "a", 1, 100), 0);
    assert_int_equal(due(s, 100, 10, &rows), 1);
    assert_int_equal(timers_take(tx, &rows[0]), 1);
    assert_int_equal(timers_take(tx, &rows[0]), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM timers"), 0);
}

static void a_stale_generation_is_ignored(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    struct timer_row *old = NULL;
    struct timer_row *rows = NULL;
    assert_int_equal(timers_set(tx, "a", 1, 100), 0);
    assert_int_equal(due(s, 100, 10, &old), 1);
    assert_int_equal(timers_set(tx, "a", 1, 100), 0); /* the same time again is a new generation */
    assert_int_equal(timers_take(tx, &old[0]), 0);
    assert_int_equal(due(s, 100, 10, &rows), 1);
    assert_int_equal(rows[0].generation, old[0].generation + 1);
    assert_int_equal(timers_take(tx, &rows[0]), 1);
    support_rollback(s);
}

static void a_cancelled_and_renewed_timer_is_not_run_early(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    struct timer_row *old = NULL;
    assert_int_equal(timers_set(tx, "a", 1, 100), 0);
    assert_int_equal(due(s, 100, 10, &old), 1);
    assert_int_equal(timers_cancel(tx, "a", 1), 0);
    assert_int_equal(timers_cancel(tx, "a", 1), 0);
    assert_int_equal(timers_set(tx, "a", 1, 900), 0);
    assert_int_equal(timers_take(tx, &old[0]), 0);
    int64_t next = 0;
    assert_int_equal(timers_next(tx, &next), 1);
    assert_int_equal(next, 900);
    support_rollback(s);
}

static void a_restart_loses_none(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    struct timer_row *rows = NULL;
    assert_int_equal(timers_set(tx, "a", 1, 100), 0);
    assert_int_equal(timers_set(tx, "b", 1, 50), 0);
    support_commit(s);
    support_reopen(s);
    support_begin(s);
    assert_int_equal(due(s, 100, 10, &rows), 2);
    assert_slice(rows[0].kind, "b");
    support_rollback(s);
}

static void errors_are_returned(void **state)
{
    struct support *s = *state;
    struct timer_row *rows = NULL;
    int64_t next = 0;
    support_exec(s, "DROP TABLE timers");
    struct tx *tx = support_begin(s);
    assert_int_equal(timers_set(tx, "a", 1, 1), GW_EDB);
    assert_int_equal(timers_cancel(tx, "a", 1), GW_EDB);
    assert_int_equal(due(s, 1, 1, &rows), GW_EDB);
    assert_int_equal(timers_next(tx, &next), GW_EDB);
    support_rollback(s);
    assert_int_equal(store_woken(s->store), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(due_timers_come_earliest_first), TEST(a_timer_runs_once),
        TEST(a_stale_generation_is_ignored),  TEST(a_cancelled_and_renewed_timer_is_not_run_early),
        TEST(a_restart_loses_none),           TEST(errors_are_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
