#include "conversations/understand/duration.h"

#include "conversations/understand/clock.h"
#include "conversations/understand/numeral.h"
#include "conversations/understand/scan.h"

enum { HALF_DAY = 240, DAY = 480, EVENING = 180, LONGEST = 60 * 24 * 366 };

#define HOUR_WORDS "小时|钟头|hours|hour|hrs|hr|h"

static void set(struct duration *d, int64_t minutes)
{
    d->minutes = minutes > LONGEST ? LONGEST + 1 : (int)minutes;
}

static int hours_to_minutes(int64_t thousandths)
{
    int64_t minutes = thousandths * 60 / 1000;
    return minutes > LONGEST ? LONGEST + 1 : (int)minutes;
}

/* -3小时, 负三小时: no length that anybody could have spent. A dash behind other words only parts
 * them (敬老院-3小时). */
static bool is_negative(struct slice s, size_t i)
{
    if (scan_behind(s, i, "负|负的|减")) {
        return true;
    }
    return scan_behind(s, i, "-") &&
           (i == 1 || scan_behind(s, i - 1, " |了|是|为|干|做|整|搞|:|(|,|共|时长|工时"));
}

/* 左右, 不到, 多一点 … behind a length. */
static void take_about_behind(struct slice s, size_t *i, struct duration *d)
{
    size_t at = *i;
    scan_spaces(s, &at);
    if (scan_any(s, &at,
                 "左右|上下|不到|出头|多一点|多点|多一些|多|来往|差一点|差点|以上|的样子")) {
        d->approx = true;
        *i = at;
    } else if (scan_any(s, &at, "整")) {
        *i = at;
    }
}

/* Conventional lengths: 半天, 一上午, 一整天, 两天半. */
static bool read_days(struct slice s, size_t *i, struct duration *d)
{
    static const struct option halves[] = {
        { "大半天", HALF_DAY }, { "小半天", 120 },   { "半天", HALF_DAY }, { "半日", HALF_DAY },
        { "大半个上午", 180 },  { "半个上午", 120 }, { "半个下午", 120 },  { "一整天", DAY },
        { "整整一天", DAY },    { "整天", DAY },     { NULL, 0 },
    };
    int value;
    size_t at = *i;
    if (scan_option(s, &at, halves, &value)) {
        set(d, value);
        d->approx = true;
        *i = at;
        return true;
    }
    if (scan_any(s, &at, "一整个|一个|一整|整个|一")) {
        size_t mark = at;
        enum day_part part = clock_part(s, &at);
        if (part == PART_NONE && scan_any(s, &at, "晚|夜|早")) {
            part = scan_behind(s, at, "早") ? PART_AM : PART_EVENING;
        }
        if (part != PART_NONE && at > mark && part != PART_NOON) {
            set(d, part == PART_EVENING ? EVENING : HALF_DAY);
            d->approx = d->day_part = true;
            d->part = (int)part;
            *i = at;
            return true;
        }
        at = *i;
    }
    struct numeral n;
    if (numeral_read(s, &at, &n) && n.second == 0 && scan_any(s, &at, "整天|个整天|天") &&
        !scan_is_any(s, at, "前|后|以前|以后|之前|之后|内|一|有")) {
        set(d, n.thousandths * DAY / 1000 + (scan_take(s, &at, "半") ? HALF_DAY : 0));
        d->approx = d->days = true;
        *i = at;
        return true;
    }
    return false;
}

static bool read_vague(struct slice s, size_t *i, struct duration *d)
{
    size_t at = *i;
    bool hours =
        scan_any(s, &at, "好几个|好几|好多个|好多|几个|几|很多个|很多|多少个|多少|若干个") &&
        scan_any(s, &at, HOUR_WORDS "|钟|天");
    if (!hours) {
        at = *i;
        if (!scan_any(s, &at, "很久|好久|老半天|一会儿|一会|一哈哈|一哈|一阵子|一阵|一小会")) {
            return false;
        }
    }
    d->vague = true;
    d->minutes = -1;
    *i = at;
    return true;
}

/* What follows the hours: 半, 30分(钟), 零五分, 一刻, m. */
static int read_rest(struct slice s, size_t *i)
{
    size_t at = *i;
    struct numeral n;
    scan_spaces(s, &at);
    if (scan_is(s, at, "半") && !scan_is_any(s, at, "半天|半个")) {
        scan_take(s, &at, "半");
        *i = at;
        return 30;
    }
    scan_any(s, &at, "零|又|加|过");
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0 || n.thousandths >= 60000) {
        return 0;
    }
    if (scan_take(s, &at, "刻")) {
        scan_take(s, &at, "钟");
        *i = at;
        return (int)(n.thousandths / 1000) * 15;
    }
    bool said = scan_any(s, &at, "分钟|分|min|m");
    if (said || (n.digits && n.places == 2 && scan_behind(s, *i, "h") && at >= s.n)) {
        *i = at;
        return (int)(n.thousandths / 1000);
    }
    return 0;
}

