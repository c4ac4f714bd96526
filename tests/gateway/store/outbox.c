/* The outbox: its table of states, leases, crashes, late answers, receipts. */
#include "gateway/store/outbox.h"

#include "tests/gateway/store/outbox_rows.h"

/* Every state has a name, every state but the final ones a way out, and a final one none. */
static void the_table_of_states_has_no_holes(void **state)
{
    (void)state;
    static const enum outbox_state finals[] = { OUTBOX_DELIVERED, OUTBOX_FAILED, OUTBOX_EXPIRED };
    bool reached[OUTBOX_STATES] = { [OUTBOX_QUEUED] = true };
    for (int from = 0; from < OUTBOX_STATES; from++) {
        assert_string_not_equal(outbox_state_name((enum outbox_state)from), "unknown");
        for (int other = 0; other < from; other++)
            assert_string_not_equal(outbox_state_name((enum outbox_state)from),
                                    outbox_state_name((enum outbox_state)other));
        int exits = 0;
        for (int to = 0; to < OUTBOX_STATES; to++) {
            bool may = outbox_may_move((enum outbox_state)from, (enum outbox_state)to);
            exits += may;
            reached[to] = reached[to] || may;
        }
        bool is_final = false;
        for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++)
            is_final = is_final || finals[i] == (enum outbox_state)from;
        assert_int_equal(outbox_is_final((enum outbox_state)from), is_final);
        assert_int_equal(exits == 0, is_final);
        assert_false(outbox_may_move((enum outbox_state)from, (enum outbox_state)from));
    }
    for (int i = 0; i < OUTBOX_STATES; i++)
        assert_true(reached[i]);
    assert_string_equal(outbox_state_name((enum outbox_state)OUTBOX_STATES), "unknown");
    assert_false(outbox_may_move(OUTBOX_STATES, OUTBOX_QUEUED));
    assert_false(outbox_may_move(OUTBOX_QUEUED, OUTBOX_STATES));
}

/* Promise 3: nothing is sent that was not committed as sending, and nothing goes again by itself
 * that may have arrived. */
static void the_promised_moves(void **state)
{
    (void)state;
    assert_true(outbox_may_move(OUTBOX_QUEUED, OUTBOX_LEASED));
    assert_true(outbox_may_move(OUTBOX_LEASED, OUTBOX_SENDING));
    assert_true(outbox_may_move(OUTBOX_SENDING, OUTBOX_SENT));
    assert_true(outbox_may_move(OUTBOX_SENT, OUTBOX_DELIVERED));
    assert_true(outbox_may_move(OUTBOX_SENDING, OUTBOX_UNCERTAIN));
    assert_false(outbox_may_move(OUTBOX_QUEUED, OUTBOX_SENDING));
    assert_false(outbox_may_move(OUTBOX_QUEUED, OUTBOX_SENT));
    assert_false(outbox_may_move(OUTBOX_LEASED, OUTBOX_SENT));
    assert_false(outbox_may_move(OUTBOX_SENT, OUTBOX_QUEUED));
    assert_true(outbox_has_lease(OUTBOX_LEASED) && outbox_has_lease(OUTBOX_SENDING));
    assert_false(outbox_has_lease(OUTBOX_QUEUED) || outbox_has_lease(OUTBOX_SENT));
}

static void a_row_comes_back_as_it_was_put(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t id = put(s, OUTBOX_NOTICE, SUPPORT_NOW);
    assert_int_equal(lease(s, OWNER, SUPPORT_NOW, 10, &rows), 1);
    assert_true(rows[0].id == id);
    assert_int_equal(rows[0].address, 5);
    assert_slice(rows[0].realm, "sms");
    assert_slice(rows[0].recipient, "13800000011");
    assert_slice(rows[0].account, "");
    assert_slice(rows[0].message, "queue.offer");
    assert_slice(rows[0].params, "{\"name\":\"杨秀兰\"}");
    assert_slice(rows[0].trace, "t1");
    assert_int_equal(rows[0].priority, OUTBOX_NOTICE);
    assert_int_equal(rows[0].state, OUTBOX_LEASED);
    assert_int_equal(rows[0].attempt, 1);
    assert_int_equal(rows[0].not_before, SUPPORT_NOW);
    assert_int_equal(rows[0].useful_until, SUPPORT_NOW + 1000);
}

