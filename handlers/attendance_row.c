#include "handlers/attendance_row.h"

#include <string.h>

#include "gateway/base/json.h"
#include "handlers/alerts.h"
#include "handlers/consents.h"
#include "handlers/hours_row.h"
#include "handlers/notify.h"
#include "handlers/protect.h"

#define BIT(state) (1u << (state))
#define COLUMNS                                                                                    \
    "activity, person, id, number, checked_in_at, by_code, state, hours, decided_by, words, "      \
    "changed_at, checked_out_at"

static const char words_column[] = "attendance.words";

SQL(attendance_one, "SELECT " COLUMNS " FROM attendance WHERE activity = $activity "
                    "AND person = $person");
SQL(attendance_latest, "SELECT " COLUMNS " FROM attendance WHERE person = $person "
                       "AND state = $state ORDER BY changed_at DESC LIMIT 1");
SQL(attendance_put,
    "INSERT INTO attendance (activity, person, id, number, checked_in_at, by_code, state, hours, "
    "decided_by, words, changed_at, checked_out_at) VALUES ($activity, $person, $id, $number, $checked_in_at, "
    "$by_code, $state, $hours, $decided_by, $words, $changed_at, "
    "$checked_out_at) "
    "ON CONFLICT (activity, person) DO UPDATE SET checked_in_at = excluded.checked_in_at, "
    "by_code = excluded.by_code, state = excluded.state, hours = excluded.hours, "
    "decided_by = excluded.decided_by, words = excluded.words, "
    "changed_at = excluded.changed_at, checked_out_at = excluded.checked_out_at");
SQL(attendance_closed_at, "SELECT closed_at FROM attendance_closed WHERE activity = $activity");

static const struct {
    const char *name;
    unsigned allowed;
} states[ATTENDANCE_STATES] = {
    [ATTENDANCE_OPEN] = { "open", BIT(ATTENDANCE_CAME) | BIT(ATTENDANCE_LEAVE) |
                                      BIT(ATTENDANCE_NO_SHOW) | BIT(ATTENDANCE_OWN) },
    [ATTENDANCE_CAME] = { "came", 0 },
    [ATTENDANCE_LEAVE] = { "leave", BIT(ATTENDANCE_OBJECTED) },
    [ATTENDANCE_NO_SHOW] = { "no_show", BIT(ATTENDANCE_OBJECTED) | BIT(ATTENDANCE_SETTLED) },
    [ATTENDANCE_OBJECTED] = { "objected", BIT(ATTENDANCE_CAME) | BIT(ATTENDANCE_UPHELD) |
                                              BIT(ATTENDANCE_SETTLED) },
    [ATTENDANCE_UPHELD] = { "upheld", BIT(ATTENDANCE_APPEALED) | BIT(ATTENDANCE_SETTLED) },
    [ATTENDANCE_APPEALED] = { "appealed", BIT(ATTENDANCE_CAME) | BIT(ATTENDANCE_SETTLED) },
    [ATTENDANCE_SETTLED] = { "settled", 0 },
    [ATTENDANCE_OWN] = { "own", 0 },
};

const char *attendance_state_name(enum attendance_state state)
{
    return state >= ATTENDANCE_OPEN && state < ATTENDANCE_STATES ? states[state].name : "?";
}

bool attendance_may_move(enum attendance_state from, enum attendance_state to)
{
    if (from < ATTENDANCE_OPEN || from >= ATTENDANCE_STATES || to < ATTENDANCE_OPEN ||
        to >= ATTENDANCE_STATES)
        return false;
    return (states[from].allowed & BIT(to)) != 0;
}

static int read_one(const struct service *s, struct rows *rows, struct attendance_record *out)
{
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    memset(out, 0, sizeof(*out));
    out->activity = rows_int(rows, 0);
    out->person = rows_int(rows, 1);
    out->id = rows_int(rows, 2);
    out->number = (int)rows_int(rows, 3);
    out->checked_in_at = rows_int(rows, 4);
    out->by_code = rows_int(rows, 5) != 0;
    out->state = (enum attendance_state)rows_int(rows, 6);
    out->hours = rows_int(rows, 7);
    out->decided_by = rows_int(rows, 8);
    out->changed_at = rows_int(rows, 10);
    out->checked_out_at = rows_int(rows, 11);
    rc = protect_open(s, words_column, out->id, rows_blob(rows, 9), &out->words);
    rows_close(s->tx, rows);
    return rc < 0 ? rc : 1;
}

