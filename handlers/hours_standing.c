/* What the confirmation of hours says besides the hours: the day's other ones, and the way to the
 * next star. Channels with room for it show it. */
#include "gateway/base/json.h"
#include "handlers/hours_row.h"
#include "handlers/notify.h"
#include "handlers/stars.h"
#include "handlers/volunteers.h"

/* The other confirmed service of that day, when it is one. */
static int put_same_day(const struct service *s, const struct hours *row, json_t *params)
{
    struct hours *near;
    const struct hours *other = NULL;
    int64_t total;
    int others = 0, n = hours_row_near(s, row->person, row->day, row->day, &near, &total);
    for (int i = 0; i < n; i++) {
        if (near[i].id == row->id || near[i].state != HOURS_CONFIRMED || near[i].day != row->day)
            continue;
        other = &near[i];
        others++;
    }
    if (n < 0 || others != 1)
        return n < 0 ? n : 0;
    json_put_slice(params, "same", other->name);
    json_put_int(params, "same_minutes", other->minutes);
    if (other->start_min >= 0)
        notify_set_time(s, params, NULL, "same_start",
                        notify_moment(s, row->day, other->start_min));
    return 0;
}

static int put_star(const struct service *s, const struct hours *row, json_t *params)
{
    struct star star;
    int rc = stars_of(s, row->person, &star);
    if (rc < 0 || star.next_level == 0 || star.missing <= 0)
        return rc < 0 ? rc : 0;
    json_put_int(params, "next_level", star.next_level);
    json_put_int(params, "next_minutes", star.next_minutes);
    json_put_int(params, "missing", star.missing);
    return 0;
}

int hours_row_standing(const struct service *s, const struct hours *row, int64_t address,
                       json_t *params)
{
    struct volunteer *people;
    int n = volunteers_by_address(s, address, &people);
    if (n < 0)
        return n;
    if (n > 1)
        json_put_int(params, "several", n);
    if (row->day != civil_day_of(s->now, s->zone))
        json_put_int(params, "past", 1);
    int rc = put_same_day(s, row, params);
    return rc < 0 ? rc : put_star(s, row, params);
}
