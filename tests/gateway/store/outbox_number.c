/* What a number was sent lately, as providers count: minute and hour of the clock, 24 hours
 * rolling. */
#include "gateway/store/outbox_number.h"

#include "gateway/store/outbox.h"
#include "tests/support/support.h"

enum { ADDRESS = 7, OWNER = 5 };

static const struct zone utc = { 0 };

/* A row that leaves by an account at a moment and comes to `outcome`. */
static void leave(struct support *s, int64_t address, const char *account, int64_t at,
                  enum outbox_outcome outcome)
{
    struct outbox_row *rows = NULL;
    const struct outbox_row row = { .id = ids_next(&s->ids),
                                    .address = address,
                                    .realm = SLICE("sms"),
                                    .recipient = SLICE("13800000001"),
                                    .account = slice_of(account),
                                    .message = SLICE("x"),
                                    .params = SLICE("{}"),
                                    .priority = OUTBOX_REPLY,
                                    .not_before = at };
    const struct outbox_lease lease = {
        .owner = OWNER, .lane = slice_of(account[0] ? account : "sms"), .seconds = 60, .urgent = 1
    };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, at, &s->arena), 0);
    assert_int_equal(outbox_lease(s->tx, s->vault, &lease, at, &s->arena, &rows), 1);
    assert_int_equal(rows[0].id, row.id);
    assert_int_equal(outbox_sending(s->tx, row.id, OWNER, 1, at, 60, 1, 5), 1);
    /* Far in the future, so that the next lease does not find it. */
    assert_int_equal(
        outbox_outcome(s->tx, row.id, OWNER, 1, outcome, SLICE(""), SLICE(""), at + 86400 * 30, at),
        1);
}

static int64_t next(struct support *s, int minute, int hour, int day, int64_t now)
{
    const struct number_limits limits = { minute, hour, day };
    int64_t at = -1;
    assert_int_equal(outbox_number_next(s->tx, ADDRESS, SLICE("sms/a"), &limits, utc, now, &at), 0);
    return at;
}

/* SUPPORT_NOW is 10:00:00 in China and a whole hour everywhere. */
static void windows(void **state)
{
    struct support *s = *state;
    const int64_t t = SUPPORT_NOW;
    assert_int_equal(next(s, 1, 1, 1, t), t);
    leave(s, ADDRESS, "sms/a", t + 59, OUTBOX_OK);
    /* The minute of the clock, not the 60 s since. */
    assert_int_equal(next(s, 1, 0, 0, t + 59), t + 60);
    assert_int_equal(next(s, 1, 0, 0, t + 60), t + 60);
    assert_int_equal(next(s, 0, 1, 0, t + 60), t + 3600);
    assert_int_equal(next(s, 0, 1, 0, t + 3600), t + 3600);
    /* The day rolls. */
    assert_int_equal(next(s, 0, 0, 1, t + 3600), t + 59 + 86400);
    assert_int_equal(next(s, 0, 0, 1, t + 59 + 86400), t + 59 + 86400);
    /* Several at once: the latest counts. */
    assert_int_equal(next(s, 1, 1, 0, t + 59), t + 3600);
    assert_int_equal(next(s, 1, 1, 1, t + 59), t + 59 + 86400);
    assert_int_equal(next(s, 2, 2, 2, t + 59), t + 59);
    assert_int_equal(next(s, 0, 0, 0, t + 59), t + 59);
    leave(s, ADDRESS, "sms/a", t + 1000, OUTBOX_OK);
    leave(s, ADDRESS, "sms/a", t + 2000, OUTBOX_OK);
    /* Two of three are still in the day when the first leaves it. */
    assert_int_equal(next(s, 0, 0, 3, t + 2001), t + 59 + 86400);
    assert_int_equal(next(s, 0, 0, 2, t + 2001), t + 1000 + 86400);
}

/* What left in a response counts like what has a row, for its account alone. */
static void replies_without_a_row(void **state)
{
    struct support *s = *state;
    const int64_t t = SUPPORT_NOW;
    assert_int_equal(outbox_number_inline(s->tx, 1, ADDRESS, SLICE("sms/a"), t + 1), 0);
    assert_int_equal(outbox_number_inline(s->tx, 2, ADDRESS, SLICE("sms/b"), t + 2), 0);
    assert_int_equal(outbox_number_inline(s->tx, 3, ADDRESS + 1, SLICE("sms/a"), t + 3), 0);
    assert_int_equal(next(s, 1, 0, 0, t + 4), t + 60);
    assert_int_equal(next(s, 2, 0, 0, t + 4), t + 4);
    leave(s, ADDRESS, "sms/a", t + 5, OUTBOX_OK);
    assert_int_equal(next(s, 2, 0, 0, t + 6), t + 60);
    assert_int_equal(next(s, 0, 0, 2, t + 6), t + 1 + 86400);
    assert_int_equal(outbox_number_forget(s->tx, 1), 0);
    assert_int_equal(next(s, 2, 0, 0, t + 6), t + 6);
    assert_int_equal(outbox_number_purge(s->tx, t + 2 + 86400, 10), 0);
    assert_int_equal(outbox_number_purge(s->tx, t + 3 + 86400, 10), 1);
    assert_int_equal(outbox_number_purge(s->tx, t + 9 + 86400, 10), 1);
}

/* Hours of a zone that is half an hour off. */
static void windows_of_the_zone(void **state)
{
    struct support *s = *state;
    const struct number_limits limits = { .hour = 1 };
    const struct zone zone = { 330 };
    int64_t at = 0;
    leave(s, ADDRESS, "sms/a", SUPPORT_NOW, OUTBOX_OK);
    assert_int_equal(
        outbox_number_next(s->tx, ADDRESS, SLICE("sms/a"), &limits, zone, SUPPORT_NOW + 1, &at), 0);
    assert_int_equal(at, SUPPORT_NOW + 1800);
}

/* Others' messages and other accounts do not count, nor what the provider did not take; what may
 * have been taken does. */
static void what_counts(void **state)
{
    struct support *s = *state;
    const int64_t t = SUPPORT_NOW;
    leave(s, ADDRESS + 1, "sms/a", t, OUTBOX_OK);
    leave(s, ADDRESS, "sms/b", t, OUTBOX_OK);
    leave(s, ADDRESS, "sms/a", t, OUTBOX_LATER);
    assert_int_equal(next(s, 1, 1, 1, t), t);
    leave(s, ADDRESS, "", t, OUTBOX_OK); /* the realm's only account at that time */
    assert_int_equal(next(s, 1, 0, 0, t), t + 60);
    assert_int_equal(next(s, 2, 0, 0, t), t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, support_setup_begun, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(windows), TEST(windows_of_the_zone), TEST(what_counts),
                                        TEST(replies_without_a_row) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
