#include "handlers/guardians.h"

#include "handlers/consents.h"
#include "tests/handlers/outbox.h"

static const char guardian_phone[] = "13911112222";

static struct volunteer teen(struct records *r)
{
    struct volunteer_form form = { .name = SLICE("李欣"),
                                   .birth = civil_day(2010, 1, 1),
                                   .year_only = true,
                                   .area = INT64_C(530802001004),
                                   .address = records_address(r),
                                   .channel = SLICE("sms"),
                                   .notice = SLICE("register.notice/1"),
                                   .words = SLICE("好嘛") };
    struct volunteer v;
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_GUARDIAN);
    return v;
}

static int64_t guardian_address(struct records *r)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"),
                                    slice_of(guardian_phone), SLICE(""), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

static int ask(struct records *r, int64_t volunteer)
{
    return guardian_ask(&r->s, volunteer, SLICE("李国才"), slice_of(guardian_phone));
}

static int64_t request_of(struct records *r)
{
    return strtoll(told_param(r, guardian_address(r), "guardian.ask", "request"), NULL, 10);
}

static enum volunteer_state state_of(struct records *r, int64_t id)
{
    struct volunteer v;
    assert_int_equal(volunteer_get(&r->s, id, &v), 1);
    return v.state;
}

static void yes_makes_the_record_count(void **state)
{
    struct records *r = records_open();
    struct volunteer v = teen(r), minor;
    (void)state;
    assert_int_equal(ask(r, v.id), GUARDIAN_ASKED);
    int64_t address = guardian_address(r);
    assert_string_equal(told_param(r, address, "guardian.ask", "name"), "李欣");
    assert_string_equal(told_param(r, address, "guardian.ask", "area"), "老街社区");
    assert_int_equal(ask(r, v.id), GUARDIAN_UNCHANGED);
    assert_int_equal(told(r, address, "guardian.ask", NULL), 1);
    assert_int_equal(guardian_answer(&r->s, request_of(r), v.address, true, SLICE("1"), &minor),
                     GUARDIAN_GONE); /* the minor's own phone */
    assert_int_equal(state_of(r, v.id), VOLUNTEER_PENDING_GUARDIAN);
    assert_int_equal(guardian_answer(&r->s, request_of(r), address, true, SLICE("同意"), &minor),
                     GUARDIAN_YES);
    assert_int_equal(minor.id, v.id);
    assert_int_equal(state_of(r, v.id), VOLUNTEER_ACTIVE);
    assert_int_equal(consent_last(&r->s, v.id, "guardian"), 1);
    assert_string_equal(told_param(r, v.address, "guardian.yes", "name"), "李欣");
    assert_int_equal(guardian_answer(&r->s, request_of(r), address, false, SLICE("2"), NULL),
                     GUARDIAN_GONE);
    /* A week later nothing happens to the record. */
    run_timers(r, r->s.now + 8 * DAY);
    assert_int_equal(state_of(r, v.id), VOLUNTEER_ACTIVE);
    records_close(r);
}

static void no_removes_the_record(void **state)
{
    struct records *r = records_open();
    struct volunteer v = teen(r);
    (void)state;
    assert_int_equal(ask(r, v.id), GUARDIAN_ASKED);
    assert_int_equal(
        guardian_answer(&r->s, request_of(r), guardian_address(r), false, SLICE("2"), NULL),
        GUARDIAN_NO);
    assert_int_equal(state_of(r, v.id), VOLUNTEER_LEFT);
    assert_int_equal(told(r, v.address, "guardian.no", NULL), 1);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteers WHERE name <> ''"),
                     0);
    assert_int_equal(
        support_count(r->support, "SELECT COUNT(*) FROM guardian_requests WHERE name <> ''"), 0);
    records_close(r);
}

static void silence_removes_the_record(void **state)
{
    struct records *r = records_open();
    struct volunteer v = teen(r);
    int64_t begin = r->s.now;
    (void)state;
    r->s.now += 3600;
    assert_int_equal(ask(r, v.id), GUARDIAN_ASKED);
    run_timers(r, begin + 7 * DAY); /* "unasked" is due, but somebody was asked */
    assert_int_equal(state_of(r, v.id), VOLUNTEER_PENDING_GUARDIAN);
    run_timers(r, begin + 7 * DAY + 3600);
    assert_int_equal(state_of(r, v.id), VOLUNTEER_LEFT);
    assert_int_equal(told(r, v.address, "guardian.late", NULL), 1);
    assert_int_equal(
        guardian_answer(&r->s, request_of(r), guardian_address(r), true, SLICE("1"), NULL),
        GUARDIAN_GONE);
    records_close(r);
}

static void a_record_without_a_guardian_is_removed(void **state)
{
    struct records *r = records_open();
    struct volunteer v = teen(r);
    (void)state;
    run_timers(r, r->s.now + 7 * DAY - 1);
    assert_int_equal(state_of(r, v.id), VOLUNTEER_PENDING_GUARDIAN);
    run_timers(r, r->s.now + 1);
    assert_int_equal(state_of(r, v.id), VOLUNTEER_LEFT);
    records_close(r);
}

static void the_guardian_has_another_phone(void **state)
{
    struct records *r = records_open();
    struct volunteer v = teen(r);
    struct address a;
    (void)state;
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, v.address, r->s.arena, &a), 1);
    assert_int_equal(guardian_ask(&r->s, v.id, SLICE("李国才"), a.sender), GUARDIAN_SAME_PHONE);
    assert_int_equal(guardian_ask(&r->s, v.id, SLICE("李国才"), SLICE("12345")),
                     GUARDIAN_BAD_PHONE);
    struct volunteer adult = records_volunteer(r, "杨秀兰", 0);
    assert_int_equal(ask(r, adult.id), GUARDIAN_NOT_NEEDED);
    assert_int_equal(ask(r, 99), GUARDIAN_NOT_NEEDED);
    records_close(r);
}

static void three_guardians_at_most(void **state)
{
    static const char *const phones[] = { "13911110001", "13911110002", "13911110003",
                                          "13911110004" };
    struct records *r = records_open();
    struct volunteer v = teen(r);
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(guardian_ask(&r->s, v.id, SLICE("甲"), slice_of(phones[i])),
                         GUARDIAN_ASKED);
    assert_int_equal(guardian_ask(&r->s, v.id, SLICE("甲"), slice_of(phones[3])),
                     GUARDIAN_TOO_MANY);
    records_commit(r);
    assert_int_equal(
        support_count(r->support, "SELECT COUNT(*) FROM guardian_requests WHERE state = 1"), 3);
    records_close(r);
}

static void asking_keeps_the_account_of_a_known_phone(void **state)
{
    struct records *r = records_open();
    struct volunteer v = teen(r);
    struct address a;
    (void)state;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"),
                                    slice_of(guardian_phone), SLICE("sms/demo"), r->s.now,
                                    r->s.arena, &a),
                     0);
    assert_int_equal(ask(r, v.id), GUARDIAN_ASKED);
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, a.id, r->s.arena, &a), 1);
    assert_slice(a.account, "sms/demo");
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yes_makes_the_record_count),
        cmocka_unit_test(no_removes_the_record),
        cmocka_unit_test(silence_removes_the_record),
        cmocka_unit_test(a_record_without_a_guardian_is_removed),
        cmocka_unit_test(the_guardian_has_another_phone),
        cmocka_unit_test(three_guardians_at_most),
        cmocka_unit_test(asking_keeps_the_account_of_a_known_phone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
