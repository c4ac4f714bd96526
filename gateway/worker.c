#include "gateway/worker.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/worker_batch.h"

enum {
    DEFAULT_BATCH = 64,
    SHARED_BATCH =
        32, /* as many savepoints as PostgreSQL keeps in memory for each connection, halved */
    DEFAULT_LIMIT = 10000,
    OUTCOME_SHARE = 8, /* one job in so many is kept free for outcomes on PostgreSQL */
    OUTCOME_TIMES = 4, /* jobs with the outcomes a transaction of SQLite, in batches */
};
static const uint64_t second_ns = 1000000000;

struct queue {
    struct job *first, *last;
    int count;
};

/* One connection's. */
struct thread {
    struct worker *worker;
    struct batch_runner runner;
    uv_thread_t id;
    uv_cond_t wake;
    struct queue queues[WORKER_QUEUES]; /* guarded by the worker's mutex, as is `sleeping` */
    bool sleeping;
    bool started;
    _Atomic bool healthy;
    _Atomic int messages;   /* waiting in WORKER_MESSAGES, read while background runs */
    uint64_t background_at; /* the thread's own: when background last had a turn */
    int passed_over;        /* the thread's own: batches of outcomes alone since then */
};

struct worker {
    struct worker_options options;
    struct thread threads[WORKER_THREADS];
    int count;
    uv_async_t async;
    uv_mutex_t mutex; /* guards what follows up to `running` */
    struct queue done;
    unsigned woken;
    int messages; /* waiting in all threads */
    bool stopping;
    int running; /* threads that have not ended */
    _Atomic bool healthy;
    _Atomic int waiting;
    void (*stopped)(void *context);
    void *stopped_context;
};

static void queue_push(struct queue *q, struct job *job)
{
    job->next = NULL;
    *(q->last ? &q->last->next : &q->first) = job;
    q->last = job;
    q->count++;
}

static struct job *queue_pop(struct queue *q)
{
    struct job *job = q->first;
    q->first = job->next;
    if (!q->first)
        q->last = NULL;
    q->count--;
    job->next = NULL;
    return job;
}

/* Moves all of `tail` behind what waits in `q`. */
static void queue_append(struct queue *q, struct queue *tail)
{
    if (!tail->first)
        return;
    *(q->last ? &q->last->next : &q->first) = tail->first;
    q->last = tail->last;
    q->count += tail->count;
    *tail = (struct queue){ 0 };
}

/* Moves all of `head` before what waits in `q`. */
static void queue_put_back(struct queue *q, struct queue *head)
{
    queue_append(head, q);
    *q = *head;
    *head = (struct queue){ 0 };
}

/* Called with the mutex held. */
static void show_waiting(struct worker *w)
{
    int all = 0;
    for (int i = 0; i < WORKER_QUEUES; i++) {
        int waiting = 0;
        for (int k = 0; k < w->count; k++)
            waiting += w->threads[k].queues[i].count;
        all += waiting;
        if (i == WORKER_MESSAGES)
            w->messages = waiting;
        metrics_set(w->options.metrics, METRIC_WAITING, i, waiting);
    }
    for (int k = 0; k < w->count; k++)
        atomic_store_explicit(&w->threads[k].messages, w->threads[k].queues[WORKER_MESSAGES].count,
                              memory_order_relaxed);
    atomic_store_explicit(&w->waiting, all, memory_order_relaxed);
}

int worker_threads(const struct worker *w)
{
    return w->count;
}

int worker_thread_of(const struct worker *w, uint64_t lane)
{
    return (int)(lane % (uint64_t)w->count);
}

int worker_put(struct worker *w, enum worker_queue queue, struct job *job)
{
    int rc = 0;
    bool wake = false;
    struct thread *t = &w->threads[worker_thread_of(w, job->lane)];
    job->error = 0;
    job->queue = queue;
    job->queued_at = uv_hrtime();
    uv_mutex_lock(&w->mutex);
    if (w->stopping) {
        rc = GW_ECLOSED;
    } else if (queue == WORKER_MESSAGES && w->messages >= w->options.queue_limit) {
        rc = GW_EBUSY;
    } else {
        queue_push(&t->queues[queue], job);
        show_waiting(w);
        wake = t->sleeping;
        t->sleeping = false;
    }
    uv_mutex_unlock(&w->mutex);
    if (wake)
        uv_cond_signal(&t->wake);
    return rc;
}

bool worker_healthy(const struct worker *w)
{
    return atomic_load_explicit(&w->healthy, memory_order_relaxed);
}

int worker_waiting(const struct worker *w)
{
    return atomic_load_explicit(&w->waiting, memory_order_relaxed);
}

