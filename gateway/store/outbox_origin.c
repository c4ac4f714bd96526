/* Rows that have one origin: stopped, held and counted together. A held row is a queued one whose
 * time lies OUTBOX_HELD_S (1099511627776) later. */
#include "gateway/store/outbox_entry.h"

enum { REASON_LIMIT = 100 };

SQL(outbox_withdraw_rows,
    "UPDATE outbox SET state = 6, reason = $reason, changed_at = $now WHERE id IN "
    "(SELECT id FROM outbox WHERE origin = $origin AND origin <> 0 AND state = 0 "
    "LIMIT CAST($limit AS BIGINT))");

int outbox_withdraw(struct tx *tx, int64_t origin, struct slice reason, int64_t now, int limit)
{
    return sql_run(tx, &outbox_withdraw_rows,
                   BINDS(BIND_TEXT("reason", reason), BIND_INT("now", now),
                         BIND_INT("origin", origin), BIND_INT("limit", limit)));
}

SQL(outbox_hold_rows,
    "UPDATE outbox SET not_before = not_before + 1099511627776, changed_at = $now WHERE id IN "
    "(SELECT id FROM outbox WHERE origin = $origin AND origin <> 0 AND state = 0 "
    "AND not_before < 1099511627776 LIMIT CAST($limit AS BIGINT))");

int outbox_hold(struct tx *tx, int64_t origin, int64_t now, int limit)
{
    return sql_run(
        tx, &outbox_hold_rows,
        BINDS(BIND_INT("now", now), BIND_INT("origin", origin), BIND_INT("limit", limit)));
}

SQL(outbox_release_rows,
    "UPDATE outbox SET not_before = not_before - 1099511627776 + $delay, changed_at = $now "
    "WHERE id IN (SELECT id FROM outbox WHERE origin = $origin AND origin <> 0 AND state = 0 "
    "AND not_before >= 1099511627776 LIMIT CAST($limit AS BIGINT))");

int outbox_release(struct tx *tx, int64_t origin, int64_t delay, int64_t now, int limit)
{
    int rc = sql_run(tx, &outbox_release_rows,
                     BINDS(BIND_INT("delay", delay), BIND_INT("now", now),
                           BIND_INT("origin", origin), BIND_INT("limit", limit)));
    if (rc > 0)
        tx_wake(tx, WAKE_OUTBOX);
    return rc;
}

SQL(outbox_count_states,
    "SELECT state, COUNT(*), CAST(SUM(segments) AS BIGINT), CAST(SUM(price) AS BIGINT) "
    "FROM outbox WHERE origin = $origin AND origin <> 0 GROUP BY state");

int outbox_counts(struct tx *tx, int64_t origin, struct outbox_counts *out)
{
    struct rows *rows = sql_rows(tx, &outbox_count_states, BINDS(BIND_INT("origin", origin)));
    int rc;
    *out = (struct outbox_counts){ 0 };
    while ((rc = rows_next(tx, rows)) == 1) {
        int64_t state = rows_int(rows, 0);
        if (state < 0 || state >= OUTBOX_STATES)
            continue;
        out->rows[state] = rows_int(rows, 1);
        out->segments += rows_int(rows, 2);
        out->price += rows_int(rows, 3);
    }
    rows_close(tx, rows);
    return rc;
}

/* By number: 5 failed, 6 expired, 7 uncertain. */
SQL(outbox_count_reasons, "SELECT state, reason, COUNT(*) AS n FROM outbox "
                          "WHERE origin = $origin AND origin <> 0 AND state IN (5, 6, 7) "
                          "GROUP BY state, reason ORDER BY n DESC, state, reason "
                          "LIMIT CAST($limit AS BIGINT)");

int outbox_reasons(struct tx *tx, int64_t origin, struct arena *a, struct outbox_reason **list)
{
    struct rows *rows =
        sql_rows(tx, &outbox_count_reasons,
                 BINDS(BIND_INT("origin", origin), BIND_INT("limit", REASON_LIMIT)));
    int n = 0;
    int rc = 0;
    *list = arena_alloc(a, REASON_LIMIT * sizeof(**list));
    while (n < REASON_LIMIT && (rc = rows_next(tx, rows)) == 1)
        (*list)[n++] = (struct outbox_reason){ .state = (enum outbox_state)rows_int(rows, 0),
                                               .reason = arena_dup(a, rows_text(rows, 1)),
                                               .rows = rows_int(rows, 2) };
    rows_close(tx, rows);
    return rc < 0 ? rc : n;
}
