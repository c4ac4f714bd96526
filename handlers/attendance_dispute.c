#include "handlers/attendance.h"

#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/attendance_row.h"
#include "handlers/hours_row.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"
#include "handlers/tasks.h"

enum { WORDS_MAX = 300, DAY_SECONDS = 86400, CANDIDATES = 20 };

SQL(attendance_by_number, "SELECT activity, person FROM attendance WHERE number = $number "
                          "AND state IN (4, 6) ORDER BY changed_at DESC "
                          "LIMIT CAST($limit AS BIGINT)");

/* Everything a dispute is about. */
struct dispute {
    const struct service *s;
    struct attendance_record row;
    struct activity activity;
    struct volunteer person;
    struct attendance_dispute *out;
};

static const char *const outcome_names[ATTENDANCE_DISPUTE_OUTCOMES] = {
    [ATTENDANCE_DISPUTE_DONE] = "done", [ATTENDANCE_DISPUTE_UNCHANGED] = "unchanged",
    [ATTENDANCE_DISPUTE_NONE] = "none", [ATTENDANCE_DISPUTE_NOT_ALLOWED] = "not_allowed",
    [ATTENDANCE_DISPUTE_OWN] = "own",   [ATTENDANCE_DISPUTE_INCOMPLETE] = "incomplete",
};

const char *attendance_dispute_outcome_name(enum attendance_dispute_outcome o)
{
    return o >= ATTENDANCE_DISPUTE_DONE && o < ATTENDANCE_DISPUTE_OUTCOMES ? outcome_names[o] : "?";
}

/* The activity and person of d->row: DONE, NONE when one of them is gone, or GW_E*. */
static int describe(struct dispute *d)
{
    int rc = activity_get(d->s, d->row.activity, &d->activity);
    if (rc == 1)
        rc = volunteer_get(d->s, d->row.person, &d->person);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_NONE;
    *d->out = (struct attendance_dispute){
        .activity = d->activity.id,
        .person = d->person.id,
        .code = d->activity.code,
        .number = d->row.number,
        .day = hours_day_of(d->s, &d->activity),
        .minutes = hours_length(&d->activity),
        .title = d->activity.title,
        .name = d->person.name,
        .leader = d->activity.leader_name,
        .answer_by = d->s->now + d->s->policy->objection_days * DAY_SECONDS,
    };
    return ATTENDANCE_DISPUTE_DONE;
}

/* The row of a person in an activity, or without one their latest in any of `states`. */
static int find(struct dispute *d, int64_t person, int64_t activity,
                const enum attendance_state *states, int count)
{
    int rc = 0;
    if (activity != 0)
        rc = attendance_row_get(d->s, activity, person, &d->row);
    for (int i = 0; activity == 0 && rc == 0 && i < count; i++)
        rc = attendance_row_latest(d->s, person, states[i], &d->row);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_NONE;
    return describe(d);
}

static json_t *params_of(const struct dispute *d)
{
    json_t *params = json_object();
    json_put_id(params, "activity_id", d->activity.id);
    json_put_id(params, "volunteer", d->person.id);
    json_put_int(params, "code", d->activity.code);
    json_put_slice(params, "name", d->person.name);
    notify_set_past(d->s, params, "date", "in_month", d->out->day);
    json_put_slice(params, "activity", d->activity.title);
    json_put_slice(params, "leader", d->out->leader);
    json_put_int(params, "number", d->row.number);
    json_put_int(params, "minutes", d->out->minutes);
    return params;
}

static int ask_review(const struct dispute *d, int64_t address)
{
    json_t *params = params_of(d);
    json_put_slice(params, "words", d->row.words);
    return notify_ask(d->s, address, "noshow.review", params);
}

