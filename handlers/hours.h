/* Hours of service from claim to record: what a volunteer says, what a leader or station confirms.
 *
 * A row of `hours` is one service of one person. It is never changed but in its state: a new value
 * is a new row that names the row it replaces. What is confirmed is written to the ledger in the
 * same call. Only the ledger counts (M42). */
#ifndef HANDLERS_HOURS_H
#define HANDLERS_HOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "handlers/ledger.h"
#include "handlers/service.h"

enum hours_state {
    HOURS_CLAIMED,   /* waits for a confirmer; term: ten working days (Order 67, article 11) */
    HOURS_CONFIRMED, /* in the ledger */
    HOURS_REFUSED,   /* by a confirmer, with a reason */
    HOURS_WITHDRAWN, /* by the volunteer; reversed in the ledger when it was confirmed */
    HOURS_REPLACED,  /* a newer row stands for it */
    HOURS_STATES     /* the count */
};
const char *hours_state_name(enum hours_state state);
bool hours_may_move(enum hours_state from, enum hours_state to);

/* What deserves a second look; shown to the confirmer. */
enum hours_flag {
    HOURS_LONG_DAY = 1 << 0, /* more than 12 hours claimed for the day (policy) */
    HOURS_LATE = 1 << 1,     /* confirmed after ten working days */
    HOURS_MAKE_UP = 1 << 2,  /* an activity of ours, and the person had not signed up */
    HOURS_RAISED = 1 << 3,   /* higher than a value that was claimed or confirmed before */
    HOURS_OVER = 1 << 4      /* longer than the activity, and the person insists */
};

/* One row. Strings are in the arena. */
struct hours {
    int64_t id;
    int64_t person;
    int64_t day;            /* epoch day */
    int start_min, end_min; /* minutes after midnight of `day`, end may pass 1440; -1 unknown */
    int64_t minutes;
    int64_t activity;     /* 0 for service without an activity of ours */
    int64_t organization; /* confirms: the activity's, or the station of the volunteer's area */
    enum hours_state state;
    unsigned flags; /* hours_flag */
    enum ledger_source source;
    int quality;                    /* 0 until confirmed */
    int64_t confirmer;              /* addresses.id; 0 until decided */
    int64_t decided_at, claimed_at; /* UTC seconds */
    int64_t address;                /* where the claim came from; 0 when the leader entered it */
    int64_t replaces;               /* an earlier row, else 0 */
    int64_t instead; /* minutes of a confirmed row that this claim would replace, else 0 */
    int64_t seq;     /* ledger entry, 0 when not confirmed */
    struct slice name, place, recipient, content; /* as written, or the activity's */
    struct slice reason;                          /* of a refusal */
    struct slice confirmer_name; /* set by lists: who confirmed, or who is to (leader or station) */
    struct slice person_name;    /* set by hours_waiting */
};

/* ---- the volunteer's side ---- */

struct volunteer;
struct hours_claim {
    const struct volunteer *who; /* the person when at hand, else NULL: saves a statement */
    int64_t person;              /* volunteer */
    int64_t address;             /* who wrote: gets the news */
    int64_t day;                 /* epoch day; 0 with an activity means the activity's */
    int64_t minutes;             /* 0 when start and end say it */
    int start_min, end_min;      /* -1 when unknown */
    int64_t activity;            /* id, or 0 */
    struct slice name;  /* what was done, at most 120 bytes are kept; not needed with an activity */
    struct slice place; /* may be empty */
    struct slice recipient; /* may be empty */
    bool over;              /* the person insists on more than the activity's length */
};
struct hours_receipt {
    int64_t id; /* the claim (of `unchanged` the first one, of `overlap` the row in the way) */
    int64_t day, minutes;   /* as recorded; of `overlap` those of the row in the way */
    struct slice name;      /* of the activity or as written; of `overlap` of the row in the way */
    struct slice confirmer; /* name of the leader or of the station that will confirm */
    int64_t limit;    /* too_long, too_short, too_old: the minutes or days that are the limit */
    int64_t ready_at; /* future: the end of what is claimed, UTC seconds */
    int64_t total;    /* the volunteer's confirmed minutes, this not included */
    unsigned flags;   /* hours_flag */
};
enum hours_outcome {
    HOURS_RECORDED,
    HOURS_UNCHANGED,   /* the same person, date, activity and minutes before: the same receipt */
    HOURS_OVERLAP,     /* `receipt` names the other: times cross, or the same thing on that day with
                          other minutes */
    HOURS_TOO_LONG,    /* longer than the activity, the times given, or 24 hours a day: see limit */
    HOURS_TOO_SHORT,   /* under policy.claim_min_minutes */
    HOURS_FUTURE,      /* has not happened yet */
    HOURS_TOO_OLD,     /* over policy.claim_days_back */
    HOURS_WRONG_DAY,   /* the activity was on another day: receipt.day */
    HOURS_NO_ACTIVITY, /* unknown or cancelled */
    HOURS_NOT_VOLUNTEER, /* not registered, or not yet agreed to (guardian, proxy) */
    HOURS_NO_STATION,    /* no organization is there that could confirm */
    HOURS_OUTCOMES       /* the count */
};
/* Records a claim. At most four statements, all indexed. Outcome or GW_E*. */
GW_MUSTCHECK int hours_report(const struct service *s, const struct hours_claim *claim,
                              struct hours_receipt *receipt);
const char *
hours_outcome_name(enum hours_outcome o); /* "recorded", "too_long" …, as flows name them */