int attendance_row_get(const struct service *s, int64_t activity, int64_t person,
                       struct attendance_record *out)
{
    return read_one(s,
                    sql_rows(s->tx, &attendance_one,
                             BINDS(BIND_INT("activity", activity), BIND_INT("person", person))),
                    out);
}

int attendance_row_latest(const struct service *s, int64_t person, enum attendance_state state,
                          struct attendance_record *out)
{
    return read_one(s,
                    sql_rows(s->tx, &attendance_latest,
                             BINDS(BIND_INT("person", person), BIND_INT("state", state))),
                    out);
}

int attendance_row_put(const struct service *s, struct attendance_record *row)
{
    if (row->id == 0)
        row->id = ids_next(s->ids);
    row->changed_at = s->now;
    int rc = sql_run(s->tx, &attendance_put,
                     BINDS(BIND_INT("activity", row->activity), BIND_INT("person", row->person),
                           BIND_INT("id", row->id), BIND_INT("number", row->number),
                           BIND_INT("checked_in_at", row->checked_in_at),
                           BIND_INT("by_code", row->by_code), BIND_INT("state", row->state),
                           BIND_INT("hours", row->hours), BIND_INT("decided_by", row->decided_by),
                           BIND_BLOB("words", protect_text(s, words_column, row->id, row->words)),
                           BIND_INT("changed_at", row->changed_at),
                           BIND_INT("checked_out_at", row->checked_out_at)));
    return rc < 0 ? rc : 0;
}

int attendance_row_move(const struct service *s, struct attendance_record *row,
                        enum attendance_state to)
{
    if (!attendance_may_move(row->state, to))
        return 0;
    row->state = to;
    int rc = attendance_row_put(s, row);
    return rc < 0 ? rc : 1;
}

int attendance_is_closed(const struct service *s, int64_t activity)
{
    int64_t at;
    return sql_int(s->tx, &attendance_closed_at, BINDS(BIND_INT("activity", activity)), &at);
}

int64_t attendance_stay(const struct service *s, const struct activity *a, int64_t in, int64_t out)
{
    int64_t slack = s->policy->checkin_slack_minutes * 60;
    int64_t from = in > a->starts_at - slack ? in : a->starts_at - slack;
    int64_t to = out < a->ends_at + slack ? out : a->ends_at + slack;
    /* Shown as two clock times, so counted from minute to minute. */
    return in > 0 && out > 0 && to > from ? to / 60 - from / 60 : 0;
}

static bool is_late(const struct service *s, int64_t day)
{
    const struct policy *p = s->policy;
    return civil_day_of(s->now, s->zone) >
           workdays_after(&p->workdays, day, (int)p->record_workdays);
}

void attendance_hours(const struct service *s, const struct attendance_service *in,
                      struct hours *row)
{
    const struct activity *a = in->activity;
    int64_t day = hours_day_of(s, a);
    int64_t midnight = civil_day_start(day, s->zone);
    *row = (struct hours){
        .person = in->person,
        .day = day,
        .start_min = (int)((a->starts_at - midnight) / 60),
        .end_min = (int)((a->ends_at - midnight) / 60),
        .minutes = in->minutes,
        .activity = a->id,
        .organization = in->organization,
        .state = HOURS_CLAIMED,
        .flags = is_late(s, day) ? HOURS_LATE : 0,
        .source = in->source,
        .quality = in->quality,
        .confirmer = in->organizer,
        .name = a->title,
        .place = a->place,
        .recipient = a->serves,
        .content = a->title,
        .confirmer_name = in->organizer_name,
    };
}

/* What stands for this activity already: 1 when it is confirmed, 0 when there was nothing or only a
 * claim, which is replaced. */
