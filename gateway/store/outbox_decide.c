/* What a person looks at and decides: rows of which nobody knows whether they arrived. */
#include "gateway/store/outbox_entry.h"

enum { TOTAL_LIMIT = 1000 };

SQL(outbox_uncertain_rows,
    "SELECT id, address, realm, recipient, account, message, priority, not_before, useful_until, "
    "attempt, trace, origin, segments, price, reason, changed_at FROM outbox "
    "WHERE state = 7 AND id > $after ORDER BY id LIMIT CAST($limit AS BIGINT)");

int outbox_uncertain(struct tx *tx, int64_t after_id, int limit, struct arena *a,
                     struct outbox_row **list)
{
    struct rows *rows = sql_rows(tx, &outbox_uncertain_rows,
                                 BINDS(BIND_INT("after", after_id), BIND_INT("limit", limit)));
    int n = 0;
    int rc = 0;
    *list = arena_alloc(a, (size_t)(limit > 0 ? limit : 1) * sizeof(**list));
    while (n < limit && (rc = rows_next(tx, rows)) == 1)
        (*list)[n++] = (struct outbox_row){
            .id = rows_int(rows, 0),
            .address = rows_int(rows, 1),
            .realm = arena_dup(a, rows_text(rows, 2)),
            .recipient = arena_dup(a, rows_text(rows, 3)),
            .account = arena_dup(a, rows_text(rows, 4)),
            .message = arena_dup(a, rows_text(rows, 5)),
            .priority = (enum outbox_priority)rows_int(rows, 6),
            .state = OUTBOX_UNCERTAIN,
            .not_before = rows_int(rows, 7),
            .useful_until = rows_int(rows, 8),
            .attempt = (int)rows_int(rows, 9),
            .trace = arena_dup(a, rows_text(rows, 10)),
            .origin = rows_int(rows, 11),
            .segments = (int)rows_int(rows, 12),
            .price = rows_int(rows, 13),
            .reason = arena_dup(a, rows_text(rows, 14)),
            .changed_at = rows_int(rows, 15),
        };
    rows_close(tx, rows);
    return rc < 0 ? rc : n;
}

int outbox_decide(struct tx *tx, int64_t id, enum outbox_decision what, int64_t now)
{
    struct arena a = { 0 };
    struct outbox_entry was;
    int rc = outbox_entry_load(tx, id, &a, &was);
    if (rc == 1 && was.state != OUTBOX_UNCERTAIN)
        rc = 0;
    if (rc == 1) {
        struct outbox_entry next = was;
        next.owner = 0; /* a late answer of the attempt changes nothing any more */
        next.reason = SLICE("decided");
        if (what == OUTBOX_DECIDE_AGAIN)
            outbox_entry_requeue(&next, now);
        else
            next.state = what == OUTBOX_DECIDE_SENT ? OUTBOX_SENT : OUTBOX_FAILED;
        if (next.state == OUTBOX_FAILED)
            next.segments = 0, next.price = 0;
        rc = outbox_entry_move(tx, &was, &next, now);
        if (rc == 1 && next.state == OUTBOX_QUEUED)
            tx_wake(tx, WAKE_OUTBOX);
    }
    arena_free(&a);
    return rc;
}

SQL(outbox_all_totals,
    "SELECT lane, state, COUNT(*), CAST(SUM(segments) AS BIGINT), CAST(SUM(price) AS BIGINT) "
    "FROM outbox GROUP BY lane, state ORDER BY lane, state LIMIT CAST($limit AS BIGINT)");

int outbox_totals(struct tx *tx, struct arena *a, struct outbox_total **totals)
{
    struct rows *rows = sql_rows(tx, &outbox_all_totals, BINDS(BIND_INT("limit", TOTAL_LIMIT)));
    int n = 0;
    int rc = 0;
    *totals = arena_alloc(a, TOTAL_LIMIT * sizeof(**totals));
    while (n < TOTAL_LIMIT && (rc = rows_next(tx, rows)) == 1)
        (*totals)[n++] = (struct outbox_total){ .lane = arena_dup(a, rows_text(rows, 0)),
                                                .state = (enum outbox_state)rows_int(rows, 1),
                                                .rows = rows_int(rows, 2),
                                                .segments = rows_int(rows, 3),
                                                .price = rows_int(rows, 4) };
    rows_close(tx, rows);
    return rc < 0 ? rc : n;
}
