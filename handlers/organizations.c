#include "handlers/organizations.h"

#include "handlers/list.h"
#include "handlers/places.h"

#define ORG_COLUMNS "id, parent, kind, name, shown, area, duty"

SQL(org_insert, "INSERT INTO organizations (" ORG_COLUMNS ") "
                "VALUES ($id, $parent, $kind, $name, $shown, $area, $duty) "
                "ON CONFLICT (name) DO NOTHING RETURNING id");
SQL(org_id_of_name, "SELECT id FROM organizations WHERE name = $name");
SQL(org_one, "SELECT " ORG_COLUMNS " FROM organizations WHERE id = $id");
SQL(org_called, "SELECT " ORG_COLUMNS " FROM organizations WHERE name = $name OR shown = $name "
                "ORDER BY kind, id LIMIT 1");
SQL(org_at_area, "SELECT " ORG_COLUMNS " FROM organizations WHERE area = $area "
                 "AND kind IN (1, 3, 4) ORDER BY kind DESC, id LIMIT 1");
SQL(org_all, "SELECT " ORG_COLUMNS " FROM organizations ORDER BY kind, area, id "
             "LIMIT CAST($limit AS BIGINT)");
/* The depth ends a loop in damaged data. */
SQL(org_chain, "WITH RECURSIVE up (id, parent, depth) AS ("
               "SELECT id, parent, 0 FROM organizations WHERE id = $org UNION ALL "
               "SELECT o.id, o.parent, up.depth + 1 FROM organizations o JOIN up "
               "ON o.id = up.parent WHERE up.depth < 16) "
               "SELECT COUNT(*) FROM up WHERE id = $ancestor");
SQL(org_duty_set, "UPDATE organizations SET duty = $role WHERE id = $org AND EXISTS "
                  "(SELECT 1 FROM roles WHERE id = $role AND org = $org AND state = 2)");
/* Kinds of role in the order in which they answer: duty 4, station 3, organizer 2, lead 1, and in
 * organizations that have none of these school 5 and department 6. */
SQL(org_duty_of, "SELECT r.id, r.address, r.name, o.shown, o.parent FROM organizations o "
                 "LEFT JOIN roles r ON r.org = o.id AND r.state = 2 AND r.used_at >= $awake "
                 "AND r.slept_at = 0 "
                 "WHERE o.id = $org ORDER BY CASE WHEN r.id = o.duty THEN 0 ELSE 1 END, "
                 "CASE WHEN r.kind > 4 THEN 1 ELSE 0 END, r.kind DESC, r.id LIMIT 1");

enum { LEVELS_MAX = 16, DAY_SECONDS = 86400 };

const char *org_kind_name(enum org_kind kind)
{
    static const char *const names[] = { "?",       "district", "office", "branch",
                                         "station", "team",     "school", "department" };
    return kind >= ORG_DISTRICT && kind <= ORG_DEPARTMENT ? names[kind] : names[0];
}

int org_add(const struct service *s, const struct organization *org, int64_t *id)
{
    *id = org->id ? org->id : ids_next(s->ids);
    struct slice shown = org->shown.n ? org->shown : org->name;
    int64_t made = 0;
    int rc = sql_int(s->tx, &org_insert,
                     BINDS(BIND_INT("id", *id), BIND_INT("parent", org->parent),
                           BIND_INT("kind", org->kind), BIND_TEXT("name", org->name),
                           BIND_TEXT("shown", shown), BIND_INT("area", org->area),
                           BIND_INT("duty", org->duty)),
                     &made);
    if (rc != 0)
        return rc;
    rc = sql_int(s->tx, &org_id_of_name, BINDS(BIND_TEXT("name", org->name)), id);
    return rc < 0 ? rc : 0;
}

static void read_org(const struct service *s, const struct rows *r, struct organization *out)
{
    out->id = rows_int(r, 0);
    out->parent = rows_int(r, 1);
    out->kind = (enum org_kind)rows_int(r, 2);
    out->name = arena_dup(s->arena, rows_text(r, 3));
    out->shown = arena_dup(s->arena, rows_text(r, 4));
    out->area = rows_int(r, 5);
    out->duty = rows_int(r, 6);
}

static int read_one(const struct service *s, struct rows *r, struct organization *out)
{
    int rc = rows_next(s->tx, r);
    *out = (struct organization){ 0 };
    if (rc == 1) {
        read_org(s, r, out);
        rows_close(s->tx, r);
    }
    return rc;
}

int org_get(const struct service *s, int64_t id, struct organization *out)
{
    return read_one(s, sql_rows(s->tx, &org_one, BINDS(BIND_INT("id", id))), out);
}

int org_by_name(const struct service *s, struct slice name, struct organization *out)
{
    return read_one(s, sql_rows(s->tx, &org_called, BINDS(BIND_TEXT("name", name))), out);
}

int org_for_area(const struct service *s, int64_t area, struct organization *out)
{
    int64_t tries[] = { area, places_township(area), places_county(area), 0 };
    for (size_t i = 0; i < 3; i++) {
        if (tries[i] == 0)
            continue;
        int rc = read_one(s, sql_rows(s->tx, &org_at_area, BINDS(BIND_INT("area", tries[i]))), out);
        if (rc != 0)
            return rc;
    }
    struct organization *top;
    int n = org_list(s, 1, &top); /* lives elsewhere: the district */
    if (n == 1)
        *out = top[0];
    return n;
}

int org_within(const struct service *s, int64_t org, int64_t ancestor)
{
    int64_t n = 0;
    if (org == ancestor)
        return org != 0;
    int rc =
        sql_int(s->tx, &org_chain, BINDS(BIND_INT("org", org), BIND_INT("ancestor", ancestor)), &n);
    return rc < 0 ? rc : n > 0;
}

int org_list(const struct service *s, int limit, struct organization **out)
{
    struct rows *r = sql_rows(s->tx, &org_all, BINDS(BIND_INT("limit", limit)));
    struct organization *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        read_org(s, r, &list[n++]);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

/* The person of one organization: 1, 0 when there is none, with `*parent` 0 at the top; or GW_E*.
 */
static int duty_at(const struct service *s, int64_t org, struct duty *out, int64_t *parent)
{
    int64_t awake = s->now - s->policy->role_sleep_days * DAY_SECONDS;
    struct rows *r =
        sql_rows(s->tx, &org_duty_of, BINDS(BIND_INT("org", org), BIND_INT("awake", awake)));
    int rc = rows_next(s->tx, r);
    *parent = 0;
    if (rc != 1)
        return rc;
    int found = !rows_is_null(r, 0);
    *out = (struct duty){ .role = rows_int(r, 0),
                          .org = org,
                          .address = rows_int(r, 1),
                          .name = arena_dup(s->arena, rows_text(r, 2)),
                          .org_shown = arena_dup(s->arena, rows_text(r, 3)) };
    *parent = rows_int(r, 4);
    rows_close(s->tx, r);
    return found;
}

int org_duty(const struct service *s, int64_t org, int skip, struct duty *out)
{
    for (int level = 0; org != 0 && level < LEVELS_MAX; level++) {
        int64_t parent;
        int rc = duty_at(s, org, out, &parent);
        if (rc < 0 || (rc == 1 && skip-- == 0))
            return rc;
        org = parent;
    }
    *out = (struct duty){ 0 };
    return 0;
}

int org_set_duty(const struct service *s, int64_t org, int64_t role)
{
    return sql_run(s->tx, &org_duty_set, BINDS(BIND_INT("org", org), BIND_INT("role", role)));
}
