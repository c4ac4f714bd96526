/* Who comes without having signed up, and who signs out. */
#include "tests/handlers/attendance_scene.h"

static void code_of(const struct scene *c, char code[8])
{
    assert_int_equal(attendance_code(&c->r->s, c->activity, code), 0);
}

static int arrive(const struct scene *c, const struct volunteer *v, const char *code,
                  struct attendance_check *out)
{
    return attendance_check_in(&c->r->s, v->id, slice_of(code), out);
}

static void the_code_lets_somebody_walk_in(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    struct signup up;
    char code[8];
    struct volunteer v = records_volunteer(c->r, "王敏", 0);
    code_of(c, code);
    assert_int_equal(arrive(c, &v, "", &out), ATTENDANCE_NONE_NEAR);
    assert_int_equal(arrive(c, &v, code, &out), ATTENDANCE_WALKED_IN);
    assert_int_equal(out.activity, c->activity);
    assert_int_equal(signup_find(&c->r->s, c->activity, v.id, &up), 1);
    assert_int_equal(up.state, SIGNUP_JOINED);
    assert_int_equal(up.number, PEOPLE + 1);
    assert_int_equal(arrive(c, &v, code, &out), ATTENDANCE_AGAIN);
    c->r->s.now = c->ends_at + c->r->policy->checkin_late_minutes * 60 + 1;
    struct volunteer late = records_volunteer(c->r, "刘芳", 0);
    assert_int_equal(arrive(c, &late, code, &out), ATTENDANCE_CODE_WRONG);
}

/* Every place is taken, and somebody waits: who is there gets one more place, and leaves the list.
 */
static void where_all_places_are_taken_there_is_one_more(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    struct activity a;
    struct signup_result result;
    char code[8];
    assert_int_equal(activity_get(&c->r->s, c->activity, &a), 1);
    int64_t more = a.capacity - a.taken;
    for (int64_t i = 0; i < more; i++) {
        struct volunteer other = records_volunteer(c->r, "满", 0);
        records_join(c->r, c->activity, &other);
    }
    struct volunteer waits = records_volunteer(c->r, "王敏", 0);
    assert_int_equal(signup_join(&c->r->s, c->activity, waits.address, &waits.id, 1, &result, &a),
                     0);
    assert_int_equal(result.outcome, SIGNUP_WAITS);
    code_of(c, code);
    assert_int_equal(arrive(c, &waits, code, &out), ATTENDANCE_WALKED_IN);
    int64_t was = a.capacity;
    assert_int_equal(activity_get(&c->r->s, c->activity, &a), 1);
    assert_int_equal(a.capacity, was + 1);
    assert_int_equal(a.taken, a.capacity);
    assert_int_equal(a.waiting, 0);
    assert_int_equal(a.state, ACTIVITY_FULL);
}

static void nobody_is_at_two_at_once(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    char code[8];
    int64_t second = records_activity(c->r, c->starts_at, 120);
    assert_int_equal(attendance_code(&c->r->s, second, code), 0);
    check_in_first(c, 1);
    assert_int_equal(arrive(c, &c->people[0], code, &out), ATTENDANCE_ELSEWHERE);
    assert_int_equal(arrive(c, &c->people[1], code, &out), ATTENDANCE_WALKED_IN);
}

static void a_closed_list_takes_nobody(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    struct attendance_sheet sheet;
    char code[8];
    struct volunteer v = records_volunteer(c->r, "王敏", 0);
    code_of(c, code);
    check_in_first(c, 2);
    c->r->s.now = c->ends_at + 60;
    assert_int_equal(close_list(c, NULL, 0, &sheet), ATTENDANCE_DONE);
    assert_int_equal(arrive(c, &v, code, &out), ATTENDANCE_CLOSED);
    assert_int_equal(attendance_arrive(&c->r->s, v.id, c->activity, &out), ATTENDANCE_CLOSED);
}

/* What a code that changes on the leader's screen does: this activity and no other. */
static void arriving_at_this_one(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    struct volunteer v = records_volunteer(c->r, "王敏", 0);
    assert_int_equal(attendance_arrive(&c->r->s, c->people[0].id, c->activity, &out),
                     ATTENDANCE_CHECKED_IN);
    assert_int_equal(attendance_arrive(&c->r->s, c->people[0].id, c->activity, &out),
                     ATTENDANCE_AGAIN);
    assert_int_equal(attendance_arrive(&c->r->s, v.id, c->activity, &out), ATTENDANCE_WALKED_IN);
    assert_int_equal(attendance_arrive(&c->r->s, v.id, 99, &out), ATTENDANCE_NONE_NEAR);
    c->r->s.now = c->starts_at - 3 * HOUR;
    assert_int_equal(attendance_arrive(&c->r->s, c->people[1].id, c->activity, &out),
                     ATTENDANCE_NONE_NEAR);
}

static void no_two_codes_are_alike(void **state)
{
    struct scene *c = *state;
    enum { MANY = 40 };
    char codes[MANY][8];
    for (int i = 0; i < MANY; i++) {
        int64_t activity = records_activity(c->r, c->starts_at, 120);
        assert_int_equal(attendance_code(&c->r->s, activity, codes[i]), 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(codes[i], codes[k]);
    }
}

/* ---- signing out ---- */

static void signing_out_gives_the_minutes(void **state)
{
    struct scene *c = *state;
    struct attendance_left left;
    struct attendance_sheet sheet;
    check_in_first(c, 2); /* eight minutes before the start */
    c->r->s.now = c->starts_at + 90 * 60;
    assert_int_equal(attendance_leave(&c->r->s, c->people[0].id, 0, &left), ATTENDANCE_LEFT);
    assert_int_equal(left.minutes, 98);
    c->r->s.now += 600;
    assert_int_equal(attendance_leave(&c->r->s, c->people[0].id, 0, &left), ATTENDANCE_LEFT_AGAIN);
    assert_int_equal(left.minutes, 98);
    assert_int_equal(attendance_leave(&c->r->s, c->people[2].id, 0, &left), ATTENDANCE_NOT_IN);
    c->r->s.now = c->ends_at + 60;
    assert_int_equal(close_list(c, NULL, 0, &sheet), ATTENDANCE_DONE);
    assert_int_equal(sheet.rows[0].minutes, 98);
    assert_int_equal(sheet.rows[1].minutes, 120); /* nobody has to sign out */
    assert_int_equal(attendance_leave(&c->r->s, c->people[1].id, 0, &left),
                     ATTENDANCE_LEAVE_CLOSED);
}

/* Who checks in two hours early and signs out two hours late was not at work all the while. */
static void outside_the_activity_little_counts(void **state)
{
    struct scene *c = *state;
    struct attendance_left left;
    struct attendance_check out;
    int64_t slack = c->r->policy->checkin_slack_minutes;
    c->r->s.now = c->starts_at - 2 * HOUR;
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_CHECKED_IN);
    c->r->s.now = c->ends_at + 2 * HOUR;
    assert_int_equal(attendance_leave(&c->r->s, c->people[0].id, c->activity, &left),
                     ATTENDANCE_LEFT);
    assert_int_equal(left.minutes, 120 + 2 * slack);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_code_lets_somebody_walk_in), T(where_all_places_are_taken_there_is_one_more),
        T(nobody_is_at_two_at_once),       T(a_closed_list_takes_nobody),
        T(arriving_at_this_one),           T(no_two_codes_are_alike),
        T(signing_out_gives_the_minutes),  T(outside_the_activity_little_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
