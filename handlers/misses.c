#include "handlers/misses.h"

#include "gateway/base/utf8.h"
#include "handlers/list.h"
#include "handlers/protect.h"

static const char wording_column[] = "misses.wording";
static const char example_column[] = "misses.example";

SQL(miss_find, "SELECT id FROM misses WHERE digest = $digest AND why = $why");
SQL(miss_insert, "INSERT INTO misses (id, digest, why, wording, example, intent, context, asked, "
                 "times, first_at, last_at) VALUES ($id, $digest, $why, $wording, $example, "
                 "$intent, $context, $asked, 1, $now, $now) ON CONFLICT (digest, why) DO NOTHING");
SQL(miss_again, "UPDATE misses SET times = times + 1, last_at = $now, example = $example, "
                "intent = $intent, context = $context, asked = $asked WHERE id = $id");
SQL(misses_evict, "DELETE FROM misses WHERE id IN (SELECT id FROM misses "
                  "ORDER BY last_at DESC, id DESC LIMIT 100 OFFSET CAST($kept AS BIGINT))");
SQL(misses_most, "SELECT id, why, wording, example, intent, context, asked, times, first_at, "
                 "last_at FROM misses WHERE last_at >= $since "
                 "ORDER BY times DESC, last_at DESC, id DESC LIMIT CAST($limit AS BIGINT)");
SQL(misses_old, "DELETE FROM misses WHERE id IN (SELECT id FROM misses WHERE last_at < $before "
                "ORDER BY last_at LIMIT CAST($limit AS BIGINT))");

const char *miss_why_name(enum miss_why why)
{
    return why == MISS_CORRECTED ? "corrected" : "unknown";
}

static int insert(const struct service *s, const struct miss *m, struct slice digest)
{
    int64_t id = ids_next(s->ids);
    struct slice wording = utf8_cut(m->wording, MISS_TEXT_MAX);
    struct slice example = utf8_cut(m->example, MISS_TEXT_MAX);
    return sql_run(s->tx, &miss_insert,
                   BINDS(BIND_INT("id", id), BIND_BLOB("digest", digest), BIND_INT("why", m->why),
                         BIND_BLOB("wording", protect_text(s, wording_column, id, wording)),
                         BIND_BLOB("example", protect_text(s, example_column, id, example)),
                         BIND_TEXT("intent", m->intent), BIND_TEXT("context", m->context),
                         BIND_TEXT("asked", m->asked), BIND_INT("now", s->now)));
}

static int count_again(const struct service *s, const struct miss *m, int64_t id)
{
    struct slice example = utf8_cut(m->example, MISS_TEXT_MAX);
    return sql_run(s->tx, &miss_again,
                   BINDS(BIND_INT("id", id),
                         BIND_BLOB("example", protect_text(s, example_column, id, example)),
                         BIND_TEXT("intent", m->intent), BIND_TEXT("context", m->context),
                         BIND_TEXT("asked", m->asked), BIND_INT("now", s->now)));
}

int miss_note(const struct service *s, const struct miss *m)
{
    int64_t id = 0;
    if (m->wording.n == 0)
        return 0;
    struct slice digest = protect_digest(s, "miss", utf8_cut(m->wording, MISS_TEXT_MAX));
    const struct bind *key = BINDS(BIND_BLOB("digest", digest), BIND_INT("why", m->why));
    int rc = sql_int(s->tx, &miss_find, key, &id);
    if (rc == 0) {
        rc = insert(s, m, digest);
        if (rc == 1) {
            rc = sql_run(s->tx, &misses_evict, BINDS(BIND_INT("kept", MISSES_KEPT)));
            return rc < 0 ? rc : 0;
        }
        if (rc == 0) /* another worker was first */
            rc = sql_int(s->tx, &miss_find, key, &id);
    }
    if (rc == 1)
        rc = count_again(s, m, id);
    return rc < 0 ? rc : 0;
}

static int read_miss(const struct service *s, const struct rows *r, struct miss *out)
{
    *out = (struct miss){
        .id = rows_int(r, 0),
        .why = (enum miss_why)rows_int(r, 1),
        .intent = arena_dup(s->arena, rows_text(r, 4)),
        .context = arena_dup(s->arena, rows_text(r, 5)),
        .asked = arena_dup(s->arena, rows_text(r, 6)),
        .times = rows_int(r, 7),
        .first_at = rows_int(r, 8),
        .last_at = rows_int(r, 9),
    };
    int rc = protect_open(s, wording_column, out->id, rows_blob(r, 2), &out->wording);
    return rc < 0 ? rc : protect_open(s, example_column, out->id, rows_blob(r, 3), &out->example);
}

int misses_list(const struct service *s, int64_t since, int limit, struct miss **out)
{
    struct miss *list = NULL;
    int n = 0, rc;
    limit = limit > MISSES_LISTED_MAX ? MISSES_LISTED_MAX : limit;
    struct rows *rows =
        sql_rows(s->tx, &misses_most, BINDS(BIND_INT("since", since), BIND_INT("limit", limit)));
    while ((rc = rows_next(s->tx, rows)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        int bad = read_miss(s, rows, &list[n++]);
        if (bad != 0) {
            rows_close(s->tx, rows);
            return bad;
        }
    }
    *out = list;
    return rc < 0 ? rc : n;
}

int misses_purge(struct tx *tx, int64_t before, int limit)
{
    return sql_run(tx, &misses_old, BINDS(BIND_INT("before", before), BIND_INT("limit", limit)));
}
