#include <stdatomic.h>
#include <string.h>

#include "tests/gateway/loop_fixture.h"
#include "tests/support/support.h"

#include "gateway/dispatch.h"
#include "gateway/http_server.h"
#include "gateway/metrics.h"

static const struct embedded_file *const tables[] = { gw_store_files, NULL };

enum { HELD_MAX = 64 };

/* A store, a worker, a provider (an HTTP server of ours) and a dispatcher on one loop. */
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
    bool unreachable;
    int plans, reads;
    bool last_sent;
};

static void on_gone(struct http_request *r)
{
    struct fixture *f = r->user;
    for (int i = 0; i < f->held_count; i++) {
        if (f->held[i] == r)
            f->held[i] = NULL;
    }
}

static void on_request(void *context, struct http_request *r)
{
    struct fixture *f = context;
    int n = f->requests++;
    int status = n < 8 && f->statuses[n] ? f->statuses[n] : 200;
    f->state_seen = (int)support_count(f->s, "SELECT MAX(state) FROM outbox WHERE state IN (1, 2)");
    f->concurrent++;
    if (f->concurrent > f->most_concurrent)
        f->most_concurrent = f->concurrent;
    if (f->hold || status < 0) {
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

static void on_plan(void *context, const struct outbox_row *row, int64_t now, struct arena *a,
                    struct dispatch_plan *out)
{
    struct fixture *f = context;
    (void)now;
    f->plans++;
    if (f->plan.kind != DISPATCH_SEND) {
        *out = f->plan;
        return;
    }
    out->fetch.method = "POST";
    out->fetch.url = arena_printf(a, "http://127.0.0.1:%d/send", http_server_port(f->provider));
    out->fetch.body = row->params;
    out->segments = 2;
    out->price = 9;
}

/* Runs in the transaction that marks: the row is not marked yet. */
static int on_admit(void *context, struct tx *tx, const struct outbox_row *row, int64_t now,
                    struct arena *a, struct dispatch_plan *out)
{
    struct fixture *f = context;
    struct outbox_row found;
    (void)now;
    assert_int_equal(outbox_get(tx, f->s->vault, row->id, a, &found), 1);
    assert_int_equal(found.state, OUTBOX_LEASED);
    *out = f->admit;
    atomic_fetch_add(&f->admits, 1);
    return 0;
}

static void on_read(void *context, const struct outbox_row *row, const struct http_fetched *result,
                    struct arena *a, struct dispatch_reading *out)
{
    struct fixture *f = context;
    (void)row;
    f->reads++;
    f->last_sent = result->sent;
    out->reason = arena_printf(a, "status %d", result->status);
    out->retry_after = result->retry_after;
    out->unreachable = f->unreachable;
    if (result->status == 200) {
        out->outcome = OUTBOX_OK;
        out->provider_id = arena_dup(a, result->body);
    } else if (result->status == 400) {
        out->outcome = OUTBOX_REFUSED;
    } else if (result->status == 0 && result->sent) {
        out->outcome = OUTBOX_UNKNOWN;
    } else {
        out->outcome = OUTBOX_LATER;
    }
}

static void on_woken(void *context, unsigned what)
{
    struct fixture *f = context;
    if ((what & WAKE_OUTBOX) && f->dispatch)
        dispatch_wake(f->dispatch);
}

static int on_before_commit(void *context, struct tx *tx)
{
    struct fixture *f = context;
    (void)tx;
    return atomic_load(&f->commit_fails) ? GW_EDB : 0;
}

static int64_t on_now(void *context)
{
    struct fixture *f = context;
    return atomic_load(&f->now);
}

static void on_start_dispatch(void *context)
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
    f->options.context = f;
    assert_int_equal(dispatch_start(&f->options, &f->dispatch, &fault), 0);
}

static void on_start(void *context)
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

static void start(struct fixture *f, struct dispatch_options options)
{
    *f = (struct fixture){ .options = options, .metrics = metrics_new() };
    atomic_store(&f->now, SUPPORT_NOW);
    assert_int_equal(uv_sem_init(&f->requested, 0), 0);
    assert_int_equal(uv_sem_init(&f->put, 0), 0);
    assert_int_equal(uv_sem_init(&f->stopped, 0), 0);
    f->s = support_store(tables);
    loop_start(&f->loop);
    loop_call(&f->loop, on_start, f);
}

static void begin(struct fixture *f)
{
    loop_call(&f->loop, on_start_dispatch, f);
}

static void on_stopped(void *context)
{
    struct fixture *f = context;
    uv_sem_post(&f->stopped);
}

static void on_stop_dispatch(void *context)
{
    struct fixture *f = context;
    dispatch_stop(f->dispatch, 50, on_stopped, f);
    f->dispatch = NULL;
}

static void on_stop_rest(void *context)
{
    struct fixture *f = context;
    worker_stop(f->worker, on_stopped, f);
    http_client_stop(f->client, on_stopped, f);
    http_server_stop(f->provider, on_stopped, f);
}

static void stop_dispatch(struct fixture *f)
{
    loop_call(&f->loop, on_stop_dispatch, f);
    uv_sem_wait(&f->stopped);
}

/* Everything but the store. */
static void stop(struct fixture *f)
{
    if (f->dispatch)
        stop_dispatch(f);
    loop_call(&f->loop, on_stop_rest, f);
    for (int i = 0; i < 3; i++)
        uv_sem_wait(&f->stopped);
    loop_stop(&f->loop);
}

static void end(struct fixture *f)
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
    enum outbox_priority priority;
    int64_t useful_until;
    struct arena arena;
};

