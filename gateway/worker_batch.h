/* One transaction of the worker: a savepoint a job, one commit. Used by worker.c alone, on its
 * thread. */
#ifndef GATEWAY_WORKER_BATCH_H
#define GATEWAY_WORKER_BATCH_H

#include "gateway/worker.h"

struct batch_runner {
    const struct worker_options *options;
    struct store *store; /* the thread's connection */
    /* Whether a message has arrived meanwhile, so that background work gives way. */
    bool (*message_waits)(void *context);
    void *context;
};

struct batch_end {
    bool store_failed; /* the transaction was lost, or a job could not write for lack of room */
    int kept;          /* jobs whose writes are on disk */
    int background;    /* background jobs that had their turn */
    unsigned woken;    /* WAKE_* */
    int again;         /* why nothing was kept and it can be tried again, GW_E*; 0: it need not */
};

/* Runs the jobs of the list in its order and sets `error` of each. Returns the first job that had
 * no turn (it and all behind it are background), or NULL. `patient`: waits a while for a database
 * that is away. */
struct job *batch_run(const struct batch_runner *r, struct job *first, bool patient,
                      struct batch_end *end);

/* 0 when the store can write and commit. */
int batch_probe(const struct batch_runner *r);

#endif