static void putting_wakes_and_checks(void **state)
{
    struct support *s = *state;
    put(s, OUTBOX_REPLY, 0);
    struct outbox_row row = { .id = 0, .priority = OUTBOX_REPLY };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, 0, &s->arena), GW_EINVAL);
    row =
        (struct outbox_row){ .id = 3, .realm = SLICE("sms"), .priority = (enum outbox_priority)0 };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, 0, &s->arena), GW_EINVAL);
    struct outbox_row *rows = NULL;
    row = (struct outbox_row){ .id = 3, .priority = OUTBOX_REPLY }; /* nobody could send it */
    assert_int_equal(outbox_put(s->tx, s->vault, &row, 0, &s->arena), GW_EINVAL);
    assert_int_equal(lease(s, 0, 0, 1, &rows), GW_EINVAL);
    assert_int_equal(lease(s, OWNER, 0, -1, &rows), GW_EINVAL);
    support_commit(s);
    assert_int_equal(store_woken(s->store), WAKE_OUTBOX);
    support_begin(s);
}

static void the_best_go_first(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t broadcast = put(s, OUTBOX_BROADCAST, 50);
    int64_t later = put(s, OUTBOX_REPLY, 90);
    int64_t earlier = put(s, OUTBOX_REPLY, 80);
    int64_t code = put(s, OUTBOX_CODE, 99);
    put(s, OUTBOX_CODE, 101); /* not yet */
    assert_int_equal(lease(s, OWNER, 100, 3, &rows), 3);
    assert_true(rows[0].id == code && rows[1].id == earlier && rows[2].id == later);
    assert_int_equal(lease(s, OWNER, 100, 3, &rows), 1);
    assert_true(rows[0].id == broadcast);
    assert_int_equal(lease(s, OWNER, 100, 3, &rows), 0);
}

static void the_next_due_time(void **state)
{
    struct support *s = *state;
    int64_t at = 0;
    struct outbox_row *rows = NULL;
    assert_int_equal(next_due(s, &at), 0);
    put(s, OUTBOX_BROADCAST, 70);
    put(s, OUTBOX_CODE, 90);
    assert_int_equal(next_due(s, &at), 1);
    assert_int_equal(at, 70);
    assert_int_equal(lease(s, OWNER, 70, 5, &rows), 1);
    assert_int_equal(next_due(s, &at), 1);
    assert_int_equal(at, 90);
    assert_int_equal(lease(s, OWNER, 90, 5, &rows), 1);
    assert_int_equal(next_due(s, &at), 1);
    assert_int_equal(at, 70 + LEASE); /* the end of the first lease */
}

static void a_row_goes_its_way(void **state)
{
    struct support *s = *state;
    int64_t id = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(state_of(s, id), OUTBOX_SENDING);
    assert_int_equal(outcome(s, id, 1, OUTBOX_OK, 101), 1);
    assert_int_equal(state_of(s, id), OUTBOX_SENT);
    assert_int_equal(by_provider_id(s, "wechat/x", "p1", true, 105), OUTBOX_REPORT_UNKNOWN);
    assert_int_equal(by_provider_id(s, "sms", "", true, 105), OUTBOX_REPORT_UNKNOWN);
    assert_int_equal(by_provider_id(s, "sms", "p1", true, 105), OUTBOX_REPORT_NOTED);
    assert_int_equal(state_of(s, id), OUTBOX_DELIVERED);
    assert_int_equal(by_id(s, id, false, 106), OUTBOX_REPORT_AGAIN);
    assert_int_equal(by_id(s, 1, true, 106), OUTBOX_REPORT_UNKNOWN);
    assert_int_equal(state_of(s, id), OUTBOX_DELIVERED);
}

static void only_the_owner_of_the_attempt_may_send(void **state)
{
    struct support *s = *state;
    int64_t id = leased(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outbox_sending(s->tx, id, OTHER, 1, 100, LEASE, 1, 5), 0);
    assert_int_equal(outbox_sending(s->tx, id, OWNER, 2, 100, LEASE, 1, 5), 0);
    assert_int_equal(outbox_sending(s->tx, 1, OWNER, 1, 100, LEASE, 1, 5), 0);
    assert_int_equal(outbox_sending(s->tx, id, OWNER, 1, 100, LEASE, 1, 5), 1);
    assert_int_equal(outbox_sending(s->tx, id, OWNER, 1, 100, LEASE, 1, 5), 0); /* once */
}

