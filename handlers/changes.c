/* An activity that moves or is called off: everybody who signed up learns it
 * (handlers/activities.h). */
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/store/timers.h"
#include "handlers/activities.h"
#include "handlers/attendance.h"
#include "handlers/broadcasts.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/offers.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum { REASON_MAX = 120, MINUTE_SECONDS = 60 };

SQL(change_set_time, "UPDATE activities SET starts_at = $starts, ends_at = $ends, state = 4 "
                     "WHERE id = $id AND state IN (2, 3, 4)");
SQL(change_signups, "UPDATE signups SET starts_at = $starts, ends_at = $ends, reminded_at = 0, "
                    "unsure = CASE WHEN state = 1 THEN 1 ELSE 0 END WHERE activity = $id");
SQL(change_offers_back, "UPDATE signups SET state = 2 WHERE activity = $id AND state = 3");
SQL(change_people, "SELECT u.address, v.name FROM signups u "
                   "JOIN volunteers v ON v.id = u.volunteer WHERE u.activity = $id "
                   "AND u.state IN (1, 2, 3) ORDER BY u.address, u.number, u.id");

SQL(change_busy, "SELECT id FROM activities WHERE leader = $leader AND id <> $id "
                 "AND state IN (2, 3, 4) AND starts_at > $earliest AND starts_at < $ends "
                 "AND ends_at > $starts ORDER BY starts_at LIMIT 1");

struct phone {
    int64_t address;
    json_t *names;
};

static int read_phones(const struct service *s, int64_t activity, struct phone **out)
{
    struct phone *list = NULL;
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, &change_people, BINDS(BIND_INT("id", activity)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        struct slice name = rows_text(r, 1);
        if (n == 0 || list[n - 1].address != rows_int(r, 0)) {
            list = list_room(s->arena, list, n, sizeof *list);
            list[n++] = (struct phone){ rows_int(r, 0), json_array() };
        }
        json_array_append_new(list[n - 1].names, json_stringn(name.p ? name.p : "", name.n));
    }
    *out = list;
    if (rc < 0)
        for (int i = 0; i < n; i++)
            json_decref(list[i].names);
    return rc < 0 ? rc : n;
}

/* The night waits for nobody who sets out early: what could only be told in the morning goes at
 * once where people would be on their way by then, to the old time or to the new one. */
static enum outbox_priority urgency(const struct service *s, int64_t first_start)
{
    int64_t morning = notify_daytime(s, s->now);
    int64_t on_the_way = first_start - s->policy->change_way_minutes * MINUTE_SECONDS;
    return morning > s->now && on_the_way < morning ? OUTBOX_CODE : OUTBOX_NOTICE;
}

/* One message a phone. `old_start` 0: called off, else moved from there and asked again. */
static int tell_phones(const struct service *s, const struct activity *a, struct slice reason,
                       int64_t old_start, struct phone *phones, int n)
{
    const char *message = old_start ? "activity.moved" : "activity.cancelled";
    int64_t first = old_start && old_start < a->starts_at ? old_start : a->starts_at;
    enum outbox_priority priority = urgency(s, first);
    /* Who is late or comes for the second half learns that it was called off, too. */
    int64_t useful_until = old_start ? a->starts_at : a->ends_at;
    int rc = 0;
    for (int i = 0; i < n; i++) {
        json_t *params = activity_params(s, a);
        json_object_set_new(params, "names", phones[i].names);
        json_put_slice(params, "reason", utf8_cut(reason, REASON_MAX));
        if (old_start)
            notify_set_time(s, params, "old_date", "old_time", old_start);
        if (rc < 0)
            json_decref(params);
        else
            rc = notify_put(s, phones[i].address, message, params, priority, 0, useful_until,
                            old_start ? a->starts_at : 0);
    }
    return rc;
}

int activity_of_publisher(const struct service *s, int64_t id, int64_t address, struct activity *a)
{
    int rc = activity_get(s, id, a);
    if (rc <= 0)
        return rc < 0 ? rc : ACTIVITY_NOT_FOUND;
    rc = role_may(s, address, POWER_PUBLISH, a->org, NULL);
    return rc < 0 ? rc : rc == 1 ? ACTIVITY_OK : ACTIVITY_FORBIDDEN;
}

/* Whether an activity may be changed by this address: ACTIVITY_OK or another outcome, or GW_E*. */
static int may_change(const struct service *s, int64_t id, int64_t address, bool drafts,
                      struct activity *a)
{
    int rc = activity_of_publisher(s, id, address, a);
    if (rc != ACTIVITY_OK)
        return rc;
    if (a->state == ACTIVITY_CANCELLED)
        return ACTIVITY_UNCHANGED;
    if (a->state == ACTIVITY_DRAFT)
        return drafts ? ACTIVITY_OK : ACTIVITY_WRONG_STATE;
    return activity_is_open(a->state) && a->ends_at > s->now ? ACTIVITY_OK : ACTIVITY_OVER;
}

/* Nobody leads two at once: OK, or BUSY and which. */
static int check_leader(const struct service *s, const struct activity *a, int64_t starts_at,
                        int64_t ends_at, struct activity *other)
{
    int64_t in_the_way = 0;
    int rc = sql_int(
        s->tx, &change_busy,
        BINDS(BIND_INT("leader", a->leader), BIND_INT("id", a->id), BIND_INT("starts", starts_at),
              BIND_INT("ends", ends_at),
              BIND_INT("earliest", starts_at - s->policy->activity_max_minutes * MINUTE_SECONDS)),
        &in_the_way);
    if (rc == 1)
        rc = activity_get(s, in_the_way, other);
    return rc < 0 ? rc : rc == 1 ? ACTIVITY_BUSY : ACTIVITY_OK;
}

