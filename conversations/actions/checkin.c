/* 到了: check-in near the start of what one signed up for. */
#include "conversations/actions/who.h"
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"
#include "handlers/roles.h"
#include "handlers/scans.h"

enum { LED = 20, CODE_DIGITS = 6 };

/* Who of several on one phone is expected about now. */
static int expected(struct action_call *call, const struct volunteer *people, int n, unsigned *out)
{
    const struct service *s = call->service;
    int64_t early = s->policy->checkin_early_minutes * 60;
    struct signup *own = NULL;
    int count = signups_at(s, call->address->id, s->now, &own);
    *out = 0;
    for (int k = 0; k < count; k++)
        for (int i = 0; i < n; i++)
            if (own[k].volunteer == people[i].id && own[k].state == SIGNUP_JOINED &&
                own[k].starts_at - early <= s->now)
                *out |= 1u << i;
    return count < 0 ? count : GW_OK;
}

/* Six digits alone: read out near the start they are the code, without 到了 in front. */
static int checkin_number(struct action_call *call)
{
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    if (text.n != CODE_DIGITS)
        return action_end(call, "none");
    int rc = attendance_is_code(call->service, call->address->id, text,
                                json_flag(call->slots, "asked", false));
    if (rc == 1)
        json_put_slice(call->slots, "code", text);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "pass" : "none");
}

static int checkin_whose(struct action_call *call)
{
    struct volunteer *people = NULL;
    unsigned near = 0;
    int n = who_here(call, &people);
    if (n <= 1)
        return n < 0 ? n : action_end(call, "known");
    int rc = expected(call, people, n, &near);
    if (rc < 0)
        return rc;
    unsigned mask = who_meant(call, people, n);
    bool all = (mask & (mask - 1)) != 0;
    if (mask == 0 || (all && near != 0))
        mask = near;
    json_object_set_new(call->slots, "names", who_names(people, n));
    bool walks_in = mask == 0 && json_slice(call->slots, "code").n > 0;
    bool ask = walks_in || (!all && (mask & (mask - 1)) != 0);
    who_set(call, people, n, ask ? 0 : mask);
    return action_end(call, ask ? "which" : "known");
}

/* Each of several checks in for themselves; told together. */
static int check_many(struct action_call *call, const struct volunteer *people, int n)
{
    const struct service *s = call->service;
    json_t *in = json_array(), *left = json_array();
    struct attendance_check last = { 0 };
    int rc = GW_OK, why = ATTENDANCE_NONE_NEAR;
    for (int i = 0; rc >= 0 && i < n; i++) {
        struct attendance_check check = { 0 };
        rc = attendance_check_in(s, people[i].id, json_slice(call->slots, "code"), &check);
        bool here =
            rc == ATTENDANCE_CHECKED_IN || rc == ATTENDANCE_AGAIN || rc == ATTENDANCE_WALKED_IN;
        if (here)
            last = check;
        else
            why = rc;
        json_array_append_new(here ? in : left, json_stringn(people[i].name.p, people[i].name.n));
    }
    bool any = json_array_size(in) > 0;
    json_object_set_new(call->slots, "names", in);
    json_object_set_new(call->slots, "left", left);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", people[0].name);
    json_put_slice(call->slots, "title", last.title);
    json_put_slice(call->slots, "leader", last.leader);
    if (!any)
        return action_end(call, attendance_check_outcome_name((enum attendance_check_outcome)why));
    notify_set_time(s, call->slots, NULL, "at", last.at);
    return action_end(call, "several");
}

static int checkin_check(struct action_call *call)
{
    const struct service *s = call->service;
    struct volunteer people[WHO_MAX];
    struct attendance_check check = { 0 };
    int rc = who_chosen(call, people);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    if (rc > 1)
        return check_many(call, people, rc);
    rc = attendance_check_in(s, people[0].id, json_slice(call->slots, "code"), &check);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", people[0].name);
    json_put_int(call->slots, "young", check.why == SIGNUP_TOO_YOUNG);
    if (check.activity != 0) {
        json_put_id(call->slots, "_activity", check.activity);
        json_put_slice(call->slots, "title", check.title);
        json_put_slice(call->slots, "leader", check.leader);
        notify_set_time(s, call->slots, "date", "time", check.starts_at);
    }
    if (check.at != 0)
        notify_set_time(s, call->slots, NULL, "at", check.at);
    return action_end(call, attendance_check_outcome_name((enum attendance_check_outcome)rc));
}

/* Who of several signs out: whom the text names, else whoever is checked in now. */
static int checkin_leaving(struct action_call *call)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people);
    if (n <= 1)
        return n < 0 ? n : action_end(call, "known");
    unsigned mask = who_meant(call, people, n), in = 0;
    for (int i = 0; i < n; i++) {
        int rc = attendance_is_in(call->service, people[i].id);
        if (rc < 0)
            return rc;
        in |= rc == 1 ? 1u << i : 0;
    }
    bool all = (mask & (mask - 1)) != 0;
    if (all && in != 0)
        mask = in;
    bool ask = mask == 0 && (in == 0 || (in & (in - 1)) != 0);
    if (mask == 0 && !ask)
        mask = in;
    who_set(call, people, n, mask);
    return action_end(call, ask ? "which" : "known");
}

