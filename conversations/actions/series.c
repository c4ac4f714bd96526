/* 36号每周一次 共4次, 36号加一场 周六下午2点到4点: further dates of an activity, each with its own
 * number to sign up for. */
#include "conversations/actions/repeat.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"

enum { DAY_MINUTES = 1440, MINUTE_SECONDS = 60, WEEK_SECONDS = 7 * 86400, FEW_DATES = 4 };

struct dates {
    int64_t starts[REPEAT_MAX], ends[REPEAT_MAX];
    int count;
    bool too_many; /* over policy.series_max */
};

/* The times that were asked for; none when the text gives no sensible ones. */
static void read_dates(const struct action_call *call, const struct activity *a, struct dates *d)
{
    const struct zone zone = call->service->zone;
    int64_t times = action_number(call->slots, "times", 0);
    int64_t day = civil_day_of(a->starts_at, zone);
    int start = -1, end = -1;
    d->count = 0;
    d->too_many = times > call->service->policy->series_max || times > REPEAT_MAX;
    if (d->too_many)
        return;
    if (times > 1) {
        for (int i = 1; i < times; i++, d->count++) {
            d->starts[d->count] = a->starts_at + i * (int64_t)WEEK_SECONDS;
            d->ends[d->count] = a->ends_at + i * (int64_t)WEEK_SECONDS;
        }
        return;
    }
    bool dated = action_day(call->slots, "date", &day);
    bool timed = civil_parse_hhmm(json_slice(call->slots, "time_start"), &start) == GW_OK;
    if (!dated && !timed)
        return;
    int64_t midnight = civil_day_start(day, zone), length = a->ends_at - a->starts_at;
    int64_t old = a->starts_at - civil_day_start(civil_day_of(a->starts_at, zone), zone);
    d->starts[0] = midnight + (timed ? start * (int64_t)MINUTE_SECONDS : old);
    if (timed && civil_parse_hhmm(json_slice(call->slots, "time_end"), &end) == GW_OK)
        length = (end > start ? end - start : end + DAY_MINUTES - start) * MINUTE_SECONDS;
    d->ends[0] = d->starts[0] + length;
    d->count = 1;
}

static const char *outcome_of(int outcome)
{
    switch (outcome) {
    case ACTIVITY_OK:
        return "ready";
    case ACTIVITY_UNCHANGED:
        return "unchanged";
    case ACTIVITY_FORBIDDEN:
        return "forbidden";
    case ACTIVITY_PAST:
    case ACTIVITY_TOO_LONG:
    case ACTIVITY_TOO_FAR:
        return "bad_time";
    default:
        return "none";
    }
}

static int find(struct action_call *call, struct activity *a)
{
    int64_t code = action_number(call->slots, "activity_no", 0);
    int rc = action_get_activity(call, a);
    return rc == 0 && code > 0 ? activity_by_code(call->service, code, a) : rc;
}

/* Of a few dates each with its weekday and hour, of many the days alone. */
static void put_item(struct action_call *call, json_t *item, int64_t starts, int64_t *last,
                     bool many)
{
    notify_set_time(call->service, item, "date", "time", starts);
    repeat_put(item, civil_day_of(starts, call->service->zone), last, many);
}

static int series_look(struct action_call *call)
{
    struct activity a = { 0 };
    struct dates d;
    int rc = find(call, &a);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    json_put_id(call->slots, "_activity", a.id);
    json_put_int(call->slots, "code", a.code);
    json_put_slice(call->slots, "title", a.title);
    json_put_slice(call->slots, "leader", a.leader_name);
    if (json_flag(call->slots, "time_wrong", false))
        return action_end(call, "bad_time");
    read_dates(call, &a, &d);
    json_put_int(call->slots, "most", call->service->policy->series_max - 1);
    json_put_int(call->slots, "total", d.count);
    json_put_int(call->slots, "more", 0);
    if (d.too_many)
        return action_end(call, "too_many");
    json_t *items = json_array();
    int64_t last = civil_day_of(call->service->now, call->service->zone);
    rc = d.count > 0 ? ACTIVITY_OK : ACTIVITY_NOT_FOUND;
    for (int i = 0; rc == ACTIVITY_OK && i < d.count; i++) {
        json_t *item = json_object();
        rc = activity_repeat_look(call->service, a.id, call->address->id, d.starts[i], d.ends[i],
                                  &a);
        put_item(call, item, d.starts[i], &last, d.count > FEW_DATES);
        json_array_append_new(items, item);
    }
    json_object_set_new(call->slots, "items", items);
    return rc < 0 ? rc : action_end(call, outcome_of(rc));
}

static int series_make(struct action_call *call)
{
    struct activity a = { 0 }, made = { 0 };
    struct dates d;
    int rc = find(call, &a);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    read_dates(call, &a, &d);
    if (d.too_many)
        return action_end(call, "too_many");
    json_t *items = json_array();
    int64_t last = civil_day_of(call->service->now, call->service->zone);
    rc = d.count > 0 ? ACTIVITY_OK : ACTIVITY_NOT_FOUND;
    for (int i = 0; rc == ACTIVITY_OK && i < d.count; i++) {
        rc = activity_repeat(call->service, a.id, call->address->id, d.starts[i], d.ends[i], &made);
        if (rc != ACTIVITY_OK)
            break;
        json_t *item = json_object();
        json_put_int(item, "code", made.code);
        put_item(call, item, d.starts[i], &last, d.count > FEW_DATES);
        json_array_append_new(items, item);
    }
    json_put_int(call->slots, "more", 0);
    json_object_set_new(call->slots, "items", items);
    return rc < 0 ? rc : action_end(call, rc == ACTIVITY_OK ? "made" : outcome_of(rc));
}

const struct action series_actions[] = {
    { "series.look", series_look,
      OUTCOMES("ready", "unchanged", "forbidden", "bad_time", "too_many", "none") },
    { "series.make", series_make,
      OUTCOMES("made", "ready", "unchanged", "forbidden", "bad_time", "too_many", "none"), FINAL },
    { .name = NULL },
};
