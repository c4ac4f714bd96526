#include "gateway/store/outbox_number.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

SQL(outbox_number_nth,
    "SELECT sent_at FROM (SELECT sent_at FROM outbox WHERE address = $address AND sent_at > 0 "
    "AND sent_at >= $since AND segments > 0 AND account IN ($account, '') "
    "UNION ALL SELECT sent_at FROM inline_replies WHERE address = $address "
    "AND sent_at >= $since AND account = $account) t "
    "ORDER BY sent_at DESC LIMIT 1 OFFSET CAST($before AS BIGINT)");

/* Moves `*at` to `end` when `limit` messages left since `since`; `end` 0: a day after the oldest of
 * them. */
static int hold_window(struct tx *tx, int64_t address, struct slice account, int limit,
                       int64_t since, int64_t end, int64_t *at)
{
    int64_t oldest = 0;
    if (limit <= 0)
        return 0;
    int rc = sql_int(tx, &outbox_number_nth,
                     BINDS(BIND_INT("address", address), BIND_INT("since", since),
                           BIND_TEXT("account", account), BIND_INT("before", limit - 1)),
                     &oldest);
    if (rc <= 0)
        return rc;
    if (end == 0)
        end = oldest + DAY_S;
    if (end > *at)
        *at = end;
    return 0;
}

int outbox_number_next(struct tx *tx, int64_t address, struct slice account,
                       const struct number_limits *limits, struct zone zone, int64_t now,
                       int64_t *at)
{
    int64_t local = now + (int64_t)zone.offset_minutes * MINUTE_S;
    int64_t minute = now - local % MINUTE_S, hour = now - local % HOUR_S;
    *at = now;
    int rc = hold_window(tx, address, account, limits->minute, minute, minute + MINUTE_S, at);
    if (rc == 0)
        rc = hold_window(tx, address, account, limits->hour, hour, hour + HOUR_S, at);
    if (rc == 0)
        rc = hold_window(tx, address, account, limits->day, now - DAY_S + 1, 0, at);
    return rc;
}

SQL(outbox_number_add, "INSERT INTO inline_replies (id, address, account, sent_at) "
                       "VALUES ($id, $address, $account, $now)");

int outbox_number_inline(struct tx *tx, int64_t id, int64_t address, struct slice account,
                         int64_t now)
{
    int rc = sql_run(tx, &outbox_number_add,
                     BINDS(BIND_INT("id", id), BIND_INT("address", address),
                           BIND_TEXT("account", account), BIND_INT("now", now)));
    return rc < 0 ? rc : 0;
}

SQL(outbox_number_remove, "DELETE FROM inline_replies WHERE id = $id");

int outbox_number_forget(struct tx *tx, int64_t id)
{
    int rc = sql_run(tx, &outbox_number_remove, BINDS(BIND_INT("id", id)));
    return rc < 0 ? rc : 0;
}

SQL(outbox_number_drop, "DELETE FROM inline_replies WHERE id IN (SELECT id FROM inline_replies "
                        "WHERE sent_at < $before ORDER BY sent_at LIMIT CAST($limit AS BIGINT))");

int outbox_number_purge(struct tx *tx, int64_t now, int limit)
{
    return sql_run(tx, &outbox_number_drop,
                   BINDS(BIND_INT("before", now - DAY_S), BIND_INT("limit", limit)));
}