static void put_left(const struct service *s, json_t *to, struct slice name,
                     const struct attendance_left *left)
{
    json_put_slice(to, "name", name);
    json_put_slice(to, "title", left->title);
    json_put_slice(to, "leader", left->leader);
    json_put_int(to, "minutes", left->minutes);
    notify_set_time(s, to, NULL, "in", left->in_at);
    notify_set_time(s, to, NULL, "out", left->out_at);
}

/* Each of several signs out for themselves; told together. Where nobody could, the last reason. */
static int leave_many(struct action_call *call, const struct volunteer *people, int n)
{
    json_t *items = json_array();
    int why = ATTENDANCE_NOT_IN, rc = GW_OK;
    for (int i = 0; rc >= 0 && i < n; i++) {
        struct attendance_left left;
        rc = attendance_leave(call->service, people[i].id, 0, &left);
        if (rc == ATTENDANCE_LEFT || rc == ATTENDANCE_LEFT_AGAIN) {
            json_t *item = json_object();
            put_left(call->service, item, people[i].name, &left);
            json_array_append_new(items, item);
            json_put_slice(call->slots, "leader", left.leader);
        } else if (rc >= 0) {
            why = rc;
            put_left(call->service, call->slots, people[i].name, &left);
        }
    }
    bool any = json_array_size(items) > 0;
    json_object_set_new(call->slots, "items", items);
    if (rc < 0)
        return rc;
    return action_end(
        call, any ? "several" : attendance_leave_outcome_name((enum attendance_leave_outcome)why));
}

/* Signing out, which nobody has to do. */
static int checkin_leave(struct action_call *call)
{
    struct volunteer people[WHO_MAX];
    struct attendance_left left;
    int rc = who_chosen(call, people);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    if (rc > 1)
        return leave_many(call, people, rc);
    rc = attendance_leave(call->service, people[0].id, 0, &left);
    if (rc < 0)
        return rc;
    put_left(call->service, call->slots, people[0].name, &left);
    return action_end(call, attendance_leave_outcome_name((enum attendance_leave_outcome)rc));
}

/* The page to be held up, where a link may be sent. */
static void put_screen(struct action_call *call, int64_t activity)
{
    const struct service *s = call->service;
    char page[SCAN_PAGE_MAX];
    json_object_del(call->slots, "screen");
    if (call->channel == CHANNEL_SMS || s->terms == NULL || s->terms->screens == NULL)
        return;
    scan_page(s->vault, call->address->account, activity, page);
    json_put_slice(call->slots, "screen", arena_printf(s->arena, "%s/%s", s->terms->screens, page));
}

/* 签到码: the leader of what is near, or of the number that was given, may have it at any time. */
static int checkin_code(struct action_call *call)
{
    const struct service *s = call->service;
    struct activity a = { 0 }, *led = NULL;
    int64_t number = action_number(call->slots, "activity_no", 0);
    int rc = number > 0 ? activity_by_code(s, number, &a) : 0;
    int n = number > 0 ? 0 : activities_led(s, call->address->id, 0, LED, &led);
    for (int i = n - 1; i >= 0 && rc == 0; i--)
        if (activity_is_open(led[i].state) && led[i].ends_at > s->now) {
            a = led[i];
            rc = 1;
        }
    if (rc < 0 || n < 0)
        return rc < 0 ? rc : n;
    if (rc == 0 || a.state == ACTIVITY_DRAFT)
        return action_end(call, "none");
    action_set_activity(call, &a);
    rc = role_may(s, call->address->id, POWER_CONFIRM, a.org, NULL);
    if (rc != 1)
        return rc < 0 ? rc : action_end(call, "not_allowed");
    if (!activity_is_open(a.state) || a.ends_at <= s->now)
        return action_end(call, "over");
    char code[8];
    rc = attendance_code(s, a.id, code);
    json_put_slice(call->slots, "checkin_code", arena_dup(s->arena, slice_of(code)));
    put_screen(call, a.id);
    return rc < 0 ? rc : action_end(call, "shown");
}

const struct action checkin_actions[] = {
    { "checkin.number", checkin_number, OUTCOMES("pass", "none") },
    { "checkin.whose", checkin_whose, OUTCOMES("known", "which") },
    { "checkin.check", checkin_check,
      OUTCOMES("checked_in", "several", "again", "none_near", "code_wrong", "closed", "walked_in",
               "not_for", "elsewhere", "locked"),
      FINAL },
    { "checkin.leaving", checkin_leaving, OUTCOMES("known", "which") },
    { "checkin.leave", checkin_leave, OUTCOMES("left", "several", "again", "not_in", "closed"),
      FINAL },
    { "checkin.code", checkin_code, OUTCOMES("shown", "none", "not_allowed", "over") },
    { .name = NULL },
};
