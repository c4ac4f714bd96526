#include "conversations/understand/date.h"

#include "conversations/understand/date_words.h"
#include "conversations/understand/numeral.h"
#include "conversations/understand/scan.h"
#include "gateway/base/civil.h"

static void set_day(struct when *w, int64_t day)
{
    w->kind = WHEN_DAY;
    w->from = w->to = day;
}

static void set_range(struct when *w, int64_t from, int64_t to)
{
    w->kind = WHEN_RANGE;
    w->from = from;
    w->to = to;
}

static int64_t monday_of(int64_t day)
{
    struct civil c;
    civil_from_day(day, &c);
    return day - (c.weekday + 6) % 7;
}

static void set_months(struct when *w, int year, int month, int months)
{
    int last = month + months;
    set_range(w, civil_day(year, month, 1),
              civil_day(year + (last - 1) / 12, (last - 1) % 12 + 1, 1) - 1);
}

/* 一 … 六, 日, 天; 末 is 7. */
static int take_weekday(struct slice s, size_t *i)
{
    static const struct option days[] = { { "一", 1 }, { "二", 2 }, { "三", 3 }, { "四", 4 },
                                          { "五", 5 }, { "六", 6 }, { "日", 0 }, { "天", 0 },
                                          { "末", 7 }, { "1", 1 },  { "2", 2 },  { "3", 3 },
                                          { "4", 4 },  { "5", 5 },  { "6", 6 },  { "7", 0 },
                                          { NULL, 0 } };
    int value;
    return scan_option(s, i, days, &value) ? value : -1;
}

/* 上上个, 下, 这个, 本; weeks from this one, false when none. */
static bool take_weeks(struct slice s, size_t *i, int *weeks)
{
    static const struct option table[] = { { "上上个", -2 }, { "上上", -2 }, { "上个", -1 },
                                           { "上一", -1 },   { "上", -1 },   { "下下个", 2 },
                                           { "下下", 2 },    { "下个", 1 },  { "下一", 1 },
                                           { "下", 1 },      { "这个", 0 },  { "这一", 0 },
                                           { "这", 0 },      { "本", 0 },    { NULL, 0 } };
    return scan_option(s, i, table, weeks);
}

static bool read_week(const struct calendar *c, struct slice s, size_t *i, struct when *w)
{
    size_t at = *i;
    int weeks = 0;
    /* 看一下|下个星期三: the first 下 only softens */
    if (scan_behind(s, at, "一") && scan_is(s, at, "下下") &&
        !scan_behind(s, at, "周一|期一|拜一")) {
        return false;
    }
    bool said = take_weeks(s, &at, &weeks);
    if (scan_any(s, &at, "双休日|双休")) {
        w->kind = WHEN_WEEKEND;
        w->from = monday_of(c->today) + 7 * weeks + 5;
        w->to = w->from + 1;
        *i = at;
        return true;
    }
    if (!scan_any(s, &at, "星期|礼拜|周")) {
        return false;
    }
    int64_t monday = monday_of(c->today) + (int64_t)7 * weeks;
    size_t mark = at;
    int weekday = take_weekday(s, &at);
    if (weekday >= 1 && weekday <= 6 &&
        scan_is_any(s, at, "岁|年|个|次|天|期|妹|弟|姐|哥|嫂|娃|叔|婶|爷|奶")) {
        weekday = -1; /* 周三岁 and the like */
        at = mark;
    }
    if (weekday == 7) {
        w->kind = said ? WHEN_RANGE : WHEN_WEEKEND;
        w->from = monday + 5;
        w->to = monday + 6;
    } else if (weekday >= 0 && said) {
        set_day(w, monday + (weekday + 6) % 7);
        w->weeks_said = true;
        size_t end = at;
        int last = scan_any(s, &end, "到|至|-") ? take_weekday(s, &end) : -1;
        if (last >= 0 && last < 7 && !scan_is_any(s, end, "点|:|个|小|时|十|月")) { /* 上周三到五 */
            set_range(w, w->from, monday + (last + 6) % 7);
            at = end;
        }
    } else if (weekday >= 0) {
        w->kind = WHEN_WEEKDAY;
        w->weekday = weekday;
    } else if (said && scan_take(s, &at, "今天")) {
        set_day(w, c->today + (int64_t)7 * weeks);
    } else if (said) {
        set_range(w, monday, monday + 6);
    } else {
        return false;
    }
    *i = at;
    return true;
}

