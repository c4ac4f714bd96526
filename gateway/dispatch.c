/* Starting, stopping, and when to look: the dispatcher's timers and lines. */
#include "gateway/dispatch_internal.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"

enum {
    DEFAULT_IN_FLIGHT = 16,
    DEFAULT_TIMEOUT_MS = 10000,
    DEFAULT_LEASE_S = 60,
    DEFAULT_PAUSE_S = 900,
    DEFAULT_QUERY_MS = 3000,
    MS_NS = 1000000,
    RESERVED_SHARE = 8, /* an eighth of the places is kept for codes and replies */
};

static const int default_backoff_s[] = { 5, 15, 60, 300, 900 };

static void close_when_empty(struct dispatch *d);

/* Lines and queues. */

uint64_t dispatch_now(const struct dispatch *d)
{
    return uv_now(d->options.loop);
}

struct line *dispatch_line(const struct dispatch *d, struct slice lane)
{
    const struct dispatch_options *o = &d->options;
    int i = o->account ? o->account(o->context, lane) : 0;
    return &d->lines[i >= 0 && i < d->line_count ? i : d->line_count - 1];
}

bool line_paused(const struct dispatch *d, const struct line *l)
{
    return l->paused_until > dispatch_now(d);
}

/* One request at a time shows whether a broken account works again. */
int line_slots(const struct dispatch *d, const struct line *l)
{
    return l->broken ? 1 : d->options.in_flight;
}

int line_reserved(const struct dispatch *d, const struct line *l)
{
    return line_slots(d, l) / RESERVED_SHARE;
}

void queue_put(struct queue *q, struct send *s)
{
    s->behind = NULL;
    *(q->last ? &q->last->behind : &q->first) = s;
    q->last = s;
    q->count++;
}

void line_put(struct send *s)
{
    queue_put(&s->line->queues[s->row->priority <= OUTBOX_REPLY ? URGENT : OTHER], s);
}

int line_ready(const struct line *l)
{
    return l->queues[URGENT].count + l->queues[OTHER].count;
}

struct send *queue_take(struct queue *q)
{
    struct send *s = q->first;
    if (!s)
        return NULL;
    q->first = s->behind;
    if (!q->first)
        q->last = NULL;
    q->count--;
    s->behind = NULL;
    return s;
}

/* When to wake. */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t line_next(const struct dispatch *d, const struct line *l)
{
    if (line_paused(d, l))
        return l->paused_until;
    uint64_t next = line_ready(l) > 0 ? l->token : UINT64_MAX;
    for (int i = 0; i < QUEUES; i++) {
        if (!l->queues[i].more) /* more: room is what it waits for */
            next = earlier(next, l->queues[i].due);
    }
    return next;
}

static void note_due(struct dispatch *d, struct queue *q)
{
    if (q->due > dispatch_now(d))
        return;
    q->due = UINT64_MAX;
    q->more = d->force = true;
}

static void on_timer(uv_timer_t *timer)
{
    struct dispatch *d = timer->data;
    uint64_t now = dispatch_now(d);
    if (d->retry <= now) {
        d->retry = UINT64_MAX;
        d->force = d->lapsed = true;
        dispatch_store_again(d);
    }
    if (d->lapse <= now) {
        d->lapse = UINT64_MAX;
        d->lapsed = d->force = true;
    }
    for (int i = 0; i < d->line_count; i++) {
        note_due(d, &d->lines[i].queues[URGENT]);
        note_due(d, &d->lines[i].queues[OTHER]);
    }
    dispatch_soon(d);
}

/* Sleeps until something can be done, for ever if nothing can. */
static void rearm(struct dispatch *d, uint64_t asking)
{
    uint64_t now = dispatch_now(d);
    uint64_t next = earlier(d->retry, earlier(d->lapse, asking));
    for (int i = 0; i < d->line_count && !d->stopping; i++)
        next = earlier(next, line_next(d, &d->lines[i]));
    if (next == UINT64_MAX)
        uv_timer_stop(&d->timer);
    else if (uv_timer_start(&d->timer, on_timer, next > now ? next - now : 0, 0) != 0)
        abort(); /* fails only on a closing handle */
}

static void on_soon(uv_idle_t *idle)
{
    struct dispatch *d = idle->data;
    uv_idle_stop(idle);
    uint64_t asking = dispatch_ask_due(d);
    dispatch_pump(d);
    dispatch_look(d);
    rearm(d, asking);
    close_when_empty(d);
}

void dispatch_soon(struct dispatch *d)
{
    if (!uv_is_closing((uv_handle_t *)&d->soon) && uv_idle_start(&d->soon, on_soon) != 0)
        abort(); /* fails only without a callback */
}