static int open_task(struct dispute *d, int64_t org)
{
    struct task_form form = {
        .kind = TASK_OBJECTION,
        .org = org,
        .asker = d->person.address,
        .volunteer = d->person.id,
        .name = d->person.name,
        .said = d->row.words,
        .subject = d->row.id,
    };
    struct task task;
    int rc = task_open(d->s, &form, &task);
    if (rc < 0)
        return rc;
    d->out->task = task.number;
    return 0;
}

int attendance_object(const struct service *s, int64_t person, int64_t activity, struct slice words,
                      struct attendance_dispute *out)
{
    static const enum attendance_state states[] = { ATTENDANCE_NO_SHOW, ATTENDANCE_LEAVE,
                                                    ATTENDANCE_OBJECTED };
    struct dispute d = { .s = s, .out = out };
    memset(out, 0, sizeof(*out));
    int rc = find(&d, person, activity, states, 3);
    if (rc != ATTENDANCE_DISPUTE_DONE)
        return rc;
    if (d.row.state == ATTENDANCE_OBJECTED)
        return ATTENDANCE_DISPUTE_UNCHANGED;
    d.row.words = utf8_cut(slice_trim(words), WORDS_MAX);
    rc = attendance_row_move(s, &d.row, ATTENDANCE_OBJECTED);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_NONE;
    rc = open_task(&d, d.activity.org);
    if (rc == 0)
        rc = ask_review(&d, d.activity.leader);
    return rc < 0 ? rc : ATTENDANCE_DISPUTE_DONE;
}

/* The organization that decides: the activity's, after an appeal the one above. */
static int judge_org(const struct dispute *d, int64_t *org)
{
    *org = d->activity.org;
    if (d->row.state != ATTENDANCE_APPEALED)
        return 0;
    struct organization o;
    int rc = org_get(d->s, d->activity.org, &o);
    if (rc == 1 && o.parent != 0)
        *org = o.parent;
    return rc < 0 ? rc : 0;
}

static int may_review(struct dispute *d, int64_t organizer, struct role *role)
{
    int64_t org;
    int rc = judge_org(d, &org);
    if (rc < 0)
        return rc;
    if (d->row.state == ATTENDANCE_APPEALED && organizer == d->row.decided_by)
        return ATTENDANCE_DISPUTE_NOT_ALLOWED;
    rc = role_may(d->s, organizer, POWER_CONFIRM, org, role);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_NOT_ALLOWED;
    rc = hours_is_own(d->s, organizer, d->row.person);
    if (rc != 0)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_OWN;
    return ATTENDANCE_DISPUTE_DONE;
}

/* The latest open objection with that number that this organizer may decide. */
static int find_numbered(struct dispute *d, int64_t organizer, int number, struct role *role)
{
    int64_t activities[CANDIDATES], people[CANDIDATES];
    int n = 0;
    struct rows *rows = sql_rows(d->s->tx, &attendance_by_number,
                                 BINDS(BIND_INT("number", number), BIND_INT("limit", CANDIDATES)));
    int rc;
    while ((rc = rows_next(d->s->tx, rows)) == 1 && n < CANDIDATES) {
        activities[n] = rows_int(rows, 0);
        people[n++] = rows_int(rows, 1);
    }
    if (rc == 1)
        rows_close(d->s->tx, rows);
    int outcome = rc < 0 ? rc : ATTENDANCE_DISPUTE_NONE;
    for (int i = 0; i < n && outcome >= 0; i++) {
        rc = find(d, people[i], activities[i], NULL, 0);
        if (rc == ATTENDANCE_DISPUTE_DONE)
            rc = may_review(d, organizer, role);
        if (rc == ATTENDANCE_DISPUTE_DONE || rc < 0)
            return rc;
        outcome = rc;
    }
    return outcome;
}

