/* Sending: rows that are ready get a place and a token, are marked in one transaction, written to
 * the provider, and their outcome is stored. A place is taken from the mark to the stored outcome,
 * so that a crash leaves no more rows in doubt than there are places. */
#include "gateway/dispatch_internal.h"

#include "gateway/base/digest.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/store/people.h"

enum { STORE_TRIES = 600, JITTER_PERCENT = 20, MS_NS = 1000000 };

static const char *const outcome_names[OUTBOX_OUTCOMES] = { "ok",      "later",    "refused",
                                                            "unknown", "needless", "again" };

static void show_in_flight(struct dispatch *d)
{
    int slots = 0;
    for (int i = 0; i < d->line_count; i++)
        slots += d->lines[i].slots;
    metrics_set(d->options.metrics, METRIC_SENDS_IN_FLIGHT, 0, slots);
}

void send_begin(struct group *g, struct send *s, const struct outbox_row *row)
{
    struct dispatch *d = g->d;
    s->group = g;
    s->row = row;
    s->owner = d->owner;
    s->next = d->first;
    if (s->next)
        s->next->prev = s;
    d->first = s;
    d->in_hand++;
    g->holders++;
}

static void take_slot(struct send *s)
{
    s->has_slot = true;
    s->line->slots++;
}

static void free_slot(struct send *s)
{
    s->line->slots -= s->has_slot;
    s->has_slot = false;
}

/* The row is out of our hands: its outcome is stored, or its lease will end. */
void send_end(struct send *s)
{
    struct dispatch *d = s->group->d;
    free_slot(s);
    *(s->prev ? &s->prev->next : &d->first) = s->next;
    if (s->next)
        s->next->prev = s->prev;
    d->in_hand--;
    show_in_flight(d);
    group_release(s->group);
    dispatch_soon(d);
}

/* Outcomes. */

/* The reason is the answer's, or that of a report which came before it. */
static int tell_number(struct send *s, struct tx *tx, enum outbox_number number, bool reported,
                       int64_t now)
{
    const struct dispatch_options *o = &s->group->d->options;
    struct arena a = { 0 }; /* the group's is the loop's */
    struct outbox_row row = { .reason = s->reason };
    int rc = reported ? outbox_get(tx, o->vault, s->row->id, &a, &row) : 1;
    if (rc == 1)
        rc = outbox_number_said(tx, s->row->address, number, row.reason, now);
    if (rc == 1 && o->number_said)
        rc = o->number_said(o->context, tx, s->row, number, row.reason, now, &a);
    arena_free(&a);
    return rc < 0 ? rc : 0;
}

static int run_outcome(struct job *job, struct tx *tx, int64_t now)
{
    struct send *s = (struct send *)job;
    int64_t at = s->at ? s->at : now + s->wait_s;
    int rc = outbox_outcome(tx, s->row->id, s->owner, s->row->attempt, s->outcome, s->provider_id,
                            s->reason, at, now);
    if (rc > OUTBOX_NOTED)
        return tell_number(s, tx, (enum outbox_number)(rc - OUTBOX_NOTED), true, now);
    if (rc == OUTBOX_NOTED && s->unreachable && s->opted_out)
        rc = people_unreachable(tx, s->row->address, s->reason, now);
    else if (rc == OUTBOX_NOTED && s->unreachable)
        return tell_number(s, tx, OUTBOX_NUMBER_DEAD, false, now);
    return rc >= 0 && s->opted_out ? tell_number(s, tx, OUTBOX_NUMBER_REFUSES, false, now) : rc;
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
    s->stage = SEND_UNSTORED;
    d->unstored++;
    dispatch_retry(d);
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
    s->stage = SEND_STORING;
    s->job = (struct job){ .run = run_outcome, .done = on_outcome_stored };
    int rc = worker_put(d->options.worker, WORKER_OUTCOMES, &s->job);
    if (rc != 0)
        send_unstored(s, rc);
}

void dispatch_store_again(struct dispatch *d)
{
    struct send *next;
    for (struct send *s = d->unstored > 0 ? d->first : NULL; s; s = next) {
        next = s->next;
        if (s->stage != SEND_UNSTORED)
            continue;
        d->unstored--;
        store_outcome(s);
    }
}

static int64_t backoff_s(const struct dispatch *d, const struct outbox_row *row)
{
    int tried = row->attempt - row->spared;
    int i = tried > 1 ? tried - 1 : 0;
    if (i >= d->options.backoff_count)
        i = d->options.backoff_count - 1;
    int percent = 100 - JITTER_PERCENT + (int)digest_random_below(2 * JITTER_PERCENT + 1);
    return ((int64_t)d->options.backoff_s[i] * percent + 50) / 100;
}

enum outbox_outcome send_outcome_of(const struct dispatch_plan *plan)
{
    if (plan->kind == DISPATCH_LATER && plan->at != 0) /* nothing went wrong */
        return OUTBOX_AGAIN;
    static const enum outbox_outcome table[] = {
        [DISPATCH_SEND] = OUTBOX_OK, /* never asked for */
        [DISPATCH_LATER] = OUTBOX_LATER,
        [DISPATCH_REFUSE] = OUTBOX_REFUSED,
        [DISPATCH_NEEDLESS] = OUTBOX_NEEDLESS,
    };
    return table[plan->kind];
}

