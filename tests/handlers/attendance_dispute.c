/* A no-show that objects, and who looks at it. */
#include "handlers/attendance.h"

#include "gateway/base/json.h"
#include "gateway/store/outbox.h"
#include "gateway/store/timers.h"
#include "handlers/tasks.h"
#include "tests/handlers/attendance_scene.h"

/* Number 6, 周凤仙, did not come by the list. */
static void close_with_no_show(const struct scene *c)
{
    c->r->s.now = c->ends_at;
    struct attendance_closing closing = { .activity = c->activity,
                                          .organizer = c->r->organizer,
                                          .items = exceptions,
                                          .count = 2,
                                          .all_came = true };
    struct attendance_sheet sheet;
    assert_int_equal(attendance_close(&c->r->s, &closing, &sheet), ATTENDANCE_DONE);
}

static int object(const struct scene *c, struct attendance_dispute *out)
{
    return attendance_object(&c->r->s, c->people[5].id, 0, SLICE("我克了的嘛 在后街扫"), out);
}

static int review(const struct scene *c, int64_t who, bool give)
{
    struct attendance_dispute out;
    return attendance_review(&c->r->s, who, 0, 6, give, SLICE("后街没有人"), &out);
}

static void an_objection_reaches_the_leader(void **state)
{
    struct scene *c = *state;
    close_with_no_show(c);
    struct attendance_dispute out;
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(out.number, 6);
    assert_slice(out.leader, "刀艳");
    assert_int_equal(out.answer_by, c->ends_at + c->r->policy->objection_days * DAY);
    assert_true(out.task > 0);
    json_t *params = NULL;
    assert_int_equal(told(c, c->r->organizer, "noshow.review", &params), 1);
    assert_string_equal(json_text(params, "words", ""), "我克了的嘛 在后街扫");
    assert_int_equal(json_int(params, "number", 0), 6);
    assert_int_equal(json_int(params, "minutes", 0), 120);
    json_decref(params);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_UNCHANGED);
    assert_int_equal(told(c, c->r->organizer, "noshow.review", NULL), 1);
}

static void only_a_no_show_can_object(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_NONE);
    close_with_no_show(c);
    assert_int_equal(attendance_object(&c->r->s, c->people[0].id, c->activity, SLICE("x"), &out),
                     ATTENDANCE_DISPUTE_NONE);
    assert_int_equal(attendance_appeal(&c->r->s, c->people[5].id, 0, &out),
                     ATTENDANCE_DISPUTE_NONE);
    assert_int_equal(review(c, c->r->organizer, true), ATTENDANCE_DISPUTE_NONE);
}

