#include "handlers/alerts.h"

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "handlers/activities.h"
#include "handlers/hours_row.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"
#include "handlers/places.h"
#include "handlers/roles.h"
#include "handlers/tasks.h"
#include "handlers/volunteers.h"

enum { MINUTE = 60, DAY_SECONDS = 86400, LIST_MAX = 200, PERCENT = 100 };

#define ALERT_COLUMNS "id, kind, confirmer, person, activity, hours, number, minutes, made_at"

SQL(alert_insert, "INSERT INTO alerts (" ALERT_COLUMNS ") VALUES ($id, $kind, $confirmer, $person, "
                  "$activity, $hours, $number, $minutes, $now)");
SQL(alert_same, "SELECT COUNT(*) FROM alerts WHERE kind = $kind AND confirmer = $confirmer "
                "AND person = $person AND activity = $activity AND made_at > $since");
SQL(alert_one, "SELECT " ALERT_COLUMNS " FROM alerts WHERE id = $id");
SQL(alerts_since, "SELECT " ALERT_COLUMNS " FROM alerts WHERE made_at >= $since "
                  "ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");
SQL(alert_burst, "SELECT COUNT(*), CAST(COALESCE(SUM(h.minutes), 0) AS BIGINT) FROM hours h "
                 "WHERE h.confirmer = $confirmer AND h.state = 1 AND h.decided_at > $since "
                 "AND h.person = $person");
/* People of elsewhere: neither of the confirmer's area nor ever signed up for one of its
 * activities. */
SQL(alert_strangers,
    "SELECT COUNT(DISTINCT h.person), CAST(COALESCE(SUM(h.minutes), 0) AS BIGINT) FROM hours h "
    "JOIN volunteers v ON v.id = h.person WHERE h.confirmer = $confirmer AND h.state = 1 "
    "AND h.decided_at > $since AND h.source = 3 AND (v.area < $lo OR v.area > $hi) "
    "AND NOT EXISTS (SELECT 1 FROM signups u JOIN activities a ON a.id = u.activity "
    "WHERE u.volunteer = h.person AND a.org = h.organization AND u.state = 1)");
SQL(alert_pair, "SELECT h.id FROM volunteer_links theirs "
                "JOIN hours h ON h.confirmer = theirs.address AND h.state = 1 "
                "JOIN volunteer_links ours ON ours.volunteer = h.person "
                "WHERE theirs.volunteer = $person AND ours.address = $confirmer "
                "AND h.decided_at > $since LIMIT 1");

static const char *const names[ALERT_KINDS] = {
    [ALERT_BURST] = "burst", [ALERT_OUTSIDE] = "outside", [ALERT_STRANGERS] = "strangers",
    [ALERT_PAIR] = "pair",   [ALERT_SAMPLE] = "sample",   [ALERT_OVERDUE] = "overdue",
};

const char *alert_kind_name(enum alert_kind kind)
{
    return kind > 0 && (int)kind < ALERT_KINDS ? names[kind] : "?";
}

/* ---- raising one ---- */

/* 1 when the same was flagged lately. */
static int is_known(const struct service *s, const struct alert *a)
{
    int64_t known = 0;
    int64_t days = a->kind == ALERT_BURST ? 1 : s->policy->alert_days;
    int rc = sql_int(s->tx, &alert_same,
                     BINDS(BIND_INT("kind", a->kind), BIND_INT("confirmer", a->confirmer),
                           BIND_INT("person", a->person), BIND_INT("activity", a->activity),
                           BIND_INT("since", s->now - days * DAY_SECONDS)),
                     &known);
    return rc < 0 ? rc : known > 0;
}

