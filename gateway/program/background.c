/* Timers run on the worker like messages, one a job; the loop wakes for the next one. Once an hour
 * what is past its retention is purged, a little at a time. */
#include <stdlib.h>

#include "gateway/program/counters.h"
#include "gateway/program/due.h"
#include "gateway/program/follow.h"
#include "gateway/program/gateway.h"
#include "gateway/program/message.h"
#include "gateway/program/seals.h"
#include "gateway/store/inbox.h"
#include "gateway/store/machines.h"
#include "gateway/store/outbox.h"
#include "gateway/store/outbox_number.h"
#include "gateway/store/parts.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/misses.h"

enum {
    PURGE_EVERY_MS = 60 * 60 * 1000,
    PURGE_ROWS = 200, /* a slice: well under 20 ms */
    DAY_S = 86400,
    PARKED_DAYS = 1,  /* a report waits for the outcome of a request, which takes seconds */
    SESSION_DAYS = 7, /* scripts.md 1.1: data of an unfinished registration is dropped */
    LONGEST_SLEEP_MS = 60 * 1000 /* the wall clock may be set: look at least this often */
};

struct background {
    struct gateway *g;
    struct job timers, purge;
    struct catalogue *catalogue; /* held while `timers` is queued */
    struct arena arena;
    uv_timer_t alarm, purger;
    bool timers_queued, purge_queued;
    bool more;                     /* another timer is due now */
    bool again;                    /* asked to look while a look was on its way */
    int64_t next_due;              /* 0: none */
    bool purge_again;              /* there may be more to purge */
    int64_t seen_days, inbox_days; /* set on the loop's thread before the job is handed over */
};

static struct background *of_timers(struct job *job)
{
    return (struct background *)((char *)job - offsetof(struct background, timers));
}

static struct background *of_purge(struct job *job)
{
    return (struct background *)((char *)job - offsetof(struct background, purge));
}

static int end_parts(struct background *b, const struct service *s, int64_t id, bool apology)
{
    int rc = message_parts_end(b->catalogue, s, id, apology);
    if (rc == 1)
        metrics_count(b->g->metrics, b->g->counters + COUNT_PARTS, MESSAGE_TIMED_OUT, 1);
    return rc;
}

static int run_kind(struct background *b, const struct service *s, const struct timer_row *row)
{
    int rc = follow_due(b->g, s, row->kind, row->subject);
    if (rc != 0)
        return rc;
    if (slice_eq(row->kind, SLICE(PARTS_TIMER)))
        return end_parts(b, s, row->subject, false);
    return due_run(s, row);
}

static int run_timer(struct job *job, struct tx *tx, int64_t now)
{
    struct background *b = of_timers(job);
    struct timer_row *rows;
    arena_reset(&b->arena);
    struct service s = installation_service(&b->g->in, tx, now, &b->arena);
    b->more = false;
    int n = timers_due(tx, now, 1, &b->arena, &rows);
    if (n < 0)
        return n;
    if (n == 1) {
        int rc = timers_take(tx, &rows[0]);
        if (rc > 0)
            rc = run_kind(b, &s, &rows[0]);
        if (rc < 0)
            return rc;
        b->more = true;
        metrics_count(b->g->metrics, b->g->counters + COUNT_TIMERS, 0, 1);
    }
    struct fault fault = { 0 };
    int sealed = n == 0 ? seals_write_one(&s, b->g->in.seal_file, &fault) : 0;
    if (sealed < 0) {
        log_fault(b->g->log, LOG_LEVEL_ERROR, "seal.failed", NO_TRACE, &fault);
        return sealed;
    }
    b->more = b->more || sealed > 0;
    return timers_next(tx, &b->next_due);
}

/* A timer that failed: a message gets its apology, everything else is put off, so that it does not
 * keep others waiting. */
static int instead(struct background *b, struct tx *tx, const struct timer_row *row, int64_t now)
{
    if (!slice_eq(row->kind, SLICE(PARTS_TIMER)))
        return due_postpone(tx, row, now, &b->arena);
    const struct service s = installation_service(&b->g->in, tx, now, &b->arena);
    int rc = timers_take(tx, row);
    return rc <= 0 ? rc : end_parts(b, &s, row->subject, true);
}

static int failed_timer(struct job *job, struct tx *tx, int64_t now, int error)
{
    struct background *b = of_timers(job);
    struct timer_row *rows;
    log_write(
        b->g->log, LOG_LEVEL_ERROR, "timer.failed", NO_TRACE,
        LOG_FIELDS(LOG_TEXT("error", gw_error_text(error)), LOG_TEXT("store", tx_error_text(tx))));
    int n = timers_due(tx, now, 1, &b->arena, &rows);
    if (n == 1)
        n = instead(b, tx, &rows[0], now);
    return n < 0 ? n : timers_next(tx, &b->next_due);
}

static void look(struct background *b);

