#include "gateway/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/store/people.h"

enum {
    DEFAULT_IN_FLIGHT = 16,
    DEFAULT_TIMEOUT_MS = 10000,
    DEFAULT_LEASE_S = 60,
    AGAIN_MS = 1000, /* after a transaction that was lost */
    STORE_TRIES = 600,
    /* The loop's timers do not see steps of the wall clock, so a long wait is looked at again. */
    LONGEST_WAIT_S = 600,
    JITTER_PERCENT = 20,
};

static const int default_backoff_s[] = { 5, 15, 60, 300, 900 };

/* Rows leased together share an arena and the transactions that lease and mark them. */
struct group {
    struct job job; /* first */
    struct dispatch *d;
    struct arena arena;
    struct outbox_row *rows;
    struct send *sends; /* one a row */
    int wanted, count;
    int holders; /* sends in hand, and one for a job with the worker */
    int64_t now;
    int64_t due; /* when the next row can go or a lease ends, valid when due_known */
    bool due_known;
};

/* One row in hand: leased → marked → on its way → its outcome stored. */
struct send {
    struct job job; /* first: stores the outcome */
    struct group *group;
    struct send *prev, *next; /* all that are in hand */
    const struct outbox_row *row;
    struct dispatch_plan plan;
    struct http_transfer *transfer; /* NULL when no request is under way */
    uint64_t begun_at;
    bool marked;                   /* `sending` is committed */
    bool unreachable;              /* the recipient is to be marked so */
    struct dispatch_plan admitted; /* what admit said in the transaction that marks */
    bool unstored;                 /* the store did not take the outcome yet */
    int tries;
    enum outbox_outcome outcome;
    struct slice provider_id, reason;
    int64_t at,
        wait_s; /* the next attempt: at `at`, or when 0 so many seconds after the transaction */
};

struct dispatch {
    struct dispatch_options options;
    int64_t owner;
    uv_timer_t timer; /* the next row's time, or another try */
    uv_timer_t grace;
    int open_handles;
    struct send *first; /* rows in hand */
    int in_flight;
    int unstored;
    bool leasing; /* a lease is with the worker */
    bool marking; /* a group is with the worker to be marked */
    bool again;   /* there may be more to lease than there was room for */
    bool stopping, grace_over;
    void (*stopped)(void *context);
    void *stopped_context;
};

static void look(struct dispatch *d);
static void close_when_empty(struct dispatch *d);
static void on_timer(uv_timer_t *timer);

static void arm(struct dispatch *d, int64_t wait_ms)
{
    uint64_t ms = wait_ms > 0 ? (uint64_t)wait_ms : 0;
    if (uv_is_closing((uv_handle_t *)&d->timer))
        return;
    if (uv_is_active((uv_handle_t *)&d->timer) && uv_timer_get_due_in(&d->timer) <= ms)
        return;
    if (uv_timer_start(&d->timer, on_timer, ms, 0) != 0)
        abort(); /* fails only on a closing handle */
}

static void group_release(struct group *g)
{
    if (--g->holders > 0)
        return;
    arena_free(&g->arena);
    free(g);
}

static void show_in_flight(struct dispatch *d)
{
    metrics_set(d->options.metrics, METRIC_SENDS_IN_FLIGHT, 0, d->in_flight);
}

static void send_begin(struct dispatch *d, struct group *g, struct send *s,
                       const struct outbox_row *row)
{
    s->group = g;
    s->row = row;
    s->next = d->first;
    if (s->next)
        s->next->prev = s;
    d->first = s;
    d->in_flight++;
    g->holders++;
    show_in_flight(d);
}

/* The row is out of our hands: its outcome is stored, or its lease will end. */
static void send_end(struct send *s)
{
    struct dispatch *d = s->group->d;
    *(s->prev ? &s->prev->next : &d->first) = s->next;
    if (s->next)
        s->next->prev = s->prev;
    d->in_flight--;
    show_in_flight(d);
    group_release(s->group);
    if (d->again)
        look(d);
    close_when_empty(d);
}

/* Outcomes. */

static int run_outcome(struct job *job, struct tx *tx, int64_t now)
{
    struct send *s = (struct send *)job;
    int64_t at = s->at ? s->at : now + s->wait_s;
    int rc = outbox_outcome(tx, s->row->id, s->group->d->owner, s->row->attempt, s->outcome,
                            s->provider_id, s->reason, at, now);
    if (rc == 1 && s->unreachable)
        rc = people_unreachable(tx, s->row->address, s->reason, now);
    return rc;
}

