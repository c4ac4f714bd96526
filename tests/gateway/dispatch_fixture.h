/* A store, a worker, a provider (an HTTP server of ours) and a dispatcher on one loop. */
#ifndef TESTS_GATEWAY_DISPATCH_FIXTURE_H
#define TESTS_GATEWAY_DISPATCH_FIXTURE_H

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "tests/gateway/loop_fixture.h"
#include "tests/support/support.h"

#include "gateway/dispatch.h"
#include "gateway/http_server.h"
#include "gateway/metrics.h"

static const struct embedded_file *const tables[] = { gw_store_files, NULL };

enum { HELD_MAX = 64, ACCOUNTS = 3, ORDER_MAX = 512 };

struct fixture {
    struct loop_fixture loop;
    struct support *s;
    struct metrics *metrics;
    struct worker *worker;
    struct http_client *client;
    struct http_server *provider;
    struct dispatch *dispatch;
    struct dispatch_options options;
    _Atomic int64_t now;
    _Atomic bool commit_fails;
    uv_sem_t requested, put, stopped;
    /* The provider's side, on the loop's thread. */
    int statuses[8]; /* of the first answers; 0 there and behind: 200. -1: no answer */
    int requests, concurrent, most_concurrent;
    int state_seen; /* of the row when its request arrived */
    bool hold;
    struct http_request *held[HELD_MAX];
    int held_count;
    struct dispatch_plan plan;  /* given when its kind is not DISPATCH_SEND */
    struct dispatch_plan admit; /* what admit says, likewise; worker's thread */
    _Atomic int admits;
    bool two_ways;
    int ways[DISPATCH_WAYS]; /* answers by way */
    bool unreachable;
    int plans, reads;
    bool last_sent;
    /* Accounts "sms/a", "sms/b" … where the options have some. */
    _Atomic int by_account[ACCOUNTS]; /* requests */
    _Atomic int status_of[ACCOUNTS];  /* 0: as above */
    _Atomic int hold_account;         /* whose requests get no answer yet; -1: none */
    int64_t order[ORDER_MAX];         /* row ids in the order of their requests */
    _Atomic int broken[ACCOUNTS], mended[ACCOUNTS];
    int64_t poisoned; /* a row that admit cannot judge */
    /* What a status query says; kind REFUSE: nobody can be asked. */
    struct dispatch_plan query;
    enum outbox_outcome found;
    int queries;
};

static inline int account_index(struct slice lane)
{
    bool named = lane.n == 5 && slice_starts(lane, SLICE("sms/")) && lane.p[4] >= 'a';
    return named && lane.p[4] < 'a' + ACCOUNTS ? lane.p[4] - 'a' : -1;
}

static inline int on_account(void *context, struct slice lane)
{
    (void)context;
    return account_index(lane);
}

static inline void on_broken(void *context, int account, bool broken, struct slice reason)
{
    struct fixture *f = context;
    (void)reason;
    (broken ? f->broken : f->mended)[account]++;
}

static inline void on_gone(struct http_request *r)
{
    struct fixture *f = r->user;
    for (int i = 0; i < f->held_count; i++) {
        if (f->held[i] == r)
            f->held[i] = NULL;
    }
}

static inline void on_request(void *context, struct http_request *r)
{
    struct fixture *f = context;
    int n = f->requests++;
    int status = n < 8 && f->statuses[n] ? f->statuses[n] : 200;
    struct slice path = slice_skip(r->path, strlen("/send/"));
    int account = path.n > 0 && path.p[0] != '-' ? path.p[0] - 'a' : -1;
    int64_t id = 0;
    if (slice_to_int(slice_skip(path, 2), &id) == 0 && n < ORDER_MAX)
        f->order[n] = id;
    if (slice_starts(r->path, SLICE("/query")))
        f->queries++;
    if (account >= 0) {
        f->by_account[account]++;
        status = f->status_of[account] ? f->status_of[account] : status;
    }
    f->state_seen = (int)support_count(f->s, "SELECT MAX(state) FROM outbox WHERE state IN (1, 2)");
    f->concurrent++;
    if (f->concurrent > f->most_concurrent)
        f->most_concurrent = f->concurrent;
    if (f->hold || status < 0 || (account >= 0 && account == f->hold_account)) {
        assert_true(f->held_count < HELD_MAX);
        r->user = f;
        r->on_closed = on_gone;
        f->held[f->held_count++] = r;
    } else {
        f->concurrent--;
        struct http_answer a = { .status = status, .body = SLICE("id-1") };
        if (status == 429)
            a.headers[0] = "Retry-After", a.headers[1] = "42";
        http_answer(r, &a, NULL, NULL);
    }
    uv_sem_post(&f->requested);
}

