#include "handlers/tasks.h"

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/store/timers.h"
#include "handlers/alerts.h"
#include "handlers/audit_log.h"
#include "handlers/counters.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/protect.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

enum { MINUTE = 60, SAID_MAX = 1000, SAID_SHOWN = 90, NUMBER_TRIES = 200, DAY_SECONDS = 86400 };

/* What each kind means. OBJECTION has no message when it opens: attendance asks the leader itself.
 */
static const struct {
    const char *name, *message;
    enum outbox_priority priority;
    int level; /* where it begins: 1 is the organization above */
    bool told; /* who asked was promised a call, and hears when it comes late */
} kinds[] = {
    [TASK_HUMAN] = { "human", "staff.task", OUTBOX_NOTICE, 0, true },
    [TASK_MISUNDERSTOOD] = { "misunderstood", "staff.task", OUTBOX_NOTICE, 0, true },
    [TASK_OBJECTION] = { "objection", NULL, OUTBOX_NOTICE, 0, true },
    [TASK_APOLOGY] = { "apology", "staff.task", OUTBOX_NOTICE, 0, false },
    [TASK_SAFETY] = { "safety", "staff.safety", OUTBOX_CODE, 0, false },
    [TASK_UNREACHABLE] = { "unreachable", "staff.unreachable", OUTBOX_NOTICE, 0, false },
    [TASK_LOST_NUMBER] = { "lost_number", "staff.lost_number", OUTBOX_NOTICE, 0, false },
    [TASK_DISPUTE] = { "dispute", "staff.dispute", OUTBOX_NOTICE, 1, false },
    [TASK_COMPLAINT] = { "complaint", "staff.task", OUTBOX_NOTICE, 1, true },
    [TASK_REQUEST] = { "request", "staff.request", OUTBOX_NOTICE, 0, true },
    [TASK_ACCOUNT] = { "account", "staff.account", OUTBOX_NOTICE, 0, false },
    [TASK_PROPOSAL] = { "proposal", "staff.task", OUTBOX_NOTICE, 0, true },
    [TASK_ALERT] = { "alert", "staff.alert", OUTBOX_NOTICE, 1, false },
};

#define TASK_COLUMNS                                                                               \
    "id, number, kind, state, org, duty, duty_name, duty_org, asker, volunteer, name, said, "      \
    "subject, opened_at, due_at, level, origin, first_due"

SQL(task_insert,
    "INSERT INTO tasks (id, number, kind, state, origin, org, duty, duty_name, duty_org, asker, "
    "volunteer, name, said, subject, opened_at, due_at, first_due, level, closed_at, closed_by) "
    "VALUES "
    "($id, $number, $kind, 1, $origin, $org, $duty, $duty_name, $duty_org, $asker, $volunteer, "
    "$name, $said, $subject, $now, $due, $due, $level, 0, 0)");
SQL(tasks_count, "SELECT COUNT(*) FROM tasks WHERE state = 1");
SQL(task_number_used, "SELECT COUNT(*) FROM tasks WHERE number = $number AND state = 1");
SQL(task_same, "SELECT " TASK_COLUMNS " FROM tasks WHERE asker = $asker AND kind = $kind "
               "AND subject = $subject AND state = 1 ORDER BY id DESC LIMIT 1");
SQL(task_one, "SELECT " TASK_COLUMNS " FROM tasks WHERE id = $id");
SQL(task_numbered, "SELECT " TASK_COLUMNS " FROM tasks WHERE number = $number "
                   "ORDER BY state, id DESC LIMIT 1");
SQL(tasks_below, "WITH RECURSIVE down (id, depth) AS ("
                 "SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
                 "SELECT o.id, down.depth + 1 FROM organizations o JOIN down "
                 "ON o.parent = down.id WHERE down.depth < 16) "
                 "SELECT " TASK_COLUMNS " FROM tasks WHERE state = 1 "
                 "AND org IN (SELECT id FROM down) ORDER BY due_at, id "
                 "LIMIT CAST($limit AS BIGINT)");
