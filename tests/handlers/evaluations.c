/* Tests of handlers/requests.c and handlers/evaluations.c: from a resident's text to the word on
 * the service, and rows M45, M48, M62 of domain.md. */
#include "handlers/evaluations.h"

#include "handlers/hours.h"
#include "tests/handlers/calling.h"

static int64_t address_of(struct records *r, const char *phone)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"), slice_of(phone),
                                    SLICE(""), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

#define AREA_STATION INT64_C(530802001001)

struct scene {
    struct records *r;
    int64_t station; /* address of the worker */
    int64_t resident, helper_address;
    struct volunteer helper;
    struct task task;
    struct request request;
};

static struct request_form wish(const struct scene *c, const char *service, int days)
{
    return (struct request_form){ .address = c->resident,
                                  .area = AREA_STATION,
                                  .day = civil_day_of(c->r->s.now, c->r->s.zone) + days,
                                  .name = SLICE("段大妈"),
                                  .service = slice_of(service),
                                  .words = slice_of(service) };
}

static struct scene begin(void)
{
    struct scene c = { .r = records_open() };
    struct service *s = &c.r->s;
    c.station = c.r->worker;
    c.resident = address_of(c.r, "13800000066");
    c.helper_address = address_of(c.r, "13800000022");
    const struct volunteer_form form = { .name = SLICE("李雨桐"),
                                         .birth = civil_day(2004, 12, 31),
                                         .year_only = true,
                                         .area = AREA_TOWNSHIP,
                                         .address = c.helper_address,
                                         .channel = SLICE("sms") };
    assert_int_equal(volunteer_register(s, &form, &c.helper), REGISTER_DONE);
    return c;
}

/* Asked for, and a volunteer said yes. */
static void taken(struct scene *c)
{
    const struct request_form form = wish(c, "陪去医院拿药", 1);
    struct service *s = &c->r->s;
    assert_int_equal(request_open(s, &form, &c->task), REQUEST_OPENED);
    assert_int_equal(request_assign(s, c->station, c->task.number, c->helper.id, &c->request),
                     REQUEST_ASSIGNED);
    assert_int_equal(request_answer(s, c->request.id, c->helper_address, true, &c->request),
                     REQUEST_YES);
}

static int64_t sent_of(const struct scene *c, const char *message)
{
    struct slice sql =
        arena_printf(c->r->s.arena, "SELECT COUNT(*) FROM outbox WHERE message = '%s'", message);
    return count_of(c->r, arena_str(c->r->s.arena, sql));
}

/* M48: a request gets a number, and a reply can say who has it and until when. */
static void m48_a_request_gets_a_number_and_somebody_on_duty(void **state)
{
    struct scene c = begin();
    (void)state;
    const struct request_form form = wish(&c, "陪去医院拿药", 1), other = wish(&c, "修灯", 1);
    assert_int_equal(request_open(&c.r->s, &form, &c.task), REQUEST_OPENED);
    assert_true(c.task.number > 0);
    assert_true(c.task.due_at > c.r->s.now);
    assert_true(slice_eq(c.task.duty_name, SLICE("罗琼")));
    assert_int_equal(sent_of(&c, "staff.request"), 1);
    assert_int_equal(request_open(&c.r->s, &form, &c.task), REQUEST_AGAIN);
    assert_true(slice_eq(c.task.duty_name, SLICE("罗琼")));
    assert_int_equal(count_of(c.r, "SELECT COUNT(*) FROM requests"), 1);
    assert_int_equal(request_open(&c.r->s, &other, &c.task), REQUEST_OPENED);
    records_close(c.r);
}