void dispatch_retry(struct dispatch *d)
{
    d->retry = earlier(d->retry, dispatch_now(d) + DISPATCH_AGAIN_MS);
    dispatch_soon(d);
}

void dispatch_wake(struct dispatch *d)
{
    d->force = true;
    for (int i = 0; i < d->line_count; i++)
        d->lines[i].queues[URGENT].more = d->lines[i].queues[OTHER].more = true;
    dispatch_soon(d);
}

/* Starting. */

static void fill_defaults(struct dispatch_options *o)
{
    o->in_flight = o->in_flight > 0 ? o->in_flight : DEFAULT_IN_FLIGHT;
    o->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : DEFAULT_TIMEOUT_MS;
    o->lease_s = o->lease_s > 0 ? o->lease_s : DEFAULT_LEASE_S;
    o->pause_s = o->pause_s > 0 ? o->pause_s : DEFAULT_PAUSE_S;
    o->query_ms = o->query_ms > 0 ? o->query_ms : DEFAULT_QUERY_MS;
    if (!o->backoff_s || o->backoff_count <= 0) {
        o->backoff_s = default_backoff_s;
        o->backoff_count = sizeof(default_backoff_s) / sizeof(default_backoff_s[0]);
    }
}

static void on_grant(void *context)
{
    dispatch_soon(context);
}

static void open_lines(struct dispatch *d)
{
    const struct dispatch_options *o = &d->options;
    d->line_count = (o->account_count > 0 ? o->account_count : 0) + 1;
    d->lines = mem_alloc((size_t)d->line_count * sizeof(*d->lines));
    for (int i = 0; i < d->line_count; i++) {
        const struct dispatch_account own = { 0 };
        const struct dispatch_account *a = i < o->account_count ? &o->accounts[i] : &own;
        d->lines[i].rate = pool_open(a->name != NULL ? o->shared : NULL, a->name, a->rate, on_grant,
                                     d, uv_hrtime() / MS_NS);
        d->lines[i].token = UINT64_MAX;
        d->lines[i].queues[URGENT].due = d->lines[i].queues[OTHER].due = UINT64_MAX;
    }
}

int dispatch_start(const struct dispatch_options *options, struct dispatch **out,
                   struct fault *fault)
{
    struct dispatch *d = mem_alloc(sizeof(*d));
    struct dispatch_options *o = &d->options;
    *o = *options;
    fill_defaults(o);
    if ((int64_t)o->lease_s * 1000 <= o->timeout_ms) {
        free(d);
        return fault_set(fault, GW_EINVAL, "a lease must be longer than a request may take");
    }
    open_lines(d);
    d->retry = d->lapse = UINT64_MAX;
    digest_random(&d->owner, sizeof(d->owner));
    d->owner = (d->owner & INT64_MAX) | 1; /* 0 is nobody */
    d->lapsed = true;
    uv_timer_init(o->loop, &d->timer);
    uv_timer_init(o->loop, &d->grace);
    uv_idle_init(o->loop, &d->soon);
    d->timer.data = d->grace.data = d->soon.data = d;
    d->open_handles = 3;
    dispatch_wake(d);
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
    for (int i = 0; i < d->line_count; i++)
        pool_close(d->lines[i].rate);
    arena_free(&d->mark.arena);
    free(d->lines);
    free(d);
    stopped(context);
}

static void close_when_empty(struct dispatch *d)
{
    if (!d->stopping || d->in_hand > 0 || d->leasing || d->marking ||
        uv_is_closing((uv_handle_t *)&d->timer))
        return;
    uv_close((uv_handle_t *)&d->timer, on_handle_closed);
    uv_close((uv_handle_t *)&d->grace, on_handle_closed);
    uv_close((uv_handle_t *)&d->soon, on_handle_closed);
}

static void on_grace_over(uv_timer_t *timer)
{
    struct dispatch *d = timer->data;
    d->grace_over = true;
    for (struct send *s = d->first; s; s = s->next) {
        if (s->transfer)
            http_client_cancel(s->transfer);
    }
    dispatch_store_again(d);
    dispatch_soon(d);
}

void dispatch_stop(struct dispatch *d, int grace_ms, void (*stopped)(void *context), void *context)
{
    d->stopped = stopped;
    d->stopped_context = context;
    d->stopping = true;
    for (int i = 0; i < d->line_count; i++)
        line_put_back(&d->lines[i], 0, SLICE("stopping"));
    if (uv_timer_start(&d->grace, on_grace_over, grace_ms > 0 ? (uint64_t)grace_ms : 0, 0) != 0)
        abort(); /* fails only on a closing handle */
    dispatch_soon(d);
}
