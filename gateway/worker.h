/* The writing threads: each takes all that waits (up to a limit), runs it in one transaction with a
 * savepoint a job, commits once, then reports each job on the loop's thread. That is group commit:
 * the busier the gateway, the more jobs share one fsync.
 *
 * Knows nothing of what a job does. Three queues, in this order: messages, outcomes (send results
 * and receipts), background. Outcomes are short and cost mostly their commit: on SQLite a
 * transaction takes three times as many of them besides, on PostgreSQL, which keeps few savepoints
 * in memory, an eighth of each batch is kept for them; and at least one background job runs each
 * second, so that neither starves while messages pour in; while only outcomes do, one runs in every
 * other batch. Background jobs together get at most 20 ms of a batch
 * and stop when a message arrives; a long task does one short step and puts itself again.
 *
 * SQLite has one thread. On PostgreSQL there are as many as connections are given; the jobs of one
 * lane go to one of them and keep their order. The messages of a batch are run in the order of
 * their lanes there, which is the same in every gateway, so that two of them seldom wait for each
 * other crosswise; and a batch that another transaction got in the way of, or that was lost with
 * its connection, is run again: as a whole, then job by job. */
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
    /* On a worker's thread, inside a savepoint: 0 or more keeps its writes, GW_E* undoes them.
     * `now` is UTC seconds of the batch by the store's clock (tx_now). On PostgreSQL it may be
     * called again, after nothing of the call before was kept. */
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

    /* Jobs of one lane are run by one thread in the order in which they were put: a number made of
     * the sender for messages, 0 for what has no sender. */
    uint64_t lane;

    /* The worker's own. */
    struct job *next;
    int error;
    int queue;          /* enum worker_queue */
    uint64_t queued_at; /* uv_hrtime, for the histogram */
};

struct worker_options {
    struct store *store; /* used only by the worker's thread from worker_start to worker_stop */
    /* Further connections, a thread for each; NULL and 0 for SQLite. */
    struct store *const *more;
    int more_count;
    uv_loop_t *loop;
    int batch;       /* messages a transaction, at most; 0 means 64, or 32 jobs of all kinds on
                        PostgreSQL */
    int queue_limit; /* waiting messages, at most; 0 means 10000 */
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

enum { WORKER_THREADS = 64 }; /* at most */

/* Starts the threads; the stores are the worker's until it has stopped. GW_EIO with the fault. */
GW_MUSTCHECK int worker_start(const struct worker_options *options, struct worker **out,
                              struct fault *fault);

/* The threads, and which of them runs a lane: 0 to one less. */
int worker_threads(const struct worker *w);
int worker_thread_of(const struct worker *w, uint64_t lane);

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
