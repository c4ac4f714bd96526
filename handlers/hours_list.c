#include <stdlib.h>
#include <string.h>

#include "handlers/hours.h"
#include "handlers/hours_row.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

enum { LIMIT_MAX = 50 };

/* A claim to raise a confirmed row is left out: that row stands until somebody decides. */
SQL(hours_recent_rows,
    "SELECT " HOURS_COLUMNS " FROM hours h WHERE h.person = $person AND h.state IN (0, 1) "
    "AND h.state >= $least AND h.instead = 0 "
    "ORDER BY h.day DESC, h.id DESC LIMIT CAST($limit AS BIGINT)");
SQL(hours_sums, "SELECT CAST(COALESCE(SUM(CASE WHEN state = 1 THEN minutes ELSE 0 END), 0) "
                "AS BIGINT), CAST(COALESCE(SUM(state), 0) AS BIGINT), "
                "CAST(COALESCE(SUM(CASE WHEN state = 0 THEN minutes - instead ELSE 0 END), 0) "
                "AS BIGINT), CAST(COALESCE(SUM(1 - state), 0) AS BIGINT) FROM hours "
                "WHERE person = $person AND day >= $from AND day <= $to AND state IN (0, 1)");
SQL(hours_to_decide, "WITH RECURSIVE below(id) AS (SELECT CAST($org AS BIGINT) UNION "
                     "SELECT o.id FROM organizations o JOIN below b ON o.parent = b.id) "
                     "SELECT " HOURS_COLUMNS " FROM below b JOIN hours h ON h.organization = b.id "
                     "WHERE h.state = 0 ORDER BY h.day, h.id LIMIT CAST($limit AS BIGINT)");

static int clamp(int limit)
{
    return limit < 1 || limit > LIMIT_MAX ? LIMIT_MAX : limit;
}

static int read_rows(const struct service *s, struct rows *rows, struct hours *out, int room)
{
    int n = 0;
    int rc;
    while ((rc = rows_next(s->tx, rows)) == 1) {
        rc = n < room ? hours_row_read(s, rows, &out[n]) : GW_ETOOBIG;
        if (rc < 0) {
            rows_close(s->tx, rows);
            return rc;
        }
        n++;
    }
    return rc < 0 ? rc : n;
}

int hours_recent(const struct service *s, int64_t person, bool confirmed_only, int limit,
                 struct hours **out)
{
    limit = clamp(limit);
    *out = arena_alloc(s->arena, sizeof(**out) * (size_t)limit);
    struct rows *rows =
        sql_rows(s->tx, &hours_recent_rows,
                 BINDS(BIND_INT("person", person), BIND_INT("least", confirmed_only ? 1 : 0),
                       BIND_INT("limit", limit)));
    return read_rows(s, rows, *out, limit);
}

int hours_sum(const struct service *s, int64_t person, int64_t from_day, int64_t to_day,
              struct hours_sums *out)
{
    memset(out, 0, sizeof(*out));
    struct rows *rows = sql_rows(
        s->tx, &hours_sums,
        BINDS(BIND_INT("person", person), BIND_INT("from", from_day), BIND_INT("to", to_day)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    out->confirmed = rows_int(rows, 0);
    out->confirmed_count = rows_int(rows, 1);
    out->waiting = rows_int(rows, 2);
    out->waiting_count = rows_int(rows, 3);
    rows_close(s->tx, rows);
    return 0;
}

static int by_service(const void *a, const void *b)
{
    const struct hours *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Sorts, drops what two roles both reach and what is the confirmer's own. */
static int settle(struct hours *rows, int count, const struct volunteer *own, int own_count)
{
    qsort(rows, (size_t)count, sizeof(*rows), by_service);
    int kept = 0;
    for (int i = 0; i < count; i++) {
        bool mine = false;
        for (int k = 0; k < own_count; k++)
            mine = mine || own[k].id == rows[i].person;
        if (!mine && (kept == 0 || rows[kept - 1].id != rows[i].id))
            rows[kept++] = rows[i];
    }
    return kept;
}

static int name_people(const struct service *s, struct hours *rows, int count)
{
    for (int i = 0; i < count; i++) {
        struct volunteer v;
        int rc = volunteer_get(s, rows[i].person, &v);
        if (rc < 0)
            return rc;
        if (rc == 1)
            rows[i].person_name = v.name;
    }
    return count;
}

/* Overdue: the last of ten working days was yesterday or before (Order 67, article 11). */
static void mark_late(const struct service *s, struct hours *rows, int count)
{
    const struct policy *p = s->policy;
    int64_t yesterday = civil_day_of(s->now, s->zone) - 1;
    int64_t last = workdays_before(&p->workdays, yesterday, (int)p->record_workdays);
    for (int i = 0; i < count; i++)
        rows[i].flags |= rows[i].day <= last ? HOURS_LATE : 0;
}

/* Claims below every organization where the address may confirm; `*out` has room for all. */
static int collect(const struct service *s, int64_t confirmer, int each, struct hours **out)
{
    struct role *roles;
    int n = roles_of(s, confirmer, &roles);
    if (n < 0)
        return n;
    *out = arena_alloc(s->arena, sizeof(**out) * (size_t)(n * each + 1));
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (roles[i].state != ROLE_ACTIVE || !role_has(roles[i].kind, POWER_CONFIRM))
            continue;
        int rc = role_may(s, confirmer, POWER_CONFIRM, roles[i].org, NULL);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        struct rows *rows = sql_rows(s->tx, &hours_to_decide,
                                     BINDS(BIND_INT("org", roles[i].org), BIND_INT("limit", each)));
        rc = read_rows(s, rows, *out + count, each);
        if (rc < 0)
            return rc;
        count += rc;
    }
    return count;
}

int hours_waiting(const struct service *s, int64_t confirmer, int limit, struct hours **out)
{
    limit = clamp(limit);
    struct volunteer *own;
    int own_count = volunteers_by_address(s, confirmer, &own);
    if (own_count < 0)
        return own_count;
    /* Own claims are dropped afterwards, so more than `limit` are read. */
    int count = collect(s, confirmer, limit + LIMIT_MAX, out);
    if (count < 0)
        return count;
    count = settle(*out, count, own, own_count);
    count = count < limit ? count : limit;
    mark_late(s, *out, count);
    return name_people(s, *out, count);
}

int hours_waiting_count(const struct service *s, int64_t confirmer)
{
    struct hours *rows;
    return hours_waiting(s, confirmer, LIMIT_MAX, &rows);
}
