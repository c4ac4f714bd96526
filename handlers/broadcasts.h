/* Broadcasts: calling the right people for an activity, in waves, until it is full.
 *
 *     draft → previewed → (second →) recall → running ⇄ paused → full | done | stopped → closed
 *     draft, previewed, second, recall → cancelled;  draft, previewed, second → expired
 *
 * The unit is a number: an address that is written to, a phone or a WeChat account. Several people
 * may share one; it is one row, one text and one person in what is counted, as it is one in cost.
 *
 * A draft lists its audience at once into rows (broadcast, address), unique: each row can be sent
 * to or says why not, so that what is confirmed is exactly what was counted, and whoever registers
 * afterwards is not called. Lists over BROADCAST_NOW people are made in slices by the timer
 * "broadcast.count", a batch and its cursor in one transaction: a crash at any point goes on where
 * it was, without a double. Confirmed, the 60 seconds of recall run; then the first wave of
 * policy.broadcast_wave numbers is called, best match and least called first, and the next ones
 * when the earlier had policy.broadcast_wave_minutes to answer and places are free. It stops by
 * itself.
 *
 * Handlers carry no wording: the caller gives message ids, their parameters, how many segments the
 * rendered text has and what one costs. */
#ifndef HANDLERS_BROADCASTS_H
#define HANDLERS_BROADCASTS_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/store/outbox.h"
#include "handlers/audiences.h"
#include "handlers/signups.h"

/* Stored numbers; never renumber. Moves and deadlines are a table in broadcasts.c. */
enum broadcast_state {
    BROADCAST_DRAFT = 1,     /* the audience is being listed */
    BROADCAST_PREVIEWED = 2, /* listed; waits for its number */
    BROADCAST_SECOND = 3,    /* confirmed once; waits for a second person */
    BROADCAST_RECALL = 4,    /* confirmed; begins when the recall window is over */
    BROADCAST_RUNNING = 5,
    BROADCAST_PAUSED = 6,
    BROADCAST_FULL = 7,       /* every place is taken: stopped by itself */
    BROADCAST_DONE = 8,       /* everybody was called, or it is too late to call anybody */
    BROADCAST_STOPPED = 9,    /* by a person, or because the activity was moved or called off */
    BROADCAST_CLOSED = 10,    /* final: the result was told */
    BROADCAST_CANCELLED = 11, /* final: nothing was sent */
    BROADCAST_EXPIRED = 12,   /* final: not confirmed in time */
};
enum { BROADCAST_STATES = 13 };
const char *broadcast_state_name(enum broadcast_state state); /* "draft" …; "?" for others */
bool broadcast_may_move(enum broadcast_state from, enum broadcast_state to);
bool broadcast_is_final(enum broadcast_state state);
/* The timer that ends a state which no person ends, e.g. "broadcast.expires"; NULL for a final one.
 */
const char *broadcast_deadline(enum broadcast_state state);

/* Why a number of the audience is not called. Stored numbers; never renumber. Of several that hold
 * the first in this order is counted. */
enum broadcast_reason {
    BROADCAST_ABLE = 0,
    BROADCAST_NO_CHANNEL = 1,  /* no number at all */
    BROADCAST_INACTIVE = 2,    /* waits for a guardian, or frozen */
    BROADCAST_OPTED_OUT = 3,   /* from recruitment, everything, or this organization */
    BROADCAST_NEVER_YES = 4,   /* did not say yes to recruitment */
    BROADCAST_UNREACHABLE = 5, /* its provider says that nothing arrives there */
    BROADCAST_UNFIT = 6,       /* of an age that does not fit the activity */
    BROADCAST_SIGNED_UP = 7,   /* for this activity */
    BROADCAST_RESTING = 8,     /* was called within policy.broadcast_rest_days */
    BROADCAST_CAPPED = 9,      /* policy.broadcast_day_max or broadcast_week_max is reached */
};
enum { BROADCAST_REASONS = 10 };
const char *broadcast_reason_name(enum broadcast_reason reason); /* "able", "no_channel" … */

enum {
    BROADCAST_KEEP = 2,      /* typed instead of the number: keep it unsent */
    BROADCAST_NOW = 4000,    /* people that broadcast_draft lists itself: some 100 ms */
    BROADCAST_BATCH = 250,   /* people a slice: some 8 ms */
    BROADCAST_VARIANTS = 2,  /* wordings that can be compared */
    BROADCAST_NEEDS_MAX = 32 /* parameters a wording may need */
};

