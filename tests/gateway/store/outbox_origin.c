/* The outbox: lanes, rows of one origin, what a person decides, reports that come early. */
#include "gateway/store/outbox.h"
#include "gateway/store/people.h"

#include "tests/gateway/store/outbox_rows.h"

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

static void an_early_report_of_a_blacklist_is_kept(void **state)
{
    struct support *s = *state;
    struct outbox_row row;
    struct outbox_report r = { .realm = SLICE("sms"),
                               .provider_id = SLICE("p1"),
                               .final = true,
                               .number = OUTBOX_NUMBER_REFUSES,
                               .reason = SLICE("MBBLACK") };
    int64_t id = sending(s, OUTBOX_REPLY, 100);
    assert_int_equal(report(s, &r, 100), OUTBOX_REPORT_PARKED);
    assert_int_equal(outcome(s, id, 1, OUTBOX_OK, 101), OUTBOX_NOTED + OUTBOX_NUMBER_REFUSES);
    assert_int_equal(outbox_get(s->tx, s->vault, id, &s->arena, &row), 1);
    assert_int_equal(row.state, OUTBOX_FAILED);
    assert_slice(row.reason, "MBBLACK");
    /* Only once: the outcome of another row finds nothing. */
    int64_t other = sending(s, OUTBOX_REPLY, 100);
    assert_int_equal(outcome(s, other, 1, OUTBOX_OK, 101), 1);
}

/* Sends a message to the address at a moment; its phone is reached or missed. */
static void ends(struct support *s, int64_t at, bool delivered)
{
    int64_t id = sending(s, OUTBOX_NOTICE, at);
    const struct outbox_report r = { .realm = SLICE("sms"),
                                     .id = id,
                                     .final = true,
                                     .delivered = delivered,
                                     .reason = SLICE("UNDELIV") };
    assert_int_equal(outcome(s, id, 1, OUTBOX_OK, at), OUTBOX_NOTED);
    assert_int_equal(report(s, &r, at), OUTBOX_REPORT_NOTED);
}

static int give_up(struct support *s, enum outbox_number number, int64_t now)
{
    return outbox_number_said(s->tx, 5, number, SLICE("UNDELIV"), now);
}

/* The address that outbox_rows.h writes to. */
SQL(renumber, "UPDATE addresses SET id = 5 WHERE id = $was");

/* A phone that is off for days is not given up; one that three texts missed over a week is, once.
 */
static void a_number_is_given_up_in_time(void **state)
{
    enum { DAY = 86400 };
    struct support *s = *state;
    struct address to;
    int64_t at = SUPPORT_NOW;
    assert_true(people_address(s->tx, s->vault, &s->ids, SLICE("sms"), SLICE("13800000011"),
                               SLICE("sms/demo"), at, &s->arena, &to) >= 0);
    assert_int_equal(sql_run(s->tx, &renumber, BINDS(BIND_INT("was", to.id))), 1);
    ends(s, at, true);
    for (int day = 1; day <= 4; day++)
        ends(s, at + day * DAY, false);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_MISSED, at + 4 * DAY), 0); /* off for four days */
    ends(s, at + 9 * DAY, true);
    ends(s, at + 10 * DAY, false);
    ends(s, at + 14 * DAY, false);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_MISSED, at + 20 * DAY), 0); /* two only */
    ends(s, at + 20 * DAY, false);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_UNSAID, at + 20 * DAY), 0);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_MISSED, at + 20 * DAY), 1);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_MISSED, at + 21 * DAY), 0); /* known already */
}

static void a_number_that_nobody_has_is_given_up_at_once(void **state)
{
    struct support *s = *state;
    struct address to;
    assert_true(people_address(s->tx, s->vault, &s->ids, SLICE("sms"), SLICE("13800000011"),
                               SLICE("sms/demo"), SUPPORT_NOW, &s->arena, &to) >= 0);
    assert_int_equal(sql_run(s->tx, &renumber, BINDS(BIND_INT("was", to.id))), 1);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_DEAD, SUPPORT_NOW), 1);
    assert_int_equal(give_up(s, OUTBOX_NUMBER_DEAD, SUPPORT_NOW), 0);
    assert_int_equal(people_by_id(s->tx, s->vault, 5, &s->arena, &to), 1);
    assert_int_equal(to.unreachable_at, SUPPORT_NOW);
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

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_lane_does_not_hold_up_another),
        TEST(each_class_has_its_room),
        TEST(what_is_stale_when_its_time_comes_is_not_sent),
        TEST(rows_of_an_origin_are_withdrawn),
        TEST(held_rows_wait_and_keep_their_pacing),
        TEST(an_origin_is_counted),
        TEST(a_person_decides_what_is_uncertain),
        TEST(nobody_wants_it_any_more),
        TEST(a_report_before_its_outcome_is_kept),
        TEST(an_early_report_of_a_blacklist_is_kept),
        TEST(parked_reports_are_bounded),
        TEST(a_number_is_given_up_in_time),
        TEST(a_number_that_nobody_has_is_given_up_at_once),
        TEST(a_report_on_the_way_ends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
