#include "handlers/posters.h"

#include <stdio.h>

#include "gateway/store/sql.h"

enum { DAY_S = 86400, TRIES = 8 };

static const char head[] = "st";

SQL(poster_number, "SELECT number FROM posters WHERE organization = $org");
SQL(poster_add,
    "INSERT INTO posters (organization, number) "
    "SELECT CAST($org AS BIGINT), COALESCE(MAX(number), 0) + 1 FROM posters WHERE 1 = 1 "
    "ON CONFLICT DO NOTHING");
SQL(poster_by_number, "SELECT organization FROM posters WHERE number = $number");
SQL(poster_keep, "INSERT INTO poster_scans (address, organization, scanned_at) "
                 "VALUES ($address, $org, $now) ON CONFLICT (address) DO UPDATE "
                 "SET organization = excluded.organization, scanned_at = excluded.scanned_at");
SQL(poster_drop_old, "DELETE FROM poster_scans WHERE scanned_at < $before");
SQL(poster_kept, "SELECT organization FROM poster_scans WHERE address = $address "
                 "AND scanned_at >= $from");
SQL(poster_drop, "DELETE FROM poster_scans WHERE address = $address");

int poster_scene(const struct service *s, int64_t org, char out[POSTER_SCENE_MAX])
{
    int64_t number = 0;
    /* Another gateway may take the number in between: then the next one is tried. */
    for (int i = 0; i < TRIES; i++) {
        int rc = sql_int(s->tx, &poster_number, BINDS(BIND_INT("org", org)), &number);
        if (rc != 0) {
            snprintf(out, POSTER_SCENE_MAX, "%s%lld", head, (long long)number);
            return rc < 0 ? rc : GW_OK;
        }
        rc = sql_run(s->tx, &poster_add, BINDS(BIND_INT("org", org)));
        if (rc < 0)
            return rc;
    }
    return GW_EDATA;
}

int poster_read(const struct service *s, struct slice scene, struct organization *out)
{
    int64_t number, org;
    if (!slice_starts(scene, slice_of(head)) ||
        slice_to_int(slice_skip(scene, sizeof head - 1), &number) != GW_OK || number <= 0)
        return 0;
    int rc = sql_int(s->tx, &poster_by_number, BINDS(BIND_INT("number", number)), &org);
    return rc == 1 ? org_get(s, org, out) : rc;
}

int poster_scanned(const struct service *s, int64_t address, int64_t org)
{
    int rc = sql_run(s->tx, &poster_drop_old,
                     BINDS(BIND_INT("before", s->now - (int64_t)POSTER_DAYS * DAY_S)));
    if (rc >= 0)
        rc = sql_run(
            s->tx, &poster_keep,
            BINDS(BIND_INT("address", address), BIND_INT("org", org), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

int poster_of(const struct service *s, int64_t address, struct organization *out)
{
    int64_t org;
    int rc = sql_int(s->tx, &poster_kept,
                     BINDS(BIND_INT("address", address),
                           BIND_INT("from", s->now - (int64_t)POSTER_DAYS * DAY_S)),
                     &org);
    return rc == 1 ? org_get(s, org, out) : rc;
}

int poster_forget(const struct service *s, int64_t address)
{
    int rc = sql_run(s->tx, &poster_drop, BINDS(BIND_INT("address", address)));
    return rc < 0 ? rc : 0;
}
