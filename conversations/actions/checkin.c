/* 到了: check-in near the start of what one signed up for. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"
#include "handlers/roles.h"

enum { LED = 20 };

static int checkin_check(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    struct attendance_check check = { 0 };
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    rc = attendance_check_in(s, me.id, json_slice(call->slots, "code"), &check);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", me.name);
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

/* Signing out, which nobody has to do. */
static int checkin_leave(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    struct attendance_left left;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    rc = attendance_leave(s, me.id, 0, &left);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", me.name);
    json_put_slice(call->slots, "title", left.title);
    json_put_slice(call->slots, "leader", left.leader);
    json_put_int(call->slots, "minutes", left.minutes);
    notify_set_time(s, call->slots, NULL, "in", left.in_at);
    notify_set_time(s, call->slots, NULL, "out", left.out_at);
    return action_end(call, attendance_leave_outcome_name((enum attendance_leave_outcome)rc));
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
    return rc < 0 ? rc : action_end(call, "shown");
}

const struct action checkin_actions[] = {
    { "checkin.check", checkin_check,
      OUTCOMES("checked_in", "again", "none_near", "code_wrong", "closed", "walked_in", "not_for",
               "elsewhere"),
      FINAL },
    { "checkin.leave", checkin_leave, OUTCOMES("left", "again", "not_in", "closed"), FINAL },
    { "checkin.code", checkin_code, OUTCOMES("shown", "none", "not_allowed", "over") },
    { .name = NULL },
};
