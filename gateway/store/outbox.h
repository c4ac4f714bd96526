/* What goes out: rows written in the transaction that caused them, sent later by the dispatcher.
 *
 * queued → leased → sending → sent → delivered | failed | expired, or uncertain (design, promise
 * 3). Only outbox_entry_move() changes a state, and in bulk outbox_restored and outbox_withdraw;
 * the table of allowed moves is in outbox_state.c. */
#ifndef GATEWAY_STORE_OUTBOX_H
#define GATEWAY_STORE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/ids.h"
#include "gateway/base/vault.h"
#include "gateway/store/store.h"

enum outbox_state {
    OUTBOX_QUEUED,
    OUTBOX_LEASED,
    OUTBOX_SENDING,
    OUTBOX_SENT,
    OUTBOX_DELIVERED,
    OUTBOX_FAILED,
    OUTBOX_EXPIRED,
    OUTBOX_UNCERTAIN,
    OUTBOX_STATES /* the count */
};

/* Smaller goes first. */
enum outbox_priority { OUTBOX_CODE = 1, OUTBOX_REPLY = 2, OUTBOX_NOTICE = 3, OUTBOX_BROADCAST = 4 };

struct outbox_row {
    int64_t id;
    int64_t address;        /* addresses.id of the recipient */
    struct slice realm;     /* "sms", or "wechat/NAME" */
    struct slice recipient; /* phone or openid */
    struct slice account;   /* "sms/demo"; empty: the dispatcher chooses by realm */
    struct slice message;   /* id in the catalogue */
    struct slice params;    /* JSON object, in the clear here, encrypted on disk */
    enum outbox_priority priority;
    enum outbox_state state;
    int64_t not_before;   /* UTC seconds: retries, pacing, quiet hours and schedules are all this */
    int64_t useful_until; /* after it the row expires */
    int attempt;
    struct slice trace;
    int64_t origin; /* id of what caused many rows, e.g. a broadcast; 0: none */
    /* Read only. */
    int segments;        /* of the text that was sent; 0 before */
    int64_t price;       /* fen, likewise */
    struct slice reason; /* of the last outcome or report */
    int64_t changed_at;
    int64_t owner;        /* of the last attempt; 0: none, or given up */
    int spared;           /* attempts that were none */
    unsigned ways_closed; /* bit by bit: the ways that its provider refuses for it */
};

/* Writes a queued row (whatever row->state and row->attempt say) and wakes the dispatcher at
 * commit. `row->id` and the realm must be set; useful_until 0 means that it never expires. A row
 * that would be of no use any more when its time comes is written as expired, so that it is
 * counted. */
GW_MUSTCHECK int outbox_put(struct tx *tx, const struct vault *v, const struct outbox_row *row,
                            int64_t now, struct arena *a);

/* Leasing. A lane holds the rows that wait for one account: its name is the account a row asks for,
 * else the realm. */

/* Leases that ended are offered again; sendings that ended become uncertain (notices and
 * broadcasts) or queued again (replies and codes). At most 500 rows. The ids of those that became
 * uncertain are in the arena. Their number or GW_E*. */
GW_MUSTCHECK int outbox_take_back(struct tx *tx, int64_t now, struct arena *a, int64_t **uncertain);
/* The lanes in which rows are queued, whatever their time, by name, in the arena. Their number or
 * GW_E*. */
GW_MUSTCHECK int outbox_lanes(struct tx *tx, struct arena *a, struct slice **lanes);

struct outbox_lease {
    int64_t owner; /* not 0 */
    struct slice lane;
    int seconds; /* how long from now the rows are the owner's */
    int urgent;  /* codes and replies, at most */
    int other;   /* notices and broadcasts, at most */
};
/* Takes rows of a lane whose time has come, best first. Rows past useful_until become expired. A
 * row whose parameters do not open with the keys at hand fails ("unreadable") and holds up no
 * other. Rows are in the arena, each with its new attempt number, counted from 1. Returns their
 * number or GW_E*. */
GW_MUSTCHECK int outbox_lease(struct tx *tx, const struct vault *v, const struct outbox_lease *l,
                              int64_t now, struct arena *a, struct outbox_row **rows);

/* leased → sending, on condition of owner and attempt: 1 done, 0 when the row is no longer this
 * owner's attempt (do not send), or GW_E*. Keeps what the attempt will cost. */
