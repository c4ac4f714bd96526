#include "gateway/worker_batch.h"

#include <poll.h>

#include "gateway/log.h"
#include "gateway/metrics.h"

static const uint64_t background_slice_ns = 20000000; /* worker.h */
/* How long a batch waits for a database that is away. A provider waits 5 s to 15 s for its answer.
 */
static const uint64_t patience_ns = 8000000000;
enum { BATCH_TRIES = 2, ALONE_TRIES = 5, AWAY_WAIT_MS = 100 };

struct batch {
    const struct batch_runner *r;
    struct tx *tx;
    int64_t now;
    int lost; /* why the transaction is gone, 0 while it is not */
    bool store_failed;
    bool last_try; /* what got in the way is the job's own failure now */
};

static bool is_store_failure(int error)
{
    return error == GW_EFULL || error == GW_ETXGONE || error == GW_EIO || error == GW_EBUSY;
}

/* Runs `run` (or with an `error` of it `failed`) in a savepoint: 0 when its writes stay, else why
 * not. */
static int attempt(struct batch *b, struct job *job, int error)
{
    int rc = tx_mark(b->tx);
    if (rc == 0) {
        rc = error ? job->failed(job, b->tx, b->now, error) : job->run(job, b->tx, b->now);
        if (rc >= 0)
            rc = tx_error(b->tx);
        if (rc == 0)
            rc = tx_keep(b->tx);
    }
    if (rc == 0)
        return 0;
    if (rc == GW_ECONFLICT && store_shared(b->r->store) && !b->last_try) {
        b->lost = rc; /* the locks of the jobs before it must go too, or it would happen again */
        return rc;
    }
    if (is_store_failure(rc))
        b->store_failed = true;
    int undone = tx_undo(b->tx);
    if (undone != 0)
        b->lost = undone;
    return rc;
}

static void run_job(struct batch *b, struct job *job, struct batch_end *end)
{
    const struct worker_options *o = b->r->options;
    metrics_observe(o->metrics, METRIC_STAGE, STAGE_QUEUE, uv_hrtime() - job->queued_at);
    int rc = attempt(b, job, 0);
    int ended = rc == 0 ? JOB_KEPT : JOB_UNDONE;
    if (rc != 0 && !b->lost && job->failed && !is_store_failure(rc))
        rc = attempt(b, job, rc);
    job->error = rc;
    end->kept += rc == 0;
    metrics_count(o->metrics, METRIC_JOBS, metrics_cell(o->metrics, METRIC_JOBS, job->queue, ended),
                  1);
}

/* Runs jobs until one had no turn or the transaction is lost; the first that had none. */
static struct job *run_jobs(struct batch *b, struct job *first, struct batch_end *end)
{
    uint64_t background_since = 0;
    struct job *job = first;
    for (; job && !b->lost; job = job->next) {
        if (job->queue == WORKER_BACKGROUND) {
            uint64_t now = uv_hrtime();
            if (end->background == 0)
                background_since = now;
            else if (now - background_since > background_slice_ns ||
                     b->r->message_waits(b->r->context))
                break;
            end->background++;
        }
        run_job(b, job, end);
    }
    return b->lost ? NULL : job;
}

static int commit(struct batch *b)
{
    const struct worker_options *o = b->r->options;
    uint64_t begun = uv_hrtime();
    int rc = o->before_commit ? o->before_commit(o->context, b->tx) : 0;
    if (rc >= 0)
        rc = tx_error(b->tx);
    if (rc != 0)
        store_rollback(b->tx);
    else
        rc = store_commit(b->tx);
    metrics_observe(o->metrics, METRIC_STAGE, STAGE_COMMIT, uv_hrtime() - begun);
    return rc;
}

/* The reason why nothing of this batch is on disk, for every job in it. */
static void lose(const struct batch_runner *r, struct job *first, const struct job *rest, int rc)
{
    const struct worker_options *o = r->options;
    for (struct job *job = first; job != rest; job = job->next) {
        job->error = rc;
        metrics_count(o->metrics, METRIC_JOBS,
                      metrics_cell(o->metrics, METRIC_JOBS, job->queue, JOB_LOST), 1);
    }
    metrics_count(o->metrics, METRIC_COMMITS_FAILED, 0, 1);
    log_write(o->log, LOG_LEVEL_ERROR, "store.transaction_lost", NO_TRACE,
              LOG_FIELDS(LOG_TEXT("code", gw_error_name(rc)), LOG_TEXT("error", gw_error_text(rc)),
                         LOG_TEXT("words", store_error_text(r->store))));
}

