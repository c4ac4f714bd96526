#include "handlers/tasks.h"

#include "handlers/notify.h"
#include "tests/handlers/outbox.h"

static struct task_form form_of(struct records *r, enum task_kind kind, const char *said)
{
    return (struct task_form){ .kind = kind,
                               .area = INT64_C(530802001001),
                               .asker = records_address(r),
                               .name = SLICE("杨秀兰"),
                               .said = slice_of(said) };
}

static struct task open_task(struct records *r, const struct task_form *form)
{
    struct task t;
    assert_int_equal(task_open(&r->s, form, &t), TASK_OPENED);
    return t;
}

static void the_duty_person_is_told(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "我讲不清楚 找个人");
    struct task t = open_task(r, &form);
    (void)state;
    assert_int_equal(t.duty, r->worker);
    assert_slice(t.duty_name, "罗琼");
    assert_slice(t.duty_org, "老街社区站");
    assert_int_equal(t.due_at, at(0, 17, 0));
    assert_true(t.number >= 1 && t.number <= 99);
    assert_string_equal(told_param(r, r->worker, "staff.task", "name"), "杨秀兰");
    assert_string_equal(told_param(r, r->worker, "staff.task", "said"), "我讲不清楚 找个人");
    assert_string_equal(told_param(r, r->worker, "staff.task", "kind"), "human");
    assert_int_equal(strlen(told_param(r, r->worker, "staff.task", "tail")), 4);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM tasks WHERE "
                                               "instr(said, '讲不清') > 0"),
                     0);
    records_close(r);
}

static void due_times_keep_working_hours(void **state)
{
    struct records *r = records_open();
    (void)state;
    assert_int_equal(task_due(&r->s, at(0, 6, 0)), at(0, 17, 0));
    assert_int_equal(task_due(&r->s, at(0, 16, 0)), at(0, 17, 0));
    assert_int_equal(task_due(&r->s, at(0, 16, 1)), at(1, 11, 0));
    assert_int_equal(task_due(&r->s, at(0, 23, 0)), at(1, 11, 0));
    assert_int_equal(task_due(&r->s, at(2, 16, 30)), at(5, 11, 0)); /* Friday → Monday */
    assert_int_equal(task_due(&r->s, at(3, 10, 0)), at(5, 11, 0));  /* Saturday */
    records_close(r);
}

static void the_same_wish_is_one_task(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task first = open_task(r, &form), again;
    (void)state;
    form.said = SLICE("快点");
    assert_int_equal(task_open(&r->s, &form, &again), TASK_AGAIN);
    assert_int_equal(again.number, first.number);
    assert_slice(again.said, "找人\n快点");
    assert_int_equal(task_open(&r->s, &form, &again), TASK_AGAIN);
    assert_slice(again.said, "找人\n快点");
    assert_int_equal(told(r, r->worker, "staff.task", NULL), 1);
    form.kind = TASK_REQUEST;
    assert_int_equal(task_open(&r->s, &form, &again), TASK_OPENED);
    assert_int_not_equal(again.number, first.number);
    records_close(r);
}

static void long_words_are_cut(void **state)
{
    struct records *r = records_open();
    char text[3001];
    struct task t;
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct task_form form = form_of(r, TASK_HUMAN, text);
    t = open_task(r, &form);
    assert_int_equal(t.said.n, 1000);
    assert_true(strlen(told_param(r, r->worker, "staff.task", "said")) <= 90);
    records_close(r);
}

static void overdue_tasks_move_up(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form);
    (void)state;
    run_timers(r, at(0, 16, 59));
    assert_int_equal(told(r, form.asker, "human.late", NULL), 0);
    run_timers(r, at(0, 17, 0));
    assert_int_equal(task_by_number(&r->s, t.number, &t), 1);
    assert_int_equal(t.duty, r->organizer);
    assert_int_equal(t.org, r->branch);
    assert_int_equal(t.level, 1);
    assert_int_equal(t.due_at, at(1, 11, 0));
    assert_int_equal(told(r, r->organizer, "staff.task", NULL), 1);
    assert_string_equal(told_param(r, form.asker, "human.late", "late"), "罗琼");
    assert_string_equal(told_param(r, form.asker, "human.late", "duty"), "刀艳");
    assert_string_equal(told_param(r, form.asker, "human.late", "date"), "2026-11-26");
    assert_string_equal(told_param(r, form.asker, "human.late", "from"), "09:00");
    assert_string_equal(told_param(r, form.asker, "human.late", "to"), "11:00");
    run_timers(r, at(1, 11, 0));
    assert_int_equal(told(r, r->lead, "staff.task", NULL), 1);
    assert_int_equal(told(r, form.asker, "human.late", NULL), 2);
    /* At the top the same person is told again, and then it ends. */
    run_timers(r, at(30, 12, 0));
    assert_int_equal(told(r, r->lead, "staff.task", NULL), 2);
    assert_int_equal(told(r, form.asker, "human.late", NULL), 2);
    records_close(r);
}

