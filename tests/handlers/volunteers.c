#include "handlers/volunteers.h"

#include "handlers/consents.h"
#include "tests/handlers/outbox.h"

static struct volunteer_form form_of(struct records *r, const char *name, int year)
{
    return (struct volunteer_form){ .name = slice_of(name),
                                    .birth = civil_day(year, 6, 1),
                                    .year_only = true,
                                    .area = INT64_C(530802001004),
                                    .address = records_address(r),
                                    .channel = SLICE("sms"),
                                    .notice = SLICE("register.notice/1"),
                                    .words = SLICE("是呢") };
}

static void registering_keeps_person_and_consent(void **state)
{
    struct records *r = records_open();
    struct volunteer_form form = form_of(r, " 杨秀兰 ", 1955);
    struct volunteer v, *people;
    (void)state;
    assert_int_equal(volunteers_by_address(&r->s, form.address, &people), 0);
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    assert_int_equal(volunteers_by_address(&r->s, form.address, &people), 1);
    assert_int_equal(people[0].id, v.id);
    assert_slice(people[0].name, "杨秀兰");
    assert_int_equal(people[0].state, VOLUNTEER_ACTIVE);
    assert_int_equal(people[0].verification, VERIFY_PENDING);
    assert_int_equal(people[0].registered_at, r->s.now);
    assert_false(people[0].provisional);
    assert_true(people[0].year_only);
    assert_int_equal(volunteer_age(&r->s, &people[0]), 70); /* 31 December: not made older */
    assert_true(people[0].number.n > 0 && people[0].number.n <= 32);
    assert_int_equal(consent_last(&r->s, v.id, "registration"), 1);
    assert_int_equal(consent_last(&r->s, v.id, "school"), 0);
    records_close(r);
}

static void the_same_person_twice_is_unchanged(void **state)
{
    struct records *r = records_open();
    struct volunteer_form form = form_of(r, "杨秀兰", 1955);
    struct volunteer v, again;
    (void)state;
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    assert_int_equal(volunteer_register(&r->s, &form, &again), REGISTER_UNCHANGED);
    assert_int_equal(again.id, v.id);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteers"), 1);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM consents"), 1);
    records_close(r);
}

static void several_share_a_phone(void **state)
{
    struct records *r = records_open();
    struct volunteer_form form = form_of(r, "杨秀兰", 1955);
    struct volunteer v, *people;
    (void)state;
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    form.name = SLICE("李国才");
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    assert_true(v.provisional); /* to be seen once */
    assert_int_equal(volunteers_by_address(&r->s, form.address, &people), 2);
    assert_slice(people[0].name, "杨秀兰");
    assert_slice(people[1].name, "李国才");
    assert_string_not_equal(arena_str(r->s.arena, people[0].number),
                            arena_str(r->s.arena, people[1].number));
    assert_int_equal(volunteer_by_name(&r->s, form.address, SLICE("国才"), &v), 1);
    assert_slice(v.name, "李国才");
    assert_int_equal(volunteer_by_name(&r->s, form.address, SLICE("王"), &v), 0);
    assert_int_equal(volunteer_by_name(&r->s, form.address, SLICE(""), &v), 0);
    assert_int_equal(volunteer_seen(&r->s, people[1].id, false), 1);
    assert_int_equal(volunteer_seen(&r->s, people[1].id, false), 0);
    assert_int_equal(volunteer_seen(&r->s, people[1].id, true), 1);
    assert_int_equal(volunteer_get(&r->s, people[1].id, &v), 1);
    assert_int_equal(v.verification, VERIFY_PASSED);
    assert_false(v.provisional);
    for (int i = 2; i < r->policy->people_per_phone; i++) {
        form.name = arena_printf(r->s.arena, "人%d", i);
        assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    }
    form.name = SLICE("太多");
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_TOO_MANY);
    /* A name that two hold part of is asked for. */
    assert_int_equal(volunteer_by_name(&r->s, form.address, SLICE("人"), &v), 0);
    records_close(r);
}

