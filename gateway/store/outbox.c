#include "gateway/store/outbox.h"

#include "gateway/store/outbox_entry.h"
#include "gateway/store/sealed.h"

static const char params_column[] = "outbox.params";

enum { TO_LIMIT = 50 };

SQL(outbox_insert,
    "INSERT INTO outbox (id, address, realm, recipient, account, message, params, priority, state, "
    "not_before, useful_until, attempt, owner, lease_until, provider_id, reason, trace, "
    "created_at, changed_at, origin, lane) VALUES ($id, $address, $realm, $recipient, $account, "
    "$message, $params, $priority, $state, $not_before, $useful_until, 0, 0, 0, '', $reason, "
    "$trace, $now, $now, $origin, $lane)");

int outbox_put(struct tx *tx, const struct vault *v, const struct outbox_row *row, int64_t now,
               struct arena *a)
{
    if (row->id == 0 || row->realm.n == 0 || row->priority < OUTBOX_CODE ||
        row->priority > OUTBOX_BROADCAST)
        return GW_EINVAL;
    const struct outbox_entry e = { .useful_until = row->useful_until };
    bool stale = outbox_entry_too_late(&e, row->not_before);
    struct slice params = sealed_column(v, params_column, row->id, row->params, a);
    int rc = sql_run(
        tx, &outbox_insert,
        BINDS(BIND_INT("id", row->id), BIND_INT("address", row->address),
              BIND_TEXT("realm", row->realm), BIND_TEXT("recipient", row->recipient),
              BIND_TEXT("account", row->account), BIND_TEXT("message", row->message),
              BIND_BLOB("params", params), BIND_INT("priority", row->priority),
              BIND_INT("state", stale ? OUTBOX_EXPIRED : OUTBOX_QUEUED),
              BIND_INT("not_before", row->not_before), BIND_INT("useful_until", row->useful_until),
              BIND_TEXT("reason", stale ? SLICE("stale") : SLICE("")),
              BIND_TEXT("trace", row->trace), BIND_INT("now", now), BIND_INT("origin", row->origin),
              BIND_TEXT("lane", row->account.n > 0 ? row->account : row->realm)));
    if (rc < 0)
        return rc;
    if (!stale)
        tx_wake(tx, WAKE_OUTBOX);
    return 0;
}

#define ROW_COLUMNS                                                                                \
    "id, address, realm, recipient, account, message, params, priority, state, not_before, "       \
    "useful_until, attempt, trace, origin, segments, price, reason, changed_at, owner, spared, "   \
    "ways_closed"

/* Reads the row that `rows` stands on. 0, or GW_ECRYPTO with everything but the parameters. */
static int fill(const struct rows *rows, const struct vault *v, struct arena *a,
                struct outbox_row *out)
{
    *out = (struct outbox_row){
        .id = rows_int(rows, 0),
        .address = rows_int(rows, 1),
        .realm = arena_dup(a, rows_text(rows, 2)),
        .recipient = arena_dup(a, rows_text(rows, 3)),
        .account = arena_dup(a, rows_text(rows, 4)),
        .message = arena_dup(a, rows_text(rows, 5)),
        .priority = (enum outbox_priority)rows_int(rows, 7),
        .state = (enum outbox_state)rows_int(rows, 8),
        .not_before = rows_int(rows, 9),
        .useful_until = rows_int(rows, 10),
        .attempt = (int)rows_int(rows, 11),
        .trace = arena_dup(a, rows_text(rows, 12)),
        .origin = rows_int(rows, 13),
        .segments = (int)rows_int(rows, 14),
        .price = rows_int(rows, 15),
        .reason = arena_dup(a, rows_text(rows, 16)),
        .changed_at = rows_int(rows, 17),
        .owner = rows_int(rows, 18),
        .spared = (int)rows_int(rows, 19),
        .ways_closed = (unsigned)rows_int(rows, 20),
    };
    return sealed_open(v, params_column, out->id, rows_blob(rows, 6), a, &out->params);
}

SQL(outbox_get_row, "SELECT " ROW_COLUMNS " FROM outbox WHERE id = $id");

int outbox_get(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
               struct outbox_row *out)
{
    struct rows *rows = sql_rows(tx, &outbox_get_row, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    rc = fill(rows, v, a, out);
    rows_close(tx, rows);
    return rc == 0 ? 1 : rc;
}

SQL(outbox_to_rows, "SELECT " ROW_COLUMNS " FROM outbox WHERE address = $address AND id > $after "
                    "ORDER BY id LIMIT CAST($limit AS BIGINT)");

int outbox_to(struct tx *tx, const struct vault *v, int64_t address, int64_t after_id,
              struct arena *a, struct outbox_row **rows)
{
    *rows = arena_alloc(a, TO_LIMIT * sizeof(**rows));
    struct rows *r = sql_rows(tx, &outbox_to_rows,
                              BINDS(BIND_INT("address", address), BIND_INT("after", after_id),
                                    BIND_INT("limit", TO_LIMIT)));
    int n = 0;
    int rc;
    while ((rc = rows_next(tx, r)) == 1) {
        rc = fill(r, v, a, &(*rows)[n]);
        if (rc != 0)
            break;
        n++;
    }
    rows_close(tx, r);
    return rc < 0 ? rc : n;
}

/* By number: states 0 queued, 1 leased, 2 sending, 6 expired, 7 uncertain; priorities 1 codes, 3
 * notices, 4 broadcasts. Rows that have no final state are few, but no index names them: a restore
 * may take its time. */
SQL(outbox_restore_uncertain, "UPDATE outbox SET state = 7, owner = 0, lease_until = 0, "
                              "reason = 'restored', changed_at = $now "
                              "WHERE state IN (0, 1, 2) AND priority IN (3, 4)");
SQL(outbox_restore_expired, "UPDATE outbox SET state = 6, owner = 0, lease_until = 0, "
                            "reason = 'restored', changed_at = $now "
                            "WHERE state IN (0, 1, 2) AND priority = 1");

int outbox_restored(struct tx *tx, int64_t now)
{
    int uncertain = sql_run(tx, &outbox_restore_uncertain, BINDS(BIND_INT("now", now)));
    if (uncertain < 0)
        return uncertain;
    int expired = sql_run(tx, &outbox_restore_expired, BINDS(BIND_INT("now", now)));
    return expired < 0 ? expired : uncertain + expired;
}

SQL(outbox_purge_final, "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox "
                        "WHERE id < $before AND state IN (3, 4, 5, 6) ORDER BY id "
                        "LIMIT CAST($limit AS BIGINT))");

int outbox_purge(struct tx *tx, int64_t before, int limit)
{
    return sql_run(tx, &outbox_purge_final,
                   BINDS(BIND_INT("before", ids_floor(before * 1000)), BIND_INT("limit", limit)));
}
