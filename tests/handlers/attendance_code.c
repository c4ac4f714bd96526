/* Wrong check-in codes: counted by person, limited for an hour, told to the leader once. */
#include "tests/handlers/attendance_scene.h"

static int check(const struct scene *c, int64_t person, const char *code)
{
    struct attendance_check out;
    return attendance_check_in(&c->r->s, person, slice_of(code), &out);
}

/* A code that is not the activity's. */
static const char *wrong_for(const struct scene *c)
{
    char code[8];
    assert_int_equal(attendance_code(&c->r->s, c->activity, code), 0);
    return strcmp(code, "111111") == 0 ? "222222" : "111111";
}

static void five_wrong_ones_are_the_end_for_an_hour(void **state)
{
    struct scene *c = *state;
    int64_t who = c->people[5].id;
    char code[8];
    c->r->s.now = c->starts_at;
    const char *wrong = wrong_for(c);
    assert_int_equal(attendance_code(&c->r->s, c->activity, code), 0);
    for (int64_t i = 1; i < c->r->policy->checkin_tries; i++)
        assert_int_equal(check(c, who, wrong), ATTENDANCE_CODE_WRONG);
    assert_int_equal(told(c, c->r->organizer, "checkin.many_wrong", NULL), 0);
    assert_int_equal(check(c, who, wrong), ATTENDANCE_LOCKED);
    json_t *params = NULL;
    assert_int_equal(told(c, c->r->organizer, "checkin.many_wrong", &params), 1);
    assert_string_equal(json_text(params, "name", ""), "周凤仙");
    json_decref(params);
    assert_int_equal(check(c, who, wrong), ATTENDANCE_LOCKED);
    assert_int_equal(check(c, who, code), ATTENDANCE_LOCKED);
    assert_int_equal(told(c, c->r->organizer, "checkin.many_wrong", NULL), 1);
    /* Others are not held up by it, and who is locked still checks in without a code. */
    assert_int_equal(check(c, c->people[4].id, code), ATTENDANCE_CHECKED_IN);
    c->r->s.now += c->r->policy->checkin_tries_minutes * 60;
    assert_int_equal(check(c, who, code), ATTENDANCE_CHECKED_IN);
}

static void without_a_code_the_lock_holds_nobody_up(void **state)
{
    struct scene *c = *state;
    int64_t who = c->people[5].id;
    c->r->s.now = c->starts_at;
    const char *wrong = wrong_for(c);
    for (int64_t i = 0; i < c->r->policy->checkin_tries; i++)
        assert_true(check(c, who, wrong) >= 0);
    assert_int_equal(check(c, who, wrong), ATTENDANCE_LOCKED);
    assert_int_equal(check(c, who, ""), ATTENDANCE_CHECKED_IN);
}

static void a_number_alone_is_a_code_where_somebody_is_expected(void **state)
{
    struct scene *c = *state;
    int64_t address = c->people[5].address;
    char code[8];
    const char *wrong = wrong_for(c);
    assert_int_equal(attendance_code(&c->r->s, c->activity, code), 0);
    c->r->s.now = c->starts_at - c->r->policy->checkin_early_minutes * 60 - 1;
    assert_int_equal(attendance_is_code(&c->r->s, address, slice_of(code), false), 0);
    c->r->s.now = c->starts_at;
    assert_int_equal(attendance_is_code(&c->r->s, address, slice_of(wrong), false), 1);
    assert_int_equal(attendance_is_code(&c->r->s, address, slice_of(wrong), true), 0);
    assert_int_equal(attendance_is_code(&c->r->s, address, slice_of(code), true), 1);
}

static void a_stranger_may_guess_so_often(void **state)
{
    struct scene *c = *state;
    int64_t stranger = c->r->lead;
    char code[8];
    const char *wrong = wrong_for(c);
    assert_int_equal(attendance_code(&c->r->s, c->activity, code), 0);
    c->r->s.now = c->starts_at;
    assert_int_equal(attendance_is_code(&c->r->s, stranger, slice_of(code), false), 1);
    for (int64_t i = 0; i < c->r->policy->checkin_tries; i++)
        assert_int_equal(attendance_is_code(&c->r->s, stranger, slice_of(wrong), false), 0);
    assert_int_equal(attendance_is_code(&c->r->s, stranger, slice_of(code), false), 0);
    c->r->s.now += c->r->policy->checkin_tries_minutes * 60;
    assert_int_equal(attendance_is_code(&c->r->s, stranger, slice_of(code), false), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(five_wrong_ones_are_the_end_for_an_hour),
        T(without_a_code_the_lock_holds_nobody_up),
        T(a_number_alone_is_a_code_where_somebody_is_expected),
        T(a_stranger_may_guess_so_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