SQL(tasks_mine, "WITH RECURSIVE down (id, depth) AS ("
                "SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
                "SELECT o.id, down.depth + 1 FROM organizations o JOIN down "
                "ON o.parent = down.id WHERE down.depth < 16) "
                "SELECT " TASK_COLUMNS " FROM tasks WHERE state = 1 "
                "AND (duty = $address OR org IN (SELECT id FROM down)) ORDER BY due_at, id "
                "LIMIT CAST($limit AS BIGINT)");
SQL(task_add_words, "UPDATE tasks SET said = $said WHERE id = $id");
SQL(task_assign, "UPDATE tasks SET org = $org, duty = $duty, duty_name = $duty_name, "
                 "duty_org = $duty_org, due_at = $due, level = $level WHERE id = $id");
SQL(task_end, "UPDATE tasks SET state = 2, closed_at = $now, closed_by = $by "
              "WHERE id = $id AND state = 1");
SQL(tasks_settle, "UPDATE tasks SET state = 2, closed_at = $now WHERE subject = $subject "
                  "AND kind = $kind AND state = 1");

static int64_t morning_after(const struct service *s, int64_t day)
{
    int64_t next = workdays_after(&s->policy->workdays, day, 1);
    return notify_moment(s, next, s->policy->work_from + s->policy->task_morning_minutes);
}

int64_t task_due(const struct service *s, int64_t at)
{
    int64_t day = civil_day_of(at, s->zone);
    int64_t evening = notify_moment(s, day, s->policy->work_to);
    if (workdays_is(&s->policy->workdays, day) &&
        at + s->policy->task_lead_minutes * MINUTE <= evening)
        return evening;
    return morning_after(s, day);
}

const char *task_kind_name(enum task_kind kind)
{
    return kind >= TASK_HUMAN && (size_t)kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind].name
                                                                                 : "?";
}

/* ---- reading ---- */

static int read_task(const struct service *s, const struct rows *r, struct task *out)
{
    *out = (struct task){
        .id = rows_int(r, 0),
        .number = rows_int(r, 1),
        .kind = (enum task_kind)rows_int(r, 2),
        .state = (enum task_state)rows_int(r, 3),
        .org = rows_int(r, 4),
        .duty = rows_int(r, 5),
        .duty_name = arena_dup(s->arena, rows_text(r, 6)),
        .duty_org = arena_dup(s->arena, rows_text(r, 7)),
        .asker = rows_int(r, 8),
        .volunteer = rows_int(r, 9),
        .name = arena_dup(s->arena, rows_text(r, 10)),
        .subject = rows_int(r, 12),
        .opened_at = rows_int(r, 13),
        .due_at = rows_int(r, 14),
        .level = rows_int(r, 15),
        .origin = rows_int(r, 16),
        .first_due = rows_int(r, 17),
    };
    return protect_open(s, "tasks.said", out->id, rows_blob(r, 11), &out->said);
}