GW_MUSTCHECK int outbox_sending(struct tx *tx, int64_t id, int64_t owner, int attempt, int64_t now,
                                int seconds, int segments, int64_t price);

/* The outcome of an attempt that is leased or sending (or became uncertain meanwhile), on condition
 * of owner and attempt: 0 when a late answer of an old attempt changed nothing, OUTBOX_NOTED, that
 * plus enum outbox_number when a report that came before it says so of the number (the row has its
 * reason), or GW_E*.
 * All but OK and UNKNOWN may also be said of a row that is only leased. A retry at or after
 * useful_until makes the row expired ("stale"). */
enum outbox_outcome {
    OUTBOX_OK,      /* the provider took it: sent */
    OUTBOX_LATER,   /* not taken: queued again at `at` */
    OUTBOX_REFUSED, /* never: failed, with `reason` */
    OUTBOX_UNKNOWN, /* the request left and no answer came: uncertain, or queued at `at` for replies
                       and codes */
    OUTBOX_NEEDLESS, /* nobody wants it any more: expired, with `reason` */
    OUTBOX_AGAIN,    /* not tried at all: queued again at `at`, and the attempt is spared */
    OUTBOX_OUTCOMES  /* the count */
};
enum { OUTBOX_NOTED = 1 };
GW_MUSTCHECK int outbox_outcome(struct tx *tx, int64_t id, int64_t owner, int attempt,
                                enum outbox_outcome outcome, struct slice provider_id,
                                struct slice reason, int64_t at, int64_t now);

/* The provider refuses a row by these ways (bits) for good. 0 or GW_E*. */
GW_MUSTCHECK int outbox_close_ways(struct tx *tx, int64_t id, unsigned ways);

/* The earliest time at which a row of a lane can go, codes and replies or the others: 1 and `*at`,
 * 0 when nothing waits, or GW_E*. Held rows do not count. */
GW_MUSTCHECK int outbox_next_due(struct tx *tx, struct slice lane, bool urgent, int64_t *at);
/* The earliest end of a lease of another owner, likewise. */
GW_MUSTCHECK int outbox_next_lapse(struct tx *tx, int64_t owner, int64_t *at);

/* Reports of providers. */

/* What a report, final and not delivered, says of the number itself. */
enum outbox_number {
    OUTBOX_NUMBER_UNSAID,
    OUTBOX_NUMBER_REFUSES, /* it is on a blacklist */
    OUTBOX_NUMBER_DEAD,    /* nobody has it */
    OUTBOX_NUMBER_MISSED,  /* its phone was not reached this time */
};
struct outbox_report {
    struct slice realm;       /* of the account by which it came */
    int64_t id;               /* ours, 0 when the provider does not give it back */
    struct slice provider_id; /* the provider's, empty when it gives none */
    bool final;               /* no later report changes it */
    bool delivered;
    enum outbox_number number;
    struct slice reason;
};
enum outbox_reported {
    OUTBOX_REPORT_UNKNOWN, /* nothing we sent */
    OUTBOX_REPORT_NOTED,   /* the row was changed */
    OUTBOX_REPORT_AGAIN,   /* it was settled before, or waits for another attempt that decides */
    OUTBOX_REPORT_PARKED,  /* a request is under way whose outcome will tell; kept until then */
    OUTBOX_REPORTS         /* the count */
};
/* A final one ends a row; another one is kept as its reason, and shows of an uncertain row that it
 * was sent. Returns enum outbox_reported or GW_E*. */
GW_MUSTCHECK int outbox_report(struct tx *tx, const struct outbox_report *r, int64_t now);
/* The newest row of a realm to which a provider gave this id: 1 and `*id`, 0 when there is none, or
 * GW_E*. */
GW_MUSTCHECK int outbox_by_provider_id(struct tx *tx, struct slice realm, struct slice provider_id,
                                       int64_t *id);
/* What was said of a row's number: 1 when somebody is to hear of it, as it is on a blacklist or its
 * address counts as unreachable from now on (people_unreachable), else 0, or GW_E*. One that nobody
 * has does so at once; one that was missed does when the last three that were sent to it were, over
 * a week or longer: a phone may be off for some days. */
GW_MUSTCHECK int outbox_number_said(struct tx *tx, int64_t address, enum outbox_number number,
                                    struct slice reason, int64_t now);
