/* Signing up for an activity, alone or for several on one phone; the waiting list; leaving it. */
#ifndef HANDLERS_SIGNUPS_H
#define HANDLERS_SIGNUPS_H

#include "handlers/activities.h"
#include "handlers/volunteers.h"

/* Stored numbers; never renumber. The allowed moves are a table in signups.c. */
enum signup_state {
    SIGNUP_JOINED = 1,    /* has a place */
    SIGNUP_QUEUED = 2,    /* waits */
    SIGNUP_OFFERED = 3,   /* a place is held for this person until the offer ends */
    SIGNUP_CANCELLED = 4, /* by the person or with the activity */
    SIGNUP_LAPSED = 5,    /* did not answer an offer */
};
enum { SIGNUP_STATES = 6 };
const char *signup_state_name(enum signup_state state);
bool signup_may_move(enum signup_state from, enum signup_state to);

struct signup {
    int64_t id;
    int64_t activity;
    int64_t volunteer;
    struct slice name; /* of the volunteer */
    int64_t address;   /* who signed up, and is told */
    enum signup_state state;
    int64_t number;   /* running number on the roster, kept for good; 0 while waiting */
    int64_t position; /* in the waiting list from 1; 0 when joined */
    int64_t signed_at;
    bool unsure; /* the activity moved and the person has not said yes again */
    /* of the activity */
    int64_t code, starts_at, ends_at;
    struct slice title;
};

enum signup_outcome {
    SIGNUP_DONE,      /* joined */
    SIGNUP_WAITS,     /* queued, `position` */
    SIGNUP_UNCHANGED, /* joined or waiting already (see `state`) */
    SIGNUP_CLASH,     /* with `other` */
    SIGNUP_FULL,      /* the waiting list is full too */
    SIGNUP_CLOSED,    /* over or cancelled */
    SIGNUP_STARTED,   /* too late: it has begun */
    SIGNUP_TOO_YOUNG, /* younger than min_age */
    SIGNUP_PENDING,   /* a guardian's yes is missing */
    SIGNUP_NOT_FOUND, /* no such activity, a draft, or no such person */
    SIGNUP_TOO_OLD,   /* older than max_age */
    SIGNUP_MINOR,     /* dangerous, or at hours that do not fit who is under policy.adult_age */
    SIGNUP_NO_SKILL,  /* has not told of the skill that is asked for */
    SIGNUP_UNTRAINED, /* no training in its topic within policy.training_valid_days */
    SIGNUP_UNINSURED, /* dangerous, and its insurance is missing */
};
struct signup_result {
    int64_t volunteer;
    struct slice name;
    enum signup_outcome outcome;
    int64_t id; /* signups.id */
    enum signup_state state;
    int64_t position;
    struct activity other; /* CLASH: the activity that is in the way */
    bool heavy;            /* joined, but more than policy.day_load_minutes are planned that day or
                              week_load_minutes that week */
};
/* Signs up `count` persons (at most 9) one after the other; each has an outcome of its own. `*a` is
 * the activity as it is afterwards. 0 (an unknown activity or person is SIGNUP_NOT_FOUND), or
 * GW_E*.
 */
GW_MUSTCHECK int signup_join(const struct service *s, int64_t activity, int64_t address,
                             const int64_t *volunteers, int count, struct signup_result *results,
                             struct activity *a);

/* Who is there without having signed up (attendance): a place more where all are taken, also after
 * the start. `result` as above; SIGNUP_DONE, or why not (never WAITS, FULL, CLASH or STARTED).
 * `*number` is the one on the roster. 0 or GW_E*. */
GW_MUSTCHECK int signup_walk_in(const struct service *s, const struct activity *a,
                                const struct volunteer *v, struct signup_result *result,
                                int64_t *number);

/* What an activity asks of a person: SIGNUP_DONE, or why not, or GW_E*. (signups_fit.c) */
GW_MUSTCHECK int signup_requires(const struct service *s, const struct activity *a,
                                 const struct volunteer *v);

enum signup_cancel_outcome {
    CANCEL_DONE,      /* a freed place was offered on, or is free */
    CANCEL_UNCHANGED, /* was not signed up, or had cancelled */
    CANCEL_TOO_LATE,  /* it is over */
};
/* Gives a place or a position up, the easiest of all (Regulation Art. 22): no reason needed, until
 * the end. */
GW_MUSTCHECK int signup_cancel(const struct service *s, int64_t activity, int64_t volunteer);
/* The answer to "activity.moved" from a phone: yes keeps, no cancels all its people. Number of
 * people it meant. */
GW_MUSTCHECK int signup_answer_move(const struct service *s, int64_t activity, int64_t address,
                                    bool yes);
/* Cancels everything a volunteer is signed up for from now on (leaving). 0 or GW_E*. */
GW_MUSTCHECK int signups_leave(const struct service *s, int64_t volunteer);

/* 1 and the sign-up of a person whatever its state, 0, or GW_E*. */
GW_MUSTCHECK int signup_find(const struct service *s, int64_t activity, int64_t volunteer,
                             struct signup *out);
/* The same by signups.id. */
GW_MUSTCHECK int signup_get(const struct service *s, int64_t id, struct signup *out);
/* Joined, queued or offered sign-ups of all people of an address whose activity ends after `from`,
 * next ones first; in the arena, at most 50. Number or GW_E*. */
GW_MUSTCHECK int signups_at(const struct service *s, int64_t address, int64_t from,
                            struct signup **out);
/* The same for one volunteer, in [from, to) by start. */
GW_MUSTCHECK int signups_of(const struct service *s, int64_t volunteer, int64_t from, int64_t to,
                            struct signup **out);
/* Who is in (state SIGNUP_JOINED, in order of number) or waits (SIGNUP_QUEUED, in order; offers
 * first). At most policy.capacity_max. Number or GW_E*. */
GW_MUSTCHECK int signups_roster(const struct service *s, int64_t activity, enum signup_state state,
                                struct signup **out);

/* Timer "activity.reminder", the evening before at policy.reminder_at: "reminder.tomorrow" {names,
 * …activity_params} once a phone; opted-out numbers are left out. */
int signups_remind(const struct service *s, int64_t activity);
/* Timer "activity.reminder_early", the evening before that one: "reminder.early" with the same
 * parameters to who was missed last time and came to nothing since; at most 200 people. */
int signups_remind_early(const struct service *s, int64_t activity);

/* Ends the waiting list, and with `all` every sign-up, of an activity that is over or cancelled. 0
 * or GW_E*. */
GW_MUSTCHECK int signups_end(const struct service *s, int64_t activity, bool all);

/* How a person wants the evening's reminder: FIELD_REMINDER, remembered for all their activities.
 * (reminders.c) */
enum reminder_way { REMIND_ANY, REMIND_WECHAT, REMIND_SMS, REMIND_NONE };
/* "wechat", "sms", "none"; "" for any. */
const char *reminder_way_name(enum reminder_way way);
bool reminder_way_parse(struct slice name, enum reminder_way *out);
GW_MUSTCHECK int reminder_way_of(const struct service *s, int64_t person, enum reminder_way *out);
/* Whether the reminder of an activity can reach the person who signs up from `address`, by the
 * terms of its account: 1, also when it is too late for one or none is wanted; 0; or GW_E*. */
GW_MUSTCHECK int reminder_reaches(const struct service *s, const struct activity *a,
                                  int64_t address, int64_t person);
/* The moment of an activity's reminder. Pure. */
int64_t reminder_moment(const struct service *s, const struct activity *a);

#endif
