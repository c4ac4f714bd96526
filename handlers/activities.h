/* Activities: draft → published ⇄ full → closed → confirmed, with moved and cancelled. */
#ifndef HANDLERS_ACTIVITIES_H
#define HANDLERS_ACTIVITIES_H

#include <stdbool.h>

#include "handlers/service.h"

/* Stored numbers; never renumber. Only activity_move and the seats below change a state. */
enum activity_state {
    ACTIVITY_DRAFT = 1,
    ACTIVITY_PUBLISHED = 2, /* places are free */
    ACTIVITY_FULL = 3,      /* every place is taken or offered to somebody */
    ACTIVITY_MOVED = 4,     /* another time; those signed up are being asked again */
    ACTIVITY_CLOSED = 5,    /* over; attendance is not confirmed yet */
    ACTIVITY_CONFIRMED = 6, /* final: hours are in the ledger */
    ACTIVITY_CANCELLED = 7, /* final */
};
enum { ACTIVITY_STATES = 8 };
const char *activity_state_name(enum activity_state state); /* "draft" …; "?" for others */
bool activity_may_move(enum activity_state from, enum activity_state to);
bool activity_is_open(enum activity_state state); /* can be signed up for: published, full, moved */

struct activity {
    int64_t id;
    int64_t code; /* 2 to 4 digits, unique among those not final */
    int64_t org;
    enum activity_state state;
    struct slice title;         /* what */
    struct slice place;         /* meeting point */
    int64_t area;               /* places code */
    int64_t starts_at, ends_at; /* UTC seconds; 0 unknown in a draft */
    int64_t capacity;           /* 0 unknown in a draft */
    struct slice requirements;  /* conditions on people, e.g. age or skill; may be empty */
    struct slice bring;         /* what to bring or wear */
    struct slice risk;          /* Regulation Art. 12: possible risks are told */
    struct slice serves;        /* the beneficiary */
    struct slice theme;         /* service field; empty: by the title (fields.h), if it says one */
    int64_t min_age;            /* 0 for none */
    int64_t max_age;            /* 0 for none */
    struct slice skill;         /* that people must have told of themselves; empty for none */
    struct slice training;      /* that they must have taken part in lately; empty for none */
    int64_t series;             /* id of the first of several dates, 0 for one by itself */
    bool hazardous;             /* needs insurance before it is published (Regulation Art. 17) */
    struct slice insurance;     /* policy number, may be empty */
    int64_t leader;             /* address of the person in charge */
    struct slice leader_name;
    int64_t taken;   /* places joined or offered to somebody */
    int64_t waiting; /* in the waiting list, offers included */
    int64_t published_at;
};

/* What is missing before it can be published (domain.md M12): bits. */
enum {
    MISSING_WHAT = 1,
    MISSING_WHEN = 2,
    MISSING_WHERE = 4,
    MISSING_COUNT = 8,
    MISSING_REQUIREMENTS = 16, /* neither requirements nor bring is given */
    MISSING_RISK = 32,
    MISSING_SERVES = 64,
};
/* The bits of what `a` lacks, 0 when it may be published. Pure. */
unsigned draft_missing(const struct activity *a);
/* The name of one bit for a message: "what", "when", "where", "count", "requirements", "risk",
 * "serves". */
const char *draft_missing_name(unsigned bit);

enum activity_outcome {
    ACTIVITY_OK,
    ACTIVITY_UNCHANGED,
    ACTIVITY_MISSING,  /* see draft_missing */
    ACTIVITY_PAST,     /* starts before now, or ends before it starts */
    ACTIVITY_TOO_LONG, /* over policy.activity_max_minutes */
    ACTIVITY_TOO_FAR,  /* over policy.ahead_days */
    ACTIVITY_TOO_BIG,  /* over policy.capacity_max */
    ACTIVITY_UNINSURED,
    ACTIVITY_FORBIDDEN, /* the address has no POWER_PUBLISH there */
    ACTIVITY_NOT_FOUND,
    ACTIVITY_WRONG_STATE,
    ACTIVITY_BUSY, /* its leader has another one then */
    ACTIVITY_OVER, /* it took place: it can be neither moved nor called off */
};
/* Keeps a draft: id, state and code are filled in (a preset free code of 10 to 9999 is kept), and
 * the area from the organization when it is 0; texts are cut to 200 bytes. 0 or GW_E*. */
GW_MUSTCHECK int activity_draft(const struct service *s, struct activity *a);
/* Replaces the fields of a draft. ACTIVITY_OK, _NOT_FOUND, _WRONG_STATE or GW_E*. */
GW_MUSTCHECK int activity_redraft(const struct service *s, const struct activity *a);
/* Publishes; sets the timers "activity.reminder" and "activity.ends" and calls attendance_schedule.
 * `*out` (may be NULL) is the activity. */
GW_MUSTCHECK int activity_publish(const struct service *s, int64_t id, int64_t address,
                                  struct activity *out);
/* Another time (not one at which its leader has another activity): state moved, open offers return
 * to the waiting list, and each phone with sign-ups is asked again by "activity.moved" {activity
 * (id), title, names, reason, date, time, old_date, old_time}. `*told` is the number of messages.
 * Decided in the quiet hours it goes at once to whom the morning would be too late for
 * (policy.change_way_minutes), likewise below. (changes.c) */
GW_MUSTCHECK int activity_reschedule(const struct service *s, int64_t id, int64_t address,
                                     int64_t starts_at, int64_t ends_at, struct slice reason,
                                     int *told);
