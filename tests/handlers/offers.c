#include "handlers/offers.h"

#include "handlers/consents.h"
#include "handlers/notify.h"
#include "tests/handlers/meeting.h"

/* A full activity with one in and `count` people waiting. */
static struct activity full_meeting(struct records *r, struct volunteer *in,
                                    struct volunteer *waiting, int count)
{
    struct activity a = meeting(r, at(3, 9, 0), 120, 1);
    *in = records_volunteer(r, "李国才", 0);
    assert_int_equal(join(r, a.id, in).outcome, SIGNUP_DONE);
    for (int i = 0; i < count; i++) {
        waiting[i] = records_volunteer(r, "段有才", 0);
        assert_int_equal(join(r, a.id, &waiting[i]).outcome, SIGNUP_WAITS);
    }
    return a;
}

static void a_freed_place_is_offered_to_the_first(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[2];
    struct activity a = full_meeting(r, &in, w, 2);
    struct signup u;
    (void)state;
    r->s.now = at(2, 18, 41);
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    assert_int_equal(state_of(r, a.id, w[0].id), SIGNUP_OFFERED);
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_QUEUED);
    assert_string_equal(told_param(r, w[0].address, "queue.offer", "name"), "段有才");
    assert_string_equal(told_param(r, w[0].address, "queue.offer", "until_time"), "20:30");
    assert_string_equal(told_param(r, w[0].address, "queue.offer", "until_date"), "2026-11-27");
    assert_int_equal(told(r, w[1].address, "queue.offer", NULL), 0);
    check_places(r, a.id);
    /* The held place is nobody else's. */
    struct volunteer late = records_volunteer(r, "刘芳", 0);
    assert_int_equal(join(r, a.id, &late).outcome, SIGNUP_WAITS);
    int64_t offer = offer_of(r, w[0].address);
    assert_int_equal(offer_answer(&r->s, offer, w[1].address, true, &u), OFFER_GONE);
    assert_int_equal(offer_answer(&r->s, offer, w[0].address, true, &u), OFFER_JOINED);
    assert_int_equal(u.state, SIGNUP_JOINED);
    assert_int_equal(u.number, 2);
    assert_int_equal(offer_answer(&r->s, offer, w[0].address, true, &u), OFFER_GONE);
    assert_int_equal(u.state, SIGNUP_JOINED); /* told again what is */
    check_places(r, a.id);
    records_close(r);
}

static void a_lapsed_offer_goes_to_the_next(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[2];
    struct activity a = full_meeting(r, &in, w, 2);
    (void)state;
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    int64_t offer = offer_of(r, w[0].address);
    run_timers(r, at(0, 11, 59));
    assert_int_equal(state_of(r, a.id, w[0].id), SIGNUP_OFFERED);
    run_timers(r, at(0, 12, 0));
    assert_int_equal(state_of(r, a.id, w[0].id), SIGNUP_LAPSED);
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_OFFERED);
    assert_int_equal(offer_answer(&r->s, offer, w[0].address, true, NULL), OFFER_GONE);
    check_places(r, a.id);
    run_timers(r, at(0, 14, 0));
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_LAPSED);
    struct activity now = look(r, a.id);
    assert_int_equal(now.taken, 0);
    assert_int_equal(now.waiting, 0);
    assert_int_equal(now.state, ACTIVITY_PUBLISHED);
    /* Who missed it may sign up again. */
    assert_int_equal(join(r, a.id, &w[0]).outcome, SIGNUP_DONE);
    check_places(r, a.id);
    records_close(r);
}

static void declining_and_cancelling_pass_the_place_on(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[3];
    struct activity a = full_meeting(r, &in, w, 3);
    struct signup u;
    (void)state;
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    assert_int_equal(offer_answer(&r->s, offer_of(r, w[0].address), w[0].address, false, &u),
                     OFFER_REFUSED);
    assert_int_equal(u.state, SIGNUP_CANCELLED);
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_OFFERED);
    check_places(r, a.id);
    assert_int_equal(signup_cancel(&r->s, a.id, w[1].id), CANCEL_DONE);
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_CANCELLED);
    assert_int_equal(state_of(r, a.id, w[2].id), SIGNUP_OFFERED);
    assert_int_equal(offer_of(r, w[1].address), 0);
    check_places(r, a.id);
    records_close(r);
}

static void something_else_was_joined_meanwhile(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[2];
    struct activity a = full_meeting(r, &in, w, 2), other = meeting(r, at(3, 10, 0), 60, 5);
    (void)state;
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    assert_int_equal(join(r, other.id, &w[0]).outcome, SIGNUP_DONE);
    assert_int_equal(offer_answer(&r->s, offer_of(r, w[0].address), w[0].address, true, NULL),
                     OFFER_CLASH);
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_OFFERED);
    check_places(r, a.id);
    records_close(r);
}

static void offers_end_before_the_night_and_the_start(void **state)
{
    struct records *r = records_open();
    int64_t from, until, start = at(3, 9, 0);
    (void)state;
    assert_true(offer_window(&r->s, at(0, 10, 0), start, &from, &until));
    assert_int_equal(from, at(0, 10, 0));
    assert_int_equal(until, at(0, 12, 0));
    assert_true(offer_window(&r->s, at(0, 20, 10), start, &from, &until));
    assert_int_equal(until, at(0, 20, 30));
    /* Too late in the evening: in the morning. */
    assert_true(offer_window(&r->s, at(0, 20, 11), start, &from, &until));
    assert_int_equal(from, at(1, 8, 0));
    assert_int_equal(until, at(1, 10, 0));
    assert_true(offer_window(&r->s, at(0, 23, 0), start, &from, &until));
    assert_int_equal(from, at(1, 8, 0));
    assert_true(offer_window(&r->s, at(3, 2, 0), start, &from, &until));
    assert_int_equal(from, at(3, 8, 0));
    assert_int_equal(until, at(3, 8, 30));
    assert_true(offer_window(&r->s, at(2, 22, 0), start, &from, &until));
    assert_int_equal(until, at(3, 8, 30));
    assert_false(offer_window(&r->s, at(3, 8, 15), start, &from, &until));
    assert_false(offer_window(&r->s, at(3, 9, 30), start, &from, &until));
    records_close(r);
}