struct broadcast {
    int64_t id;
    int64_t activity;
    int64_t code; /* the activity's: what people type */
    int64_t org;  /* whose people may be reached: where the organizer holds the power */
    enum broadcast_state state;
    int64_t organizer;     /* address: drafted it, confirms first, is told how it goes */
    int64_t second;        /* address that is asked, or has confirmed, as the second person; 0 */
    struct slice audience; /* JSON conditions */
    bool everybody;        /* without any condition */
    int64_t made_at;
    int64_t snapshot; /* who registered after it is not called; UTC seconds */
    int64_t due;      /* end of the present state by itself; 0 when only a person ends it */
    int64_t start_at; /* wished start, 0: after the recall window */
    int64_t begun_at; /* 0 before */
    int64_t ended_at; /* 0 before */
    struct slice why; /* STOPPED: "person", "cancelled" or "moved" (the activity); else empty */
    int64_t seen;     /* people looked at while listing */
    int64_t listed;   /* numbers in the audience so far */
    int64_t able;     /* numbers that can be sent to */
    int64_t called;   /* numbers that were given to the outbox, those withdrawn again excepted */
    int64_t waves;    /* waves begun */
    int64_t wave;     /* numbers a wave */
    int64_t segments, shared_segments, price; /* as given in the form */
    bool signed_pushes;
    bool second_needed;
    int64_t spread; /* seconds over which a wave is spread */
    int variants;
};

/* ---- draft ---- */

struct broadcast_form {
    int64_t activity;       /* published, and not begun */
    int64_t org;            /* acts for it: whose people are reached; 0: where the power is held */
    const json_t *audience; /* borrowed; NULL: audience_propose */
    /* Message ids of what is sent to a number, and to one that several share. Empty: "recruit.call"
     * and "recruit.shared". [1] is the wording that is compared, empty for none. */
    struct slice message[BROADCAST_VARIANTS], shared[BROADCAST_VARIANTS];
    /* Parameters of all of these, borrowed; NULL: those of broadcast_params. Each recipient's row
     * has them and "broadcast" (id), "names" and "people" (ids of volunteers, in the same order).
     */
    const json_t *params;
    const struct slice *needs; /* parameters the wording (or a provider's template) needs */
    int need_count;
    int segments, shared_segments; /* of the rendered texts with the longest of them; 1 to 10 */
    int64_t price;                 /* fen a segment, 0 to 10000 */
    bool signed_pushes;            /* whether the organizer's account signs what it pushes to us */
    int64_t start_at;              /* not before this moment; 0: at once */
    int64_t spread_minutes;        /* a wave leaves evenly over so long; 0: at once; at most 720 */
    int64_t wave;                  /* numbers a wave; 0: policy.broadcast_wave */
};
/* The first of the form's needs that `params` do not fill in, empty for none: broadcast_draft
 * refuses it (BROADCAST_INCOMPLETE), and its wording cannot be rendered before. Pure. */
struct slice broadcast_lacks(const struct broadcast_form *form, const json_t *params);
enum broadcast_outcome {
    BROADCAST_OK,
    BROADCAST_UNCHANGED,
    BROADCAST_COUNTING,     /* still listing: "broadcast.preview" will tell */
    BROADCAST_NEEDS_SECOND, /* confirmed once: a second person was asked (`second`) */
    BROADCAST_WRONG_NUMBER,
    BROADCAST_LOCKED,       /* policy.broadcast_tries wrong numbers: the draft is gone */
    BROADCAST_SAME_PERSON,  /* the second person may not be the first */
    BROADCAST_NO_SECOND,    /* a second person is needed and nobody else has the power */
    BROADCAST_NOBODY,       /* the audience has nobody who can be called */
    BROADCAST_FORBIDDEN,    /* no POWER_BROADCAST in the activity's organization */
    BROADCAST_OUTSIDE,      /* the audience names people of another organization */
    BROADCAST_BAD_AUDIENCE, /* `fault` says what is wrong with it */
    BROADCAST_INCOMPLETE,   /* a parameter is missing: `fault` names it */
    BROADCAST_BAD_FORM,     /* segments, price, wave or spread out of range: `fault` */
    BROADCAST_PAST,         /* start_at, or the activity's start, is past or too near to call */
    BROADCAST_NOT_OPEN,     /* the activity is a draft, over or called off */
    BROADCAST_SEATS_FULL,   /* the activity has no place free */
    BROADCAST_BUSY,         /* another broadcast for this activity is under way: `*out` is it */
    BROADCAST_NOT_FOUND,
    BROADCAST_EXPIRED_DRAFT, /* not confirmed in time, or taken back */
    BROADCAST_WRONG_STATE,   /* see `state` */
    BROADCAST_OUTCOMES       /* the count */
};
const char *broadcast_outcome_name(enum broadcast_outcome outcome); /* "ok" …; "?" for others */

/* Parameters of a call for an activity: those of activity_params, "hours" ("HH:MM-HH:MM") and
 * "names" [], "people" []. A new reference: render the sample with it. */