static int begin(struct batch *b)
{
    const struct worker_options *o = b->r->options;
    int rc = store_begin(b->r->store, &b->tx);
    if (rc != 0)
        return rc;
    if (o->now)
        b->now = o->now(o->context);
    else
        rc = tx_now(b->tx, &b->now);
    if (rc != 0)
        store_rollback(b->tx);
    return rc;
}

/* Another connection got in the way, or the connection is gone. */
static bool is_passing(int error)
{
    return error == GW_ECONFLICT || error == GW_ETXGONE || error == GW_EIO || error == GW_EBUSY;
}

/* One transaction. On a shared store what can be tried again is not told to the jobs, unless it is
 * the last try. */
static struct job *run_once(const struct batch_runner *r, struct job *first, bool last_try,
                            struct batch_end *end)
{
    const struct worker_options *o = r->options;
    *end = (struct batch_end){ 0 };
    struct batch b = { .r = r, .last_try = last_try };
    struct job *rest = NULL;
    uint64_t begun = uv_hrtime();
    int rc = begin(&b);
    if (rc == 0) {
        rest = run_jobs(&b, first, end);
        metrics_observe(o->metrics, METRIC_STAGE, STAGE_BATCH, uv_hrtime() - begun);
        rc = b.lost;
        if (rc != 0)
            store_rollback(b.tx);
        else
            rc = commit(&b);
    }
    if (rc != 0 && !last_try && store_shared(r->store) && is_passing(rc)) {
        end->again = rc;
        metrics_count(o->metrics, METRIC_RETRIES, rc == GW_ECONFLICT ? RETRY_CONFLICT : RETRY_LOST,
                      1);
    } else if (rc != 0) {
        lose(r, first, rest, rc);
    } else {
        metrics_count(o->metrics, METRIC_COMMITS, 0, 1);
        end->woken = store_woken(r->store);
    }
    if (rc != 0)
        end->kept = 0;
    end->store_failed = (rc != 0 && rc != GW_ECONFLICT) || b.store_failed;
    return rest;
}

/* Nothing could begin: the database is away. */
static bool is_away(int error)
{
    return error == GW_EIO || error == GW_EBUSY;
}

static void lose_all(const struct batch_runner *r, struct job *first, struct batch_end *end)
{
    lose(r, first, NULL, end->again);
    *end = (struct batch_end){ .store_failed = true };
}

/* One job in a transaction of its own, until it is kept, or fails by itself. */
static void run_alone(const struct batch_runner *r, struct job *job, uint64_t until,
                      struct batch_end *end)
{
    for (int tries = 1;; tries += !is_away(end->again)) {
        run_once(r, job, tries >= ALONE_TRIES, end);
        if (end->again == 0)
            return;
        if (is_away(end->again) && uv_hrtime() >= until) {
            lose_all(r, job, end);
            return;
        }
        if (end->again != GW_ECONFLICT)
            (void)poll(NULL, 0, AWAY_WAIT_MS);
    }
}

static void add_end(struct batch_end *all, const struct batch_end *one)
{
    all->kept += one->kept;
    all->background += one->background;
    all->woken |= one->woken;
    all->store_failed = one->store_failed; /* how it is now */
}

/* What did not go together goes one by one, so that one job harms no other. */
static struct job *run_each(const struct batch_runner *r, struct job *first, uint64_t until,
                            struct batch_end *end)
{
    struct job *next;
    *end = (struct batch_end){ 0 };
    for (struct job *job = first; job; job = next) {
        struct batch_end one;
        next = job->next;
        if (job->queue == WORKER_BACKGROUND && end->background > 0)
            return job; /* has its turn later */
        job->next = NULL;
        run_alone(r, job, until, &one);
        job->next = next;
        add_end(end, &one);
    }
    return NULL;
}

struct job *batch_run(const struct batch_runner *r, struct job *first, bool patient,
                      struct batch_end *end)
{
    if (!store_shared(r->store))
        return run_once(r, first, true, end);
    uint64_t until = patient ? uv_hrtime() + patience_ns : 0;
    for (int tries = 1;; tries += !is_away(end->again)) {
        struct job *rest = run_once(r, first, false, end);
        if (end->again == 0)
            return rest;
        if (is_away(end->again) && uv_hrtime() >= until) {
            lose_all(r, first, end);
            return NULL;
        }
        if (!is_away(end->again) && tries >= BATCH_TRIES)
            return run_each(r, first, until, end);
        if (end->again != GW_ECONFLICT)
            (void)poll(NULL, 0, AWAY_WAIT_MS);
    }
}

int batch_probe(const struct batch_runner *r)
{
    struct tx *tx;
    int rc = store_begin(r->store, &tx);
    if (rc != 0)
        return rc;
    rc = store_probe(tx);
    if (rc == 0)
        return store_commit(tx);
    store_rollback(tx);
    return rc;
}
