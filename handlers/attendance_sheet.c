#include "handlers/attendance.h"

#include <string.h>

#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/attendance_row.h"
#include "handlers/consents.h"
#include "handlers/list.h"
#include "handlers/hours_row.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum { HOUR = 3600, NOON = 12, EVENING = 18 }; /* seconds; hours of the day */

SQL(attendance_noted, "SELECT t.person, t.checked_in_at, t.state, h.minutes, h.quality, "
                      "t.checked_out_at "
                      "FROM attendance t LEFT JOIN hours h ON h.id = t.hours "
                      "WHERE t.activity = $activity");
SQL(attendance_close_once, "INSERT INTO attendance_closed (activity, closed_at, organizer) "
                           "VALUES ($activity, $now, $organizer) "
                           "ON CONFLICT (activity) DO NOTHING");

/* A list being looked at or closed. */
struct list {
    const struct service *s;
    struct activity activity;
    struct role role; /* the organizer's */
    struct signup *roster;
    struct volunteer *own; /* the people of the organizer's address */
    int own_count;
    struct attendance_sheet *sheet;
    struct attendance_told *told; /* whose hours were confirmed, while closing */
    int told_count;
};

static const char *const outcome_names[ATTENDANCE_OUTCOMES] = {
    [ATTENDANCE_READY] = "ready",
    [ATTENDANCE_DONE] = "done",
    [ATTENDANCE_UNCHANGED] = "unchanged",
    [ATTENDANCE_NOT_OVER] = "not_over",
    [ATTENDANCE_NOT_ALLOWED] = "not_allowed",
    [ATTENDANCE_BAD_NUMBER] = "bad_number",
    [ATTENDANCE_TOO_LONG] = "too_long",
    [ATTENDANCE_INCOMPLETE] = "incomplete",
    [ATTENDANCE_NO_ACTIVITY] = "no_activity",
};

const char *attendance_outcome_name(enum attendance_outcome o)
{
    return o >= ATTENDANCE_READY && o < ATTENDANCE_OUTCOMES ? outcome_names[o] : "?";
}

int attendance_what_find(struct slice name)
{
    static const char *const names[ATTENDANCE_WHATS] = {
        [ATTENDANCE_WHAT_CAME] = "came",       [ATTENDANCE_WHAT_NO_SHOW] = "no_show",
        [ATTENDANCE_WHAT_LEAVE] = "leave",     [ATTENDANCE_WHAT_MINUTES] = "minutes",
        [ATTENDANCE_WHAT_QUALITY] = "quality",
    };
    for (int i = 0; i < ATTENDANCE_WHATS; i++) {
        if (slice_eq(name, slice_of(names[i])))
            return i;
    }
    return -1;
}

static bool is_over(const struct service *s, const struct activity *a)
{
    return a->ends_at > 0 && s->now >= a->ends_at;
}

static struct attendance_row *row_of(struct attendance_sheet *sheet, int64_t person)
{
    for (int i = 0; i < sheet->count; i++) {
        if (sheet->rows[i].person == person)
            return &sheet->rows[i];
    }
    return NULL;
}

static struct attendance_row *row_numbered(struct attendance_sheet *sheet, int number)
{
    for (int i = 0; i < sheet->count; i++) {
        if (sheet->rows[i].number == number)
            return &sheet->rows[i];
    }
    return NULL;
}

/* What was noted: check-ins, and once closed what became of everybody. */
static int read_noted(struct list *l)
{
    struct attendance_sheet *sheet = l->sheet;
    struct rows *rows =
        sql_rows(l->s->tx, &attendance_noted, BINDS(BIND_INT("activity", l->activity.id)));
    int rc;
    while ((rc = rows_next(l->s->tx, rows)) == 1) {
        struct attendance_row *row = row_of(sheet, rows_int(rows, 0));
        if (row == NULL)
            continue;
        row->checked_in_at = rows_int(rows, 1);
        row->state = (enum attendance_state)rows_int(rows, 2);
        row->minutes = rows_int(rows, 3);
        row->quality = (int)rows_int(rows, 4);
        row->stayed = attendance_stay(l->s, &l->activity, row->checked_in_at, rows_int(rows, 5));
        sheet->checked_in += row->checked_in_at > 0;
        if (row->state == ATTENDANCE_CAME) {
            sheet->came++;
            sheet->minutes += row->minutes;
        }
    }
    return rc;
}