static int clear_claims(const struct service *s, struct hours *row)
{
    struct hours *near;
    int n = hours_row_near(s, row->person, row->day, row->day, &near, NULL);
    for (int i = 0; i < n; i++) {
        if (near[i].activity == row->activity && near[i].state == HOURS_CONFIRMED) {
            *row = near[i];
            return 1;
        }
    }
    for (int i = 0; i < n; i++) {
        if (near[i].activity != row->activity)
            continue;
        int rc = hours_row_move(s, &near[i], HOURS_REPLACED);
        if (rc < 0)
            return rc;
        row->replaces = near[i].id;
        row->address = near[i].address;
    }
    return n < 0 ? n : 0;
}

int attendance_record_hours(const struct service *s, const struct attendance_service *in, bool own,
                            const struct volunteer *v, struct hours *row)
{
    attendance_hours(s, in, row);
    int rc = clear_claims(s, row);
    if (rc != 0)
        return rc;
    int agreed = consent_to_serve(s, v->id);
    if (agreed < 0)
        return agreed;
    bool counts = !own && agreed == 1 && v->state == VOLUNTEER_ACTIVE;
    if (!counts) {
        row->quality = 0;
        row->confirmer = 0;
        rc = hours_row_insert(s, row);
        return rc < 0 ? rc : 0;
    }
    if (v->provisional) {
        rc = volunteer_seen(s, v->id, false);
        if (rc < 0)
            return rc;
    }
    rc = hours_row_insert(s, row);
    if (rc < 0)
        return rc;
    struct ledger_entry entry;
    hours_row_entry(s, row, in->activity->leader, in->activity->leader_name, &entry);
    rc = hours_row_record(s, row, &entry);
    if (rc >= 0)
        rc = alerts_look(s, row);
    return rc < 0 ? rc : 1;
}

int attendance_tell_hours(const struct service *s, const struct hours *row,
                          const struct volunteer *v, bool less)
{
    struct ledger_totals totals;
    int rc = ledger_total(s, row->person, &totals);
    if (rc < 0)
        return rc;
    json_t *params = hours_row_params(s, row, v->name, totals.minutes);
    if (less)
        json_put_slice(params, "reason", SLICE("early"));
    rc = hours_row_standing(s, row, v->address, params);
    if (rc < 0) {
        json_decref(params);
        return rc;
    }
    return notify_volunteer(s, v->address, less ? "hours.confirmed_less" : "hours.confirmed",
                            params);
}

static int put_told(const struct service *s, const struct attendance_told *t, json_t *items)
{
    struct ledger_totals totals;
    int rc = ledger_total(s, t->row.person, &totals);
    if (rc < 0)
        return rc;
    json_t *item = json_object();
    json_put_slice(item, "name", t->person.name);
    json_put_int(item, "minutes", t->row.minutes);
    json_put_int(item, "total", totals.minutes);
    json_put_int(item, "less", t->less);
    json_array_append_new(items, item);
    return 0;
}

/* All of one phone, the first of whom is `told[0]`. */
static int tell_phone(const struct service *s, const struct attendance_told *told, int n)
{
    int64_t address = told[0].person.address;
    json_t *items = json_array();
    int rc = 0;
    for (int i = 0; rc >= 0 && i < n; i++)
        if (told[i].person.address == address)
            rc = put_told(s, &told[i], items);
    if (rc < 0 || json_array_size(items) < 2) {
        json_decref(items);
        return rc < 0 ? rc : attendance_tell_hours(s, &told->row, &told->person, told->less);
    }
    json_t *params = hours_row_params(s, &told->row, told->person.name, 0);
    json_object_set_new(params, "items", items);
    return notify_volunteer(s, address, "hours.confirmed_many", params);
}

int attendance_tell_all(const struct service *s, const struct attendance_told *told, int n)
{
    int rc = 0;
    for (int i = 0; rc >= 0 && i < n; i++) {
        bool told_before = false;
        for (int k = 0; k < i; k++)
            told_before = told_before || told[k].person.address == told[i].person.address;
        if (told[i].person.address != 0 && !told_before)
            rc = tell_phone(s, told + i, n - i);
    }
    return rc < 0 ? rc : 0;
}