/* 三天前, 一个星期前, 两周后, 前3天那天. */
static bool read_distance(const struct calendar *c, struct slice s, size_t *i, struct when *w)
{
    struct numeral n;
    size_t at = *i;
    int64_t sign = 0;
    if (scan_is_any(s, at, "前|后")) {
        sign = scan_take(s, &at, "前") ? -1 : 1;
        if (sign > 0) {
            scan_take(s, &at, "后");
        }
    }
    if (!numeral_read(s, &at, &n) || n.thousandths % 1000 != 0 || n.second != 0) {
        return false;
    }
    scan_take(s, &at, "个");
    int64_t days = n.thousandths / 1000;
    if (scan_any(s, &at, "星期|礼拜|周")) {
        days *= 7;
    } else if (!scan_take(s, &at, "天")) {
        return false;
    }
    if (sign != 0) {
        if (!scan_take(s, &at, "那天")) {
            return false;
        }
    } else if (scan_any(s, &at, "以前|之前|前")) {
        sign = -1;
    } else if (scan_any(s, &at, "以后|之后|后")) {
        sign = 1;
    } else {
        return false;
    }
    if (days > 366) {
        return false;
    }
    set_day(w, c->today + sign * days);
    *i = at;
    return true;
}

/* 初八, 十五, 廿三, 三十 of a lunar month. */
static int take_lunar_day(struct slice s, size_t *i)
{
    struct numeral n;
    scan_take(s, i, "初");
    if (!numeral_read(s, i, &n) || n.decimal || n.thousandths > 30000 || n.thousandths < 1000) {
        return -1;
    }
    scan_any(s, i, "号|日");
    return (int)(n.thousandths / 1000);
}

static bool read_lunar(struct slice s, size_t *i, struct when *w)
{
    size_t at = *i;
    struct numeral n;
    int month = 0;
    bool said = scan_any(s, &at, "农历|阴历|旧历|老历");
    scan_any(s, &at, "的");
    if (scan_take(s, &at, "闰")) {
        return false; /* the table's plain months only: ask */
    }
    if (scan_any(s, &at, "冬月")) {
        month = 11;
    } else if (scan_any(s, &at, "腊月")) {
        month = 12;
    } else if (scan_any(s, &at, "正月")) {
        month = 1;
    } else if (numeral_read(s, &at, &n) && scan_take(s, &at, "月") && n.thousandths <= 12000) {
        month = (int)(n.thousandths / 1000);
        if (!said && !scan_is(s, at, "初")) {
            return false;
        }
    } else {
        return false;
    }
    int day = take_lunar_day(s, &at);
    if (day < 1 || month < 1) {
        return false;
    }
    *w = (struct when){ .kind = WHEN_LUNAR, .month = month, .day = day, .lunar = true };
    *i = at;
    return true;
}

/* 这个月15号, 上个月, 下月底. */
static bool read_month_relative(const struct calendar *c, struct slice s, size_t *i, struct when *w)
{
    static const struct option table[] = { { "上上个月", -2 }, { "上个月", -1 },  { "上月", -1 },
                                           { "这个月", 0 },    { "这月", 0 },     { "本月", 0 },
                                           { "当月", 0 },      { "下下个月", 2 }, { "下个月", 1 },
                                           { "下月", 1 },      { NULL, 0 } };
    struct civil t;
    struct numeral n;
    int months;
    size_t at = *i;
    if (!scan_option(s, &at, table, &months)) {
        return false;
    }
    civil_from_day(c->today, &t);
    int index = t.year * 12 + t.month - 1 + months;
    int year = index / 12, month = index % 12 + 1;
    size_t mark = at;
    if (scan_take(s, &at, "底")) {
        set_months(w, year, month, 1);
        set_day(w, w->to);
    } else if (scan_take(s, &at, "初")) {
        set_range(w, civil_day(year, month, 1), civil_day(year, month, 10));
    } else if (numeral_read(s, &at, &n) && scan_any(s, &at, "号|日") && n.thousandths <= 31000 &&
               civil_valid(year, month, (int)(n.thousandths / 1000))) {
        set_day(w, civil_day(year, month, (int)(n.thousandths / 1000)));
    } else {
        at = mark;
        set_months(w, year, month, 1);
    }
    *i = at;
    return true;
}

