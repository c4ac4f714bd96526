#include "gateway/store/timers.h"

SQL(timers_upsert, "INSERT INTO timers (kind, subject, due, generation) "
                   "VALUES ($kind, $subject, $due, 1) ON CONFLICT (kind, subject) DO UPDATE "
                   "SET due = excluded.due, generation = timers.generation + 1");

int timers_set(struct tx *tx, const char *kind, int64_t subject, int64_t due)
{
    int rc =
        sql_run(tx, &timers_upsert,
                BINDS(BIND_STR("kind", kind), BIND_INT("subject", subject), BIND_INT("due", due)));
    if (rc < 0)
        return rc;
    tx_wake(tx, WAKE_TIMERS);
    return 0;
}

SQL(timers_delete, "DELETE FROM timers WHERE kind = $kind AND subject = $subject");

int timers_withdraw(struct tx *tx, const char *kind, int64_t subject)
{
    return sql_run(tx, &timers_delete, BINDS(BIND_STR("kind", kind), BIND_INT("subject", subject)));
}

int timers_cancel(struct tx *tx, const char *kind, int64_t subject)
{
    int rc = timers_withdraw(tx, kind, subject);
    return rc < 0 ? rc : 0;
}

SQL(timers_select_due, "SELECT kind, subject, due, generation FROM timers WHERE due <= $now "
                       "ORDER BY due, kind, subject LIMIT CAST($limit AS BIGINT) "
                       "/*pg: FOR UPDATE SKIP LOCKED*/"); /* another gateway runs those */

int timers_due(struct tx *tx, int64_t now, int limit, struct arena *a, struct timer_row **rows)
{
    if (limit < 1)
        return GW_EINVAL;
    *rows = arena_alloc(a, (size_t)limit * sizeof(**rows));
    struct rows *r =
        sql_rows(tx, &timers_select_due, BINDS(BIND_INT("now", now), BIND_INT("limit", limit)));
    int n = 0;
    int rc;
    while ((rc = rows_next(tx, r)) == 1) {
        (*rows)[n++] = (struct timer_row){
            .kind = arena_dup(a, rows_text(r, 0)),
            .subject = rows_int(r, 1),
            .due = rows_int(r, 2),
            .generation = rows_int(r, 3),
        };
    }
    return rc < 0 ? rc : n;
}

/* The due time as well, because the generation of a timer that was cancelled and set anew begins
 * at 1. */
SQL(timers_take_row, "DELETE FROM timers WHERE kind = $kind AND subject = $subject "
                     "AND generation = $generation AND due = $due");

int timers_take(struct tx *tx, const struct timer_row *row)
{
    return sql_run(tx, &timers_take_row,
                   BINDS(BIND_TEXT("kind", row->kind), BIND_INT("subject", row->subject),
                         BIND_INT("generation", row->generation), BIND_INT("due", row->due)));
}

SQL(timers_first, "SELECT due FROM timers ORDER BY due LIMIT 1");

int timers_next(struct tx *tx, int64_t *due)
{
    return sql_int(tx, &timers_first, NO_BINDS, due);
}
