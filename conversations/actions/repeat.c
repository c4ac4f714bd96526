#include "conversations/actions/repeat.h"

#include "gateway/base/json.h"
#include "handlers/notify.h"

enum { WEEK = 7, MINUTE_SECONDS = 60, LOOK_DAYS = 1200 };

static unsigned bit_of(int64_t day)
{
    struct civil c;
    civil_from_day(day, &c);
    return 1u << c.weekday;
}

bool repeat_take(json_t *draft, const json_t *read)
{
    static const char *const keys[] = { "weekdays", "times", "until", "weekly" };
    bool any = false;
    if (json_flag(read, "once", false)) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            json_object_del(draft, keys[i]);
        return true;
    }
    /* 20人 8次 alone repeats nothing. */
    bool repeats = json_object_get(draft, "weekdays") || json_object_get(draft, "weekly") ||
                   json_object_get(read, "weekdays") || json_object_get(read, "weekly");
    for (size_t i = 0; repeats && i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(read, keys[i]);
        if (value == NULL)
            continue;
        json_object_set(draft, keys[i], value);
        any = true;
    }
    /* How often and until when: the one said last counts. */
    if (any && json_object_get(read, "times") && !json_object_get(read, "until"))
        json_object_del(draft, "until");
    if (any && json_object_get(read, "until") && !json_object_get(read, "times"))
        json_object_del(draft, "times");
    return any;
}

void repeat_settle(const struct service *s, json_t *draft, int start)
{
    unsigned days = (unsigned)json_int(draft, "weekdays", 0);
    int64_t day = civil_day_of(s->now, s->zone), said;
    if (days == 0)
        return;
    if (civil_parse_date(json_slice(draft, "date"), &said) == GW_OK && (bit_of(said) & days) &&
        said > day)
        day = said;
    for (int i = 0; i <= WEEK; i++, day++) {
        int64_t at = civil_day_start(day, s->zone) + (start > 0 ? start : 0) * MINUTE_SECONDS;
        if ((bit_of(day) & days) && (start < 0 || at > s->now))
            break;
    }
    notify_set_day(draft, "date", day);
}

void repeat_days(const struct service *s, const json_t *draft, struct repeat *out)
{
    unsigned days = (unsigned)json_int(draft, "weekdays", 0);
    int64_t times = json_int(draft, "times", 0), until = 0, first;
    *out = (struct repeat){ 0 };
    bool known = civil_parse_date(json_slice(draft, "date"), &first) == GW_OK;
    bool ends = civil_parse_date(json_slice(draft, "until"), &until) == GW_OK;
    if (days == 0 && !json_flag(draft, "weekly", false))
        return;
    out->open = times == 0 && !ends;
    if (!known || out->open)
        return;
    if (days == 0)
        days = bit_of(first);
    int most = s->policy->series_max < REPEAT_MAX ? (int)s->policy->series_max : REPEAT_MAX;
    for (int64_t day = first; day < first + LOOK_DAYS; day++) {
        if ((ends && day > until) || (times > 0 && out->count == times))
            break;
        if (!(bit_of(day) & days))
            continue;
        out->too_many = out->count == most;
        if (out->too_many)
            break;
        out->days[out->count++] = day;
    }
}

void repeat_put(json_t *item, int64_t day, int64_t *last, bool many)
{
    struct civil now, before;
    civil_from_day(day, &now);
    civil_from_day(*last, &before);
    bool same = *last != 0 && now.month == before.month && now.year == before.year;
    notify_set_day(item, "date", day);
    json_put_int(item, "in_month", same ? 0 : now.month);
    json_put_int(item, "short", many);
    *last = day;
}

json_t *repeat_list(const struct repeat *r)
{
    json_t *items = json_array();
    int64_t last = 0;
    for (int i = 0; i < r->count; i++) {
        struct civil c, next = { 0 };
        json_t *item = json_object();
        civil_from_day(r->days[i], &c);
        if (i + 1 < r->count)
            civil_from_day(r->days[i + 1], &next);
        repeat_put(item, r->days[i], &last, true);
        json_put_int(item, "day", c.day);
        json_put_int(item, "ends", next.month != c.month || next.year != c.year);
        json_array_append_new(items, item);
    }
    return items;
}
