/* What goes out: rows written in the transaction that caused them, sent later by the dispatcher.
 *
 * queued → leased → sending → sent → delivered | failed | expired, or uncertain (design, promise
 * 3). Only outbox.c's move() changes a state (and outbox_restored, in bulk); the table of allowed
 * moves is in outbox_state.c. */
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
};

/* Writes a queued row (whatever row->state and row->attempt say) and wakes the dispatcher at
 * commit. `row->id` must be set; useful_until 0 means that it never expires. */
GW_MUSTCHECK int outbox_put(struct tx *tx, const struct vault *v, const struct outbox_row *row,
                            int64_t now, struct arena *a);

/* Takes up to `limit` rows whose time has come, best first, for `owner` until now + seconds;
 * expired leases are taken back first, expired sendings become uncertain (notices and broadcasts)
 * or queued again (replies and codes), rows past useful_until become expired. A row whose
 * parameters do not open with the keys at hand fails ("unreadable") and holds up no other. Rows are
 * in the arena, each with its new attempt number, counted from 1. `owner` is not 0. Returns their
 * number or GW_E*. */
GW_MUSTCHECK int outbox_lease(struct tx *tx, const struct vault *v, int64_t owner, int64_t now,
                              int seconds, int limit, struct arena *a, struct outbox_row **rows);

/* leased → sending, on condition of owner and attempt: 1 done, 0 when the row is no longer this
 * owner's attempt (do not send), or GW_E*. */
GW_MUSTCHECK int outbox_sending(struct tx *tx, int64_t id, int64_t owner, int attempt, int64_t now,
                                int seconds);

/* The outcome of an attempt that is leased or sending (or became uncertain meanwhile), on condition
 * of owner and attempt: 1 noted, 0 when a late answer of an old attempt changed nothing, or GW_E*.
 * LATER and REFUSED may also be said of a row that is only leased. A retry at or after useful_until
 * makes the row expired. */
enum outbox_outcome {
    OUTBOX_OK,      /* the provider took it: sent */
    OUTBOX_LATER,   /* not taken: queued again at `at` */
    OUTBOX_REFUSED, /* never: failed, with `reason` */
    OUTBOX_UNKNOWN, /* the request left and no answer came: uncertain, or queued at `at` for replies
                       and codes */
};
GW_MUSTCHECK int outbox_outcome(struct tx *tx, int64_t id, int64_t owner, int attempt,
                                enum outbox_outcome outcome, struct slice provider_id,
                                struct slice reason, int64_t at, int64_t now);

/* A receipt for a row we sent: 1 updated, 0 when the id is unknown or the state is already final. A
 * failure reported while the row waits for another attempt changes nothing: the attempt decides. */
GW_MUSTCHECK int outbox_receipt(struct tx *tx, int64_t id, bool delivered, struct slice reason,
                                int64_t now);
/* The newest row of a realm to which a provider gave this id, for receipts that do not name ours: 1
 * and `*id`, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int outbox_by_provider_id(struct tx *tx, struct slice realm, struct slice provider_id,
                                       int64_t *id);

/* The earliest time at which a row can go or a lease ends: 1 and `*at`, 0 when nothing waits, or
 * GW_E*. */
GW_MUSTCHECK int outbox_next_due(struct tx *tx, int64_t *at);

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
