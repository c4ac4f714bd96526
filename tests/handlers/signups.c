#include "handlers/signups.h"

#include "handlers/consents.h"
#include "tests/handlers/meeting.h"

static void joining_twice_is_unchanged(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    (void)state;
    struct signup_result first = join(r, a.id, &v), again = join(r, a.id, &v);
    assert_int_equal(first.outcome, SIGNUP_DONE);
    assert_int_equal(first.state, SIGNUP_JOINED);
    assert_slice(first.name, "杨秀兰");
    assert_false(first.heavy);
    assert_int_equal(again.outcome, SIGNUP_UNCHANGED);
    assert_int_equal(again.state, SIGNUP_JOINED);
    assert_int_equal(again.id, first.id);
    assert_int_equal(look(r, a.id).taken, 1);
    check_places(r, a.id);
    records_close(r);
}

static void several_of_one_phone_join_together(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20), now;
    struct volunteer one = records_volunteer(r, "杨秀兰", 0);
    struct volunteer two = records_volunteer(r, "李国才", one.address);
    int64_t ids[3] = { one.id, two.id, 99 };
    struct signup_result results[3];
    struct signup *mine;
    (void)state;
    assert_int_equal(signup_join(&r->s, a.id, one.address, ids, 3, results, &now), 0);
    assert_int_equal(results[0].outcome, SIGNUP_DONE);
    assert_int_equal(results[1].outcome, SIGNUP_DONE);
    assert_int_equal(results[2].outcome, SIGNUP_NOT_FOUND);
    assert_int_equal(now.taken, 2);
    assert_int_equal(signups_at(&r->s, one.address, r->s.now, &mine), 2);
    assert_slice(mine[0].name, "杨秀兰");
    assert_slice(mine[0].title, "老街打扫");
    assert_int_equal(mine[0].code, a.code);
    assert_int_equal(mine[1].number, 2);
    assert_int_equal(signups_of(&r->s, two.id, r->s.now, 0, &mine), 1);
    assert_int_equal(signups_of(&r->s, two.id, at(4, 0, 0), 0, &mine), 0);
    assert_int_equal(signups_at(&r->s, one.address, at(3, 11, 0), &mine), 0);
    records_close(r);
}

static void some_may_not_join(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    struct volunteer_form form = { .name = SLICE("李欣"),
                                   .birth = civil_day(2010, 1, 1),
                                   .year_only = true,
                                   .area = AREA_TOWNSHIP,
                                   .address = records_address(r),
                                   .channel = SLICE("sms") };
    struct volunteer teen;
    (void)state;
    assert_int_equal(join(r, 99, &v).outcome, SIGNUP_NOT_FOUND);
    struct activity draft = a;
    draft.code = 0;
    assert_int_equal(activity_draft(&r->s, &draft), 0);
    assert_int_equal(join(r, draft.id, &v).outcome, SIGNUP_NOT_FOUND);
    assert_int_equal(volunteer_register(&r->s, &form, &teen), REGISTER_GUARDIAN);
    assert_int_equal(join(r, a.id, &teen).outcome, SIGNUP_PENDING);
    assert_int_equal(volunteer_move(&r->s, teen.id, VOLUNTEER_ACTIVE), 1);
    struct activity adults = a;
    adults.code = 0;
    adults.min_age = 18;
    assert_int_equal(activity_draft(&r->s, &adults), 0);
    assert_int_equal(activity_publish(&r->s, adults.id, r->organizer, NULL), ACTIVITY_OK);
    assert_int_equal(join(r, adults.id, &teen).outcome, SIGNUP_TOO_YOUNG);
    assert_int_equal(join(r, a.id, &teen).outcome, SIGNUP_DONE);
    r->s.now = at(3, 9, 0);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_STARTED);
    r->s.now = at(3, 11, 0);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_CLOSED);
    records_close(r);
}

static void two_at_one_time_clash(void **state)
{
    struct records *r = records_open();
    struct activity library = meeting(r, at(3, 13, 30), 180, 20);
    struct activity hospital = meeting(r, at(3, 14, 0), 180, 20);
    struct activity evening = meeting(r, at(3, 16, 30), 60, 20);
    struct volunteer v = records_volunteer(r, "李雨桐", 0);
    (void)state;
    assert_int_equal(join(r, library.id, &v).outcome, SIGNUP_DONE);
    struct signup_result clash = join(r, hospital.id, &v);
    assert_int_equal(clash.outcome, SIGNUP_CLASH);
    assert_int_equal(clash.other.id, library.id);
    assert_int_equal(look(r, hospital.id).taken, 0);
    assert_int_equal(join(r, evening.id, &v).outcome, SIGNUP_DONE); /* begins as the other ends */
    assert_int_equal(signup_cancel(&r->s, library.id, v.id), CANCEL_DONE);
    assert_int_equal(join(r, hospital.id, &v).outcome, SIGNUP_CLASH); /* with the evening now */
    assert_int_equal(signup_cancel(&r->s, evening.id, v.id), CANCEL_DONE);
    assert_int_equal(join(r, hospital.id, &v).outcome, SIGNUP_DONE);
    records_close(r);
}