static void giving_it_after_all_is_a_record(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(review(c, c->r->worker, true), ATTENDANCE_DISPUTE_NOT_ALLOWED);
    assert_int_equal(review(c, c->r->organizer, true), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(records_total(c->r, c->people[5].id), 120);
    assert_int_equal(told(c, c->people[5].address, "hours.confirmed", NULL), 1);
    struct task task;
    assert_int_equal(task_by_number(&c->r->s, out.task, &task), 1);
    assert_int_equal(task.state, TASK_CLOSED);
    assert_int_equal(
        attendance_review(&c->r->s, c->r->organizer, c->activity, 6, true, SLICE(""), &out),
        ATTENDANCE_DISPUTE_UNCHANGED);
    assert_int_equal(records_total(c->r, c->people[5].id), 120);
}

static void a_no_can_be_looked_at_above(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    int64_t zhou = c->people[5].id;
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(review(c, c->r->organizer, false), ATTENDANCE_DISPUTE_DONE);
    json_t *params = NULL;
    assert_int_equal(told(c, c->people[5].address, "noshow.refused", &params), 1);
    assert_string_equal(json_text(params, "reason", ""), "后街没有人");
    json_decref(params);
    assert_int_equal(attendance_appeal(&c->r->s, zhou, 0, &out), ATTENDANCE_DISPUTE_DONE);
    assert_slice(out.leader, "王敏");
    assert_int_equal(told(c, c->r->lead, "noshow.review", NULL), 1);
    assert_int_equal(attendance_appeal(&c->r->s, zhou, 0, &out), ATTENDANCE_DISPUTE_UNCHANGED);
    assert_int_equal(review(c, c->r->organizer, true), ATTENDANCE_DISPUTE_NOT_ALLOWED);
    assert_int_equal(review(c, c->r->lead, false), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(told(c, c->people[5].address, "noshow.final", NULL), 1);
    assert_int_equal(attendance_appeal(&c->r->s, zhou, 0, &out), ATTENDANCE_DISPUTE_NONE);
    assert_int_equal(records_total(c->r, zhou), 0);
}

/* Number 5, 普文光, was excused by the list: told so, heard, and looked at by a second person. */
static void a_leave_can_be_objected_to_as_well(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    int64_t pu = c->people[4].id, to = c->people[4].address;
    close_with_no_show(c);
    assert_int_equal(told(c, to, "noshow.leave", NULL), 1);
    assert_int_equal(told(c, to, "noshow.ask", NULL), 0);
    assert_int_equal(attendance_settle(&c->r->s, pu, c->activity, &out),
                     ATTENDANCE_DISPUTE_UNCHANGED);
    assert_int_equal(attendance_object(&c->r->s, pu, 0, SLICE("我在的"), &out),
                     ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(
        attendance_review(&c->r->s, c->r->organizer, 0, 5, false, SLICE("他请的假"), &out),
        ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(attendance_appeal(&c->r->s, pu, 0, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(attendance_review(&c->r->s, c->r->organizer, 0, 5, true, SLICE(""), &out),
                     ATTENDANCE_DISPUTE_NOT_ALLOWED);
    assert_int_equal(attendance_review(&c->r->s, c->r->lead, 0, 5, true, SLICE(""), &out),
                     ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(records_total(c->r, pu), 120);
}

static void who_said_no_does_not_judge_the_appeal(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    int64_t other = records_role(c->r, c->r->district, ROLE_LEAD, "张主任");
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(review(c, c->r->lead, false), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(attendance_appeal(&c->r->s, c->people[5].id, 0, &out),
                     ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(told(c, c->r->lead, "noshow.review", NULL), 0);
    assert_int_equal(told(c, other, "noshow.review", NULL), 1);
    assert_int_equal(review(c, c->r->lead, true), ATTENDANCE_DISPUTE_NOT_ALLOWED);
    assert_int_equal(review(c, other, true), ATTENDANCE_DISPUTE_DONE);
}

static void the_level_above_can_give_it(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(review(c, c->r->organizer, false), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(attendance_appeal(&c->r->s, c->people[5].id, c->activity, &out),
                     ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(review(c, c->r->lead, true), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(records_total(c->r, c->people[5].id), 120);
}

static void a_mistake_is_settled_at_any_time(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    int64_t zhou = c->people[5].id;
    assert_int_equal(attendance_settle(&c->r->s, zhou, 0, &out), ATTENDANCE_DISPUTE_NONE);
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(review(c, c->r->organizer, false), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(attendance_settle(&c->r->s, zhou, 0, &out), ATTENDANCE_DISPUTE_DONE);
    assert_int_equal(attendance_settle(&c->r->s, zhou, 0, &out), ATTENDANCE_DISPUTE_UNCHANGED);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_NONE);
}

static void nobody_judges_their_own_no_show(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    int64_t id;
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    assert_true(role_grant(&c->r->s, c->r->branch, ROLE_ORGANIZER, c->people[5].address,
                           SLICE("周凤仙"), &id) >= 0);
    assert_int_equal(review(c, c->people[5].address, true), ATTENDANCE_DISPUTE_OWN);
}

static void the_words_of_an_objection_can_be_forgotten(void **state)
{
    struct scene *c = *state;
    struct attendance_dispute out;
    close_with_no_show(c);
    assert_int_equal(object(c, &out), ATTENDANCE_DISPUTE_DONE);
    records_commit(c->r);
    const char *kept = "SELECT COUNT(*) FROM attendance WHERE length(words) > 0";
    assert_int_equal(support_count(c->r->support, kept), 1);
    assert_int_equal(hours_forget(&c->r->s, c->people[5].id, 0), 0);
    records_commit(c->r);
    assert_int_equal(support_count(c->r->support, kept), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_objection_reaches_the_leader),    T(only_a_no_show_can_object),
        T(giving_it_after_all_is_a_record),    T(a_no_can_be_looked_at_above),
        T(a_leave_can_be_objected_to_as_well), T(who_said_no_does_not_judge_the_appeal),
        T(the_level_above_can_give_it),        T(a_mistake_is_settled_at_any_time),
        T(nobody_judges_their_own_no_show),    T(the_words_of_an_objection_can_be_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
