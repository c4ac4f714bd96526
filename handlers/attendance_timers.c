#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/alerts.h"
#include "handlers/attendance.h"
#include "handlers/attendance_row.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"

/* Behind the last moment at which an offered place can be taken, so that the count is the final one
 * (scripts.md 3.4). */
enum { AFTER_OFFERS = 5 };
/* Names in one question of two segments. */
enum { MISSING_SHOWN = 8 };

SQL(eve_left, "SELECT v.name FROM signups u JOIN volunteers v ON v.id = u.volunteer "
              "WHERE u.activity = $activity AND u.state = 4 AND u.reminded_at > 0 "
              "ORDER BY u.signed_at LIMIT 3");
SQL(eve_filled, "SELECT v.name FROM signups u JOIN offers o ON o.signup = u.id "
                "JOIN volunteers v ON v.id = u.volunteer WHERE u.activity = $activity "
                "AND u.state = 1 AND o.state = 2 ORDER BY u.number LIMIT 3");

int attendance_schedule(const struct service *s, int64_t activity, int64_t starts_at,
                        int64_t ends_at)
{
    int rc = timers_set(s->tx, "activity.over", activity, ends_at);
    if (rc < 0)
        return rc;
    int64_t day = civil_day_of(starts_at, s->zone) - 1;
    int64_t eve = notify_moment(s, day, s->policy->offer_until + AFTER_OFFERS);
    if (eve <= s->now)
        rc = timers_cancel(s->tx, "activity.eve", activity);
    else
        rc = timers_set(s->tx, "activity.eve", activity, eve);
    return rc < 0 ? rc : 0;
}

int attendance_unschedule(const struct service *s, int64_t activity)
{
    int rc = timers_cancel(s->tx, "activity.over", activity);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.eve", activity);
    return rc < 0 ? rc : 0;
}

void attendance_put_missing(json_t *params, const struct attendance_sheet *sheet)
{
    json_t *list = json_array();
    int64_t rest = 0;
    json_object_del(params, "first");
    for (int i = 0; sheet->checked_in > 0 && i < sheet->count; i++) {
        const struct attendance_row *row = &sheet->rows[i];
        if (row->checked_in_at > 0)
            continue;
        if (json_array_size(list) == MISSING_SHOWN) {
            rest++;
            continue;
        }
        json_t *item = json_object();
        json_put_int(item, "n", row->number);
        json_put_slice(item, "name", row->name);
        if (json_array_size(list) == 0)
            json_put_int(params, "first", row->number);
        json_array_append_new(list, item);
    }
    json_object_set_new(params, "missing", list);
    json_put_int(params, "rest", rest);
}

static json_t *params_of(const struct service *s, const struct activity *a,
                         const struct attendance_sheet *sheet)
{
    json_t *params = json_object();
    json_put_id(params, "activity_id", a->id);
    json_put_int(params, "code", a->code);
    json_put_slice(params, "activity", a->title);
    notify_set_time(s, params, "date", "time", a->starts_at);
    json_put_int(params, "people", sheet->count);
    return params;
}

static bool goes_on(const struct activity *a)
{
    return a->state != ACTIVITY_DRAFT && a->state != ACTIVITY_CANCELLED &&
           a->state != ACTIVITY_CONFIRMED;
}

/* The leader, or when that role is gone whoever answers for the organization. READY, with whom to
 * ask, or another outcome. */
static int who_closes(const struct service *s, const struct activity *a, int64_t *address,
                      struct attendance_sheet *sheet)
{
    *address = a->leader;
    int rc = attendance_sheet(s, a->id, a->leader, sheet);
    if (rc != ATTENDANCE_NOT_ALLOWED)
        return rc;
    struct duty duty;
    rc = org_duty(s, a->org, 0, &duty);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_NOT_ALLOWED;
    *address = duty.address;
    return attendance_sheet(s, a->id, duty.address, sheet);
}

