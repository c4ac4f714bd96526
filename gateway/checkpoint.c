#include "gateway/checkpoint.h"

#include <stdbool.h>
#include <stdlib.h>

#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/store/store.h"

enum { DEFAULT_EVERY_MS = 500 };

struct checkpoint {
    struct store *store; /* the pool's thread while `busy`, else the loop's */
    const struct metrics *metrics;
    struct log *log;
    uv_timer_t timer;
    uv_work_t work;
    int result;
    int64_t commits; /* when it last ran */
    bool busy;
    bool stopping;
    void (*stopped)(void *context);
    void *stopped_context;
};

static void on_work(uv_work_t *work)
{
    struct checkpoint *c = work->data;
    c->result = store_checkpoint(c->store);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct checkpoint *c = handle->data;
    void (*stopped)(void *context) = c->stopped;
    void *context = c->stopped_context;
    store_close(c->store);
    free(c);
    stopped(context);
}

static void close_timer(struct checkpoint *c)
{
    uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

static void on_worked(uv_work_t *work, int status)
{
    struct checkpoint *c = work->data;
    (void)status; /* it is never cancelled */
    c->busy = false;
    /* Another checkpoint under way, in the writer or another process, is as good. */
    if (c->result < 0 && c->result != GW_EBUSY)
        log_write(c->log, LOG_LEVEL_WARN, "store.checkpoint_failed", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("error", gw_error_text(c->result)),
                             LOG_TEXT("words", store_error_text(c->store))));
    if (c->result != 0)
        c->commits = -1; /* something is left */
    if (c->stopping)
        close_timer(c);
}

static void on_timer(uv_timer_t *timer)
{
    struct checkpoint *c = timer->data;
    int64_t commits = metrics_value(c->metrics, METRIC_COMMITS, 0);
    if (c->busy || (c->metrics && commits == c->commits))
        return;
    c->commits = commits;
    c->busy = uv_queue_work(timer->loop, &c->work, on_work, on_worked) == 0;
}

int checkpoint_start(const struct checkpoint_options *options, struct checkpoint **out,
                     struct fault *fault)
{
    struct checkpoint *c = mem_alloc(sizeof(*c));
    const struct store_options store = { .path = options->path };
    int rc = store_open(&store, &c->store, fault);
    if (rc != 0) {
        free(c);
        return rc;
    }
    uint64_t every = (uint64_t)(options->every_ms > 0 ? options->every_ms : DEFAULT_EVERY_MS);
    c->metrics = options->metrics;
    c->log = options->log;
    c->commits = -1;
    c->work.data = c;
    uv_timer_init(options->loop, &c->timer);
    c->timer.data = c;
    if (uv_timer_start(&c->timer, on_timer, every, every) != 0)
        abort(); /* fails only on a closing handle */
    *out = c;
    return 0;
}

void checkpoint_stop(struct checkpoint *c, void (*stopped)(void *context), void *context)
{
    c->stopped = stopped;
    c->stopped_context = context;
    c->stopping = true;
    uv_timer_stop(&c->timer);
    if (!c->busy)
        close_timer(c);
}
