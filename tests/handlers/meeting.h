/* An activity and people who want to go, for the tests of sign-ups, offers and changes. */
#ifndef TESTS_HANDLERS_MEETING_H
#define TESTS_HANDLERS_MEETING_H

#include "handlers/offers.h"
#include "tests/handlers/outbox.h"

/* A published activity of the branch. */
LOCAL struct activity meeting(struct records *r, int64_t start, int minutes, int capacity)
{
    struct activity a = records_draft(r, start, minutes);
    a.capacity = capacity;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, &a), ACTIVITY_OK);
    return a;
}

/* Signs one person up; the outcome is the caller's to look at. */
LOCAL struct signup_result join(struct records *r, int64_t activity, const struct volunteer *v)
{
    struct signup_result result;
    struct activity a;
    assert_int_equal(signup_join(&r->s, activity, v->address, &v->id, 1, &result, &a), 0);
    return result;
}

LOCAL struct activity look(struct records *r, int64_t activity)
{
    struct activity a;
    assert_int_equal(activity_get(&r->s, activity, &a), 1);
    return a;
}

/* 0 when there is no sign-up. */
LOCAL enum signup_state state_of(struct records *r, int64_t activity, int64_t volunteer)
{
    struct signup u;
    int rc = signup_find(&r->s, activity, volunteer, &u);
    assert_true(rc >= 0);
    return rc == 1 ? u.state : (enum signup_state)0;
}

/* The open offer of an address, 0 when there is none. */
LOCAL int64_t offer_of(struct records *r, int64_t address)
{
    int64_t id = 0;
    int rc = offer_open_at(&r->s, address, &id);
    assert_true(rc >= 0);
    return rc == 1 ? id : 0;
}

/* What must hold whatever happened: nobody goes beyond the capacity, every held place is one
 * person's, one open offer a held place, the counters tell the truth. */
LOCAL void check_places(struct records *r, int64_t activity)
{
    struct signup *joined, *waiting;
    struct activity a = look(r, activity);
    int in = signups_roster(&r->s, activity, SIGNUP_JOINED, &joined);
    int out = signups_roster(&r->s, activity, SIGNUP_QUEUED, &waiting), offered = 0;
    assert_true(in >= 0 && out >= 0);
    for (int i = 0; i < out; i++) {
        offered += waiting[i].state == SIGNUP_OFFERED;
        assert_true(waiting[i].position >= 1 && waiting[i].position <= out);
        assert_int_equal(waiting[i].number, 0);
    }
    for (int i = 1; i < in; i++)
        assert_true(joined[i].number > joined[i - 1].number);
    assert_int_equal(in + offered, a.taken);
    assert_int_equal(out, a.waiting);
    assert_true(a.taken <= a.capacity);
    if (a.state == ACTIVITY_FULL || a.state == ACTIVITY_PUBLISHED)
        assert_int_equal(a.state == ACTIVITY_FULL, a.taken == a.capacity);
}

#endif