static int read_list(const struct service *s, struct rows *r, struct task **out)
{
    struct task *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        int bad = read_task(s, r, &list[n++]);
        if (bad != 0) {
            rows_close(s->tx, r);
            return bad;
        }
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int read_one(const struct service *s, struct rows *r, struct task *out)
{
    struct task *list;
    int n = read_list(s, r, &list);
    *out = n > 0 ? list[0] : (struct task){ 0 };
    return n;
}

static int task_get(const struct service *s, int64_t id, struct task *out)
{
    return read_one(s, sql_rows(s->tx, &task_one, BINDS(BIND_INT("id", id))), out);
}

int task_by_number(const struct service *s, int64_t number, struct task *out)
{
    return read_one(s, sql_rows(s->tx, &task_numbered, BINDS(BIND_INT("number", number))), out);
}

int tasks_open(const struct service *s, int64_t org, int limit, struct task **out)
{
    return read_list(
        s, sql_rows(s->tx, &tasks_below, BINDS(BIND_INT("org", org), BIND_INT("limit", limit))),
        out);
}

int tasks_of(const struct service *s, int64_t address, int64_t org, int limit, struct task **out)
{
    return read_list(s,
                     sql_rows(s->tx, &tasks_mine,
                              BINDS(BIND_INT("org", org), BIND_INT("address", address),
                                    BIND_INT("limit", limit))),
                     out);
}

/* ---- opening ---- */

static int tell_duty(const struct service *s, const struct task *t, const char *message,
                     struct slice by)
{
    if (!message || t->duty == 0)
        return 0;
    json_t *params = json_object();
    json_put_int(params, "number", t->number);
    json_put_slice(params, "name", t->name);
    json_put_slice(params, "said", utf8_cut(t->said, SAID_SHOWN));
    json_object_set_new(params, "kind", json_string(kinds[t->kind].name));
    json_put_int(params, kinds[t->kind].name, 1);
    if (by.n > 0)
        json_put_slice(params, "by", by);
    int rc = notify_set_tail(s, params, t->asker);
    if (rc == 0 && t->kind == TASK_ALERT)
        rc = alert_params(s, t->subject, params);
    if (rc != 0) {
        json_decref(params);
        return rc;
    }
    int64_t until = s->now + s->policy->question_days * DAY_SECONDS;
    return notify_put(s, t->duty, message, params, kinds[t->kind].priority, 0, until, 0);
}

static int64_t due_of(const struct service *s, enum task_kind kind)
{
    if (kind == TASK_SAFETY)
        return s->now + s->policy->safety_minutes * MINUTE;
    if (kind == TASK_OBJECTION)
        return s->now + s->policy->objection_days * DAY_SECONDS;
    return task_due(s, s->now);
}

/* A number that no open task has. */
static int free_number(const struct service *s, int64_t *number)
{
    int64_t open = 0, used = 1;
    int rc = sql_int(s->tx, &tasks_count, NO_BINDS, &open);
    for (int i = 0; rc >= 0 && used > 0 && i < NUMBER_TRIES; i++) {
        rc = counter_short(s, "task", 1, open, number);
        if (rc >= 0)
            rc = sql_int(s->tx, &task_number_used, BINDS(BIND_INT("number", *number)), &used);
    }
    return rc < 0 ? rc : used > 0 ? GW_EFULL : 0;
}

static int insert_task(const struct service *s, const struct task *t)
{
    int rc = sql_run(s->tx, &task_insert,
                     BINDS(BIND_INT("id", t->id), BIND_INT("number", t->number),
                           BIND_INT("kind", t->kind), BIND_INT("origin", t->origin),
                           BIND_INT("org", t->org), BIND_INT("duty", t->duty),
                           BIND_TEXT("duty_name", t->duty_name), BIND_TEXT("duty_org", t->duty_org),
                           BIND_INT("asker", t->asker), BIND_INT("volunteer", t->volunteer),
                           BIND_TEXT("name", t->name),
                           BIND_BLOB("said", protect_text(s, "tasks.said", t->id, t->said)),
                           BIND_INT("subject", t->subject), BIND_INT("now", s->now),
                           BIND_INT("due", t->due_at), BIND_INT("level", t->level)));
    if (rc < 0)
        return rc;
    return timers_set(s->tx, "task.overdue", t->id, t->due_at);
}

/* New words of a person who has such a task already. */
static int add_words(const struct service *s, struct task *t, struct slice said)
{
    said = utf8_cut(said, SAID_MAX);
    if (said.n == 0 || slice_find(t->said, said) >= 0)
        return TASK_AGAIN;
    struct slice all = arena_printf(s->arena, "%.*s\n%.*s", SLICE_ARG(t->said), SLICE_ARG(said));
    t->said = utf8_cut(all, SAID_MAX);
    int rc = sql_run(s->tx, &task_add_words,
                     BINDS(BIND_INT("id", t->id),
                           BIND_BLOB("said", protect_text(s, "tasks.said", t->id, t->said))));
    if (rc >= 0 && t->kind == TASK_SAFETY)
        rc = tell_duty(s, t, kinds[t->kind].message, SLICE(""));
    return rc < 0 ? rc : TASK_AGAIN;
}

/* Gives the task to the duty person `level` organizations up: 1, 0 when there is nobody, or GW_E*.
 */
static int find_duty(const struct service *s, struct task *t, int64_t level)
{
    struct duty duty;
    int rc = org_duty(s, t->origin, (int)level, &duty);
    if (rc != 1)
        return rc;
    t->org = duty.org;
    t->duty = duty.address;
    t->duty_name = duty.name;
    t->duty_org = duty.org_shown;
    t->level = level;
    return 1;
}

static int fill_task(const struct service *s, const struct task_form *form, struct task *t)
{
    struct organization org = { .id = form->org };
    int rc = form->org ? 1 : org_for_area(s, form->area, &org);
    if (rc < 0)
        return rc;
    *t = (struct task){
        .id = ids_next(s->ids),
        .kind = form->kind,
        .state = TASK_OPEN,
        .origin = org.id,
        .org = org.id,
        .asker = form->asker,
        .volunteer = form->volunteer,
        .name = arena_dup(s->arena, form->name),
        .said = arena_dup(s->arena, utf8_cut(form->said, SAID_MAX)),
        .subject = form->subject,
        .opened_at = s->now,
        .due_at = due_of(s, form->kind),
    };
    t->first_due = t->due_at;
    rc = find_duty(s, t, kinds[t->kind].level);
    if (rc == 0 && kinds[t->kind].level > 0) /* nobody above: better the nearest than none */
        rc = find_duty(s, t, 0);
    if (rc < 0)
        return rc;
    return free_number(s, &t->number);
}

int task_name_people(const struct service *s, int64_t address, struct task_form *form)
{
    struct volunteer *people;
    int n = volunteers_by_address(s, address, &people);
    for (int i = 0; i < n; i++)
        form->name = i == 0 ? people[i].name
                            : arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(form->name),
                                           SLICE_ARG(people[i].name));
    if (n > 0) {
        form->area = people[0].area;
        form->volunteer = people[0].id;
    }
    return n;
}

