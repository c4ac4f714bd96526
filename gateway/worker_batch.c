#include "gateway/worker_batch.h"

#include <time.h>

#include "gateway/log.h"
#include "gateway/metrics.h"

static const uint64_t background_slice_ns = 20000000; /* worker.h */

struct batch {
    const struct batch_runner *r;
    struct tx *tx;
    int64_t now;
    int lost; /* why the transaction is gone, 0 while it is not */
    bool store_failed;
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
                         LOG_TEXT("words", store_error_text(o->store))));
}

static int64_t clock_of(const struct worker_options *o)
{
    if (o->now)
        return o->now(o->context);
    struct timespec t = { 0 };
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

struct job *batch_run(const struct batch_runner *r, struct job *first, struct batch_end *end)
{
    const struct worker_options *o = r->options;
    *end = (struct batch_end){ 0 };
    struct batch b = { .r = r, .now = clock_of(o) };
    struct job *rest = NULL;
    uint64_t begun = uv_hrtime();
    int rc = store_begin(o->store, &b.tx);
    if (rc == 0) {
        rest = run_jobs(&b, first, end);
        metrics_observe(o->metrics, METRIC_STAGE, STAGE_BATCH, uv_hrtime() - begun);
        rc = b.lost;
        if (rc != 0)
            store_rollback(b.tx);
        else
            rc = commit(&b);
    }
    if (rc != 0) {
        lose(r, first, rest, rc);
        end->kept = 0;
    } else {
        metrics_count(o->metrics, METRIC_COMMITS, 0, 1);
        end->woken = store_woken(o->store);
    }
    end->store_failed = rc != 0 || b.store_failed;
    return rest;
}

int batch_probe(const struct batch_runner *r)
{
    const struct worker_options *o = r->options;
    struct tx *tx;
    int rc = store_begin(o->store, &tx);
    if (rc != 0)
        return rc;
    rc = store_probe(tx);
    if (rc == 0)
        return store_commit(tx);
    store_rollback(tx);
    return rc;
}