/* The year in front of a month or alone: 2026年, 二〇二六年, 去年, 今年. 0 when none. */
static int take_year(const struct calendar *c, struct slice s, size_t *i)
{
    static const struct option table[] = { { "大前年", -3 }, { "前年", -2 },  { "去年", -1 },
                                           { "今年", 0 },    { "本年度", 0 }, { "本年", 0 },
                                           { "明年", 1 },    { "后年", 2 },   { NULL, 0 } };
    struct civil t;
    struct numeral n;
    int offset;
    size_t at = *i;
    if (scan_option(s, &at, table, &offset)) {
        civil_from_day(c->today, &t);
        *i = at;
        return t.year + offset;
    }
    if (numeral_read(s, &at, &n) && n.places == 4 && !n.decimal && scan_any(s, &at, "年度|年") &&
        n.thousandths >= 1900000 && n.thousandths <= 2100000) {
        *i = at;
        return (int)(n.thousandths / 1000);
    }
    return 0;
}

/* 上半年, 三季度, 9月(份), or nothing behind a year. */
static bool read_year_part(const struct calendar *c, struct slice s, size_t *i, struct when *w)
{
    static const struct option ordinals[] = { { "一", 1 }, { "二", 2 }, { "三", 3 },
                                              { "四", 4 }, { "1", 1 },  { "2", 2 },
                                              { "3", 3 },  { "4", 4 },  { NULL, 0 } };
    struct civil t;
    size_t at = *i;
    int value, year = take_year(c, s, &at);
    bool said = year != 0;
    civil_from_day(c->today, &t);
    year = said ? year : t.year;
    scan_take(s, &at, "的");
    if (scan_is_any(s, at, "春季学期|秋季学期|春季|秋季|学期")) {
        return false;
    }
    if (scan_any(s, &at, "上半年")) {
        set_months(w, year, 1, 6);
    } else if (scan_any(s, &at, "下半年")) {
        set_months(w, year, 7, 6);
    } else if (!said && scan_any(s, &at, "这个季度|这季度|本季度|这一季度")) {
        set_months(w, year, (t.month - 1) / 3 * 3 + 1, 3);
    } else if (!said && scan_any(s, &at, "上个季度|上季度|上一季度")) {
        int quarter = year * 4 + (t.month - 1) / 3 - 1;
        set_months(w, quarter / 4, quarter % 4 * 3 + 1, 3);
    } else {
        size_t mark = at;
        scan_take(s, &at, "第");
        if (scan_option(s, &at, ordinals, &value) && scan_take(s, &at, "季度")) {
            set_months(w, year, value * 3 - 2, 3);
        } else if (said) {
            at = mark - (scan_behind(s, mark, "的") ? 3 : 0);
            set_months(w, year, 1, 12);
        } else {
            return false;
        }
    }
    *i = at;
    return true;
}

/* 12月5号, 12月, 2026年11月20日, 去年9月. */
static bool read_month(const struct calendar *c, struct slice s, size_t *i, struct when *w)
{
    struct numeral month, day;
    size_t at = *i;
    int year = take_year(c, s, &at);
    if (!numeral_read(s, &at, &month) || month.decimal || month.second != 0 ||
        month.thousandths > 12000 || month.thousandths < 1000 || !scan_take(s, &at, "月")) {
        return false;
    }
    int m = (int)(month.thousandths / 1000);
    if (scan_is_any(s, at, "子|饼|季")) {
        return false;
    }
    size_t mark = at;
    scan_spaces(s, &at);
    bool has_day = numeral_read(s, &at, &day) && day.second == 0 && !day.decimal &&
                   day.thousandths >= 1000 && day.thousandths <= 31000;
    if (has_day &&
        (scan_any(s, &at, "号|日") || !scan_is_any(s, at, "个|小时|人|点|名|天|年|月|分"))) {
        *w = (struct when){ .kind = WHEN_MONTHDAY,
                            .month = m,
                            .day = (int)(day.thousandths / 1000) };
        w->year = year;
    } else {
        at = mark;
        if (scan_take(s, &at, "底")) {
            *w = (struct when){ .kind = WHEN_MONTHDAY, .month = m, .day = 31, .year = year };
            w->month_end = true;
        } else {
            scan_any(s, &at, "份");
            *w = (struct when){ .kind = WHEN_MONTH, .month = m, .year = year };
        }
    }
    *i = at;
    return true;
}

