#include "conversations/understand/clock.h"

#include <stdio.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/scan.h"

enum { HOUR = 60, LONGEST = 1000 }; /* minutes; what is read as a slip of an hour's minutes */

static const struct option parts[] = {
    { "大清早", PART_AM },
    { "一大早", PART_AM },
    { "清早", PART_AM },
    { "清晨", PART_AM },
    { "早上", PART_AM },
    { "早晨", PART_AM },
    { "早起", PART_AM },
    { "上午", PART_AM },
    { "上半天", PART_AM },
    { "中午", PART_NOON },
    { "晌午", PART_NOON },
    { "正午", PART_NOON },
    { "下午", PART_PM },
    { "午后", PART_PM },
    { "下半天", PART_PM },
    { "晚上", PART_EVENING },
    { "夜里", PART_EVENING },
    { "夜晚", PART_EVENING },
    { "夜间", PART_EVENING },
    { "傍晚", PART_EVENING },
    { "半夜", PART_EVENING },
    { "晚间", PART_EVENING },
    { "晚饭后", PART_EVENING },
    { "凌晨", PART_DAWN },
    { NULL, 0 },
};

enum day_part clock_part(struct slice s, size_t *i)
{
    int value;
    if (scan_option(s, i, parts, &value)) {
        return (enum day_part)value;
    }
    /* 早8点, 晚七点半: one character does only before a number. */
    size_t at = *i;
    struct numeral n;
    if (scan_any(s, &at, "早|晚")) {
        size_t behind = at;
        if (numeral_read(s, &behind, &n) && scan_is_any(s, behind, "点|:|时")) {
            enum day_part part = scan_is(s, *i, "早") ? PART_AM : PART_EVENING;
            *i = at;
            return part;
        }
    }
    return PART_NONE;
}

const char *clock_part_name(enum day_part part)
{
    switch (part) {
    case PART_AM:
    case PART_DAWN:
        return "am";
    case PART_NOON:
        return "noon";
    case PART_PM:
        return "pm";
    case PART_EVENING:
        return "evening";
    case PART_NONE:
        break;
    }
    return "";
}

/* 半, 一刻, 三刻, 十分, 过十分, 30, nothing; 60 and more are read too, and are no minute. */
static int minutes_behind(struct slice s, size_t *i)
{
    struct numeral n;
    size_t at = *i;
    if (scan_any(s, i, "半")) {
        return 30;
    }
    scan_any(s, &at, "过");
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0) {
        scan_any(s, i, "整|正|钟");
        return 0;
    }
    if (scan_take(s, &at, "刻")) {
        *i = at;
        return (int)(n.thousandths / 1000) * 15;
    }
    int64_t value = n.thousandths / 1000;
    bool two_places = n.places == 2 || (!n.digits && value >= 10); /* 十点四十 */
    bool said = scan_take(s, &at, "分");
    if (said || (two_places && !scan_is_any(s, at, "个|人|号|名|小时|月|天|块|元|岁|斤|里"))) {
        bool length = scan_take(s, &at, "钟"); /* 9点60分钟: from nine, an hour long */
        if (value < HOUR || (said && !length && value < LONGEST)) {
            *i = at;
            return (int)value;
        }
    }
    return 0;
}

static bool suffix_am_pm(struct slice s, size_t *i, struct clock_time *out)
{
    size_t at = *i;
    scan_spaces(s, &at);
    bool pm = scan_any(s, &at, "pm|p.m.");
    if (!pm && !scan_any(s, &at, "am|a.m.")) {
        return false;
    }
    int hour = out->minutes / 60;
    if (pm && hour < 12) {
        out->minutes += 720;
    } else if (!pm && hour == 12) {
        out->minutes -= 720;
    }
    out->exact = true;
    *i = at;
    return true;
}

/* 差五分九点. */
static bool read_short_of(struct slice s, size_t *i, int *minutes)
{
    struct numeral less, hour;
    size_t at = *i;
    if (!scan_take(s, &at, "差") || !numeral_read(s, &at, &less)) {
        return false;
    }
    bool quarter = scan_take(s, &at, "刻");
    if (!quarter && !scan_take(s, &at, "分")) {
        return false;
    }
    scan_any(s, &at, "钟|到");
    if (!numeral_read(s, &at, &hour) || !scan_take(s, &at, "点")) {
        return false;
    }
    *minutes = (int)(hour.thousandths * 60 / 1000 - less.thousandths / 1000 * (quarter ? 15 : 1));
    *i = at;
    return *minutes > 0 && *minutes <= 1440;
}