/* The row with that number in that activity, whatever its state. */
static int find_in(struct dispute *d, int64_t organizer, int64_t activity, int number,
                   struct role *role)
{
    struct attendance_sheet sheet;
    int rc = attendance_sheet(d->s, activity, organizer, &sheet);
    if (rc != ATTENDANCE_READY)
        return rc < 0                         ? rc
               : rc == ATTENDANCE_NOT_ALLOWED ? ATTENDANCE_DISPUTE_NOT_ALLOWED
                                              : ATTENDANCE_DISPUTE_NONE;
    for (int i = 0; i < sheet.count; i++) {
        if (sheet.rows[i].number != number)
            continue;
        rc = find(d, sheet.rows[i].person, activity, NULL, 0);
        return rc == ATTENDANCE_DISPUTE_DONE ? may_review(d, organizer, role) : rc;
    }
    return ATTENDANCE_DISPUTE_NONE;
}

static int give(struct dispute *d, int64_t organizer, const struct role *role)
{
    struct attendance_service in = {
        .activity = &d->activity,
        .person = d->person.id,
        .organizer = organizer,
        .organizer_name = role->name,
        .organization = d->activity.org,
        .source = LEDGER_SIGNED_UP,
        .minutes = d->out->minutes,
        .quality = (int)d->s->policy->quality_default,
    };
    struct hours hours;
    struct ledger_entry entry;
    attendance_hours(d->s, &in, &hours);
    hours_row_entry(d->s, &hours, d->activity.leader, d->activity.leader_name, &entry);
    if (ledger_missing(&entry) != 0)
        return ATTENDANCE_DISPUTE_INCOMPLETE;
    int rc = attendance_record_hours(d->s, &in, false, &d->person, &hours);
    if (rc < 0)
        return rc;
    d->row.hours = hours.id;
    if (rc == 1)
        rc = attendance_tell_hours(d->s, &hours, &d->person, false);
    if (rc >= 0)
        rc = attendance_row_move(d->s, &d->row, ATTENDANCE_CAME);
    return rc < 0 ? rc : ATTENDANCE_DISPUTE_DONE;
}

/* The organization that can look at it again. */
static int find_above(const struct dispute *d, struct slice *shown)
{
    struct organization org, above;
    int rc = org_get(d->s, d->activity.org, &org);
    if (rc == 1 && org.parent != 0) {
        rc = org_get(d->s, org.parent, &above);
        *shown = rc == 1 ? above.shown : *shown;
    }
    return rc < 0 ? rc : 0;
}

/* The leader's no can be looked at again above; the no from above is the last. */
static int refuse(struct dispute *d, const struct role *role, struct slice reason)
{
    bool final = d->row.state == ATTENDANCE_APPEALED;
    d->out->final = final;
    int found = find_above(d, &d->out->above);
    if (found < 0)
        return found;
    json_t *params = params_of(d);
    json_put_slice(params, "above", d->out->above);
    json_put_slice(params, "leader", role->name);
    json_put_slice(params, "reason", utf8_cut(slice_trim(reason), WORDS_MAX));
    int64_t to = d->person.address;
    int rc = final ? notify_tell(d->s, to, "noshow.final", params)
                   : notify_ask(d->s, to, "noshow.refused", params);
    if (rc >= 0)
        rc = attendance_row_move(d->s, &d->row, final ? ATTENDANCE_SETTLED : ATTENDANCE_UPHELD);
    return rc < 0 ? rc : ATTENDANCE_DISPUTE_DONE;
}

int attendance_review(const struct service *s, int64_t organizer, int64_t activity, int number,
                      bool give_it, struct slice reason, struct attendance_dispute *out)
{
    struct dispute d = { .s = s, .out = out };
    struct role role = { .id = 0 };
    memset(out, 0, sizeof(*out));
    int rc = activity != 0 ? find_in(&d, organizer, activity, number, &role)
                           : find_numbered(&d, organizer, number, &role);
    if (rc != ATTENDANCE_DISPUTE_DONE)
        return rc;
    enum attendance_state was = d.row.state;
    if (was == (give_it ? ATTENDANCE_CAME : ATTENDANCE_UPHELD))
        return ATTENDANCE_DISPUTE_UNCHANGED;
    if (was != ATTENDANCE_OBJECTED && was != ATTENDANCE_APPEALED)
        return ATTENDANCE_DISPUTE_NONE;
    rc = role_use(s, organizer, POWER_CONFIRM, role.org, "attendance.review", d.row.id, NULL);
    if (rc < 0)
        return rc;
    d.row.decided_by = organizer;
    rc = give_it ? give(&d, organizer, &role) : refuse(&d, &role, reason);
    if (rc != ATTENDANCE_DISPUTE_DONE)
        return rc;
    rc = task_settle(s, TASK_OBJECTION, d.row.id);
    return rc < 0 ? rc : ATTENDANCE_DISPUTE_DONE;
}