static void a_gap_between_activities_can_be_asked_for(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "李雨桐", 0);
    (void)state;
    r->policy->clash_gap_minutes = 30;
    struct activity one = meeting(r, at(3, 9, 0), 60, 5), two = meeting(r, at(3, 10, 15), 60, 5);
    assert_int_equal(join(r, one.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(join(r, two.id, &v).outcome, SIGNUP_CLASH);
    records_close(r);
}

static void too_much_in_a_week_is_told(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "李雨桐", 0);
    (void)state;
    for (int day = 5; day < 10; day++) { /* Monday to Friday, eight hours each */
        struct activity a = meeting(r, at(day, 9, 0), 480, 5);
        assert_false(join(r, a.id, &v).heavy);
    }
    struct activity saturday = meeting(r, at(10, 9, 0), 60, 5);
    assert_true(join(r, saturday.id, &v).heavy);
    struct activity next_week = meeting(r, at(12, 9, 0), 60, 5);
    assert_false(join(r, next_week.id, &v).heavy);
    records_close(r);
}

static void the_waiting_list_has_an_order_and_an_end(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1);
    struct volunteer v[5];
    struct signup *waiting;
    (void)state;
    r->policy->queue_max = 3;
    for (int i = 0; i < 5; i++)
        v[i] = records_volunteer(r, "人", 0);
    assert_int_equal(join(r, a.id, &v[0]).outcome, SIGNUP_DONE);
    for (int i = 1; i < 4; i++) {
        struct signup_result result = join(r, a.id, &v[i]);
        assert_int_equal(result.outcome, SIGNUP_WAITS);
        assert_int_equal(result.position, i);
    }
    assert_int_equal(join(r, a.id, &v[4]).outcome, SIGNUP_FULL);
    struct signup_result again = join(r, a.id, &v[2]);
    assert_int_equal(again.outcome, SIGNUP_UNCHANGED);
    assert_int_equal(again.state, SIGNUP_QUEUED);
    assert_int_equal(again.position, 2);
    assert_int_equal(signup_cancel(&r->s, a.id, v[1].id), CANCEL_DONE);
    assert_int_equal(signups_roster(&r->s, a.id, SIGNUP_QUEUED, &waiting), 2);
    assert_int_equal(waiting[0].volunteer, v[2].id);
    assert_int_equal(waiting[0].position, 1);
    /* Who comes back stands at the end. */
    assert_int_equal(join(r, a.id, &v[1]).position, 3);
    check_places(r, a.id);
    records_close(r);
}

static void cancelling_is_easy_and_repeatable(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    (void)state;
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_UNCHANGED);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_DONE);
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_UNCHANGED);
    assert_int_equal(look(r, a.id).taken, 0);
    struct signup_result back = join(r, a.id, &v);
    assert_int_equal(back.outcome, SIGNUP_DONE);
    struct signup u;
    assert_int_equal(signup_find(&r->s, a.id, v.id, &u), 1);
    assert_int_equal(u.number, 2); /* a new number: the old one was hers before */
    r->s.now = at(3, 10, 0);       /* it goes on, and she has to leave */
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_DONE);
    r->s.now = at(3, 8, 0);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    r->s.now = at(3, 11, 0);
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_TOO_LATE);
    records_close(r);
}

static void one_reminder_a_phone_the_evening_before(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer one = records_volunteer(r, "杨秀兰", 0);
    struct volunteer two = records_volunteer(r, "李国才", one.address);
    struct volunteer quiet = records_volunteer(r, "刘芳", 0),
                     gone = records_volunteer(r, "叶娜", 0);
    struct outbox_row row;
    (void)state;
    join(r, a.id, &one);
    join(r, a.id, &two);
    join(r, a.id, &quiet);
    join(r, a.id, &gone);
    assert_int_equal(opt_out(&r->s, quiet.address, OPT_ALL, SLICE("全停"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(signup_cancel(&r->s, a.id, gone.id), CANCEL_DONE);
    run_timers(r, at(2, 18, 29));
    assert_int_equal(told(r, one.address, "reminder.tomorrow", NULL), 0);
    run_timers(r, at(2, 18, 30));
    assert_int_equal(told(r, one.address, "reminder.tomorrow", &row), 1);
    assert_int_equal(row.useful_until, at(2, 21, 0)); /* afterwards it is not tomorrow any more */
    assert_string_equal(told_param(r, one.address, "reminder.tomorrow", "names"),
                        "[\"杨秀兰\",\"李国才\"]");
    assert_string_equal(told_param(r, one.address, "reminder.tomorrow", "bring"), "扫把");
    assert_int_equal(told(r, quiet.address, "reminder.tomorrow", NULL), 0);
    assert_int_equal(told(r, gone.address, "reminder.tomorrow", NULL), 0);
    /* A second run, as after a crash in between, sends nothing twice. */
    assert_int_equal(signups_remind(&r->s, a.id), 0);
    assert_int_equal(told(r, one.address, "reminder.tomorrow", NULL), 1);
    records_close(r);
}

static void many_reminders_go_in_slices(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 300);
    struct volunteer v;
    int64_t shared = 0;
    (void)state;
    for (int i = 0; i < 250; i++) {
        char name[16];
        snprintf(name, sizeof name, "人%d", i);
        v = records_volunteer(r, name, i == 200 ? shared : 0);
        if (i == 199)
            shared = v.address;
        assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    }
    run_timers(r, at(2, 18, 30));
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM outbox WHERE "
                                               "message = 'reminder.tomorrow'"),
                     249);
    assert_string_equal(told_param(r, shared, "reminder.tomorrow", "names"),
                        "[\"人199\",\"人200\"]");
    records_close(r);
}

