#include "handlers/roles.h"

#include "handlers/audit_log.h"
#include "tests/handlers/outbox.h"

static void check_code(struct records *r, int64_t address, const char *code,
                       enum role_code_outcome expected)
{
    struct role out;
    assert_int_equal(role_code_check(&r->s, address, slice_of(code), &out), expected);
}

static void a_code_gives_the_role_to_one_phone_once(void **state)
{
    struct records *r = records_open();
    int64_t me = records_address(r), other = records_address(r);
    struct role role;
    char code[8];
    (void)state;
    assert_int_equal(role_code_make(&r->s, r->branch, ROLE_LEAD, code), 0);
    assert_int_equal(strlen(code), 6);
    assert_int_equal(role_code_check(&r->s, me, slice_of(code), &role), ROLE_CODE_GOOD);
    assert_int_equal(role.kind, ROLE_LEAD);
    assert_slice(role.org_shown, "思茅街道分会");
    /* Shown by one phone, it is dead for every other. */
    check_code(r, other, code, ROLE_CODE_WRONG);
    assert_int_equal(role_claim(&r->s, other, slice_of(code), SLICE("王敏"), &role),
                     ROLE_CODE_WRONG);
    assert_int_equal(role_may(&r->s, me, POWER_APPOINT, r->branch, NULL), 0);
    assert_int_equal(role_claim(&r->s, me, slice_of(code), SLICE(" 王敏 "), &role), ROLE_CODE_GOOD);
    assert_slice(role.name, "王敏");
    assert_int_equal(role_may(&r->s, me, POWER_APPOINT, r->branch, NULL), 1);
    assert_int_equal(role_may(&r->s, other, POWER_APPOINT, r->branch, NULL), 0);
    /* Again: nothing changes. */
    int64_t id = role.id;
    assert_int_equal(role_claim(&r->s, me, slice_of(code), SLICE("王敏"), &role), ROLE_CODE_HELD);
    assert_int_equal(role.id, id);
    records_close(r);
}

static void a_code_ends_after_a_day(void **state)
{
    struct records *r = records_open();
    int64_t me = records_address(r);
    char code[8];
    (void)state;
    assert_int_equal(role_code_make(&r->s, r->branch, ROLE_LEAD, code), 0);
    r->s.now += DAY - 1;
    check_code(r, me, code, ROLE_CODE_GOOD);
    r->s.now += 1;
    check_code(r, me, code, ROLE_CODE_WRONG);
    records_close(r);
}

static void guessing_is_stopped(void **state)
{
    struct records *r = records_open();
    int64_t me = records_address(r);
    char code[8], wrong[8];
    (void)state;
    assert_int_equal(role_code_make(&r->s, r->branch, ROLE_LEAD, code), 0);
    memcpy(wrong, code, sizeof wrong);
    wrong[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
    for (int i = 0; i < r->policy->code_attempts; i++)
        check_code(r, me, wrong, ROLE_CODE_WRONG);
    check_code(r, me, code, ROLE_CODE_LOCKED); /* even the right one */
    r->s.now += DAY + 1;
    check_code(r, me, wrong, ROLE_CODE_WRONG); /* counted anew */
    records_close(r);
}

static void many_phones_cannot_guess_either(void **state)
{
    struct records *r = records_open();
    int64_t me = records_address(r);
    char code[8];
    (void)state;
    assert_int_equal(role_code_make(&r->s, r->branch, ROLE_LEAD, code), 0);
    for (int i = 0; i < r->policy->code_failures; i++)
        check_code(r, records_address(r), "abc123", ROLE_CODE_WRONG);
    check_code(r, me, code, ROLE_CODE_WRONG); /* all open codes are dead */
    records_close(r);
}

static void codes_are_not_in_the_clear(void **state)
{
    struct records *r = records_open();
    char code[8], query[128];
    (void)state;
    assert_int_equal(role_code_make(&r->s, r->branch, ROLE_LEAD, code), 0);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM role_codes"), 1);
    snprintf(query, sizeof query, "SELECT COUNT(*) FROM role_codes WHERE instr(digest, '%s') > 0",
             code);
    assert_int_equal(support_count(r->support, query), 0);
    records_close(r);
}

static void power_reaches_down_only(void **state)
{
    struct records *r = records_open();
    int64_t other = records_org(r, ORG_BRANCH, r->district, "南屏镇分会", INT64_C(530802102000));
    (void)state;
    assert_int_equal(role_may(&r->s, r->organizer, POWER_BROADCAST, r->branch, NULL), 1);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_BROADCAST, r->station, NULL), 1);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_BROADCAST, other, NULL), 0);
    assert_int_equal(role_may(&r->s, r->organizer, POWER_BROADCAST, r->district, NULL), 0);
    assert_int_equal(role_may(&r->s, r->lead, POWER_BROADCAST, other, NULL), 1);
    assert_int_equal(role_may(&r->s, r->worker, POWER_BROADCAST, r->station, NULL), 0);
    assert_int_equal(role_may(&r->s, r->worker, POWER_CONFIRM, r->station, NULL), 1);
    assert_int_equal(role_may(&r->s, r->worker, POWER_CONFIRM, r->branch, NULL), 0);
    assert_int_equal(role_may(&r->s, r->worker, POWER_CONFIRM, 0, NULL), 0);
    records_close(r);
}

