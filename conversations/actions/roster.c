/* Who signed up, by the numbers used in exceptions; and 到 名字 for somebody who cannot text. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"
#include "handlers/training.h"

/* Two segments hold ten names (script 3.2). */
enum { PAGE_SMS = 10, PAGE_WECHAT = 60, WAITING = 4, LED = 20, MINUTE_SECONDS = 60, NAMESAKES = 9 };

/* By number, else the only one led. */
static int roster_find(struct action_call *call)
{
    struct activity a = { 0 }, *led = NULL;
    int64_t code = action_number(call->slots, "activity_no", 0);
    json_put_int(call->slots, "_from", 0);
    if (slice_eq(json_slice(call->slots, "page"), SLICE("next")) && code == 0)
        return action_end(call, "which");
    json_put_int(call->slots, "_second", json_slice(call->slots, "page").n > 0);
    json_object_del(call->slots, "page");
    if (code > 0) {
        int rc = activity_by_code(call->service, code, &a);
        if (rc < 0)
            return rc;
        json_put_id(call->slots, "activity_id", a.id);
        return action_end(call, rc == 1 && a.state != ACTIVITY_DRAFT ? "found" : "none");
    }
    int n = activities_led(call->service, call->address->id, 0, LED, &led), open = 0;
    for (int i = 0; i < n; i++)
        if (led[i].state != ACTIVITY_DRAFT) {
            a = led[i];
            open++;
        }
    json_put_id(call->slots, "activity_id", a.id);
    return n < 0 ? n : action_end(call, open == 1 ? "found" : "which");
}

static void put_people(json_t *slots, const struct attendance_sheet *sheet, int from, int to)
{
    json_t *people = json_array();
    for (int i = from; i < to; i++) {
        json_t *one = json_object();
        json_put_int(one, "n", sheet->rows[i].number);
        json_put_slice(one, "name", sheet->rows[i].name);
        json_put_int(one, "came", sheet->rows[i].checked_in_at > 0);
        json_array_append_new(people, one);
    }
    json_object_set_new(slots, "people", people);
}

static int put_waiting(struct action_call *call, int64_t activity)
{
    struct signup *waiting = NULL;
    int n = signups_roster(call->service, activity, SIGNUP_QUEUED, &waiting);
    json_t *names = json_array();
    for (int i = 0; i < n && i < WAITING; i++)
        json_array_append_new(names, json_stringn(waiting[i].name.p, waiting[i].name.n));
    json_object_set_new(call->slots, "waiting", names);
    return n < 0 ? n : GW_OK;
}

static int roster_page(struct action_call *call)
{
    struct attendance_sheet sheet;
    int64_t id = json_id(call->slots, "activity_id");
    int size = call->channel == CHANNEL_SMS ? PAGE_SMS : PAGE_WECHAT;
    int rc = attendance_sheet(call->service, id, call->address->id, &sheet);
    if (rc < 0)
        return rc;
    if (rc != ATTENDANCE_READY)
        return action_end(call, rc == ATTENDANCE_NOT_ALLOWED ? "forbidden" : "none");
    json_put_int(call->slots, "code", sheet.code);
    json_put_slice(call->slots, "title", sheet.title);
    json_put_int(call->slots, "count", sheet.count);
    if (sheet.count == 0)
        return action_end(call, "empty");
    int from = (int)json_int(call->slots, "_from", 0);
    if (json_int(call->slots, "_second", 0) != 0 && sheet.count > size)
        from = size;
    json_put_int(call->slots, "_second", 0);
    if (from >= sheet.count)
        from = 0;
    int to = from + size < sheet.count ? from + size : sheet.count;
    put_people(call->slots, &sheet, from, to);
    json_put_int(call->slots, "_from", to);
    json_put_int(call->slots, "more", sheet.count - to);
    json_object_del(call->slots, "page");
    json_object_del(call->slots, "waiting");
    if (to < sheet.count)
        return action_end(call, "more");
    rc = put_waiting(call, id);
    return rc < 0 ? rc : action_end(call, "all");
}

/* ---- 到 名字, also one who had not signed up ---- */

/* What goes on about now, and who of that name may be meant: on a roster, else registered. */
struct marking {
    struct action_call *call;
    struct activity *near;
    int near_count;
    struct {
        int64_t activity, person;
    } found[NAMESAKES];
    int found_count;
    bool missing; /* one of them is signed up and not there yet: that is who is meant */
};