static void age_decides(void **state)
{
    static const struct {
        int year;
        enum volunteer_register_outcome outcome;
    } years[] = {
        { 2027, REGISTER_BAD_BIRTH }, { 2026, REGISTER_TOO_YOUNG },
        { 2015, REGISTER_TOO_YOUNG }, { 2012, REGISTER_TOO_YOUNG }, /* may still be 13 */
        { 2011, REGISTER_GUARDIAN },  { 2010, REGISTER_GUARDIAN },
        { 2008, REGISTER_GUARDIAN }, /* may still be 17 */
        { 2007, REGISTER_DONE },      { 1906, REGISTER_DONE },
        { 1905, REGISTER_BAD_BIRTH },
    };
    struct records *r = records_open();
    struct volunteer v;
    (void)state;
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        struct volunteer_form form = form_of(r, "李欣", years[i].year);
        assert_int_equal(volunteer_register(&r->s, &form, &v), years[i].outcome);
    }
    records_commit(r);
    /* Nothing of a child or a wrong date is kept. */
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteers"), 5);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM consents"), 5);
    /* With the whole date the birthday counts. */
    assert_int_equal(volunteer_check_birth(&r->s, civil_day(2008, 11, 25), false), REGISTER_DONE);
    assert_int_equal(volunteer_check_birth(&r->s, civil_day(2008, 11, 26), false),
                     REGISTER_GUARDIAN);
    assert_int_equal(volunteer_check_birth(&r->s, civil_day(2012, 11, 26), false),
                     REGISTER_TOO_YOUNG);
    assert_int_equal(volunteer_check_birth(&r->s, SUPPORT_TODAY + 1, false), REGISTER_BAD_BIRTH);
    records_close(r);
}

static void a_guardian_registers_a_child(void **state)
{
    struct records *r = records_open();
    struct volunteer_form form = form_of(r, "李小宝", 2015);
    struct volunteer v;
    (void)state;
    form.by_guardian = true;
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    assert_int_equal(v.state, VOLUNTEER_ACTIVE);
    assert_int_equal(consent_last(&r->s, v.id, "guardian"), 1);
    records_close(r);
}

static void names_have_limits(void **state)
{
    struct records *r = records_open();
    static const char *const bad[] = { "", "  ", "杨\n秀兰", "\xff\xfe",
                                       "一二三四五六七八九十一二三四五六七八九十一" };
    static const char *const good[] = {
        "岩",  "岩温", "李扎迫", "阿卜杜拉·买买提", "一二三四五六七八九十一二三四五六七八九十",
        "𠅤明"
    };
    struct volunteer v;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct volunteer_form form = form_of(r, bad[i], 1955);
        assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_BAD_NAME);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct volunteer_form form = form_of(r, good[i], 1955);
        assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    }
    records_close(r);
}

static void the_table_of_states_has_no_holes(void **state)
{
    (void)state;
    for (int from = 1; from < VOLUNTEER_STATES; from++) {
        assert_string_not_equal(volunteer_state_name((enum volunteer_state)from), "?");
        assert_false(volunteer_may_move((enum volunteer_state)from, (enum volunteer_state)from));
        /* Everybody can leave, and nobody comes back from it. */
        assert_int_equal(volunteer_may_move((enum volunteer_state)from, VOLUNTEER_LEFT),
                         from != VOLUNTEER_LEFT);
        assert_false(volunteer_may_move(VOLUNTEER_LEFT, (enum volunteer_state)from));
    }
    assert_string_equal(volunteer_state_name((enum volunteer_state)0), "?");
    assert_string_equal(volunteer_state_name((enum volunteer_state)VOLUNTEER_STATES), "?");
}

