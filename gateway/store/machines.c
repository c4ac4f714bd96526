#include "gateway/store/machines.h"

#include <string.h>

SQL(machines_put, "INSERT INTO machines (address, what, until, texts) "
                  "VALUES ($address, $what, $until, 0) ON CONFLICT (address, what) "
                  "DO UPDATE SET until = excluded.until");
SQL(machines_count, "UPDATE machines SET until = $until, texts = texts + 1 "
                    "WHERE address = $address AND what = $what AND until > $now");
SQL(machines_count_text, "UPDATE machines SET until = $until, texts = texts + 1 "
                         "WHERE address = $address AND what IN (1, $text) AND until > $now");
/* Each message asks, and hardly one is silenced: an UPDATE that finds nothing, or a table that
 * SQLite makes of a list to look up (which the + 0 keeps it from), costs five times as much. */
SQL(machines_any_text, "SELECT 1 FROM machines WHERE address = $address AND what + 0 IN (1, $text) "
                       "AND until > $now LIMIT 1");
SQL(machines_delete, "DELETE FROM machines WHERE (address, what) IN (SELECT address, what "
                     "FROM machines WHERE until <= $now LIMIT CAST($limit AS BIGINT))");

int64_t machines_text(const unsigned char digest[32])
{
    int64_t number;
    memcpy(&number, digest, sizeof number);
    return number | 2;
}

int machines_hold(struct tx *tx, int64_t address, int64_t what, int64_t now, int seconds)
{
    int rc = sql_run(tx, &machines_put,
                     BINDS(BIND_INT("address", address), BIND_INT("what", what),
                           BIND_INT("until", now + seconds)));
    return rc < 0 ? rc : 0;
}

int machines_held(struct tx *tx, int64_t address, int64_t what, int64_t now, int seconds)
{
    return sql_run(tx, &machines_count,
                   BINDS(BIND_INT("address", address), BIND_INT("what", what), BIND_INT("now", now),
                         BIND_INT("until", now + seconds)));
}

int machines_silent(struct tx *tx, int64_t address, int64_t text, int64_t now, int seconds)
{
    int64_t any;
    int rc = sql_int(
        tx, &machines_any_text,
        BINDS(BIND_INT("address", address), BIND_INT("text", text), BIND_INT("now", now)), &any);
    if (rc != 1)
        return rc;
    rc = sql_run(tx, &machines_count_text,
                 BINDS(BIND_INT("address", address), BIND_INT("text", text), BIND_INT("now", now),
                       BIND_INT("until", now + seconds)));
    return rc < 0 ? rc : rc > 0;
}

int machines_purge(struct tx *tx, int64_t now, int limit)
{
    return sql_run(tx, &machines_delete, BINDS(BIND_INT("now", now), BIND_INT("limit", limit)));
}
