#include "conversations/format.h"

#include <inttypes.h>

#include "gateway/base/civil.h"
#include "gateway/base/phone.h"

bool format_is_set(const json_t *value)
{
    switch (value != NULL ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_OBJECT:
        return json_object_size(value) > 0;
    case JSON_REAL:
    case JSON_TRUE:
        return true;
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    return false;
}

static struct slice text_of(const json_t *value)
{
    return (struct slice){ json_string_value(value), json_string_length(value) };
}

static int format_plain(const json_t *value, struct sbuf *out)
{
    if (json_is_string(value))
        sbuf_add(out, text_of(value));
    else if (json_is_integer(value))
        sbuf_printf(out, "%" PRId64, (int64_t)json_integer_value(value));
    else
        return GW_EINVAL;
    return GW_OK;
}

static int format_duration(const json_t *value, struct sbuf *out)
{
    int64_t minutes = json_integer_value(value);
    if (!json_is_integer(value) || minutes < 0)
        return GW_EINVAL;
    if (minutes >= 60 || minutes == 0)
        sbuf_printf(out, "%" PRId64 "小时", minutes / 60);
    if (minutes % 60 != 0)
        sbuf_printf(out, "%" PRId64 "分", minutes % 60);
    return GW_OK;
}

/* day, date, daydate and day_full differ in where the weekday stands. */
static int format_day(enum format format, const json_t *value, struct sbuf *out)
{
    static const char *const weekdays[] = { "日", "一", "二", "三", "四", "五", "六" };
    int64_t day;
    if (!json_is_string(value) || civil_parse_date(text_of(value), &day) < 0)
        return GW_EINVAL;
    struct civil c;
    civil_from_day(day, &c);
    if (format == FORMAT_DAY)
        sbuf_printf(out, "%d日", c.day);
    else if (format == FORMAT_DATE)
        sbuf_printf(out, "周%s(%d日)", weekdays[c.weekday], c.day);
    else if (format == FORMAT_DAY_FULL)
        sbuf_printf(out, "%d月%d日", c.month, c.day);
    else
        sbuf_printf(out, "%d日(周%s)", c.day, weekdays[c.weekday]);
    return GW_OK;
}

/* How people name the hours of a day. */
static const struct {
    int before; /* minutes after midnight */
    const char *part;
} parts_of_day[] = {
    { 6 * 60, "凌晨" },  { 12 * 60, "上午" },     { 13 * 60, "中午" },
    { 18 * 60, "下午" }, { 24 * 60 + 1, "晚上" },
};

static const char *part_of_day(int minutes)
{
    int i = 0;
    while (minutes >= parts_of_day[i].before)
        i++;
    return parts_of_day[i].part;
}

/* 9点, 1点半; a round hour without 点 when something else of the same part of the day follows. */
static void add_hour(int minutes, bool bare, struct sbuf *out)
{
    int hour = minutes / 60, rest = minutes % 60;
    sbuf_printf(out, "%d%s", hour > 12 ? hour - 12 : hour, bare && rest == 0 ? "" : "点");
    if (rest == 30)
        sbuf_str(out, "半");
    else if (rest != 0)
        sbuf_printf(out, "%d分", rest);
}

static int format_clock(const json_t *value, struct sbuf *out)
{
    int minutes;
    if (!json_is_string(value) || civil_parse_hhmm(text_of(value), &minutes) < 0)
        return GW_EINVAL;
    sbuf_str(out, part_of_day(minutes));
    add_hour(minutes, false, out);
    return GW_OK;
}

static int format_part(const json_t *value, struct sbuf *out)
{
    int minutes;
    if (!json_is_string(value) || civil_parse_hhmm(text_of(value), &minutes) < 0)
        return GW_EINVAL;
    sbuf_str(out, part_of_day(minutes));
    return GW_OK;
}

static int format_hours(const json_t *value, struct sbuf *out)
{
    int from, to;
    struct slice rest = text_of(value), start;
    if (!json_is_string(value) || !slice_next(&rest, '-', &start) ||
        civil_parse_hhmm(start, &from) < 0 || civil_parse_hhmm(rest, &to) < 0)
        return GW_EINVAL;
    const char *first = part_of_day(from), *last = part_of_day(to);
    sbuf_str(out, first);
    add_hour(from, first == last, out);
    sbuf_printf(out, "到%s", first == last ? "" : last);
    add_hour(to, false, out);
    return GW_OK;
}

static int format_yuan(const json_t *value, struct sbuf *out)
{
    int64_t fen = json_integer_value(value);
    if (!json_is_integer(value) || fen < 0)
        return GW_EINVAL;
    sbuf_printf(out, "%" PRId64, fen / 100);
    if (fen % 100 != 0)
        sbuf_printf(out, fen % 10 == 0 ? ".%d" : ".%02d",
                    (int)(fen % 10 == 0 ? fen % 100 / 10 : fen % 100));
    return GW_OK;
}

/* Who of those on one phone comes: a number each, and one for all. */
static int format_picks(const json_t *value, struct sbuf *out)
{
    size_t i, n = json_array_size(value);
    const json_t *name;
    if (!json_is_array(value))
        return GW_EINVAL;
    json_array_foreach(value, i, name)
    {
        if (!json_is_string(name))
            return GW_EINVAL;
        sbuf_printf(out, "%zu", i + 1);
        sbuf_add(out, text_of(name));
        sbuf_str(out, "去");
    }
    if (n > 1)
        sbuf_printf(out, "%zu都去", n + 1);
    return GW_OK;
}

static int format_exact(const json_t *value, struct sbuf *out)
{
    int minutes;
    if (!json_is_string(value) || civil_parse_hhmm(text_of(value), &minutes) < 0)
        return GW_EINVAL;
    sbuf_printf(out, "%d点", minutes / 60);
    if (minutes % 60 != 0)
        sbuf_printf(out, "%d分", minutes % 60);
    return GW_OK;
}

static int format_names(const json_t *value, size_t most, struct sbuf *out)
{
    if (json_is_string(value))
        return format_plain(value, out);
    if (!json_is_array(value))
        return GW_EINVAL;
    size_t i;
    const json_t *item;
    json_array_foreach(value, i, item)
    {
        if (i == most)
            break;
        const json_t *name = json_is_object(item) ? json_object_get(item, "name") : item;
        if (!json_is_string(name))
            return GW_EINVAL;
        if (i > 0)
            sbuf_str(out, "、");
        sbuf_add(out, text_of(name));
    }
    return GW_OK;
}

/* Up to nine share a phone, and a text has one segment. */
static int format_people(const json_t *value, struct sbuf *out)
{
    enum { ALL_OF = 3, SHOWN = 2 };
    size_t n = json_array_size(value);
    if (n <= ALL_OF)
        return format_names(value, ALL_OF, out);
    int rc = format_names(value, SHOWN, out);
    if (rc == GW_OK)
        sbuf_printf(out, "等%zu人", n);
    return rc;
}

static int format_star(const json_t *value, struct sbuf *out)
{
    static const char *const numerals[] = { "一", "二", "三", "四", "五" };
    int64_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 1 || n > 5)
        return GW_EINVAL;
    sbuf_str(out, numerals[n - 1]);
    return GW_OK;
}

