/* 改: hours fixed up and down, taken back, and totals that hold whatever was done. */
#include "handlers/hours.h"

#include "handlers/stars.h"
#include "tests/handlers/hours_scene.h"

static int fix(const struct scene *c, int64_t id, int64_t minutes, struct hours_receipt *receipt)
{
    return hours_fix(&c->r->s, c->yang.id, id, minutes, false, receipt);
}

static void lowering_what_is_confirmed_is_immediate(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    confirm(c, id, 0);
    c->r->s.now += 300 * (int64_t)DAY; /* at any age */
    struct hours_receipt receipt;
    assert_int_equal(fix(c, id, 150, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(receipt.minutes, 150);
    assert_int_equal(receipt.total, 150);
    assert_slice(receipt.name, "包饺子");
    struct hours row;
    assert_int_equal(hours_get(&c->r->s, receipt.id, &row), 1);
    assert_int_equal(row.state, HOURS_CONFIRMED);
    assert_int_equal(row.replaces, id);
    assert_int_equal(row.seq, 3);
    struct ledger_entry *list;
    assert_int_equal(ledger_list(&c->r->s, c->yang.id, 0, 9, &list), 3);
    assert_int_equal(list[0].kind, LEDGER_CORRECTION);
    assert_int_equal(list[0].recorder, c->yang.address);
    assert_int_equal(list[1].kind, LEDGER_REVERSAL);
    assert_int_equal(fix(c, id, 100, &receipt), HOURS_FIX_CLOSED);
    assert_int_equal(fix(c, row.id, 150, &receipt), HOURS_FIX_UNCHANGED);
    assert_int_equal(fix(c, row.id, 60, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(receipt.total, 60);
}

static void raising_what_is_confirmed_asks_again(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    struct hours_receipt receipt;
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(receipt.total, 120);
    assert_int_equal(receipt.flags & HOURS_RAISED, HOURS_RAISED);
    int64_t claim = receipt.id;
    assert_int_not_equal(claim, id);
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_UNCHANGED);
    assert_int_equal(receipt.id, claim);
    struct star star;
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.minutes, 120);
    assert_int_equal(star.waiting, 60);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 9, &rows), 1);
    assert_int_equal(rows[0].id, id);
    struct hours_decided out = confirm(c, claim, 0);
    assert_int_equal(out.total, 180);
    assert_int_equal(hours_get(&c->r->s, id, &out.row), 1);
    assert_int_equal(out.row.state, HOURS_REPLACED);
    struct ledger_totals totals;
    assert_int_equal(ledger_total(&c->r->s, c->yang.id, &totals), 1);
    assert_int_equal(totals.services, 1);
    assert_int_equal(totals.entries, 3);
}

static void a_refused_raise_leaves_what_stood(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    struct hours_receipt receipt;
    struct hours_decided out;
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(hours_refuse(&c->r->s, receipt.id, c->r->organizer, SLICE("两小时"), &out),
                     HOURS_DECIDE_DONE);
    assert_int_equal(out.total, 120);
    assert_int_equal(hours_get(&c->r->s, id, &out.row), 1);
    assert_int_equal(out.row.state, HOURS_CONFIRMED);
}

