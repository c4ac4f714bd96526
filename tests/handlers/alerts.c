/* Hours that look invented are flagged to the level above, with the reason, and stand. */
#include "handlers/alerts.h"

#include "handlers/tasks.h"
#include "tests/handlers/hours_scene.h"

static int flagged(const struct scene *c, enum alert_kind kind, struct alert *out)
{
    struct alert *list;
    int n = alerts_list(&c->r->s, 0, 200, &list), found = 0;
    assert_true(n >= 0);
    for (int i = 0; i < n; i++) {
        if (list[i].kind != kind)
            continue;
        found++;
        if (out != NULL)
            *out = list[i];
    }
    return found;
}

static void set_sample(const struct scene *c, int64_t percent)
{
    c->r->policy->alert_sample_percent = percent;
}

/* A claim of anybody. */
static int64_t claim_of(const struct scene *c, const struct volunteer *v, int64_t day,
                        int64_t minutes)
{
    struct hours_claim claim = words(c, "敬老院帮忙", day, minutes);
    struct hours_receipt receipt;
    claim.person = v->id;
    claim.address = v->address;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    return receipt.id;
}

static void confirm_by(const struct scene *c, int64_t id, int64_t address)
{
    struct hours_decision d = { .id = id, .confirmer = address };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
}

static void what_is_usual_is_not_flagged(void **state)
{
    struct scene *c = *state;
    struct alert *list;
    for (int i = 1; i <= 4; i++)
        confirm(c, claimed(c, "敬老院包饺子", SUPPORT_TODAY - i, 180), 0);
    assert_int_equal(alerts_list(&c->r->s, 0, 200, &list), 0);
}

/* Forty hours in two minutes: each is recorded, and the lead hears of it once. */
static void a_burst_is_told_to_the_level_above(void **state)
{
    struct scene *c = *state;
    struct alert a;
    for (int i = 1; i <= 4; i++)
        confirm(c, claimed(c, "敬老院包饺子", SUPPORT_TODAY - i, 600), 0);
    assert_int_equal(flagged(c, ALERT_BURST, &a), 1);
    assert_int_equal(a.person, c->yang.id);
    assert_int_equal(a.confirmer, c->r->organizer);
    assert_int_equal(a.minutes, 1200); /* when it was noticed */
    assert_int_equal(records_total(c->r, c->yang.id), 2400);
    assert_int_equal(told(c->r, c->r->lead, "staff.alert", NULL), 1);
    assert_int_equal(told(c->r, c->r->organizer, "staff.alert", NULL), 0);
    assert_string_equal(told_param(c->r, c->r->lead, "staff.alert", "confirmer"), "刀艳");
    assert_string_equal(told_param(c->r, c->r->lead, "staff.alert", "name"), "杨秀兰");
}

static void slowly_it_is_no_burst(void **state)
{
    struct scene *c = *state;
    for (int i = 1; i <= 4; i++) {
        confirm(c, claimed(c, "敬老院包饺子", SUPPORT_TODAY - i, 600), 0);
        c->r->s.now += 2 * HOUR;
    }
    assert_int_equal(flagged(c, ALERT_BURST, NULL), 0);
}

/* She insists on four hours of an activity that lasted two. */
static void longer_than_the_activity_is_flagged(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    struct alert a;
    set_sample(c, 0);
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    records_join(c->r, activity, &c->yang);
    struct hours_claim claim = words(c, "", SUPPORT_TODAY - 1, 240);
    claim.activity = activity;
    claim.over = true;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    confirm(c, receipt.id, 0);
    assert_int_equal(flagged(c, ALERT_OUTSIDE, &a), 1);
    assert_int_equal(a.activity, activity);
    assert_int_equal(a.minutes, 240);
    assert_int_equal(records_total(c->r, c->yang.id), 240);
}

static void other_times_than_the_activity_had(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    set_sample(c, 0);
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    records_join(c->r, activity, &c->yang);
    struct hours_claim claim = words(c, "", SUPPORT_TODAY - 1, 0);
    claim.activity = activity;
    claim.start_min = 14 * 60;
    claim.end_min = 15 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    confirm(c, receipt.id, 0);
    assert_int_equal(flagged(c, ALERT_OUTSIDE, NULL), 1);
}

