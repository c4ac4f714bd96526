/* The outbox: its table of states, leases, crashes, late answers, receipts. */
#include "gateway/store/outbox.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/support.h"

enum { OWNER = 7, OTHER = 8, LEASE = 30 };

static int64_t put(struct support *s, enum outbox_priority priority, int64_t not_before)
{
    const struct outbox_row row = {
        .id = ids_next(&s->ids),
        .address = 5,
        .realm = SLICE("sms"),
        .recipient = SLICE("13800000011"),
        .message = SLICE("queue.offer"),
        .params = SLICE("{\"name\":\"杨秀兰\"}"),
        .priority = priority,
        .not_before = not_before,
        .useful_until = not_before + 1000,
        .trace = SLICE("t1"),
    };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, SUPPORT_NOW, &s->arena), 0);
    return row.id;
}

/* Up to `limit` rows of all priorities, best first. */
static int lease(struct support *s, int64_t owner, int64_t now, int limit, struct outbox_row **rows)
{
    struct outbox_lease l = {
        .owner = owner, .lane = SLICE("sms"), .seconds = LEASE, .urgent = limit
    };
    struct outbox_row *others = NULL;
    int64_t *uncertain;
    assert_true(outbox_take_back(s->tx, now, &s->arena, &uncertain) >= 0);
    int n = outbox_lease(s->tx, s->vault, &l, now, &s->arena, rows);
    if (n < 0 || n >= limit)
        return n;
    struct outbox_row *all = arena_alloc(&s->arena, (size_t)limit * sizeof(*all));
    memcpy(all, *rows, (size_t)n * sizeof(*all));
    l.urgent = 0;
    l.other = limit - n;
    int m = outbox_lease(s->tx, s->vault, &l, now, &s->arena, &others);
    if (m > 0)
        memcpy(all + n, others, (size_t)m * sizeof(*all));
    *rows = all;
    return m < 0 ? m : n + m;
}

static enum outbox_state state_of(struct support *s, int64_t id)
{
    struct outbox_row row;
    assert_int_equal(outbox_get(s->tx, s->vault, id, &s->arena, &row), 1);
    return row.state;
}

/* One row, leased by OWNER at `now`. */
static int64_t leased(struct support *s, enum outbox_priority priority, int64_t now)
{
    struct outbox_row *rows = NULL;
    int64_t id = put(s, priority, now);
    assert_int_equal(lease(s, OWNER, now, 1, &rows), 1);
    assert_true(rows[0].id == id);
    return id;
}

static int64_t sending(struct support *s, enum outbox_priority priority, int64_t now)
{
    int64_t id = leased(s, priority, now);
    assert_int_equal(outbox_sending(s->tx, id, OWNER, 1, now, LEASE, 1, 5), 1);
    return id;
}

static int outcome(struct support *s, int64_t id, int attempt, enum outbox_outcome what, int64_t at)
{
    return outbox_outcome(s->tx, id, OWNER, attempt, what, SLICE("p1"), SLICE("why"), at, at);
}

static int report(struct support *s, const struct outbox_report *r, int64_t now)
{
    return outbox_report(s->tx, r, now);
}

static int by_id(struct support *s, int64_t id, bool delivered, int64_t now)
{
    const struct outbox_report r = { .realm = SLICE("sms"),
                                     .id = id,
                                     .final = true,
                                     .delivered = delivered,
                                     .reason = SLICE("by id") };
    return report(s, &r, now);
}

static int by_provider_id(struct support *s, const char *realm, const char *provider_id,
                          bool delivered, int64_t now)
{
    const struct outbox_report r = { .realm = slice_of(realm),
                                     .provider_id = slice_of(provider_id),
                                     .final = true,
                                     .delivered = delivered,
                                     .reason = SLICE("by provider") };
    return report(s, &r, now);
}

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

