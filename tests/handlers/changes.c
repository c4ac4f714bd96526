/* Tests of handlers/changes.c: an activity that moves or is called off. */
#include "tests/handlers/meeting.h"

static int move_to(struct records *r, int64_t activity, int64_t start, int *n)
{
    return activity_reschedule(&r->s, activity, r->organizer, start, start + 2 * HOUR,
                               SLICE("下雨"), n);
}

static void everybody_is_asked_again_once_a_phone(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    struct volunteer one = records_volunteer(r, "杨秀兰", 0);
    struct volunteer two = records_volunteer(r, "李国才", one.address);
    struct volunteer other = records_volunteer(r, "刘芳", 0);
    struct signup u;
    int n = 0;
    (void)state;
    join(r, a.id, &one);
    join(r, a.id, &two);
    join(r, a.id, &other);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_OK);
    assert_int_equal(n, 2);
    assert_int_equal(look(r, a.id).state, ACTIVITY_MOVED);
    assert_int_equal(look(r, a.id).starts_at, at(4, 9, 0));
    assert_string_equal(told_param(r, one.address, "activity.moved", "names"),
                        "[\"杨秀兰\",\"李国才\"]");
    assert_string_equal(told_param(r, one.address, "activity.moved", "date"), "2026-11-29");
    assert_string_equal(told_param(r, one.address, "activity.moved", "old_date"), "2026-11-28");
    assert_string_equal(told_param(r, one.address, "activity.moved", "reason"), "下雨");
    assert_int_equal(signup_find(&r->s, a.id, one.id, &u), 1);
    assert_true(u.unsure);
    assert_int_equal(u.starts_at, at(4, 9, 0));
    assert_int_equal(signup_answer_move(&r->s, a.id, one.address, true), 2);
    assert_int_equal(signup_find(&r->s, a.id, one.id, &u), 1);
    assert_false(u.unsure);
    assert_int_equal(signup_answer_move(&r->s, a.id, other.address, false), 1);
    assert_int_equal(state_of(r, a.id, other.id), SIGNUP_CANCELLED);
    assert_int_equal(look(r, a.id).taken, 2);
    check_places(r, a.id);
    records_close(r);
}

static void timers_follow_the_new_time(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    int n = 0;
    (void)state;
    join(r, a.id, &v);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_OK);
    run_timers(r, at(3, 12, 0));
    assert_int_equal(told(r, v.address, "reminder.tomorrow", NULL), 0);
    assert_int_equal(look(r, a.id).state, ACTIVITY_MOVED);
    run_timers(r, at(3, 18, 30));
    assert_int_equal(told(r, v.address, "reminder.tomorrow", NULL), 1);
    run_timers(r, at(4, 11, 0));
    assert_int_equal(look(r, a.id).state, ACTIVITY_CLOSED);
    records_close(r);
}

static void a_moved_activity_still_takes_people(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 2);
    struct volunteer v[3];
    int n = 0;
    (void)state;
    for (int i = 0; i < 3; i++)
        v[i] = records_volunteer(r, "人", 0);
    join(r, a.id, &v[0]);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_OK);
    assert_int_equal(join(r, a.id, &v[1]).outcome, SIGNUP_DONE);
    assert_int_equal(join(r, a.id, &v[2]).outcome, SIGNUP_WAITS);
    check_places(r, a.id);
    records_close(r);
}

static void offers_are_made_anew(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1);
    struct volunteer in = records_volunteer(r, "甲", 0), next = records_volunteer(r, "乙", 0);
    int n = 0;
    (void)state;
    join(r, a.id, &in);
    join(r, a.id, &next);
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    int64_t old = offer_of(r, next.address);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_OK);
    int64_t renewed = offer_of(r, next.address);
    assert_true(renewed != 0 && renewed != old);
    assert_string_equal(told_param(r, next.address, "queue.offer", "date"), "2026-11-29");
    assert_int_equal(offer_answer(&r->s, old, next.address, true, NULL), OFFER_GONE);
    check_places(r, a.id);
    assert_int_equal(offer_answer(&r->s, renewed, next.address, true, NULL), OFFER_JOINED);
    check_places(r, a.id);
    records_close(r);
}