/* `org` is where the confirmer's power comes from: the task begins above it. */
static int raise_alert(const struct service *s, struct alert *a, int64_t org)
{
    struct volunteer v = { 0 };
    struct task task;
    int rc = is_known(s, a);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    a->id = ids_next(s->ids);
    rc = sql_run(s->tx, &alert_insert,
                 BINDS(BIND_INT("id", a->id), BIND_INT("kind", a->kind),
                       BIND_INT("confirmer", a->confirmer), BIND_INT("person", a->person),
                       BIND_INT("activity", a->activity), BIND_INT("hours", a->hours),
                       BIND_INT("number", a->number), BIND_INT("minutes", a->minutes),
                       BIND_INT("now", s->now)));
    if (rc >= 0 && a->person != 0)
        rc = volunteer_get(s, a->person, &v);
    if (rc < 0)
        return rc;
    struct task_form form = {
        .kind = TASK_ALERT, .org = org, .volunteer = a->person, .name = v.name, .subject = a->id
    };
    rc = task_open(s, &form, &task);
    return rc < 0 ? rc : 0;
}

static struct alert alert_of(const struct hours *row, enum alert_kind kind)
{
    return (struct alert){ .kind = kind,
                           .confirmer = row->confirmer,
                           .person = row->person,
                           .activity = row->activity,
                           .hours = row->id,
                           .number = 1,
                           .minutes = row->minutes };
}

/* ---- what is looked for ---- */