/* The worker is well when all its threads are. */
static void set_healthy(struct thread *t, bool healthy)
{
    struct worker *w = t->worker;
    atomic_store_explicit(&t->healthy, healthy, memory_order_relaxed);
    for (int i = 0; i < w->count; i++)
        healthy = healthy && atomic_load_explicit(&w->threads[i].healthy, memory_order_relaxed);
    bool was = atomic_exchange_explicit(&w->healthy, healthy, memory_order_relaxed);
    metrics_set(w->options.metrics, METRIC_STORE_HEALTHY, 0, healthy);
    if (was && !healthy)
        log_write(w->options.log, LOG_LEVEL_ERROR, "store.failing", NO_TRACE, NULL);
    else if (!was && healthy)
        log_write(w->options.log, LOG_LEVEL_WARN, "store.recovered", NO_TRACE, NULL);
}

/* All of it when nothing else waits. While outcomes pour in without messages (a broadcast is sent
 * as fast as it is expanded) one job in every other batch, else one a second. */
static void take_background(struct thread *t, struct queue *batch, bool had_messages)
{
    struct queue *background = &t->queues[WORKER_BACKGROUND];
    uint64_t now = uv_hrtime();
    bool idle = t->queues[WORKER_MESSAGES].count == 0 && t->queues[WORKER_OUTCOMES].count == 0;
    if (background->count == 0) {
        t->background_at = now;
        t->passed_over = 0;
    } else if (idle) {
        while (background->count > 0 && batch->count < t->worker->options.batch)
            queue_push(batch, queue_pop(background));
    } else if (now - t->background_at > second_ns || (!had_messages && t->passed_over > 0)) {
        queue_push(batch, queue_pop(background));
    } else if (!had_messages) {
        t->passed_over++;
    }
}

/* In the order of their lanes, and in a lane as they came. A batch is short. */
static void sort_by_lane(struct queue *batch)
{
    struct queue sorted = { 0 };
    while (batch->count > 0) {
        struct job *job = queue_pop(batch);
        struct job **at = &sorted.first;
        while (*at && (*at)->lane <= job->lane)
            at = &(*at)->next;
        job->next = *at;
        *at = job;
        if (job->next == NULL)
            sorted.last = job;
        sorted.count++;
    }
    *batch = sorted;
}

/* Messages first; see worker.h for what is kept free. Called with the mutex held. */
static void take(struct thread *t, struct queue *batch)
{
    struct queue *messages = &t->queues[WORKER_MESSAGES], *outcomes = &t->queues[WORKER_OUTCOMES];
    int limit = t->worker->options.batch, most = limit * OUTCOME_TIMES, kept = 0;
    bool had_messages = messages->count > 0;
    if (store_shared(t->runner.store)) {
        most = limit;
        kept = limit / OUTCOME_SHARE < outcomes->count ? limit / OUTCOME_SHARE : outcomes->count;
    }
    while (messages->count > 0 && batch->count < limit - kept)
        queue_push(batch, queue_pop(messages));
    if (store_shared(t->runner.store))
        sort_by_lane(batch);
    while (outcomes->count > 0 && batch->count < most)
        queue_push(batch, queue_pop(outcomes));
    take_background(t, batch, had_messages);
    show_waiting(t->worker);
}

static bool message_waits(void *context)
{
    struct thread *t = context;
    return atomic_load_explicit(&t->messages, memory_order_relaxed) > 0;
}

/* Hands results to the loop and gives back what had no turn. */
static void report(struct thread *t, struct queue *done, struct queue *again, unsigned woken)
{
    struct worker *w = t->worker;
    uv_mutex_lock(&w->mutex);
    queue_put_back(&t->queues[WORKER_BACKGROUND], again);
    queue_append(&w->done, done);
    w->woken |= woken;
    show_waiting(w);
    uv_mutex_unlock(&w->mutex);
    uv_async_send(&w->async);
}

static bool thread_healthy(const struct thread *t)
{
    return atomic_load_explicit(&t->healthy, memory_order_relaxed);
}

static void run(struct thread *t, struct queue *batch)
{
    struct batch_end end;
    const struct job *rest = batch_run(&t->runner, batch->first, thread_healthy(t), &end);
    if (end.background) {
        t->background_at = uv_hrtime();
        t->passed_over = 0;
    }
    if (end.store_failed)
        set_healthy(t, false);
    else if (end.kept && !thread_healthy(t) && batch_probe(&t->runner) == 0)
        set_healthy(t, true); /* not by what was kept: it may have written nothing */
    struct queue done = { 0 };
    while (batch->first != rest)
        queue_push(&done, queue_pop(batch));
    report(t, &done, batch, end.woken);
}

/* Waits for work; false when there is none and none will come. Called with the mutex held. A second
 * without work while the store fails gives an empty batch, which is a probe. */
static bool wait_for_work(struct thread *t, struct queue *batch)
{
    struct worker *w = t->worker;
    for (;;) {
        take(t, batch);
        if (batch->count > 0)
            return true;
        if (w->stopping)
            return false;
        t->sleeping = true;
        if (thread_healthy(t)) {
            uv_cond_wait(&t->wake, &w->mutex);
        } else if (uv_cond_timedwait(&t->wake, &w->mutex, second_ns) == UV_ETIMEDOUT) {
            t->sleeping = false;
            return true;
        }
        t->sleeping = false;
    }
}