static bool is_near(const struct service *s, const struct activity *a)
{
    return a->state != ACTIVITY_DRAFT &&
           s->now >= a->starts_at - s->policy->checkin_early_minutes * MINUTE_SECONDS &&
           s->now <= a->ends_at + s->policy->checkin_late_minutes * MINUTE_SECONDS;
}

static int find_near(struct marking *m)
{
    const struct service *s = m->call->service;
    int n = activities_led(s, m->call->address->id, 0, LED, &m->near);
    for (int i = 0; i < n; i++)
        if (is_near(s, &m->near[i]))
            m->near[m->near_count++] = m->near[i];
    return n < 0 ? n : GW_OK;
}

static void add_found(struct marking *m, int64_t activity, int64_t person)
{
    for (int i = 0; i < m->found_count; i++)
        if (m->found[i].person == person)
            return;
    if (m->found_count == NAMESAKES)
        return;
    m->found[m->found_count].activity = activity;
    m->found[m->found_count++].person = person;
}

static int find_on_rosters(struct marking *m, struct slice name)
{
    for (int i = 0; i < m->near_count; i++) {
        struct attendance_sheet sheet;
        int rc = attendance_sheet(m->call->service, m->near[i].id, m->call->address->id, &sheet);
        if (rc < 0)
            return rc;
        for (int k = 0; rc == ATTENDANCE_READY && k < sheet.count; k++)
            if (slice_eq(sheet.rows[k].name, name)) {
                add_found(m, m->near[i].id, sheet.rows[k].person);
                m->missing |= sheet.rows[k].checked_in_at == 0;
            }
    }
    return GW_OK;
}

/* In the area of the activity's organization, else of the whole district. */
static int find_registered(struct marking *m, struct slice name)
{
    const struct service *s = m->call->service;
    struct training_person *people = NULL;
    struct organization org;
    int64_t id = m->near[0].org;
    int n = training_find(s, id, name, &people);
    for (int rc = 1; n == 0 && rc == 1 && id != 0; id = org.parent) {
        rc = org_get(s, id, &org);
        if (rc < 0)
            return rc;
        if (rc == 1 && org.parent == 0)
            n = training_find(s, id, name, &people);
        if (rc == 0)
            break;
    }
    for (int i = 0; i < n; i++)
        add_found(m, m->near[0].id, people[i].id);
    return n < 0 ? n : GW_OK;
}

/* Whom the leader chose of those of one name: the place in `found`, else -1. */
static int picked(const struct marking *m, struct slice name)
{
    const json_t *picks = json_object_get(m->call->slots, "_picks");
    const json_t *one = json_object_getn(picks, name.p, name.n);
    int64_t id = 0;
    if (!json_is_string(one) || slice_to_int(slice_of(json_string_value(one)), &id) != GW_OK)
        return -1;
    for (int i = 0; i < m->found_count; i++)
        if (m->found[i].person == id)
            return i;
    return -1;
}

/* Those of one name, for the question which is meant. */
static void put_namesakes(struct marking *m, struct slice name)
{
    json_t *list = json_array();
    for (int i = 0; i < m->found_count; i++)
        json_array_append_new(list, json_sprintf("%lld", (long long)m->found[i].person));
    json_object_set_new(m->call->slots, "_namesakes", list);
    json_put_slice(m->call->slots, "namesake", name);
}

/* One name: how it ended in `*outcome`, or GW_E*. */
static int mark(struct marking *m, struct slice name, const char **outcome)
{
    const struct service *s = m->call->service;
    struct attendance_check check = { 0 };
    m->found_count = 0;
    m->missing = false;
    *outcome = "none";
    if (m->near_count == 0)
        return GW_OK;
    int rc = find_on_rosters(m, name);
    if (rc == GW_OK && !m->missing)
        rc = find_registered(m, name);
    if (rc < 0 || m->found_count == 0)
        return rc;
    int which = m->found_count == 1 ? 0 : picked(m, name);
    if (which < 0) {
        put_namesakes(m, name);
        *outcome = "which";
        return GW_OK;
    }
    rc = attendance_mark(s, m->call->address->id, m->found[which].activity, m->found[which].person,
                         &check);
    if (rc < 0)
        return rc;
    json_put_slice(m->call->slots, "title", check.title);
    if (check.at != 0)
        notify_set_time(s, m->call->slots, NULL, "at", check.at);
    *outcome = attendance_check_outcome_name((enum attendance_check_outcome)rc);
    return GW_OK;
}