static inline void on_plan(void *context, const struct outbox_row *row, int64_t now,
                           struct arena *a, struct dispatch_plan *out)
{
    struct fixture *f = context;
    (void)now;
    f->plans++;
    if (f->plan.kind != DISPATCH_SEND) {
        *out = f->plan;
        return;
    }
    out->fetch.method = "POST";
    int account = account_index(row->account);
    out->fetch.url =
        arena_printf(a, "http://127.0.0.1:%d/send/%c/%lld", http_server_port(f->provider),
                     account >= 0 ? 'a' + account : '-', (long long)row->id);
    out->fetch.body = row->params;
    if (f->two_ways) {
        out->other = out->fetch;
        out->other.url = arena_printf(a, "%.*s/other", SLICE_ARG(out->fetch.url));
    }
    out->segments = 2;
    out->price = 9;
}

/* Runs in the transaction that marks: the row is not marked yet. */
static inline int on_admit(void *context, struct tx *tx, const struct outbox_row *row, int64_t now,
                           struct arena *a, struct dispatch_plan *out)
{
    struct fixture *f = context;
    struct outbox_row found;
    (void)now;
    assert_int_equal(outbox_get(tx, f->s->vault, row->id, a, &found), 1);
    assert_int_equal(found.state, OUTBOX_LEASED);
    assert_int_equal(out->other.method != NULL, f->two_ways);
    *out = f->admit;
    out->way = f->two_ways && (row->ways_closed & 1) != 0;
    atomic_fetch_add(&f->admits, 1);
    return row->id == f->poisoned ? GW_EDATA : 0;
}

static inline void on_read(void *context, const struct outbox_row *row,
                           const struct http_fetched *result, struct arena *a,
                           struct dispatch_reading *out)
{
    struct fixture *f = context;
    (void)row;
    f->reads++;
    f->ways[out->way]++;
    f->last_sent = result->sent;
    out->reason = arena_printf(a, "status %d", result->status);
    out->retry_after = result->retry_after;
    out->unreachable = f->unreachable;
    if (result->status == 200) {
        out->outcome = OUTBOX_OK;
        out->provider_id = arena_dup(a, result->body);
    } else if (result->status == 410) {
        out->outcome = OUTBOX_AGAIN;
        out->retry_after = 1;
    } else if (result->status == 400) {
        out->outcome = OUTBOX_REFUSED;
    } else if (result->status == 401) {
        out->outcome = OUTBOX_LATER;
        out->broken = true;
    } else if (result->status == 0 && result->sent) {
        out->outcome = OUTBOX_UNKNOWN;
    } else {
        out->outcome = OUTBOX_LATER;
        out->slow_down = result->status == 429;
    }
}

static inline void on_query(void *context, const struct outbox_row *row, int64_t now,
                            struct arena *a, struct dispatch_plan *out)
{
    struct fixture *f = context;
    (void)now;
    *out = f->query;
    out->fetch.method = "GET";
    out->fetch.url = arena_printf(a, "http://127.0.0.1:%d/query/%lld",
                                  http_server_port(f->provider), (long long)row->id);
}

static inline void on_answer_to_query(void *context, const struct outbox_row *row,
                                      const struct http_fetched *result, struct arena *a,
                                      struct dispatch_reading *out)
{
    struct fixture *f = context;
    (void)row;
    (void)a;
    out->outcome = result->status == 200 ? f->found : OUTBOX_UNKNOWN;
    out->provider_id = SLICE("asked");
}