json_t *broadcast_params(const struct service *s, const struct activity *a);
/* Keeps a draft of an address with POWER_BROADCAST and lists up to BROADCAST_NOW people of its
 * audience. An earlier draft for the same activity that was not confirmed is cancelled.
 * BROADCAST_OK: listed (state previewed), see broadcast_preview. BROADCAST_COUNTING: the organizer
 * gets "broadcast.preview" as a question when the list is whole. `*out` is filled for both and for
 * _NOBODY and _BUSY. Outcome or GW_E*. */
GW_MUSTCHECK int broadcast_draft(const struct service *s, int64_t address,
                                 const struct broadcast_form *form, struct broadcast *out,
                                 struct fault *fault);
/* Lists one more batch, as the timer does: 1 there is more, 0 the list is whole (or the broadcast
 * is no draft), or GW_E*. For `linli broadcast` on a stopped gateway. */
GW_MUSTCHECK int broadcast_count_step(const struct service *s, int64_t id);

/* ---- preview ---- */

struct broadcast_share { /* a bar of the chart: numbers that can be sent to */
    int64_t key;         /* township code (0: elsewhere); first age of the band; channel; stars */
    int64_t count;
};
enum broadcast_chart { CHART_TOWNSHIP, CHART_AGE, CHART_CHANNEL, CHART_STAR, CHARTS };
const char *broadcast_chart_name(enum broadcast_chart chart); /* "township", "age" … */

struct broadcast_preview {
    int64_t audience; /* numbers: able + the sum of `out` */
    int64_t able;
    int64_t out[BROADCAST_REASONS]; /* by reason; [BROADCAST_ABLE] is 0 */
    int64_t first;                  /* numbers of the first wave */
    int64_t segments;               /* a message; the larger one where numbers are shared */
    int64_t first_cost, all_cost;   /* fen; the first wave's in proportion */
    int64_t confirm;                /* the number to be typed by whoever looks */
    bool random;                    /* it is a random one, not the number of the first wave */
    bool second_needed;             /* and after it a second person */
    struct broadcast_share *chart[CHARTS]; /* most first (ages rising), in the arena */
    int chart_count[CHARTS];
};
/* BROADCAST_OK, _COUNTING (numbers so far), _NOT_FOUND, _FORBIDDEN, or GW_E*. The confirm number is
 * that of the organizer, or of the second person when it waits for that one; 0 for others and in
 * every other state. */
GW_MUSTCHECK int broadcast_preview(const struct service *s, int64_t id, int64_t address,
                                   struct broadcast_preview *out);
/* Parameters of "broadcast.preview": broadcast (id), code, people, able, skill (of the audience),
 * out [{reason, count}, and true under the reason's name], most first, first, later (the rest),
 * segments, cost, cost_all (fen), confirm, keep (2 keeps it: true unless it is the number itself),
 * second (true). A new reference. */
json_t *broadcast_preview_params(const struct broadcast *b, const struct broadcast_preview *p);

/* ---- confirm, recall, pause, stop ---- */

/* `number` is what was typed. BROADCAST_OK: the recall window runs until `out->due` (state recall).
 * _NEEDS_SECOND: "broadcast.second" {broadcast, code, title, by, people, first, confirm} went to
 * `out->second` as a question. _UNCHANGED: was confirmed before (a repeated text). Wrong numbers
 * are counted. All powers used go to the audit log. Outcome or GW_E*. */
GW_MUSTCHECK int broadcast_confirm(const struct service *s, int64_t id, int64_t address,
                                   int64_t number, struct broadcast *out);
/* Takes it back (draft to recall: cancelled, nothing was sent) or stops it at once (running,
 * paused: what did not leave yet is withdrawn; `out->called` is what left). _OK, _UNCHANGED when it
 * had ended, _NOT_FOUND, _FORBIDDEN. */
GW_MUSTCHECK int broadcast_stop(const struct service *s, int64_t id, int64_t address,
                                struct broadcast *out);
/* Running → paused and back; what waits in the outbox is held and keeps its pacing. _OK,
 * _UNCHANGED, _WRONG_STATE, _NOT_FOUND, _FORBIDDEN. */
GW_MUSTCHECK int broadcast_pause(const struct service *s, int64_t id, int64_t address,
                                 struct broadcast *out);
GW_MUSTCHECK int broadcast_resume(const struct service *s, int64_t id, int64_t address,
                                  struct broadcast *out);

/* 1 and `*out` (arena), 0, or GW_E*. */
GW_MUSTCHECK int broadcast_get(const struct service *s, int64_t id, struct broadcast *out);
/* The newest one of an address that 「停」 can mean: previewed to paused. 1, 0 or GW_E*. */
GW_MUSTCHECK int broadcast_open_of(const struct service *s, int64_t address, struct broadcast *out);
/* The newest one of an activity, whatever its state. 1, 0 or GW_E*. */
GW_MUSTCHECK int broadcast_of_activity(const struct service *s, int64_t activity,
                                       struct broadcast *out);