static void a_closed_task_stays_closed(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), out;
    (void)state;
    assert_int_equal(task_reply(&r->s, r->worker, t.number, SLICE("下午来站上"), &out), TASK_DONE);
    assert_string_equal(told_param(r, form.asker, "human.reply", "text"), "下午来站上");
    assert_string_equal(told_param(r, form.asker, "human.reply", "duty"), "罗琼");
    assert_int_equal(task_close(&r->s, form.asker, t.number, &out), TASK_NOT_YOURS);
    assert_int_equal(task_close(&r->s, r->worker, 98, &out), TASK_NOT_FOUND);
    assert_int_equal(task_close(&r->s, r->worker, t.number, &out), TASK_DONE);
    assert_int_equal(task_close(&r->s, r->worker, t.number, &out), TASK_WAS_CLOSED);
    assert_int_equal(task_reply(&r->s, r->worker, t.number, SLICE("x"), &out), TASK_WAS_CLOSED);
    run_timers(r, at(5, 17, 0));
    assert_int_equal(told(r, form.asker, "human.late", NULL), 0);
    /* The next wish is a task of its own. */
    assert_int_equal(task_open(&r->s, &form, &out), TASK_OPENED);
    records_close(r);
}

static void the_level_above_may_close(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), *list, out;
    (void)state;
    assert_int_equal(tasks_open(&r->s, r->district, 10, &list), 1);
    assert_int_equal(list[0].number, t.number);
    assert_int_equal(tasks_open(&r->s, r->station, 10, &list), 1);
    assert_int_equal(task_close(&r->s, r->lead, t.number, &out), TASK_DONE);
    assert_int_equal(tasks_open(&r->s, r->district, 10, &list), 0);
    records_close(r);
}

static void danger_goes_out_at_night(void **state)
{
    struct records *r = records_open();
    struct outbox_row row;
    (void)state;
    r->s.now = at(0, 23, 30);
    struct task_form form = form_of(r, TASK_SAFETY, "我家老倌摔倒了起不来");
    struct task t = open_task(r, &form), again;
    assert_int_equal(told(r, r->worker, "staff.safety", &row), 1);
    assert_int_equal(row.not_before, r->s.now);
    assert_int_equal(row.priority, OUTBOX_CODE);
    assert_int_equal(t.due_at, r->s.now + 15 * 60);
    form.said = SLICE("不会动了");
    assert_int_equal(task_open(&r->s, &form, &again), TASK_AGAIN);
    assert_int_equal(told(r, r->worker, "staff.safety", NULL), 2);
    run_timers(r, t.due_at);
    assert_int_equal(told(r, r->organizer, "staff.safety", NULL), 1);
    assert_int_equal(told(r, form.asker, "human.late", NULL), 0);
    records_close(r);
}

static void a_dispute_begins_above_the_station(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_DISPUTE, "哪个给我登记呢");
    struct task t = open_task(r, &form);
    (void)state;
    assert_int_equal(t.duty, r->organizer);
    /* Nobody above the district: it stays there. */
    form = form_of(r, TASK_DISPUTE, "哪个给我登记呢");
    form.org = r->district;
    t = open_task(r, &form);
    assert_int_equal(t.duty, r->lead);
    records_close(r);
}

static void an_objection_has_its_own_question(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_OBJECTION, "我克了的嘛");
    (void)state;
    form.subject = 77;
    struct task t = open_task(r, &form);
    assert_int_equal(told(r, r->worker, "staff.task", NULL), 0);
    assert_int_equal(t.due_at, r->s.now + 3 * DAY);
    assert_int_equal(task_settle(&r->s, TASK_OBJECTION, 77), 0);
    run_timers(r, t.due_at + 1);
    assert_int_equal(told(r, r->organizer, "staff.task", NULL), 0);
    assert_int_equal(task_by_number(&r->s, t.number, &t), 1);
    assert_int_equal(t.state, TASK_CLOSED);
    records_close(r);
}

static void nobody_on_duty_still_keeps_the_task(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t;
    (void)state;
    r->s.now += r->policy->role_sleep_days * DAY + 1;
    assert_int_equal(task_open(&r->s, &form, &t), TASK_NOBODY);
    assert_int_equal(t.duty, 0);
    assert_true(t.number > 0);
    records_close(r);
}