static void a_crashed_lease_is_offered_again(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t id = leased(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(lease(s, OTHER, 100 + LEASE - 1, 1, &rows), 0);
    assert_int_equal(lease(s, OTHER, 100 + LEASE, 1, &rows), 1);
    assert_true(rows[0].id == id);
    assert_int_equal(rows[0].attempt, 2);
    /* The first owner wakes up: it may not send any more. */
    assert_int_equal(outbox_sending(s->tx, id, OWNER, 1, 100 + LEASE, LEASE, 1, 5), 0);
    assert_int_equal(outbox_sending(s->tx, id, OTHER, 2, 100 + LEASE, LEASE, 1, 5), 1);
}

/* Whoever looked at the lane while the lease ran found nothing there. */
static void what_is_taken_back_wakes_the_dispatcher(void **state)
{
    struct support *s = *state;
    int64_t *uncertain;
    leased(s, OUTBOX_BROADCAST, 100);
    support_commit(s);
    (void)store_woken(s->store);
    support_begin(s);
    assert_int_equal(outbox_take_back(s->tx, 100 + LEASE - 1, &s->arena, &uncertain), 0);
    support_commit(s);
    assert_int_equal(store_woken(s->store), 0);
    support_begin(s);
    assert_int_equal(outbox_take_back(s->tx, 100 + LEASE, &s->arena, &uncertain), 0);
    support_commit(s);
    assert_int_equal(store_woken(s->store), WAKE_OUTBOX);
    support_begin(s);
}

static void a_crash_while_sending_is_settled_by_priority(void **state)
{
    struct support *s = *state;
    static const struct {
        enum outbox_priority priority;
        enum outbox_state after;
    } cases[] = {
        { OUTBOX_CODE, OUTBOX_LEASED }, /* queued and at once leased again */
        { OUTBOX_REPLY, OUTBOX_LEASED },
        { OUTBOX_NOTICE, OUTBOX_UNCERTAIN },
        { OUTBOX_BROADCAST, OUTBOX_UNCERTAIN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outbox_row *rows = NULL;
        int64_t id = sending(s, cases[i].priority, 100);
        assert_int_equal(lease(s, OTHER, 100 + LEASE - 1, 1, &rows), 0);
        assert_int_equal(state_of(s, id), OUTBOX_SENDING);
        int n = lease(s, OTHER, 100 + LEASE, 1, &rows);
        assert_int_equal(n, cases[i].after == OUTBOX_LEASED);
        assert_int_equal(state_of(s, id), cases[i].after);
        if (n == 1) {
            assert_int_equal(outcome(s, id, 1, OUTBOX_OK, 200), 0); /* too late */
            assert_int_equal(state_of(s, id), OUTBOX_LEASED);
            assert_int_equal(
                outbox_outcome(s->tx, id, OTHER, 2, OUTBOX_REFUSED, SLICE(""), SLICE("x"), 0, 200),
                1);
        }
    }
}

static void an_uncertain_row_is_settled_by_its_own_answer_or_receipt(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t one = sending(s, OUTBOX_BROADCAST, 100);
    int64_t two = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(lease(s, OTHER, 100 + LEASE, 1, &rows), 0);
    assert_int_equal(state_of(s, one), OUTBOX_UNCERTAIN);
    assert_int_equal(outbox_outcome(s->tx, one, OTHER, 1, OUTBOX_OK, SLICE(""), SLICE(""), 0, 200),
                     0);
    assert_int_equal(outcome(s, one, 1, OUTBOX_UNKNOWN, 200), 0);
    assert_int_equal(outcome(s, one, 1, OUTBOX_OK, 200), 1);
    assert_int_equal(state_of(s, one), OUTBOX_SENT);
    assert_int_equal(by_id(s, two, true, 200), OUTBOX_REPORT_NOTED);
    assert_int_equal(state_of(s, two), OUTBOX_DELIVERED);
}

static void outcomes(void **state)
{
    struct support *s = *state;
    static const struct {
        enum outbox_priority priority;
        enum outbox_outcome outcome;
        int64_t at;
        enum outbox_state after;
    } cases[] = {
        { OUTBOX_BROADCAST, OUTBOX_OK, 0, OUTBOX_SENT },
        { OUTBOX_BROADCAST, OUTBOX_LATER, 500, OUTBOX_QUEUED },
        { OUTBOX_BROADCAST, OUTBOX_LATER, 1100, OUTBOX_EXPIRED }, /* useful until 1100 */
        { OUTBOX_BROADCAST, OUTBOX_REFUSED, 0, OUTBOX_FAILED },
        { OUTBOX_BROADCAST, OUTBOX_UNKNOWN, 500, OUTBOX_UNCERTAIN },
        { OUTBOX_NOTICE, OUTBOX_UNKNOWN, 500, OUTBOX_UNCERTAIN },
        { OUTBOX_REPLY, OUTBOX_UNKNOWN, 500, OUTBOX_QUEUED },
        { OUTBOX_CODE, OUTBOX_UNKNOWN, 500, OUTBOX_QUEUED },
        { OUTBOX_CODE, OUTBOX_UNKNOWN, 1100, OUTBOX_EXPIRED },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t id = sending(s, cases[i].priority, 100);
        assert_int_equal(outcome(s, id, 1, cases[i].outcome, cases[i].at), 1);
        assert_int_equal(state_of(s, id), cases[i].after);
        assert_int_equal(outcome(s, id, 1, OUTBOX_REFUSED, 900),
                         cases[i].after == OUTBOX_UNCERTAIN ? 1 : 0);
        struct outbox_row *rows = NULL;
        assert_int_equal(lease(s, OTHER, 499, 1, &rows), 0);
        int again = lease(s, OWNER, 500, 1, &rows);
        assert_int_equal(again, cases[i].after == OUTBOX_QUEUED);
        if (again == 1) {
            assert_int_equal(rows[0].attempt, 2);
            assert_int_equal(outcome(s, id, 2, OUTBOX_REFUSED, 900), 1);
        }
    }
}

static void a_row_only_leased_can_be_put_back_or_refused(void **state)
{
    struct support *s = *state;
    int64_t id = leased(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outcome(s, id, 1, OUTBOX_OK, 100), 0);
    assert_int_equal(outcome(s, id, 1, OUTBOX_UNKNOWN, 100), 0);
    assert_int_equal(state_of(s, id), OUTBOX_LEASED);
    assert_int_equal(outcome(s, id, 1, OUTBOX_LATER, 200), 1);
    assert_int_equal(state_of(s, id), OUTBOX_QUEUED);
    id = leased(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outcome(s, id, 1, OUTBOX_REFUSED, 100), 1);
    assert_int_equal(state_of(s, id), OUTBOX_FAILED);
}

static void receipts_of_an_earlier_attempt(void **state)
{
    struct support *s = *state;
    int64_t never = put(s, OUTBOX_BROADCAST, 9000);
    assert_int_equal(by_id(s, never, true, 100), OUTBOX_REPORT_UNKNOWN);
    int64_t id = sending(s, OUTBOX_REPLY, 100);
    assert_int_equal(outcome(s, id, 1, OUTBOX_UNKNOWN, 300), 1);
    assert_int_equal(by_id(s, id, false, 200), OUTBOX_REPORT_AGAIN);
    assert_int_equal(state_of(s, id), OUTBOX_QUEUED);
    assert_int_equal(by_id(s, id, true, 200), OUTBOX_REPORT_NOTED); /* it had arrived */
    struct outbox_row *rows = NULL;
    assert_int_equal(lease(s, OWNER, 300, 1, &rows), 0);
    /* A receipt that overtakes the answer to our request. */
    id = sending(s, OUTBOX_REPLY, 100);
    assert_int_equal(by_id(s, id, true, 100), OUTBOX_REPORT_NOTED);
    assert_int_equal(outcome(s, id, 1, OUTBOX_OK, 101), 0);
    assert_int_equal(state_of(s, id), OUTBOX_DELIVERED);
}

static void what_is_no_longer_useful_expires(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t old[5];
    for (int i = 0; i < 5; i++)
        old[i] = put(s, OUTBOX_NOTICE, 100 + i);
    int64_t fresh = put(s, OUTBOX_NOTICE, 1500);
    assert_int_equal(lease(s, OWNER, 1500, 1, &rows), 1); /* not hidden behind the old ones */
    assert_true(rows[0].id == fresh);
    for (int i = 0; i < 5; i++)
        assert_int_equal(state_of(s, old[i]), OUTBOX_EXPIRED);
    const struct outbox_row forever = {
        .id = 1, .realm = SLICE("sms"), .priority = OUTBOX_NOTICE, .useful_until = 0
    };
    assert_int_equal(outbox_put(s->tx, s->vault, &forever, 0, &s->arena), 0);
    assert_int_equal(lease(s, OWNER, INT32_MAX, 1, &rows), 1);
    assert_int_equal(rows[0].id, 1);
}

static void an_unreadable_row_holds_up_no_other(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t bad = put(s, OUTBOX_REPLY, 100);
    int64_t good = put(s, OUTBOX_REPLY, 100);
    support_commit(s);
    support_exec(
        s, "UPDATE outbox SET params = CAST('12' AS BLOB) WHERE id = (SELECT MIN(id) FROM outbox)");
    support_begin(s);
    assert_int_equal(lease(s, OWNER, 100, 1, &rows), 1);
    assert_true(rows[0].id == good);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM outbox WHERE state = 5 "
                                      "AND reason = 'unreadable'"),
                     1);
    support_begin(s);
    struct outbox_row row;
    assert_int_equal(outbox_get(s->tx, s->vault, bad, &s->arena, &row), GW_ECRYPTO);
    assert_int_equal(outbox_get(s->tx, s->vault, 1, &s->arena, &row), 0);
}