static void every_kind_and_power_is_in_the_table(void **state)
{
    enum role_kind kind;
    (void)state;
    for (int k = ROLE_LEAD; k <= ROLE_DEPARTMENT; k++) {
        assert_true(role_kind_parse(slice_of(role_kind_name((enum role_kind)k)), &kind));
        assert_int_equal(kind, k);
        assert_true(role_has((enum role_kind)k, POWER_ANSWER));
    }
    for (int p = 0; p < POWER_COUNT; p++)
        assert_true(role_has(ROLE_LEAD, (enum power)p));
    assert_false(role_has(ROLE_DUTY, POWER_CONFIRM));
    assert_true(role_has(ROLE_SCHOOL, POWER_CONFIRM));
    assert_false(role_has(ROLE_SCHOOL, POWER_BROADCAST));
    assert_false(role_has(ROLE_DEPARTMENT, POWER_APPOINT));
    assert_false(role_has((enum role_kind)0, POWER_ANSWER));
    assert_false(role_kind_parse(SLICE("king"), &kind));
    assert_string_equal(role_kind_name((enum role_kind)9), "?");
}

static void a_role_sleeps_when_it_is_not_used(void **state)
{
    struct records *r = records_open();
    int64_t days = r->policy->role_sleep_days;
    struct role role;
    (void)state;
    r->s.now += days * DAY - 10;
    assert_int_equal(role_use(&r->s, r->organizer, POWER_PUBLISH, r->branch, "test", 0, &role), 1);
    r->s.now += days * DAY - 10;
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 1);
    assert_int_equal(role_any(&r->s, r->organizer, POWER_PUBLISH, NULL), 1);
    assert_int_equal(role_may(&r->s, r->worker, POWER_PUBLISH, r->station, NULL), 0);
    /* Something entered late does not put it to sleep. */
    r->s.now -= 300 * DAY;
    assert_int_equal(role_use(&r->s, r->organizer, POWER_PUBLISH, r->branch, "test", 0, &role), 1);
    r->s.now += 300 * DAY;
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 1);
    r->s.now += 20;
    assert_int_equal(role_may(&r->s, r->organizer, POWER_PUBLISH, r->branch, NULL), 0);
    assert_int_equal(role_any(&r->s, r->organizer, POWER_PUBLISH, NULL), 0);
    records_close(r);
}

static void every_use_is_audited(void **state)
{
    struct records *r = records_open();
    struct audit_row *rows;
    (void)state;
    int before = audit_list(&r->s, 0, 0, 50, &rows);
    assert_int_equal(role_use(&r->s, r->organizer, POWER_APPOINT, r->branch, "x", 7, NULL), 0);
    assert_int_equal(audit_list(&r->s, 0, 0, 50, &rows), before);
    assert_int_equal(role_use(&r->s, r->organizer, POWER_PUBLISH, r->station, "x", 7, NULL), 1);
    assert_int_equal(audit_list(&r->s, 0, 0, 50, &rows), before + 1);
    assert_slice(rows[0].what, "x");
    assert_int_equal(rows[0].subject, 7);
    assert_int_equal(rows[0].address, r->organizer);
    assert_int_equal(rows[0].org, r->branch);
    assert_int_equal(rows[0].at, r->s.now);
    /* Paging and one organization. */
    assert_int_equal(audit_list(&r->s, 0, rows[0].id, 50, &rows), before);
    assert_int_equal(audit_list(&r->s, r->branch, 0, 1, &rows), 1);
    assert_int_equal(audit_list(&r->s, 12345, 0, 50, &rows), 0);
    records_close(r);
}