/* ACTIVITY_OK, or why it cannot be then. */
static int may_move(const struct service *s, int64_t id, int64_t address, int64_t starts_at,
                    int64_t ends_at, struct activity *a, struct activity *other)
{
    int rc = may_change(s, id, address, false, a);
    if (rc != ACTIVITY_OK)
        return rc;
    enum activity_outcome time = activity_check_time(s, starts_at, ends_at);
    if (time != ACTIVITY_OK)
        return time;
    if (a->starts_at == starts_at && a->ends_at == ends_at)
        return ACTIVITY_UNCHANGED;
    return check_leader(s, a, starts_at, ends_at, other);
}

int activity_change_look(const struct service *s, int64_t id, int64_t address, int64_t starts_at,
                         int64_t ends_at, struct activity_change *out)
{
    struct phone *phones = NULL;
    *out = (struct activity_change){ .starts_at = starts_at, .ends_at = ends_at };
    int rc = starts_at == 0
                 ? may_change(s, id, address, true, &out->activity)
                 : may_move(s, id, address, starts_at, ends_at, &out->activity, &out->other);
    if (rc != ACTIVITY_OK)
        return rc;
    out->phones = read_phones(s, id, &phones);
    if (out->phones < 0)
        return out->phones;
    for (int i = 0; i < out->phones; i++) {
        out->people += (int)json_array_size(phones[i].names);
        json_decref(phones[i].names);
    }
    return ACTIVITY_OK;
}

/* In the audit log, when it is really done. */
static int use_power(const struct service *s, const struct activity *a, int64_t address,
                     const char *what)
{
    int rc = role_use(s, address, POWER_PUBLISH, a->org, what, a->id, NULL);
    return rc < 0 ? rc : rc == 1 ? ACTIVITY_OK : ACTIVITY_FORBIDDEN;
}

/* Offers were made for the old time: they end, their people wait again, and the places are offered
 * anew. */
static int renew_offers(const struct service *s, struct activity *a)
{
    int held = 0, rc = offers_void(s, a->id);
    if (rc >= 0)
        rc = held = sql_run(s->tx, &change_offers_back, BINDS(BIND_INT("id", a->id)));
    for (int i = 0; rc >= 0 && i < held; i++)
        rc = offer_next(s, a);
    return rc < 0 ? rc : 0;
}

static int store_time(const struct service *s, struct activity *a)
{
    int rc = sql_run(s->tx, &change_set_time,
                     BINDS(BIND_INT("id", a->id), BIND_INT("starts", a->starts_at),
                           BIND_INT("ends", a->ends_at)));
    if (rc >= 0)
        rc = sql_run(s->tx, &change_signups,
                     BINDS(BIND_INT("id", a->id), BIND_INT("starts", a->starts_at),
                           BIND_INT("ends", a->ends_at)));
    a->state = ACTIVITY_MOVED;
    if (rc >= 0)
        rc = activity_set_timers(s, a);
    return rc;
}

int activity_reschedule(const struct service *s, int64_t id, int64_t address, int64_t starts_at,
                        int64_t ends_at, struct slice reason, int *told)
{
    struct activity a, other;
    struct phone *phones;
    *told = 0;
    int rc = may_move(s, id, address, starts_at, ends_at, &a, &other);
    if (rc == ACTIVITY_OK)
        rc = use_power(s, &a, address, "activity.reschedule");
    if (rc != ACTIVITY_OK)
        return rc;
    int64_t old_start = a.starts_at;
    a.starts_at = starts_at;
    a.ends_at = ends_at;
    rc = store_time(s, &a);
    int n = rc < 0 ? rc : read_phones(s, id, &phones);
    if (n < 0)
        return n;
    *told = n;
    rc = tell_phones(s, &a, reason, old_start, phones, n);
    if (rc >= 0)
        rc = renew_offers(s, &a);
    if (rc >= 0)
        rc = broadcast_activity_changed(s, id, "moved");
    return rc < 0 ? rc : ACTIVITY_OK;
}

static int end_timers(const struct service *s, int64_t id)
{
    int rc = timers_cancel(s->tx, "activity.reminder", id);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.reminder_early", id);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.ends", id);
    return rc < 0 ? rc : attendance_unschedule(s, id);
}

int activity_cancel(const struct service *s, int64_t id, int64_t address, struct slice reason,
                    int *told)
{
    struct activity a;
    struct phone *phones;
    *told = 0;
    int rc = may_change(s, id, address, true, &a);
    if (rc == ACTIVITY_OK)
        rc = use_power(s, &a, address, "activity.cancel");
    if (rc != ACTIVITY_OK)
        return rc;
    int n = read_phones(s, id, &phones);
    if (n < 0)
        return n;
    *told = n;
    rc = tell_phones(s, &a, reason, 0, phones, n);
    if (rc >= 0)
        rc = signups_end(s, id, true);
    if (rc >= 0)
        rc = activity_move(s, id, ACTIVITY_CANCELLED);
    if (rc >= 0)
        rc = end_timers(s, id);
    if (rc >= 0)
        rc = broadcast_activity_changed(s, id, "cancelled");
    return rc < 0 ? rc : ACTIVITY_OK;
}