static void tell(struct send *s, enum outbox_outcome outcome, struct slice reason, int status)
{
    struct dispatch *d = s->group->d;
    bool fine = outcome == OUTBOX_OK || outcome == OUTBOX_NEEDLESS || outcome == OUTBOX_AGAIN;
    metrics_count(d->options.metrics, METRIC_SENDS, (int)outcome, 1);
    log_write(d->options.log, fine ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "send", s->row->trace,
              LOG_FIELDS(LOG_ID("id", s->row->id), LOG_SLICE("account", s->row->account),
                         LOG_TEXT("outcome", outcome_names[outcome]),
                         LOG_INT("attempt", s->row->attempt), LOG_INT("status", status),
                         LOG_SLICE("reason", reason)));
}

void send_settle(struct send *s, enum outbox_outcome outcome, struct slice reason, int status)
{
    s->outcome = outcome;
    s->reason = reason;
    bool over = outcome == OUTBOX_OK || outcome == OUTBOX_REFUSED || outcome == OUTBOX_NEEDLESS;
    int64_t wait_s = over || outcome == OUTBOX_AGAIN ? 0 : backoff_s(s->group->d, s->row);
    if (s->wait_s < wait_s)
        s->wait_s = wait_s;
    tell(s, outcome, reason, status);
    store_outcome(s);
}

void send_put_back(struct send *s, int64_t at, struct slice reason)
{
    s->outcome = OUTBOX_AGAIN;
    s->reason = reason;
    s->at = at ? at : s->group->now;
    store_outcome(s);
}

void line_put_back(struct line *l, int64_t at, struct slice reason)
{
    struct send *s;
    while ((s = queue_take(&l->queues[URGENT])) || (s = queue_take(&l->queues[OTHER])))
        send_put_back(s, at, reason);
}

/* What an answer says of its account. */

/* Until the provider says it may be tried again, and long enough not to be a nuisance. */
static void pause_line(struct send *s, struct slice reason, int64_t retry_after)
{
    struct dispatch *d = s->group->d;
    int64_t pause_s = retry_after > d->options.pause_s ? retry_after : d->options.pause_s;
    struct line *l = s->line;
    bool paused = line_paused(d, l);
    s->wait_s = pause_s;
    if (paused)
        return;
    l->broken = true;
    l->paused_until = dispatch_now(d) + (uint64_t)pause_s * 1000;
    line_put_back(l, s->group->now + pause_s, reason);
    if (d->options.account_broken)
        d->options.account_broken(d->options.context, (int)(l - d->lines), true, reason);
}

static void note_account(struct send *s, const struct dispatch_reading *r, int status)
{
    struct dispatch *d = s->group->d;
    struct line *l = s->line;
    if (r->broken) {
        pause_line(s, r->reason, r->retry_after);
        return;
    }
    if (r->slow_down)
        pool_slow_down(l->rate, s->begun_ns / MS_NS, (uint64_t)r->retry_after * 1000,
                       uv_hrtime() / MS_NS);
    if (!l->broken || status == 0 || line_paused(d, l))
        return;
    l->broken = false;
    if (d->options.account_broken)
        d->options.account_broken(d->options.context, (int)(l - d->lines), false, r->reason);
}

/* Requests. */

static void on_fetched(void *context, const struct http_fetched *result)
{
    struct send *s = context;
    struct dispatch *d = s->group->d;
    struct dispatch_reading reading = { .way = s->plan.way };
    s->transfer = NULL;
    metrics_observe(d->options.metrics, METRIC_STAGE, STAGE_SEND, uv_hrtime() - s->begun_ns);
    d->options.read(d->options.context, s->row, result, &s->group->arena, &reading);
    s->provider_id = reading.provider_id;
    s->wait_s = reading.retry_after;
    s->unreachable = reading.unreachable;
    s->opted_out = reading.opted_out;
    note_account(s, &reading, result->status);
    s->reason = reading.reason;
    if (reading.outcome != OUTBOX_UNKNOWN || !send_ask_later(s))
        send_settle(s, reading.outcome, reading.reason, result->status);
}

static void send_request(struct send *s)
{
    struct dispatch *d = s->group->d;
    if (d->stopping) { /* marked, but nothing was written */
        send_put_back(s, 0, SLICE("stopping"));
        return;
    }
    s->plan.way = s->admitted.way;
    if (s->plan.way == 1)
        s->plan.fetch = s->plan.other;
    if (s->plan.fetch.timeout_ms <= 0 || s->plan.fetch.timeout_ms > d->options.timeout_ms)
        s->plan.fetch.timeout_ms = d->options.timeout_ms;
    s->stage = SEND_ON_ITS_WAY;
    s->begun_ns = uv_hrtime();
    s->transfer = http_client_send(d->options.http, &s->plan.fetch, on_fetched, s);
}

/* Marking: `sending` is on disk before a byte is written. */

