/* A scanned code: which activity, whether it is of this minute, checked in or signed out; and who
 * forgot to sign out. */
#include "handlers/scans.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/posters.h"
#include "handlers/volunteers.h"

/* Registering takes a while: whoever scanned this long ago is still checked in at that moment. */
enum { REGISTERING_S = 2 * 3600 };

/* The station of a poster waits for the one who registers. */
static int keep_poster(struct action_call *call)
{
    const struct service *s = call->service;
    struct organization org;
    struct volunteer *people;
    int n = volunteers_by_address(s, call->address->id, &people);
    int rc = n == 0 ? poster_read(s, json_slice(call->slots, "scene"), &org) : n < 0 ? n : 0;
    return rc == 1 ? poster_scanned(s, call->address->id, org.id) : rc;
}

static int scan_read_action(struct action_call *call)
{
    const struct service *s = call->service;
    enum scan_kind kind;
    struct activity a;
    int rc = scan_read(s, json_slice(call->slots, "scene"), &kind, &a);
    if (rc < 0)
        return rc;
    if (rc == SCAN_OTHER) {
        int kept = keep_poster(call);
        if (kept < 0)
            return kept;
    }
    if (a.id != 0) {
        action_set_activity(call, &a);
        json_put_id(call->slots, "activity_id", a.id);
        json_put_int(call->slots, "_scanned", s->now);
        json_object_set_new(call->slots, "_walk_in", json_boolean(kind == SCAN_IN));
        notify_set_time(s, call->slots, NULL, "at", s->now);
    }
    if (rc != SCAN_GOOD)
        return action_end(call, rc == SCAN_STALE ? "stale" : "none");
    return action_end(call, kind == SCAN_IN ? "in" : "out");
}

static void put_left(struct action_call *call, const struct attendance_left *left)
{
    json_put_slice(call->slots, "title", left->title);
    json_put_slice(call->slots, "leader", left->leader);
    json_put_int(call->slots, "minutes", left->minutes);
    notify_set_time(call->service, call->slots, NULL, "in", left->in_at);
    notify_set_time(call->service, call->slots, NULL, "out", left->out_at);
}

static int scan_arrive_action(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    struct attendance_check check = { 0 };
    int64_t at = json_int(call->slots, "_scanned", s->now);
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    if (s->now - at > REGISTERING_S)
        return action_end(call, "late");
    rc = scan_arrive(s, json_id(call->slots, "activity_id"), me.id, call->address->id, at, &check);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", me.name);
    json_put_int(call->slots, "young", check.why == SIGNUP_TOO_YOUNG);
    if (check.activity != 0) {
        json_put_slice(call->slots, "title", check.title);
        json_put_slice(call->slots, "leader", check.leader);
    }
    if (check.at != 0)
        notify_set_time(s, call->slots, NULL, "at", check.at);
    switch (rc) {
    case ATTENDANCE_CHECKED_IN:
        return action_end(call, "checked_in");
    case ATTENDANCE_WALKED_IN:
        return action_end(call, "walked_in");
    case ATTENDANCE_AGAIN:
        return action_end(call, "again");
    case ATTENDANCE_CLOSED:
        return action_end(call, "closed");
    case ATTENDANCE_NOT_FOR:
        return action_end(call, "not_for");
    case ATTENDANCE_ELSEWHERE:
        return action_end(call, "elsewhere");
    default:
        return action_end(call, "late");
    }
}

static int leave_at(struct action_call *call, int64_t person, int64_t at)
{
    struct attendance_left left;
    int rc = scan_leave(call->service, json_id(call->slots, "activity_id"), person, at, &left);
    if (rc < 0)
        return rc;
    put_left(call, &left);
    return action_end(call, attendance_leave_outcome_name((enum attendance_leave_outcome)rc));
}

static int scan_leave_action(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    json_put_slice(call->slots, "name", me.name);
    return leave_at(call, me.id, call->service->now);
}

/* 「4点半」 to the question of the evening: on the day of the activity, in the half of the day in
 * which it ended. */
static int checkout_at(struct action_call *call)
{
    const struct service *s = call->service;
    struct slice text = json_slice(call->slots, "left_at"), hour;
    int64_t h, m, day;
    if (!slice_next(&text, ':', &hour) || slice_to_int(hour, &h) != GW_OK ||
        slice_to_int(slice_head(text, 2), &m) != GW_OK ||
        civil_parse_date(json_slice(call->slots, "date"), &day) != GW_OK)
        return GW_EINVAL;
    int64_t at = notify_moment(s, day, h * 60 + m);
    struct activity a;
    int rc = activity_get(s, json_id(call->slots, "activity_id"), &a);
    if (rc != 1)
        return rc < 0 ? rc : GW_ENOTFOUND;
    if (h < 12 && at + 12 * INT64_C(3600) <= s->now && at < a.starts_at)
        at += 12 * INT64_C(3600);
    return leave_at(call, json_id(call->slots, "person"), at);
}

#define LEFT OUTCOMES("left", "again", "not_in", "closed")

const struct action scan_actions[] = {
    { "scan.read", scan_read_action, OUTCOMES("in", "out", "stale", "none") },
    { "scan.arrive", scan_arrive_action,
      OUTCOMES("checked_in", "walked_in", "again", "closed", "not_for", "elsewhere", "late"),
      FINAL },
    { "scan.leave", scan_leave_action, LEFT, FINAL },
    { "checkout.at", checkout_at, LEFT, FINAL },
    { .name = NULL },
};