static void send_unstored(struct send *s, int error)
{
    struct dispatch *d = s->group->d;
    if (d->grace_over || ++s->tries > STORE_TRIES) {
        log_write(d->options.log, LOG_LEVEL_ERROR, "send.outcome_lost", s->row->trace,
                  LOG_FIELDS(LOG_ID("id", s->row->id), LOG_TEXT("error", gw_error_text(error))));
        send_end(s);
        return;
    }
    s->unstored = true;
    d->unstored++;
    arm(d, AGAIN_MS);
}

static void on_outcome_stored(struct job *job, int error)
{
    struct send *s = (struct send *)job;
    if (error)
        send_unstored(s, error);
    else
        send_end(s);
}

static void store_outcome(struct send *s)
{
    struct dispatch *d = s->group->d;
    s->job = (struct job){ .run = run_outcome, .done = on_outcome_stored };
    int rc = worker_put(d->options.worker, WORKER_OUTCOMES, &s->job);
    if (rc != 0)
        send_unstored(s, rc);
}

static int64_t backoff_s(const struct dispatch *d, int attempt)
{
    int i = attempt > 1 ? attempt - 1 : 0;
    if (i >= d->options.backoff_count)
        i = d->options.backoff_count - 1;
    int percent = 100 - JITTER_PERCENT + (int)digest_random_below(2 * JITTER_PERCENT + 1);
    return ((int64_t)d->options.backoff_s[i] * percent + 50) / 100;
}

static void settle(struct send *s, enum outbox_outcome outcome, struct slice reason, int status)
{
    static const char *const names[] = { "ok", "later", "refused", "unknown", "needless" };
    struct dispatch *d = s->group->d;
    s->outcome = outcome;
    s->reason = reason;
    int64_t wait_s = backoff_s(d, s->row->attempt);
    if (s->wait_s < wait_s)
        s->wait_s = wait_s;
    metrics_count(d->options.metrics, METRIC_SENDS, (int)outcome, 1);
    log_write(d->options.log, outcome == OUTBOX_OK ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "send",
              s->row->trace,
              LOG_FIELDS(LOG_ID("id", s->row->id), LOG_SLICE("account", s->row->account),
                         LOG_TEXT("outcome", names[outcome]), LOG_INT("attempt", s->row->attempt),
                         LOG_INT("status", status), LOG_SLICE("reason", reason)));
    store_outcome(s);
}

/* Requests. */

static void on_fetched(void *context, const struct http_fetched *result)
{
    struct send *s = context;
    struct dispatch *d = s->group->d;
    struct dispatch_reading reading = { 0 };
    s->transfer = NULL;
    metrics_observe(d->options.metrics, METRIC_STAGE, STAGE_SEND, uv_hrtime() - s->begun_at);
    d->options.read(d->options.context, s->row, result, &s->group->arena, &reading);
    s->provider_id = reading.provider_id;
    s->wait_s = reading.retry_after;
    s->unreachable = reading.unreachable;
    settle(s, reading.outcome, reading.reason, result->status);
}

static void send_request(struct send *s)
{
    struct dispatch *d = s->group->d;
    if (d->stopping) { /* marked, but nothing was written */
        s->at = s->group->now;
        settle(s, OUTBOX_LATER, SLICE("stopping"), 0);
        return;
    }
    if (s->plan.fetch.timeout_ms <= 0 || s->plan.fetch.timeout_ms > d->options.timeout_ms)
        s->plan.fetch.timeout_ms = d->options.timeout_ms;
    s->begun_at = uv_hrtime();
    s->transfer = http_client_send(d->options.http, &s->plan.fetch, on_fetched, s);
}

/* Marking: `sending` is on disk before a byte is written. */

static bool to_be_sent(const struct send *s)
{
    return s->plan.kind == DISPATCH_SEND;
}

static enum outbox_outcome outcome_of(enum dispatch_plan_kind kind)
{
    return kind == DISPATCH_LATER    ? OUTBOX_LATER
           : kind == DISPATCH_REFUSE ? OUTBOX_REFUSED
                                     : OUTBOX_NEEDLESS;
}

