/* Who came: check-in by text, the leader's list after the end, closed by naming the exceptions, and
 * what becomes of somebody who is said not to have come.
 *
 * An organizer is an address with POWER_CONFIRM in the activity's organization, as its leader has.
 * Numbers are those of the activity's roster (signups), so that 「11请假」 and, days later,
 * 「补17」 mean the same person. */
#ifndef HANDLERS_ATTENDANCE_H
#define HANDLERS_ATTENDANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "handlers/service.h"

/* ---- check-in ---- */

enum attendance_check_outcome {
    ATTENDANCE_CHECKED_IN,
    ATTENDANCE_AGAIN,      /* was checked in before: `at` is the first time, nothing changed */
    ATTENDANCE_NONE_NEAR,  /* nothing signed up for begins within two hours or is going on;
                              `activity` is the next one signed up for, 0 when there is none */
    ATTENDANCE_CODE_WRONG, /* a code was given and it is not today's */
    ATTENDANCE_LOCKED,     /* policy.checkin_tries wrong ones within policy.checkin_tries_minutes:
                              no code of theirs is looked at; the leader was told (below) */
    ATTENDANCE_CLOSED,     /* the leader has closed the list */
    ATTENDANCE_CHECK_NOT_ALLOWED, /* attendance_mark by somebody without POWER_CONFIRM there */
    ATTENDANCE_WALKED_IN,         /* had not signed up: signed up and checked in at once */
    ATTENDANCE_NOT_FOR,       /* had not signed up, and may not (`why` is the sign-up's outcome) */
    ATTENDANCE_ELSEWHERE,     /* had not signed up, and is checked in at another one at that time */
    ATTENDANCE_CHECK_OUTCOMES /* the count */
};
struct attendance_check {
    int64_t activity;
    int64_t at; /* UTC seconds of the check-in that counts */
    int64_t starts_at, ends_at;
    struct slice title;
    struct slice leader; /* name: who records the hours */
    int why;             /* NOT_FOR: enum signup_outcome */
};
/* Whether six digits alone are meant as a code: somebody on the phone is expected about now (not
 * with `asked`, a question being open that may be meant), or they are the code of something that is
 * near. What is neither counts as a wrong one of that phone. 1, 0 or GW_E*. (attendance_code.c) */
GW_MUSTCHECK int attendance_is_code(const struct service *s, int64_t address, struct slice code,
                                    bool asked);
/* 「到了」, from two hours before the start to two after the end (policy). `code` is empty or six
 * digits; the code of an activity that goes on proves that somebody is there, so that who had not
 * signed up walks in with it, also where every place is taken. A wrong one counts; with the last
 * that is allowed the leader of what they signed up for gets "checkin.many_wrong" {name, tail,
 * code, tries}. Without a code they are checked in all the same. */
GW_MUSTCHECK int attendance_check_in(const struct service *s, int64_t person, struct slice code,
                                     struct attendance_check *out);
/* The same by the organizer for somebody who cannot text (「到 名字」); who had not signed up walks
 * in, and is told "checkin.noted" {name, leader, title, date, at}. ATTENDANCE_NONE_NEAR when the
 * activity is not near or not open. */
GW_MUSTCHECK int attendance_mark(const struct service *s, int64_t organizer, int64_t activity,
                                 int64_t person, struct attendance_check *out);
/* Presence that is proven another way (a code that changes on the leader's screen): checked in at
 * this very activity, or walks in. ATTENDANCE_NONE_NEAR when it is not near or not open. */
GW_MUSTCHECK int attendance_arrive(const struct service *s, int64_t person, int64_t activity,
                                   struct attendance_check *out);
const char *attendance_check_outcome_name(enum attendance_check_outcome o);

enum attendance_leave_outcome {
    ATTENDANCE_LEFT,       /* `minutes` are what the leader's list proposes now */
    ATTENDANCE_LEFT_AGAIN, /* had left before: the first time stands */
    ATTENDANCE_NOT_IN,     /* not checked in at anything near */
    ATTENDANCE_LEAVE_CLOSED,
    ATTENDANCE_LEAVE_OUTCOMES /* the count */
};
struct attendance_left {
    int64_t activity, in_at, out_at, minutes;
    struct slice title, leader;
};
/* Signing out, which nobody has to do: at `activity`, or with 0 at the last one checked in at. What
 * lies outside the activity's own time counts for policy.checkin_slack_minutes at either end. */
GW_MUSTCHECK int attendance_leave(const struct service *s, int64_t person, int64_t activity,
                                  struct attendance_left *out);
/* Whether a person is checked in at something that goes on or was over lately, and has not signed
 * out: 1, 0 or GW_E*. */
