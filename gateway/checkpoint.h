/* Moves what commits have logged into the database file itself, on a thread of libuv's pool and a
 * connection of its own, so that no commit has to stop for it. Give the writer
 * store_options.checkpoint_pages = CHECKPOINT_PAGES: it then does so itself only when this falls
 * behind. */
#ifndef GATEWAY_CHECKPOINT_H
#define GATEWAY_CHECKPOINT_H

#include <uv.h>

#include "gateway/base/error.h"

struct checkpoint;
struct log;
struct metrics;

/* Pages of 4 KiB, so that the log stays at some 32 MiB also then. */
enum { CHECKPOINT_PAGES = 8000 };

struct checkpoint_options {
    uv_loop_t *loop;
    const char *path; /* the database file, which exists */
    int every_ms;     /* 0 means 500 */
    const struct metrics
        *metrics;    /* METRIC_COMMITS tells whether there is anything to do; NULL: always */
    struct log *log; /* may be NULL */
};

/* All on the loop's thread. What store_open gives, with the fault. */
GW_MUSTCHECK int checkpoint_start(const struct checkpoint_options *options, struct checkpoint **out,
                                  struct fault *fault);
/* `stopped` runs after the last handle is gone and the connection is closed. */
void checkpoint_stop(struct checkpoint *c, void (*stopped)(void *context), void *context);

#endif