/* M62: nobody is assigned without their own yes. */
static void m62_only_the_volunteers_own_yes_takes_it(void **state)
{
    struct scene c = begin();
    struct service *s = &c.r->s;
    struct request r;
    (void)state;
    const struct request_form form = wish(&c, "陪去医院拿药", 1);
    assert_int_equal(request_open(s, &form, &c.task), REQUEST_OPENED);
    assert_int_equal(request_assign(s, c.resident, c.task.number, c.helper.id, &r),
                     REQUEST_NOT_FOUND);
    assert_int_equal(request_assign(s, c.station, 4711, c.helper.id, &r), REQUEST_NOT_FOUND);
    assert_int_equal(request_assign(s, c.station, c.task.number, c.helper.id, &r),
                     REQUEST_ASSIGNED);
    assert_int_equal(request_assign(s, c.station, c.task.number, c.helper.id, &r),
                     REQUEST_UNCHANGED);
    assert_int_equal(request_answer(s, r.id, c.station, true, &r), REQUEST_GONE);
    assert_int_equal(request_answer(s, r.id, c.helper_address, false, &r), REQUEST_NO);
    assert_int_equal(sent_of(&c, "request.declined"), 1);
    assert_int_equal(request_answer(s, r.id, c.helper_address, true, &r), REQUEST_GONE);
    assert_int_equal(request_assign(s, c.station, c.task.number, c.helper.id, &r),
                     REQUEST_ASSIGNED);
    assert_int_equal(request_answer(s, r.id, c.helper_address, true, &r), REQUEST_YES);
    assert_int_equal(sent_of(&c, "request.taken"), 1);
    assert_int_equal(request_assign(s, c.station, c.task.number, c.helper.id, &r), REQUEST_HAS_ONE);
    assert_int_equal(count_of(c.r, "SELECT COUNT(*) FROM tasks WHERE state = 1"), 0);
    records_close(c.r);
}

static void nobody_helps_on_their_own_phone_or_in_the_past(void **state)
{
    struct scene c = begin();
    struct request r;
    (void)state;
    struct request_form form = wish(&c, "陪去医院拿药", 1);
    form.address = c.helper_address;
    assert_int_equal(request_open(&c.r->s, &form, &c.task), REQUEST_OPENED);
    assert_int_equal(request_assign(&c.r->s, c.station, c.task.number, c.helper.id, &r),
                     REQUEST_OWN);
    c.r->s.now += 3 * 86400;
    assert_int_equal(request_assign(&c.r->s, c.station, c.task.number, c.helper.id, &r),
                     REQUEST_PAST);
    records_close(c.r);
}

/* M45: the record shows how the recipient confirmed: sms, wechat, paper, none with the reason. */
static void m45_the_record_shows_how_the_recipient_confirmed(void **state)
{
    struct scene c = begin();
    struct service *s = &c.r->s;
    struct hours row = { .id = 7001 }, other = { .id = 7002 }, fixed = { .id = 7003 };
    struct evaluation e;
    struct request r;
    (void)state;
    fixed.replaces = row.id;
    taken(&c);
    assert_int_equal(evaluation_of(s, &other, &e), 0);
    assert_string_equal(evaluation_method_name(e.method), "none");
    assert_int_equal(e.reason, EVALUATION_NO_REQUEST);
    assert_int_equal(
        evaluation_answer(s, c.request.id, c.resident, 5, SLICE("5"), EVALUATION_SMS, &r),
        EVALUATION_GONE); /* not asked yet */
    assert_int_equal(request_of_helper(s, c.helper.id, c.request.day, &r), 1);
    assert_int_equal(request_served(s, &r, row.id, 120), 0);
    assert_int_equal(sent_of(&c, "recipient.ask"), 1);
    assert_int_equal(request_over(s, r.id), 0); /* asked once */
    assert_int_equal(sent_of(&c, "recipient.ask"), 1);
    assert_int_equal(evaluation_of(s, &row, &e), 0);
    assert_int_equal(e.reason, EVALUATION_NO_ANSWER);
    assert_int_equal(
        evaluation_answer(s, r.id, c.helper_address, 5, SLICE("5"), EVALUATION_SMS, &r),
        EVALUATION_GONE); /* nobody else's word */
    assert_int_equal(
        evaluation_answer(s, c.request.id, c.resident, 6, SLICE("6"), EVALUATION_SMS, &r),
        EVALUATION_GONE);
    assert_int_equal(
        evaluation_answer(s, c.request.id, c.resident, 3, SLICE("一般"), EVALUATION_WECHAT, &r),
        EVALUATION_DONE);
    assert_int_equal(
        evaluation_answer(s, c.request.id, c.resident, 5, SLICE("5"), EVALUATION_SMS, &r),
        EVALUATION_UNCHANGED);
    assert_int_equal(evaluation_of(s, &fixed, &e), 0);
    assert_string_equal(evaluation_method_name(e.method), "wechat");
    assert_int_equal(e.rating, 3);
    assert_string_equal(evaluation_method_name(EVALUATION_SMS), "sms");
    records_close(c.r);
}