/* 2-3小时, 2到3个钟头. */
static bool read_range(struct slice s, size_t *i, struct duration *d)
{
    struct numeral a, b;
    size_t at = *i;
    if (!numeral_read(s, &at, &a) || !scan_any(s, &at, "-|到|至|、|或者|或") ||
        !numeral_read(s, &at, &b) || b.thousandths <= a.thousandths) {
        return false;
    }
    scan_take(s, &at, "个");
    if (!scan_any(s, &at, HOUR_WORDS "|钟")) {
        return false;
    }
    d->minutes = -1;
    d->least = hours_to_minutes(a.thousandths);
    d->most = hours_to_minutes(b.thousandths);
    *i = at;
    return true;
}

/* 2:30小时. */
static bool read_colon(struct slice s, size_t *i, struct duration *d)
{
    int64_t hours, minutes;
    size_t at = *i;
    if (scan_digits(s, &at, 2, &hours) == 0 || !scan_take(s, &at, ":") ||
        scan_digits(s, &at, 2, &minutes) != 2 || minutes > 59 || !scan_any(s, &at, "个小时|小时")) {
        return false;
    }
    set(d, hours * 60 + minutes);
    *i = at;
    return true;
}

/* Where a number with 个半 and no unit is a length all the same: 整了三个半. */
static bool ends_here(struct slice s, size_t i)
{
    int32_t cp = scan_at(s, i);
    return cp < 0 || cp == ' ' || cp == ',' || cp == 0x3002 || cp == ';' || cp == '.' ||
           cp == '!' || scan_is_any(s, i, "了|吧|嘛|哈|咯|。");
}

static bool read_hours(struct slice s, size_t *i, struct duration *d)
{
    struct numeral n = { 0 };
    size_t at = *i;
    bool half_alone = false;
    if (scan_take(s, &at, "半")) {
        n.thousandths = 500;
        half_alone = true;
    } else if (!numeral_read(s, &at, &n)) {
        return false;
    }
    scan_spaces(s, &at);
    bool measure = scan_take(s, &at, "个");
    bool more = !half_alone && scan_any(s, &at, "多|来");
    bool half = !half_alone && measure && scan_take(s, &at, "半");
    if (half) {
        n.thousandths += 500;
    }
    scan_any(s, &at, more ? "个|的" : "的");
    scan_spaces(s, &at);
    bool unit = scan_any(s, &at, HOUR_WORDS);
    if (!unit && measure) {
        unit = scan_is(s, at, "钟") && !scan_is_any(s, at, "钟表") && scan_take(s, &at, "钟");
    }
    if (!unit && !(half && ends_here(s, at) && n.second == 0)) {
        return false;
    }
    if (n.second != 0) {
        d->minutes = -1;
        d->least = hours_to_minutes(n.thousandths);
        d->most = hours_to_minutes(n.second);
        *i = at;
        return true;
    }
    int64_t minutes = n.thousandths * 60 / 1000;
    if (!half && !half_alone) {
        minutes += read_rest(s, &at);
    }
    set(d, minutes);
    d->approx = more;
    take_about_behind(s, &at, d);
    *i = at;
    return true;
}

static bool read_minutes(struct slice s, size_t *i, struct duration *d)
{
    struct numeral n;
    size_t at = *i;
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0) {
        return false;
    }
    if (scan_any(s, &at, "刻钟")) {
        set(d, n.thousandths * 15 / 1000);
    } else if (scan_any(s, &at, "分钟|minutes|mins|min")) {
        set(d, n.thousandths / 1000);
    } else if (n.thousandths >= 10000 && scan_is(s, at, "分") &&
               !scan_behind(s, *i, "质量|评|打|得|考") &&
               !scan_is_any(s, at, "分会|分部|分队|分类")) {
        scan_take(s, &at, "分");
        set(d, n.thousandths / 1000);
    } else {
        return false;
    }
    take_about_behind(s, &at, d);
    *i = at;
    return true;
}

bool duration_read(struct slice s, size_t *i, struct duration *out)
{
    *out = (struct duration){ 0 };
    size_t at = *i;
    bool about = scan_any(
        s, &at, "差不多有|差不多|大概有|大概|大约|约莫|约|快要|快|将近|接近|差点|不到|足足");
    if (is_negative(s, *i)) {
        return false;
    }
    bool read = read_vague(s, &at, out) || read_colon(s, &at, out) || read_range(s, &at, out) ||
                read_hours(s, &at, out) || read_minutes(s, &at, out) || read_days(s, &at, out);
    if (!read || out->minutes > LONGEST || out->most > LONGEST) {
        return false; /* longer than a year is a slip of the finger, and asked again */
    }
    out->approx = (out->approx || about) && !out->vague && out->least == 0;
    *i = at;
    return true;
}

bool duration_answer(struct slice s, struct duration *out)
{
    struct numeral n;
    s = slice_trim(s);
    size_t at = 0;
    if (numeral_read(s, &at, &n) && n.second == 0) {
        scan_any(s, &at, "个半");
        bool half = scan_behind(s, at, "个半");
        scan_any(s, &at, "个");
        if (at == s.n && n.thousandths > 0 && n.thousandths <= 12000) {
            *out = (struct duration){ 0 };
            set(out, n.thousandths * 60 / 1000 + (half ? 30 : 0));
            return true;
        }
    }
    for (size_t i = 0; i < s.n; i = scan_next(s, i)) {
        at = i;
        if (!numeral_inside(s, i) && duration_read(s, &at, out)) {
            return true;
        }
    }
    return false;
}
