#include "gateway/program/router.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/program/counters.h"
#include "gateway/program/route.h"
#include "gateway/store/outbox_move.h"

enum {
    LOOK_MS = 1000,
    MORE_MS = 50,     /* between the slices of one look, so that it is no load */
    SLICE_ROWS = 200, /* well under 20 ms */
    AHEAD_S = 1800,   /* what waits for a paused account's next attempt, 15 minutes at most */
};

enum { LANE_BYTES = 80 };

struct router {
    struct gateway *g;
    uv_timer_t timer;
    struct job job;
    struct arena arena;
    bool queued;
    int moved;
    /* How far this look has come: what cannot go another way is passed over. The job's alone. */
    char lane[LANE_BYTES];
    struct outbox_place place;
    bool more;
};

static int choose(const struct gateway *g, const struct outbox_row *row, int64_t now)
{
    const struct route_row wanted = { row->account, row->realm, row->recipient };
    return route_choose(g->accounts.list, g->accounts.health, g->accounts.count, &wanted, now);
}

int router_assign(struct gateway *g, struct tx *tx, const struct outbox_row *row,
                  const struct account *planned, int64_t now)
{
    const struct account *asked = accounts_full(&g->accounts, row->account);
    if (asked != NULL && asked == planned)
        return 0; /* also when it is ill: this is how it shows that it is well again */
    int i = choose(g, row, now);
    if (i < 0 || &g->accounts.list[i] == planned)
        return 0;
    return outbox_move(tx, row->id, slice_of(g->accounts.list[i].full_name), now);
}

/* Moves what waits in a lane whose account is ill, a slice of it; how many were looked at, or
 * GW_E*.
 */
static int move_lane(struct router *r, struct tx *tx, struct slice lane, int limit, int64_t now)
{
    struct gateway *g = r->g;
    const struct account *account = accounts_for_lane(&g->accounts, lane);
    struct outbox_row *rows;
    if (account == NULL || !route_is_ill(&g->accounts.health[account - g->accounts.list], now))
        return 0;
    int n = outbox_waiting(tx, lane, now + AHEAD_S, limit, &r->place, &r->arena, &rows);
    for (int k = 0; k < n; k++) {
        int i = choose(g, &rows[k], now);
        if (i < 0 || &g->accounts.list[i] == account)
            continue;
        int rc = outbox_move(tx, rows[k].id, slice_of(g->accounts.list[i].full_name), now);
        if (rc < 0)
            return rc;
        r->moved += rc;
    }
    return n;
}

/* Where the look of the last slice stopped, if that lane still waits; else the first. */
static int first_lane(const struct router *r, const struct slice *lanes, int n)
{
    for (int i = 0; i < n; i++)
        if (slice_eq(lanes[i], slice_of(r->lane)))
            return i;
    return 0;
}

static int run_move(struct job *job, struct tx *tx, int64_t now)
{
    struct router *r = (struct router *)((char *)job - offsetof(struct router, job));
    struct slice *lanes;
    arena_reset(&r->arena);
    r->moved = 0;
    int left = SLICE_ROWS, n = outbox_lanes(tx, &r->arena, &lanes);
    int i = n < 0 ? 0 : first_lane(r, lanes, n);
    if (!r->more || i >= n || !slice_eq(lanes[i], slice_of(r->lane)))
        r->place = (struct outbox_place){ 0 };
    for (r->more = false; i < n; i++) {
        int rc = move_lane(r, tx, lanes[i], left, now);
        if (rc < 0)
            return rc;
        left -= rc;
        if (left == 0)
            break;
        r->place = (struct outbox_place){ 0 };
    }
    r->more = i < n && lanes[i].n < LANE_BYTES;
    struct slice stopped = r->more ? lanes[i] : SLICE("");
    snprintf(r->lane, LANE_BYTES, "%.*s", SLICE_ARG(stopped));
    return n < 0 ? n : 0;
}

static bool any_ill(const struct gateway *g, int64_t now)
{
    for (size_t i = 0; i < g->accounts.count; i++)
        if (route_is_ill(&g->accounts.health[i], now))
            return true;
    return false;
}

static void on_look(uv_timer_t *timer);

static void done_move(struct job *job, int error)
{
    struct router *r = (struct router *)((char *)job - offsetof(struct router, job));
    r->queued = false;
    if (error == 0 && r->moved > 0) {
        metrics_count(r->g->metrics, r->g->counters + COUNT_REROUTED, 0, r->moved);
        log_write(r->g->log, LOG_LEVEL_WARN, "send.rerouted", NO_TRACE,
                  LOG_FIELDS(LOG_INT("rows", r->moved)));
    }
    if (!r->g->stopping && any_ill(r->g, installation_clock()))
        uv_timer_start(&r->timer, on_look, error == 0 && r->more ? MORE_MS : LOOK_MS, 0);
}

static void on_look(uv_timer_t *timer)
{
    struct router *r = timer->data;
    if (r->queued || r->g->stopping)
        return;
    r->job = (struct job){ .run = run_move, .done = done_move };
    r->queued = worker_put(r->g->worker, WORKER_BACKGROUND, &r->job) == GW_OK;
}

void router_wake(struct gateway *g)
{
    struct router *r = g->router;
    if (r == NULL || g->stopping || g->accounts.count < 2 || uv_is_active((uv_handle_t *)&r->timer))
        return;
    if (any_ill(g, installation_clock()))
        uv_timer_start(&r->timer, on_look, 0, 0);
}

int router_start(struct gateway *g, struct fault *fault)
{
    struct router *r = mem_alloc(sizeof *r);
    r->g = g;
    g->router = r;
    int rc = uv_timer_init(&g->loop, &r->timer);
    if (rc != 0)
        return fault_set(fault, GW_EIO, "the loop gives no timer: %s", uv_strerror(rc));
    r->timer.data = r;
    return GW_OK;
}

void router_stop(struct gateway *g)
{
    struct router *r = g->router;
    if (r != NULL && !uv_is_closing((uv_handle_t *)&r->timer))
        uv_close((uv_handle_t *)&r->timer, NULL);
}

void router_free(struct gateway *g)
{
    if (g->router == NULL)
        return;
    arena_free(&g->router->arena);
    free(g->router);
    g->router = NULL;
}