static void messages_to_one_address(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t first = put(s, OUTBOX_REPLY, 0);
    int64_t second = put(s, OUTBOX_NOTICE, 0);
    assert_int_equal(outbox_to(s->tx, s->vault, 5, 0, &s->arena, &rows), 2);
    assert_true(rows[0].id == first && rows[1].id == second);
    assert_slice(rows[1].params, "{\"name\":\"杨秀兰\"}");
    assert_int_equal(outbox_to(s->tx, s->vault, 5, first, &s->arena, &rows), 1);
    assert_int_equal(outbox_to(s->tx, s->vault, 6, 0, &s->arena, &rows), 0);
}

static void after_a_restore(void **state)
{
    struct support *s = *state;
    int64_t code = put(s, OUTBOX_CODE, 9000);
    int64_t reply = put(s, OUTBOX_REPLY, 9000);
    int64_t notice = put(s, OUTBOX_NOTICE, 9000);
    int64_t done = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outcome(s, done, 1, OUTBOX_OK, 100), 1);
    int64_t on_its_way = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outbox_restored(s->tx, 200), 3);
    assert_int_equal(state_of(s, code), OUTBOX_EXPIRED);
    assert_int_equal(state_of(s, reply), OUTBOX_QUEUED);
    assert_int_equal(state_of(s, notice), OUTBOX_UNCERTAIN);
    assert_int_equal(state_of(s, done), OUTBOX_SENT);
    assert_int_equal(state_of(s, on_its_way), OUTBOX_UNCERTAIN);
    assert_int_equal(outcome(s, on_its_way, 1, OUTBOX_LATER, 300), 0); /* its owner is gone */
    /* In bulk, but no move that the table forbids. */
    for (int from = OUTBOX_QUEUED; from <= OUTBOX_SENDING; from++) {
        assert_true(outbox_may_move((enum outbox_state)from, OUTBOX_UNCERTAIN));
        assert_true(outbox_may_move((enum outbox_state)from, OUTBOX_EXPIRED));
    }
}