int task_open(const struct service *s, const struct task_form *form, struct task *out)
{
    int rc = 0;
    if (form->asker != 0)
        rc = read_one(s,
                      sql_rows(s->tx, &task_same,
                               BINDS(BIND_INT("asker", form->asker), BIND_INT("kind", form->kind),
                                     BIND_INT("subject", form->subject))),
                      out);
    if (rc != 0)
        return rc < 0 ? rc : add_words(s, out, form->said);
    rc = fill_task(s, form, out);
    if (rc >= 0)
        rc = insert_task(s, out);
    if (rc >= 0)
        rc = tell_duty(s, out, kinds[out->kind].message, SLICE(""));
    if (rc < 0)
        return rc;
    return out->duty == 0 ? TASK_NOBODY : TASK_OPENED;
}

/* ---- answering ---- */

/* Whether a task is somebody's to answer, by a power there or because it was given to them, as long
 * as they hold one at all: 1, 0 or GW_E*. */
static int answers(const struct service *s, int64_t address, const struct task *t)
{
    int rc = role_may(s, address, POWER_ANSWER, t->org, NULL);
    return rc != 0 || t->duty != address ? rc : role_any(s, address, POWER_ANSWER, NULL);
}

/* In the audit log, also for who was given it without a power there. 0 or GW_E*. */
static int used(const struct service *s, int64_t address, const struct task *t, const char *what)
{
    int rc = role_use(s, address, POWER_ANSWER, t->org, what, t->id, NULL);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    struct audit_row row = {
        .address = address, .org = t->org, .what = slice_of(what), .subject = t->id
    };
    return audit_put(s, &row);
}