static int on_put(struct job *job, struct tx *tx, int64_t now)
{
    struct put_job *p = (struct put_job *)job;
    for (int i = 0; i < p->count; i++) {
        const struct outbox_row row = { .id = p->first + i,
                                        .address = 1,
                                        .realm = SLICE("sms"),
                                        .recipient = SLICE("13800000001"),
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

static void on_put_done(struct job *job, int error)
{
    struct put_job *p = (struct put_job *)job;
    assert_int_equal(error, 0);
    uv_sem_post(&p->f->put);
}

/* Rows first … first + count - 1, committed when this returns. */
static void put_until(struct fixture *f, int first, int count, enum outbox_priority priority,
                      int64_t useful_until)
{
    struct put_job p = { .job = { .run = on_put, .done = on_put_done },
                         .f = f,
                         .first = first,
                         .count = count,
                         .priority = priority,
                         .useful_until = useful_until };
    assert_int_equal(worker_put(f->worker, WORKER_MESSAGES, &p.job), 0);
    uv_sem_wait(&f->put);
    arena_free(&p.arena);
}

static void put(struct fixture *f, int first, int count, enum outbox_priority priority)
{
    put_until(f, first, count, priority, SUPPORT_NOW + 86400);
}

static int64_t count_state(struct fixture *f, enum outbox_state state)
{
    char query[96];
    snprintf(query, sizeof(query), "SELECT COUNT(*) FROM outbox WHERE state = %d", (int)state);
    return support_count(f->s, query);
}

/* Waits until so many rows are in a state; false after ten seconds. */
static bool reaches(struct fixture *f, enum outbox_state state, int64_t n)
{
    for (int i = 0; i < 2000; i++) {
        if (count_state(f, state) == n)
            return true;
        uv_sleep(5);
    }
    return false;
}

static void on_wake(void *context)
{
    struct fixture *f = context;
    dispatch_wake(f->dispatch);
}

static void on_answer_held(void *context)
{
    struct fixture *f = context;
    for (int i = 0; i < f->held_count; i++) {
        if (f->held[i])
            http_answer(f->held[i], &(struct http_answer){ .status = 200 }, NULL, NULL);
    }
    f->held_count = 0;
    f->hold = false;
}

static void pass(struct fixture *f, int seconds)
{
    atomic_fetch_add(&f->now, seconds);
    loop_call(&f->loop, on_wake, f);
}

static void test_sent_exactly_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    /* Before the request was written its row was committed as sending. */
    assert_int_equal(f.state_seen, OUTBOX_SENDING);
    pass(&f, 3600);
    stop(&f);
    assert_int_equal(f.requests, 1);
    assert_int_equal(f.reads, 1);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE provider_id = 'id-1'"),
                     1);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS, OUTBOX_OK), 1);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS_IN_FLIGHT, 0), 0);
    end(&f);
}

