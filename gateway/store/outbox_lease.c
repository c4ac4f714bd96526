#include "gateway/store/outbox_entry.h"

enum { TAKE_BACK_LIMIT = 500, LEASE_ROUNDS = 64, LANE_LIMIT = 256 };

SQL(outbox_lapsed, "SELECT id FROM outbox WHERE lease_until > 0 AND lease_until <= $now "
                   "ORDER BY lease_until LIMIT CAST($limit AS BIGINT) "
                   "/*pg: FOR UPDATE SKIP LOCKED*/"); /* another gateway takes those */

/* 1 when the row became uncertain, 0, or GW_E*. */
static int take_back_one(struct tx *tx, int64_t id, int64_t now, struct arena *a)
{
    struct outbox_entry was;
    int rc = outbox_entry_load(tx, id, a, &was);
    if (rc != 1)
        return rc;
    struct outbox_entry next = was;
    if (was.state == OUTBOX_SENDING && !outbox_retried(was.priority)) {
        next.state = OUTBOX_UNCERTAIN; /* the owner stays: its late answer would settle it */
        next.reason = SLICE("no outcome");
    } else {
        outbox_entry_requeue(&next, now);
    }
    rc = outbox_entry_move(tx, &was, &next, now);
    if (rc == 1 && next.state == OUTBOX_QUEUED)
        tx_wake(tx, WAKE_OUTBOX); /* its lane may have been found empty before */
    return rc == 1 && next.state == OUTBOX_UNCERTAIN ? 1 : rc < 0 ? rc : 0;
}

int outbox_take_back(struct tx *tx, int64_t now, struct arena *a, int64_t **uncertain)
{
    int64_t *ids = arena_alloc(a, TAKE_BACK_LIMIT * sizeof(*ids));
    struct rows *rows = sql_rows(tx, &outbox_lapsed,
                                 BINDS(BIND_INT("now", now), BIND_INT("limit", TAKE_BACK_LIMIT)));
    int n = outbox_collect(tx, rows, ids, TAKE_BACK_LIMIT);
    int kept = 0;
    for (int i = 0; i < n; i++) {
        int rc = take_back_one(tx, ids[i], now, a);
        if (rc < 0)
            return rc;
        if (rc == 1)
            ids[kept++] = ids[i];
    }
    *uncertain = ids;
    return n < 0 ? n : kept;
}

/* From lane to lane along the index, so that many rows cost no more than few. */
SQL(outbox_next_lane, "SELECT lane FROM outbox WHERE state = 0 AND lane > $after "
                      "ORDER BY lane LIMIT 1");

int outbox_lanes(struct tx *tx, struct arena *a, struct slice **lanes)
{
    struct slice after = SLICE("");
    int n = 0;
    *lanes = arena_alloc(a, LANE_LIMIT * sizeof(**lanes));
    while (n < LANE_LIMIT) {
        struct rows *rows = sql_rows(tx, &outbox_next_lane, BINDS(BIND_TEXT("after", after)));
        int rc = rows_next(tx, rows);
        if (rc != 1)
            return rc < 0 ? rc : n;
        (*lanes)[n++] = after = arena_dup(a, rows_text(rows, 0));
        rows_close(tx, rows);
    }
    return n;
}

/* Leases one queued row or finds it too old or unreadable. 1 when `out` was filled, 0, or GW_E*. */
static int lease_one(struct tx *tx, const struct vault *v, int64_t id, const struct outbox_lease *l,
                     int64_t now, struct arena *a, struct outbox_row *out)
{
    struct outbox_entry was;
    int rc = outbox_entry_load(tx, id, a, &was);
    if (rc != 1)
        return rc;
    int got = outbox_get(tx, v, id, a, out);
    if (got < 0 && got != GW_ECRYPTO)
        return got;
    struct outbox_entry next = was;
    if (outbox_entry_too_late(&was, now)) {
        next.state = OUTBOX_EXPIRED;
        next.reason = SLICE("stale");
    } else if (got == GW_ECRYPTO) {
        next.state = OUTBOX_FAILED;
        next.reason = SLICE("unreadable");
    } else {
        next.state = OUTBOX_LEASED;
        next.owner = l->owner;
        next.attempt++;
        next.lease_until = now + l->seconds;
    }
    rc = outbox_entry_move(tx, &was, &next, now);
    out->state = next.state;
    out->attempt = next.attempt;
    return rc == 1 && next.state == OUTBOX_LEASED ? 1 : rc < 0 ? rc : 0;
}

