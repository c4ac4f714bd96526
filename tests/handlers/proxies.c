/* Tests of handlers/proxies.c: people registered by others, M15 and M05 of domain.md. */
#include "handlers/proxies.h"

#include "handlers/district.h"
#include "handlers/tasks.h"
#include "tests/handlers/calling.h"

static int64_t address_of(struct records *r, const char *phone)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"), slice_of(phone),
                                    SLICE(""), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

static struct proxy_form form_of(int64_t by, const char *name, const char *phone, int year)
{
    return (struct proxy_form){ .by = by,
                                .name = slice_of(name),
                                .birth = civil_day(year, 12, 31),
                                .year_only = true,
                                .area = AREA_TOWNSHIP,
                                .phone = slice_of(phone) };
}

/* A station with a worker; the worker's address. */
static int64_t worker_of(struct records *r, const char *phone)
{
    struct organization district = {
        .kind = ORG_DISTRICT, .name = SLICE("区"), .shown = SLICE("区"), .area = AREA_TOWNSHIP
    };
    int64_t org = 0, role = 0, address = address_of(r, phone);
    assert_true(org_add(&r->s, &district, &org) >= 0);
    assert_true(role_grant(&r->s, org, ROLE_STATION, address, SLICE("罗琼"), &role) >= 0);
    return address;
}

static int ask(struct records *r, int64_t by, const char *name, const char *phone, int year)
{
    struct proxy_form form = form_of(by, name, phone, year);
    return proxy_register(&r->s, &form);
}

static int64_t open_request(struct records *r)
{
    return count_of(r, "SELECT id FROM proxy_registrations WHERE state = 1");
}

static void each_registration_has_its_outcome(void **state)
{
    struct records *r = records_open();
    (void)state;
    int64_t by = worker_of(r, "13800000088");
    assert_int_equal(ask(r, address_of(r, "13900000077"), "张国强", "13800000044", 1958),
                     PROXY_FORBIDDEN);
    assert_int_equal(ask(r, by, "张国强", "0879-2122", 1958), PROXY_BAD_PHONE);
    assert_int_equal(ask(r, by, "", "13800000044", 1958), PROXY_BAD_NAME);
    assert_int_equal(ask(r, by, "张国强", "13800000044", 2999), PROXY_BAD_BIRTH);
    assert_int_equal(ask(r, by, "小张", "13800000044", 2012), PROXY_MINOR);
    assert_int_equal(ask(r, by, "罗琼", "13800000088", 1980), PROXY_OWN);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM proxy_registrations"), 0);
    assert_int_equal(ask(r, by, "张国强", "138-0000-0044", 1958), PROXY_ASKED);
    assert_int_equal(ask(r, by, "张国强", "13800000044", 1958), PROXY_UNCHANGED);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM outbox WHERE message = 'proxy.ask'"), 1);
    records_close(r);
}

/* M15: a record by proxy has no hours until consent; refusal erases it. */
static void m15_nothing_counts_before_the_yes_and_a_no_erases(void **state)
{
    struct records *r = records_open();
    struct volunteer v;
    (void)state;
    int64_t by = worker_of(r, "13800000088"), to = address_of(r, "13800000044");
    assert_int_equal(ask(r, by, "张国强", "13800000044", 1958), PROXY_ASKED);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM volunteers"), 0);
    int64_t request = open_request(r);
    assert_int_equal(proxy_answer(&r->s, request, by, true, SLICE("1"), SLICE("sms"), &v),
                     PROXY_GONE);
    assert_int_equal(proxy_answer(&r->s, request, to, true, SLICE("1"), SLICE("sms"), &v),
                     PROXY_YES);
    assert_int_equal(v.state, VOLUNTEER_ACTIVE);
    assert_int_equal(consent_last(&r->s, v.id, "registration"), 1);
    assert_int_equal(proxy_answer(&r->s, request, to, false, SLICE("2"), SLICE("sms"), &v),
                     PROXY_GONE);
    assert_int_equal(ask(r, by, "李四", "13800000045", 1958), PROXY_ASKED);
    request = open_request(r);
    assert_int_equal(proxy_answer(&r->s, request, address_of(r, "13800000045"), false, SLICE("2"),
                                  SLICE("sms"), NULL),
                     PROXY_NO);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM proxy_registrations WHERE name <> ''"), 0);
    assert_int_equal(ask(r, by, "王五", "13800000045", 1958), PROXY_BARRED);
    records_close(r);
}

/* M05: district, branches, stations; the power of a branch ends at its township. */
static void m05_a_branch_reaches_its_own_subtree_only(void **state)
{
    struct records *r = records_open();
    (void)state;
    int64_t other = records_org(r, ORG_BRANCH, r->district, "南屏镇分会", INT64_C(530802100000));
    int64_t below = records_org(r, ORG_STATION, other, "南屏社区站", INT64_C(530802100001));
    const struct {
        int64_t org;
        int may;
    } reach[] = {
        { r->branch, 1 }, { r->station, 1 }, { r->district, 0 }, { other, 0 }, { below, 0 }
    };
    for (size_t i = 0; i < sizeof reach / sizeof *reach; i++)
        assert_int_equal(role_may(&r->s, r->organizer, POWER_BROADCAST, reach[i].org, NULL),
                         reach[i].may);
    assert_int_equal(role_may(&r->s, r->worker, POWER_REGISTER, r->station, NULL), 1);
    assert_int_equal(role_may(&r->s, r->worker, POWER_REGISTER, below, NULL), 0);
    records_close(r);
}

