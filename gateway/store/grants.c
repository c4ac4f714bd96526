#include "gateway/store/grants.h"

#include "gateway/store/sql.h"

SQL(grant_upsert, "INSERT INTO reply_grants (address, kind, remaining, granted_at, valid_until) "
                  "VALUES ($address, $kind, $count, $now, $until) ON CONFLICT (address, kind) DO "
                  "UPDATE SET remaining = excluded.remaining, granted_at = excluded.granted_at, "
                  "valid_until = excluded.valid_until");
SQL(grant_use, "UPDATE reply_grants SET remaining = remaining - 1 WHERE address = $address "
               "AND kind = (SELECT kind FROM reply_grants WHERE address = $address "
               "AND remaining > 0 AND valid_until > $now ORDER BY valid_until, kind LIMIT 1)");
SQL(grant_drop, "DELETE FROM reply_grants WHERE address = $address");
SQL(grant_sum, "SELECT CAST(COALESCE(SUM(remaining), 0) AS BIGINT) FROM reply_grants "
               "WHERE address = $address AND valid_until > $now");

int grant_give(struct tx *tx, int64_t address, int kind, int count, int seconds, int64_t now)
{
    int rc = sql_run(tx, &grant_upsert,
                     BINDS(BIND_INT("address", address), BIND_INT("kind", kind),
                           BIND_INT("count", count), BIND_INT("now", now),
                           BIND_INT("until", now + seconds)));
    return rc < 0 ? rc : GW_OK;
}

int grant_take(struct tx *tx, int64_t address, int64_t now)
{
    return sql_run(tx, &grant_use, BINDS(BIND_INT("address", address), BIND_INT("now", now)));
}

int grant_clear(struct tx *tx, int64_t address)
{
    int rc = sql_run(tx, &grant_drop, BINDS(BIND_INT("address", address)));
    return rc < 0 ? rc : GW_OK;
}

int grant_left(struct tx *tx, int64_t address, int64_t now)
{
    int64_t left = 0;
    int rc =
        sql_int(tx, &grant_sum, BINDS(BIND_INT("address", address), BIND_INT("now", now)), &left);
    return rc < 0 ? rc : (int)left;
}