static int next_due(struct support *s, int64_t *at)
{
    int64_t found;
    int any = 0;
    for (int i = 0; i < 3; i++) {
        int rc = i < 2 ? outbox_next_due(s->tx, SLICE("sms"), i == 0, &found)
                       : outbox_next_lapse(s->tx, OTHER, &found);
        assert_true(rc >= 0);
        if (rc == 1 && (!any || found < *at))
            *at = found;
        any = any || rc == 1;
    }
    return any;
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
    support_exec(s, "UPDATE outbox SET params = x'0102' WHERE id = (SELECT MIN(id) FROM outbox)");
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

/* Rows of an origin, and which account they ask for. */
static int64_t put_of(struct support *s, int64_t origin, const char *account, int64_t not_before)
{
    const struct outbox_row row = {
        .id = ids_next(&s->ids),
        .address = 5,
        .realm = SLICE("sms"),
        .recipient = SLICE("13800000011"),
        .account = slice_of(account),
        .message = SLICE("broadcast.call"),
        .params = SLICE("{}"),
        .priority = OUTBOX_BROADCAST,
        .not_before = not_before,
        .useful_until = 5000,
        .origin = origin,
    };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, 100, &s->arena), 0);
    return row.id;
}

static void a_lane_does_not_hold_up_another(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    struct slice *lanes = NULL;
    assert_int_equal(outbox_lanes(s->tx, &s->arena, &lanes), 0);
    for (int i = 0; i < 20; i++)
        put_of(s, 0, "sms/slow", 100);
    int64_t other = put_of(s, 0, "sms/quick", 200);
    int64_t any = put_of(s, 0, "", 200);
    assert_int_equal(outbox_lanes(s->tx, &s->arena, &lanes), 3);
    assert_slice(lanes[0], "sms");
    assert_slice(lanes[1], "sms/quick");
    assert_slice(lanes[2], "sms/slow");
    struct outbox_lease l = { .owner = OWNER, .lane = lanes[1], .seconds = LEASE, .other = 5 };
    assert_int_equal(outbox_lease(s->tx, s->vault, &l, 200, &s->arena, &rows), 1);
    assert_true(rows[0].id == other);
    l.lane = lanes[0];
    assert_int_equal(outbox_lease(s->tx, s->vault, &l, 200, &s->arena, &rows), 1);
    assert_true(rows[0].id == any);
    assert_int_equal(outbox_lanes(s->tx, &s->arena, &lanes), 1);
}