/* Asks whether the row may still go, and marks it or settles it in the same transaction. */
static int mark_one(struct send *s, struct tx *tx, int64_t now)
{
    struct dispatch *d = s->group->d;
    const struct dispatch_options *o = &d->options;
    struct dispatch_plan *said = &s->admitted;
    *said = (struct dispatch_plan){ 0 };
    int rc = o->admit ? o->admit(o->context, tx, s->row, now, &s->group->arena, said) : 0;
    if (rc < 0)
        return rc;
    s->marked = false;
    if (said->kind != DISPATCH_SEND)
        return outbox_outcome(tx, s->row->id, d->owner, s->row->attempt, outcome_of(said->kind),
                              SLICE(""), said->reason,
                              said->at ? said->at : now + backoff_s(d, s->row->attempt), now);
    rc = outbox_sending(tx, s->row->id, d->owner, s->row->attempt, now, o->lease_s,
                        s->plan.segments, s->plan.price);
    s->marked = rc == 1;
    return rc;
}

static int run_mark(struct job *job, struct tx *tx, int64_t now)
{
    struct group *g = (struct group *)job;
    int rc = 0;
    for (int i = 0; i < g->count && rc >= 0; i++) {
        if (to_be_sent(&g->sends[i]))
            rc = mark_one(&g->sends[i], tx, now);
    }
    return rc < 0 ? rc : 0;
}

static void on_marked(struct job *job, int error)
{
    struct group *g = (struct group *)job;
    struct dispatch *d = g->d;
    d->marking = false;
    if (error) /* the leases end by themselves */
        arm(d, AGAIN_MS);
    for (int i = 0; i < g->count; i++) {
        struct send *s = &g->sends[i];
        if (!to_be_sent(s))
            continue;
        if (error || !s->marked)
            send_end(s);
        else
            send_request(s);
    }
    group_release(g);
    if (d->again)
        look(d);
    close_when_empty(d);
}

static void mark(struct group *g)
{
    g->holders++;
    g->d->marking = true;
    g->job = (struct job){ .run = run_mark, .done = on_marked };
    int rc = worker_put(g->d->options.worker, WORKER_OUTCOMES, &g->job);
    if (rc != 0)
        on_marked(&g->job, rc);
}

/* Leasing. */

static int lease_lane(struct group *g, struct tx *tx, struct slice lane,
                      const struct dispatch_options *o)
{
    struct outbox_row *rows;
    int64_t due;
    const struct outbox_lease l = {
        .owner = g->d->owner, .lane = lane, .seconds = o->lease_s, .limit = g->wanted - g->count
    };
    int n = l.limit > 0 ? outbox_lease(tx, o->vault, &l, g->now, &g->arena, &rows) : 0;
    if (n < 0)
        return n;
    if (n > 0)
        memcpy(g->rows + g->count, rows, (size_t)n * sizeof(*rows));
    g->count += n;
    int rc = outbox_next_due(tx, lane, &due);
    if (rc == 1 && (!g->due_known || due < g->due)) {
        g->due = due;
        g->due_known = true;
    }
    return rc;
}

static int run_lease(struct job *job, struct tx *tx, int64_t now)
{
    struct group *g = (struct group *)job;
    const struct dispatch_options *o = &g->d->options;
    struct slice *lanes;
    g->now = now;
    int rc = outbox_take_back(tx, now);
    int n = rc < 0 ? rc : outbox_lanes(tx, &g->arena, &lanes);
    g->rows = arena_alloc(&g->arena, (size_t)g->wanted * sizeof(*g->rows));
    rc = n < 0 ? n : outbox_next_lapse(tx, &g->due);
    g->due_known = rc == 1;
    for (int i = 0; i < n && rc >= 0; i++)
        rc = lease_lane(g, tx, lanes[i], o);
    return rc;
}

/* Asks what to do with each row; 1 when there is something to mark. */
static bool plan_all(struct group *g)
{
    struct dispatch *d = g->d;
    bool any = false;
    g->sends = arena_alloc(&g->arena, (size_t)(g->count ? g->count : 1) * sizeof(*g->sends));
    for (int i = 0; i < g->count; i++) {
        struct send *s = &g->sends[i];
        send_begin(d, g, s, &g->rows[i]);
        d->options.plan(d->options.context, s->row, g->now, &g->arena, &s->plan);
        any = any || to_be_sent(s);
    }
    for (int i = 0; i < g->count; i++) {
        struct send *s = &g->sends[i];
        if (to_be_sent(s))
            continue;
        s->at = s->plan.kind == DISPATCH_LATER ? s->plan.at : 0;
        settle(s, outcome_of(s->plan.kind), s->plan.reason, 0);
    }
    return any;
}