/* The 5号 of 13月5号: a month that is none leaves no day of this one. */
static bool behind_bad_month(struct slice s, size_t i)
{
    static const char month[] = "月";
    size_t n = sizeof(month) - 1;
    return i > n && scan_behind(s, i, month) &&
           scan_behind(s, i - n, "0|1|2|3|4|5|6|7|8|9|零|〇|一|二|三|四|五|六|七|八|九|十");
}

/* 15号, 15日. */
static bool read_day(struct slice s, size_t *i, struct when *w)
{
    struct numeral n;
    size_t at = *i;
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0 || n.thousandths < 1000 ||
        n.thousandths > 31000 || (n.digits && n.places > 2) || !scan_any(s, &at, "号|日")) {
        return false;
    }
    if (scan_is_any(s, at, "线|楼|院|机|码|召|子") || behind_bad_month(s, *i) ||
        scan_behind(s, *i, "生|节|假|路|街|巷|弄|组|栋|幢|楼|单元|室")) {
        return false;
    }
    *w = (struct when){ .kind = WHEN_MONTHDAY, .day = (int)(n.thousandths / 1000) };
    w->bare_day = scan_behind(s, at, "号");
    *i = at;
    return true;
}

/* Years that anybody may mean: of a birth, of an activity. */
enum { FIRST_YEAR = 1900, LAST_YEAR = 2100 };

static bool put_numbers(struct when *w, int64_t year, int64_t month, int64_t day)
{
    if (month > 12 && day <= 12) { /* 21/11 */
        int64_t swap = month;
        month = day;
        day = swap;
    }
    if (year != 0 && year < 100) {
        year += 2000;
    }
    bool meant = year == 0 || (year >= FIRST_YEAR && year <= LAST_YEAR);
    if (!meant || month < 1 || !civil_valid(year == 0 ? 2024 : (int)year, (int)month, (int)day)) {
        return false;
    }
    *w = (struct when){ .kind = WHEN_MONTHDAY,
                        .year = (int)year,
                        .month = (int)month,
                        .day = (int)day,
                        .plain = true };
    return true;
}

/* 2026-11-20, 26.11.20, 11/20, 11.20, 20261120. */
static bool read_numbers(struct slice s, size_t *i, struct when *w)
{
    int64_t a, b, c;
    size_t at = *i;
    if (!scan_is_digit(s, at) || (at > 0 && (scan_is_digit(s, at - 1) || s.p[at - 1] == '.'))) {
        return false;
    }
    if (at > 1 && (s.p[at - 1] == '-' || s.p[at - 1] == '/') && scan_is_digit(s, at - 2)) {
        return false; /* the rest of 2026-02-29, which is no day */
    }
    size_t digits = scan_digits(s, &at, 9, &a);
    if (digits == 8 && a >= 20000101 && a < 21000000 && !scan_is_digit(s, at)) {
        bool ok = put_numbers(w, a / 10000, a / 100 % 100, a % 100);
        *i = ok ? at : *i;
        return ok;
    }
    if (digits > 4 || at + 1 >= s.n || (s.p[at] != '-' && s.p[at] != '/' && s.p[at] != '.')) {
        return false;
    }
    char mark = s.p[at++];
    size_t second = scan_digits(s, &at, 2, &b);
    if (second == 0) {
        return false;
    }
    bool third = at + 1 < s.n && s.p[at] == mark && scan_is_digit(s, at + 1);
    if (third) {
        at++;
        scan_digits(s, &at, 2, &c);
    }
    if (scan_is_digit(s, at) || scan_is_any(s, at, "小时|个|h|元|公里|岁|分|点|:|号|日|人|-")) {
        return false;
    }
    /* 3.5 is a number; 11.20 and 12/5 are dates. 8-10 is a span of hours. */
    bool two_places = digits == 2 && second == 2;
    bool ok = third ? put_numbers(w, a, b, c)
                    : digits <= 2 && (mark == '/' || two_places) && put_numbers(w, 0, a, b);
    *i = ok ? at : *i;
    return ok;
}

bool date_read(const struct calendar *c, struct slice s, size_t *i, struct when *out)
{
    *out = (struct when){ 0 };
    bool words = !scan_is_digit(s, *i);
    return date_words_read(c, s, i, out) || (words && read_month_relative(c, s, i, out)) ||
           read_lunar(s, i, out) || (words && read_week(c, s, i, out)) ||
           read_distance(c, s, i, out) || read_month(c, s, i, out) ||
           read_year_part(c, s, i, out) || read_numbers(s, i, out) || read_day(s, i, out);
}

