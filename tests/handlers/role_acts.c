#include "handlers/role_acts.h"

#include "handlers/audit_log.h"
#include "tests/handlers/outbox.h"

static const struct account_terms proven = { .signed_pushes = true };
static const struct account_terms unproven = { .signed_pushes = false };

static struct role want_of(struct records *r, enum role_kind kind, int64_t address)
{
    return (
        struct role){ .org = r->branch, .kind = kind, .address = address, .name = SLICE("杨帆") };
}

/* Asks for a grant and expects to be asked for the number. */
static struct role_act asked(struct records *r, int64_t address)
{
    struct role want = want_of(r, ROLE_ORGANIZER, address);
    struct role_act act;
    assert_int_equal(role_act_grant(&r->s, r->lead, &want, &act), ROLE_ACT_ASK);
    return act;
}

static void a_grant_waits_for_its_number(void **state)
{
    struct records *r = records_open();
    int64_t person = records_address(r);
    struct role_act act, done;
    (void)state;
    r->s.terms = &unproven;
    act = asked(r, person);
    assert_true(act.confirm >= 1000 && act.confirm <= 9999);
    assert_int_equal(told(r, person, "role.offer", NULL), 0);
    assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm + 1, &done),
                     ROLE_ACT_WRONG);
    assert_int_equal(told(r, person, "role.offer", NULL), 0);
    /* Known to another phone it is worth nothing. */
    assert_int_equal(role_act_confirm(&r->s, act.id, r->organizer, act.confirm, &done),
                     ROLE_ACT_GONE);
    assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm, &done), ROLE_ACT_DONE);
    assert_int_equal(told(r, person, "role.offer", NULL), 1);
    assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm, &done), ROLE_ACT_GONE);
    records_close(r);
}

static void where_senders_are_proven_one_is_enough(void **state)
{
    struct records *r = records_open();
    (void)state;
    r->s.terms = &proven;
    assert_int_equal(asked(r, records_address(r)).confirm, 1);
    r->s.terms = NULL; /* a timer: nobody knows by which account it will be answered */
    assert_true(asked(r, records_address(r)).confirm >= 1000);
    records_close(r);
}

static void guessing_ends(void **state)
{
    struct records *r = records_open();
    struct role want = want_of(r, ROLE_ORGANIZER, records_address(r));
    struct role_act act, done;
    int64_t attempts = r->policy->code_attempts;
    (void)state;
    for (int i = 0; i < 2; i++) {
        act = asked(r, want.address);
        for (int k = 1; k < attempts; k++)
            assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, 0, &done), ROLE_ACT_WRONG);
        assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, 0, &done), ROLE_ACT_LOCKED);
        assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm, &done),
                         ROLE_ACT_GONE);
    }
    assert_int_equal(role_act_grant(&r->s, r->lead, &want, &act), ROLE_ACT_LOCKED);
    r->s.now += DAY + 1;
    assert_int_equal(role_act_grant(&r->s, r->lead, &want, &act), ROLE_ACT_ASK);
    records_close(r);
}

static void an_old_number_is_gone(void **state)
{
    struct records *r = records_open();
    struct role_act act = asked(r, records_address(r)), done;
    (void)state;
    r->s.now += r->policy->role_confirm_hours * HOUR;
    assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm, &done), ROLE_ACT_GONE);
    records_close(r);
}

static void what_cannot_be_is_said_at_once(void **state)
{
    struct records *r = records_open();
    struct role_act act;
    struct role *roles;
    struct role self = want_of(r, ROLE_ORGANIZER, r->lead);
    struct role held = want_of(r, ROLE_ORGANIZER, r->organizer);
    struct role other = want_of(r, ROLE_ORGANIZER, records_address(r));
    (void)state;
    assert_int_equal(role_act_grant(&r->s, r->lead, &self, &act), ROLE_ACT_SELF);
    assert_int_equal(role_act_grant(&r->s, r->lead, &held, &act), ROLE_ACT_UNCHANGED);
    assert_int_equal(role_act_grant(&r->s, r->organizer, &other, &act), ROLE_ACT_FORBIDDEN);
    assert_int_equal(roles_of(&r->s, r->lead, &roles), 1);
    assert_int_equal(role_act_revoke(&r->s, r->lead, roles[0].id, &act), ROLE_ACT_LAST);
    assert_int_equal(role_act_revoke(&r->s, r->organizer, roles[0].id, &act), ROLE_ACT_FORBIDDEN);
    assert_int_equal(role_act_revoke(&r->s, r->lead, 99, &act), ROLE_ACT_GONE);
    records_close(r);
}

