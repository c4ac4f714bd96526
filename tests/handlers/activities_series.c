/* Further dates and shifts of an activity. */
#include "tests/handlers/meeting.h"

static int again(struct records *r, int64_t id, int64_t start, struct activity *out)
{
    return activity_repeat(&r->s, id, r->organizer, start, start + 2 * HOUR, out);
}

/* One place a date: each has a number, places and a roster of its own. */
static void each_date_is_signed_up_for_by_itself(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1), next, third;
    struct volunteer v = records_volunteer(r, "杨秀兰", 0), other = records_volunteer(r, "甲", 0);
    (void)state;
    assert_int_equal(again(r, a.id, at(10, 9, 0), &next), ACTIVITY_OK);
    assert_int_equal(again(r, next.id, at(17, 9, 0), &third), ACTIVITY_OK);
    assert_true(next.code != a.code && third.code != next.code);
    assert_int_equal(look(r, a.id).series, a.id);
    assert_int_equal(look(r, third.id).series, a.id);
    assert_slice(look(r, next.id).risk, "坡陡路滑");
    assert_int_equal(look(r, next.id).state, ACTIVITY_PUBLISHED);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(join(r, a.id, &other).outcome, SIGNUP_WAITS);
    assert_int_equal(join(r, next.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(join(r, third.id, &other).outcome, SIGNUP_DONE);
    assert_int_equal(signup_cancel(&r->s, next.id, v.id), CANCEL_DONE);
    assert_int_equal(state_of(r, a.id, v.id), SIGNUP_JOINED);
    run_timers(r, at(9, 18, 30));
    assert_int_equal(told(r, other.address, "reminder.tomorrow", NULL), 0);
    run_timers(r, at(16, 18, 30));
    assert_int_equal(told(r, other.address, "reminder.tomorrow", NULL), 1);
    records_close(r);
}

static void a_date_is_added_once_and_only_by_who_may(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1), out;
    int told_n = 0;
    (void)state;
    assert_int_equal(again(r, a.id, at(3, 9, 0), &out), ACTIVITY_UNCHANGED);
    assert_int_equal(again(r, a.id, at(3, 14, 0), &out), ACTIVITY_OK);
    assert_int_equal(again(r, a.id, at(3, 14, 0), &out), ACTIVITY_UNCHANGED);
    assert_int_equal(again(r, a.id, at(-1, 14, 0), &out), ACTIVITY_PAST);
    assert_int_equal(again(r, 99, at(4, 14, 0), &out), ACTIVITY_NOT_FOUND);
    assert_int_equal(activity_repeat(&r->s, a.id, r->worker, at(4, 14, 0), at(4, 15, 0), &out),
                     ACTIVITY_FORBIDDEN);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE(""), &told_n), ACTIVITY_OK);
    assert_int_equal(again(r, a.id, at(5, 14, 0), &out), ACTIVITY_WRONG_STATE);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_date_is_signed_up_for_by_itself),
        cmocka_unit_test(a_date_is_added_once_and_only_by_who_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
