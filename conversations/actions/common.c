#include "conversations/actions/common.h"

#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/notify.h"
#include "handlers/volunteers.h"

enum { DAY_MINUTES = 24 * 60, DAY_SECONDS = 24 * 3600 };

static void person_keep(struct action_call *call, const struct person *p)
{
    json_put_id(call->slots, "_me", p->id);
    json_put_slice(call->slots, "_me_name", p->name);
    json_put_id(call->slots, "_me_area", p->area);
    json_put_slice(call->slots, "_me_turn", call->service->trace);
}

/* Days may lie between two turns: only what this message looked up is trusted. */
static bool kept_this_turn(const struct action_call *call)
{
    struct slice trace = call->service->trace;
    return trace.n > 0 && slice_eq(json_slice(call->slots, "_me_turn"), trace);
}

int action_person(struct action_call *call, struct person *out)
{
    const struct service *s = call->service;
    int64_t who = json_id(call->slots, "_who");
    *out = (struct person){ .id = json_id(call->slots, "_me") };
    if (out->id != 0 && (who == 0 || who == out->id) && kept_this_turn(call)) {
        out->name = arena_dup(s->arena, json_slice(call->slots, "_me_name"));
        out->area = json_id(call->slots, "_me_area");
        return 1;
    }
    struct volunteer *own = NULL;
    int n = volunteers_by_address(s, call->address->id, &own);
    if (n < 0)
        return n;
    struct slice said = json_slice(call->slots, "name");
    const struct volunteer *me = NULL;
    for (int i = 0; i < n; i++) {
        if (own[i].state != VOLUNTEER_ACTIVE)
            continue;
        bool meant = who != 0 ? own[i].id == who : said.n > 0 && slice_eq(own[i].name, said);
        if (!me || meant)
            me = &own[i];
    }
    if (!me)
        return 0;
    *out = (struct person){ .id = me->id, .name = me->name, .area = me->area };
    person_keep(call, out);
    return 1;
}

struct slice action_words(const struct action_call *call)
{
    return call->reading ? reading_original(call->reading) : SLICE("");
}

struct slice action_channel(const struct action_call *call)
{
    return call->channel == CHANNEL_SMS ? SLICE("sms") : SLICE("wechat");
}

void action_set_activity(struct action_call *call, const struct activity *a)
{
    json_t *params = activity_params(call->service, a);
    json_object_update(call->slots, params);
    json_decref(params);
    json_put_slice(call->slots, "serves", a->serves);
    json_put_id(call->slots, "_activity", a->id);
}

int action_get_activity(struct action_call *call, struct activity *out)
{
    int64_t id = json_id(call->slots, "_activity");
    return id == 0 ? 0 : activity_get(call->service, id, out);
}

int action_numbered(struct action_call *call, int64_t number, struct activity *out)
{
    const json_t *listed = json_object_get(call->slots, "_listed");
    int64_t id;
    int rc = number > 0 ? activity_by_code(call->service, number, out) : 0;
    if (rc != 0)
        return rc;
    const char *text =
        number > 0 ? json_string_value(json_array_get(listed, (size_t)number - 1)) : NULL;
    if (!text || slice_to_int(slice_of(text), &id) != GW_OK)
        return 0;
    return activity_get(call->service, id, out);
}

void action_put_signup(const struct service *s, json_t *object, const struct signup *signup)
{
    json_put_id(object, "_activity", signup->activity);
    json_put_id(object, "_person", signup->volunteer);
    json_put_slice(object, "name", signup->name);
    json_put_slice(object, "title", signup->title);
    json_put_int(object, "code", signup->code);
    notify_set_time(s, object, "date", "time", signup->starts_at);
    notify_set_time(s, object, NULL, "end", signup->ends_at);
}

bool action_day(const json_t *slots, const char *name, int64_t *day)
{
    struct slice text = json_slice(slots, name);
    return text.n > 0 && civil_parse_date(text, day) == GW_OK;
}

int64_t action_number(const json_t *slots, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(slots, name);
    int64_t n;
    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_string(value) && slice_to_int(json_slice(slots, name), &n) == GW_OK)
        return n;
    return fallback;
}

static void wanted_days(const struct action_call *call, struct wanted *w)
{
    int64_t first, last;
    const json_t *days = json_object_get(call->slots, "dates");
    if (action_day(call->slots, "date", &first)) {
        last = first;
    } else if (action_day(call->slots, "date_from", &first)) {
        if (!action_day(call->slots, "date_to", &last))
            last = first;
    } else if (json_array_size(days) > 0) {
        const char *a = json_string_value(json_array_get(days, 0));
        const char *b = json_string_value(json_array_get(days, json_array_size(days) - 1));
        if (civil_parse_date(slice_of(a), &first) != GW_OK ||
            civil_parse_date(slice_of(b), &last) != GW_OK)
            return;
    } else {
        return;
    }
    w->from = civil_day_start(first, call->service->zone);
    w->to = civil_day_start(last, call->service->zone) + DAY_SECONDS;
}

struct wanted action_wanted(const struct action_call *call)
{
    static const struct {
        const char *name;
        int from, to;
    } parts[] = {
        { "am", 0, 12 * 60 },
        { "noon", 11 * 60, 14 * 60 },
        { "pm", 12 * 60, 18 * 60 },
        { "evening", 17 * 60, DAY_MINUTES },
    };
    struct wanted w = { .part_to = DAY_MINUTES };
    wanted_days(call, &w);
    const char *part = json_text(call->slots, "part", "");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(part, parts[i].name) == 0) {
            w.part_from = parts[i].from;
            w.part_to = parts[i].to;
        }
    static const char *const words[] = { "activity", "keyword", "place" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && w.word.n == 0; i++)
        w.word = json_slice(call->slots, words[i]);
    return w;
}

bool wanted_nothing(const struct wanted *w)
{
    return w->to == 0 && w->part_from == 0 && w->part_to == DAY_MINUTES && w->word.n == 0;
}

bool wanted_when(const struct service *s, const struct wanted *w, int64_t starts_at)
{
    if (w->to != 0 && (starts_at < w->from || starts_at >= w->to))
        return false;
    struct civil c;
    civil_at(starts_at, s->zone, &c);
    int minute = c.hour * 60 + c.minute;
    return minute >= w->part_from && minute < w->part_to;
}

int wanted_likeness(const struct wanted *w, struct slice title)
{
    if (w->word.n == 0 || slice_find(title, w->word) >= 0)
        return 100;
    int pairs = 0, found = 0;
    const char *before = NULL;
    struct slice rest = w->word;
    while (rest.n > 0) {
        const char *at = rest.p;
        if (utf8_next(&rest) < 0)
            break;
        if (before) {
            pairs++;
            found += slice_find(title, (struct slice){ before, (size_t)(rest.p - before) }) >= 0;
        }
        before = at;
    }
    return pairs == 0 ? 0 : found * 100 / pairs;
}