static int read_roster(struct list *l)
{
    struct attendance_sheet *sheet = l->sheet;
    int n = signups_roster(l->s, l->activity.id, SIGNUP_JOINED, &l->roster);
    if (n < 0)
        return n;
    sheet->rows = arena_alloc(l->s->arena, sizeof(*sheet->rows) * ((size_t)n + 1));
    for (int i = 0; i < n; i++) {
        sheet->rows[i].number = (int)l->roster[i].number;
        sheet->rows[i].person = l->roster[i].volunteer;
        sheet->rows[i].name = l->roster[i].name;
    }
    sheet->count = n;
    return 0;
}

/* READY with roster and check-ins, or why not. */
static int open_list(struct list *l, int64_t activity, int64_t organizer)
{
    const struct service *s = l->s;
    struct attendance_sheet *sheet = l->sheet;
    memset(sheet, 0, sizeof(*sheet));
    int rc = activity_get(s, activity, &l->activity);
    if (rc < 0)
        return rc;
    const struct activity *a = &l->activity;
    if (rc == 0 || a->state == ACTIVITY_DRAFT || a->state == ACTIVITY_CANCELLED)
        return ATTENDANCE_NO_ACTIVITY;
    sheet->activity = a->id;
    sheet->code = a->code;
    sheet->title = a->title;
    sheet->day = hours_day_of(s, a);
    sheet->starts_at = a->starts_at;
    sheet->ends_at = a->ends_at;
    sheet->length = hours_length(a);
    sheet->quality = (int)s->policy->quality_default;
    sheet->over = is_over(s, a);
    rc = role_may(s, organizer, POWER_CONFIRM, a->org, &l->role);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_NOT_ALLOWED;
    l->own_count = volunteers_by_address(s, organizer, &l->own);
    if (l->own_count < 0)
        return l->own_count;
    rc = attendance_is_closed(s, a->id);
    if (rc < 0)
        return rc;
    sheet->closed = rc == 1;
    rc = read_roster(l);
    if (rc == 0)
        rc = read_noted(l);
    return rc < 0 ? rc : ATTENDANCE_READY;
}

int attendance_sheet(const struct service *s, int64_t activity, int64_t organizer,
                     struct attendance_sheet *out)
{
    struct list l = { .s = s, .sheet = out };
    return open_list(&l, activity, organizer);
}

static bool is_own(const struct list *l, int64_t person)
{
    for (int i = 0; i < l->own_count; i++) {
        if (l->own[i].id == person)
            return true;
    }
    return false;
}

static void set_state(struct attendance_row *row, enum attendance_state state, int64_t minutes,
                      int quality)
{
    row->state = state;
    row->minutes = state == ATTENDANCE_CAME ? minutes : 0;
    row->quality = state == ATTENDANCE_CAME ? quality : 0;
}

static int except(struct attendance_sheet *sheet, const struct attendance_item *item)
{
    struct attendance_row *row = row_numbered(sheet, item->number);
    if (row == NULL) {
        sheet->bad_number = item->number;
        return ATTENDANCE_BAD_NUMBER;
    }
    int64_t minutes = row->minutes > 0 ? row->minutes : sheet->length;
    int quality = row->quality > 0 ? row->quality : sheet->quality;
    if (item->minutes > 0)
        minutes = item->minutes;
    if (item->quality >= 1 && item->quality <= 5)
        quality = item->quality;
    if (minutes > sheet->length && minutes > row->stayed) {
        sheet->bad_number = item->number;
        return ATTENDANCE_TOO_LONG;
    }
    bool none = item->what == ATTENDANCE_WHAT_MINUTES && item->minutes <= 0;
    if (item->what == ATTENDANCE_WHAT_LEAVE)
        set_state(row, ATTENDANCE_LEAVE, 0, 0);
    else if (item->what == ATTENDANCE_WHAT_NO_SHOW || none)
        set_state(row, ATTENDANCE_NO_SHOW, 0, 0);
    else
        set_state(row, ATTENDANCE_CAME, minutes, quality);
    return ATTENDANCE_READY;
}