/* Whether an address may answer a task: TASK_DONE, or another outcome, or GW_E*. */
static int may_answer(const struct service *s, int64_t address, int64_t number, const char *what,
                      struct task *out)
{
    int rc = task_by_number(s, number, out);
    if (rc <= 0)
        return rc < 0 ? rc : TASK_NOT_FOUND;
    rc = answers(s, address, out);
    if (rc <= 0)
        return rc < 0 ? rc : TASK_NOT_YOURS;
    if (out->state == TASK_CLOSED)
        return TASK_WAS_CLOSED;
    rc = used(s, address, out, what);
    return rc < 0 ? rc : TASK_DONE;
}

int task_reply(const struct service *s, int64_t address, int64_t number, struct slice text,
               struct task *out)
{
    int rc = may_answer(s, address, number, "task.reply", out);
    if (rc != TASK_DONE)
        return rc;
    json_t *params = json_object();
    json_put_int(params, "number", out->number);
    json_put_slice(params, "duty", out->duty_name);
    json_put_slice(params, "text", utf8_cut(text, SAID_MAX));
    rc = notify_put(s, out->asker, "human.reply", params, OUTBOX_REPLY, 0, 0, 0);
    return rc < 0 ? rc : TASK_DONE;
}

int task_close(const struct service *s, int64_t address, int64_t number, struct task *out)
{
    int rc = may_answer(s, address, number, "task.close", out);
    if (rc != TASK_DONE)
        return rc;
    rc = sql_run(s->tx, &task_end,
                 BINDS(BIND_INT("id", out->id), BIND_INT("now", s->now), BIND_INT("by", address)));
    if (rc >= 0)
        rc = timers_cancel(s->tx, "task.overdue", out->id);
    out->state = TASK_CLOSED;
    return rc < 0 ? rc : TASK_DONE;
}