static void m45_paper_has_its_number_and_needs_the_power(void **state)
{
    struct scene c = begin();
    struct service *s = &c.r->s;
    struct hours row = { .id = 7001 };
    struct evaluation e;
    struct request r;
    (void)state;
    taken(&c);
    struct evaluation_paper p = {
        .by = c.station, .request = c.request.id, .reference = SLICE("A12"), .rating = 4
    };
    assert_int_equal(evaluation_paper(s, &p), EVALUATION_GONE); /* not over */
    assert_int_equal(request_of_helper(s, c.helper.id, c.request.day, &r), 1);
    assert_int_equal(request_served(s, &r, row.id, 120), 0);
    p.by = c.helper_address;
    assert_int_equal(evaluation_paper(s, &p), EVALUATION_FORBIDDEN);
    p.by = c.station;
    p.rating = 0;
    assert_int_equal(evaluation_paper(s, &p), EVALUATION_GONE);
    p.rating = 4;
    assert_int_equal(evaluation_paper(s, &p), EVALUATION_DONE);
    assert_int_equal(evaluation_paper(s, &p), EVALUATION_UNCHANGED);
    assert_int_equal(evaluation_of(s, &row, &e), 0);
    assert_string_equal(evaluation_method_name(e.method), "paper");
    assert_int_equal(e.rating, 4);
    assert_true(slice_eq(e.reference, SLICE("A12")));
    records_close(c.r);
}

static void nobody_came_is_a_task_above(void **state)
{
    struct scene c = begin();
    struct service *s = &c.r->s;
    struct task task;
    struct request r;
    (void)state;
    taken(&c);
    run_timers(c.r, s->now + 3 * 86400); /* the morning after: asked without a report */
    assert_int_equal(sent_of(&c, "recipient.ask"), 1);
    assert_int_equal(
        evaluation_absent(s, c.request.id, c.resident, SLICE("没来"), EVALUATION_SMS, &r, &task),
        EVALUATION_DONE);
    assert_int_equal(task.kind, TASK_COMPLAINT);
    assert_int_equal(
        evaluation_absent(s, c.request.id, c.resident, SLICE("没来"), EVALUATION_SMS, &r, &task),
        EVALUATION_UNCHANGED);
    /* reported afterwards: the word stands beside it, and nobody is asked again */
    struct hours row = { .id = 7001 };
    struct evaluation e;
    assert_int_equal(request_of_helper(s, c.helper.id, c.request.day, &r), 1);
    assert_int_equal(request_served(s, &r, row.id, 120), 0);
    assert_int_equal(evaluation_of(s, &row, &e), 0);
    assert_int_equal(e.reason, EVALUATION_ABSENT);
    assert_string_equal(evaluation_method_name(e.method), "none");
    assert_int_equal(sent_of(&c, "recipient.ask"), 1);
    records_close(c.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(m48_a_request_gets_a_number_and_somebody_on_duty),
        cmocka_unit_test(m62_only_the_volunteers_own_yes_takes_it),
        cmocka_unit_test(nobody_helps_on_their_own_phone_or_in_the_past),
        cmocka_unit_test(m45_the_record_shows_how_the_recipient_confirmed),
        cmocka_unit_test(m45_paper_has_its_number_and_needs_the_power),
        cmocka_unit_test(nobody_came_is_a_task_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
