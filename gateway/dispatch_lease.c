/* Leasing: where an account has room, rows whose time has come are taken and planned, a little
 * ahead of the places that get free, so that no place waits for the store. */
#include "gateway/dispatch_internal.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/metrics.h"

enum {
    ASK_LIMIT = 64, /* rows of a crash that are asked for in one go */
    /* The loop's timers do not see steps of the wall clock, so a long wait is looked at again. */
    LONGEST_WAIT_S = 600,
};

void group_release(struct group *g)
{
    if (--g->holders > 0)
        return;
    arena_free(&g->arena);
    free(g);
}

/* On the worker's thread. */

static struct slice lane_of(const struct outbox_row *row)
{
    return row->account.n > 0 ? row->account : row->realm;
}

static int note_due(struct tx *tx, struct slice lane, bool urgent, struct share *share)
{
    int64_t due;
    int rc = outbox_next_due(tx, lane, urgent, &due);
    if (rc == 1 && (share->due == 0 || due < share->due))
        share->due = due;
    return rc;
}

static int lease_lane(struct group *g, struct tx *tx, struct slice lane)
{
    struct dispatch *d = g->d;
    struct share *shares = &g->shares[QUEUES * (dispatch_line(d, lane) - d->lines)];
    struct outbox_row *rows;
    const struct outbox_lease l = { .owner = d->owner,
                                    .lane = lane,
                                    .seconds = d->options.lease_s,
                                    .urgent = shares[URGENT].limit - shares[URGENT].taken,
                                    .other = shares[OTHER].limit - shares[OTHER].taken };
    if (shares[URGENT].limit + shares[OTHER].limit == 0)
        return 0;
    int n = outbox_lease(tx, d->options.vault, &l, g->now, &g->arena, &rows);
    if (n < 0)
        return n;
    for (int i = 0; i < n; i++) {
        g->rows[g->count++] = rows[i];
        shares[rows[i].priority <= OUTBOX_REPLY ? URGENT : OTHER].taken++;
    }
    int rc = note_due(tx, lane, true, &shares[URGENT]);
    return rc < 0 ? rc : note_due(tx, lane, false, &shares[OTHER]);
}

/* What a crash left without an outcome is asked for where somebody can be asked. */
static int take_back(struct group *g, struct tx *tx)
{
    int64_t *uncertain;
    int n = outbox_take_back(tx, g->now, &g->arena, &uncertain);
    for (int i = 0; i < n && i < ASK_LIMIT && g->d->options.query; i++) {
        struct outbox_row *row = &g->rows[g->count];
        int rc = outbox_get(tx, g->d->options.vault, uncertain[i], &g->arena, row);
        if (rc < 0 && rc != GW_ECRYPTO)
            return rc;
        g->count += rc == 1;
        g->asked += rc == 1;
    }
    return n < 0 ? n : 0;
}

static int run_lease(struct job *job, struct tx *tx, int64_t now)
{
    struct group *g = (struct group *)job;
    struct slice *lanes;
    g->now = now;
    g->count = g->asked = 0; /* it may run again */
    for (int i = 0; i < g->d->line_count * QUEUES; i++)
        g->shares[i] = (struct share){ .limit = g->shares[i].limit };
    g->rows = arena_alloc(&g->arena, (size_t)(g->room + ASK_LIMIT) * sizeof(*g->rows));
    int rc = take_back(g, tx);
    int n = rc < 0 ? rc : outbox_lanes(tx, &g->arena, &lanes);
    rc = n < 0 ? n : outbox_next_lapse(tx, g->d->owner, &g->lapse);
    for (int i = 0; i < n && rc >= 0; i++)
        rc = lease_lane(g, tx, lanes[i]);
    return rc < 0 ? rc : 0;
}

/* On the loop's thread. */

static void plan_one(struct group *g, struct send *s)
{
    struct dispatch *d = g->d;
    d->options.plan(d->options.context, s->row, g->now, &g->arena, &s->plan);
    if (s->plan.kind == DISPATCH_SEND && line_paused(d, s->line)) { /* since the lease was asked */
        send_put_back(s, g->now + d->options.pause_s, SLICE("account paused"));
        return;
    }
    if (s->plan.kind == DISPATCH_SEND) {
        s->plan.segments = s->plan.segments > 0 ? s->plan.segments : 1;
        line_put(s);
        return;
    }
    s->at = s->plan.kind == DISPATCH_LATER ? s->plan.at : 0;
    send_settle(s, send_outcome_of(&s->plan), s->plan.reason, 0);
}