static void each_class_has_its_room(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    for (int i = 0; i < 10; i++)
        put(s, OUTBOX_BROADCAST, 100);
    const struct outbox_lease l = {
        .owner = OWNER, .lane = SLICE("sms"), .seconds = LEASE, .urgent = 2, .other = 3
    };
    assert_int_equal(outbox_lease(s->tx, s->vault, &l, 100, &s->arena, &rows), 3);
    for (int i = 0; i < 10; i++)
        put(s, OUTBOX_REPLY, 100);
    assert_int_equal(outbox_lease(s->tx, s->vault, &l, 100, &s->arena, &rows), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(rows[i].priority, i < 2 ? OUTBOX_REPLY : OUTBOX_BROADCAST);
}

static void what_is_stale_when_its_time_comes_is_not_sent(void **state)
{
    struct support *s = *state;
    struct outbox_row row = { .id = 9,
                              .realm = SLICE("sms"),
                              .priority = OUTBOX_BROADCAST,
                              .not_before = 5000,
                              .useful_until = 5000,
                              .origin = 3 };
    struct outbox_counts counts;
    struct outbox_reason *reasons = NULL;
    assert_int_equal(outbox_put(s->tx, s->vault, &row, 100, &s->arena), 0);
    assert_int_equal(state_of(s, 9), OUTBOX_EXPIRED);
    assert_int_equal(outbox_counts(s->tx, 3, &counts), 0);
    assert_int_equal(counts.rows[OUTBOX_EXPIRED], 1);
    assert_int_equal(outbox_reasons(s->tx, 3, &s->arena, &reasons), 1);
    assert_slice(reasons[0].reason, "stale");
    support_commit(s);
    assert_int_equal(store_woken(s->store), 0);
    support_begin(s);
}

static void rows_of_an_origin_are_withdrawn(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t under_way = put_of(s, 3, "", 100);
    assert_int_equal(lease(s, OWNER, 100, 1, &rows), 1);
    int64_t other = put_of(s, 4, "", 100);
    int64_t plain = put_of(s, 0, "", 100);
    for (int i = 0; i < 5; i++)
        put_of(s, 3, "", 100 + i);
    assert_int_equal(outbox_hold(s->tx, 3, 100, 2), 2); /* held ones go too */
    assert_int_equal(outbox_withdraw(s->tx, 3, SLICE("cancelled"), 101, 3), 3);
    assert_int_equal(outbox_withdraw(s->tx, 3, SLICE("cancelled"), 101, 3), 2);
    assert_int_equal(outbox_withdraw(s->tx, 3, SLICE("cancelled"), 101, 3), 0);
    assert_int_equal(outbox_withdraw(s->tx, 0, SLICE("cancelled"), 101, 3), 0); /* no origin */
    assert_int_equal(state_of(s, under_way), OUTBOX_LEASED);
    assert_int_equal(state_of(s, other), OUTBOX_QUEUED);
    assert_int_equal(state_of(s, plain), OUTBOX_QUEUED);
    struct outbox_reason *reasons = NULL;
    assert_int_equal(outbox_reasons(s->tx, 3, &s->arena, &reasons), 1);
    assert_int_equal(reasons[0].state, OUTBOX_EXPIRED);
    assert_int_equal(reasons[0].rows, 5);
    assert_slice(reasons[0].reason, "cancelled");
    assert_true(outbox_may_move(OUTBOX_QUEUED, OUTBOX_EXPIRED)); /* in bulk, but by the table */
}

static void held_rows_wait_and_keep_their_pacing(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t at = 0;
    for (int i = 0; i < 3; i++)
        put_of(s, 3, "", 100 + 10 * i);
    assert_int_equal(outbox_hold(s->tx, 3, 100, 100), 3);
    assert_int_equal(outbox_hold(s->tx, 3, 100, 100), 0);
    assert_int_equal(lease(s, OWNER, INT32_MAX, 5, &rows), 0);
    assert_int_equal(next_due(s, &at), 0); /* nobody has to wake for them */
    assert_int_equal(outbox_release(s->tx, 4, 50, 200, 100), 0);
    assert_int_equal(outbox_release(s->tx, 3, 50, 200, 100), 3);
    assert_int_equal(outbox_release(s->tx, 3, 50, 200, 100), 0);
    assert_int_equal(next_due(s, &at), 1);
    assert_int_equal(at, 150);
    assert_int_equal(lease(s, OWNER, 165, 5, &rows), 2);
    /* One that was in hand when the pause came is held by the dispatcher itself. */
    assert_int_equal(outcome(s, rows[0].id, 1, OUTBOX_LATER, outbox_held(170)), 1);
    assert_int_equal(state_of(s, rows[0].id), OUTBOX_QUEUED);
    assert_true(outbox_held(outbox_held(170)) == outbox_held(170));
    assert_int_equal(outbox_release(s->tx, 3, 0, 200, 100), 1);
    assert_int_equal(lease(s, OWNER, 170, 5, &rows), 2);
}

static void an_origin_is_counted(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    struct outbox_counts counts;
    int64_t ids[6];
    for (int i = 0; i < 6; i++)
        ids[i] = put_of(s, 3, "", 100);
    put_of(s, 4, "", 100);
    assert_int_equal(lease(s, OWNER, 100, 5, &rows), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(outbox_sending(s->tx, ids[i], OWNER, 1, 100, LEASE, 2, 9), 1);
    assert_int_equal(outcome(s, ids[0], 1, OUTBOX_OK, 100), 1);
    assert_int_equal(outcome(s, ids[1], 1, OUTBOX_REFUSED, 100), 1);
    assert_int_equal(outcome(s, ids[2], 1, OUTBOX_UNKNOWN, 100), 1);
    assert_int_equal(outcome(s, ids[3], 1, OUTBOX_LATER, 200), 1);
    assert_int_equal(by_id(s, ids[4], true, 100), OUTBOX_REPORT_NOTED);
    assert_int_equal(outbox_counts(s->tx, 3, &counts), 0);
    static const int64_t expected[OUTBOX_STATES] = {
        [OUTBOX_QUEUED] = 2, [OUTBOX_SENT] = 1,      [OUTBOX_DELIVERED] = 1,
        [OUTBOX_FAILED] = 1, [OUTBOX_UNCERTAIN] = 1,
    };
    for (int i = 0; i < OUTBOX_STATES; i++)
        assert_int_equal(counts.rows[i], expected[i]);
    /* Sent, delivered, and what may have been sent; not what was refused or put off. */
    assert_int_equal(counts.segments, 6);
    assert_int_equal(counts.price, 27);
    assert_int_equal(outbox_counts(s->tx, 5, &counts), 0);
    assert_int_equal(counts.rows[OUTBOX_QUEUED], 0);
    struct outbox_total *totals = NULL;
    assert_int_equal(outbox_totals(s->tx, &s->arena, &totals), 5);
    assert_slice(totals[0].lane, "sms");
    assert_int_equal(totals[0].state, OUTBOX_QUEUED);
    assert_int_equal(totals[0].rows, 3);
}

static void a_person_decides_what_is_uncertain(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t ids[3];
    for (int i = 0; i < 3; i++) {
        ids[i] = sending(s, OUTBOX_BROADCAST, 100);
        assert_int_equal(outcome(s, ids[i], 1, OUTBOX_UNKNOWN, 100), 1);
    }
    assert_int_equal(outbox_uncertain(s->tx, 0, 2, &s->arena, &rows), 2);
    assert_true(rows[0].id == ids[0] && rows[1].id == ids[1]);
    assert_slice(rows[0].reason, "why");
    assert_slice(rows[0].recipient, "13800000011");
    assert_int_equal(rows[0].changed_at, 100);
    assert_int_equal(outbox_uncertain(s->tx, ids[1], 2, &s->arena, &rows), 1);
    assert_int_equal(outbox_decide(s->tx, ids[0], OUTBOX_DECIDE_AGAIN, 150), 1);
    assert_int_equal(outbox_decide(s->tx, ids[1], OUTBOX_DECIDE_SENT, 150), 1);
    assert_int_equal(outbox_decide(s->tx, ids[2], OUTBOX_DECIDE_FAILED, 150), 1);
    assert_int_equal(state_of(s, ids[0]), OUTBOX_QUEUED);
    assert_int_equal(state_of(s, ids[1]), OUTBOX_SENT);
    assert_int_equal(state_of(s, ids[2]), OUTBOX_FAILED);
    assert_int_equal(outbox_decide(s->tx, ids[2], OUTBOX_DECIDE_AGAIN, 150), 0); /* once */
    assert_int_equal(outbox_decide(s->tx, 1, OUTBOX_DECIDE_AGAIN, 150), 0);
    /* The attempt that was given up cannot speak any more. */
    assert_int_equal(outcome(s, ids[0], 1, OUTBOX_OK, 160), 0);
    /* Too late to send it again. */
    int64_t late = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outcome(s, late, 1, OUTBOX_UNKNOWN, 100), 1);
    assert_int_equal(outbox_decide(s->tx, late, OUTBOX_DECIDE_AGAIN, 1100), 1);
    assert_int_equal(state_of(s, late), OUTBOX_EXPIRED);
}

static void nobody_wants_it_any_more(void **state)
{
    struct support *s = *state;
    struct outbox_row row;
    int64_t id = leased(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(outcome(s, id, 1, OUTBOX_NEEDLESS, 100), 1);
    assert_int_equal(outbox_get(s->tx, s->vault, id, &s->arena, &row), 1);
    assert_int_equal(row.state, OUTBOX_EXPIRED);
    assert_slice(row.reason, "why");
}

static void a_report_before_its_outcome_is_kept(void **state)
{
    struct support *s = *state;
    /* Nothing is under way: the report belongs to nothing we sent. */
    assert_int_equal(by_provider_id(s, "sms", "p1", true, 100), OUTBOX_REPORT_UNKNOWN);
    int64_t id = sending(s, OUTBOX_BROADCAST, 100);
    int64_t other = sending(s, OUTBOX_BROADCAST, 100);
    assert_int_equal(by_provider_id(s, "sms", "p1", true, 100), OUTBOX_REPORT_PARKED);
    assert_int_equal(by_provider_id(s, "sms", "p1", false, 100), OUTBOX_REPORT_PARKED); /* late */
    assert_int_equal(by_provider_id(s, "sms", "p9", true, 100), OUTBOX_REPORT_PARKED);
    assert_int_equal(outcome(s, id, 1, OUTBOX_OK, 101), 1);
    assert_int_equal(state_of(s, id), OUTBOX_DELIVERED);
    assert_int_equal(state_of(s, other), OUTBOX_SENDING);
    assert_int_equal(outbox_purge_parked(s->tx, 100, 10), 0);
    assert_int_equal(outbox_purge_parked(s->tx, 101, 10), 1); /* p9, which nobody ever claimed */
    assert_int_equal(outbox_purge_parked(s->tx, 101, 10), 0);
}

static void parked_reports_are_bounded(void **state)
{
    struct support *s = *state;
    char name[16];
    sending(s, OUTBOX_BROADCAST, 100);
    for (int i = 0; i < 10000; i++) {
        snprintf(name, sizeof(name), "x%d", i);
        assert_int_equal(by_provider_id(s, "sms", name, true, 100), OUTBOX_REPORT_PARKED);
    }
    assert_int_equal(by_provider_id(s, "sms", "more", true, 100), OUTBOX_REPORT_UNKNOWN);
}

static void a_report_on_the_way_ends_nothing(void **state)
{
    struct support *s = *state;
    struct outbox_row row;
    int64_t id = sending(s, OUTBOX_BROADCAST, 100);
    struct outbox_report r = { .realm = SLICE("sms"), .id = id, .reason = SLICE("buffered") };
    assert_int_equal(report(s, &r, 100), OUTBOX_REPORT_NOTED);
    assert_int_equal(state_of(s, id), OUTBOX_SENDING);
    assert_int_equal(outcome(s, id, 1, OUTBOX_UNKNOWN, 100), 1);
    assert_int_equal(state_of(s, id), OUTBOX_UNCERTAIN);
    /* It is on its way, so it was taken. */
    assert_int_equal(report(s, &r, 110), OUTBOX_REPORT_NOTED);
    assert_int_equal(outbox_get(s->tx, s->vault, id, &s->arena, &row), 1);
    assert_int_equal(row.state, OUTBOX_SENT);
    assert_slice(row.reason, "buffered");
    r.realm = SLICE("wechat/x"); /* not by the account that sent it */
    assert_int_equal(report(s, &r, 110), OUTBOX_REPORT_UNKNOWN);
    assert_int_equal(by_id(s, id, false, 120), OUTBOX_REPORT_NOTED);
    assert_int_equal(state_of(s, id), OUTBOX_FAILED);
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
        TEST(a_lane_does_not_hold_up_another),
        TEST(each_class_has_its_room),
        TEST(what_is_stale_when_its_time_comes_is_not_sent),
        TEST(rows_of_an_origin_are_withdrawn),
        TEST(held_rows_wait_and_keep_their_pacing),
        TEST(an_origin_is_counted),
        TEST(a_person_decides_what_is_uncertain),
        TEST(nobody_wants_it_any_more),
        TEST(a_report_before_its_outcome_is_kept),
        TEST(parked_reports_are_bounded),
        TEST(a_report_on_the_way_ends_nothing),
        TEST(finished_rows_are_purged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