static void every_window_is_inside_the_day(void **state)
{
    struct records *r = records_open();
    int64_t start = at(3, 9, 0), from, until;
    (void)state;
    for (int64_t when = at(0, 0, 0); when < at(3, 12, 0); when += 7 * 60)
        if (offer_window(&r->s, when, start, &from, &until)) {
            assert_true(from >= when && until > from);
            assert_true(until - from >= r->policy->offer_min_minutes * 60);
            assert_true(until <= start - 30 * 60);
            assert_int_equal(notify_daytime(&r->s, from), from);
            int64_t day = civil_day_of(until, SUPPORT_ZONE);
            assert_true(until <= civil_day_start(day, SUPPORT_ZONE) + r->policy->offer_until * 60);
        }
    records_close(r);
}

static void too_late_to_ask_the_place_is_simply_free(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[1];
    struct activity a = full_meeting(r, &in, w, 1);
    (void)state;
    r->s.now = at(3, 8, 40);
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    assert_int_equal(told(r, w[0].address, "queue.offer", NULL), 0);
    assert_int_equal(look(r, a.id).taken, 0);
    assert_int_equal(state_of(r, a.id, w[0].id), SIGNUP_QUEUED);
    check_places(r, a.id);
    records_close(r);
}

static void who_stopped_all_texts_is_passed_over(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[2];
    struct activity a = full_meeting(r, &in, w, 2);
    (void)state;
    assert_int_equal(opt_out(&r->s, w[0].address, OPT_ALL, SLICE("全停"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    assert_int_equal(state_of(r, a.id, w[0].id), SIGNUP_LAPSED);
    assert_int_equal(state_of(r, a.id, w[1].id), SIGNUP_OFFERED);
    check_places(r, a.id);
    records_close(r);
}

static void the_answer_may_come_by_another_channel(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[1];
    struct activity a = full_meeting(r, &in, w, 1);
    int64_t wechat = records_address(r);
    (void)state;
    assert_int_equal(volunteer_link(&r->s, w[0].id, wechat), 1);
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    assert_int_equal(offer_answer(&r->s, offer_of(r, w[0].address), wechat, true, NULL),
                     OFFER_JOINED);
    records_close(r);
}

static void the_end_of_the_activity_ends_offers(void **state)
{
    struct records *r = records_open();
    struct volunteer in, w[2];
    struct activity a = full_meeting(r, &in, w, 2);
    (void)state;
    assert_int_equal(signup_cancel(&r->s, a.id, in.id), CANCEL_DONE);
    int64_t offer = offer_of(r, w[0].address);
    int n;
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE("下雨"), &n), ACTIVITY_OK);
    assert_int_equal(offer_answer(&r->s, offer, w[0].address, true, NULL), OFFER_GONE);
    assert_int_equal(look(r, a.id).waiting, 0);
    run_timers(r, at(5, 9, 0));
    assert_int_equal(state_of(r, a.id, w[0].id), SIGNUP_CANCELLED);
    records_close(r);
}

/* A year of people changing their minds, by a fixed sequence: whatever happens, check_places holds.
 */
static void places_are_never_given_twice(void **state)
{
    enum { PEOPLE = 14, STEPS = 1500 };
    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        struct records *r = records_open();
        struct activity a = meeting(r, at(40, 9, 0), 120, 4);
        struct volunteer v[PEOPLE];
        uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15);
        for (int i = 0; i < PEOPLE; i++)
            v[i] = records_volunteer(r, "人", 0);
        for (int step = 0; step < STEPS; step++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            struct volunteer *who = &v[(x >> 8) % PEOPLE];
            int64_t offer = offer_of(r, who->address);
            switch (x % 6) {
            case 0:
            case 1:
                join(r, a.id, who);
                break;
            case 2:
            case 3:
                assert_true(signup_cancel(&r->s, a.id, who->id) >= 0);
                break;
            case 4:
                assert_true(offer_answer(&r->s, offer, who->address, x & 64, NULL) >= 0);
                break;
            default:
                run_timers(r, r->s.now + (int64_t)(x >> 20) % (3 * HOUR));
            }
            check_places(r, a.id);
        }
        assert_true(look(r, a.id).published_at > 0);
        records_close(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_freed_place_is_offered_to_the_first),
        cmocka_unit_test(a_lapsed_offer_goes_to_the_next),
        cmocka_unit_test(declining_and_cancelling_pass_the_place_on),
        cmocka_unit_test(something_else_was_joined_meanwhile),
        cmocka_unit_test(offers_end_before_the_night_and_the_start),
        cmocka_unit_test(every_window_is_inside_the_day),
        cmocka_unit_test(too_late_to_ask_the_place_is_simply_free),
        cmocka_unit_test(who_stopped_all_texts_is_passed_over),
        cmocka_unit_test(the_answer_may_come_by_another_channel),
        cmocka_unit_test(the_end_of_the_activity_ends_offers),
        cmocka_unit_test(places_are_never_given_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
