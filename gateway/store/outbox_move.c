#include "gateway/store/outbox_move.h"

SQL(outbox_lane_waiting,
    "SELECT id, realm, recipient, account, not_before FROM outbox WHERE state = 0 "
    "AND lane = $lane AND priority = $priority AND not_before < $until "
    "AND (not_before, id) > ($after_at, $after_id) "
    "ORDER BY not_before, id LIMIT CAST($limit AS BIGINT)");

static int waiting_of(struct tx *tx, struct slice lane, const struct outbox_place *after,
                      int64_t until, int limit, struct arena *a, struct outbox_row *out)
{
    struct rows *rows =
        sql_rows(tx, &outbox_lane_waiting,
                 BINDS(BIND_TEXT("lane", lane), BIND_INT("priority", after->priority),
                       BIND_INT("until", until), BIND_INT("after_at", after->at),
                       BIND_INT("after_id", after->id), BIND_INT("limit", limit)));
    int n = 0;
    int rc;
    while ((rc = rows_next(tx, rows)) == 1)
        out[n++] = (struct outbox_row){
            .id = rows_int(rows, 0),
            .realm = arena_dup(a, rows_text(rows, 1)),
            .recipient = arena_dup(a, rows_text(rows, 2)),
            .account = arena_dup(a, rows_text(rows, 3)),
            .priority = (enum outbox_priority)after->priority,
            .not_before = rows_int(rows, 4),
        };
    return rc < 0 ? rc : n;
}

int outbox_waiting(struct tx *tx, struct slice lane, int64_t until, int limit,
                   struct outbox_place *place, struct arena *a, struct outbox_row **rows)
{
    if (limit < 1)
        return GW_EINVAL;
    *rows = arena_alloc(a, (size_t)limit * sizeof(**rows));
    int n = 0;
    while (place->priority <= OUTBOX_BROADCAST && n < limit) {
        int rc = waiting_of(tx, lane, place, until, limit - n, a, *rows + n);
        if (rc < 0)
            return rc;
        n += rc;
        if (n == limit) {
            place->at = (*rows)[n - 1].not_before;
            place->id = (*rows)[n - 1].id;
        } else {
            *place = (struct outbox_place){ .priority = place->priority + 1 };
        }
    }
    return n;
}

/* By number: 0 queued, 1 leased. A held row stays held. */
SQL(outbox_to_account,
    "UPDATE outbox SET account = $account, lane = $account, not_before = CASE WHEN state = 0 "
    "AND attempt > 0 AND not_before < $held AND not_before > $now THEN $now ELSE not_before END "
    "WHERE id = $id AND state IN (0, 1)");

int outbox_move(struct tx *tx, int64_t id, struct slice account, int64_t now)
{
    int rc = sql_run(tx, &outbox_to_account,
                     BINDS(BIND_TEXT("account", account), BIND_INT("held", outbox_held(0)),
                           BIND_INT("now", now), BIND_INT("id", id)));
    if (rc == 1)
        tx_wake(tx, WAKE_OUTBOX);
    return rc;
}
