#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

enum { COUNT_MAX = 31 };

const struct entity *slots_entity(const struct reading *r, enum entity_kind kind)
{
    for (int i = 0; i < r->entities.count; i++) {
        if (r->entities.list[i].kind == kind) {
            return &r->entities.list[i];
        }
    }
    return NULL;
}

/* Parts of the day are named beside a date (昨晚), a time (下午两点), alone, or in a length
 * (一上午). */
static enum day_part part_of(const struct entity *e)
{
    switch (e->kind) {
    case ENTITY_DATE:
        return e->when.part;
    case ENTITY_PART:
        return e->part;
    case ENTITY_TIME:
        return e->clock.start.part;
    case ENTITY_LENGTH:
        return e->duration.day_part ? (enum day_part)e->duration.part : PART_NONE;
    default:
        return PART_NONE;
    }
}

static bool is_deadline(const struct reading *r, const struct entity *e)
{
    return scan_behind(r->entities.text, e->from, "截止|截至|截止到|截止时间|截止日期");
}

enum day_part slots_part_of(const struct reading *r)
{
    enum day_part found = PART_NONE;
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        enum day_part part = part_of(e), end = PART_NONE;
        if (e->kind == ENTITY_TIME && e->clock.has_end) {
            end = e->clock.end.part;
        }
        bool deadline =
            is_deadline(r, e) || (i > 0 && is_deadline(r, e - 1) && e->from == e[-1].to);
        if (deadline) {
            continue;
        }
        if (part != PART_NONE && found != PART_NONE && part != found) {
            return PART_NONE;
        }
        found = part != PART_NONE ? part : found;
        if (end != PART_NONE && end != found) {
            return PART_NONE;
        }
    }
    return found;
}

void slots_part(struct slot_call *call)
{
    enum day_part part = slots_part_of(call->r);
    if (part != PART_NONE && !slot_has(call, "part")) {
        json_object_set_new(call->slots, "part", json_string(clock_part_name(part)));
    }
}

/* 到, 至, - and nothing else between two dates. */
static bool is_range(const struct reading *r, const struct entity *a, const struct entity *b)
{
    struct slice between = { r->entities.text.p + a->to, b->from - a->to };
    between = slice_trim(between);
    return slice_eq(between, SLICE("到")) || slice_eq(between, SLICE("至")) ||
           slice_eq(between, SLICE("-")) || slice_eq(between, SLICE("--"));
}

/* Years that tell an age or a membership, not when: 今年七十了, 2010年生. */
static bool is_about_person(const struct reading *r, const struct entity *e)
{
    return scan_is_any(r->entities.text, e->to, "生|出生");
}

struct span {
    int64_t from, to;
};

static void put_span(struct slot_call *call, int64_t from, int64_t to)
{
    if (from == to) {
        slot_date(call, "date", from);
    } else {
        slot_date(call, "date_from", from);
        slot_date(call, "date_to", to);
    }
}

static void put_dates(struct slot_call *call, const struct span *spans, int count)
{
    if (count == 1) {
        put_span(call, spans[0].from, spans[0].to);
        return;
    }
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        char text[16];
        civil_format_date(spans[i].from, text);
        json_array_append_new(list, json_string(text));
    }
    json_object_set_new(call->slots, "dates", list);
}

/* A group that took a DAY as a number (退了1号活动, 4号和6号都不去) leaves no date behind. */
static bool taken_by_group(const struct slot_call *call, const struct entity *e)
{
    for (int i = 0; call->match != NULL && i < call->rule->pattern.group_count; i++) {
        size_t from = call->match->from[i], to = call->match->to[i];
        bool several = strcmp(call->rule->pattern.groups[i].name, "activity_nos") == 0;
        for (size_t at = from; at + 3 <= to && (several || to - from == 3); at++) {
            if (entities_at(&call->r->entities, at) == e) {
                return true;
            }
        }
    }
    return false;
}

static void put_vague(struct slot_call *call)
{
    const struct entity *vague = slots_entity(call->r, ENTITY_VAGUE);
    if (vague != NULL) {
        slot_slice(call, "date_text",
                   (struct slice){ call->r->normal.text.p + vague->from, vague->to - vague->from });
    }
}