/* Asks whether the row may still go, and marks it or settles it in the same transaction. */
static int mark_one(struct dispatch *d, struct send *s, struct tx *tx, int64_t now)
{
    const struct dispatch_options *o = &d->options;
    struct dispatch_plan *said = &s->admitted;
    *said = (struct dispatch_plan){ .way = s->plan.way, .other = s->plan.other };
    s->marked = false;
    int rc = o->admit ? o->admit(o->context, tx, s->row, now, &d->mark.arena, said) : 0;
    if (rc < 0)
        return rc;
    if (said->kind != DISPATCH_SEND)
        return outbox_outcome(tx, s->row->id, d->owner, s->row->attempt, send_outcome_of(said),
                              SLICE(""), said->reason,
                              said->at ? said->at : now + backoff_s(d, s->row), now);
    rc = outbox_sending(tx, s->row->id, d->owner, s->row->attempt, now, o->lease_s,
                        s->plan.segments, s->plan.price);
    s->marked = rc == 1;
    return rc;
}

static int run_mark(struct job *job, struct tx *tx, int64_t now)
{
    struct mark_job *m = (struct mark_job *)job;
    int rc = 0;
    for (struct send *s = m->first; s && rc >= 0; s = s->behind)
        rc = mark_one(m->d, s, tx, now);
    return rc < 0 ? rc : 0;
}

static void unmark(struct send *s)
{
    pool_give_back(s->line->rate, s->plan.segments);
    free_slot(s);
}

/* The transaction was lost. One row that cannot be judged must not keep the others: they are marked
 * one by one from now on, and the one that fails alone is put off. */
static void on_unmarked(struct dispatch *d, int error)
{
    struct send *s = d->mark.first, *next;
    bool alone = s->behind == NULL;
    for (; s; s = next) {
        next = s->behind;
        unmark(s);
        if (alone) {
            send_settle(s, OUTBOX_LATER, slice_of(gw_error_text(error)), 0);
        } else {
            s->stage = SEND_READY;
            line_put(s);
            d->careful++;
        }
    }
    dispatch_retry(d);
}

static void on_marked(struct job *job, int error)
{
    struct dispatch *d = ((struct mark_job *)job)->d;
    struct send *next;
    d->marking = false;
    d->careful -= d->careful > 0;
    for (struct send *s = error ? NULL : d->mark.first; s; s = next) {
        next = s->behind;
        if (s->marked) {
            send_request(s);
            continue;
        }
        unmark(s);
        if (s->admitted.kind != DISPATCH_SEND)
            tell(s, send_outcome_of(&s->admitted), s->admitted.reason, 0);
        send_end(s);
    }
    if (error)
        on_unmarked(d, error);
    for (int i = 0; i < d->line_count && d->stopping; i++)
        line_put_back(&d->lines[i], 0, SLICE("stopping"));
    arena_reset(&d->mark.arena);
    dispatch_soon(d);
}

/* Of the first `places` rows. */
static int segments_of(const struct queue *q, int places)
{
    int n = 0;
    for (const struct send *s = q->first; s && places > 0; s = s->behind, places--)
        n += s->plan.segments;
    return n;
}

/* The next row of a line that has a place and a token; NULL: none, and `token` says when. */
static struct send *next_ready(struct dispatch *d, struct line *l)
{
    bool urgent = l->queues[URGENT].count > 0;
    int places = line_slots(d, l) - (urgent ? 0 : line_reserved(d, l));
    l->token = UINT64_MAX;
    if (line_ready(l) == 0 || l->slots >= places || line_paused(d, l))
        return NULL;
    struct queue *q = &l->queues[urgent ? URGENT : OTHER];
    uint64_t wait = pool_wait_ms(l->rate, urgent, q->first->plan.segments,
                                 segments_of(q, places - l->slots), uv_hrtime() / MS_NS);
    if (wait > 0) {
        l->token = wait != POOL_ASKS ? dispatch_now(d) + wait : UINT64_MAX;
        return NULL;
    }
    return queue_take(q);
}

static void gather(struct dispatch *d, struct line *l, struct queue *batch)
{
    struct send *s;
    while ((d->careful == 0 || batch->count == 0) && (s = next_ready(d, l))) {
        pool_take(l->rate, s->plan.segments, uv_hrtime() / MS_NS);
        take_slot(s);
        s->stage = SEND_MARKING;
        queue_put(batch, s);
    }
}

void dispatch_pump(struct dispatch *d)
{
    struct queue batch = { 0 };
    if (d->marking || d->stopping || d->retry != UINT64_MAX)
        return;
    d->turn = (d->turn + 1) % d->line_count;
    for (int i = 0; i < d->line_count; i++)
        gather(d, &d->lines[(d->turn + i) % d->line_count], &batch);
    if (batch.count == 0)
        return;
    show_in_flight(d);
    d->mark.d = d;
    d->mark.first = batch.first;
    d->mark.job = (struct job){ .run = run_mark, .done = on_marked };
    d->marking = true;
    int rc = worker_put(d->options.worker, WORKER_OUTCOMES, &d->mark.job);
    if (rc != 0)
        on_marked(&d->mark.job, rc);
}