/* Calls it off: sign-ups end, "activity.cancelled" {title, names, reason, date, time} to each
 * phone. (changes.c) */
GW_MUSTCHECK int activity_cancel(const struct service *s, int64_t id, int64_t address,
                                 struct slice reason, int *told);
/* What a change would mean, without making it: the question before it. */
struct activity_change {
    struct activity activity; /* as it stands */
    struct activity other;    /* BUSY: the one in the way */
    int64_t starts_at, ends_at;
    int people, phones; /* signed up or waiting; texts that would go out */
};
/* What activity_reschedule, or with `starts_at` 0 activity_cancel, would answer. (changes.c) */
GW_MUSTCHECK int activity_change_look(const struct service *s, int64_t id, int64_t address,
                                      int64_t starts_at, int64_t ends_at,
                                      struct activity_change *out);
/* An activity that this address may publish and so change: ACTIVITY_OK, _NOT_FOUND, _FORBIDDEN or
 * GW_E*. (changes.c) */
GW_MUSTCHECK int activity_of_publisher(const struct service *s, int64_t id, int64_t address,
                                       struct activity *a);
/* The same activity at another time as well, under a number of its own: a shift, or the next date
 * of a weekly one. Published at once; people sign up for each. `_look` only says what would come of
 * it (UNCHANGED: there is one at that time). (activities_series.c) */
GW_MUSTCHECK int activity_repeat_look(const struct service *s, int64_t id, int64_t address,
                                      int64_t starts_at, int64_t ends_at, struct activity *a);
GW_MUSTCHECK int activity_repeat(const struct service *s, int64_t id, int64_t address,
                                 int64_t starts_at, int64_t ends_at, struct activity *out);
/* What publishing asks of a time: ACTIVITY_OK, _PAST, _TOO_LONG or _TOO_FAR. Pure. */
enum activity_outcome activity_check_time(const struct service *s, int64_t starts_at,
                                          int64_t ends_at);
/* Sets the timers of an open activity to its times. 0 or GW_E*. */
GW_MUSTCHECK int activity_set_timers(const struct service *s, const struct activity *a);
/* The one mover: 1 moved, 0 when the table forbids it or it is there already, or GW_E*. Attendance
 * uses it for ACTIVITY_CONFIRMED. Final states free the code. */
GW_MUSTCHECK int activity_move(const struct service *s, int64_t id, enum activity_state to);

/* 1 and `*out` (arena), 0, or GW_E*. By code: the one not final, else the last one with it. */
GW_MUSTCHECK int activity_get(const struct service *s, int64_t id, struct activity *out);
GW_MUSTCHECK int activity_by_code(const struct service *s, int64_t code, struct activity *out);

struct activity_filter {
    int64_t area;      /* with all below it; 0 for everywhere */
    int64_t from, to;  /* starts_at in [from, to); 0: from now, without end */
    struct slice word; /* in title, meeting point, beneficiary or theme; empty for all */
    bool free_only;    /* with places free */
    int64_t after_start, after_id; /* paging: behind this one; 0 for the first page */
    int limit;                     /* 1 to 50; 0 means 9 */
};
/* Open activities, next ones first, in the arena. Number or GW_E*. */
GW_MUSTCHECK int activities_list(const struct service *s, const struct activity_filter *filter,
                                 struct activity **out);
/* Those led from an address that are in a state (0: any that is not final), latest start first. */
GW_MUSTCHECK int activities_led(const struct service *s, int64_t address, enum activity_state state,
                                int limit, struct activity **out);
/* Activities that took place (published once, not cancelled) and overlap [from, to): what a claim
 * of hours may mean. Latest first. */
GW_MUSTCHECK int activities_between(const struct service *s, int64_t from, int64_t to,
                                    struct slice word, int limit, struct activity **out);

/* Whether somebody of this age may go: within the activity's own limits, and under policy.adult_age
 * neither into danger nor before policy.minor_from, after policy.minor_until or for longer than
 * policy.minor_minutes. Pure. (signups_fit.c) */
bool activity_fits_age(const struct service *s, const struct activity *a, int age);

/* Places, each one conditional statement, so that two takers never share one. Numbers of rows
 * changed (1, or 0 when it was not possible) or GW_E*.
 *
 * 1 and the running number of the sign-up, 0 when full or not open, or GW_E*. */
GW_MUSTCHECK int activity_seat_take(const struct service *s, int64_t id, int64_t *number);
/* The same for somebody who is there already: where all places are taken there is one more. 1, 0
 * when the activity is not open or closed, or GW_E*. */
GW_MUSTCHECK int activity_seat_add(const struct service *s, int64_t id, int64_t *number);
/* The next running number for somebody who takes over a held place. */
GW_MUSTCHECK int activity_seat_keep(const struct service *s, int64_t id, int64_t *number);
/* Gives one place back; a full activity has places free again. */
GW_MUSTCHECK int activity_seat_free(const struct service *s, int64_t id);
/* Adds `change` (1 or -1) to the length of the waiting list. */
GW_MUSTCHECK int activity_waiting(const struct service *s, int64_t id, int64_t change);

/* Timer "activity.ends": closed, offers and waiting list end. */
int activity_ends(const struct service *s, int64_t id);

/* Parameters that every message about an activity has: activity (id), code, title, place, bring,
 * risk, leader, date, time, end (HH:MM), capacity, free. */
json_t *activity_params(const struct service *s, const struct activity *a);

#endif