static void numbers_are_short_and_unique(void **state)
{
    struct records *r = records_open();
    bool used[200] = { false };
    (void)state;
    for (int i = 0; i < 120; i++) {
        struct task_form form = form_of(r, TASK_HUMAN, "找人");
        struct task t = open_task(r, &form), out;
        assert_true(t.number > 0 && t.number < 200);
        assert_false(used[t.number]);
        used[t.number] = true;
        if (i % 3 == 0) {
            assert_int_equal(task_close(&r->s, r->worker, t.number, &out), TASK_DONE);
            used[t.number] = false;
        }
    }
    records_close(r);
}

/* ---- passing on ---- */

static struct task given(struct records *r, int64_t by, const struct task *t, const char *name)
{
    struct task out;
    assert_int_equal(task_pass(&r->s, by, t->number, slice_of(name), SLICE(""), &out), TASK_PASSED);
    return out;
}

static void a_task_is_passed_on_and_the_asker_told(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), out = given(r, r->worker, &t, "刀艳");
    (void)state;
    assert_int_equal(out.duty, r->organizer);
    assert_int_equal(out.org, r->branch);
    assert_int_equal(out.due_at, t.due_at);
    assert_string_equal(told_param(r, r->organizer, "staff.task", "by"), "罗琼");
    assert_string_equal(told_param(r, form.asker, "human.passed", "duty"), "刀艳");
    assert_int_equal(task_pass(&r->s, r->organizer, t.number, SLICE("刀艳"), SLICE(""), &out),
                     TASK_PASS_UNCHANGED);
    /* What was passed on is not the station's any more. */
    assert_int_equal(task_close(&r->s, r->worker, t.number, &out), TASK_NOT_YOURS);
    out = given(r, r->organizer, &t, "罗琼");
    assert_int_equal(out.duty, r->worker);
    assert_int_equal(task_close(&r->s, r->worker, t.number, &out), TASK_DONE);
    assert_int_equal(task_pass(&r->s, r->worker, t.number, SLICE("刀艳"), SLICE(""), &out),
                     TASK_PASS_CLOSED);
    records_close(r);
}

static void a_task_goes_to_nobody_it_does_not_concern(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), out;
    (void)state;
    int64_t other = records_org(r, ORG_BRANCH, r->district, "南屏镇分会", INT64_C(530802102000));
    int64_t far = records_role(r, other, ROLE_ORGANIZER, "陈静");
    assert_int_equal(task_pass(&r->s, r->worker, t.number, SLICE("陈静"), SLICE(""), &out),
                     TASK_PASS_NOBODY);
    assert_int_equal(task_pass(&r->s, r->worker, t.number, SLICE("张三丰"), SLICE(""), &out),
                     TASK_PASS_NOBODY);
    assert_int_equal(task_pass(&r->s, far, t.number, SLICE("刀艳"), SLICE(""), &out),
                     TASK_PASS_NOT_FOUND);
    assert_int_equal(task_pass(&r->s, r->worker, 4711, SLICE("刀艳"), SLICE(""), &out),
                     TASK_PASS_NOT_FOUND);
    assert_int_equal(task_reply(&r->s, far, t.number, SLICE("好"), &out), TASK_NOT_YOURS);
    assert_int_equal(told(r, form.asker, "human.reply", NULL), 0);
    /* The lead reaches everybody below. */
    out = given(r, r->lead, &t, "陈静");
    assert_int_equal(out.duty, far);
    records_close(r);
}

static void of_two_of_one_name_the_organization_tells(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), out;
    (void)state;
    records_role(r, r->district, ROLE_ORGANIZER, "刀艳");
    assert_int_equal(task_pass(&r->s, r->worker, t.number, SLICE("刀艳"), SLICE(""), &out),
                     TASK_PASS_SEVERAL);
    assert_int_equal(
        task_pass(&r->s, r->worker, t.number, SLICE("刀艳"), SLICE("思茅街道分会"), &out),
        TASK_PASSED);
    assert_int_equal(out.duty, r->organizer);
    records_close(r);
}

static void who_lost_the_role_answers_nothing(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), out;
    struct role *roles;
    (void)state;
    assert_int_equal(roles_of(&r->s, r->worker, &roles), 1);
    assert_int_equal(role_revoke(&r->s, r->lead, roles[0].id), ROLE_REVOKED_NOW);
    assert_int_equal(task_reply(&r->s, r->worker, t.number, SLICE("好"), &out), TASK_NOT_YOURS);
    records_close(r);
}