static void only_who_may_and_only_to_a_real_time(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    int n = 0;
    (void)state;
    assert_int_equal(
        activity_reschedule(&r->s, a.id, r->worker, at(4, 9, 0), at(4, 11, 0), SLICE(""), &n),
        ACTIVITY_FORBIDDEN);
    assert_int_equal(move_to(r, a.id, at(-1, 9, 0), &n), ACTIVITY_PAST);
    assert_int_equal(move_to(r, a.id, at(3, 9, 0), &n), ACTIVITY_UNCHANGED);
    assert_int_equal(move_to(r, 99, at(4, 9, 0), &n), ACTIVITY_NOT_FOUND);
    assert_int_equal(activity_cancel(&r->s, a.id, r->worker, SLICE(""), &n), ACTIVITY_FORBIDDEN);
    assert_int_equal(look(r, a.id).state, ACTIVITY_PUBLISHED);
    records_close(r);
}

static void calling_off_tells_everybody_and_ends_all(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1);
    struct volunteer in = records_volunteer(r, "甲", 0), next = records_volunteer(r, "乙", 0);
    int n = 0;
    (void)state;
    join(r, a.id, &in);
    join(r, a.id, &next);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE("下雨"), &n), ACTIVITY_OK);
    assert_int_equal(n, 2);
    assert_string_equal(told_param(r, in.address, "activity.cancelled", "reason"), "下雨");
    assert_int_equal(told(r, next.address, "activity.cancelled", NULL), 1);
    assert_int_equal(state_of(r, a.id, in.id), SIGNUP_CANCELLED);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE("下雨"), &n),
                     ACTIVITY_UNCHANGED);
    assert_int_equal(n, 0);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_UNCHANGED);
    assert_int_equal(join(r, a.id, &in).outcome, SIGNUP_CLOSED);
    run_timers(r, at(5, 0, 0));
    assert_int_equal(told(r, in.address, "reminder.tomorrow", NULL), 0);
    assert_int_equal(told(r, r->organizer, "attendance.ask", NULL), 0);
    assert_int_equal(look(r, a.id).state, ACTIVITY_CANCELLED);
    records_close(r);
}

/* Decided at 23:00, or before the quiet hours end: who sets out at seven has to know by then. */
static void at_night_who_sets_out_early_learns_it_at_once(void **state)
{
    struct records *r = records_open();
    struct activity early = meeting(r, at(3, 7, 30), 120, 5),
                    late = meeting(r, at(3, 14, 0), 60, 5);
    struct activity off = meeting(r, at(4, 8, 30), 120, 5);
    struct volunteer a = records_volunteer(r, "杨秀兰", 0), b = records_volunteer(r, "李国才", 0);
    struct volunteer c = records_volunteer(r, "刘芳", 0);
    struct outbox_row row;
    int n = 0;
    (void)state;
    join(r, early.id, &a);
    join(r, late.id, &b);
    join(r, off.id, &c);
    r->s.now = at(2, 23, 0);
    assert_int_equal(move_to(r, early.id, at(3, 15, 0), &n), ACTIVITY_OK);
    assert_int_equal(told(r, a.address, "activity.moved", &row), 1);
    assert_int_equal(row.not_before, r->s.now);
    assert_int_equal(row.state, OUTBOX_QUEUED);
    assert_int_equal(move_to(r, late.id, at(3, 17, 30), &n), ACTIVITY_OK);
    assert_int_equal(told(r, b.address, "activity.moved", &row), 1);
    assert_int_equal(row.not_before, at(3, 8, 0));
    r->s.now = at(4, 5, 0);
    assert_int_equal(activity_cancel(&r->s, off.id, r->organizer, SLICE("下雨"), &n), ACTIVITY_OK);
    assert_int_equal(told(r, c.address, "activity.cancelled", &row), 1);
    assert_int_equal(row.not_before, r->s.now);
    assert_int_equal(row.state, OUTBOX_QUEUED);
    records_close(r);
}

/* The new time may be the early one: from the afternoon to seven. */
static void at_night_an_earlier_time_is_told_at_once(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 14, 0), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    struct outbox_row row;
    int n = 0;
    (void)state;
    join(r, a.id, &v);
    r->s.now = at(2, 22, 0);
    assert_int_equal(move_to(r, a.id, at(3, 7, 0), &n), ACTIVITY_OK);
    assert_int_equal(told(r, v.address, "activity.moved", &row), 1);
    assert_int_equal(row.not_before, r->s.now);
    assert_int_equal(row.state, OUTBOX_QUEUED);
    records_close(r);
}