enum hours_fix_outcome {
    HOURS_FIX_LOWERED, /* at once: a new row, in the ledger a reversal and a correction */
    HOURS_FIX_ASKED, /* higher: a new claim waits for the confirmer; the old value stands meanwhile
                      */
    HOURS_FIX_UNCHANGED, /* it already is that */
    HOURS_FIX_OVER,      /* longer than the activity: say so, and call again with `insist` */
    HOURS_FIX_TOO_LONG,  /* more than 24 hours that day: receipt.limit */
    HOURS_FIX_NOT_YOURS, /* no such row of this person */
    HOURS_FIX_CLOSED,    /* refused, withdrawn or replaced */
    HOURS_FIX_OUTCOMES   /* the count */
};
/* 改: the volunteer gives the right minutes of a row of their own, at any age of it. Lowering needs
 * nobody else, raising does (scripts.md 0.5). `receipt->total` includes the change. */
GW_MUSTCHECK int hours_fix(const struct service *s, int64_t person, int64_t id, int64_t minutes,
                           bool insist, struct hours_receipt *receipt);
const char *hours_fix_outcome_name(enum hours_fix_outcome o); /* "lowered", "asked" … */

enum hours_withdraw_outcome {
    HOURS_WITHDRAW_DONE,
    HOURS_WITHDRAW_UNCHANGED, /* it was withdrawn before */
    HOURS_WITHDRAW_NOT_YOURS,
    HOURS_WITHDRAW_CLOSED /* refused or replaced */
};
/* Takes a row of one's own back, at once, also a confirmed one. */
GW_MUSTCHECK int hours_withdraw(const struct service *s, int64_t person, int64_t id,
                                struct hours_receipt *receipt);

/* Rows of one's own that stand, newest service first, at most `limit` (at most 50), in the arena:
 * confirmed only, or with what waits. For 改 and for 为什么. Number or GW_E*. */
GW_MUSTCHECK int hours_recent(const struct service *s, int64_t person, bool confirmed_only,
                              int limit, struct hours **out);

struct hours_sums {
    int64_t confirmed, confirmed_count; /* minutes, services */
    int64_t waiting, waiting_count;
};
/* Sums over service dates from_day to to_day, both included. */
GW_MUSTCHECK int hours_sum(const struct service *s, int64_t person, int64_t from_day,
                           int64_t to_day, struct hours_sums *out);

/* Deletes the words of everything a person did, here, in attendance and in the ledger, when
 * their data are to go; minutes, dates and the chain stay. 0 or GW_E*. */
GW_MUSTCHECK int hours_forget(const struct service *s, int64_t person, int64_t recorder);

/* ---- the confirmer's side ---- */

/* Claims that the address `confirmer` may decide (POWER_CONFIRM there or above), oldest service
 * first, those of people on that phone left out, at most `limit` (at most 50), in the arena. The
 * number shown is the place in the list from 1; keep the ids in the session. What is over its ten
 * working days has HOURS_LATE. Number or GW_E*. */
GW_MUSTCHECK int hours_waiting(const struct service *s, int64_t confirmer, int limit,
                               struct hours **out);
/* How many wait for `confirmer`, counted to 50. Number or GW_E*. */
GW_MUSTCHECK int hours_waiting_count(const struct service *s, int64_t confirmer);

struct hours_decision {
    int64_t id;                    /* of the row */
    int64_t confirmer;             /* address with POWER_CONFIRM there */
    int quality;                   /* 1 to 5; 0 means 5, the value in the question */
    int64_t minutes;               /* another value than claimed, lower or higher; 0 keeps */
    struct slice place, recipient; /* what the claim left open; empty keeps */
};
enum hours_decide_outcome {
    HOURS_DECIDE_DONE,      /* confirmed, in the ledger, the volunteer is told (hours.confirmed) */
    HOURS_DECIDE_UNCHANGED, /* was decided the same way before */
    HOURS_DECIDE_OWN,       /* nobody confirms hours of their own phone */
    HOURS_DECIDE_NOT_ALLOWED, /* no role in that organization */
    HOURS_DECIDE_INCOMPLETE,  /* `missing` says which of the mandatory fields to ask for */
    HOURS_DECIDE_TOO_LONG,    /* minutes longer than the activity or 24 hours */
    HOURS_DECIDE_NOT_SEEN,    /* second person on a phone whom nobody has seen yet: hours wait */
    HOURS_DECIDE_NOT_AGREED,  /* registered by others and did not say yes yet: hours wait */
    HOURS_DECIDE_NOT_FOUND,
    HOURS_DECIDE_CLOSED,  /* withdrawn, replaced, or decided the other way */
    HOURS_DECIDE_OUTCOMES /* the count */
};
struct hours_decided {
    struct hours row; /* after the decision */
    int64_t total;    /* the volunteer's confirmed minutes now */
    unsigned missing; /* ledger_field bits */
};
/* Confirms one claim. A claim without a place is recorded at the station that confirms it; one
 * without a recipient serves its place; when neither is known the outcome is INCOMPLETE with
 * LEDGER_RECIPIENT. */
GW_MUSTCHECK int hours_confirm(const struct service *s, const struct hours_decision *d,
                               struct hours_decided *out);
/* Refuses one claim; the volunteer is told with the reason (hours.refused). */
GW_MUSTCHECK int hours_refuse(const struct service *s, int64_t id, int64_t confirmer,
                              struct slice reason, struct hours_decided *out);
const char *hours_decide_outcome_name(enum hours_decide_outcome o); /* "done", "own" … */

/* One row: 1, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int hours_get(const struct service *s, int64_t id, struct hours *out);

#endif