GW_MUSTCHECK int attendance_is_in(const struct service *s, int64_t person);
const char *attendance_leave_outcome_name(enum attendance_leave_outcome o);

/* The activity's six-digit code, made on the first call; no two made in the same month are alike.
 * 0 or GW_E*. */
GW_MUSTCHECK int attendance_code(const struct service *s, int64_t activity, char out[8]);

/* ---- the leader's list ---- */

enum attendance_state {
    ATTENDANCE_OPEN,     /* nothing decided; term: the leader's answer, ten working days */
    ATTENDANCE_CAME,     /* confirmed, in the ledger */
    ATTENDANCE_LEAVE,    /* excused, says the list: was told so (noshow.leave), may object */
    ATTENDANCE_NO_SHOW,  /* was asked why (noshow.ask); no answer is needed */
    ATTENDANCE_OBJECTED, /* says they came: the leader has three days (policy) */
    ATTENDANCE_UPHELD,   /* the leader says no, with a reason */
    ATTENDANCE_APPEALED, /* asked for another look: the level above has it */
    ATTENDANCE_SETTLED,  /* the volunteer let it rest, or the level above said no */
    ATTENDANCE_OWN,      /* the leader's own hours: wait for somebody else */
    ATTENDANCE_STATES    /* the count */
};
const char *attendance_state_name(enum attendance_state state);
bool attendance_may_move(enum attendance_state from, enum attendance_state to);

enum attendance_what { /* what an exception says, as the slot `what` names them */
                       ATTENDANCE_WHAT_CAME,    /* "came" */
                       ATTENDANCE_WHAT_NO_SHOW, /* "no_show" */
                       ATTENDANCE_WHAT_LEAVE,   /* "leave" */
                       ATTENDANCE_WHAT_MINUTES, /* "minutes": came, for so long */
                       ATTENDANCE_WHAT_QUALITY, /* "quality": came, valued so */
                       ATTENDANCE_WHATS         /* the count */
};
int attendance_what_find(struct slice name); /* -1 when unknown */

struct attendance_item {
    int number; /* on the roster */
    enum attendance_what what;
    int64_t minutes; /* of MINUTES, may also be given with CAME; else 0 */
    int quality;     /* of QUALITY, else 0 */
};

struct attendance_row {
    int number; /* on the roster */
    int64_t person;
    struct slice name;
    int64_t checked_in_at;       /* 0 when not */
    int64_t stayed;              /* minutes by check-in and check-out, 0 without one */
    enum attendance_state state; /* on a sheet; in a preview what it will become */
    int64_t minutes;             /* that count or would count; 0 when not come */
    int quality;
};
struct attendance_sheet {
    int64_t activity;
    int64_t code; /* the number people type, e.g. 36 */
    struct slice title;
    int64_t day, starts_at, ends_at;
    int64_t length;              /* minutes: what everybody gets who is no exception */
    int quality;                 /* likewise: policy, 5 */
    struct attendance_row *rows; /* by number, in the arena */
    int count;                   /* people on the roster */
    int checked_in;
    bool over, closed; /* its end has passed; the list was closed */
    int came;          /* preview and close: people who get hours … */
    int64_t minutes;   /* … and the sum of their minutes */
    int bad_number;    /* ATTENDANCE_BAD_NUMBER: the number that nobody has */
};
enum attendance_outcome {
    ATTENDANCE_READY,       /* sheet or preview made */
    ATTENDANCE_DONE,        /* closed now */
    ATTENDANCE_UNCHANGED,   /* closed before: the sheet shows how */
    ATTENDANCE_NOT_OVER,    /* the activity has not ended */
    ATTENDANCE_NOT_ALLOWED, /* neither its leader nor an organizer of its organization */
    ATTENDANCE_BAD_NUMBER,  /* nobody has that number */
    ATTENDANCE_TOO_LONG,    /* an exception says more than the activity's length */
    ATTENDANCE_INCOMPLETE,  /* the activity lacks a mandatory field: see `missing` of the call */
    ATTENDANCE_NO_ACTIVITY, /* unknown or cancelled */
    ATTENDANCE_OUTCOMES     /* the count */
};
const char *attendance_outcome_name(enum attendance_outcome o);

/* The roster with check-ins. */
GW_MUSTCHECK int attendance_sheet(const struct service *s, int64_t activity, int64_t organizer,
                                  struct attendance_sheet *out);

/* Who has to be asked about, for the question attendance.ask: `missing` [{n, name}] are those who
 * did not check in, `first` their first number, `rest` how many more there are than fit. When
 * nobody checked in there is nobody to name. */