/* What the exceptions make of the list. */
static int decide(struct list *l, const struct attendance_closing *closing)
{
    struct attendance_sheet *sheet = l->sheet;
    for (int i = 0; i < sheet->count; i++) {
        struct attendance_row *row = &sheet->rows[i];
        bool came = row->checked_in_at > 0 || closing->all_came;
        set_state(row, came ? ATTENDANCE_CAME : ATTENDANCE_NO_SHOW,
                  row->stayed > 0 ? row->stayed : sheet->length, sheet->quality);
    }
    for (int i = 0; i < closing->count; i++) {
        int rc = except(sheet, &closing->items[i]);
        if (rc != ATTENDANCE_READY)
            return rc;
    }
    sheet->came = 0;
    sheet->minutes = 0;
    for (int i = 0; i < sheet->count; i++) {
        struct attendance_row *row = &sheet->rows[i];
        if (row->state != ATTENDANCE_CAME)
            continue;
        if (is_own(l, row->person)) {
            row->state = ATTENDANCE_OWN;
            continue;
        }
        sheet->came++;
        sheet->minutes += row->minutes;
    }
    return ATTENDANCE_READY;
}

static void service_of(const struct list *l, const struct attendance_row *row,
                       const struct attendance_closing *closing, struct attendance_service *out)
{
    *out = (struct attendance_service){
        .activity = &l->activity,
        .person = row->person,
        .organizer = closing->organizer,
        .organizer_name = l->role.name,
        .organization = l->activity.org,
        .source = row->checked_in_at > 0 ? LEDGER_CHECKED_IN : LEDGER_SIGNED_UP,
        .minutes = row->minutes,
        .quality = row->quality > 0 ? row->quality : l->sheet->quality,
    };
}

/* The fields that every entry of this list would lack. */
static unsigned missing(const struct list *l, const struct attendance_closing *closing)
{
    struct attendance_row sample = { .person = 1, .minutes = l->sheet->length };
    struct attendance_service in;
    struct hours row;
    struct ledger_entry entry;
    service_of(l, &sample, closing, &in);
    attendance_hours(l->s, &in, &row);
    hours_row_entry(l->s, &row, l->activity.leader, l->activity.leader_name, &entry);
    return ledger_missing(&entry);
}

static int prepare(struct list *l, struct attendance_closing *closing)
{
    closing->missing = 0;
    int rc = open_list(l, closing->activity, closing->organizer);
    if (rc != ATTENDANCE_READY)
        return rc;
    if (l->sheet->closed)
        return ATTENDANCE_UNCHANGED;
    if (!l->sheet->over)
        return ATTENDANCE_NOT_OVER;
    closing->missing = missing(l, closing);
    if (closing->missing != 0)
        return ATTENDANCE_INCOMPLETE;
    return decide(l, closing);
}

int attendance_preview(const struct service *s, struct attendance_closing *closing,
                       struct attendance_sheet *out)
{
    struct list l = { .s = s, .sheet = out };
    return prepare(&l, closing);
}

/* Who is said not to have come may say otherwise, also when the list says that they were excused.
 */
static int ask_why(const struct list *l, const struct attendance_row *row,
                   const struct volunteer *v)
{
    const char *message = row->state == ATTENDANCE_LEAVE ? "noshow.leave" : "noshow.ask";
    json_t *params = json_object();
    json_put_id(params, "activity_id", l->activity.id);
    json_put_id(params, "volunteer", row->person);
    json_put_slice(params, "name", row->name);
    notify_set_past(l->s, params, "date", "in_month", l->sheet->day);
    json_put_slice(params, "activity", l->activity.title);
    json_put_slice(params, "leader", l->role.name);
    json_put_int(params, "number", row->number);
    json_put_int(params, "leave", row->state == ATTENDANCE_LEAVE);
    int64_t hour = (l->activity.starts_at - civil_day_start(l->sheet->day, l->s->zone)) / HOUR;
    const char *part = hour < NOON ? "am" : hour < EVENING ? "pm" : "evening";
    json_put_int(params, part, 1);
    int rc = opt_allows(l->s, v->address, OPT_ALL);
    if (rc == 1)
        return notify_ask(l->s, v->address, message, params);
    json_decref(params);
    return rc;
}