static void oneself_is_also_who_writes_from_another_channel(void **state)
{
    struct records *r = records_open();
    struct address wechat, phone;
    struct role want;
    struct role_act act;
    (void)state;
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, r->lead, r->s.arena, &phone), 1);
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    SLICE("oLead"), SLICE("wechat/demo"), r->s.now, r->s.arena,
                                    &wechat),
                     0);
    assert_int_equal(people_join(r->s.tx, wechat.id, phone.conversation), 0);
    want = want_of(r, ROLE_ORGANIZER, wechat.id);
    assert_int_equal(role_act_grant(&r->s, r->lead, &want, &act), ROLE_ACT_SELF);
    records_close(r);
}

static void a_role_ends_by_its_number(void **state)
{
    struct records *r = records_open();
    struct role *roles;
    struct role_act act;
    (void)state;
    assert_int_equal(roles_of(&r->s, r->organizer, &roles), 1);
    assert_int_equal(role_act_revoke(&r->s, r->lead, roles[0].id, &act), ROLE_ACT_ASK);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 1);
    assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm, &act), ROLE_ACT_DONE);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 0);
    assert_string_equal(told_param(r, r->organizer, "role.ended", "by"), "王敏");
    records_close(r);
}

static void an_organization_is_added_below(void **state)
{
    struct records *r = records_open();
    struct organization org = { .parent = r->station, .kind = ORG_TEAM, .name = SLICE("巾帼队") };
    struct organization made;
    struct role_act act;
    struct audit_row *rows;
    (void)state;
    assert_int_equal(role_act_org(&r->s, r->worker, &org, &act), ROLE_ACT_FORBIDDEN);
    assert_int_equal(role_act_org(&r->s, r->lead, &org, &act), ROLE_ACT_ASK);
    assert_int_equal(role_act_confirm(&r->s, act.id, r->lead, act.confirm, &act), ROLE_ACT_DONE);
    assert_int_equal(org_get(&r->s, act.result, &made), 1);
    assert_int_equal(made.parent, r->station);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, made.id, NULL), 1);
    assert_int_equal(role_act_org(&r->s, r->lead, &org, &act), ROLE_ACT_UNCHANGED);
    assert_true(audit_below(&r->s, r->district, r->lead, 0, 10, &rows) > 0);
    assert_slice(rows[0].what, "org.add");
    /* The log belongs to the organization in whose name it was done. */
    assert_int_equal(audit_below(&r->s, r->branch, r->lead, 0, 10, &rows), 0);
    assert_int_equal(audit_below(&r->s, r->district, r->worker, 0, 10, &rows), 0);
    records_close(r);
}

/* ---- sleeping ---- */

static void a_sleeping_role_is_woken_by_its_lead(void **state)
{
    struct records *r = records_open();
    struct role role, lead;
    struct role_act act;
    int64_t id = 0;
    (void)state;
    assert_int_equal(role_wake_ask(&r->s, r->organizer, &role, &lead), ROLE_WAKE_NONE);
    r->s.now += r->policy->role_sleep_days * DAY + 1;
    assert_int_equal(role_wake_ask(&r->s, r->organizer, &role, &lead), ROLE_WAKE_NOBODY);
    int64_t second = records_role(r, r->district, ROLE_LEAD, "李娜");
    assert_int_equal(role_wake_ask(&r->s, r->organizer, &role, &lead), ROLE_WAKE_ASKED);
    assert_slice(lead.name, "李娜");
    assert_int_equal(role_wake_ask(&r->s, r->organizer, &role, &lead), ROLE_WAKE_WAITS);
    assert_string_equal(told_param(r, second, "role.wake_ask", "name"), "刀艳");
    assert_string_equal(told_param(r, second, "role.wake_ask", "unbound"), "0");
    assert_int_equal(role_act_open(&r->s, ROLE_ACT_WAKE, role.id, 0, &id), 1);
    assert_int_equal(role_act_confirm(&r->s, id, second, 0, &act), ROLE_ACT_WRONG);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 0);
    assert_int_equal(role_act_confirm(&r->s, id, second, act.confirm, &act), ROLE_ACT_DONE);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 1);
    assert_int_equal(told(r, r->organizer, "role.woken", NULL), 1);
    records_close(r);
}

