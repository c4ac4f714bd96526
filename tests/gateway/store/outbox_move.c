/* Rows that shall leave by another account. */
#include "gateway/store/outbox_move.h"

#include "tests/support/support.h"

static int64_t put(struct support *s, const char *account, enum outbox_priority priority,
                   int64_t not_before)
{
    const struct outbox_row row = { .id = ids_next(&s->ids),
                                    .address = 7,
                                    .realm = SLICE("sms"),
                                    .recipient = SLICE("13800000001"),
                                    .account = slice_of(account),
                                    .message = SLICE("x"),
                                    .params = SLICE("{}"),
                                    .priority = priority,
                                    .not_before = not_before };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, SUPPORT_NOW, &s->arena), 0);
    return row.id;
}

static int lease(struct support *s, const char *lane, int64_t now, struct outbox_row **rows)
{
    const struct outbox_lease l = {
        .owner = 5, .lane = slice_of(lane), .seconds = 60, .urgent = 10, .other = 10
    };
    return outbox_lease(s->tx, s->vault, &l, now, &s->arena, rows);
}

static void urgent_ones_are_found_first(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    struct outbox_place place = { 0 };
    int64_t broadcast = put(s, "sms/a", OUTBOX_BROADCAST, SUPPORT_NOW);
    int64_t reply = put(s, "sms/a", OUTBOX_REPLY, SUPPORT_NOW + 10);
    put(s, "sms/a", OUTBOX_REPLY, SUPPORT_NOW + 100); /* not yet */
    put(s, "sms/b", OUTBOX_REPLY, SUPPORT_NOW);
    assert_int_equal(
        outbox_waiting(s->tx, SLICE("sms/a"), SUPPORT_NOW + 100, 10, &place, &s->arena, &rows), 2);
    assert_int_equal(rows[0].id, reply);
    assert_int_equal(rows[1].id, broadcast);
    assert_slice(rows[0].recipient, "13800000001");
    assert_slice(rows[0].account, "sms/a");
    assert_slice(rows[0].realm, "sms");
    place = (struct outbox_place){ 0 };
    assert_int_equal(
        outbox_waiting(s->tx, SLICE("sms/a"), SUPPORT_NOW + 100, 1, &place, &s->arena, &rows), 1);
    assert_int_equal(rows[0].id, reply);
}

/* Rows that cannot go another way do not hide those behind them. */
static void a_lane_is_looked_through_in_pieces(void **state)
{
    struct support *s = *state;
    struct outbox_place place = { 0 };
    struct outbox_row *rows = NULL;
    int64_t expected[9], seen[9];
    size_t n = 0;
    for (int i = 0; i < 4; i++)
        expected[i] = put(s, "sms/a", OUTBOX_CODE, SUPPORT_NOW + i / 2);
    for (int i = 4; i < 9; i++)
        expected[i] = put(s, "sms/a", OUTBOX_BROADCAST, SUPPORT_NOW - i % 2);
    for (;;) {
        int got =
            outbox_waiting(s->tx, SLICE("sms/a"), SUPPORT_NOW + 100, 2, &place, &s->arena, &rows);
        assert_true(got >= 0 && n + (size_t)got <= 9);
        for (int i = 0; i < got; i++)
            seen[n++] = rows[i].id;
        /* One that leaves the lane meanwhile shifts nobody. */
        if (n == 2)
            assert_int_equal(outbox_move(s->tx, seen[0], SLICE("sms/b"), SUPPORT_NOW), 1);
        if (got < 2)
            break;
    }
    assert_int_equal(n, 9);
    for (int i = 0; i < 4; i++)
        assert_int_equal(seen[i], expected[i]);
    static const int order[] = { 5, 7, 4, 6, 8 }; /* by their time, then as they came */
    for (int i = 0; i < 5; i++)
        assert_int_equal(seen[4 + i], expected[order[i]]);
    assert_int_equal(
        outbox_waiting(s->tx, SLICE("sms/a"), SUPPORT_NOW + 100, 2, &place, &s->arena, &rows), 0);
}

/* What waited for another attempt goes at once; what waits for its time still does. */
static void a_row_changes_its_lane(void **state)
{
    struct support *s = *state;
    struct outbox_row *rows = NULL;
    int64_t tried = put(s, "sms/a", OUTBOX_REPLY, SUPPORT_NOW);
    int64_t later = put(s, "sms/a", OUTBOX_REPLY, SUPPORT_NOW + 500);
    int64_t held = put(s, "sms/a", OUTBOX_REPLY, outbox_held(SUPPORT_NOW));
    assert_int_equal(lease(s, "sms/a", SUPPORT_NOW, &rows), 1);
    assert_int_equal(outbox_outcome(s->tx, tried, 5, 1, OUTBOX_LATER, SLICE(""), SLICE("paused"),
                                    SUPPORT_NOW + 900, SUPPORT_NOW),
                     1);
    support_commit(s);
    (void)store_woken(s->store);
    support_begin(s);
    assert_int_equal(outbox_move(s->tx, tried, SLICE("sms/b"), SUPPORT_NOW + 1), 1);
    assert_int_equal(outbox_move(s->tx, later, SLICE("sms/b"), SUPPORT_NOW + 1), 1);
    assert_int_equal(outbox_move(s->tx, held, SLICE("sms/b"), SUPPORT_NOW + 1), 1);
    support_commit(s);
    assert_int_equal(store_woken(s->store), WAKE_OUTBOX);
    support_begin(s);
    assert_int_equal(lease(s, "sms/a", SUPPORT_NOW + 1000, &rows), 0);
    assert_int_equal(lease(s, "sms/b", SUPPORT_NOW + 1, &rows), 1);
    assert_int_equal(rows[0].id, tried);
    assert_slice(rows[0].account, "sms/b");
    assert_int_equal(rows[0].attempt, 2);
    assert_int_equal(lease(s, "sms/b", SUPPORT_NOW + 500, &rows), 1);
    assert_int_equal(rows[0].id, later);
    /* One that is leased moves as well; one that left does not. */
    assert_int_equal(outbox_move(s->tx, later, SLICE("sms/c"), SUPPORT_NOW), 1);
    assert_int_equal(outbox_sending(s->tx, tried, 5, 2, SUPPORT_NOW, 60, 1, 0), 1);
    assert_int_equal(outbox_move(s->tx, tried, SLICE("sms/c"), SUPPORT_NOW), 0);
    assert_int_equal(outbox_move(s->tx, 12345, SLICE("sms/c"), SUPPORT_NOW), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, support_setup_begun, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(urgent_ones_are_found_first),
                                        TEST(a_lane_is_looked_through_in_pieces),
                                        TEST(a_row_changes_its_lane) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
