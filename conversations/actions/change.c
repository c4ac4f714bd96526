/* The leader moves an activity or calls it off: what it means is shown with a number, and only the
 * number does it (scripts 3.3). */
#include <string.h>

#include "conversations/actions/common.h"
#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"

enum { DAY_MINUTES = 1440, MINUTE_SECONDS = 60, RANDOM_FIRST = 1000, RANDOM_RANGE = 9000 };

/* ---- the new time ---- */

/* What the text says, on top of the old day, hour and length. False when it says nothing. */
static bool new_time(const struct action_call *call, const struct activity *a, int64_t *starts_at,
                     int64_t *ends_at)
{
    const struct zone zone = call->service->zone;
    int64_t day = civil_day_of(a->starts_at, zone), length = a->ends_at - a->starts_at;
    int64_t start = (a->starts_at - civil_day_start(day, zone)) / MINUTE_SECONDS;
    int said_start = -1, said_end = -1;
    bool any = action_day(call->slots, "date", &day);
    if (civil_parse_hhmm(json_slice(call->slots, "time_start"), &said_start) == GW_OK) {
        start = said_start;
        any = true;
        if (civil_parse_hhmm(json_slice(call->slots, "time_end"), &said_end) == GW_OK)
            length = (said_end > said_start ? said_end - said_start
                                            : said_end + DAY_MINUTES - said_start) *
                     MINUTE_SECONDS;
    }
    *starts_at = civil_day_start(day, zone) + start * MINUTE_SECONDS;
    *ends_at = *starts_at + length;
    return any;
}

static const char *outcome_of(int outcome)
{
    switch (outcome) {
    case ACTIVITY_OK:
        return "ready";
    case ACTIVITY_UNCHANGED:
        return "unchanged";
    case ACTIVITY_PAST:
        return "past";
    case ACTIVITY_TOO_LONG:
        return "too_long";
    case ACTIVITY_TOO_FAR:
        return "too_far";
    case ACTIVITY_FORBIDDEN:
        return "forbidden";
    case ACTIVITY_BUSY:
        return "busy";
    case ACTIVITY_OVER:
        return "over";
    case ACTIVITY_WRONG_STATE:
        return "draft";
    default:
        return "none";
    }
}

static void show(struct action_call *call, const struct activity_change *change)
{
    const struct service *s = call->service;
    action_set_activity(call, &change->activity);
    notify_set_time(s, call->slots, "old_date", "old_time", change->activity.starts_at);
    if (change->starts_at != 0) {
        notify_set_time(s, call->slots, "date", "time", change->starts_at);
        notify_set_time(s, call->slots, NULL, "end", change->ends_at);
    }
    if (change->other.id != 0) {
        json_put_int(call->slots, "other_code", change->other.code);
        json_put_slice(call->slots, "other_title", change->other.title);
        notify_set_time(s, call->slots, "other_date", "other_time", change->other.starts_at);
        notify_set_time(s, call->slots, NULL, "other_end", change->other.ends_at);
    }
}

/* The number to be typed: of the texts that go out, or where the sender can be forged a random one
 * that only this phone sees. */
static void put_confirm(struct action_call *call, const struct activity_change *change)
{
    const struct account_terms *terms = call->service->terms;
    int64_t confirm = change->phones > 0 ? change->phones : 1;
    if (terms == NULL || !terms->signed_pushes)
        confirm = RANDOM_FIRST + (int64_t)digest_random_below(RANDOM_RANGE);
    json_put_int(call->slots, "people", change->people);
    json_put_int(call->slots, "phones", change->phones);
    json_put_int(call->slots, "cost", terms != NULL ? terms->price * change->phones : 0);
    json_put_int(call->slots, "confirm", confirm);
}

/* The activity that is meant: 1, 0 or GW_E*. */
static int find(struct action_call *call, struct activity *a)
{
    int64_t code = action_number(call->slots, "activity_no", 0);
    int rc = action_get_activity(call, a);
    if (rc == 0 && code > 0)
        rc = activity_by_code(call->service, code, a);
    return rc;
}

static int look(struct action_call *call, bool move)
{
    struct activity_change change = { 0 };
    int rc = find(call, &change.activity);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    int64_t starts_at = 0, ends_at = 0;
    if (move && json_flag(call->slots, "time_wrong", false)) {
        json_put_int(call->slots, "code", change.activity.code);
        return action_end(call, "bad_time");
    }
    if (move && !new_time(call, &change.activity, &starts_at, &ends_at))
        return action_end(call, "none");
    rc = activity_change_look(call->service, change.activity.id, call->address->id, starts_at,
                              ends_at, &change);
    if (rc < 0)
        return rc;
    if (change.activity.id != 0)
        show(call, &change);
    if (rc == ACTIVITY_OK) {
        json_put_id(call->slots, "_starts", starts_at);
        json_put_id(call->slots, "_ends", ends_at);
        put_confirm(call, &change);
    }
    return action_end(call, outcome_of(rc));
}

static int change_look_move(struct action_call *call)
{
    return look(call, true);
}

static int change_look_cancel(struct action_call *call)
{
    return look(call, false);
}

/* ---- doing it ---- */

static bool is_confirmed(const struct action_call *call)
{
    return json_int(call->slots, "number", -1) == json_int(call->slots, "confirm", 0);
}

static int end_change(struct action_call *call, int rc, int told)
{
    if (rc < 0)
        return rc;
    json_put_int(call->slots, "told", told);
    return action_end(call, rc == ACTIVITY_OK ? "done" : outcome_of(rc));
}

static int change_move(struct action_call *call)
{
    int told = 0;
    if (!is_confirmed(call))
        return action_end(call, "wrong");
    int rc =
        activity_reschedule(call->service, json_id(call->slots, "_activity"), call->address->id,
                            json_id(call->slots, "_starts"), json_id(call->slots, "_ends"),
                            json_slice(call->slots, "reason"), &told);
    return end_change(call, rc, told);
}

static int change_cancel(struct action_call *call)
{
    int told = 0;
    if (!is_confirmed(call))
        return action_end(call, "wrong");
    int rc = activity_cancel(call->service, json_id(call->slots, "_activity"), call->address->id,
                             json_slice(call->slots, "reason"), &told);
    return end_change(call, rc, told);
}

/* 不改了 雨停了: nothing was sent, so nothing has to be taken back. */
static int change_words(struct action_call *call)
{
    static const char *const words[] = { "不改", "不取消", "照旧", "照常", "算了",
                                         "不用", "不发",   "先不", NULL };
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    for (int i = 0; words[i] != NULL; i++)
        if (slice_find(text, slice_of(words[i])) >= 0)
            return action_end(call, "dropped");
    return action_end(call, "wrong");
}

#define LOOKED "ready", "unchanged", "past", "too_long", "too_far", "forbidden", "busy", "over"

const struct action change_actions[] = {
    { "change.look_move", change_look_move, OUTCOMES(LOOKED, "draft", "none", "bad_time") },
    { "change.look_cancel", change_look_cancel,
      OUTCOMES("ready", "unchanged", "forbidden", "over", "none") },
    { "change.move", change_move,
      OUTCOMES("done", "wrong", "unchanged", "past", "too_long", "too_far", "forbidden", "busy",
               "over", "draft", "none"),
      FINAL },
    { "change.cancel", change_cancel,
      OUTCOMES("done", "wrong", "unchanged", "forbidden", "over", "none"), FINAL },
    { "change.words", change_words, OUTCOMES("dropped", "wrong") },
    { .name = NULL },
};
