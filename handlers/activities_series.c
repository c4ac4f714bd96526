/* Further dates and shifts of an activity: each is an activity of its own, with its number and its
 * places (handlers/activities.h). */
#include "handlers/activities.h"
#include "handlers/roles.h"

enum { MINUTE_SECONDS = 60 };

SQL(series_begin, "UPDATE activities SET series = id WHERE id = $id AND series = 0");
SQL(series_same, "SELECT id FROM activities WHERE series = $series AND series <> 0 "
                 "AND starts_at = $starts AND state IN (1, 2, 3, 4, 5) LIMIT 1");

int activity_repeat_look(const struct service *s, int64_t id, int64_t address, int64_t starts_at,
                         int64_t ends_at, struct activity *a)
{
    int64_t same;
    int rc = activity_of_publisher(s, id, address, a);
    if (rc != ACTIVITY_OK)
        return rc;
    if (a->state == ACTIVITY_DRAFT || a->state == ACTIVITY_CANCELLED)
        return ACTIVITY_WRONG_STATE;
    enum activity_outcome time = activity_check_time(s, starts_at, ends_at);
    if (time != ACTIVITY_OK)
        return time;
    if (a->starts_at == starts_at)
        return ACTIVITY_UNCHANGED;
    rc = sql_int(s->tx, &series_same,
                 BINDS(BIND_INT("series", a->series), BIND_INT("starts", starts_at)), &same);
    return rc < 0 ? rc : rc == 1 ? ACTIVITY_UNCHANGED : ACTIVITY_OK;
}

int activity_repeat(const struct service *s, int64_t id, int64_t address, int64_t starts_at,
                    int64_t ends_at, struct activity *out)
{
    struct activity a;
    int rc = activity_repeat_look(s, id, address, starts_at, ends_at, &a);
    if (rc != ACTIVITY_OK)
        return rc;
    rc = sql_run(s->tx, &series_begin, BINDS(BIND_INT("id", id)));
    if (rc < 0)
        return rc;
    a.series = a.series != 0 ? a.series : id;
    a.starts_at = starts_at;
    a.ends_at = ends_at;
    a.id = a.code = 0;
    rc = activity_draft(s, &a);
    return rc < 0 ? rc : activity_publish(s, a.id, address, out);
}