static inline void on_woken(void *context, unsigned what)
{
    struct fixture *f = context;
    if ((what & WAKE_OUTBOX) && f->dispatch)
        dispatch_wake(f->dispatch);
}

static inline int on_before_commit(void *context, struct tx *tx)
{
    struct fixture *f = context;
    (void)tx;
    return atomic_load(&f->commit_fails) ? GW_EDB : 0;
}

static inline int64_t on_now(void *context)
{
    struct fixture *f = context;
    return atomic_load(&f->now);
}

static inline void on_start_dispatch(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    f->options.loop = &f->loop.loop;
    f->options.worker = f->worker;
    f->options.http = f->client;
    f->options.vault = f->s->vault;
    f->options.metrics = f->metrics;
    f->options.plan = on_plan;
    f->options.read = on_read;
    f->options.admit = on_admit;
    f->options.query = on_query;
    f->options.queried = on_answer_to_query;
    f->options.account_broken = on_broken;
    f->options.account = f->options.account_count > 0 ? on_account : NULL;
    f->options.context = f;
    assert_int_equal(dispatch_start(&f->options, &f->dispatch, &fault), 0);
}

static inline void on_start(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    const struct worker_options w = { .store = f->s->store,
                                      .loop = &f->loop.loop,
                                      .metrics = f->metrics,
                                      .woken = on_woken,
                                      .before_commit = on_before_commit,
                                      .now = on_now,
                                      .context = f };
    const struct http_server_options p = {
        .loop = &f->loop.loop, .address = "127.0.0.1", .handle = on_request, .context = f
    };
    const struct http_client_options c = { .loop = &f->loop.loop };
    assert_int_equal(worker_start(&w, &f->worker, &fault), 0);
    assert_int_equal(http_server_start(&p, &f->provider, &fault), 0);
    assert_int_equal(http_client_start(&c, &f->client, &fault), 0);
}

static inline void start(struct fixture *f, struct dispatch_options options)
{
    *f = (struct fixture){ .options = options, .metrics = metrics_new(), .hold_account = -1 };
    f->query.kind = DISPATCH_REFUSE;
    atomic_store(&f->now, SUPPORT_NOW);
    assert_int_equal(uv_sem_init(&f->requested, 0), 0);
    assert_int_equal(uv_sem_init(&f->put, 0), 0);
    assert_int_equal(uv_sem_init(&f->stopped, 0), 0);
    f->s = support_store(tables);
    loop_start(&f->loop);
    loop_call(&f->loop, on_start, f);
}

static inline void begin(struct fixture *f)
{
    loop_call(&f->loop, on_start_dispatch, f);
}

static inline void on_stopped(void *context)
{
    struct fixture *f = context;
    uv_sem_post(&f->stopped);
}

static inline void on_stop_dispatch(void *context)
{
    struct fixture *f = context;
    dispatch_stop(f->dispatch, 50, on_stopped, f);
    f->dispatch = NULL;
}

static inline void on_stop_rest(void *context)
{
    struct fixture *f = context;
    worker_stop(f->worker, on_stopped, f);
    http_client_stop(f->client, on_stopped, f);
    http_server_stop(f->provider, on_stopped, f);
}

static inline void stop_dispatch(struct fixture *f)
{
    loop_call(&f->loop, on_stop_dispatch, f);
    uv_sem_wait(&f->stopped);
}

/* Everything but the store. */
static inline void stop(struct fixture *f)
{
    if (f->dispatch)
        stop_dispatch(f);
    loop_call(&f->loop, on_stop_rest, f);
    for (int i = 0; i < 3; i++)
        uv_sem_wait(&f->stopped);
    loop_stop(&f->loop);
}

static inline void end(struct fixture *f)
{
    support_free(f->s);
    metrics_free(f->metrics);
    uv_sem_destroy(&f->requested);
    uv_sem_destroy(&f->put);
    uv_sem_destroy(&f->stopped);
}

struct put_job {
    struct job job; /* first */
    struct fixture *f;
    int first, count;
    const char *account;
    enum outbox_priority priority;
    int64_t useful_until;
    struct arena arena;
};