SQL(outbox_ready_rows,
    "SELECT id FROM outbox WHERE state = 0 AND lane = $lane AND priority = $priority "
    "AND not_before <= $now ORDER BY not_before, id LIMIT CAST($limit AS BIGINT) "
    "/*pg: FOR UPDATE SKIP LOCKED*/");

/* One query a priority: each walks its part of the index and never the rows that wait for tomorrow.
 */
static int lease_priority(struct tx *tx, const struct vault *v, const struct outbox_lease *l,
                          int priority, int limit, int64_t now, struct arena *a,
                          struct outbox_row *rows)
{
    int64_t *ids = arena_alloc(a, (size_t)limit * sizeof(*ids));
    int taken = 0;
    int found = 1;
    /* Again when some were too old, so that they do not hide the ones behind them. */
    for (int round = 0; found > 0 && taken < limit && round < LEASE_ROUNDS; round++) {
        struct rows *ready =
            sql_rows(tx, &outbox_ready_rows,
                     BINDS(BIND_TEXT("lane", l->lane), BIND_INT("priority", priority),
                           BIND_INT("now", now), BIND_INT("limit", limit - taken)));
        found = outbox_collect(tx, ready, ids, limit - taken);
        for (int i = 0; i < found; i++) {
            int rc = lease_one(tx, v, ids[i], l, now, a, &rows[taken]);
            if (rc < 0)
                return rc;
            taken += rc;
        }
    }
    return found < 0 ? found : taken;
}

int outbox_lease(struct tx *tx, const struct vault *v, const struct outbox_lease *l, int64_t now,
                 struct arena *a, struct outbox_row **rows)
{
    if (l->owner == 0 || l->urgent < 0 || l->other < 0 || l->seconds < 1)
        return GW_EINVAL;
    *rows = arena_alloc(a, (size_t)(l->urgent + l->other + 1) * sizeof(**rows));
    int n = 0;
    int room = 0;
    for (int p = OUTBOX_CODE; p <= OUTBOX_BROADCAST; p++) {
        if (p == OUTBOX_CODE || p == OUTBOX_NOTICE)
            room = p == OUTBOX_CODE ? l->urgent : l->other;
        int rc = room > 0 ? lease_priority(tx, v, l, p, room, now, a, *rows + n) : 0;
        if (rc < 0)
            return rc;
        n += rc;
        room -= rc;
    }
    return n;
}

/* Loads a row and finds whether it still is this owner's attempt. */
static int load_mine(struct tx *tx, int64_t id, int64_t owner, int attempt, struct arena *a,
                     struct outbox_entry *e)
{
    int rc = outbox_entry_load(tx, id, a, e);
    return rc == 1 && (e->owner != owner || e->attempt != attempt) ? 0 : rc;
}

int outbox_sending(struct tx *tx, int64_t id, int64_t owner, int attempt, int64_t now, int seconds,
                   int segments, int64_t price)
{
    struct arena a = { 0 };
    struct outbox_entry was;
    int rc = load_mine(tx, id, owner, attempt, &a, &was);
    if (rc == 1) {
        struct outbox_entry next = was;
        next.state = OUTBOX_SENDING;
        next.lease_until = now + seconds;
        next.segments = segments;
        next.price = price;
        rc = was.state == OUTBOX_LEASED ? outbox_entry_move(tx, &was, &next, now) : 0;
    }
    arena_free(&a);
    return rc;
}