/* Who is late or comes for the second half learns of it too. */
static void what_is_called_off_while_it_goes_on_is_told(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 20, 30), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    struct outbox_row row;
    int n = 0;
    (void)state;
    join(r, a.id, &v);
    r->s.now = at(3, 21, 15);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE("停电"), &n), ACTIVITY_OK);
    assert_int_equal(told(r, v.address, "activity.cancelled", &row), 1);
    assert_int_equal(row.not_before, r->s.now);
    assert_int_equal(row.state, OUTBOX_QUEUED);
    records_close(r);
}

static void a_draft_is_thrown_away(void **state)
{
    struct records *r = records_open();
    struct activity a = { .org = r->branch, .leader = r->organizer };
    int n = 0;
    (void)state;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_WRONG_STATE);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE(""), &n), ACTIVITY_OK);
    assert_int_equal(look(r, a.id).state, ACTIVITY_CANCELLED);
    records_close(r);
}

static void a_leader_is_not_in_two_places(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5), b = meeting(r, at(4, 9, 0), 120, 5);
    struct activity_change look_at;
    int n = 0;
    (void)state;
    assert_int_equal(
        activity_change_look(&r->s, a.id, r->organizer, at(4, 10, 0), at(4, 12, 0), &look_at),
        ACTIVITY_BUSY);
    assert_int_equal(look_at.other.id, b.id);
    assert_int_equal(move_to(r, a.id, at(4, 10, 0), &n), ACTIVITY_BUSY);
    assert_int_equal(look(r, a.id).starts_at, at(3, 9, 0));
    assert_int_equal(move_to(r, a.id, at(4, 11, 0), &n), ACTIVITY_OK);
    records_close(r);
}

/* The question says what a change would mean and changes nothing. */
static void looking_first_changes_nothing(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    struct volunteer one = records_volunteer(r, "杨秀兰", 0);
    struct volunteer two = records_volunteer(r, "李国才", one.address);
    struct activity_change c;
    (void)state;
    join(r, a.id, &one);
    join(r, a.id, &two);
    assert_int_equal(activity_change_look(&r->s, a.id, r->organizer, at(4, 9, 0), at(4, 11, 0), &c),
                     ACTIVITY_OK);
    assert_int_equal(c.people, 2);
    assert_int_equal(c.phones, 1);
    assert_int_equal(activity_change_look(&r->s, a.id, r->organizer, 0, 0, &c), ACTIVITY_OK);
    assert_int_equal(c.phones, 1);
    assert_int_equal(activity_change_look(&r->s, a.id, r->worker, 0, 0, &c), ACTIVITY_FORBIDDEN);
    assert_int_equal(look(r, a.id).state, ACTIVITY_PUBLISHED);
    assert_int_equal(told(r, one.address, "activity.moved", NULL), 0);
    records_close(r);
}

static void what_took_place_stays(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    int n = 0;
    (void)state;
    join(r, a.id, &v);
    r->s.now = at(3, 11, 0); /* over, whether or not its timer ran */
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE(""), &n), ACTIVITY_OVER);
    run_timers(r, at(3, 11, 1));
    assert_int_equal(look(r, a.id).state, ACTIVITY_CLOSED);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE(""), &n), ACTIVITY_OVER);
    assert_int_equal(move_to(r, a.id, at(4, 9, 0), &n), ACTIVITY_OVER);
    assert_int_equal(told(r, v.address, "activity.cancelled", NULL), 0);
    assert_int_equal(state_of(r, a.id, v.id), SIGNUP_JOINED);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_asked_again_once_a_phone),
        cmocka_unit_test(timers_follow_the_new_time),
        cmocka_unit_test(a_moved_activity_still_takes_people),
        cmocka_unit_test(offers_are_made_anew),
        cmocka_unit_test(only_who_may_and_only_to_a_real_time),
        cmocka_unit_test(calling_off_tells_everybody_and_ends_all),
        cmocka_unit_test(at_night_who_sets_out_early_learns_it_at_once),
        cmocka_unit_test(at_night_an_earlier_time_is_told_at_once),
        cmocka_unit_test(what_is_called_off_while_it_goes_on_is_told),
        cmocka_unit_test(a_draft_is_thrown_away),
        cmocka_unit_test(a_leader_is_not_in_two_places),
        cmocka_unit_test(looking_first_changes_nothing),
        cmocka_unit_test(what_took_place_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
