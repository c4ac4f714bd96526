#include "handlers/nearest.h"

#include <math.h>

#include "gateway/store/sql.h"
#include "handlers/places.h"

SQL(position_put, "INSERT INTO org_positions (org, latitude, longitude) "
                  "VALUES ($org, $latitude, $longitude) ON CONFLICT (org) DO UPDATE SET "
                  "latitude = excluded.latitude, longitude = excluded.longitude");
SQL(position_all, "SELECT org, latitude, longitude FROM org_positions ORDER BY org");

static const double million = 1e6;
static const double earth_radius = 6371008.8; /* mean, metres (IUGG) */

int nearest_place(const struct service *s, int64_t org, double latitude, double longitude)
{
    if (!(fabs(latitude) <= 90) || !(fabs(longitude) <= 180))
        return GW_EINVAL;
    int rc = sql_run(s->tx, &position_put,
                     BINDS(BIND_INT("org", org), BIND_INT("latitude", llround(latitude * million)),
                           BIND_INT("longitude", llround(longitude * million))));
    return rc < 0 ? rc : GW_OK;
}

static double radians(double degrees)
{
    return degrees * (3.14159265358979323846 / 180);
}

/* The haversine formula. */
static double metres(double lat1, double lon1, double lat2, double lon2)
{
    double a = sin(radians(lat2 - lat1) / 2), b = sin(radians(lon2 - lon1) / 2);
    double h = a * a + cos(radians(lat1)) * cos(radians(lat2)) * b * b;
    return 2 * earth_radius * asin(sqrt(h < 1 ? h : 1));
}

/* 1 with the id and the distance of the nearest within NEAREST_METRES_MAX, 0, or GW_E*. */
static int by_position(const struct service *s, double latitude, double longitude, int64_t *org,
                       int64_t *distance)
{
    int rc;
    bool found = false;
    struct rows *r = sql_rows(s->tx, &position_all, NO_BINDS);
    while ((rc = rows_next(s->tx, r)) == 1) {
        double far = metres(latitude, longitude, (double)rows_int(r, 1) / million,
                            (double)rows_int(r, 2) / million);
        if (far > NEAREST_METRES_MAX || (found && far >= (double)*distance))
            continue;
        *org = rows_int(r, 0);
        *distance = (int64_t)far;
        found = true;
    }
    return rc < 0 ? rc : found;
}

/* The deepest place whose short name stands in the label; of two as deep the one with the longer
 * name. 0 when there is none. */
static int64_t named_area(struct slice label)
{
    struct place p, best = { 0 };
    for (int i = 0; places_at(i, &p); i++) {
        if (p.level == PLACE_COUNTY || p.shown.n == 0 || slice_find(label, p.shown) < 0)
            continue;
        if (best.code == 0 || p.level > best.level ||
            (p.level == best.level && p.shown.n > best.shown.n))
            best = p;
    }
    return best.code;
}

int nearest_find(const struct service *s, double latitude, double longitude, struct slice label,
                 struct nearest *out)
{
    int64_t org = 0;
    *out = (struct nearest){ .metres = -1 };
    int rc = by_position(s, latitude, longitude, &org, &out->metres);
    if (rc == 1)
        return org_get(s, org, &out->org);
    int64_t area = rc < 0 ? 0 : named_area(label);
    if (area == 0)
        return rc < 0 ? rc : 0;
    out->metres = -1;
    return org_for_area(s, area, &out->org);
}
