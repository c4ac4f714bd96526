/* What the store keeps about itself: the last id, a mark of the keys, the probe; see store.h. */
#include "gateway/store/store.h"

#include "gateway/base/ids.h"
#include "gateway/store/connection.h"
#include "gateway/store/sealed.h"

enum { PROBE_BYTES = 64 * 1024 };

SQL(store_get_last_id, "SELECT value FROM counters WHERE name = 'last_id'");
SQL(store_set_last_id, "INSERT INTO counters (name, value) VALUES ('last_id', $id) "
                       "ON CONFLICT (name) DO UPDATE SET value = excluded.value "
                       "WHERE counters.value < excluded.value");

int store_last_id(struct tx *tx, int64_t *out)
{
    *out = 0;
    int rc = sql_int(tx, &store_get_last_id, NO_BINDS, out);
    return rc < 0 ? rc : 0;
}

/* Where many write, the row would hold them up in turn: it is written ahead, once a second. */
enum { AHEAD_MS = 1000 };

int store_keep_last_id(struct tx *tx, int64_t id)
{
    if (tx_shared(tx)) {
        if (id <= tx->store->kept_id)
            return 0;
        id = ids_floor(ids_time_ms(id) + AHEAD_MS);
        tx->store->kept_id = id;
    }
    int rc = sql_run(tx, &store_set_last_id, BINDS(BIND_INT("id", id)));
    return rc < 0 ? rc : 0;
}

SQL(store_get_mark, "SELECT value FROM marks WHERE name = $name");
SQL(store_set_mark, "INSERT INTO marks (name, value) VALUES ($name, $value) "
                    "ON CONFLICT (name) DO NOTHING");

int store_check_key(struct tx *tx, const struct vault *v, struct arena *a)
{
    const struct slice name = SLICE("key");
    struct rows *rows = sql_rows(tx, &store_get_mark, BINDS(BIND_TEXT("name", name)));
    int rc = rows_next(tx, rows);
    if (rc == 1) {
        struct slice clear;
        rc = vault_open_sealed(v, VAULT_SEAL, name, rows_blob(rows, 0), a, &clear);
        rows_close(tx, rows);
        return rc;
    }
    if (rc < 0)
        return rc;
    struct slice value = vault_seal(v, VAULT_SEAL, name, name, a);
    rc = sql_run(tx, &store_set_mark, BINDS(BIND_TEXT("name", name), BIND_BLOB("value", value)));
    return rc < 0 ? rc : 0;
}

SQL(store_write_probe, "INSERT INTO probe (id, filler) VALUES (1, $filler) "
                       "ON CONFLICT (id) DO UPDATE SET filler = excluded.filler");
SQL(store_empty_probe, "DELETE FROM probe");

int store_probe(struct tx *tx)
{
    static const char filler[PROBE_BYTES];
    int rc = sql_run(tx, &store_write_probe,
                     BINDS(BIND_BLOB("filler", ((struct slice){ filler, sizeof(filler) }))));
    if (rc >= 0)
        rc = sql_run(tx, &store_empty_probe, NO_BINDS);
    return rc < 0 ? rc : 0;
}