/* The hour and what stands behind it, without the part of day. `bare` allows 9 in 9到11点. */
static bool read_hour(struct slice s, size_t *i, bool bare, struct clock_time *out)
{
    struct numeral n;
    size_t at = *i;
    int minutes;
    if (read_short_of(s, &at, &minutes)) {
        out->minutes = minutes;
        *i = at;
        return true;
    }
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0 || n.thousandths > 24000 ||
        (n.digits && n.places > 2)) {
        return false;
    }
    int hour = (int)(n.thousandths / 1000);
    if (scan_is(s, at, ":") && scan_is_digit(s, at + 1) && scan_is_digit(s, at + 2) &&
        !scan_is_digit(s, at + 3)) {
        int64_t minute;
        at++;
        scan_digits(s, &at, 2, &minute);
        if (minute > 59) {
            return false;
        }
        out->minutes = hour * HOUR + (int)minute;
    } else if (scan_take(s, &at, "点") ||
               (scan_is(s, at, "时") && !scan_is_any(s, at, "时候|时长") &&
                scan_take(s, &at, "时"))) {
        scan_take(s, &at, "钟");
        int behind = minutes_behind(s, &at);
        out->wrong = behind >= HOUR;
        out->minutes = hour * HOUR + behind;
    } else if (bare) {
        out->minutes = hour * 60;
    } else {
        return false;
    }
    out->exact = hour > 12 || (n.digits && n.places == 2 && hour < 10); /* 02:00 is the night */
    suffix_am_pm(s, &at, out);
    *i = at;
    return true;
}

static bool read_one(struct slice s, size_t *i, bool bare, struct clock_time *out)
{
    size_t at = *i;
    *out = (struct clock_time){ 0 };
    out->part = clock_part(s, &at);
    if (out->part != PART_NONE) {
        scan_any(s, &at, "的");
        scan_spaces(s, &at);
    }
    if (!read_hour(s, &at, bare, out)) {
        return false;
    }
    *i = at;
    return true;
}

/* 到, 至, -, or a short verb and 到: 从八点搞到一点. */
static bool take_until(struct slice s, size_t *i)
{
    size_t at = *i;
    scan_spaces(s, &at);
    if (scan_any(s, &at, "--|-|到|至|一直到")) {
        scan_spaces(s, &at);
        *i = at;
        return true;
    }
    for (int k = 0; k < 3 && at < s.n; k++) {
        if (scan_at(s, at) < 0x3400) {
            return false;
        }
        at = scan_next(s, at);
        if (scan_take(s, &at, "到")) {
            *i = at;
            return true;
        }
    }
    return false;
}

bool clock_read(struct slice s, size_t *i, struct clock_span *out)
{
    *out = (struct clock_span){ 0 };
    size_t at = *i;
    if (read_one(s, &at, false, &out->start)) {
        size_t behind = at;
        if (take_until(s, &behind) && read_one(s, &behind, false, &out->end)) {
            out->has_end = true;
            at = behind;
        }
        out->wrong = out->start.wrong || out->end.wrong;
        *i = at;
        return true;
    }
    at = *i;
    if (!read_one(s, &at, true, &out->start) || !take_until(s, &at) ||
        !read_one(s, &at, false, &out->end)) {
        return false;
    }
    out->has_end = true;
    out->wrong = out->end.wrong;
    *i = at;
    return true;
}

static int apply_part(const struct clock_time *t, enum day_part part)
{
    int hour = t->minutes / 60;
    if (t->exact || hour > 12) {
        return t->minutes;
    }
    switch (part) {
    case PART_AM:
    case PART_DAWN:
        return hour == 12 && part == PART_DAWN ? t->minutes - 720 : t->minutes;
    case PART_NOON:
        return hour < 6 ? t->minutes + 720 : t->minutes;
    case PART_PM:
        return hour < 12 ? t->minutes + 720 : t->minutes;
    case PART_EVENING:
        if (hour == 12) {
            return t->minutes - 720;
        }
        return hour < 4 ? t->minutes : t->minutes + 720;
    case PART_NONE:
        break;
    }
    return hour >= 1 && hour <= 5 ? t->minutes + 720 : t->minutes;
}

void clock_resolve(const struct clock_span *span, enum day_part part, int *start, int *end)
{
    enum day_part first = span->start.part != PART_NONE ? span->start.part : part;
    *start = apply_part(&span->start, first);
    *end = -1;
    if (!span->has_end) {
        return;
    }
    *end = apply_part(&span->end, span->end.part != PART_NONE ? span->end.part : first);
    /* 上午9点到1点 ends in the afternoon; 晚上10点到2点 ends on the next day. */
    if (*end <= *start && span->end.part == PART_NONE && !span->end.exact && *end + 720 > *start &&
        *end < 720 && first != PART_EVENING) {
        *end += 720;
    }
}

void clock_format(int minutes, char out[8])
{
    snprintf(out, 8, "%02d:%02d", (minutes / 60) % 24, minutes % 60);
}
