#include "gateway/worker.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/worker_batch.h"

enum {
    DEFAULT_BATCH = 64,
    DEFAULT_LIMIT = 10000,
    OUTCOME_SHARE = 8, /* one job in so many is kept free for outcomes */
};
static const uint64_t second_ns = 1000000000;

struct queue {
    struct job *first, *last;
    int count;
};

struct worker {
    struct worker_options options;
    struct batch_runner runner; /* the thread's */
    uv_thread_t thread;
    uv_async_t async;
    uv_mutex_t mutex; /* guards what follows up to `finished` */
    uv_cond_t wake;
    struct queue queues[WORKER_QUEUES];
    struct queue done;
    unsigned woken;
    bool sleeping;
    bool stopping;
    bool finished;
    _Atomic bool healthy;
    _Atomic int waiting;
    _Atomic int messages;   /* waiting in WORKER_MESSAGES, read while background runs */
    uint64_t background_at; /* the thread's: when background last had a turn */
    int passed_over;        /* the thread's: batches of outcomes alone since then */
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

static void show_waiting(struct worker *w)
{
    int all = 0;
    for (int i = 0; i < WORKER_QUEUES; i++) {
        all += w->queues[i].count;
        metrics_set(w->options.metrics, METRIC_WAITING, i, w->queues[i].count);
    }
    atomic_store_explicit(&w->messages, w->queues[WORKER_MESSAGES].count, memory_order_relaxed);
    atomic_store_explicit(&w->waiting, all, memory_order_relaxed);
}

int worker_put(struct worker *w, enum worker_queue queue, struct job *job)
{
    int rc = 0;
    bool wake = false;
    job->error = 0;
    job->queue = queue;
    job->queued_at = uv_hrtime();
    uv_mutex_lock(&w->mutex);
    if (w->stopping) {
        rc = GW_ECLOSED;
    } else if (queue == WORKER_MESSAGES && w->queues[queue].count >= w->options.queue_limit) {
        rc = GW_EBUSY;
    } else {
        queue_push(&w->queues[queue], job);
        show_waiting(w);
        wake = w->sleeping;
        w->sleeping = false;
    }
    uv_mutex_unlock(&w->mutex);
    if (wake)
        uv_cond_signal(&w->wake);
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

static void set_healthy(struct worker *w, bool healthy)
{
    bool was = atomic_exchange_explicit(&w->healthy, healthy, memory_order_relaxed);
    metrics_set(w->options.metrics, METRIC_STORE_HEALTHY, 0, healthy);
    if (was && !healthy)
        log_write(w->options.log, LOG_LEVEL_ERROR, "store.failing", NO_TRACE, NULL);
    else if (!was && healthy)
        log_write(w->options.log, LOG_LEVEL_WARN, "store.recovered", NO_TRACE, NULL);
}

/* All of it when nothing else waits. While outcomes pour in without messages (a broadcast is sent
 * as fast as it is expanded) one job in every other batch, else one a second. */
static void take_background(struct worker *w, struct queue *batch, bool had_messages)
{
    struct queue *background = &w->queues[WORKER_BACKGROUND];
    uint64_t now = uv_hrtime();
    bool idle = w->queues[WORKER_MESSAGES].count == 0 && w->queues[WORKER_OUTCOMES].count == 0;
    if (background->count == 0) {
        w->background_at = now;
        w->passed_over = 0;
    } else if (idle) {
        while (background->count > 0 && batch->count < w->options.batch)
            queue_push(batch, queue_pop(background));
    } else if (now - w->background_at > second_ns || (!had_messages && w->passed_over > 0)) {
        queue_push(batch, queue_pop(background));
    } else if (!had_messages) {
        w->passed_over++;
    }
}

/* Messages first; see worker.h for what is kept free. Called with the mutex held. */
static void take(struct worker *w, struct queue *batch)
{
    struct queue *messages = &w->queues[WORKER_MESSAGES], *outcomes = &w->queues[WORKER_OUTCOMES];
    int limit = w->options.batch;
    int kept = limit / OUTCOME_SHARE < outcomes->count ? limit / OUTCOME_SHARE : outcomes->count;
    bool had_messages = messages->count > 0;
    while (messages->count > 0 && batch->count < limit - kept)
        queue_push(batch, queue_pop(messages));
    while (outcomes->count > 0 && batch->count < limit)
        queue_push(batch, queue_pop(outcomes));
    take_background(w, batch, had_messages);
    show_waiting(w);
}

static bool message_waits(void *context)
{
    struct worker *w = context;
    return atomic_load_explicit(&w->messages, memory_order_relaxed) > 0;
}

/* Hands results to the loop and gives back what had no turn. */
static void report(struct worker *w, struct queue *done, struct queue *again, unsigned woken)
{
    uv_mutex_lock(&w->mutex);
    queue_put_back(&w->queues[WORKER_BACKGROUND], again);
    queue_append(&w->done, done);
    w->woken |= woken;
    show_waiting(w);
    uv_mutex_unlock(&w->mutex);
    uv_async_send(&w->async);
}

static void run(struct worker *w, struct queue *batch)
{
    struct batch_end end;
    const struct job *rest = batch_run(&w->runner, batch->first, &end);
    if (end.background) {
        w->background_at = uv_hrtime();
        w->passed_over = 0;
    }
    if (end.store_failed)
        set_healthy(w, false);
    else if (end.kept && !worker_healthy(w) && batch_probe(&w->runner) == 0)
        set_healthy(w, true); /* not by what was kept: it may have written nothing */
    struct queue done = { 0 };
    while (batch->first != rest)
        queue_push(&done, queue_pop(batch));
    report(w, &done, batch, end.woken);
}

/* Waits for work; false when there is none and none will come. Called with the mutex held. A second
 * without work while the store fails gives an empty batch, which is a probe. */
static bool wait_for_work(struct worker *w, struct queue *batch)
{
    for (;;) {
        take(w, batch);
        if (batch->count > 0)
            return true;
        if (w->stopping)
            return false;
        w->sleeping = true;
        if (worker_healthy(w)) {
            uv_cond_wait(&w->wake, &w->mutex);
        } else if (uv_cond_timedwait(&w->wake, &w->mutex, second_ns) == UV_ETIMEDOUT) {
            w->sleeping = false;
            return true;
        }
        w->sleeping = false;
    }
}

static void worker_thread(void *context)
{
    struct worker *w = context;
    bool more = true;
    while (more) {
        struct queue batch = { 0 };
        uv_mutex_lock(&w->mutex);
        more = wait_for_work(w, &batch);
        uv_mutex_unlock(&w->mutex);
        if (batch.count > 0)
            run(w, &batch);
        else if (more && batch_probe(&w->runner) == 0)
            set_healthy(w, true);
    }
    uv_mutex_lock(&w->mutex);
    w->finished = true;
    uv_mutex_unlock(&w->mutex);
    uv_async_send(&w->async);
}

static void on_async_closed(uv_handle_t *handle)
{
    struct worker *w = handle->data;
    void (*stopped)(void *context) = w->stopped;
    void *stopped_context = w->stopped_context;
    uv_cond_destroy(&w->wake);
    uv_mutex_destroy(&w->mutex);
    stopped(stopped_context);
    free(w);
}

static void on_done(uv_async_t *async)
{
    struct worker *w = async->data;
    uv_mutex_lock(&w->mutex);
    struct queue done = w->done;
    w->done = (struct queue){ 0 };
    unsigned woken = w->woken;
    w->woken = 0;
    bool finished = w->finished;
    uv_mutex_unlock(&w->mutex);

    while (done.count > 0) {
        struct job *job = queue_pop(&done);
        job->done(job, job->error);
    }
    if (woken && w->options.woken)
        w->options.woken(w->options.context, woken);
    if (finished && !uv_is_closing((uv_handle_t *)&w->async)) {
        uv_thread_join(&w->thread);
        uv_close((uv_handle_t *)&w->async, on_async_closed);
    }
}

/* The loop still owns the async handle of a worker whose thread could not be made. */
static void on_never_started(uv_handle_t *handle)
{
    struct worker *w = handle->data;
    uv_cond_destroy(&w->wake);
    uv_mutex_destroy(&w->mutex);
    free(w);
}

static struct worker *worker_new(const struct worker_options *options)
{
    struct worker *w = mem_alloc(sizeof(*w));
    w->options = *options;
    if (w->options.batch <= 0)
        w->options.batch = DEFAULT_BATCH;
    if (w->options.queue_limit <= 0)
        w->options.queue_limit = DEFAULT_LIMIT;
    w->runner = (struct batch_runner){ &w->options, message_waits, w };
    atomic_init(&w->healthy, true);
    metrics_set(w->options.metrics, METRIC_STORE_HEALTHY, 0, 1);
    return w;
}

int worker_start(const struct worker_options *options, struct worker **out, struct fault *fault)
{
    struct worker *w = worker_new(options);
    int rc = uv_mutex_init(&w->mutex);
    if (rc != 0)
        goto err_worker;
    rc = uv_cond_init(&w->wake);
    if (rc != 0)
        goto err_mutex;
    rc = uv_async_init(options->loop, &w->async, on_done);
    if (rc != 0)
        goto err_cond;
    w->async.data = w;
    rc = uv_thread_create(&w->thread, worker_thread, w);
    if (rc != 0) {
        fault_set(fault, GW_EIO, "cannot start the writing thread: %s", uv_strerror(rc));
        uv_close((uv_handle_t *)&w->async, on_never_started);
        return GW_EIO;
    }
    *out = w;
    return 0;

err_cond:
    uv_cond_destroy(&w->wake);
err_mutex:
    uv_mutex_destroy(&w->mutex);
err_worker:
    free(w);
    return fault_set(fault, GW_EIO, "cannot make the writing thread: %s", uv_strerror(rc));
}

void worker_stop(struct worker *w, void (*stopped)(void *context), void *context)
{
    w->stopped = stopped;
    w->stopped_context = context;
    uv_mutex_lock(&w->mutex);
    w->stopping = true;
    uv_mutex_unlock(&w->mutex);
    uv_cond_signal(&w->wake);
}