static void on_alarm(uv_timer_t *timer)
{
    look(timer->data);
}

static void arm(struct background *b)
{
    int64_t wait = LONGEST_SLEEP_MS;
    if (b->next_due > 0) {
        int64_t ms = (b->next_due - installation_clock()) * 1000;
        wait = ms < 0 ? 0 : ms < wait ? ms : wait;
    }
    uv_timer_start(&b->alarm, on_alarm, (uint64_t)wait, 0);
}

static void done_timer(struct job *job, int error)
{
    struct background *b = of_timers(job);
    b->timers_queued = false;
    catalogue_release(b->catalogue);
    b->catalogue = NULL;
    if (b->g->stopping)
        return;
    if (error == 0 && (b->more || b->again))
        look(b);
    else
        arm(b);
}

static void look(struct background *b)
{
    if (b->timers_queued) {
        b->again = true;
        return;
    }
    b->again = false;
    b->next_due = 0;
    b->timers = (struct job){ .run = run_timer, .failed = failed_timer, .done = done_timer };
    b->catalogue = catalogue_hold(b->g->catalogue);
    b->timers_queued = worker_put(b->g->worker, WORKER_BACKGROUND, &b->timers) == GW_OK;
    if (!b->timers_queued) {
        catalogue_release(b->catalogue);
        b->catalogue = NULL;
    }
    if (!b->timers_queued && !b->g->stopping)
        uv_timer_start(&b->alarm, on_alarm, 1000, 0);
}

static int run_purge(struct job *job, struct tx *tx, int64_t now)
{
    struct background *b = of_purge(job);
    int64_t texts_before = now - b->inbox_days * DAY_S;
    int texts = inbox_purge(tx, now - b->seen_days * DAY_S, texts_before, PURGE_ROWS);
    int sends = texts < 0 ? texts : outbox_purge(tx, texts_before, PURGE_ROWS);
    if (sends >= 0) {
        int counted = outbox_number_purge(tx, now, PURGE_ROWS);
        sends = counted < 0 ? counted : sends + counted;
    }
    if (sends >= 0) {
        int parked = outbox_purge_parked(tx, now - PARKED_DAYS * DAY_S, PURGE_ROWS);
        sends = parked < 0 ? parked : sends + parked;
    }
    int misses = sends < 0 ? sends : misses_purge(tx, texts_before, PURGE_ROWS);
    int more =
        misses < 0 ? misses : people_purge_sessions(tx, now - SESSION_DAYS * DAY_S, PURGE_ROWS);
    int machines = more < 0 ? more : machines_purge(tx, now, PURGE_ROWS);
    if (machines < 0)
        return machines;
    b->purge_again = machines == PURGE_ROWS || more == 1 || texts + sends + misses >= PURGE_ROWS;
    return more < 0 ? more : GW_OK;
}

static void purge(struct background *b);

static void done_purge(struct job *job, int error)
{
    struct background *b = of_purge(job);
    b->purge_queued = false;
    if (error == 0 && b->purge_again && !b->g->stopping)
        purge(b);
}

static void purge(struct background *b)
{
    if (b->purge_queued)
        return;
    b->seen_days = config_int(gateway_config(b->g), "retention.seen_days");
    b->inbox_days = config_int(gateway_config(b->g), "retention.inbox_days");
    b->purge = (struct job){ .run = run_purge, .done = done_purge };
    b->purge_queued = worker_put(b->g->worker, WORKER_BACKGROUND, &b->purge) == GW_OK;
}

static void on_purger(uv_timer_t *timer)
{
    purge(timer->data);
}

int background_start(struct gateway *g, struct fault *fault)
{
    struct background *b = mem_alloc(sizeof *b);
    b->g = g;
    g->background = b;
    int rc = uv_timer_init(&g->loop, &b->alarm);
    if (rc == 0)
        rc = uv_timer_init(&g->loop, &b->purger);
    if (rc == 0)
        rc = uv_timer_start(&b->purger, on_purger, 0, PURGE_EVERY_MS);
    if (rc != 0)
        return fault_set(fault, GW_EIO, "the loop gives no timer: %s", uv_strerror(rc));
    b->alarm.data = b;
    b->purger.data = b;
    look(b);
    return GW_OK;
}

void background_wake(struct gateway *g)
{
    if (g->background != NULL && !g->stopping)
        look(g->background);
}

void background_stop(struct gateway *g)
{
    struct background *b = g->background;
    if (b == NULL)
        return;
    uv_timer_stop(&b->alarm);
    uv_timer_stop(&b->purger);
    if (!uv_is_closing((uv_handle_t *)&b->alarm)) {
        uv_close((uv_handle_t *)&b->alarm, NULL);
        uv_close((uv_handle_t *)&b->purger, NULL);
    }
}

void background_free(struct gateway *g)
{
    if (g->background == NULL)
        return;
    arena_free(&g->background->arena);
    free(g->background);
    g->background = NULL;
}