/* What an outcome makes of a row; false when it cannot be said of one in this state. */
static bool judge(struct outbox_entry *e, enum outbox_outcome outcome, int64_t at)
{
    bool left = e->state == OUTBOX_SENDING || e->state == OUTBOX_UNCERTAIN;
    bool held = left || e->state == OUTBOX_LEASED;
    switch (outcome) {
    case OUTBOX_OK:
        e->state = OUTBOX_SENT;
        return left;
    case OUTBOX_AGAIN:
    case OUTBOX_LATER:
        e->spared += outcome == OUTBOX_AGAIN;
        outbox_entry_requeue(e, at);
        return held;
    case OUTBOX_REFUSED:
    case OUTBOX_NEEDLESS:
        e->state = outcome == OUTBOX_REFUSED ? OUTBOX_FAILED : OUTBOX_EXPIRED;
        e->segments = 0;
        e->price = 0;
        return held;
    case OUTBOX_UNKNOWN:
        if (outbox_retried(e->priority))
            outbox_entry_requeue(e, at);
        else
            e->state = OUTBOX_UNCERTAIN;
        return left;
    case OUTBOX_OUTCOMES:
        break;
    }
    return false;
}

int outbox_outcome(struct tx *tx, int64_t id, int64_t owner, int attempt,
                   enum outbox_outcome outcome, struct slice provider_id, struct slice reason,
                   int64_t at, int64_t now)
{
    struct arena a = { 0 };
    struct outbox_entry was;
    int rc = load_mine(tx, id, owner, attempt, &a, &was);
    if (rc == 1) {
        struct outbox_entry next = was;
        next.provider_id = provider_id;
        next.reason = reason;
        bool said = judge(&next, outcome, at) && next.state != was.state;
        rc = said ? outbox_entry_move(tx, &was, &next, now) : 0;
        if (rc == 1 && next.state == OUTBOX_QUEUED)
            tx_wake(tx, WAKE_OUTBOX);
        if (rc == 1 && outcome == OUTBOX_OK && provider_id.n > 0) {
            int reported = outbox_report_parked(tx, id, was.realm, provider_id, now);
            rc = reported < 0 ? reported : OUTBOX_NOTED + reported;
        }
    }
    arena_free(&a);
    return rc;
}

SQL(outbox_close,
    "UPDATE outbox SET ways_closed = CAST($ways AS BIGINT) | ways_closed WHERE id = $id");

int outbox_close_ways(struct tx *tx, int64_t id, unsigned ways)
{
    int rc = sql_run(tx, &outbox_close, BINDS(BIND_INT("ways", ways), BIND_INT("id", id)));
    return rc < 0 ? rc : GW_OK;
}

SQL(outbox_first_ready,
    "SELECT not_before FROM outbox WHERE state = 0 AND lane = $lane AND priority = $priority "
    "ORDER BY not_before, id LIMIT 1");
SQL(outbox_first_lapse, "SELECT lease_until FROM outbox WHERE lease_until > 0 "
                        "AND owner <> $owner ORDER BY lease_until LIMIT 1");

int outbox_next_due(struct tx *tx, struct slice lane, bool urgent, int64_t *at)
{
    int64_t first = OUTBOX_HELD_S;
    for (int p = OUTBOX_CODE; p <= OUTBOX_BROADCAST; p++) {
        if (outbox_retried((enum outbox_priority)p) != urgent)
            continue;
        int64_t ready = 0;
        int rc = sql_int(tx, &outbox_first_ready,
                         BINDS(BIND_TEXT("lane", lane), BIND_INT("priority", p)), &ready);
        if (rc < 0)
            return rc;
        if (rc == 1 && ready < first)
            first = ready;
    }
    if (first >= OUTBOX_HELD_S)
        return 0;
    *at = first;
    return 1;
}

int outbox_next_lapse(struct tx *tx, int64_t owner, int64_t *at)
{
    return sql_int(tx, &outbox_first_lapse, BINDS(BIND_INT("owner", owner)), at);
}