/* The newest `limit` (at most 200) of an organization and all below it (0: all). Number or GW_E*.
 */
GW_MUSTCHECK int broadcasts_list(const struct service *s, int64_t org, int limit,
                                 struct broadcast **out);

/* ---- what others tell it ---- */

/* After signup_join: a full activity stops its broadcast at once, and within policy.
 * broadcast_full_minutes the organizer is told "broadcast.full" {broadcast, code, joined, waiting,
 * called, spared, saved (fen)}. Who was called and came too late is called first next time. */
GW_MUSTCHECK int broadcast_joined(const struct service *s, const struct activity *a,
                                  int64_t address, const struct signup_result *results, int count);
/* Somebody who was called wrote back (whatever it was), or opted out: counted once a number, for
 * the newest call of the last 7 days. opt_out tells it itself. 0 or GW_E*. */
GW_MUSTCHECK int broadcast_replied(const struct service *s, int64_t address);
GW_MUSTCHECK int broadcast_opted_out(const struct service *s, int64_t address);
/* The activity was moved or called off (`why` "moved" or "cancelled"): what did not leave is
 * withdrawn, the organizer gets "broadcast.stopped" {broadcast, code, reason, called, spared}. */
GW_MUSTCHECK int broadcast_activity_changed(const struct service *s, int64_t activity,
                                            const char *why);

/* ---- sending ---- */

enum broadcast_verdict {
    BROADCAST_SEND,
    BROADCAST_LATER, /* at `at`: paused (an outbox_held time), a question is open, or quiet hours */
    BROADCAST_NEVER, /* `reason`: "opted out", "stopped", "full", "stale", "cap" */
};
struct broadcast_admission {
    enum broadcast_verdict verdict;
    int64_t at;
    const char *reason; /* for the row; NULL with SEND */
};
/* May the row still go? In the very transaction that marks it `sending`. Rows of other origins are
 * BROADCAST_SEND. 0 or GW_E*. */
GW_MUSTCHECK int broadcast_admit(const struct service *s, const struct outbox_row *row,
                                 struct broadcast_admission *out);

/* ---- result ---- */

struct broadcast_failure {
    struct slice reason;
    int64_t count;
};
struct broadcast_result {
    int64_t called;                     /* numbers given to the outbox */
    int64_t sent;                       /* taken by a provider, receipts or not */
    int64_t delivered;                  /* reported as arrived */
    int64_t unreported;                 /* sent, and no report yet */
    int64_t failed;                     /* in all */
    int64_t uncertain;                  /* a person has to decide; not sent again */
    int64_t withdrawn;                  /* expired before they left */
    int64_t waiting;                    /* not sent yet */
    int64_t segments, cost;             /* of what was sent or may have been; fen */
    struct broadcast_failure *failures; /* most frequent first, in the arena */
    int failure_count;
    int64_t replies, signups, queued, opt_outs; /* numbers; sign-ups and queued are people */
    struct {
        int64_t called, replies, signups;
    } variant[BROADCAST_VARIANTS];
};
/* BROADCAST_OK, _NOT_FOUND, or GW_E*. */
GW_MUSTCHECK int broadcast_result(const struct service *s, int64_t id,
                                  struct broadcast_result *out);
/* Parameters of "broadcast.result": broadcast, code, called, delivered, failed [{reason, count}],
 * unreported, uncertain, joined, replies, optouts, cost (fen). A new reference. */
json_t *broadcast_result_params(const struct broadcast *b, const struct broadcast_result *r);

/* ---- timers; subjects are broadcasts ----
 *
 * What they tell the organizer, each with broadcast and code: "broadcast.preview" (asks) when a
 * long list is whole, or "broadcast.nobody"; "broadcast.done" {called, joined, capacity} when
 * everybody was called; "broadcast.full", "broadcast.progress", "broadcast.result" as said here. */

int broadcast_count_timer(const struct service *s, int64_t id);   /* "broadcast.count" */
int broadcast_expires_timer(const struct service *s, int64_t id); /* "broadcast.expires" */
int broadcast_begin_timer(const struct service *s, int64_t id);   /* "broadcast.begin" */
int broadcast_call_timer(const struct service *s, int64_t id);    /* "broadcast.call" */
int broadcast_wave_timer(const struct service *s, int64_t id);    /* "broadcast.wave" */
int broadcast_sweep_timer(const struct service *s, int64_t id);   /* "broadcast.sweep" */
int broadcast_full_timer(const struct service *s, int64_t id);    /* "broadcast.full" */
/* "broadcast.progress": {broadcast, code, called, joined, waiting, capacity} when it changed. */
int broadcast_progress_timer(const struct service *s, int64_t id);
int broadcast_result_timer(const struct service *s, int64_t id); /* "broadcast.result" */

#endif