static void test_rows_written_before_the_start_are_sent(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    put(&f, 1, 3, OUTBOX_NOTICE);
    begin(&f);
    assert_true(reaches(&f, OUTBOX_SENT, 3));
    stop(&f);
    assert_int_equal(f.requests, 3);
    end(&f);
}

static void test_many_rows_and_few_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .in_flight = 4 });
    begin(&f);
    put(&f, 1, 100, OUTBOX_BROADCAST);
    put(&f, 101, 5, OUTBOX_CODE);
    assert_true(reaches(&f, OUTBOX_SENT, 105));
    stop(&f);
    assert_int_equal(f.requests, 105);
    assert_in_range(f.most_concurrent, 1, 4);
    end(&f);
}

static void test_retry_with_back_off(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 503;
    f.statuses[1] = 503;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    /* 5 s and then 15 s, a fifth more or less. */
    int64_t at = support_count(f.s, "SELECT not_before FROM outbox");
    assert_in_range(at - SUPPORT_NOW, 4, 6);
    pass(&f, 3);
    assert_int_equal(f.requests, 1);
    pass(&f, 3);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    at = support_count(f.s, "SELECT not_before FROM outbox");
    assert_in_range(at - SUPPORT_NOW - 6, 12, 18);
    pass(&f, 18);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    assert_int_equal(support_count(f.s, "SELECT attempt FROM outbox"), 3);
    stop(&f);
    assert_int_equal(f.requests, 3);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS, OUTBOX_LATER), 2);
    end(&f);
}

static void test_real_time_timer(void **state)
{
    (void)state;
    static const int one[] = { 1 };
    struct fixture f;
    start(&f, (struct dispatch_options){ .backoff_s = one, .backoff_count = 1 });
    f.statuses[0] = 503;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    /* Nobody wakes it: its own timer does. */
    atomic_fetch_add(&f.now, 2);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    end(&f);
}

static void test_retry_after_is_honoured(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 429;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    assert_int_equal(support_count(f.s, "SELECT not_before FROM outbox"), SUPPORT_NOW + 42);
    stop(&f);
    end(&f);
}

static void test_no_retry_past_its_use(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 429;
    begin(&f);
    put_until(&f, 1, 1, OUTBOX_REPLY, SUPPORT_NOW + 30);
    assert_true(reaches(&f, OUTBOX_EXPIRED, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void test_refused_is_final(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 400;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    pass(&f, 3600);
    stop(&f);
    assert_int_equal(f.requests, 1);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE reason = 'status 400'"),
                     1);
    end(&f);
}

static void test_no_answer(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .timeout_ms = 500 });
    f.statuses[0] = f.statuses[1] = -1;
    begin(&f);
    /* What may have gone out waits for a person, unless it is a reply. */
    put(&f, 1, 1, OUTBOX_NOTICE);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_UNCERTAIN, 1));
    put(&f, 2, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    pass(&f, 10);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 3);
    end(&f);
}

