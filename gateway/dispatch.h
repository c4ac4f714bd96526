/* The outbox's sender: leases rows, commits `sending` before a request is written, and commits what
 * came of it. Knows no provider: two callbacks build a call and read its result.
 *
 * Woken by a commit that wrote rows and by a timer at the next row's time; it never polls. Runs on
 * the loop's thread, its jobs on the worker's. After a crash nothing is lost: leases expire and
 * outbox_lease takes the rows back. */
#ifndef GATEWAY_DISPATCH_H
#define GATEWAY_DISPATCH_H

#include <uv.h>

#include "gateway/base/mem.h"
#include "gateway/http_client.h"
#include "gateway/store/outbox.h"
#include "gateway/worker.h"

struct dispatch;

enum dispatch_plan_kind {
    DISPATCH_SEND,     /* `fetch` is filled */
    DISPATCH_LATER,    /* not now (quiet hours, a question open, held): again at `at` */
    DISPATCH_REFUSE,   /* cannot be sent: failed, with `reason` */
    DISPATCH_NEEDLESS, /* nobody wants it any more (opted out, cancelled, full): expired, with
                          `reason` */
};

/* What to do with a row. Everything lives in the arena given. */
struct dispatch_plan {
    enum dispatch_plan_kind kind;
    struct http_fetch fetch;
    int segments;  /* of the text, with DISPATCH_SEND */
    int64_t price; /* fen, likewise */
    int64_t at;    /* UTC seconds, or outbox_held() of one, DISPATCH_LATER; 0: by the back-off */
    struct slice reason;
};

/* What an attempt came to. */
struct dispatch_reading {
    enum outbox_outcome outcome;
    struct slice provider_id;
    struct slice reason;
    int64_t retry_after; /* seconds the provider asked for, with OUTBOX_LATER; 0: by the back-off */
    bool unreachable;    /* this recipient never works: the address is marked */
};

struct dispatch_options {
    uv_loop_t *loop;
    struct worker *worker;
    struct http_client *http;
    const struct vault *vault;
    struct metrics *metrics; /* may be NULL */
    struct log *log;         /* may be NULL */
    int in_flight;           /* rows in hand at once; 0 means 16 */
    int timeout_ms;          /* of a request; 0 means 10000 */
    int lease_s;             /* 0 means 60; must be longer than timeout_ms */
    const int *backoff_s; /* waits before attempts 2, 3, …, the last for all further ones, ±20%;
                             NULL: 5 s, 15 s, 60 s, 5 min, 15 min */
    int backoff_count;
    /* Loop's thread. `out` is zeroed. */
    void (*plan)(void *context, const struct outbox_row *row, int64_t now, struct arena *a,
                 struct dispatch_plan *out);
    /* Worker's thread, in the very transaction that marks the row `sending`: may it still go? `out`
     * is zeroed (DISPATCH_SEND) and only its kind, `at` and `reason` are looked at. 0, or GW_E*,
     * which loses the transaction; then the lease ends and the row is offered again. NULL: every
     * row may go. */
    int (*admit)(void *context, struct tx *tx, const struct outbox_row *row, int64_t now,
                 struct arena *a, struct dispatch_plan *out);
    /* Loop's thread. `out` is zeroed; no answer at all (status 0) comes here too. */
    void (*read)(void *context, const struct outbox_row *row, const struct http_fetched *result,
                 struct arena *a, struct dispatch_reading *out);
    void *context;
};

/* Begins at once with what is due. `owner` is new with each start, so that rows of an earlier
 * process are told apart from ours. */
GW_MUSTCHECK int dispatch_start(const struct dispatch_options *options, struct dispatch **out,
                                struct fault *fault);
/* Rows were written (WAKE_OUTBOX) or something else changed what may go now. */
void dispatch_wake(struct dispatch *d);

/* Leases no more; requests under way get `grace_ms`, then they are given up and their rows take the
 * way of an attempt without answer. `stopped` runs once all outcomes are committed (or cannot be)
 * and the last handle is gone. Stop it before the worker and the client. */
void dispatch_stop(struct dispatch *d, int grace_ms, void (*stopped)(void *context), void *context);

#endif