void slots_when(struct slot_call *call)
{
    const struct reading *r = call->r;
    struct span spans[8];
    int count = 0;
    if (slot_has(call, "date") || slot_has(call, "recurrence")) {
        return;
    }
    for (int i = 0; i < r->entities.count && count < 8; i++) {
        const struct entity *e = &r->entities.list[i];
        struct span s;
        if (e->kind > ENTITY_DAY || taken_by_group(call, e) || is_deadline(r, e) ||
            is_about_person(r, e) || scan_is_any(r->entities.text, e->to, "为止") ||
            !date_resolve(&r->calendar, &e->when, call->looks, &s.from, &s.to)) {
            continue;
        }
        const struct entity *next = i + 1 < r->entities.count ? e + 1 : NULL;
        struct span end;
        if (next != NULL && next->kind <= ENTITY_DAY && is_range(r, e, next) &&
            date_resolve(&r->calendar, &next->when, call->looks, &end.from, &end.to) &&
            end.to >= s.from) {
            put_span(call, s.from, end.to);
            return;
        }
        if (scan_is_any(r->entities.text, e->to, "到现在|到目前|至今|到如今") &&
            s.from <= r->calendar.today) {
            put_span(call, s.from, r->calendar.today);
            return;
        }
        if (e->when.lunar && !e->when.feast) {
            json_object_set_new(call->slots, "calendar", json_string("lunar"));
        }
        bool repeated = false;
        for (int k = 0; k < count; k++) {
            repeated = repeated || (spans[k].from == s.from && spans[k].to == s.to);
        }
        bool wide = count > 0 && (s.from != s.to || spans[0].from != spans[0].to);
        if (!repeated && !wide) {
            spans[count++] = s;
        }
    }
    if (count > 0) {
        put_dates(call, spans, count);
    } else {
        put_vague(call);
    }
}

/* The day that is given up for another was taken for a slip of the tongue: 周六 … 改到周日. */
static void put_given_up(struct slot_call *call)
{
    const struct entity *e = slots_entity(call->r, ENTITY_DENIED);
    int64_t from, to;
    bool dated = e != NULL && e->clock.start.minutes == 0 && e->duration.minutes == 0 &&
                 date_resolve(&call->r->calendar, &e->when, DIRECTION_FUTURE, &from, &to);
    if (dated && from > 0) {
        put_span(call, from, to);
    }
}

/* 改到下周: giving up one day for another is a cancellation and a second wish. */
void slots_moved_to(struct slot_call *call)
{
    if (!slot_has(call, "moved_to")) {
        return;
    }
    json_object_del(call->slots, "moved_to");
    put_given_up(call);
    for (int i = 0; i < call->r->entities.count; i++) {
        const struct entity *e = &call->r->entities.list[i];
        int64_t from, to;
        if (!taken_by_group(call, e) ||
            !date_resolve(&call->r->calendar, &e->when, DIRECTION_FUTURE, &from, &to)) {
            continue;
        }
        json_t *slots = json_object();
        struct slot_call other = { .u = call->u, .r = call->r, .slots = slots };
        put_span(&other, from, to);
        json_object_set_new(call->slots, "also",
                            json_pack("[{s:s, s:o}]", "intent", "sign_up", "slots", slots));
    }
}

/* 10点前走 limits what the person can do and is no time of the activity. */
static bool is_leave_by(const struct reading *r, const struct entity *e)
{
    return scan_is_any(r->entities.text, e->to,
                       "前走|之前走|以前走|前要走|前得走|就要走|要走|前回|前要回|就得走|必须走");
}

void slots_clock(struct slot_call *call)
{
    const struct reading *r = call->r;
    enum day_part part = slots_part_of(r);
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        int start, end;
        if (e->kind != ENTITY_TIME || (i > 0 && is_deadline(r, e - 1)) || is_deadline(r, e)) {
            continue;
        }
        if (e->clock.wrong) {
            json_object_set_new(call->slots, "time_wrong", json_true());
            continue;
        }
        bool dated = i > 0 && e[-1].kind == ENTITY_DATE && e[-1].to == e->from;
        clock_resolve(&e->clock, part != PART_NONE || !dated ? part : e[-1].when.part, &start,
                      &end);
        if (is_leave_by(r, e)) {
            slot_clock(call, "leave_by", start);
        } else if (!slot_has(call, "time_start")) {
            slot_clock(call, "time_start", start);
            if (end >= 0) {
                slot_clock(call, "time_end", end);
            }
        }
    }
}

void slots_clock_end(struct slot_call *call)
{
    const struct entity *e = slots_entity(call->r, ENTITY_TIME);
    if (e != NULL && !e->clock.wrong) {
        int start, end;
        clock_resolve(&e->clock, slots_part_of(call->r), &start, &end);
        slot_clock(call, "time_end", end >= 0 ? end : start);
    }
}