static void test_plan_may_refuse_or_put_off(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.plan = (struct dispatch_plan){ .kind = DISPATCH_REFUSE, .reason = SLICE("no account") };
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    f.plan = (struct dispatch_plan){ .kind = DISPATCH_LATER, .at = SUPPORT_NOW + 7200 };
    put(&f, 2, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    while (support_count(f.s, "SELECT not_before FROM outbox WHERE id = 2") != SUPPORT_NOW + 7200)
        uv_sleep(5);
    f.plan = (struct dispatch_plan){ 0 };
    pass(&f, 7200);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void test_the_last_word_is_said_when_a_row_is_marked(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.admit = (struct dispatch_plan){ .kind = DISPATCH_NEEDLESS, .reason = SLICE("opted out") };
    begin(&f);
    put(&f, 1, 1, OUTBOX_BROADCAST);
    assert_true(reaches(&f, OUTBOX_EXPIRED, 1));
    f.admit = (struct dispatch_plan){ .kind = DISPATCH_REFUSE, .reason = SLICE("no") };
    put(&f, 2, 1, OUTBOX_BROADCAST);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    f.admit = (struct dispatch_plan){ .kind = DISPATCH_LATER, .at = SUPPORT_NOW + 600 };
    put(&f, 3, 1, OUTBOX_BROADCAST);
    while (support_count(f.s, "SELECT not_before FROM outbox WHERE id = 3") != SUPPORT_NOW + 600)
        uv_sleep(5);
    assert_int_equal(f.requests, 0);
    f.admit = (struct dispatch_plan){ 0 };
    pass(&f, 600);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    assert_int_equal(atomic_load(&f.admits), 4);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE reason = 'opted out'"),
                     1);
    assert_int_equal(support_count(f.s, "SELECT SUM(segments) FROM outbox"), 2);
    assert_int_equal(support_count(f.s, "SELECT SUM(price) FROM outbox"), 9);
    end(&f);
}

static void test_whom_a_provider_cannot_reach_is_marked(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    support_exec(f.s, "INSERT INTO addresses (id, realm, sender, conversation, account, created_at)"
                      " VALUES (1, 'sms', '13800000001', 1, 'sms/demo', 0)");
    f.statuses[0] = 400;
    f.unreachable = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_NOTICE);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    stop(&f);
    assert_int_equal(support_count(f.s, "SELECT unreachable_at FROM addresses"), SUPPORT_NOW);
    end(&f);
}

/* Rows as a gateway that was killed leaves them. */
static void leave_behind(struct fixture *f, int64_t id, bool sending)
{
    struct outbox_row *rows;
    struct tx *tx = support_begin(f->s);
    const struct outbox_lease l = { .owner = 77, .lane = SLICE("sms"), .seconds = 60, .limit = 1 };
    assert_int_equal(outbox_lease(tx, f->s->vault, &l, SUPPORT_NOW, &f->s->arena, &rows), 1);
    assert_int_equal(rows[0].id, id);
    if (sending)
        assert_int_equal(outbox_sending(tx, id, 77, 1, SUPPORT_NOW, 60, 1, 0), 1);
    support_commit(f->s);
}

static void put_directly(struct fixture *f, int64_t id, enum outbox_priority priority)
{
    struct tx *tx = support_begin(f->s);
    const struct outbox_row row = { .id = id,
                                    .address = 1,
                                    .realm = SLICE("sms"),
                                    .recipient = SLICE("13800000001"),
                                    .message = SLICE("test"),
                                    .params = SLICE("{}"),
                                    .priority = priority,
                                    .not_before = SUPPORT_NOW,
                                    .useful_until = SUPPORT_NOW + 86400 };
    assert_int_equal(outbox_put(tx, f->s->vault, &row, SUPPORT_NOW, &f->s->arena), 0);
    support_commit(f->s);
}

static void test_after_a_crash(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    put_directly(&f, 1, OUTBOX_BROADCAST);
    leave_behind(&f, 1, false); /* leased: goes again */
    put_directly(&f, 2, OUTBOX_BROADCAST);
    leave_behind(&f, 2, true); /* sending: nobody knows */
    put_directly(&f, 3, OUTBOX_REPLY);
    leave_behind(&f, 3, true); /* a reply goes again */
    begin(&f);
    /* Before the leases end nothing is touched. */
    pass(&f, 30);
    pass(&f, 29);
    assert_int_equal(f.requests, 0);
    pass(&f, 1);
    assert_true(reaches(&f, OUTBOX_SENT, 2));
    assert_true(reaches(&f, OUTBOX_UNCERTAIN, 1));
    stop(&f);
    assert_int_equal(f.requests, 2);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 2"), OUTBOX_UNCERTAIN);
    end(&f);
}