static void the_roles_of_an_unbound_phone_sleep(void **state)
{
    struct records *r = records_open();
    struct role role, lead;
    struct duty duty;
    int64_t id = 0;
    (void)state;
    assert_int_equal(role_sleep(&r->s, r->worker, "unbound"), 1);
    assert_int_equal(role_sleep(&r->s, r->worker, "unbound"), 0);
    assert_int_equal(role_may(&r->s, r->worker, POWER_CONFIRM, r->station, NULL), 0);
    assert_int_equal(role_any(&r->s, r->worker, POWER_CONFIRM, NULL), 0);
    assert_int_equal(org_duty(&r->s, r->station, 0, &duty), 1);
    assert_slice(duty.name, "刀艳");
    assert_int_equal(role_wake_ask(&r->s, r->worker, &role, &lead), ROLE_WAKE_ASKED);
    assert_string_equal(told_param(r, r->lead, "role.wake_ask", "unbound"), "1");
    assert_int_equal(role_act_open(&r->s, ROLE_ACT_WAKE, role.id, 0, &id), 1);
    assert_int_equal(role_act_drop(&r->s, id, r->lead), ROLE_ACT_DONE);
    assert_int_equal(role_get(&r->s, role.id, &role), 1);
    assert_int_equal(role.state, ROLE_REVOKED);
    records_close(r);
}

static void a_lead_asleep_is_no_lead_that_stays(void **state)
{
    struct records *r = records_open();
    struct role *roles;
    struct role_act act;
    int64_t second = records_role(r, r->district, ROLE_LEAD, "李娜");
    (void)state;
    assert_int_equal(role_sleep(&r->s, second, "unbound"), 1);
    assert_int_equal(roles_of(&r->s, r->lead, &roles), 1);
    assert_int_equal(role_act_revoke(&r->s, r->lead, roles[0].id, &act), ROLE_ACT_LAST);
    records_close(r);
}

static void a_new_code_wakes_the_last_lead(void **state)
{
    struct records *r = records_open();
    struct role role;
    char code[8];
    (void)state;
    assert_int_equal(role_sleep(&r->s, r->lead, "unbound"), 1);
    assert_int_equal(role_code_make(&r->s, r->district, ROLE_LEAD, code), 0);
    assert_int_equal(role_claim(&r->s, r->lead, slice_of(code), SLICE("王敏"), &role),
                     ROLE_CODE_GOOD);
    assert_int_equal(role_may(&r->s, r->lead, POWER_APPOINT, r->branch, NULL), 1);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_waits_for_its_number),
        cmocka_unit_test(where_senders_are_proven_one_is_enough),
        cmocka_unit_test(guessing_ends),
        cmocka_unit_test(an_old_number_is_gone),
        cmocka_unit_test(what_cannot_be_is_said_at_once),
        cmocka_unit_test(oneself_is_also_who_writes_from_another_channel),
        cmocka_unit_test(a_role_ends_by_its_number),
        cmocka_unit_test(an_organization_is_added_below),
        cmocka_unit_test(a_sleeping_role_is_woken_by_its_lead),
        cmocka_unit_test(the_roles_of_an_unbound_phone_sleep),
        cmocka_unit_test(a_lead_asleep_is_no_lead_that_stays),
        cmocka_unit_test(a_new_code_wakes_the_last_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