static void overdue_skips_who_had_it_already(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form);
    (void)state;
    given(r, r->worker, &t, "刀艳");
    run_timers(r, t.due_at + 1);
    assert_int_equal(task_by_number(&r->s, t.number, &t), 1);
    assert_int_equal(t.duty, r->lead);
    assert_string_equal(told_param(r, form.asker, "human.late", "late"), "刀艳");
    assert_string_equal(told_param(r, form.asker, "human.late", "duty"), "王敏");
    records_close(r);
}

static void holidays_and_days_off_made_up_for_count(void **state)
{
    struct records *r = records_open();
    (void)state;
    /* 2026-09-30 is a Wednesday before seven days off; Saturday 10-10 is worked (the State
     * Council's calendar of 2026). */
    int64_t eve = notify_moment(&r->s, civil_day(2026, 9, 30), 16 * 60 + 30);
    assert_int_equal(task_due(&r->s, eve), notify_moment(&r->s, civil_day(2026, 10, 8), 11 * 60));
    int64_t saturday = notify_moment(&r->s, civil_day(2026, 10, 10), 10 * 60);
    assert_int_equal(task_due(&r->s, saturday),
                     notify_moment(&r->s, civil_day(2026, 10, 10), 17 * 60));
    records_close(r);
}

static void the_figures_tell_what_was_on_time(void **state)
{
    struct records *r = records_open();
    struct task_figure rows[TASK_KINDS_MAX];
    struct task t[4], out;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct task_form form = form_of(r, i < 3 ? TASK_HUMAN : TASK_REQUEST, "找人");
        t[i] = open_task(r, &form);
    }
    assert_int_equal(task_close(&r->s, r->worker, t[0].number, &out), TASK_DONE);
    int64_t begun = r->s.now;
    r->s.now = t[1].due_at + HOUR; /* moved up or not, it is late */
    run_timers(r, r->s.now);
    assert_int_equal(task_close(&r->s, r->organizer, t[1].number, &out), TASK_DONE);
    assert_int_equal(tasks_figures(&r->s, r->district, begun, begun + 1, rows), 2);
    assert_int_equal(rows[0].kind, TASK_HUMAN);
    assert_int_equal(rows[0].opened, 3);
    assert_int_equal(rows[0].on_time, 1);
    assert_int_equal(rows[0].late, 1);
    assert_int_equal(rows[0].overdue, 1);
    assert_int_equal(rows[0].open, 0);
    assert_int_equal(rows[1].opened, 1);
    assert_int_equal(rows[1].overdue, 1);
    /* Counted where it was opened, and only in its time. */
    assert_int_equal(tasks_figures(&r->s, r->station, begun, begun + 1, rows), 2);
    assert_int_equal(tasks_figures(&r->s, r->district, begun + 1, begun + DAY, rows), 0);
    records_close(r);
}

static void the_list_is_ones_own_and_below(void **state)
{
    struct records *r = records_open();
    struct task_form form = form_of(r, TASK_HUMAN, "找人");
    struct task t = open_task(r, &form), *list;
    (void)state;
    assert_int_equal(tasks_of(&r->s, r->worker, r->station, 9, &list), 1);
    given(r, r->worker, &t, "刀艳");
    assert_int_equal(tasks_of(&r->s, r->worker, r->station, 9, &list), 0);
    assert_int_equal(tasks_of(&r->s, r->organizer, 0, 9, &list), 1);
    assert_int_equal(tasks_of(&r->s, r->lead, r->district, 9, &list), 1);
    assert_int_equal(tasks_of(&r->s, form.asker, 0, 9, &list), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_duty_person_is_told),
        cmocka_unit_test(due_times_keep_working_hours),
        cmocka_unit_test(the_same_wish_is_one_task),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(overdue_tasks_move_up),
        cmocka_unit_test(a_closed_task_stays_closed),
        cmocka_unit_test(the_level_above_may_close),
        cmocka_unit_test(danger_goes_out_at_night),
        cmocka_unit_test(a_dispute_begins_above_the_station),
        cmocka_unit_test(an_objection_has_its_own_question),
        cmocka_unit_test(nobody_on_duty_still_keeps_the_task),
        cmocka_unit_test(numbers_are_short_and_unique),
        cmocka_unit_test(a_task_is_passed_on_and_the_asker_told),
        cmocka_unit_test(a_task_goes_to_nobody_it_does_not_concern),
        cmocka_unit_test(of_two_of_one_name_the_organization_tells),
        cmocka_unit_test(who_lost_the_role_answers_nothing),
        cmocka_unit_test(overdue_skips_who_had_it_already),
        cmocka_unit_test(holidays_and_days_off_made_up_for_count),
        cmocka_unit_test(the_figures_tell_what_was_on_time),
        cmocka_unit_test(the_list_is_ones_own_and_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