static void finished_rows_are_purged(void **state)
{
    struct support *s = *state;
    int64_t done = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outcome(s, done, 1, OUTBOX_REFUSED, 100), 1);
    int64_t waits = put(s, OUTBOX_REPLY, 0);
    assert_int_equal(outbox_purge(s->tx, SUPPORT_NOW, 10), 0);
    assert_int_equal(outbox_purge(s->tx, SUPPORT_NOW + 1, 10), 1);
    assert_int_equal(state_of(s, waits), OUTBOX_QUEUED);
    struct outbox_row row;
    assert_int_equal(outbox_get(s->tx, s->vault, done, &s->arena, &row), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_states_has_no_holes),
        cmocka_unit_test(the_promised_moves),
        TEST(a_row_comes_back_as_it_was_put),
        TEST(putting_wakes_and_checks),
        TEST(the_best_go_first),
        TEST(the_next_due_time),
        TEST(a_row_goes_its_way),
        TEST(only_the_owner_of_the_attempt_may_send),
        TEST(a_crashed_lease_is_offered_again),
        TEST(what_is_taken_back_wakes_the_dispatcher),
        TEST(a_crash_while_sending_is_settled_by_priority),
        TEST(an_uncertain_row_is_settled_by_its_own_answer_or_receipt),
        TEST(outcomes),
        TEST(a_row_only_leased_can_be_put_back_or_refused),
        TEST(receipts_of_an_earlier_attempt),
        TEST(what_is_no_longer_useful_expires),
        TEST(an_unreadable_row_holds_up_no_other),
        TEST(messages_to_one_address),
        TEST(after_a_restore),
        TEST(finished_rows_are_purged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