int task_settle(const struct service *s, enum task_kind kind, int64_t subject)
{
    int rc = sql_run(
        s->tx, &tasks_settle,
        BINDS(BIND_INT("kind", kind), BIND_INT("subject", subject), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

/* ---- overdue ---- */

static int tell_asker(const struct service *s, const struct task *t, struct slice late)
{
    json_t *params = json_object();
    json_put_slice(params, "name", t->name);
    json_put_slice(params, "late", late);
    json_put_slice(params, "org", t->duty_org);
    json_put_slice(params, "duty", t->duty_name);
    notify_set_time(s, params, "date", "to", t->due_at);
    notify_set_time(s, params, NULL, "from", t->due_at - s->policy->task_morning_minutes * MINUTE);
    return notify_tell(s, t->asker, "human.late", params);
}

/* Stored, and told to who has it now. */
static int assign(const struct service *s, const struct task *t, struct slice by)
{
    int rc =
        sql_run(s->tx, &task_assign,
                BINDS(BIND_INT("id", t->id), BIND_INT("org", t->org), BIND_INT("duty", t->duty),
                      BIND_TEXT("duty_name", t->duty_name), BIND_TEXT("duty_org", t->duty_org),
                      BIND_INT("due", t->due_at), BIND_INT("level", t->level)));
    if (rc >= 0)
        rc = timers_set(s->tx, "task.overdue", t->id, t->due_at);
    if (rc >= 0)
        rc = tell_duty(s, t, kinds[t->kind].message ? kinds[t->kind].message : "staff.task", by);
    return rc < 0 ? rc : 0;
}

/* The next level up that has somebody else; at the top the same person is told again, but not for
 * ever. 0 or GW_E*. */
static int move_up(const struct service *s, struct task *t)
{
    const int64_t before = t->duty;
    int64_t level = t->level + 1;
    for (; level < s->policy->task_levels; level++) {
        int rc = find_duty(s, t, level);
        if (rc <= 0 || t->duty != before) {
            t->level = level;
            return rc < 0 ? rc : 0;
        }
    }
    t->level = level;
    return 0;
}

int task_overdue(const struct service *s, int64_t id)
{
    struct task t;
    int rc = task_get(s, id, &t);
    if (rc <= 0 || t.state != TASK_OPEN || t.level >= s->policy->task_levels)
        return rc < 0 ? rc : 0;
    struct slice late = t.duty_name;
    int64_t before = t.duty;
    rc = move_up(s, &t);
    if (rc < 0)
        return rc;
    t.due_at =
        t.kind == TASK_SAFETY ? due_of(s, t.kind) : morning_after(s, civil_day_of(s->now, s->zone));
    rc = assign(s, &t, SLICE(""));
    if (rc >= 0 && t.duty != before && before != 0 && kinds[t.kind].told)
        rc = tell_asker(s, &t, late);
    return rc < 0 ? rc : 0;
}

/* ---- passing on ---- */

/* Whether a role may be given a task: above it, or below an organization where who passes it on may
 * answer. 1, 0 or GW_E*. */
static int may_be_given(const struct service *s, const struct task *t, int64_t by,
                        const struct role *r)
{
    if (!role_awake(s, r) || !role_has(r->kind, POWER_ANSWER))
        return 0;
    int rc = org_within(s, t->origin, r->org);
    return rc != 0 ? rc : role_may(s, by, POWER_ANSWER, r->org, NULL);
}

/* The one person of that name who may be given it: TASK_PASSED, NOBODY, SEVERAL or GW_E*. */
static int find_person(const struct service *s, const struct task *t, int64_t by, struct slice name,
                       struct slice org, struct role *out)
{
    struct organization *top;
    struct role *list = NULL;
    int found = 0, n = org_list(s, 1, &top);
    if (n == 1)
        n = roles_named(s, top[0].id, name, &list);
    for (int i = 0; i < n; i++) {
        if (org.n > 0 && !slice_eq(list[i].org_shown, org))
            continue;
        int rc = may_be_given(s, t, by, &list[i]);
        if (rc < 0)
            return rc;
        if (rc == 0 || (found > 0 && out->address == list[i].address))
            continue;
        if (found++ == 0)
            *out = list[i];
    }
    if (n < 0)
        return n;
    return found == 0 ? TASK_PASS_NOBODY : found == 1 ? TASK_PASSED : TASK_PASS_SEVERAL;
}

static int tell_passed(const struct service *s, const struct task *t)
{
    if (!kinds[t->kind].told)
        return 0;
    json_t *params = json_object();
    json_put_slice(params, "name", t->name);
    json_put_slice(params, "org", t->duty_org);
    json_put_slice(params, "duty", t->duty_name);
    notify_set_time(s, params, "date", "by", t->due_at);
    return notify_tell(s, t->asker, "human.passed", params);
}

static int give(const struct service *s, struct task *t, const struct role *to)
{
    struct slice by = t->duty_name;
    t->org = to->org;
    t->duty = to->address;
    t->duty_name = to->name;
    t->duty_org = to->org_shown;
    if (t->due_at <= s->now)
        t->due_at = due_of(s, t->kind);
    int rc = assign(s, t, by);
    if (rc >= 0)
        rc = tell_passed(s, t);
    return rc < 0 ? rc : TASK_PASSED;
}

int task_pass(const struct service *s, int64_t address, int64_t number, struct slice name,
              struct slice org, struct task *out)
{
    struct role to = { 0 };
    int rc = task_by_number(s, number, out);
    if (rc == 1)
        rc = answers(s, address, out);
    if (rc <= 0)
        return rc < 0 ? rc : TASK_PASS_NOT_FOUND;
    if (out->state == TASK_CLOSED)
        return TASK_PASS_CLOSED;
    rc = find_person(s, out, address, name, org, &to);
    if (rc != TASK_PASSED)
        return rc;
    if (to.address == out->duty)
        return TASK_PASS_UNCHANGED;
    rc = used(s, address, out, "task.pass");
    return rc < 0 ? rc : give(s, out, &to);
}