static int look_burst(const struct service *s, const struct hours *row, const struct role *role)
{
    struct alert a = alert_of(row, ALERT_BURST);
    a.activity = 0;
    struct rows *r =
        sql_rows(s->tx, &alert_burst,
                 BINDS(BIND_INT("confirmer", row->confirmer), BIND_INT("person", row->person),
                       BIND_INT("since", s->now - s->policy->alert_burst_window * MINUTE)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    a.number = rows_int(r, 0);
    a.minutes = rows_int(r, 1);
    rows_close(s->tx, r);
    return a.minutes > s->policy->alert_burst_minutes ? raise_alert(s, &a, role->org) : 0;
}

static int look_outside(const struct service *s, const struct hours *row, const struct role *role)
{
    struct activity act;
    if (row->activity == 0)
        return 0;
    int rc = activity_get(s, row->activity, &act);
    if (rc != 1)
        return rc;
    int64_t midnight = civil_day_start(row->day, s->zone);
    int64_t slack = s->policy->checkin_slack_minutes;
    bool times = row->start_min >= 0 && row->end_min >= 0;
    bool outside = row->minutes > hours_length(&act) + 2 * slack ||
                   (times && (midnight + row->start_min * MINUTE < act.starts_at - slack * MINUTE ||
                              midnight + row->end_min * MINUTE > act.ends_at + slack * MINUTE));
    struct alert a = alert_of(row, ALERT_OUTSIDE);
    return outside ? raise_alert(s, &a, role->org) : 0;
}

static int look_strangers(const struct service *s, const struct hours *row, const struct role *role)
{
    struct organization org;
    struct alert a = alert_of(row, ALERT_STRANGERS);
    if (row->source != LEDGER_CLAIMED)
        return 0;
    int rc = org_get(s, role->org, &org);
    if (rc != 1)
        return rc;
    int64_t lo, hi;
    places_range(org.area, &lo, &hi);
    struct rows *r = sql_rows(
        s->tx, &alert_strangers,
        BINDS(BIND_INT("confirmer", row->confirmer), BIND_INT("lo", lo), BIND_INT("hi", hi),
              BIND_INT("since", s->now - s->policy->alert_days * DAY_SECONDS)));
    rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    a.number = rows_int(r, 0);
    a.minutes = rows_int(r, 1);
    rows_close(s->tx, r);
    a.person = a.activity = 0;
    return a.number >= s->policy->alert_strangers ? raise_alert(s, &a, role->org) : 0;
}

static int look_pair(const struct service *s, const struct hours *row, const struct role *role)
{
    int64_t back;
    struct alert a = alert_of(row, ALERT_PAIR);
    a.activity = 0;
    int rc = sql_int(s->tx, &alert_pair,
                     BINDS(BIND_INT("person", row->person), BIND_INT("confirmer", row->confirmer),
                           BIND_INT("since", s->now - s->policy->alert_days * DAY_SECONDS)),
                     &back);
    return rc == 1 ? raise_alert(s, &a, role->org) : rc;
}

static int look_sample(const struct service *s, const struct hours *row, const struct role *role)
{
    struct alert a = alert_of(row, ALERT_SAMPLE);
    bool make_up = (row->flags & HOURS_MAKE_UP) != 0;
    if (!make_up || digest_random_below(PERCENT) >= s->policy->alert_sample_percent)
        return 0;
    return raise_alert(s, &a, role->org);
}

int alerts_look(const struct service *s, const struct hours *row)
{
    static int (*const looks[])(const struct service *s, const struct hours *row,
                                const struct role *role) = { look_burst, look_outside,
                                                             look_strangers, look_pair,
                                                             look_sample };
    struct role role;
    if (row->confirmer == 0)
        return 0;
    int rc = role_may(s, row->confirmer, POWER_CONFIRM, row->organization, &role);
    if (rc == 0) /* the power has ended meanwhile: where the hours are kept */
        role = (struct role){ .org = row->organization };
    for (size_t i = 0; rc >= 0 && i < sizeof looks / sizeof *looks; i++)
        rc = looks[i](s, row, &role);
    return rc < 0 ? rc : 0;
}

int alerts_overdue(const struct service *s, int64_t activity)
{
    struct activity act;
    int rc = activity_get(s, activity, &act);
    if (rc != 1)
        return rc;
    struct alert a = {
        .kind = ALERT_OVERDUE, .confirmer = act.leader, .activity = activity, .number = act.taken
    };
    return raise_alert(s, &a, act.org);
}

/* ---- reading ---- */

static struct alert read_alert(const struct rows *r)
{
    return (struct alert){ .id = rows_int(r, 0),
                           .kind = (enum alert_kind)rows_int(r, 1),
                           .confirmer = rows_int(r, 2),
                           .person = rows_int(r, 3),
                           .activity = rows_int(r, 4),
                           .hours = rows_int(r, 5),
                           .number = rows_int(r, 6),
                           .minutes = rows_int(r, 7),
                           .made_at = rows_int(r, 8) };
}

int alerts_list(const struct service *s, int64_t since, int limit, struct alert **out)
{
    struct alert *list = NULL;
    int n = 0, rc;
    int64_t most = limit < 1 ? 1 : limit > LIST_MAX ? LIST_MAX : limit;
    struct rows *r =
        sql_rows(s->tx, &alerts_since, BINDS(BIND_INT("since", since), BIND_INT("limit", most)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = read_alert(r);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

/* The name by which somebody holds a power, of the leader when none is left. */
static int put_confirmer(const struct service *s, const struct alert *a, const struct activity *act,
                         json_t *params)
{
    struct role *roles;
    int n = roles_of(s, a->confirmer, &roles);
    json_put_slice(params, "confirmer", n > 0 ? roles[0].name : act->leader_name);
    return n < 0 ? n : 0;
}

int alert_params(const struct service *s, int64_t id, json_t *params)
{
    struct activity act = { 0 };
    struct volunteer v = { 0 };
    struct hours row = { 0 };
    struct rows *r = sql_rows(s->tx, &alert_one, BINDS(BIND_INT("id", id)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    struct alert a = read_alert(r);
    rows_close(s->tx, r);
    if (a.activity != 0)
        rc = activity_get(s, a.activity, &act);
    if (rc >= 0 && a.person != 0)
        rc = volunteer_get(s, a.person, &v);
    if (rc >= 0 && a.hours != 0)
        rc = hours_get(s, a.hours, &row);
    if (rc >= 0)
        rc = put_confirmer(s, &a, &act, params);
    if (rc < 0)
        return rc;
    json_put_int(params, alert_kind_name(a.kind), 1);
    json_put_slice(params, "name", v.name);
    json_put_slice(params, "activity", act.id != 0 ? act.title : row.name);
    json_put_int(params, "code", act.code);
    json_put_int(params, "entries", a.number);
    json_put_int(params, "people", a.number);
    json_put_int(params, "minutes", a.minutes);
    notify_set_past(s, params, "date", "in_month", act.id != 0 ? hours_day_of(s, &act) : row.day);
    return 0;
}
