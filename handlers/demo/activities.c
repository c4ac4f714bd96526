#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/activities.h"
#include "handlers/attendance.h"
#include "handlers/demo/fill.h"
#include "handlers/notify.h"
#include "handlers/places.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum { DAY_SECONDS = 86400, WEEK = 7, PUBLISHED_DAYS = 4 };

/* Week 0: the first such weekday after today; 1: a week later; -1: the last one before today. */
static int64_t day_of(const struct service *s, const json_t *activity)
{
    struct civil c;
    int64_t today = civil_day_of(s->now, s->zone);
    civil_at(s->now, s->zone, &c);
    int ahead = (int)(json_int(activity, "weekday", 0) - c.weekday + WEEK) % WEEK;
    int64_t next = today + (ahead == 0 ? WEEK : ahead);
    int64_t week = json_int(activity, "week", 0);
    return week < 0 ? next + week * WEEK - (next - WEEK == today ? WEEK : 0) : next + week * WEEK;
}

static int64_t moment_of(const struct service *s, const json_t *activity, const char *key)
{
    int minutes = 0;
    if (civil_parse_hhmm(json_slice(activity, key), &minutes) != 0)
        return 0;
    return notify_moment(s, day_of(s, activity), minutes);
}

/* The organization in which the leader may publish something at this place. */
static int organizer_of(const struct service *s, const json_t *activity, struct activity *a,
                        int64_t *address)
{
    struct role role;
    int rc = demo_address(s, json_slice(activity, "leader"), address);
    if (rc == 0)
        rc = role_any(s, *address, POWER_PUBLISH, &role);
    if (rc != 1)
        return rc < 0 ? rc : GW_ECONFIG;
    a->org = role.org;
    a->leader = *address;
    a->leader_name = role.name;
    return 0;
}

static int read_activity(const struct service *s, const json_t *activity, struct activity *a,
                         int64_t *leader)
{
    struct place p;
    if (places_find(json_slice(activity, "area"), &p, 1) < 1)
        return GW_ECONFIG;
    *a = (struct activity){
        .code = json_int(activity, "code", 0),
        .title = json_slice(activity, "title"),
        .place = json_slice(activity, "place"),
        .area = p.code,
        .starts_at = moment_of(s, activity, "start"),
        .ends_at = moment_of(s, activity, "end"),
        .capacity = json_int(activity, "capacity", 0),
        .requirements = json_slice(activity, "requirements"),
        .bring = json_slice(activity, "bring"),
        .risk = json_slice(activity, "risk"),
        .serves = json_slice(activity, "serves"),
        .theme = json_slice(activity, "theme"),
        .min_age = json_int(activity, "min_age", 0),
    };
    return organizer_of(s, activity, a, leader);
}

/* Takes the kept volunteers in turn; who clashes or is too young is passed over. */
static int join_some(struct demo *d, const struct service *s, int64_t activity, int64_t wanted)
{
    struct signup_result result;
    struct activity a;
    for (int tries = 0; wanted > 0 && tries < d->kept_count; tries++) {
        int i = d->next_to_join++ % d->kept_count;
        int rc = signup_join(s, activity, d->kept_address[i], &d->kept[i], 1, &result, &a);
        if (rc < 0)
            return rc;
        if (result.outcome == SIGNUP_DONE)
            wanted--;
    }
    return 0;
}

/* The activity is over and its hours are in the ledger. */
static int confirm(const struct service *s, int64_t activity, int64_t leader)
{
    struct attendance_closing closing = { .activity = activity,
                                          .organizer = leader,
                                          .all_came = true };
    struct attendance_sheet sheet;
    int rc = activity_ends(s, activity);
    if (rc == 0)
        rc = attendance_close(s, &closing, &sheet);
    if (rc >= 0)
        rc = attendance_unschedule(s, activity);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.reminder", activity);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.reminder_early", activity);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.ends", activity);
    return rc < 0 ? rc : 0;
}

int demo_activity(struct demo *d, const struct service *s, const json_t *activity)
{
    struct activity a;
    struct service then = *s;
    int64_t leader = 0;
    int rc = read_activity(s, activity, &a, &leader);
    if (rc < 0)
        return rc;
    bool past = json_flag(activity, "confirmed", false);
    if (past)
        then.now = a.starts_at - PUBLISHED_DAYS * DAY_SECONDS;
    rc = activity_draft(&then, &a);
    if (rc == 0)
        rc = activity_publish(&then, a.id, leader, NULL);
    if (rc != ACTIVITY_OK)
        return rc < 0 ? rc : GW_ECONFIG;
    rc = join_some(d, &then, a.id, json_int(activity, "join", 0));
    if (rc < 0 || !past)
        return rc;
    then.now = a.ends_at + 1;
    return confirm(&then, a.id, leader);
}