static void frozen_people_are_not_found(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "张国强", 0), *people;
    (void)state;
    assert_int_equal(volunteer_move(&r->s, v.id, VOLUNTEER_FROZEN), 1);
    assert_int_equal(volunteer_move(&r->s, v.id, VOLUNTEER_FROZEN), 0);
    assert_int_equal(volunteer_move(&r->s, v.id, VOLUNTEER_PENDING_GUARDIAN), 0);
    assert_int_equal(volunteers_by_address(&r->s, v.address, &people), 0);
    assert_int_equal(volunteer_move(&r->s, v.id, VOLUNTEER_ACTIVE), 1);
    assert_int_equal(volunteers_by_address(&r->s, v.address, &people), 1);
    assert_int_equal(volunteer_move(&r->s, 99, VOLUNTEER_ACTIVE), 0);
    records_close(r);
}

static void leaving_removes_the_person_and_keeps_the_record(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "段有才", 0), *people;
    struct slice masked;
    (void)state;
    assert_int_equal(volunteer_update(&r->s, v.id, FIELD_SKILLS, SLICE("急救")), UPDATE_DONE);
    records_append(r, v.id, 120);
    assert_int_equal(volunteer_leave(&r->s, v.id), LEAVE_DONE);
    assert_int_equal(volunteer_leave(&r->s, v.id), LEAVE_UNCHANGED);
    assert_int_equal(volunteers_by_address(&r->s, v.address, &people), 0);
    assert_int_equal(volunteer_get(&r->s, v.id, &v), 1);
    assert_int_equal(v.state, VOLUNTEER_LEFT);
    assert_slice(v.name, "");
    assert_int_equal(v.address, 0);
    assert_int_equal(volunteer_masked_id(&r->s, v.id, &masked), 0);
    assert_slice(masked, "");
    assert_int_equal(records_total(r, v.id), 120);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteer_fields"), 0);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteer_links"), 0);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM consents "
                                               "WHERE length(words) > 0"),
                     0);
    records_close(r);
}

static void two_addresses_are_one_person(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "李雨桐", 0), *people;
    int64_t wechat = records_address(r);
    (void)state;
    assert_int_equal(volunteer_link(&r->s, v.id, wechat), 1);
    assert_int_equal(volunteer_link(&r->s, v.id, wechat), 0);
    assert_int_equal(volunteers_by_address(&r->s, wechat, &people), 1);
    assert_int_equal(people[0].id, v.id);
    assert_int_equal(people[0].address, v.address);
    records_close(r);
}

static void people_are_counted_by_place(void **state)
{
    struct records *r = records_open();
    struct volunteer_counts counts;
    struct volunteer v;
    (void)state;
    struct volunteer_form form = form_of(r, "李欣", 2010);
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_GUARDIAN);
    v = records_volunteer(r, "杨秀兰", 0); /* in the township itself */
    assert_int_equal(volunteer_seen(&r->s, v.id, true), 1);
    v = records_volunteer(r, "李国才", 0);
    assert_int_equal(volunteer_leave(&r->s, v.id), LEAVE_DONE);
    assert_int_equal(volunteers_count(&r->s, AREA_TOWNSHIP, &counts), 0);
    assert_int_equal(counts.active, 1);
    assert_int_equal(counts.verified, 1);
    assert_int_equal(counts.pending, 1);
    assert_int_equal(volunteers_count(&r->s, INT64_C(530802102000), &counts), 0);
    assert_int_equal(counts.active, 0);
    assert_int_equal(volunteers_count(&r->s, 0, &counts), 0);
    assert_int_equal(counts.active, 1);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registering_keeps_person_and_consent),
        cmocka_unit_test(the_same_person_twice_is_unchanged),
        cmocka_unit_test(several_share_a_phone),
        cmocka_unit_test(age_decides),
        cmocka_unit_test(a_guardian_registers_a_child),
        cmocka_unit_test(names_have_limits),
        cmocka_unit_test(the_table_of_states_has_no_holes),
        cmocka_unit_test(frozen_people_are_not_found),
        cmocka_unit_test(leaving_removes_the_person_and_keeps_the_record),
        cmocka_unit_test(two_addresses_are_one_person),
        cmocka_unit_test(people_are_counted_by_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