static void worker_thread(void *context)
{
    struct thread *t = context;
    struct worker *w = t->worker;
    bool more = true;
    while (more) {
        struct queue batch = { 0 };
        uv_mutex_lock(&w->mutex);
        more = wait_for_work(t, &batch);
        uv_mutex_unlock(&w->mutex);
        if (batch.count > 0)
            run(t, &batch);
        else if (more && batch_probe(&t->runner) == 0)
            set_healthy(t, true);
    }
    uv_mutex_lock(&w->mutex);
    w->running--;
    uv_mutex_unlock(&w->mutex);
    uv_async_send(&w->async);
}

static void dispose(struct worker *w)
{
    for (int i = 0; i < w->count; i++)
        uv_cond_destroy(&w->threads[i].wake);
    uv_mutex_destroy(&w->mutex);
    free(w);
}

static void join_all(struct worker *w)
{
    for (int i = 0; i < w->count; i++)
        if (w->threads[i].started)
            uv_thread_join(&w->threads[i].id);
}

static void on_async_closed(uv_handle_t *handle)
{
    struct worker *w = handle->data;
    void (*stopped)(void *context) = w->stopped;
    void *stopped_context = w->stopped_context;
    dispose(w);
    stopped(stopped_context);
}

static void on_done(uv_async_t *async)
{
    struct worker *w = async->data;
    uv_mutex_lock(&w->mutex);
    struct queue done = w->done;
    w->done = (struct queue){ 0 };
    unsigned woken = w->woken;
    w->woken = 0;
    bool finished = w->running == 0;
    uv_mutex_unlock(&w->mutex);

    while (done.count > 0) {
        struct job *job = queue_pop(&done);
        job->done(job, job->error);
    }
    if (woken && w->options.woken)
        w->options.woken(w->options.context, woken);
    if (finished && !uv_is_closing((uv_handle_t *)&w->async)) {
        join_all(w);
        uv_close((uv_handle_t *)&w->async, on_async_closed);
    }
}

/* The loop still owns the async handle of a worker whose threads could not all be made. */
static void on_never_started(uv_handle_t *handle)
{
    dispose(handle->data);
}

static struct worker *worker_new(const struct worker_options *options)
{
    struct worker *w = mem_alloc(sizeof(*w));
    w->options = *options;
    if (w->options.batch <= 0)
        w->options.batch = store_shared(options->store) ? SHARED_BATCH : DEFAULT_BATCH;
    if (w->options.queue_limit <= 0)
        w->options.queue_limit = DEFAULT_LIMIT;
    atomic_init(&w->healthy, true);
    metrics_set(w->options.metrics, METRIC_STORE_HEALTHY, 0, 1);
    return w;
}

/* The threads' part, before the first of them runs. 0 or what libuv says. */
static int make_threads(struct worker *w)
{
    int wanted = 1 + w->options.more_count;
    for (int i = 0; i < wanted && i < WORKER_THREADS; i++) {
        struct thread *t = &w->threads[i];
        struct store *store = i == 0 ? w->options.store : w->options.more[i - 1];
        t->worker = w;
        t->runner = (struct batch_runner){ &w->options, store, message_waits, t };
        atomic_init(&t->healthy, true);
        int rc = uv_cond_init(&t->wake);
        if (rc != 0)
            return rc;
        w->count++;
    }
    return 0;
}

static int start_threads(struct worker *w)
{
    int rc = 0;
    w->running = w->count;
    for (int i = 0; rc == 0 && i < w->count; i++) {
        rc = uv_thread_create(&w->threads[i].id, worker_thread, &w->threads[i]);
        w->threads[i].started = rc == 0;
    }
    return rc;
}

static void wake_all(struct worker *w)
{
    uv_mutex_lock(&w->mutex);
    w->stopping = true;
    uv_mutex_unlock(&w->mutex);
    for (int i = 0; i < w->count; i++)
        uv_cond_signal(&w->threads[i].wake);
}

int worker_start(const struct worker_options *options, struct worker **out, struct fault *fault)
{
    struct worker *w = worker_new(options);
    int rc = uv_mutex_init(&w->mutex);
    if (rc != 0) {
        free(w);
        return fault_set(fault, GW_EIO, "cannot make the writing thread: %s", uv_strerror(rc));
    }
    rc = make_threads(w);
    if (rc == 0)
        rc = uv_async_init(options->loop, &w->async, on_done);
    if (rc != 0) {
        dispose(w);
        return fault_set(fault, GW_EIO, "cannot make the writing thread: %s", uv_strerror(rc));
    }
    w->async.data = w;
    rc = start_threads(w);
    if (rc != 0) {
        fault_set(fault, GW_EIO, "cannot start the writing thread: %s", uv_strerror(rc));
        wake_all(w);
        join_all(w);
        uv_close((uv_handle_t *)&w->async, on_never_started);
        return GW_EIO;
    }
    *out = w;
    return 0;
}

void worker_stop(struct worker *w, void (*stopped)(void *context), void *context)
{
    w->stopped = stopped;
    w->stopped_context = context;
    wake_all(w);
}
