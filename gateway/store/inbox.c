#include "gateway/store/inbox.h"

#include "gateway/store/sealed.h"

static const char message_column[] = "inbox.message";
static const char reply_column[] = "inbox.reply";

SQL(inbox_claim_key, "INSERT INTO seen (account, key, inbox, seen_at) "
                     "VALUES ($account, $key, $inbox, $now) ON CONFLICT (account, key) DO NOTHING");
SQL(inbox_claimed_by, "SELECT inbox FROM seen WHERE account = $account AND key = $key");

int inbox_claim(struct tx *tx, struct slice account, struct slice key, int64_t id, int64_t now,
                int64_t *first)
{
    if (key.n == 0 || key.n > INBOX_KEY_LIMIT)
        return GW_EINVAL;
    int rc = sql_run(tx, &inbox_claim_key,
                     BINDS(BIND_TEXT("account", account), BIND_TEXT("key", key),
                           BIND_INT("inbox", id), BIND_INT("now", now)));
    if (rc != 0)
        return rc;
    rc = sql_int(tx, &inbox_claimed_by, BINDS(BIND_TEXT("account", account), BIND_TEXT("key", key)),
                 first);
    return rc == 1 ? 0 : rc == 0 ? GW_EDATA : rc;
}

SQL(inbox_insert, "INSERT INTO inbox (id, account, address, received_at, trace, message, reply) "
                  "VALUES ($id, $account, $address, $received_at, $trace, $message, $reply)");

int inbox_put(struct tx *tx, const struct vault *v, const struct inbox_row *row, struct arena *a)
{
    struct slice message = sealed_column(v, message_column, row->id, row->text, a);
    struct slice reply = sealed_column(v, reply_column, row->id, row->reply, a);
    int rc =
        sql_run(tx, &inbox_insert,
                BINDS(BIND_INT("id", row->id), BIND_TEXT("account", row->account),
                      BIND_INT("address", row->address), BIND_INT("received_at", row->received_at),
                      BIND_TEXT("trace", row->trace), BIND_BLOB("message", message),
                      BIND_BLOB("reply", reply)));
    return rc < 0 ? rc : 0;
}

SQL(inbox_get_reply, "SELECT reply, received_at FROM inbox WHERE id = $id");

int inbox_reply(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
                struct slice *reply, int64_t *received_at)
{
    struct rows *rows = sql_rows(tx, &inbox_get_reply, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *received_at = rows_int(rows, 1);
    int opened = sealed_open(v, reply_column, id, rows_blob(rows, 0), a, reply);
    rows_close(tx, rows);
    return opened == 0 ? 1 : opened;
}

SQL(inbox_get_row, "SELECT account, address, received_at, trace, message, reply FROM inbox "
                   "WHERE id = $id");

int inbox_get(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
              struct inbox_row *out)
{
    struct rows *rows = sql_rows(tx, &inbox_get_row, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *out = (struct inbox_row){
        .id = id,
        .account = arena_dup(a, rows_text(rows, 0)),
        .address = rows_int(rows, 1),
        .received_at = rows_int(rows, 2),
        .trace = arena_dup(a, rows_text(rows, 3)),
    };
    int opened = sealed_open(v, message_column, id, rows_blob(rows, 4), a, &out->text);
    if (opened == 0)
        opened = sealed_open(v, reply_column, id, rows_blob(rows, 5), a, &out->reply);
    rows_close(tx, rows);
    return opened == 0 ? 1 : opened;
}

/* The part of the index inbox_recent that holds an address, back to INBOX_LAST_DAYS before the
 * newest message. 4194304 is one millisecond of an id (ids.h); 2536715059200000 are seven days.
 * The plus sign keeps SQLite from putting $address into the first comparison, which would then no
 * longer be that of the index. */
#define RECENT_OF_ADDRESS                                                                          \
    "address / 4194304 % 8 = CAST($address AS BIGINT) / 4194304 % 8 AND +address = $address "      \
    "AND id > (SELECT MAX(id) FROM inbox) - 2536715059200000 "

SQL(inbox_newest, "SELECT id, message FROM inbox WHERE " RECENT_OF_ADDRESS
                  "ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");

int inbox_last(struct tx *tx, const struct vault *v, int64_t address, int limit, struct arena *a,
               void (*each)(void *context, struct slice text), void *context)
{
    if (limit < 1 || limit > INBOX_LAST_LIMIT)
        return GW_EINVAL;
    struct slice texts[INBOX_LAST_LIMIT];
    int n = 0;
    struct rows *rows =
        sql_rows(tx, &inbox_newest, BINDS(BIND_INT("address", address), BIND_INT("limit", limit)));
    int rc;
    while ((rc = rows_next(tx, rows)) == 1) {
        rc = sealed_open(v, message_column, rows_int(rows, 0), rows_blob(rows, 1), a, &texts[n]);
        if (rc != 0)
            break;
        n++;
    }
    rows_close(tx, rows);
    if (rc < 0)
        return rc;
    for (int i = n; i > 0; i--)
        each(context, texts[i - 1]);
    return n;
}

SQL(inbox_before, "SELECT id, received_at, message FROM inbox WHERE " RECENT_OF_ADDRESS
                  "ORDER BY id DESC LIMIT 1");

int inbox_previous(struct tx *tx, const struct vault *v, int64_t address, struct arena *a,
                   struct inbox_row *out)
{
    struct rows *rows = sql_rows(tx, &inbox_before, BINDS(BIND_INT("address", address)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *out = (struct inbox_row){ .id = rows_int(rows, 0),
                               .address = address,
                               .received_at = rows_int(rows, 1) };
    int opened = sealed_open(v, message_column, out->id, rows_blob(rows, 2), a, &out->text);
    rows_close(tx, rows);
    return opened == 0 ? 1 : opened;
}

SQL(inbox_empty,
    "UPDATE inbox SET message = $nothing WHERE " RECENT_OF_ADDRESS "AND received_at >= $since");

int inbox_forget(struct tx *tx, int64_t address, int64_t since)
{
    return sql_run(tx, &inbox_empty,
                   BINDS(BIND_BLOB("nothing", SLICE("")), BIND_INT("address", address),
                         BIND_INT("since", since)));
}

SQL(inbox_purge_seen, "DELETE FROM seen WHERE (account, key) IN (SELECT account, key FROM seen "
                      "WHERE seen_at < $before ORDER BY seen_at LIMIT CAST($limit AS BIGINT))");
SQL(inbox_purge_rows, "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox "
                      "WHERE id < $before ORDER BY id LIMIT CAST($limit AS BIGINT))");

int inbox_purge(struct tx *tx, int64_t seen_before, int64_t text_before, int limit)
{
    int claims = sql_run(tx, &inbox_purge_seen,
                         BINDS(BIND_INT("before", seen_before), BIND_INT("limit", limit)));
    if (claims < 0)
        return claims;
    int rows =
        sql_run(tx, &inbox_purge_rows,
                BINDS(BIND_INT("before", ids_floor(text_before * 1000)), BIND_INT("limit", limit)));
    return rows < 0 ? rows : claims + rows;
}
