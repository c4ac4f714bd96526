/* The writing thread: takes all that waits (up to a limit), runs it in one transaction with a
 * savepoint a job, commits once, then reports each job on the loop's thread. That is group commit:
 * the busier the gateway, the more jobs share one fsync.
 *
 * Knows nothing of what a job does. Three queues, in this order: messages, outcomes (send results
 * and receipts), background. An eighth of each batch is kept for outcomes and at least one
 * background job runs each second, so that neither starves while messages pour in; while only
 * outcomes do, one runs in every other batch. Background jobs together get at most 20 ms of a batch
 * and stop when a message arrives; a long task does one short step and puts itself again. */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include <uv.h>

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/store/store.h"

struct worker;
struct log;
struct metrics;

enum worker_queue { WORKER_MESSAGES, WORKER_OUTCOMES, WORKER_BACKGROUND, WORKER_QUEUES };

/* One piece of work. The caller owns it from the call of `done` on; embed it in your own struct. */
struct job {
    /* On the worker's thread, inside a savepoint: 0 or more keeps its writes, GW_E* undoes them.
     * `now` is real UTC seconds of the batch. */
    int (*run)(struct job *job, struct tx *tx, int64_t now);
    /* After run failed and was undone, in a savepoint of its own (the apology and the row in the
     * human queue); may be NULL. Its failure is undone too. Not called when the store itself failed
     * (GW_EFULL, GW_ETXGONE, GW_EIO, GW_EBUSY): then an apology could not be kept either and the
     * sender tries again. */
    int (*failed)(struct job *job, struct tx *tx, int64_t now, int error);
    /* On the loop's thread, after the commit. `error` is 0 when everything this job wrote is on
     * disk (also when only `failed` wrote), else the reason why nothing of it is: what run returned
     * when there is no `failed`, what `failed` returned, or GW_EDB, GW_ETXGONE, GW_EFULL, GW_EIO,
     * GW_EBUSY. */
    void (*done)(struct job *job, int error);

    /* The worker's own. */
    struct job *next;
    int error;
    int queue;          /* enum worker_queue */
    uint64_t queued_at; /* uv_hrtime, for the histogram */
};

struct worker_options {
    struct store *store; /* used only by the worker's thread from worker_start to worker_stop */
    uv_loop_t *loop;
    int batch;               /* jobs a transaction, at most; 0 means 64 */
    int queue_limit;         /* waiting messages, at most; 0 means 10000 */
    struct metrics *metrics; /* may be NULL in tests */
    struct log *log;         /* may be NULL */
    /* Called on the loop's thread after commits that woke something (WAKE_*). May be NULL. */
    void (*woken)(void *context, unsigned what);
    /* Called on the worker's thread just before each commit, in the transaction; may be NULL. */
    int (*before_commit)(void *context, struct tx *tx);
    /* The clock of the batches, UTC seconds; NULL: the real one. */
    int64_t (*now)(void *context);
    void *context;
};

/* Starts the thread; the store is the worker's until it has stopped. GW_EIO with the fault. */
GW_MUSTCHECK int worker_start(const struct worker_options *options, struct worker **out,
                              struct fault *fault);

/* Hands a job over; any thread. GW_EBUSY when its queue is full, GW_ECLOSED once stopping: the job
 * is then still the caller's and `done` is not called. */
GW_MUSTCHECK int worker_put(struct worker *w, enum worker_queue queue, struct job *job);

/* False while the store cannot keep anything (a transaction was lost or the disk was full, and
 * nothing was kept since): what /readyz says. A failed worker tries a probe (store_probe) every
 * second, so it recovers without a message. Any thread. */
bool worker_healthy(const struct worker *w);
/* Jobs that wait in all queues. Any thread. */
int worker_waiting(const struct worker *w);

/* Takes no more jobs, finishes and commits what is queued, reports it, then calls `stopped` on the
 * loop's thread and frees the worker after it. */
void worker_stop(struct worker *w, void (*stopped)(void *context), void *context);

#endif
