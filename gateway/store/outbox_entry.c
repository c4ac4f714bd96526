#include "gateway/store/outbox_entry.h"

bool outbox_retried(enum outbox_priority priority)
{
    return priority == OUTBOX_CODE || priority == OUTBOX_REPLY;
}

int64_t outbox_held(int64_t at)
{
    return at >= OUTBOX_HELD_S ? at : at + OUTBOX_HELD_S;
}

bool outbox_entry_too_late(const struct outbox_entry *e, int64_t at)
{
    int64_t real = at >= OUTBOX_HELD_S ? at - OUTBOX_HELD_S : at;
    return e->useful_until != 0 && real >= e->useful_until;
}

void outbox_entry_requeue(struct outbox_entry *e, int64_t at)
{
    e->state = OUTBOX_QUEUED;
    if (outbox_entry_too_late(e, at)) {
        e->state = OUTBOX_EXPIRED;
        e->reason = SLICE("stale");
    }
    e->not_before = at;
    e->owner = 0;
    e->segments = 0;
    e->price = 0;
}

SQL(outbox_load,
    "SELECT state, owner, attempt, priority, not_before, useful_until, lease_until, realm, "
    "provider_id, reason, segments, price, spared FROM outbox WHERE id = $id");

int outbox_entry_load(struct tx *tx, int64_t id, struct arena *a, struct outbox_entry *e)
{
    struct rows *rows = sql_rows(tx, &outbox_load, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *e = (struct outbox_entry){
        .id = id,
        .state = (enum outbox_state)rows_int(rows, 0),
        .owner = rows_int(rows, 1),
        .attempt = (int)rows_int(rows, 2),
        .priority = (enum outbox_priority)rows_int(rows, 3),
        .not_before = rows_int(rows, 4),
        .useful_until = rows_int(rows, 5),
        .lease_until = rows_int(rows, 6),
        .realm = arena_dup(a, rows_text(rows, 7)),
        .provider_id = arena_dup(a, rows_text(rows, 8)),
        .reason = arena_dup(a, rows_text(rows, 9)),
        .segments = (int)rows_int(rows, 10),
        .price = rows_int(rows, 11),
        .spared = (int)rows_int(rows, 12),
    };
    rows_close(tx, rows);
    return 1;
}

SQL(outbox_update,
    "UPDATE outbox SET state = $to, owner = $owner, attempt = $attempt, "
    "not_before = $not_before, lease_until = $lease_until, "
    "provider_id = $provider_id, reason = $reason, segments = $segments, "
    "price = $price, spared = $spared, changed_at = $now, "
    "sent_at = CASE WHEN CAST($to AS BIGINT) = 2 THEN $now ELSE sent_at END " /* sending */
    "WHERE id = $id AND state = $from AND owner = $was_owner "
    "AND attempt = $was_attempt");

int outbox_entry_move(struct tx *tx, const struct outbox_entry *was,
                      const struct outbox_entry *next, int64_t now)
{
    if (was->state != next->state && !outbox_may_move(was->state, next->state))
        return 0;
    int64_t lease_until = outbox_has_lease(next->state) ? next->lease_until : 0;
    return sql_run(
        tx, &outbox_update,
        BINDS(BIND_INT("to", next->state), BIND_INT("owner", next->owner),
              BIND_INT("attempt", next->attempt), BIND_INT("not_before", next->not_before),
              BIND_INT("lease_until", lease_until), BIND_TEXT("provider_id", next->provider_id),
              BIND_TEXT("reason", next->reason), BIND_INT("segments", next->segments),
              BIND_INT("price", next->price), BIND_INT("spared", next->spared),
              BIND_INT("now", now), BIND_INT("id", was->id), BIND_INT("from", was->state),
              BIND_INT("was_owner", was->owner), BIND_INT("was_attempt", was->attempt)));
}

int outbox_collect(struct tx *tx, struct rows *rows, int64_t *ids, int limit)
{
    int n = 0;
    int rc = 0;
    while (n < limit && (rc = rows_next(tx, rows)) == 1)
        ids[n++] = rows_int(rows, 0);
    rows_close(tx, rows);
    return rc < 0 ? rc : n;
}
