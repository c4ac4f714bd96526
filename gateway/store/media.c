#include "gateway/store/media.h"

#include "gateway/base/ids.h"
#include "gateway/base/mem.h"
#include "gateway/store/sql.h"

enum { OF_ONE_MAX = 50 };

SQL(media_insert,
    "INSERT INTO media (id, account, address, inbox, kind, media, state, attempt, not_before, "
    "wanted_until, path, bytes) VALUES ($id, $account, $address, $inbox, $kind, $media, 0, 0, $now, "
    "$until, '', 0)");
#define ROW_COLUMNS                                                                                \
    "id, account, address, inbox, kind, media, state, wanted_until, path, attempt, bytes"

SQL(media_of_address, "SELECT " ROW_COLUMNS " FROM media WHERE address = $address ORDER BY id "
                      "LIMIT CAST($limit AS BIGINT)");

int media_put(struct tx *tx, const struct media_row *row, int64_t now)
{
    int rc = sql_run(tx, &media_insert,
                     BINDS(BIND_INT("id", row->id), BIND_TEXT("account", row->account),
                           BIND_INT("address", row->address), BIND_INT("inbox", row->inbox),
                           BIND_TEXT("kind", row->kind), BIND_TEXT("media", row->media),
                           BIND_INT("now", now), BIND_INT("until", row->wanted_until)));
    return rc < 0 ? rc : GW_OK;
}

static struct media_row fill(const struct rows *rows, struct arena *a)
{
    return (struct media_row){
        .id = rows_int(rows, 0),
        .account = arena_dup(a, rows_text(rows, 1)),
        .address = rows_int(rows, 2),
        .inbox = rows_int(rows, 3),
        .kind = arena_dup(a, rows_text(rows, 4)),
        .media = arena_dup(a, rows_text(rows, 5)),
        .state = (enum media_state)rows_int(rows, 6),
        .wanted_until = rows_int(rows, 7),
        .path = arena_dup(a, rows_text(rows, 8)),
        .attempt = (int)rows_int(rows, 9),
        .bytes = rows_int(rows, 10),
        .at = ids_time_ms(rows_int(rows, 0)) / 1000,
    };
}

static int collect(struct tx *tx, struct rows *rows, int limit, struct arena *a,
                   struct media_row **out)
{
    struct media_row *list = arena_alloc(a, ((size_t)limit + 1) * sizeof(*list));
    int rc = 0, n = 0;
    while (n < limit && (rc = rows_next(tx, rows)) == 1)
        list[n++] = fill(rows, a);
    rows_close(tx, rows);
    *out = list;
    return rc < 0 ? rc : n;
}

int media_of(struct tx *tx, int64_t address, struct arena *a, struct media_row **out)
{
    struct rows *rows = sql_rows(
        tx, &media_of_address, BINDS(BIND_INT("address", address), BIND_INT("limit", OF_ONE_MAX)));
    return collect(tx, rows, OF_ONE_MAX, a, out);
}

SQL(media_first, "SELECT " ROW_COLUMNS ", not_before FROM media WHERE state = 0 "
                 "ORDER BY not_before, id LIMIT 1");

int media_due(struct tx *tx, int64_t now, struct arena *a, struct media_row *out, int64_t *next)
{
    struct rows *rows = sql_rows(tx, &media_first, NO_BINDS);
    int rc = rows_next(tx, rows);
    *next = 0;
    if (rc != 1)
        return rc;
    *out = fill(rows, a);
    *next = rows_int(rows, 11);
    rows_close(tx, rows);
    return *next <= now;
}

/* Their times are at most as late as what they are wanted until, so the index finds them first. */
SQL(media_old, "UPDATE media SET state = 2 WHERE id IN (SELECT id FROM media WHERE state = 0 "
               "AND not_before <= $now AND wanted_until <= $now ORDER BY not_before, id "
               "LIMIT CAST($limit AS BIGINT))");

int media_expire(struct tx *tx, int64_t now, int limit)
{
    return sql_run(tx, &media_old, BINDS(BIND_INT("now", now), BIND_INT("limit", limit)));
}

SQL(media_later, "UPDATE media SET attempt = attempt + 1, not_before = CASE WHEN wanted_until < "
                 "CAST($at AS BIGINT) THEN wanted_until ELSE CAST($at AS BIGINT) END "
                 "WHERE id = $id AND state = 0");

int media_put_off(struct tx *tx, int64_t id, int64_t at)
{
    int rc = sql_run(tx, &media_later, BINDS(BIND_INT("at", at), BIND_INT("id", id)));
    return rc < 0 ? rc : GW_OK;
}

SQL(media_here, "UPDATE media SET state = 1, path = $path, bytes = $bytes "
                "WHERE id = $id AND state = 0");

int media_fetched(struct tx *tx, int64_t id, struct slice path, int64_t bytes)
{
    return sql_run(tx, &media_here,
                   BINDS(BIND_TEXT("path", path), BIND_INT("bytes", bytes), BIND_INT("id", id)));
}

SQL(media_gone, "UPDATE media SET state = 2 WHERE id = $id AND state = 0");

int media_lost(struct tx *tx, int64_t id)
{
    int rc = sql_run(tx, &media_gone, BINDS(BIND_INT("id", id)));
    return rc < 0 ? rc : GW_OK;
}

SQL(media_by_id, "SELECT " ROW_COLUMNS " FROM media WHERE id = $id");

int media_get(struct tx *tx, int64_t id, struct arena *a, struct media_row *out)
{
    struct rows *rows = sql_rows(tx, &media_by_id, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *out = fill(rows, a);
    rows_close(tx, rows);
    return 1;
}

SQL(media_before, "SELECT " ROW_COLUMNS " FROM media WHERE id < $before ORDER BY id DESC "
                  "LIMIT CAST($limit AS BIGINT)");

int media_list(struct tx *tx, int64_t before, int limit, struct arena *a, struct media_row **out)
{
    struct rows *rows =
        sql_rows(tx, &media_before, BINDS(BIND_INT("before", before), BIND_INT("limit", limit)));
    return collect(tx, rows, limit, a, out);
}

SQL(media_purge_old, "DELETE FROM media WHERE id IN (SELECT id FROM media WHERE id < $before "
                     "ORDER BY id LIMIT CAST($limit AS BIGINT))");

int media_purge(struct tx *tx, int64_t before, int limit)
{
    return sql_run(tx, &media_purge_old,
                   BINDS(BIND_INT("before", ids_floor(before * 1000)), BIND_INT("limit", limit)));
}