static inline int on_put(struct job *job, struct tx *tx, int64_t now)
{
    struct put_job *p = (struct put_job *)job;
    for (int i = 0; i < p->count; i++) {
        const struct outbox_row row = { .id = p->first + i,
                                        .address = 1,
                                        .realm = SLICE("sms"),
                                        .recipient = SLICE("13800000001"),
                                        .account = slice_of(p->account),
                                        .message = SLICE("test"),
                                        .params = SLICE("{}"),
                                        .priority = p->priority,
                                        .not_before = now,
                                        .useful_until = p->useful_until };
        int rc = outbox_put(tx, p->f->s->vault, &row, now, &p->arena);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static inline void on_put_done(struct job *job, int error)
{
    struct put_job *p = (struct put_job *)job;
    assert_int_equal(error, 0);
    uv_sem_post(&p->f->put);
}

static inline void put_job(struct fixture *f, struct put_job *p)
{
    p->job = (struct job){ .run = on_put, .done = on_put_done };
    p->f = f;
    assert_int_equal(worker_put(f->worker, WORKER_MESSAGES, &p->job), 0);
    uv_sem_wait(&f->put);
    arena_free(&p->arena);
}

/* Rows first … first + count - 1, committed when this returns. */
static inline void put_until(struct fixture *f, int first, int count, enum outbox_priority priority,
                             int64_t useful_until)
{
    struct put_job p = { .first = first,
                         .count = count,
                         .account = "",
                         .priority = priority,
                         .useful_until = useful_until };
    put_job(f, &p);
}

/* The same by an account. */
static inline void put_by(struct fixture *f, const char *account, int first, int count,
                          enum outbox_priority priority)
{
    struct put_job p = { .first = first,
                         .count = count,
                         .account = account,
                         .priority = priority,
                         .useful_until = SUPPORT_NOW + 86400 };
    put_job(f, &p);
}

static inline void put(struct fixture *f, int first, int count, enum outbox_priority priority)
{
    put_until(f, first, count, priority, SUPPORT_NOW + 86400);
}

/* Does something in a transaction of the worker, whose store nobody else may use; committed when
 * this returns. */
struct other_job {
    struct job job; /* first */
    struct fixture *f;
    void (*what)(struct fixture *f, struct tx *tx);
};

static inline int on_other(struct job *job, struct tx *tx, int64_t now)
{
    struct other_job *o = (struct other_job *)job;
    (void)now;
    o->what(o->f, tx);
    return 0;
}

static inline void on_other_done(struct job *job, int error)
{
    struct other_job *o = (struct other_job *)job;
    assert_int_equal(error, 0);
    uv_sem_post(&o->f->put);
}

static inline void in_worker(struct fixture *f, void (*what)(struct fixture *f, struct tx *tx))
{
    struct other_job o = { { .run = on_other, .done = on_other_done }, f, what };
    assert_int_equal(worker_put(f->worker, WORKER_MESSAGES, &o.job), 0);
    uv_sem_wait(&f->put);
}

static inline int64_t count_state(struct fixture *f, enum outbox_state state)
{
    char query[96];
    snprintf(query, sizeof(query), "SELECT COUNT(*) FROM outbox WHERE state = %d", (int)state);
    return support_count(f->s, query);
}

/* Waits until so many rows are in a state; false after ten seconds. */
static inline bool reaches(struct fixture *f, enum outbox_state state, int64_t n)
{
    for (int i = 0; i < 2000; i++) {
        if (count_state(f, state) == n)
            return true;
        uv_sleep(5);
    }
    return false;
}

static inline void on_wake(void *context)
{
    struct fixture *f = context;
    dispatch_wake(f->dispatch);
}

static inline void on_answer_held(void *context)
{
    struct fixture *f = context;
    for (int i = 0; i < f->held_count; i++) {
        if (f->held[i])
            http_answer(f->held[i], &(struct http_answer){ .status = 200 }, NULL, NULL);
    }
    f->held_count = 0;
    f->hold = false;
}

static inline void pass(struct fixture *f, int seconds)
{
    atomic_fetch_add(&f->now, seconds);
    loop_call(&f->loop, on_wake, f);
}

#endif
