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

static int note_due(struct tx *tx, struct slice lane, struct share *share)
{
    int64_t due;
    int rc = outbox_next_due(tx, lane, &due);
    if (rc == 1 && (share->due == 0 || due < share->due))
        share->due = due;
    return rc;
}

static int lease_lane(struct group *g, struct tx *tx, struct slice lane)
{
    struct dispatch *d = g->d;
    struct share *share = &g->shares[dispatch_line(d, lane) - d->lines];
    int other = share->limit - share->reserved - share->taken;
    struct outbox_lease l = { .owner = d->owner,
                              .lane = lane,
                              .seconds = d->options.lease_s,
                              .limit = share->limit - share->taken };
    if (l.limit <= 0)
        return 0;
    l.reserved = other > 0 ? l.limit - other : l.limit;
    struct outbox_row *rows;
    int n = outbox_lease(tx, d->options.vault, &l, g->now, &g->arena, &rows);
    if (n < 0)
        return n;
    if (n > 0)
        memcpy(g->rows + g->count, rows, (size_t)n * sizeof(*rows));
    g->count += n;
    share->taken += n;
    return note_due(tx, lane, share);
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
        queue_put(s->row->priority <= OUTBOX_REPLY ? &s->line->urgent : &s->line->other, s);
        return;
    }
    s->at = s->plan.kind == DISPATCH_LATER ? s->plan.at : 0;
    send_settle(s, send_outcome_of(s->plan.kind), s->plan.reason, 0);
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
    for (int i = 0; i < d->line_count; i++) {
        const struct share *share = &g->shares[i];
        if (share->limit == 0)
            continue;
        /* Filled, or not even asked for: there may be more behind. */
        if (share->taken >= share->limit - share->reserved)
            d->lines[i].more = true;
        d->lines[i].due = loop_time(d, share->due, g->now);
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
    if (l->rate.rate > 0 && l->rate.rate < most)
        most = l->rate.rate < 1 ? 1 : (int)l->rate.rate;
    return most;
}

/* What to lease for a line now; `limit` 0 for nothing. */
static struct share share_for(struct dispatch *d, struct line *l)
{
    struct share none = { 0 };
    if (!l->more || line_paused(d, l))
        return none;
    int most = ahead(d, l);
    int urgent = most - l->urgent.count;
    int other = most - l->other.count;
    urgent = urgent > 0 ? urgent : 0;
    other = other > 0 ? other : 0;
    if (!d->force && other < (most + 1) / 2)
        return none;
    return (struct share){ .limit = urgent + other, .reserved = urgent };
}

void dispatch_look(struct dispatch *d)
{
    if (d->stopping || d->leasing || d->retry != UINT64_MAX)
        return;
    struct group *g = mem_alloc(sizeof(*g));
    g->d = d;
    g->shares = arena_alloc(&g->arena, (size_t)d->line_count * sizeof(*g->shares));
    for (int i = 0; i < d->line_count; i++) {
        g->shares[i] = share_for(d, &d->lines[i]);
        g->room += g->shares[i].limit;
    }
    g->holders = 1;
    g->job = (struct job){ .run = run_lease, .done = on_leased };
    if (g->room == 0 && !d->lapsed) { /* a wake-up is kept until there is room */
        group_release(g);
        return;
    }
    if (worker_put(d->options.worker, WORKER_OUTCOMES, &g->job) != 0) {
        group_release(g);
        dispatch_retry(d);
        return;
    }
    for (int i = 0; i < d->line_count; i++) {
        if (g->shares[i].limit > 0) {
            d->lines[i].more = false;
            d->lines[i].due = UINT64_MAX;
        }
    }
    d->force = d->lapsed = false;
    d->leasing = true;
    metrics_count(d->options.metrics, METRIC_LEASES, 0, 1);
}
