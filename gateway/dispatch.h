/* The outbox's sender: leases rows, commits `sending` before a request is written, and commits what
 * came of it. Knows no provider: callbacks build a call and read its result.
 *
 * Each account has its own places for requests, its own rate and its own pause, so that one that is
 * slow, out of tokens or broken holds up no other; codes and replies have places and tokens that
 * broadcasts cannot take. Woken by a commit that wrote rows and by a timer at the next row's time;
 * it never polls. Runs on the loop's thread, its jobs on the worker's. After a crash nothing is
 * lost: leases expire and outbox_take_back gives the rows back. */
#ifndef GATEWAY_DISPATCH_H
#define GATEWAY_DISPATCH_H

#include <uv.h>

#include "gateway/base/mem.h"
#include "gateway/http_client.h"
#include "gateway/store/outbox.h"
#include "gateway/worker.h"

struct dispatch;
struct shared;

enum dispatch_plan_kind {
    DISPATCH_SEND,     /* `fetch` is filled */
    DISPATCH_LATER,    /* not now (quiet hours, a question open, held): again at `at` */
    DISPATCH_REFUSE,   /* cannot be sent: failed, with `reason` */
    DISPATCH_NEEDLESS, /* nobody wants it any more (opted out, cancelled, full): expired, with
                          `reason` */
};

/* Ways of saying the same, in the order in which they are tried. */
enum { DISPATCH_WAYS = 2 };

/* What to do with a row. Everything lives in the arena given. */
struct dispatch_plan {
    enum dispatch_plan_kind kind;
    struct http_fetch fetch;
    struct http_fetch other; /* the second way; without a method there is none */
    int way;                 /* which of them goes; `admit` may choose */
    int segments;  /* of the text, with DISPATCH_SEND: what it takes of the account's rate */
    int64_t price; /* fen, likewise */
    int64_t at;    /* UTC seconds, or outbox_held() of one, DISPATCH_LATER; 0: by the back-off */
    struct slice reason;
};

/* What an attempt came to. */
struct dispatch_reading {
    enum outbox_outcome outcome;
    struct slice provider_id;
    struct slice reason;
    int way;             /* by which it went, filled beforehand */
    int64_t retry_after; /* seconds the provider asked for, with OUTBOX_LATER; 0: by the back-off;
                            exactly so many with OUTBOX_AGAIN */
    bool unreachable;    /* this recipient never works: the address is marked */
    bool opted_out;      /* it is on the provider's blacklist: `number_said` is told */
    bool slow_down;      /* the account's rate is halved, and rests for retry_after */
    bool broken;         /* the account cannot send at all: it is paused */
};

struct dispatch_account {
    double rate;      /* segments a second; 0: no limit */
    const char *name; /* by which the rate is shared with other gateways; NULL: it is not */
};

struct dispatch_options {
    uv_loop_t *loop;
    struct worker *worker;
    struct http_client *http;
    const struct vault *vault;
    struct metrics *metrics; /* may be NULL */
    struct log *log;         /* may be NULL */
    struct shared *shared;   /* with other gateways; NULL: alone. Stops after the dispatcher */
    int in_flight;           /* requests of one account at once; 0 means 16 */
    int timeout_ms;          /* of a request; 0 means 10000 */
    int lease_s;             /* 0 means 60; must be longer than timeout_ms */
    int pause_s;             /* of an account that is broken; 0 means 900 */
    int query_ms;            /* how long after a request without answer it is asked for; 0: 3000 */
    const int *backoff_s; /* waits before attempts 2, 3, …, the last for all further ones, ±20%;
                             NULL: 5 s, 15 s, 60 s, 5 min, 15 min */
    int backoff_count;
    const struct dispatch_account *accounts; /* copied */
    int account_count;                       /* 0: one for all rows, without a limit */
    /* Any thread: the account by which the rows of a lane go, -1 when there is none (`plan` then
     * refuses them). NULL with account_count 0. */
    int (*account)(void *context, struct slice lane);
    /* Loop's thread. `out` is zeroed. */
    void (*plan)(void *context, const struct outbox_row *row, int64_t now, struct arena *a,
                 struct dispatch_plan *out);
    /* Worker's thread, in the very transaction that marks the row `sending`: may it still go? `out`
     * is the plan's `other` and `way` and else zeroed (DISPATCH_SEND); only its kind, `way`, `at`
     * and `reason` are looked at. 0, or GW_E*, which loses the transaction; then the lease ends and
     * the row is offered again. NULL: every row may go. */
    int (*admit)(void *context, struct tx *tx, const struct outbox_row *row, int64_t now,
                 struct arena *a, struct dispatch_plan *out);
    /* Loop's thread. `out` is zeroed but for `way`; no answer at all (status 0) comes here too. */
    void (*read)(void *context, const struct outbox_row *row, const struct http_fetched *result,
                 struct arena *a, struct dispatch_reading *out);
    /* Worker's thread, in the very transaction that stores the outcome: the number is on a
     * blacklist (REFUSES), or its address counts as unreachable from now on (DEAD, MISSED). 0, or
     * GW_E*, which loses the transaction; it is stored again. NULL: nobody wants to know. */
    int (*number_said)(void *context, struct tx *tx, const struct outbox_row *row,
                       enum outbox_number number, struct slice reason, int64_t now,
                       struct arena *a);
    /* Loop's thread: how to find out what became of a row whose request got no answer, also after a
     * crash. DISPATCH_SEND with a call whose result goes to `queried`, DISPATCH_LATER when it may
     * be sent again without harm, else it stays as it is. NULL: nobody can be asked. */
    void (*query)(void *context, const struct outbox_row *row, int64_t now, struct arena *a,
                  struct dispatch_plan *out);
    void (*queried)(void *context, const struct outbox_row *row, const struct http_fetched *result,
                    struct arena *a, struct dispatch_reading *out);
    /* Loop's thread: an account was found broken (and is paused), or answered well again. May be
     * NULL. */
    void (*account_broken)(void *context, int account, bool broken, struct slice reason);
    void *context;
};

/* Begins at once with what is due. `owner` is new with each start, so that rows of an earlier
 * process are told apart from ours. */
GW_MUSTCHECK int dispatch_start(const struct dispatch_options *options, struct dispatch **out,
                                struct fault *fault);
/* Rows were written (WAKE_OUTBOX) or something else changed what may go now. */
void dispatch_wake(struct dispatch *d);

/* Leases no more and gives back what was not begun; requests under way get `grace_ms`, then they
 * are given up and their rows take the way of an attempt without answer. `stopped` runs once all
 * outcomes are committed (or cannot be) and the last handle is gone. Stop it before the worker and
 * the client. */
void dispatch_stop(struct dispatch *d, int grace_ms, void (*stopped)(void *context), void *context);

#endif