static void take_rows(struct group *g)
{
    struct dispatch *d = g->d;
    g->sends = arena_alloc(&g->arena, (size_t)(g->count ? g->count : 1) * sizeof(*g->sends));
    for (int i = 0; i < g->count; i++) {
        struct send *s = &g->sends[i];
        send_begin(g, s, &g->rows[i]);
        s->line = dispatch_line(d, lane_of(s->row));
        if (i >= g->asked) {
            plan_one(g, s);
            continue;
        }
        s->owner = s->row->owner;
        if (!send_ask_later(s))
            send_end(s); /* stays as it is */
    }
}

static uint64_t loop_time(const struct dispatch *d, int64_t at, int64_t now)
{
    int64_t wait_s = at - now;
    if (at == 0)
        return UINT64_MAX;
    if (wait_s > LONGEST_WAIT_S)
        wait_s = LONGEST_WAIT_S;
    return dispatch_now(d) + (wait_s > 0 ? (uint64_t)wait_s * 1000 : DISPATCH_AGAIN_MS);
}

static void note_found(struct dispatch *d, const struct group *g)
{
    d->lapse = loop_time(d, g->lapse, g->now);
    for (int i = 0; i < d->line_count * QUEUES; i++) {
        const struct share *share = &g->shares[i];
        struct queue *q = &d->lines[i / QUEUES].queues[i % QUEUES];
        if (share->limit == 0)
            continue;
        q->more = q->more || share->taken >= share->limit;
        q->due = loop_time(d, share->due, g->now);
    }
}

static void on_leased(struct job *job, int error)
{
    struct group *g = (struct group *)job;
    struct dispatch *d = g->d;
    d->leasing = false;
    if (error) {
        dispatch_wake(d);
        dispatch_retry(d);
    } else {
        note_found(d, g);
        take_rows(g);
        for (int i = 0; i < d->line_count && d->stopping; i++)
            line_put_back(&d->lines[i], 0, SLICE("stopping"));
    }
    group_release(g);
    dispatch_soon(d);
}

/* How many rows to keep ready: what gets places soon, and no more than the rate lets go soon. */
static int ahead(const struct dispatch *d, const struct line *l)
{
    int slots = line_slots(d, l);
    int most = slots > 1 ? slots / 2 : 1;
    double rate = pool_rate(l->rate);
    if (rate > 0 && rate < most)
        most = rate < 1 ? 1 : (int)rate;
    return most;
}

/* What to lease for a queue now; 0 for nothing. Not for a little room, unless rows were written. */
static int limit_for(const struct dispatch *d, const struct line *l, const struct queue *q)
{
    int most = ahead(d, l);
    int room = most - q->count;
    if (!q->more || line_paused(d, l) || room <= 0)
        return 0;
    return d->force || room >= (most + 1) / 2 ? room : 0;
}

void dispatch_look(struct dispatch *d)
{
    if (d->stopping || d->leasing || d->retry != UINT64_MAX)
        return;
    struct group *g = mem_alloc(sizeof(*g));
    g->d = d;
    int queues = d->line_count * QUEUES;
    g->shares = arena_alloc(&g->arena, (size_t)queues * sizeof(*g->shares));
    for (int i = 0; i < queues; i++) {
        const struct line *l = &d->lines[i / QUEUES];
        g->shares[i].limit = limit_for(d, l, &l->queues[i % QUEUES]);
        g->room += g->shares[i].limit;
    }
    g->holders = 1;
    g->job = (struct job){ .run = run_lease, .done = on_leased };
    if (g->room == 0 && !d->lapsed) { /* a wake-up is kept until there is room */
        group_release(g);
        return;
    }
    for (int i = 0; i < queues; i++) { /* from worker_put on, the shares are the worker's */
        struct queue *q = &d->lines[i / QUEUES].queues[i % QUEUES];
        if (g->shares[i].limit > 0) {
            q->more = false;
            q->due = UINT64_MAX;
        }
    }
    if (worker_put(d->options.worker, WORKER_OUTCOMES, &g->job) != 0) {
        group_release(g);
        dispatch_wake(d); /* what was noted as looked after is not */
        dispatch_retry(d);
        return;
    }
    d->force = d->lapsed = false;
    d->leasing = true;
    metrics_count(d->options.metrics, METRIC_LEASES, 0, 1);
}