static void silence_deletes(void **state)
{
    struct records *r = records_open();
    (void)state;
    int64_t by = worker_of(r, "13800000088");
    assert_int_equal(ask(r, by, "张国强", "13800000044", 1958), PROXY_ASKED);
    int64_t request = open_request(r);
    run_timers(r, r->s.now + r->s.policy->proxy_days * 86400 - 1);
    assert_int_equal(open_request(r), request);
    run_timers(r, r->s.now + r->s.policy->proxy_days * 86400 + 1);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM proxy_registrations"), 0);
    assert_int_equal(proxy_answer(&r->s, request, address_of(r, "13800000044"), true, SLICE("1"),
                                  SLICE("sms"), NULL),
                     PROXY_GONE);
    records_close(r);
}

static void paper_takes_the_place_of_a_phone(void **state)
{
    struct records *r = records_open();
    (void)state;
    int64_t by = worker_of(r, "13800000088");
    struct proxy_form form = form_of(by, "周奶奶", "", 1940);
    form.paper = SLICE("A12");
    assert_int_equal(proxy_register(&r->s, &form), PROXY_PAPER);
    form.paper = SLICE("A13");
    assert_int_equal(proxy_register(&r->s, &form), PROXY_KNOWN);
    form.name = SLICE("李奶奶");
    assert_int_equal(proxy_register(&r->s, &form), PROXY_PAPER);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM volunteers WHERE address = 0 AND "
                                 "provisional = 0"),
                     2);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM volunteer_links"), 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM consents WHERE channel = 'paper'"), 2);
    records_close(r);
}

static void a_dispute_says_who_gave_it_and_bars_the_number(void **state)
{
    struct records *r = records_open();
    struct proxy_giver giver;
    struct volunteer v;
    (void)state;
    int64_t by = worker_of(r, "13800000088"), to = address_of(r, "13800000044");
    assert_int_equal(proxy_dispute(&r->s, to, &giver), 0);
    assert_int_equal(ask(r, by, "张国强", "13800000044", 1958), PROXY_ASKED);
    assert_int_equal(proxy_answer(&r->s, open_request(r), to, true, SLICE("1"), SLICE("sms"), &v),
                     PROXY_YES);
    assert_int_equal(proxy_dispute(&r->s, to, &giver), 1);
    assert_int_equal(giver.volunteer, v.id);
    assert_true(slice_eq(giver.name, SLICE("区罗琼")));
    assert_int_equal(volunteer_freeze(&r->s, v.id), LEAVE_DONE);
    assert_int_equal(volunteer_freeze(&r->s, v.id), LEAVE_UNCHANGED);
    assert_int_equal(volunteer_get(&r->s, v.id, &v), 1);
    assert_int_equal(v.state, VOLUNTEER_FROZEN);
    assert_int_equal(v.name.n, 0);
    assert_int_equal(proxy_dispute(&r->s, to, &giver), 0);
    assert_int_equal(ask(r, by, "张国强", "13800000044", 1958), PROXY_BARRED);
    records_close(r);
}

static void a_worker_registers_so_many_a_day(void **state)
{
    struct records *r = records_open();
    (void)state;
    int64_t by = worker_of(r, "13800000088");
    for (int i = 0; i < r->s.policy->proxy_day_max; i++) {
        char phone[16];
        snprintf(phone, sizeof phone, "139%08d", i);
        assert_int_equal(ask(r, by, "人", phone, 1970), PROXY_ASKED);
    }
    assert_int_equal(ask(r, by, "人", "13800000044", 1970), PROXY_DAY_MAX);
    r->s.now += 86400;
    assert_int_equal(ask(r, by, "人", "13800000044", 1970), PROXY_ASKED);
    records_close(r);
}

static void outcomes_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < PROXY_OUTCOMES; i++)
        assert_string_not_equal(proxy_outcome_name((enum proxy_outcome)i), "?");
    assert_string_equal(proxy_outcome_name((enum proxy_outcome)PROXY_OUTCOMES), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_registration_has_its_outcome),
        cmocka_unit_test(m15_nothing_counts_before_the_yes_and_a_no_erases),
        cmocka_unit_test(m05_a_branch_reaches_its_own_subtree_only),
        cmocka_unit_test(silence_deletes),
        cmocka_unit_test(paper_takes_the_place_of_a_phone),
        cmocka_unit_test(a_dispute_says_who_gave_it_and_bars_the_number),
        cmocka_unit_test(a_worker_registers_so_many_a_day),
        cmocka_unit_test(outcomes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