static void a_role_is_offered_and_accepted(void **state)
{
    struct records *r = records_open();
    int64_t person = records_address(r), stranger = records_address(r), id = 0, again = 0;
    struct role role;
    (void)state;
    assert_int_equal(
        role_offer(&r->s, r->organizer, r->station, ROLE_STATION, person, SLICE("罗琼"), &id),
        ROLE_OFFER_FORBIDDEN);
    assert_int_equal(
        role_offer(&r->s, r->lead, r->branch, ROLE_ORGANIZER, person, SLICE("杨帆"), &id),
        ROLE_OFFER_SENT);
    assert_string_equal(told_param(r, person, "role.offer", "by"), "王敏");
    assert_string_equal(told_param(r, person, "role.offer", "org"), "思茅街道分会");
    assert_string_equal(told_param(r, person, "role.offer", "kind"), "organizer");
    assert_int_equal(
        role_offer(&r->s, r->lead, r->branch, ROLE_ORGANIZER, person, SLICE("杨帆"), &again),
        ROLE_OFFER_UNCHANGED);
    assert_int_equal(again, id);
    assert_int_equal(role_may(&r->s, person, POWER_PUBLISH, r->branch, NULL), 0);
    assert_int_equal(role_answer(&r->s, id, stranger, true, &role), ROLE_ANSWER_GONE);
    assert_int_equal(role_answer(&r->s, id, person, true, &role), ROLE_ANSWER_ACCEPTED);
    assert_int_equal(role_may(&r->s, person, POWER_PUBLISH, r->branch, NULL), 1);
    assert_int_equal(role_answer(&r->s, id, person, true, &role), ROLE_ANSWER_GONE);
    records_close(r);
}

static void an_offer_is_refused_or_forgotten(void **state)
{
    struct records *r = records_open();
    int64_t person = records_address(r), id = 0;
    struct role role;
    (void)state;
    assert_int_equal(
        role_offer(&r->s, r->lead, r->branch, ROLE_ORGANIZER, person, SLICE("杨帆"), &id),
        ROLE_OFFER_SENT);
    assert_int_equal(role_answer(&r->s, id, person, false, &role), ROLE_ANSWER_REFUSED);
    assert_int_equal(role_answer(&r->s, id, person, true, &role), ROLE_ANSWER_GONE);
    assert_int_equal(
        role_offer(&r->s, r->lead, r->branch, ROLE_ORGANIZER, person, SLICE("杨帆"), &id),
        ROLE_OFFER_SENT);
    r->s.now += r->policy->offer_role_days * DAY + 1;
    assert_int_equal(role_answer(&r->s, id, person, true, &role), ROLE_ANSWER_GONE);
    records_close(r);
}

static void the_last_lead_stays(void **state)
{
    struct records *r = records_open();
    struct role *roles;
    int64_t second = records_role(r, r->district, ROLE_LEAD, "李娜");
    (void)state;
    assert_int_equal(roles_of(&r->s, r->lead, &roles), 1);
    int64_t first = roles[0].id;
    assert_int_equal(role_revoke(&r->s, r->organizer, first), ROLE_REVOKE_FORBIDDEN);
    assert_int_equal(role_revoke(&r->s, second, first), ROLE_REVOKED_NOW);
    assert_int_equal(role_revoke(&r->s, second, first), ROLE_REVOKE_UNCHANGED);
    assert_int_equal(role_may(&r->s, r->lead, POWER_APPOINT, r->branch, NULL), 0);
    assert_int_equal(roles_of(&r->s, second, &roles), 1);
    assert_int_equal(role_revoke(&r->s, second, roles[0].id), ROLE_REVOKE_LAST);
    assert_int_equal(role_revoke(&r->s, second, 99), ROLE_REVOKE_UNCHANGED);
    assert_int_equal(roles_list(&r->s, r->district, &roles), 3);
    records_close(r);
}

static void an_offered_role_is_taken_by_code_too(void **state)
{
    struct records *r = records_open();
    int64_t person = records_address(r), id = 0;
    struct role role;
    char code[8];
    (void)state;
    assert_int_equal(
        role_offer(&r->s, r->lead, r->branch, ROLE_ORGANIZER, person, SLICE("杨帆"), &id),
        ROLE_OFFER_SENT);
    assert_int_equal(role_code_make(&r->s, r->branch, ROLE_ORGANIZER, code), 0);
    assert_int_equal(role_claim(&r->s, person, slice_of(code), SLICE("杨帆"), &role),
                     ROLE_CODE_GOOD);
    assert_int_equal(role.id, id);
    assert_int_equal(role.state, ROLE_ACTIVE);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_gives_the_role_to_one_phone_once),
        cmocka_unit_test(a_code_ends_after_a_day),
        cmocka_unit_test(guessing_is_stopped),
        cmocka_unit_test(many_phones_cannot_guess_either),
        cmocka_unit_test(codes_are_not_in_the_clear),
        cmocka_unit_test(power_reaches_down_only),
        cmocka_unit_test(every_kind_and_power_is_in_the_table),
        cmocka_unit_test(a_role_sleeps_when_it_is_not_used),
        cmocka_unit_test(every_use_is_audited),
        cmocka_unit_test(a_role_is_offered_and_accepted),
        cmocka_unit_test(an_offer_is_refused_or_forgotten),
        cmocka_unit_test(the_last_lead_stays),
        cmocka_unit_test(an_offered_role_is_taken_by_code_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
