/* 到了: check-in near the start of what one signed up for. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"

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

const struct action checkin_actions[] = {
    { "checkin.check", checkin_check,
      OUTCOMES("checked_in", "again", "none_near", "code_wrong", "closed"), FINAL },
    { .name = NULL },
};