/* Another one who may confirm in that very organization: 1, 0 or GW_E*. */
static int find_colleague(const struct dispute *d, int64_t org, struct duty *out)
{
    struct role *roles;
    int n = roles_list(d->s, org, &roles);
    for (int i = 0; i < n; i++) {
        const struct role *r = &roles[i];
        if (r->org != org || r->state != ROLE_ACTIVE || !role_has(r->kind, POWER_CONFIRM) ||
            r->address == d->row.decided_by)
            continue;
        *out = (struct duty){ .role = r->id,
                              .org = org,
                              .address = r->address,
                              .name = r->name,
                              .org_shown = r->org_shown };
        return 1;
    }
    return n < 0 ? n : 0;
}

/* Whoever answers above and has not decided it already. */
static int find_judge(const struct dispute *d, int64_t org, struct duty *out)
{
    int rc = org_duty(d->s, org, 0, out);
    if (rc != 1 || out->address != d->row.decided_by)
        return rc;
    rc = find_colleague(d, org, out);
    return rc != 0 ? rc : org_duty(d->s, org, 1, out);
}

int attendance_appeal(const struct service *s, int64_t person, int64_t activity,
                      struct attendance_dispute *out)
{
    static const enum attendance_state states[] = { ATTENDANCE_UPHELD, ATTENDANCE_APPEALED };
    struct dispute d = { .s = s, .out = out };
    memset(out, 0, sizeof(*out));
    int rc = find(&d, person, activity, states, 2);
    if (rc != ATTENDANCE_DISPUTE_DONE)
        return rc;
    if (d.row.state == ATTENDANCE_APPEALED)
        return ATTENDANCE_DISPUTE_UNCHANGED;
    rc = attendance_row_move(s, &d.row, ATTENDANCE_APPEALED);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_NONE;
    int64_t org;
    rc = judge_org(&d, &org);
    if (rc == 0)
        rc = open_task(&d, org);
    if (rc < 0)
        return rc;
    struct duty duty;
    rc = find_judge(&d, org, &duty);
    if (rc == 1) {
        out->leader = duty.name;
        rc = ask_review(&d, duty.address);
    }
    return rc < 0 ? rc : ATTENDANCE_DISPUTE_DONE;
}

int attendance_settle(const struct service *s, int64_t person, int64_t activity,
                      struct attendance_dispute *out)
{
    static const enum attendance_state states[] = { ATTENDANCE_UPHELD, ATTENDANCE_OBJECTED,
                                                    ATTENDANCE_NO_SHOW, ATTENDANCE_APPEALED,
                                                    ATTENDANCE_SETTLED };
    struct dispute d = { .s = s, .out = out };
    memset(out, 0, sizeof(*out));
    int rc = find(&d, person, activity, states, 5);
    if (rc != ATTENDANCE_DISPUTE_DONE)
        return rc;
    if (d.row.state == ATTENDANCE_SETTLED || d.row.state == ATTENDANCE_LEAVE)
        return ATTENDANCE_DISPUTE_UNCHANGED;
    rc = attendance_row_move(s, &d.row, ATTENDANCE_SETTLED);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_DISPUTE_NONE;
    rc = task_settle(s, TASK_OBJECTION, d.row.id);
    return rc < 0 ? rc : ATTENDANCE_DISPUTE_DONE;
}