/* Deletes parked reports older than `before`, at most `limit`; their number or GW_E*. */
GW_MUSTCHECK int outbox_purge_parked(struct tx *tx, int64_t before, int limit);

/* Rows of one origin. `limit` rows a call keeps the transaction short: again until it gives 0. */

/* Queued and held rows expire with the reason. Returns how many, or GW_E*. */
GW_MUSTCHECK int outbox_withdraw(struct tx *tx, int64_t origin, struct slice reason, int64_t now,
                                 int limit);
/* Queued rows are held: not leased and not expired until they are released. Rows in hand are not
 * touched: `admit` of the dispatcher answers for them, and may hold one with outbox_held(). Returns
 * how many, or GW_E*. */
GW_MUSTCHECK int outbox_hold(struct tx *tx, int64_t origin, int64_t now, int limit);
/* Held rows may go again, each `delay` seconds after the time it had before, so that a pacing is
 * kept. Wakes the dispatcher. Returns how many, or GW_E*. */
GW_MUSTCHECK int outbox_release(struct tx *tx, int64_t origin, int64_t delay, int64_t now,
                                int limit);
/* The not_before of a held row that had `at`; of one that is held already the same. */
int64_t outbox_held(int64_t at);

struct outbox_counts {
    int64_t rows[OUTBOX_STATES];
    int64_t segments, price; /* of what was sent or may have been */
};
/* 0 or GW_E*. Some 10 ms for 100,000 rows. */
GW_MUSTCHECK int outbox_counts(struct tx *tx, int64_t origin, struct outbox_counts *out);

struct outbox_reason {
    enum outbox_state state; /* failed, expired or uncertain */
    struct slice reason;
    int64_t rows;
};
/* Most frequent first, at most 100, in the arena. Their number or GW_E*. */
GW_MUSTCHECK int outbox_reasons(struct tx *tx, int64_t origin, struct arena *a,
                                struct outbox_reason **list);

/* What a person has to decide. */

/* Uncertain rows after an id, oldest first, in the arena, without their parameters. Their number or
 * GW_E*. */
GW_MUSTCHECK int outbox_uncertain(struct tx *tx, int64_t after_id, int limit, struct arena *a,
                                  struct outbox_row **rows);
enum outbox_decision {
    OUTBOX_DECIDE_AGAIN,  /* send it once more, unless it is of no use any more: then expired */
    OUTBOX_DECIDE_SENT,   /* it was sent */
    OUTBOX_DECIDE_FAILED, /* it was not, and shall not be */
};
/* 1 done, 0 when the row is not uncertain or unknown, or GW_E*. */
GW_MUSTCHECK int outbox_decide(struct tx *tx, int64_t id, enum outbox_decision what, int64_t now);

/* Rows of a lane in a state. */
struct outbox_total {
    struct slice lane;
    enum outbox_state state;
    int64_t rows, segments, price;
};
/* All of them by lane and state, in the arena: reads the whole table, for a person who asks. At
 * most 1000. Their number or GW_E*. */
GW_MUSTCHECK int outbox_totals(struct tx *tx, struct arena *a, struct outbox_total **totals);

/* The rows to one address written after `after_id`, oldest first, at most 50, in the arena: what
 * `linli chat` shows as messages of our own. Returns their number or GW_E*. */
GW_MUSTCHECK int outbox_to(struct tx *tx, const struct vault *v, int64_t address, int64_t after_id,
                           struct arena *a, struct outbox_row **rows);

/* One row with its state, in the arena: 1, 0 when it is unknown, or GW_E*. */
GW_MUSTCHECK int outbox_get(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
                            struct outbox_row *out);

/* After a restore nobody knows what was sent since the backup: unfinished (queued, leased, sending)
 * notices and broadcasts become uncertain, codes expired; replies go again. Returns the number of
 * rows changed. */
GW_MUSTCHECK int outbox_restored(struct tx *tx, int64_t now);
/* Deletes rows that are sent or in a final state and were made before `before` (UTC seconds, real
 * clock), at most `limit`; returns their number. */
GW_MUSTCHECK int outbox_purge(struct tx *tx, int64_t before, int limit);

/* Static. A final state is never left. */
bool outbox_is_final(enum outbox_state state);
/* Left at lease_until when its owner says nothing. */
bool outbox_has_lease(enum outbox_state state);
const char *outbox_state_name(enum outbox_state state);
bool outbox_may_move(enum outbox_state from, enum outbox_state to);

#endif