static void put_int(struct slot_call *call, const char *key, int64_t value)
{
    if (!slot_has(call, key)) {
        json_put_int(call->slots, key, value);
    }
}

/* Minutes of a start and an end that were said; 0 when there are none. */
static int minutes_of_times(struct slot_call *call)
{
    int from, to;
    if (civil_parse_hhmm(json_slice(call->slots, "time_start"), &from) != 0 ||
        civil_parse_hhmm(json_slice(call->slots, "time_end"), &to) != 0) {
        return 0;
    }
    return to > from ? to - from : to + 1440 - from;
}

static int days_said(struct slot_call *call)
{
    int64_t from, to;
    if (civil_parse_date(json_slice(call->slots, "date_from"), &from) == 0 &&
        civil_parse_date(json_slice(call->slots, "date_to"), &to) == 0 && to - from < COUNT_MAX) {
        return (int)(to - from + 1);
    }
    return (int)json_array_size(json_object_get(call->slots, "dates"));
}

/* 三回, 两次: how often. */
static int times_said(struct slice text)
{
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        struct numeral n;
        size_t at = i;
        if (numeral_read(text, &at, &n) && n.second == 0 && n.thousandths % 1000 == 0 &&
            scan_any(text, &at, "回|次|趟") && n.thousandths >= 2000 && n.thousandths <= 60000) {
            return (int)(n.thousandths / 1000);
        }
    }
    return 0;
}

static bool says_each(struct slice text)
{
    static const char *const words[] = { "每天",   "天天",   "每晚", "每回", "每次", "每日",
                                         "一晚上", "一天都", "一次", "一回", "每早", "各" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_find(text, slice_of(words[i])) >= 0) {
            return true;
        }
    }
    return false;
}

/* The lengths of a text, summed: 下午两小时，晚上又一小时. Those of the way there (来回路上半小时)
 * do not count, and one that only repeats what times say does not either. */
static int sum_lengths(const struct reading *r, struct duration *out)
{
    int count = 0;
    *out = (struct duration){ 0 };
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        if (e->kind != ENTITY_LENGTH || scan_behind(r->entities.text, e->from, "路上|来回|堵车") ||
            (e->duration.days && (count > 0 || slots_entity(r, ENTITY_MANY) != NULL))) {
            continue;
        }
        bool sum = count > 0 && out->minutes > 0 && e->duration.minutes > 0 && !out->days;
        if (count == 0 || out->days || out->day_part) {
            *out = e->duration;
            count = 1;
        } else if (sum) {
            out->minutes += e->duration.minutes;
            out->approx = out->approx || e->duration.approx;
            count++;
        }
    }
    return count;
}

/* 五天 每天一个钟头: how many days were said as a length. */
static int whole_days(const struct reading *r)
{
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        if (e->kind == ENTITY_LENGTH && e->duration.days && e->duration.minutes % 480 == 0) {
            return e->duration.minutes / 480;
        }
    }
    return 0;
}

void slots_length(struct slot_call *call)
{
    const struct reading *r = call->r;
    struct duration d;
    int minutes = minutes_of_times(call), days = days_said(call);
    bool each = says_each(r->entities.text);
    int lengths = sum_lengths(r, &d);
    int times = times_said(r->entities.text);
    int count = times > 0 ? times : days > 0 ? days : each ? whole_days(r) : 0;
    if (lengths > 0 && d.least > 0) {
        put_int(call, "minutes_min", d.least);
        put_int(call, "minutes_max", d.most);
        return;
    }
    if (minutes == 0 && lengths > 0) {
        minutes = d.minutes;
        if (d.approx) {
            json_object_set_new(call->slots, "approx", json_true());
        }
    }
    if (minutes <= 0) {
        return;
    }
    if (each && count > 1) {
        put_int(call, "minutes_each", minutes);
        put_int(call, "count", count);
        put_int(call, "minutes", (int64_t)minutes * count);
    } else if (each && times == 0 && days == 0 &&
               slice_find(r->entities.text, SLICE("每天")) >= 0) {
        put_int(call, "minutes_each", minutes);
    } else {
        put_int(call, "minutes", minutes);
    }
}

void slots_length_asked(struct slot_call *call)
{
    const struct entity *e = slots_entity(call->r, ENTITY_LENGTH);
    if (e != NULL && e->duration.minutes > 0 && !slot_has(call, "target_minutes")) {
        bool told = slot_has(call, "dispute") ||
                    strcmp(call->rule == NULL ? "" : call->rule->name, "hours.added") == 0;
        const char *key = told ? "minutes" : "target_minutes";
        json_put_int(call->slots, key, e->duration.minutes);
    }
}
