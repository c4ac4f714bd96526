/* The running gateway: everything `linli serve` wires together. One is made by serve.c; the loop's
 * thread owns it, the worker's thread reads what is marked so. */
#ifndef GATEWAY_PROGRAM_GATEWAY_H
#define GATEWAY_PROGRAM_GATEWAY_H

#include <uv.h>

#include "adapters/adapter.h"
#include "gateway/checkpoint.h"
#include "gateway/dispatch.h"
#include "gateway/http_client.h"
#include "gateway/http_server.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/program/installation.h"
#include "gateway/recent.h"
#include "gateway/worker.h"

/* An account that its provider does not let send; the loop's thread alone looks at it. */
struct account_trouble {
    bool broken;
    char reason[96];
};

struct accounts {
    struct account *list;
    struct account_trouble *troubles; /* one an account */
    struct route_health *health;      /* one an account; any thread reads whether it is ill */
    size_t count;
    struct arena arena;
};

struct background;
struct shared;
struct tokens;
struct router;
struct screens;
struct fetcher;

struct gateway {
    struct installation in; /* worker's thread: store, ids, vault, policy */
    uv_loop_t loop;
    struct log *log;                   /* any thread */
    struct metrics *metrics;           /* any thread */
    int counters;                      /* first id of the program's own metrics, see counters.h */
    int redis_metrics, shared_metrics; /* first ids of those of a fleet */
    int account_metrics;               /* id of the gauge with a cell for each account */
    struct accounts accounts;          /* fixed from start to end */
    struct catalogue *catalogue;       /* swapped by a reload; jobs hold a reference of their own */
    struct http_server *http;
    struct worker *worker;
    /* Of each worker's thread: who wrote what in the last minute. */
    struct recent *recent[WORKER_THREADS];
    struct http_client *client;
    struct shared *shared; /* what several gateways share; NULL: this one is alone */
    struct dispatch *dispatch;
    struct background *background;
    struct tokens *tokens; /* loop's thread */
    struct router *router;
    struct screens *screens; /* loop's thread */
    struct fetcher *fetcher;
    struct checkpoint *checkpoint;
    uv_signal_t terminate, interrupt, hangup;
    uv_timer_t grace;
    uv_fs_event_t wakeup;    /* rows of another process */
    uv_timer_t poll;         /* and of another machine */
    struct config *reloaded; /* of the last SIGHUP, NULL before it; loop's thread. The keys that
                                need a restart stay those of in.config */
    bool loop_ready;
    bool stopping;
    uint64_t stop_began; /* loop time, milliseconds */
};

/* The configuration in force for keys that a reload may change. Loop's thread. */
const struct config *gateway_config(const struct gateway *g);

/* Accounts of the configuration, checked by their adapters. 0 or GW_ECONFIG naming account and key.
 */
GW_MUSTCHECK int accounts_load(const struct config *config, struct accounts *out,
                               struct fault *fault);
void accounts_free(struct accounts *a);
/* By channel and name; by full name; the first of a realm that can send. NULL when there is none.
 */
const struct account *accounts_find(const struct accounts *a, struct slice channel,
                                    struct slice name);
const struct account *accounts_full(const struct accounts *a, struct slice full_name);
const struct account *accounts_sender(const struct accounts *a, struct slice realm);
/* By which the rows of a lane go: the account the lane is named after, else one of its realm. NULL
 * when there is none. Any thread. */
const struct account *accounts_for_lane(const struct accounts *a, struct slice lane);
/* Keeps that account `i` cannot send, and why, or that it can again. Loop's thread. */
void accounts_note_broken(struct accounts *a, size_t i, bool broken, struct slice reason);
/* Appends a line for each account that cannot send. Loop's thread. */
void accounts_troubles(const struct accounts *a, struct sbuf *out);

/* Every request comes here: routes, webhooks, /healthz, /readyz, /metrics. */
void webhook_handle(void *gateway, struct http_request *request);

/* Timers, seals, purges: what happens later by itself. */
GW_MUSTCHECK int background_start(struct gateway *g, struct fault *fault);
/* After a commit that set timers. Loop's thread. */
void background_wake(struct gateway *g);
/* No further job; closes the timers of the loop. Before the worker stops. */
void background_stop(struct gateway *g);
/* After the worker stopped and the loop has closed its handles. */
void background_free(struct gateway *g);

/* A provider has the recipient of a row on its blacklist (REFUSES): an opt-out, and when it blocked
 * an answer a task to call. Or the number is given up (DEAD, MISSED): a task to find its people. In
 * the transaction that stores what it said. 0 or GW_E*. Worker's thread. */
GW_MUSTCHECK int number_told(struct gateway *g, const struct catalogue *c, struct tx *tx,
                             const struct outbox_row *row, struct slice account,
                             enum outbox_number number, struct slice reason, int64_t now,
                             struct arena *a);

/* Adds linli_account_broken, a cell for each account: before another thread counts anything. */
void sender_metrics(struct gateway *g);
/* An account cannot send, or can again: log, metric, /readyz, and once for as long as it lasts the
 * district's duty person. `context` is the gateway. Loop's thread. */
void sender_account_broken(void *context, int account, bool broken, struct slice reason);
/* The dispatcher's half that knows accounts and wording: builds calls, reads results. */
GW_MUSTCHECK int sender_start(struct gateway *g, struct fault *fault);

#endif