/* A raise that waits ends when the value is lowered, or set to what is confirmed. */
static void lowering_ends_a_raise(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    struct hours_receipt receipt;
    struct star star;
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(fix(c, id, 240, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 120);
    int64_t raise = receipt.id;
    assert_int_equal(fix(c, raise, 200, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(fix(c, receipt.id, 120, &receipt), HOURS_FIX_UNCHANGED);
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 0);
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(fix(c, id, 60, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(receipt.total, 60);
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 0);
}

static void a_claim_is_fixed_before_it_is_confirmed(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_receipt receipt;
    assert_int_equal(fix(c, id, 150, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(fix(c, id, 150, &receipt), HOURS_FIX_CLOSED);
    assert_int_equal(fix(c, 4711, 150, &receipt), HOURS_FIX_NOT_YOURS);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 9, &rows), 1);
    assert_int_equal(rows[0].minutes, 150);
    assert_int_equal(fix(c, rows[0].id, 240, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(receipt.flags & HOURS_RAISED, HOURS_RAISED);
    assert_int_equal(hours_waiting_count(&c->r->s, c->r->organizer), 1);
}

static void fixes_keep_to_the_activity_and_the_day(void **state)
{
    struct scene *c = *state;
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    records_join(c->r, activity, &c->yang);
    struct hours_claim claim = {
        .person = c->yang.id, .start_min = -1, .end_min = -1, .activity = activity
    };
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    int64_t id = receipt.id;
    confirm(c, id, 0);
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_OVER);
    assert_int_equal(receipt.limit, 120);
    assert_slice(receipt.confirmer, "刀艳");
    assert_int_equal(hours_fix(&c->r->s, c->yang.id, id, 180, true, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(receipt.flags, HOURS_OVER | HOURS_RAISED);
    assert_int_equal(hours_fix(&c->r->s, c->yang.id, id, 1441, true, &receipt), HOURS_FIX_TOO_LONG);
    assert_int_equal(receipt.limit, 1440);
    assert_int_equal(fix(c, id, 0, &receipt), GW_EINVAL);
}

static void nobody_fixes_what_is_not_theirs(void **state)
{
    struct scene *c = *state;
    struct volunteer li = records_volunteer(c->r, "李秀英", 0);
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_receipt receipt;
    assert_int_equal(hours_fix(&c->r->s, li.id, id, 60, false, &receipt), HOURS_FIX_NOT_YOURS);
    assert_int_equal(hours_withdraw(&c->r->s, li.id, id, &receipt), HOURS_WITHDRAW_NOT_YOURS);
    assert_int_equal(receipt.name.n, 0);
}

static void taking_back_is_immediate(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    int64_t claim = claimed(c, "扫街", SUPPORT_TODAY - 1, 60);
    assert_int_equal(hours_withdraw(&c->r->s, c->yang.id, claim, &receipt), HOURS_WITHDRAW_DONE);
    assert_int_equal(hours_withdraw(&c->r->s, c->yang.id, claim, &receipt),
                     HOURS_WITHDRAW_UNCHANGED);
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    confirm(c, id, 0);
    assert_int_equal(fix(c, id, 240, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(hours_withdraw(&c->r->s, c->yang.id, id, &receipt), HOURS_WITHDRAW_DONE);
    assert_int_equal(receipt.total, 0);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 9, &rows), 0);
    struct star star;
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 0);
    assert_int_equal(hours_fix(&c->r->s, c->yang.id, id, 60, false, &receipt), HOURS_FIX_CLOSED);
    claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
}

/* Claims, confirmations, fixes and withdrawals at random: the head's total is the sum of the rows
 * that stand, and of the ledger. */
static void totals_equal_sums_after_anything(void **state)
{
    struct scene *c = *state;
    uint64_t seed = 36;
    int64_t ids[400];
    int n = 0;
    for (int i = 0; i < 400; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned dice = (unsigned)(seed >> 60);
        int64_t id = n > 0 ? ids[(seed >> 33) % (unsigned)n] : 0;
        struct hours_receipt receipt = { .id = 0 };
        struct hours_decided out;
        struct hours_decision d = { .id = id, .confirmer = c->r->organizer };
        if (dice < 5 || n == 0) {
            struct hours_claim claim =
                words(c, "扫街", SUPPORT_TODAY - 1 - (int64_t)(seed >> 40) % 60,
                      1 + (int64_t)(seed >> 20) % 300);
            assert_true(report(c, &claim, &receipt) >= 0);
        } else if (dice < 9) {
            assert_true(hours_confirm(&c->r->s, &d, &out) >= 0);
        } else if (dice < 13) {
            assert_true(hours_fix(&c->r->s, c->yang.id, id, 1 + (int64_t)(seed >> 20) % 300, false,
                                  &receipt) >= 0);
        } else if (dice < 15) {
            assert_true(hours_withdraw(&c->r->s, c->yang.id, id, &receipt) >= 0);
        } else {
            assert_true(hours_refuse(&c->r->s, id, c->r->organizer, SLICE("x"), &out) >= 0);
        }
        if (receipt.id != 0 && n < 400)
            ids[n++] = receipt.id;
    }
    records_commit(c->r);
    int64_t total = records_total(c->r, c->yang.id);
    assert_true(total > 0);
    assert_int_equal(support_count(c->r->support, "SELECT SUM(minutes) FROM hours WHERE state = 1"),
                     total);
    assert_int_equal(support_count(c->r->support, "SELECT SUM(minutes) FROM ledger"), total);
    assert_int_equal(
        support_count(c->r->support, "SELECT COUNT(*) FROM hours WHERE state = 1 AND seq = 0"), 0);
    /* No day of anybody holds more than 24 hours, and no thing stands twice. */
    assert_int_equal(
        support_count(c->r->support,
                      "SELECT COUNT(*) FROM (SELECT day FROM hours WHERE state IN "
                      "(0, 1) GROUP BY day HAVING SUM(minutes - instead) > 1440) AS d"),
        0);
    assert_int_equal(support_count(c->r->support,
                                   "SELECT COUNT(*) FROM (SELECT day FROM hours WHERE state IN "
                                   "(0, 1) AND instead = 0 GROUP BY day HAVING COUNT(*) > 1) AS d"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lowering_what_is_confirmed_is_immediate), T(raising_what_is_confirmed_asks_again),
        T(a_refused_raise_leaves_what_stood),       T(lowering_ends_a_raise),
        T(a_claim_is_fixed_before_it_is_confirmed), T(fixes_keep_to_the_activity_and_the_day),
        T(nobody_fixes_what_is_not_theirs),         T(taking_back_is_immediate),
        T(totals_equal_sums_after_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
