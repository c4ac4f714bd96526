#include "handlers/demo.h"

#include "tests/handlers/outbox.h"

static void fill(struct records *r, int64_t volunteers, int slice)
{
    struct fault fault = { 0 };
    struct demo *d = NULL;
    int64_t done = 0, all = 0, before = 0;
    int rc;
    assert_int_equal(demo_begin(volunteers, &d, &fault), 0);
    do {
        rc = demo_fill_some(d, &r->s, slice);
        if (rc < 0)
            fail_msg("%d %s", rc, tx_error_text(r->s.tx));
        demo_progress(d, &done, &all);
        assert_true(done >= before && done <= all);
        before = done;
        records_commit(r);
    } while (rc == 1);
    assert_int_equal(done, all);
    demo_free(d);
}

static int64_t count(struct records *r, const char *query)
{
    return support_count(r->support, query);
}

static int64_t phone_of(struct records *r, const char *phone)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"), slice_of(phone),
                                    SLICE(""), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

static void the_district_is_believable(void **state)
{
    struct records *r = records_empty();
    (void)state;
    fill(r, 100, 7);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM organizations WHERE kind = 4"), 81);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM organizations WHERE kind = 3"), 7);
    assert_true(count(r, "SELECT COUNT(*) FROM volunteers") >= 110);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM activities WHERE state IN (2, 3)"), 10);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM activities WHERE state = 6"), 2);
    assert_true(count(r, "SELECT COUNT(*) FROM signups WHERE state = 1") >= 40);
    assert_true(count(r, "SELECT COUNT(*) FROM ledger") >= 11);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM organizations o WHERE kind IN (3, 4) AND NOT "
                              "EXISTS (SELECT 1 FROM roles WHERE org = o.id)"),
                     0);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM activities a WHERE taken <> (SELECT COUNT(*) "
                              "FROM signups WHERE activity = a.id AND state IN (1, 3))"),
                     0);
    records_close(r);
}

static void the_people_of_the_scripts_are_there(void **state)
{
    struct records *r = records_empty();
    struct volunteer *people;
    struct role role;
    struct activity a;
    struct ledger_totals totals;
    (void)state;
    fill(r, 10, 1000);
    assert_int_equal(volunteers_by_address(&r->s, phone_of(r, "13800000022"), &people), 1);
    assert_slice(people[0].name, "李雨桐");
    assert_int_equal(ledger_total(&r->s, people[0].id, &totals), 1);
    assert_true(totals.minutes >= 37 * 60);
    assert_int_equal(role_any(&r->s, phone_of(r, "13800000033"), POWER_BROADCAST, &role), 1);
    assert_slice(role.name, "刀艳");
    assert_slice(role.org_shown, "思茅街道分会");
    assert_int_equal(role_any(&r->s, phone_of(r, "13800000099"), POWER_APPOINT, &role), 1);
    assert_int_equal(volunteers_by_address(&r->s, phone_of(r, "13800000011"), &people), 0);
    assert_int_equal(activity_by_code(&r->s, 36, &a), 1);
    assert_int_equal(a.starts_at, at(3, 9, 0));
    assert_slice(a.leader_name, "刀艳");
    records_close(r);
}

static void twice_changes_nothing_and_more_adds(void **state)
{
    struct records *r = records_empty();
    (void)state;
    fill(r, 50, 1000);
    int64_t people = count(r, "SELECT COUNT(*) FROM volunteers"),
            roles = count(r, "SELECT COUNT(*) FROM roles"),
            entries = count(r, "SELECT COUNT(*) FROM ledger"),
            signups = count(r, "SELECT COUNT(*) FROM signups"),
            activities = count(r, "SELECT COUNT(*) FROM activities");
    fill(r, 50, 1000);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM volunteers"), people);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM roles"), roles);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM ledger"), entries);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM signups"), signups);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM activities"), activities);
    fill(r, 60, 1000);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM volunteers"), people + 10);
    records_close(r);
}

static void generated_people_are_adults_with_known_phones(void **state)
{
    struct records *r = records_empty();
    struct volunteer *people;
    char phone[12];
    (void)state;
    fill(r, 200, 1000);
    for (int64_t i = 0; i < 200; i++) {
        demo_phone(i, phone);
        assert_int_equal(volunteers_by_address(&r->s, phone_of(r, phone), &people), 1);
        assert_int_equal(people[0].state, VOLUNTEER_ACTIVE);
        assert_true(volunteer_age(&r->s, &people[0]) >= 18);
        assert_true(people[0].name.n > 0);
        assert_int_equal(people[0].address, phone_of(r, phone));
    }
    /* Claims made up for them tell nobody: only the named people and two activities do. */
    assert_true(count(r, "SELECT COUNT(*) FROM outbox") < 20);
    assert_true(count(r, "SELECT COUNT(DISTINCT person) FROM ledger") > 10);
    demo_phone(0, phone);
    assert_string_equal(phone, "13900000000");
    demo_phone(999999, phone);
    assert_string_equal(phone, "13900999999");
    records_close(r);
}

static void no_timer_of_the_past_is_left(void **state)
{
    struct records *r = records_empty();
    struct timer_row *rows;
    (void)state;
    fill(r, 10, 1000);
    assert_int_equal(timers_due(r->s.tx, r->s.now, 10, r->s.arena, &rows), 0);
    records_close(r);
}

static void a_silly_number_is_refused(void **state)
{
    struct fault fault = { 0 };
    struct demo *d = NULL;
    (void)state;
    assert_int_equal(demo_begin(-1, &d, &fault), GW_EINVAL);
    assert_true(fault.code == GW_EINVAL);
    demo_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_district_is_believable),
        cmocka_unit_test(the_people_of_the_scripts_are_there),
        cmocka_unit_test(twice_changes_nothing_and_more_adds),
        cmocka_unit_test(generated_people_are_adults_with_known_phones),
        cmocka_unit_test(no_timer_of_the_past_is_left),
        cmocka_unit_test(a_silly_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