bool date_answer(const struct calendar *c, struct slice s, struct when *out)
{
    int64_t n;
    size_t at = 0;
    s = slice_trim(s);
    if (scan_digits(s, &at, 5, &n) == 4 && at == s.n) {
        return put_numbers(out, 0, n / 100, n % 100);
    }
    at = 0;
    if (scan_digits(s, &at, 3, &n) > 0 && at == s.n && n >= 1 && n <= 31) {
        *out = (struct when){ .kind = WHEN_MONTHDAY, .day = (int)n };
        return true;
    }
    for (size_t i = 0; i < s.n; i = scan_next(s, i)) {
        at = i;
        if (!numeral_inside(s, i) && date_read(c, s, &at, out)) {
            return true;
        }
    }
    return false;
}

static bool accept(int64_t day, int64_t today, enum direction direction)
{
    return direction == DIRECTION_ANY ||
           (direction == DIRECTION_PAST ? day <= today : day >= today);
}

/* A month and day of this year, the year before or the year after, as the direction wants. */
static bool resolve_monthday(const struct calendar *c, const struct when *w,
                             enum direction direction, int64_t *day)
{
    struct civil t;
    civil_from_day(c->today, &t);
    for (int step = 0; step < 24; step++) {
        int sign = direction == DIRECTION_PAST ? -1 : 1;
        int year = w->year != 0 ? w->year : t.year, month = w->month;
        if (month == 0) {
            int index = t.year * 12 + t.month - 1 + sign * step;
            year = index / 12;
            month = index % 12 + 1;
        } else {
            year += w->year != 0 ? 0 : sign * step;
        }
        int last = w->day;
        while (last > 28 && !civil_valid(year, month, last)) {
            last--;
        }
        *day = civil_day(year, month, last);
        bool exists = last == w->day || w->month_end;
        if (exists && (w->year != 0 || accept(*day, c->today, direction))) {
            return true;
        }
    }
    return false;
}

static bool resolve_lunar(const struct calendar *c, const struct when *w, enum direction direction,
                          int64_t *day)
{
    int year = lunar_year(c->lunar, c->today);
    for (int step = -1; step <= 1; step++) {
        int order = direction == DIRECTION_PAST ? -step : step;
        if (direction == DIRECTION_ANY && step == -1) {
            order = 0;
        }
        *day = lunar_day(c->lunar, year + order, w->month, w->day);
        if (*day >= 0 && accept(*day, c->today, direction)) {
            return true;
        }
    }
    return false;
}

static void resolve_month(const struct calendar *c, const struct when *w, enum direction direction,
                          int64_t *from, int64_t *to)
{
    struct civil t;
    struct when range = { 0 };
    civil_from_day(c->today, &t);
    int year = w->year != 0 ? w->year : t.year;
    if (w->year == 0 && direction == DIRECTION_PAST && w->month > t.month) {
        year--;
    } else if (w->year == 0 && direction == DIRECTION_FUTURE && w->month < t.month) {
        year++;
    }
    set_months(&range, year, w->month, 1);
    *from = range.from;
    *to = range.to;
}

bool date_resolve(const struct calendar *c, const struct when *w, enum direction direction,
                  int64_t *from, int64_t *to)
{
    struct civil t;
    switch (w->kind) {
    case WHEN_DAY:
    case WHEN_RANGE:
        *from = w->from;
        *to = w->to;
        return true;
    case WHEN_WEEKEND: {
        int64_t back = direction == DIRECTION_PAST && w->from > c->today ? 7 : 0;
        *from = w->from - back;
        *to = w->to - back;
        return true;
    }
    case WHEN_WEEKDAY: {
        civil_from_day(c->today, &t);
        int ahead = (w->weekday - t.weekday + 7) % 7;
        *from = c->today + ahead - (direction == DIRECTION_PAST && ahead > 0 ? 7 : 0);
        *to = *from;
        return true;
    }
    case WHEN_MONTHDAY:
        if (!resolve_monthday(c, w, direction, from)) {
            return false;
        }
        *to = *from;
        return true;
    case WHEN_LUNAR:
        if (!resolve_lunar(c, w, direction, from)) {
            return false;
        }
        *to = *from;
        return true;
    case WHEN_MONTH:
        resolve_month(c, w, direction, from, to);
        return true;
    case WHEN_VAGUE:
        break;
    }
    return false;
}