static void test_outcome_is_kept_until_the_store_takes_it(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_BROADCAST);
    uv_sem_wait(&f.requested);
    atomic_store(&f.commit_fails, true);
    int64_t failed = metrics_value(f.metrics, METRIC_COMMITS_FAILED, 0);
    loop_call(&f.loop, on_answer_held, &f);
    while (metrics_value(f.metrics, METRIC_COMMITS_FAILED, 0) == failed)
        uv_sleep(5);
    assert_int_equal(count_state(&f, OUTBOX_SENDING), 1);
    atomic_store(&f.commit_fails, false);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void test_stop_gives_up_what_takes_too_long(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .in_flight = 2 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_NOTICE);
    put(&f, 2, 1, OUTBOX_REPLY);
    put(&f, 3, 1, OUTBOX_NOTICE); /* no room for it */
    uv_sem_wait(&f.requested);
    uv_sem_wait(&f.requested);
    stop_dispatch(&f);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 1"), OUTBOX_UNCERTAIN);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 2"), OUTBOX_QUEUED);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 3"), OUTBOX_QUEUED);
    stop(&f);
    assert_int_equal(f.requests, 2);
    end(&f);
}

static void test_stop_with_a_store_that_fails(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_NOTICE);
    uv_sem_wait(&f.requested);
    atomic_store(&f.commit_fails, true);
    stop_dispatch(&f);
    assert_int_equal(count_state(&f, OUTBOX_SENDING), 1);
    stop(&f);
    end(&f);
}

static void test_idle_does_nothing(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    /* What the commits themselves woke comes to an end … */
    int64_t commits = 0;
    while (metrics_value(f.metrics, METRIC_COMMITS, 0) != commits) {
        commits = metrics_value(f.metrics, METRIC_COMMITS, 0);
        uv_sleep(300);
    }
    /* … and then nothing happens. */
    uv_sleep(1200);
    assert_int_equal(metrics_value(f.metrics, METRIC_COMMITS, 0), commits);
    stop(&f);
    end(&f);
}

static void on_bad_start(void *context)
{
    struct fixture *f = context;
    struct dispatch *d = NULL;
    struct fault fault = { 0 };
    struct dispatch_options o = f->options;
    o.lease_s = 10;
    o.timeout_ms = 10000;
    assert_int_equal(dispatch_start(&o, &d, &fault), GW_EINVAL);
}

static void test_lease_must_outlast_a_request(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    begin(&f);
    loop_call(&f.loop, on_bad_start, &f);
    stop(&f);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_exactly_once),
        cmocka_unit_test(test_rows_written_before_the_start_are_sent),
        cmocka_unit_test(test_many_rows_and_few_at_once),
        cmocka_unit_test(test_retry_with_back_off),
        cmocka_unit_test(test_real_time_timer),
        cmocka_unit_test(test_retry_after_is_honoured),
        cmocka_unit_test(test_no_retry_past_its_use),
        cmocka_unit_test(test_refused_is_final),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_plan_may_refuse_or_put_off),
        cmocka_unit_test(test_the_last_word_is_said_when_a_row_is_marked),
        cmocka_unit_test(test_whom_a_provider_cannot_reach_is_marked),
        cmocka_unit_test(test_after_a_crash),
        cmocka_unit_test(test_outcome_is_kept_until_the_store_takes_it),
        cmocka_unit_test(test_stop_gives_up_what_takes_too_long),
        cmocka_unit_test(test_stop_with_a_store_that_fails),
        cmocka_unit_test(test_idle_does_nothing),
        cmocka_unit_test(test_lease_must_outlast_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
