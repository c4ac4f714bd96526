/* What came of a broadcast, told while it runs and the day after (handlers/broadcasts.h). */
#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/broadcasts_row.h"
#include "handlers/notify.h"

enum { TOLD_STEP = 100000 };

SQL(broadcast_answers,
    "SELECT variant, COUNT(*), CAST(SUM(CASE WHEN replied_at > 0 THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opted_at > 0 THEN 1 ELSE 0 END) AS BIGINT) FROM broadcast_recipients "
    "WHERE broadcast = $broadcast AND state = 2 GROUP BY variant");
SQL(broadcast_signups,
    "SELECT r.variant, CASE WHEN u.state = 1 THEN 1 ELSE 2 END AS how, COUNT(*) FROM signups u "
    "JOIN broadcast_recipients r ON r.broadcast = $broadcast AND r.address = u.address "
    "WHERE u.activity = $activity AND u.state IN (1, 2, 3) AND r.state = 2 "
    "AND u.signed_at >= r.called_at GROUP BY r.variant, how");

static int read_outbox(const struct service *s, int64_t id, struct broadcast_result *out)
{
    struct outbox_counts n;
    struct outbox_reason *reasons;
    int rc = outbox_counts(s->tx, id, &n);
    if (rc < 0)
        return rc;
    out->delivered = n.rows[OUTBOX_DELIVERED];
    out->unreported = n.rows[OUTBOX_SENT];
    out->sent = out->delivered + out->unreported;
    out->failed = n.rows[OUTBOX_FAILED];
    out->uncertain = n.rows[OUTBOX_UNCERTAIN];
    out->withdrawn = n.rows[OUTBOX_EXPIRED];
    out->waiting = n.rows[OUTBOX_QUEUED] + n.rows[OUTBOX_LEASED] + n.rows[OUTBOX_SENDING];
    out->segments = n.segments;
    out->cost = n.price;
    int count = outbox_reasons(s->tx, id, s->arena, &reasons);
    out->failures = arena_alloc(s->arena, (size_t)(count > 0 ? count : 1) * sizeof *out->failures);
    for (int i = 0; i < count; i++)
        if (reasons[i].state == OUTBOX_FAILED)
            out->failures[out->failure_count++] =
                (struct broadcast_failure){ reasons[i].reason, reasons[i].rows };
    return count < 0 ? count : 0;
}

static int read_answers(const struct service *s, int64_t id, struct broadcast_result *out)
{
    int rc;
    struct rows *r = sql_rows(s->tx, &broadcast_answers, BINDS(BIND_INT("broadcast", id)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        int64_t v = rows_int(r, 0);
        if (v < 0 || v >= BROADCAST_VARIANTS)
            continue;
        out->variant[v].called = rows_int(r, 1);
        out->variant[v].replies = rows_int(r, 2);
        out->called += rows_int(r, 1);
        out->replies += rows_int(r, 2);
        out->opt_outs += rows_int(r, 3);
    }
    return rc;
}

static int read_signups(const struct service *s, const struct broadcast *b,
                        struct broadcast_result *out)
{
    int rc;
    struct rows *r =
        sql_rows(s->tx, &broadcast_signups,
                 BINDS(BIND_INT("broadcast", b->id), BIND_INT("activity", b->activity)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        int64_t v = rows_int(r, 0), n = rows_int(r, 2);
        bool joined = rows_int(r, 1) == 1;
        out->signups += joined ? n : 0;
        out->queued += joined ? 0 : n;
        if (v >= 0 && v < BROADCAST_VARIANTS)
            out->variant[v].signups += n;
    }
    return rc;
}

int broadcast_result(const struct service *s, int64_t id, struct broadcast_result *out)
{
    struct broadcast b;
    *out = (struct broadcast_result){ 0 };
    int rc = broadcast_get(s, id, &b);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    rc = read_outbox(s, id, out);
    if (rc >= 0)
        rc = read_answers(s, id, out);
    if (rc >= 0)
        rc = read_signups(s, &b, out);
    return rc < 0 ? rc : BROADCAST_OK;
}

json_t *broadcast_result_params(const struct broadcast *b, const struct broadcast_result *r)
{
    json_t *p = broadcast_named(b);
    json_t *failures = json_array();
    for (int i = 0; i < r->failure_count; i++) {
        json_t *one = json_object();
        json_put_slice(one, "reason", r->failures[i].reason);
        json_put_int(one, "count", r->failures[i].count);
        json_array_append_new(failures, one);
    }
    json_put_int(p, "called", r->called);
    json_put_int(p, "delivered", r->delivered);
    json_put_int(p, "failed", r->failed);
    json_object_set_new(p, "failures", failures);
    json_put_int(p, "unreported", r->unreported);
    json_put_int(p, "uncertain", r->uncertain);
    json_put_int(p, "joined", r->signups + r->queued);
    json_put_int(p, "replies", r->replies);
    json_put_int(p, "optouts", r->opt_outs);
    json_put_int(p, "cost", r->cost);
    return p;
}

int broadcast_result_timer(const struct service *s, int64_t id)
{
    struct broadcast_result result;
    struct broadcast b;
    int rc = broadcast_get(s, id, &b);
    if (rc <= 0 || !broadcast_may_move(b.state, BROADCAST_CLOSED))
        return rc < 0 ? rc : 0;
    rc = broadcast_result(s, id, &result);
    if (rc >= 0)
        rc = broadcast_move(s, &b, BROADCAST_CLOSED, 0);
    if (rc < 0 || result.called == 0)
        return rc < 0 ? rc : 0;
    return notify_tell(s, b.organizer, "broadcast.result", broadcast_result_params(&b, &result));
}

/* ---- progress ---- */

int broadcast_progress_timer(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    struct activity a;
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0 || row.b.state != BROADCAST_RUNNING)
        return rc < 0 ? rc : 0;
    if (broadcast_is_quiet(s))
        return timers_set(s->tx, "broadcast.progress", id, notify_daytime(s, s->now));
    rc = activity_get(s, row.b.activity, &a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EDATA;
    int64_t told = (row.b.called * TOLD_STEP + a.taken) * TOLD_STEP + a.waiting;
    if (told != row.told) {
        json_t *p = broadcast_named(&row.b);
        json_put_int(p, "called", row.b.called);
        json_put_int(p, "joined", a.taken);
        json_put_int(p, "waiting", a.waiting);
        json_put_int(p, "capacity", a.capacity);
        rc = notify_tell(s, row.b.organizer, "broadcast.progress", p);
        row.told = told;
    }
    if (rc >= 0)
        rc = broadcast_keep_told(s, &row);
    return rc < 0 ? rc
                  : timers_set(s->tx, "broadcast.progress", id,
                               s->now + s->policy->broadcast_progress_minutes * BROADCAST_MINUTE);
}