static void published_too_late_there_is_no_reminder(void **state)
{
    struct records *r = records_open();
    (void)state;
    r->s.now = at(2, 19, 0);
    struct activity a = meeting(r, at(3, 9, 0), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    join(r, a.id, &v);
    run_timers(r, at(3, 8, 59));
    assert_int_equal(told(r, v.address, "reminder.tomorrow", NULL), 0);
    records_close(r);
}

static void who_leaves_is_signed_up_for_nothing(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1), b = meeting(r, at(4, 9, 0), 120, 5);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0), next = records_volunteer(r, "李", 0);
    (void)state;
    join(r, a.id, &v);
    join(r, b.id, &v);
    join(r, a.id, &next);
    assert_int_equal(signups_leave(&r->s, v.id), 0);
    assert_int_equal(state_of(r, a.id, v.id), SIGNUP_CANCELLED);
    assert_int_equal(state_of(r, b.id, v.id), SIGNUP_CANCELLED);
    assert_int_equal(state_of(r, a.id, next.id), SIGNUP_OFFERED);
    check_places(r, a.id);
    check_places(r, b.id);
    records_close(r);
}

static void the_table_of_states_has_no_holes(void **state)
{
    (void)state;
    for (int from = 1; from < SIGNUP_STATES; from++) {
        int ways = 0;
        assert_string_not_equal(signup_state_name((enum signup_state)from), "?");
        for (int to = 1; to < SIGNUP_STATES; to++)
            ways += signup_may_move((enum signup_state)from, (enum signup_state)to);
        assert_true(ways > 0); /* one may always change one's mind */
        assert_false(signup_may_move((enum signup_state)from, (enum signup_state)from));
    }
    assert_false(signup_may_move(SIGNUP_JOINED, SIGNUP_QUEUED));
    assert_false(signup_may_move(SIGNUP_CANCELLED, SIGNUP_OFFERED));
    assert_string_equal(signup_state_name((enum signup_state)SIGNUP_STATES), "?");
}

/* Statements a sign-up costs: it is on the way of a message. */
static void joining_is_cheap(void **state)
{
    if (support_is_postgres())
        skip(); /* each statement is a round trip to another process */
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 2000);
    struct volunteer *v = arena_alloc(r->s.arena, 1000 * sizeof *v);
    (void)state;
    for (int i = 0; i < 1000; i++)
        v[i] = records_volunteer(r, "人", 0);
    int64_t before = support_nanoseconds();
    for (int i = 0; i < 1000; i++)
        assert_int_equal(join(r, a.id, &v[i]).outcome, SIGNUP_DONE);
    int64_t each = (support_nanoseconds() - before) / 1000;
    assert_true(each < 3000000); /* far above any honest figure, also under a sanitizer */
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joining_twice_is_unchanged),
        cmocka_unit_test(several_of_one_phone_join_together),
        cmocka_unit_test(some_may_not_join),
        cmocka_unit_test(two_at_one_time_clash),
        cmocka_unit_test(a_gap_between_activities_can_be_asked_for),
        cmocka_unit_test(too_much_in_a_week_is_told),
        cmocka_unit_test(the_waiting_list_has_an_order_and_an_end),
        cmocka_unit_test(cancelling_is_easy_and_repeatable),
        cmocka_unit_test(one_reminder_a_phone_the_evening_before),
        cmocka_unit_test(many_reminders_go_in_slices),
        cmocka_unit_test(published_too_late_there_is_no_reminder),
        cmocka_unit_test(who_leaves_is_signed_up_for_nothing),
        cmocka_unit_test(the_table_of_states_has_no_holes),
        cmocka_unit_test(joining_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
