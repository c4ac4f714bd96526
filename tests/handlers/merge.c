/* Two records of one person become one. */
#include "handlers/bindings.h"

#include "handlers/seal.h"
#include "tests/handlers/hours_scene.h"

static int64_t total(const struct scene *c, int64_t person)
{
    struct ledger_totals t;
    assert_true(ledger_total(&c->r->s, person, &t) >= 0);
    return t.minutes;
}

static int64_t confirmed(struct scene *c, const struct volunteer *v, const char *name, int64_t day,
                         int64_t minutes)
{
    struct scene other = { c->r, *v };
    int64_t id = claimed(&other, name, day, minutes);
    (void)confirm(&other, id, 0);
    return id;
}

static void merge(struct scene *c, const struct volunteer *gone, struct merge_result *out)
{
    assert_int_equal(volunteer_merge(&c->r->s, c->yang.id, gone->id, gone->address, out), 0);
}

static void assert_audited(struct scene *c)
{
    struct audit_report report;
    assert_int_equal(ledger_audit(&c->r->s, NULL, &report), 0);
    assert_int_equal(report.bad, 0);
}

static void what_stands_in_both_counts_once(void **state)
{
    struct scene *c = *state;
    struct volunteer w = records_volunteer(c->r, "杨秀兰", 0);
    struct merge_result merged;
    confirmed(c, &c->yang, "包饺子", SUPPORT_TODAY - 1, 210);
    confirmed(c, &w, "包饺子", SUPPORT_TODAY - 1, 210);
    confirmed(c, &w, "扫雪", SUPPORT_TODAY - 2, 60);
    merge(c, &w, &merged);
    assert_int_equal(merged.minutes, 270);
    assert_int_equal(merged.twice, 210);
    assert_int_equal(total(c, c->yang.id), 270);
    assert_int_equal(total(c, w.id), 0);
    /* Both chains are there: nothing was taken away, and all of it is sound. */
    struct ledger_entry *list;
    int n = ledger_list(&c->r->s, w.id, 0, 9, &list), reversals = 0;
    for (int i = 0; i < n; i++)
        reversals += list[i].kind == LEDGER_REVERSAL;
    assert_int_equal(reversals, 2);
    assert_int_equal(ledger_list(&c->r->s, c->yang.id, 0, 9, &list), 2);
    assert_slice(list[0].name, "扫雪");
    assert_int_equal(list[0].minutes, 60);
    assert_audited(c);
}

static void what_was_confirmed_wins_over_what_was_claimed(void **state)
{
    struct scene *c = *state;
    struct volunteer w = records_volunteer(c->r, "杨秀兰", 0);
    struct scene other = { c->r, w };
    struct merge_result merged;
    claimed(c, "包饺子", SUPPORT_TODAY - 1, 240);
    confirmed(c, &w, "包饺子", SUPPORT_TODAY - 1, 210);
    int64_t waits = claimed(&other, "扫雪", SUPPORT_TODAY - 2, 60);
    merge(c, &w, &merged);
    assert_int_equal(merged.minutes, 210);
    assert_int_equal(merged.twice, 0);
    /* What waits goes on waiting, as hers. */
    struct hours row, *waiting;
    assert_int_equal(hours_get(&c->r->s, waits, &row), 1);
    assert_int_equal(row.state, HOURS_REPLACED);
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 9, &waiting), 1);
    assert_int_equal(waiting[0].person, c->yang.id);
    assert_audited(c);
}

static void signups_links_and_papers_come_along(void **state)
{
    struct scene *c = *state;
    struct volunteer w = records_volunteer(c->r, "杨秀兰", 0), now;
    struct merge_result merged;
    struct volunteer *there;
    struct signup_result result;
    struct activity a;
    int64_t one = records_activity(c->r, SUPPORT_NOW + 5 * HOUR, 120);
    int64_t two = records_activity(c->r, SUPPORT_NOW + 50 * HOUR, 120);
    assert_int_equal(volunteer_seen(&c->r->s, w.id, true), 1);
    assert_int_equal(signup_join(&c->r->s, one, c->yang.address, &c->yang.id, 1, &result, &a), 0);
    assert_int_equal(signup_join(&c->r->s, one, w.address, &w.id, 1, &result, &a), 0);
    assert_int_equal(a.taken, 2);
    assert_int_equal(signup_join(&c->r->s, two, w.address, &w.id, 1, &result, &a), 0);
    merge(c, &w, &merged);
    assert_int_equal(activity_get(&c->r->s, one, &a), 1);
    assert_int_equal(a.taken, 1); /* one place is enough */
    struct signup up;
    assert_int_equal(signup_find(&c->r->s, two, c->yang.id, &up), 1);
    assert_int_equal(up.state, SIGNUP_JOINED);
    assert_int_equal(volunteers_by_address(&c->r->s, w.address, &there), 1);
    assert_int_equal(there[0].id, c->yang.id);
    assert_int_equal(there[0].verification, VERIFY_PASSED);
    assert_int_equal(volunteer_get(&c->r->s, w.id, &now), 1);
    assert_int_equal(now.state, VOLUNTEER_LEFT);
    assert_int_equal(now.name.n, 0);
}

static void nobody_is_merged_with_themselves(void **state)
{
    struct scene *c = *state;
    struct merge_result merged;
    assert_int_equal(volunteer_merge(&c->r->s, c->yang.id, c->yang.id, c->yang.address, &merged),
                     GW_EINVAL);
    assert_int_equal(volunteer_merge(&c->r->s, c->yang.id, 1, c->yang.address, &merged),
                     GW_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_stands_in_both_counts_once),
        T(what_was_confirmed_wins_over_what_was_claimed),
        T(signups_links_and_papers_come_along),
        T(nobody_is_merged_with_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