/* The answer to which of one name is meant. */
static void take_pick(struct action_call *call)
{
    json_t *pick = json_object_get(call->slots, "_pick");
    if (pick == NULL)
        return;
    json_t *picks = json_object_get(call->slots, "_picks");
    if (picks == NULL) {
        picks = json_object();
        json_object_set_new(call->slots, "_picks", picks);
    }
    json_object_set(picks, json_text(call->slots, "namesake", ""), pick);
    json_object_del(call->slots, "_pick");
}

/* Noted before the question which of another name was meant. */
static bool is_noted(const json_t *noted, const json_t *name)
{
    for (size_t i = 0; i < json_array_size(noted); i++)
        if (json_equal(json_array_get(noted, i), name))
            return true;
    return false;
}

static bool is_one_of(const char *outcome, const char *a, const char *b)
{
    return slice_eq(slice_of(outcome), slice_of(a)) || slice_eq(slice_of(outcome), slice_of(b));
}

/* 到 李国才、普文光: those that were noted are named; what stops at one of them says so. */
static int checkin_for_mark(struct action_call *call)
{
    struct marking m = { .call = call };
    const json_t *people = json_object_get(call->slots, "people");
    json_t *done = json_array();
    json_t *noted = json_incref(json_object_get(call->slots, "_noted"));
    json_t *walked = json_incref(json_object_get(call->slots, "walked"));
    walked = walked != NULL ? walked : json_array();
    const char *outcome = "none";
    bool any_new = false, stopped = false;
    take_pick(call);
    int rc = find_near(&m);
    json_put_int(call->slots, "near", m.near_count > 0);
    for (size_t i = 0; rc == GW_OK && !stopped && i < json_array_size(people); i++) {
        json_t *name = json_array_get(people, i);
        if (is_noted(noted, name)) {
            json_array_append(done, name);
            any_new = true;
            continue;
        }
        json_put_slice(call->slots, "name", slice_of(json_string_value(name)));
        rc = mark(&m, slice_of(json_string_value(name)), &outcome);
        bool in = is_one_of(outcome, "checked_in", "walked_in");
        any_new = any_new || in;
        stopped = rc != GW_OK || (!in && !is_one_of(outcome, "again", "again"));
        if (!stopped)
            json_array_append(done, name);
        if (is_one_of(outcome, "walked_in", "walked_in"))
            json_array_append(walked, name);
    }
    size_t count = json_array_size(done);
    json_object_set_new(call->slots, "names", done);
    json_object_set(call->slots, "_noted", done);
    json_object_set_new(call->slots, "walked", walked);
    json_decref(noted);
    if (rc < 0)
        return rc;
    if (!stopped)
        return action_end(call, any_new || count > 1 ? "done" : "again");
    if (is_one_of(outcome, "none", "none_near"))
        return action_end(call, count > 0 ? "some" : "none");
    return action_end(call, is_one_of(outcome, "which", "closed")        ? outcome
                            : is_one_of(outcome, "not_for", "elsewhere") ? outcome
                                                                         : "none");
}

static int checkin_for_namesakes(struct action_call *call)
{
    const json_t *list = json_object_get(call->slots, "_namesakes");
    call->items = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct volunteer v;
        int64_t id = 0;
        json_t *one = json_array_get(list, i);
        int rc = slice_to_int(slice_of(json_string_value(one)), &id);
        if (rc == GW_OK)
            rc = volunteer_get(call->service, id, &v);
        if (rc <= 0)
            return rc < 0 ? rc : GW_ENOTFOUND;
        json_t *item = json_object();
        json_put_int(item, "n", (int64_t)i + 1);
        json_object_set_new(item, "set", json_pack("{s:O}", "_pick", one));
        rc = notify_set_tail(call->service, item, v.address);
        json_array_append_new(call->items, item);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

const struct action roster_actions[] = {
    { "roster.find", roster_find, OUTCOMES("found", "none", "which") },
    { "roster.page", roster_page, OUTCOMES("more", "all", "empty", "none", "forbidden") },
    { "checkin_for.mark", checkin_for_mark,
      OUTCOMES("done", "again", "some", "none", "closed", "which", "not_for", "elsewhere"), FINAL },
    { "checkin_for.namesakes", checkin_for_namesakes, CHOICES },
    { .name = NULL },
};