/* People of elsewhere who never signed up here: one may be a guest, three are told above. */
static void strangers_confirmed_by_one_organizer(void **state)
{
    struct scene *c = *state;
    struct alert a;
    for (int i = 0; i < 3; i++) {
        struct volunteer v = records_volunteer(c->r, "外人", 0);
        assert_int_equal(
            sql_run(c->r->s.tx,
                    &(const struct sql){ .name = "test_area",
                                         .text = "UPDATE volunteers SET area = 530802100000 "
                                                 "WHERE id = $id" },
                    BINDS(BIND_INT("id", v.id))),
            1);
        struct hours_claim claim = words(c, "敬老院帮忙", SUPPORT_TODAY - 1, 60);
        struct hours_receipt receipt;
        int64_t activity = records_activity(c->r, yesterday_nine() + i * HOUR * 3, 120);
        claim.person = v.id;
        claim.address = v.address;
        claim.activity = activity;
        set_sample(c, 0);
        assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
        assert_int_equal(flagged(c, ALERT_STRANGERS, NULL), 0);
        confirm(c, receipt.id, 0);
    }
    assert_int_equal(flagged(c, ALERT_STRANGERS, &a), 1);
    assert_int_equal(a.number, 3);
    assert_int_equal(a.minutes, 180);
}

/* 刀艳 confirms 罗琼's hours, and 罗琼 those of 刀艳. */
static void a_pair_that_confirm_each_other(void **state)
{
    struct scene *c = *state;
    struct alert a;
    struct volunteer luo = records_volunteer(c->r, "罗琼", c->r->worker);
    struct volunteer dao = records_volunteer(c->r, "刀艳", c->r->organizer);
    int64_t id;
    assert_true(
        role_grant(&c->r->s, c->r->branch, ROLE_ORGANIZER, c->r->worker, SLICE("罗琼"), &id) >= 0);
    confirm_by(c, claim_of(c, &luo, SUPPORT_TODAY - 1, 60), c->r->organizer);
    assert_int_equal(flagged(c, ALERT_PAIR, NULL), 0);
    confirm_by(c, claim_of(c, &dao, SUPPORT_TODAY - 1, 60), c->r->worker);
    assert_int_equal(flagged(c, ALERT_PAIR, &a), 1);
    assert_int_equal(a.person, dao.id);
    assert_int_equal(records_total(c->r, dao.id), 60);
    confirm_by(c, claim_of(c, &dao, SUPPORT_TODAY - 2, 60), c->r->worker);
    assert_int_equal(flagged(c, ALERT_PAIR, NULL), 1); /* told once in a season */
}

/* Hours of an activity without a sign-up are labelled, and a share of them is looked at again. */
static void make_up_hours_are_sampled(void **state)
{
    struct scene *c = *state;
    struct hours row;
    set_sample(c, 100);
    for (int i = 0; i < 2; i++) {
        struct hours_receipt receipt;
        struct hours_claim claim = words(c, "", SUPPORT_TODAY - 1 - i, 60);
        claim.activity = records_activity(c->r, yesterday_nine() - i * DAY, 120);
        assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
        confirm(c, receipt.id, 0);
        assert_int_equal(hours_get(&c->r->s, receipt.id, &row), 1);
        assert_true(row.flags & HOURS_MAKE_UP);
        assert_int_equal(flagged(c, ALERT_SAMPLE, NULL), 1);
        set_sample(c, 0);
    }
}

/* The task is the lead's: the one who confirmed cannot close it. */
static void the_confirmer_cannot_close_it(void **state)
{
    struct scene *c = *state;
    struct task *tasks, task;
    for (int i = 1; i <= 2; i++)
        confirm(c, claimed(c, "敬老院包饺子", SUPPORT_TODAY - i, 600), 0);
    assert_int_equal(tasks_open(&c->r->s, c->r->district, 9, &tasks), 1);
    assert_int_equal(tasks[0].kind, TASK_ALERT);
    assert_int_equal(tasks[0].duty, c->r->lead);
    int64_t number = tasks[0].number;
    assert_int_equal(task_close(&c->r->s, c->r->organizer, number, &task), TASK_NOT_YOURS);
    assert_int_equal(task_close(&c->r->s, c->r->lead, number, &task), TASK_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_is_usual_is_not_flagged),
        T(a_burst_is_told_to_the_level_above),
        T(slowly_it_is_no_burst),
        T(longer_than_the_activity_is_flagged),
        T(other_times_than_the_activity_had),
        T(strangers_confirmed_by_one_organizer),
        T(a_pair_that_confirm_each_other),
        T(make_up_hours_are_sampled),
        T(the_confirmer_cannot_close_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