static int format_head(const json_t *value, enum format format, struct sbuf *out)
{
    if (json_is_integer(value) && format == FORMAT_YEAR)
        return format_plain(value, out);
    if (!json_is_string(value))
        return GW_EINVAL;
    struct slice text = text_of(value);
    sbuf_add(out, format == FORMAT_YEAR ? slice_head(text, 4) : phone_tail(text));
    return GW_OK;
}

int format_value(enum format format, const json_t *value, struct sbuf *out)
{
    switch (format) {
    case FORMAT_PLAIN:
        return format_plain(value, out);
    case FORMAT_DURATION:
        return format_duration(value, out);
    case FORMAT_DAY:
    case FORMAT_DATE:
    case FORMAT_DAYDATE:
    case FORMAT_DAY_FULL:
        return format_day(format, value, out);
    case FORMAT_CLOCK:
        return format_clock(value, out);
    case FORMAT_PART_OF_DAY:
        return format_part(value, out);
    case FORMAT_EXACT:
        return format_exact(value, out);
    case FORMAT_NAMES:
        return format_names(value, SIZE_MAX, out);
    case FORMAT_PEOPLE:
        return format_people(value, out);
    case FORMAT_TAIL:
    case FORMAT_YEAR:
        return format_head(value, format, out);
    case FORMAT_HOURS:
        return format_hours(value, out);
    case FORMAT_YUAN:
        return format_yuan(value, out);
    case FORMAT_PICKS:
        return format_picks(value, out);
    case FORMAT_STAR:
        return format_star(value, out);
    case FORMAT_COUNT:
        if (!json_is_array(value))
            return GW_EINVAL;
        sbuf_printf(out, "%zu", json_array_size(value));
        return GW_OK;
    case FORMAT_EACH:
    case FORMAT_LISTED:
    case FORMAT_LINES:
    case FORMATS:
        break;
    }
    return GW_EINVAL;
}
