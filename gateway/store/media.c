#include "gateway/store/media.h"

#include "gateway/base/mem.h"
#include "gateway/store/sql.h"

enum { OF_ONE_MAX = 50 };

SQL(media_insert,
    "INSERT INTO media (id, account, address, inbox, kind, media, state, attempt, not_before, "
    "wanted_until, path, bytes) VALUES ($id, $account, $address, $inbox, $kind, $media, 0, 0, $now, "
    "$until, '', 0)");
SQL(media_of_address, "SELECT id, account, inbox, kind, media, state, wanted_until, path "
                      "FROM media WHERE address = $address ORDER BY id "
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

int media_of(struct tx *tx, int64_t address, struct arena *a, struct media_row **out)
{
    struct media_row *list = arena_alloc(a, OF_ONE_MAX * sizeof(*list));
    struct rows *rows = sql_rows(
        tx, &media_of_address, BINDS(BIND_INT("address", address), BIND_INT("limit", OF_ONE_MAX)));
    int rc, n = 0;
    while ((rc = rows_next(tx, rows)) == 1)
        list[n++] = (struct media_row){
            .id = rows_int(rows, 0),
            .account = arena_dup(a, rows_text(rows, 1)),
            .address = address,
            .inbox = rows_int(rows, 2),
            .kind = arena_dup(a, rows_text(rows, 3)),
            .media = arena_dup(a, rows_text(rows, 4)),
            .state = (enum media_state)rows_int(rows, 5),
            .wanted_until = rows_int(rows, 6),
            .path = arena_dup(a, rows_text(rows, 7)),
        };
    *out = list;
    return rc < 0 ? rc : n;
}