/* Asks who came: 1 asked, 0 when there is nothing (more) to ask, or GW_E*. */
static int ask_list(const struct service *s, const struct activity *a)
{
    struct attendance_sheet sheet;
    int64_t address;
    int rc = who_closes(s, a, &address, &sheet);
    if (rc != ATTENDANCE_READY || sheet.closed || sheet.count == 0)
        return rc < 0 ? rc : 0;
    json_t *params = params_of(s, a, &sheet);
    json_put_int(params, "checked_in", sheet.checked_in);
    attendance_put_missing(params, &sheet);
    json_put_int(params, "minutes", sheet.length);
    json_put_int(params, "quality", sheet.quality);
    rc = notify_ask(s, address, "attendance.ask", params);
    return rc < 0 ? rc : 1;
}

/* In the morning of the working day that is `after` the record's last one. */
static int64_t due_at(const struct service *s, const struct activity *a, int after)
{
    const struct policy *p = s->policy;
    int64_t day = workdays_after(&p->workdays, civil_day_of(a->ends_at, s->zone),
                                 (int)p->record_workdays + after);
    return notify_moment(s, day, p->work_from + p->task_morning_minutes);
}

int attendance_over_timer(const struct service *s, int64_t activity)
{
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc != 1 || !goes_on(&a))
        return rc < 0 ? rc : 0;
    if (s->now < a.ends_at)
        return timers_set(s->tx, "activity.over", activity, a.ends_at);
    rc = ask_list(s, &a);
    if (rc == 1)
        rc = timers_set(s->tx, "attendance.due", activity,
                        due_at(s, &a, -(int)s->policy->record_remind_workdays));
    return rc < 0 ? rc : 0;
}

int attendance_due_timer(const struct service *s, int64_t activity)
{
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc != 1 || !goes_on(&a) || s->now < a.ends_at)
        return rc < 0 ? rc : 0;
    rc = attendance_is_closed(s, activity);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    int64_t late = due_at(s, &a, 1);
    if (s->now >= late)
        return alerts_overdue(s, activity);
    rc = ask_list(s, &a);
    if (rc >= 0)
        rc = timers_set(s->tx, "attendance.due", activity, late);
    return rc < 0 ? rc : 0;
}

/* Who gave their place up once they were reminded, and who took one over from the waiting list. */
static int put_names(const struct service *s, const struct sql *query, int64_t activity,
                     json_t *params, const char *key)
{
    json_t *names = json_array();
    int rc;
    struct rows *r = sql_rows(s->tx, query, BINDS(BIND_INT("activity", activity)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        struct slice name = rows_text(r, 0);
        json_array_append_new(names, json_stringn(name.p ? name.p : "", name.n));
    }
    json_object_set_new(params, key, names);
    return rc;
}

static int put_changes(const struct service *s, int64_t activity, json_t *params)
{
    int rc = put_names(s, &eve_left, activity, params, "left");
    return rc < 0 ? rc : put_names(s, &eve_filled, activity, params, "filled");
}

int attendance_eve_timer(const struct service *s, int64_t activity)
{
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc != 1 || !goes_on(&a) || s->now >= a.starts_at)
        return rc < 0 ? rc : 0;
    struct attendance_sheet sheet;
    int64_t address;
    rc = who_closes(s, &a, &address, &sheet);
    if (rc != ATTENDANCE_READY || sheet.count == 0)
        return rc < 0 ? rc : 0;
    char code[8];
    rc = attendance_code(s, activity, code);
    if (rc < 0)
        return rc;
    json_t *params = params_of(s, &a, &sheet);
    json_put_int(params, "capacity", a.capacity);
    json_put_int(params, "full", sheet.count >= a.capacity);
    json_put_slice(params, "checkin_code", slice_of(code));
    rc = put_changes(s, activity, params);
    if (rc < 0) {
        json_decref(params);
        return rc;
    }
    int64_t midnight = notify_moment(s, civil_day_of(s->now, s->zone) + 1, 0);
    return notify_put(s, address, "activity.eve", params, OUTBOX_NOTICE, 0, midnight, 0);
}
