/* Who signed up, by the numbers used in exceptions; and 到 名字 for somebody who cannot text. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"

/* Two segments hold ten names (script 3.2). */
enum { PAGE_SMS = 10, PAGE_WECHAT = 60, WAITING = 4, LED = 20, MINUTE_SECONDS = 60 };

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

/* ---- 到 名字 ---- */

static bool is_near(const struct service *s, const struct activity *a)
{
    return s->now >= a->starts_at - s->policy->checkin_early_minutes * MINUTE_SECONDS &&
           s->now <= a->ends_at + s->policy->checkin_late_minutes * MINUTE_SECONDS;
}

/* One name in the activities that are near: the outcome's name, NULL when nobody is called so. */
static int mark(struct action_call *call, struct slice name, const char **outcome)
{
    const struct service *s = call->service;
    struct activity *led = NULL;
    int n = activities_led(s, call->address->id, 0, LED, &led);
    *outcome = NULL;
    for (int i = 0; i < n && !*outcome; i++) {
        struct attendance_sheet sheet;
        if (led[i].state == ACTIVITY_DRAFT || !is_near(s, &led[i]))
            continue;
        int rc = attendance_sheet(s, led[i].id, call->address->id, &sheet);
        if (rc < 0)
            return rc;
        for (int k = 0; rc == ATTENDANCE_READY && k < sheet.count && !*outcome; k++) {
            struct attendance_check check = { 0 };
            if (!slice_eq(sheet.rows[k].name, name))
                continue;
            rc = attendance_mark(s, call->address->id, led[i].id, sheet.rows[k].person, &check);
            if (rc < 0)
                return rc;
            if (check.at != 0)
                notify_set_time(s, call->slots, NULL, "at", check.at);
            *outcome = attendance_check_outcome_name((enum attendance_check_outcome)rc);
            rc = ATTENDANCE_READY;
        }
    }
    return n < 0 ? n : GW_OK;
}

/* 到 李国才、普文光: those that were noted are named; somebody who is not there stops it. */
static int checkin_for_mark(struct action_call *call)
{
    const json_t *people = json_object_get(call->slots, "people");
    json_t *done = json_array();
    const char *outcome = NULL;
    int rc = GW_OK;
    for (size_t i = 0; rc == GW_OK && i < json_array_size(people); i++) {
        struct slice name = slice_of(json_string_value(json_array_get(people, i)));
        rc = mark(call, name, &outcome);
        json_put_slice(call->slots, "name", name);
        if (rc != GW_OK || !outcome || slice_eq(slice_of(outcome), SLICE("closed")))
            break;
        json_array_append(done, json_array_get(people, i));
    }
    json_object_set_new(call->slots, "names", done);
    if (rc < 0)
        return rc;
    if (!outcome)
        return action_end(call, json_array_size(done) > 0 ? "some" : "none");
    if (slice_eq(slice_of(outcome), SLICE("checked_in")))
        return action_end(call, "done");
    if (slice_eq(slice_of(outcome), SLICE("again")))
        return action_end(call, json_array_size(done) > 1 ? "done" : "again");
    return action_end(call, slice_eq(slice_of(outcome), SLICE("closed")) ? "closed" : "none");
}

const struct action roster_actions[] = {
    { "roster.find", roster_find, OUTCOMES("found", "none", "which") },
    { "roster.page", roster_page, OUTCOMES("more", "all", "empty", "none", "forbidden") },
    { "checkin_for.mark", checkin_for_mark, OUTCOMES("done", "again", "some", "none", "closed"),
      FINAL },
    { .name = NULL },
};
