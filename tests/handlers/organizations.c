#include "handlers/organizations.h"

#include "handlers/district.h"
#include "handlers/places.h"
#include "tests/handlers/outbox.h"

static void names_are_unique_and_found(void **state)
{
    struct records *r = records_open();
    struct organization o = { .parent = r->district,
                              .kind = ORG_TEAM,
                              .name = SLICE("茶城红马甲服务队"),
                              .shown = SLICE("红马甲") };
    struct organization found;
    int64_t id = 0, again = 0;
    (void)state;
    assert_int_equal(org_add(&r->s, &o, &id), 1);
    assert_int_equal(org_add(&r->s, &o, &again), 0);
    assert_int_equal(again, id);
    assert_int_equal(org_by_name(&r->s, SLICE("红马甲"), &found), 1);
    assert_int_equal(found.id, id);
    assert_int_equal(found.kind, ORG_TEAM);
    assert_int_equal(org_by_name(&r->s, SLICE("茶城红马甲服务队"), &found), 1);
    assert_int_equal(org_by_name(&r->s, SLICE("绿马甲"), &found), 0);
    assert_int_equal(org_get(&r->s, id, &found), 1);
    assert_slice(found.shown, "红马甲");
    assert_int_equal(org_get(&r->s, 1, &found), 0);
    records_close(r);
}

static void scope_is_the_subtree(void **state)
{
    struct records *r = records_open();
    (void)state;
    assert_int_equal(org_within(&r->s, r->station, r->district), 1);
    assert_int_equal(org_within(&r->s, r->station, r->branch), 1);
    assert_int_equal(org_within(&r->s, r->station, r->station), 1);
    assert_int_equal(org_within(&r->s, r->branch, r->station), 0);
    assert_int_equal(org_within(&r->s, r->district, r->branch), 0);
    assert_int_equal(org_within(&r->s, 0, 0), 0);
    assert_int_equal(org_within(&r->s, 77, r->district), 0);
    records_close(r);
}

static void a_loop_in_the_tree_ends(void **state)
{
    struct records *r = records_open();
    (void)state;
    records_commit(r);
    char text[128];
    snprintf(text, sizeof text, "UPDATE organizations SET parent = %lld WHERE id = %lld",
             (long long)r->station, (long long)r->district);
    support_commit(r->support);
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
    struct duty duty;
    assert_int_equal(org_within(&r->s, r->station, 12345), 0);
    assert_int_equal(org_duty(&r->s, r->station, 100, &duty), 0);
    records_close(r);
}

static void the_nearest_organization_of_a_place(void **state)
{
    struct records *r = records_open();
    struct organization o;
    (void)state;
    assert_int_equal(org_for_area(&r->s, INT64_C(530802001001), &o), 1);
    assert_int_equal(o.id, r->station);
    assert_int_equal(org_for_area(&r->s, INT64_C(530802001004), &o), 1);
    assert_int_equal(o.id, r->branch); /* no station there */
    assert_int_equal(org_for_area(&r->s, INT64_C(530802102001), &o), 1);
    assert_int_equal(o.id, r->district); /* no branch there */
    assert_int_equal(org_for_area(&r->s, 0, &o), 1);
    assert_int_equal(o.id, r->district);
    assert_int_equal(org_for_area(&r->s, INT64_C(110101001001), &o), 1);
    assert_int_equal(o.id, r->district);
    records_close(r);
}

static void duty_goes_up_the_tree(void **state)
{
    struct records *r = records_open();
    struct duty duty;
    (void)state;
    assert_int_equal(org_duty(&r->s, r->station, 0, &duty), 1);
    assert_int_equal(duty.address, r->worker);
    assert_slice(duty.name, "罗琼");
    assert_slice(duty.org_shown, "老街社区站");
    assert_int_equal(org_duty(&r->s, r->station, 1, &duty), 1);
    assert_int_equal(duty.address, r->organizer);
    assert_int_equal(org_duty(&r->s, r->station, 2, &duty), 1);
    assert_int_equal(duty.address, r->lead);
    assert_int_equal(org_duty(&r->s, r->station, 3, &duty), 0);
    int64_t empty = records_org(r, ORG_STATION, r->branch, "空站", INT64_C(530802001005));
    assert_int_equal(org_duty(&r->s, empty, 0, &duty), 1);
    assert_int_equal(duty.address, r->organizer);
    r->s.now += r->policy->role_sleep_days * DAY + 1;
    assert_int_equal(org_duty(&r->s, r->station, 0, &duty), 0); /* all asleep */
    records_close(r);
}

static void a_named_duty_person_comes_first(void **state)
{
    struct records *r = records_open();
    struct role *roles;
    struct duty duty;
    int64_t second = records_role(r, r->station, ROLE_STATION, "李燕");
    (void)state;
    assert_int_equal(roles_of(&r->s, second, &roles), 1);
    assert_int_equal(org_duty(&r->s, r->station, 0, &duty), 1);
    assert_int_equal(duty.address, r->worker);
    assert_int_equal(org_set_duty(&r->s, r->station, roles[0].id), 1);
    assert_int_equal(org_set_duty(&r->s, r->branch, roles[0].id), 0);
    assert_int_equal(org_duty(&r->s, r->station, 0, &duty), 1);
    assert_int_equal(duty.address, second);
    records_close(r);
}

static void kinds_have_names(void **state)
{
    (void)state;
    for (int k = ORG_DISTRICT; k <= ORG_DEPARTMENT; k++)
        assert_string_not_equal(org_kind_name((enum org_kind)k), "?");
    assert_string_equal(org_kind_name((enum org_kind)0), "?");
    assert_string_equal(org_kind_name((enum org_kind)8), "?");
}

static void the_district_is_made_once(void **state)
{
    struct records *r = records_open();
    struct organization *orgs, o;
    struct place p;
    (void)state;
    assert_int_equal(district_setup(&r->s), 0); /* there are some */
    records_commit(r);
    support_commit(r->support);
    support_exec(r->support, "DELETE FROM organizations");
    r->s.tx = support_begin(r->support);
    assert_int_equal(org_for_area(&r->s, 0, &o), 0);
    assert_int_equal(district_setup(&r->s), 1);
    assert_int_equal(district_setup(&r->s), 0);
    assert_int_equal(org_list(&r->s, 1000, &orgs), 2 + 7 + 81);
    assert_int_equal(orgs[0].kind, ORG_DISTRICT);
    for (int i = 0; places_at(i, &p); i++) {
        assert_int_equal(org_for_area(&r->s, p.code, &o), 1);
        assert_int_equal(o.area, p.code);
        assert_int_equal(org_within(&r->s, o.id, orgs[0].id), 1);
    }
    assert_int_equal(org_by_name(&r->s, SLICE("老街社区站"), &o), 1);
    assert_int_equal(org_by_name(&r->s, SLICE("思茅街道分会"), &o), 1);
    assert_int_equal(org_by_name(&r->s, SLICE("区文明办"), &o), 1);
    assert_int_equal(o.kind, ORG_DISTRICT);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_found),
        cmocka_unit_test(scope_is_the_subtree),
        cmocka_unit_test(a_loop_in_the_tree_ends),
        cmocka_unit_test(the_nearest_organization_of_a_place),
        cmocka_unit_test(duty_goes_up_the_tree),
        cmocka_unit_test(a_named_duty_person_comes_first),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(the_district_is_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