void attendance_put_missing(json_t *params, const struct attendance_sheet *sheet);

struct attendance_closing {
    int64_t activity, organizer;
    const struct attendance_item
        *items; /* the exceptions; a later one on the same number adds to an earlier */
    int count;
    bool all_came;    /* 「都来了」: also those who did not check in and are no exception */
    unsigned missing; /* out: ledger_field bits of ATTENDANCE_INCOMPLETE */
};
/* What closing would record: who checked in and is no exception gets the full length; who did not
 * check in must be named as come (the question says so), else it is a no-show. Changes nothing. */
GW_MUSTCHECK int attendance_preview(const struct service *s, struct attendance_closing *closing,
                                    struct attendance_sheet *out);
/* The same, recorded: ledger entries with all fields, the activity becomes confirmed, everybody is
 * told (hours.confirmed, hours.confirmed_less, noshow.ask). The organizer's own hours become a
 * claim for the organization above. A second call changes nothing (ATTENDANCE_UNCHANGED). */
GW_MUSTCHECK int attendance_close(const struct service *s, struct attendance_closing *closing,
                                  struct attendance_sheet *out);

/* ---- somebody who is said not to have come, or to have been excused ---- */

enum attendance_dispute_outcome {
    ATTENDANCE_DISPUTE_DONE,
    ATTENDANCE_DISPUTE_UNCHANGED, /* was so before */
    ATTENDANCE_DISPUTE_NONE,      /* there is no no-show of theirs, or not in a state for this */
    ATTENDANCE_DISPUTE_NOT_ALLOWED,
    ATTENDANCE_DISPUTE_OWN,        /* nobody decides about their own hours */
    ATTENDANCE_DISPUTE_INCOMPLETE, /* the activity lacks a mandatory field */
    ATTENDANCE_DISPUTE_OUTCOMES    /* the count */
};
const char *attendance_dispute_outcome_name(enum attendance_dispute_outcome o);
struct attendance_dispute {
    int64_t activity, person;
    int64_t code; /* of the activity */
    int number;   /* on the roster */
    int64_t day;
    int64_t minutes;          /* the activity's length: what would be given */
    struct slice title, name; /* of the activity, of the volunteer */
    struct slice leader;      /* name of who looks into it */
    int64_t answer_by;        /* UTC seconds: promised to the volunteer */
    int64_t task;             /* the task's number */
    bool final;               /* review: it was the last look, there is no other */
    struct slice above;       /* refused: the organization that can look again, may be empty */
};
/* The volunteer says they came, in `words`: opens a task for the leader, who is told
 * (noshow.review). `activity` 0 takes their latest no-show, else their latest leave. */
GW_MUSTCHECK int attendance_object(const struct service *s, int64_t person, int64_t activity,
                                   struct slice words, struct attendance_dispute *out);
/* 「补17」 or 「不补17 原因」 by the leader or, after an appeal, by the level above. `activity` 0
 * takes the latest objection with that number the organizer may decide. The volunteer is told
 * (hours.confirmed or noshow.refused). */
GW_MUSTCHECK int attendance_review(const struct service *s, int64_t organizer, int64_t activity,
                                   int number, bool give, struct slice reason,
                                   struct attendance_dispute *out);
/* 「再查」: the level above gets it. */
GW_MUSTCHECK int attendance_appeal(const struct service *s, int64_t person, int64_t activity,
                                   struct attendance_dispute *out);
/* "My mistake": nothing is held against them but an earlier reminder next time. A leave stays one:
 * DISPUTE_UNCHANGED. */
GW_MUSTCHECK int attendance_settle(const struct service *s, int64_t person, int64_t activity,
                                   struct attendance_dispute *out);

/* ---- timers ---- */

/* Sets the timers of an activity; call it when it is published or moved. */
GW_MUSTCHECK int attendance_schedule(const struct service *s, int64_t activity, int64_t starts_at,
                                     int64_t ends_at);
/* Cancels them; 0 or GW_E*. */
GW_MUSTCHECK int attendance_unschedule(const struct service *s, int64_t activity);
/* "activity.over": at the end the leader is asked who came (attendance.ask, opens a flow). */
GW_MUSTCHECK int attendance_over_timer(const struct service *s, int64_t activity);
/* "attendance.due": the leader is asked again policy.record_remind_workdays before the ten working
 * days are over, and when they are the level above hears of it (alerts.h). */
GW_MUSTCHECK int attendance_due_timer(const struct service *s, int64_t activity);
/* "activity.eve": the evening before the leader learns how many are coming, and the code
 * (activity.eve). */
GW_MUSTCHECK int attendance_eve_timer(const struct service *s, int64_t activity);

#endif