/* Sleeps until the next row's time. */
static void arm_for_due(struct dispatch *d, const struct group *g)
{
    if (!d->unstored)
        uv_timer_stop(&d->timer);
    if (g->count == g->wanted)
        d->again = true;
    if (!g->due_known)
        return;
    int64_t wait_s = g->due - g->now;
    if (wait_s > LONGEST_WAIT_S)
        wait_s = LONGEST_WAIT_S;
    arm(d, wait_s > 0 ? wait_s * 1000 : AGAIN_MS);
}

static void on_leased(struct job *job, int error)
{
    struct group *g = (struct group *)job;
    struct dispatch *d = g->d;
    d->leasing = false;
    if (error) {
        arm(d, AGAIN_MS);
    } else if (!d->stopping) { /* else the leases end by themselves */
        arm_for_due(d, g);
        if (plan_all(g))
            mark(g);
    }
    group_release(g);
    if (d->again)
        look(d);
    close_when_empty(d);
}

static void look(struct dispatch *d)
{
    int room = d->options.in_flight - d->in_flight;
    int worth = d->options.in_flight / 4 > 1 ? d->options.in_flight / 4 : 1;
    if (d->stopping)
        return;
    d->again = d->leasing || d->marking || room < worth;
    if (d->again)
        return;
    struct group *g = mem_alloc(sizeof(*g));
    g->d = d;
    g->wanted = room;
    g->holders = 1;
    g->job = (struct job){ .run = run_lease, .done = on_leased };
    if (worker_put(d->options.worker, WORKER_OUTCOMES, &g->job) == 0) {
        d->leasing = true;
    } else {
        group_release(g);
        arm(d, AGAIN_MS);
    }
}

void dispatch_wake(struct dispatch *d)
{
    look(d);
}

static void store_again(struct dispatch *d)
{
    struct send *next;
    for (struct send *s = d->first; s; s = next) {
        next = s->next;
        if (!s->unstored)
            continue;
        s->unstored = false;
        d->unstored--;
        store_outcome(s);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct dispatch *d = timer->data;
    store_again(d);
    look(d);
}

int dispatch_start(const struct dispatch_options *options, struct dispatch **out,
                   struct fault *fault)
{
    struct dispatch *d = mem_alloc(sizeof(*d));
    struct dispatch_options *o = &d->options;
    *o = *options;
    o->in_flight = o->in_flight > 0 ? o->in_flight : DEFAULT_IN_FLIGHT;
    o->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : DEFAULT_TIMEOUT_MS;
    o->lease_s = o->lease_s > 0 ? o->lease_s : DEFAULT_LEASE_S;
    if (!o->backoff_s || o->backoff_count <= 0) {
        o->backoff_s = default_backoff_s;
        o->backoff_count = sizeof(default_backoff_s) / sizeof(default_backoff_s[0]);
    }
    if ((int64_t)o->lease_s * 1000 <= o->timeout_ms) {
        free(d);
        return fault_set(fault, GW_EINVAL, "a lease must be longer than a request may take");
    }
    digest_random(&d->owner, sizeof(d->owner));
    d->owner = (d->owner & INT64_MAX) | 1; /* 0 is nobody */
    uv_timer_init(o->loop, &d->timer);
    uv_timer_init(o->loop, &d->grace);
    d->timer.data = d->grace.data = d;
    d->open_handles = 2;
    look(d);
    *out = d;
    return 0;
}

/* Stopping. */

static void on_handle_closed(uv_handle_t *handle)
{
    struct dispatch *d = handle->data;
    if (--d->open_handles > 0)
        return;
    void (*stopped)(void *context) = d->stopped;
    void *context = d->stopped_context;
    free(d);
    stopped(context);
}

static void close_when_empty(struct dispatch *d)
{
    if (!d->stopping || d->in_flight > 0 || d->leasing || d->marking ||
        uv_is_closing((uv_handle_t *)&d->timer))
        return;
    uv_close((uv_handle_t *)&d->timer, on_handle_closed);
    uv_close((uv_handle_t *)&d->grace, on_handle_closed);
}

static void on_grace_over(uv_timer_t *timer)
{
    struct dispatch *d = timer->data;
    d->grace_over = true;
    for (struct send *s = d->first; s; s = s->next) {
        if (s->transfer)
            http_client_cancel(s->transfer);
    }
    store_again(d);
}

void dispatch_stop(struct dispatch *d, int grace_ms, void (*stopped)(void *context), void *context)
{
    d->stopped = stopped;
    d->stopped_context = context;
    d->stopping = true;
    if (uv_timer_start(&d->grace, on_grace_over, grace_ms > 0 ? (uint64_t)grace_ms : 0, 0) != 0)
        abort(); /* fails only on a closing handle */
    close_when_empty(d);
}
