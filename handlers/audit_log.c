#include "handlers/audit_log.h"

#include "gateway/base/utf8.h"
#include "handlers/list.h"

SQL(audit_add, "INSERT INTO audit_log (id, at, address, role, org, what, subject, detail) "
               "VALUES ($id, $at, $address, $role, $org, $what, $subject, $detail)");

#define AUDIT_COLUMNS "id, at, address, role, org, what, subject, detail"

SQL(audit_all, "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE id < $before "
               "ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");

SQL(audit_of_org, "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE org = $org AND id < $before "
                  "ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");

SQL(audit_under, "WITH RECURSIVE down (id, depth) AS ("
                 "SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
                 "SELECT o.id, down.depth + 1 FROM organizations o JOIN down "
                 "ON o.parent = down.id WHERE down.depth < 16) "
                 "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE org IN (SELECT id FROM down) "
                 "AND id < $before AND (CAST($address AS BIGINT) = 0 OR address = $address) "
                 "ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");

enum { DETAIL_MAX = 200 };

int audit_put(const struct service *s, const struct audit_row *row)
{
    int rc = sql_run(s->tx, &audit_add,
                     BINDS(BIND_INT("id", ids_next(s->ids)), BIND_INT("at", s->now),
                           BIND_INT("address", row->address), BIND_INT("role", row->role),
                           BIND_INT("org", row->org), BIND_TEXT("what", row->what),
                           BIND_INT("subject", row->subject),
                           BIND_TEXT("detail", utf8_cut(row->detail, DETAIL_MAX))));
    return rc < 0 ? rc : 0;
}

static void read_row(const struct service *s, const struct rows *r, struct audit_row *out)
{
    out->id = rows_int(r, 0);
    out->at = rows_int(r, 1);
    out->address = rows_int(r, 2);
    out->role = rows_int(r, 3);
    out->org = rows_int(r, 4);
    out->what = arena_dup(s->arena, rows_text(r, 5));
    out->subject = rows_int(r, 6);
    out->detail = arena_dup(s->arena, rows_text(r, 7));
}

static int read_rows(const struct service *s, struct rows *r, struct audit_row **out)
{
    int n = 0, rc;
    struct audit_row *list = NULL;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        read_row(s, r, &list[n++]);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int64_t before_or_all(int64_t before)
{
    return before <= 0 ? INT64_MAX : before;
}

int audit_list(const struct service *s, int64_t org, int64_t before, int limit,
               struct audit_row **out)
{
    before = before_or_all(before);
    struct rows *r = org == 0
                         ? sql_rows(s->tx, &audit_all,
                                    BINDS(BIND_INT("before", before), BIND_INT("limit", limit)))
                         : sql_rows(s->tx, &audit_of_org,
                                    BINDS(BIND_INT("org", org), BIND_INT("before", before),
                                          BIND_INT("limit", limit)));
    return read_rows(s, r, out);
}

int audit_below(const struct service *s, int64_t org, int64_t address, int64_t before, int limit,
                struct audit_row **out)
{
    return read_rows(
        s,
        sql_rows(s->tx, &audit_under,
                 BINDS(BIND_INT("org", org), BIND_INT("address", address),
                       BIND_INT("before", before_or_all(before)), BIND_INT("limit", limit))),
        out);
}