/* The organizer's own hours wait for the organization above. */
static int above(const struct service *s, int64_t org, int64_t *out)
{
    struct organization o;
    int rc = org_get(s, org, &o);
    *out = rc == 1 && o.parent != 0 ? o.parent : org;
    return rc < 0 ? rc : 0;
}

static int record_came(struct list *l, struct attendance_row *row,
                       const struct attendance_closing *closing, const struct volunteer *v,
                       struct attendance_record *record)
{
    struct attendance_service in;
    struct hours hours;
    bool own = row->state == ATTENDANCE_OWN;
    service_of(l, row, closing, &in);
    int rc = own ? above(l->s, l->activity.org, &in.organization) : 0;
    if (rc < 0)
        return rc;
    rc = attendance_record_hours(l->s, &in, own, v, &hours);
    if (rc < 0)
        return rc;
    record->hours = hours.id;
    if (own || rc == 0)
        return 0;
    l->told = list_room(l->s->arena, l->told, l->told_count, sizeof *l->told);
    l->told[l->told_count++] = (struct attendance_told){ .person = *v,
                                                         .row = hours,
                                                         .less = row->minutes < l->sheet->length };
    return 0;
}

static int record_row(struct list *l, struct attendance_row *row,
                      const struct attendance_closing *closing)
{
    const struct service *s = l->s;
    struct volunteer v;
    int rc = volunteer_get(s, row->person, &v);
    if (rc != 1)
        return rc; /* the person's data are gone: nothing to record */
    struct attendance_record record = { .activity = l->activity.id,
                                        .person = row->person,
                                        .number = row->number };
    rc = attendance_row_get(s, l->activity.id, row->person, &record);
    if (rc < 0)
        return rc;
    record.decided_by = closing->organizer;
    if (row->state == ATTENDANCE_CAME || row->state == ATTENDANCE_OWN)
        rc = record_came(l, row, closing, &v, &record);
    else
        rc = ask_why(l, row, &v);
    if (rc < 0)
        return rc;
    rc = attendance_row_move(s, &record, row->state);
    return rc < 0 ? rc : 0;
}

static int confirm_activity(const struct service *s, int64_t activity)
{
    int rc = activity_move(s, activity, ACTIVITY_CLOSED);
    if (rc >= 0)
        rc = activity_move(s, activity, ACTIVITY_CONFIRMED);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.over", activity);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "attendance.due", activity);
    return rc < 0 ? rc : 0;
}

int attendance_close(const struct service *s, struct attendance_closing *closing,
                     struct attendance_sheet *out)
{
    struct list l = { .s = s, .sheet = out };
    int rc = prepare(&l, closing);
    if (rc != ATTENDANCE_READY)
        return rc;
    rc = sql_run(s->tx, &attendance_close_once,
                 BINDS(BIND_INT("activity", closing->activity), BIND_INT("now", s->now),
                       BIND_INT("organizer", closing->organizer)));
    if (rc < 0)
        return rc;
    if (rc == 0)
        return ATTENDANCE_UNCHANGED;
    rc = role_use(s, closing->organizer, POWER_CONFIRM, l.activity.org, "attendance.close",
                  closing->activity, NULL);
    for (int i = 0; rc >= 0 && i < out->count; i++)
        rc = record_row(&l, &out->rows[i], closing);
    if (rc >= 0)
        rc = attendance_tell_all(s, l.told, l.told_count);
    if (rc >= 0)
        rc = confirm_activity(s, closing->activity);
    out->closed = rc >= 0;
    return rc < 0 ? rc : ATTENDANCE_DONE;
}
