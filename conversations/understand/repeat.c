#include "conversations/understand/repeat.h"

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/civil.h"
#include "gateway/base/json.h"

enum { EVERY_DAY = 127, WEEKEND = 65, TIMES_MAX = 99, MONTHS = 12, THOUSAND = 1000 };

static const struct option weekdays[] = {
    { "一", 1 }, { "二", 2 }, { "三", 3 }, { "四", 4 },  { "五", 5 }, { "六", 6 },
    { "日", 0 }, { "天", 0 }, { "1", 1 },  { "2", 2 },   { "3", 3 },  { "4", 4 },
    { "5", 5 },  { "6", 6 },  { "7", 0 },  { NULL, -1 },
};

#define WEEK      "周|星期|礼拜"
#define EACH_WEEK "每个星期|每个礼拜|每星期|每礼拜|每个周|每周|逢星期|逢周"
#define ONCE      "次|场|回|期"
#define UNTIL     "一直办到|一直到|办到|搞到|做到|到|至"

static bool take_day(struct slice s, size_t *i, int *day)
{
    size_t at = *i;
    if (!scan_option(s, &at, weekdays, day) || scan_is_any(s, at, ONCE) || scan_is_digit(s, at))
        return false;
    *i = at;
    return true;
}

/* 周一到周五: the bits between. */
static bool take_range(struct slice s, size_t *i, unsigned *days)
{
    size_t at = *i;
    int from, to;
    if (!scan_any(s, &at, WEEK) || !take_day(s, &at, &from) || !scan_any(s, &at, "到|至|-"))
        return false;
    scan_any(s, &at, WEEK);
    if (!take_day(s, &at, &to))
        return false;
    for (int day = from;; day = (day + 1) % 7) {
        *days |= 1u << day;
        if (day == to)
            break;
    }
    *i = at;
    return true;
}

/* 每周三、周五. */
static bool take_days(struct slice s, size_t *i, unsigned *days)
{
    size_t at = *i;
    int day;
    if (!scan_any(s, &at, EACH_WEEK))
        return false;
    if (scan_any(s, &at, "末")) {
        *days |= WEEKEND;
        *i = at;
        return true;
    }
    if (!take_day(s, &at, &day))
        return false;
    do {
        *days |= 1u << day;
        *i = at;
        scan_any(s, &at, "、|,|和|跟| ");
        scan_any(s, &at, EACH_WEEK "|" WEEK);
    } while (take_day(s, &at, &day));
    return true;
}

/* 每周一次, 每周都办: on the day that is told beside it. */
static bool take_weekly(struct slice s, size_t *i)
{
    size_t at = *i;
    if (!scan_any(s, &at, EACH_WEEK))
        return false;
    if (!scan_any(s, &at, "办一次|办一场|搞一次|一次|一场|1次|1场|都办|都搞|都有|重复"))
        return false;
    *i = at;
    return true;
}

/* 连续8次, 共8场, 8周; without such a word in front only where `led` is false. */
static bool take_times(struct slice s, size_t *i, bool led, int64_t *times)
{
    size_t at = *i;
    struct numeral n;
    bool word =
        scan_any(s, &at, "总共办|一共办|连续办|连办|总共|一共|连续|连着|共办|改成|改为|共|办|搞");
    scan_spaces(s, &at);
    if ((led && !word) || !numeral_read(s, &at, &n) || n.second != 0 || n.thousandths % THOUSAND)
        return false;
    scan_any(s, &at, "个");
    if (!scan_any(s, &at, ONCE "|周|星期|礼拜") || scan_is(s, at, "岁") ||
        n.thousandths < THOUSAND || n.thousandths > TIMES_MAX * THOUSAND)
        return false;
    *times = n.thousandths / THOUSAND;
    *i = at;
    return true;
}

static int64_t month_end(int year, int month)
{
    return month == MONTHS ? civil_day(year + 1, 1, 1) - 1 : civil_day(year, month + 1, 1) - 1;
}

/* 到年底, 到12月底, 到1月: the last day; `today` 0 only looks. */
static bool take_end_of(struct slice s, size_t *i, int64_t today, int64_t *day)
{
    size_t at = *i;
    struct civil now;
    struct numeral n;
    civil_from_day(today, &now);
    if (!scan_any(s, &at, UNTIL))
        return false;
    if (scan_any(s, &at, "今年底|今年年底|年底|年末|年尾")) {
        *day = month_end(now.year, MONTHS);
    } else if (scan_any(s, &at, "这个月底|本月底|月底")) {
        *day = month_end(now.year, now.month);
    } else if (numeral_read(s, &at, &n) && n.thousandths % THOUSAND == 0 &&
               n.thousandths >= THOUSAND && n.thousandths <= MONTHS * THOUSAND &&
               (scan_any(s, &at, "月底|月末") ||
                (scan_any(s, &at, "月份|月") && !scan_is_digit(s, at)))) {
        struct numeral more;
        size_t behind = at;
        int month = (int)(n.thousandths / THOUSAND);
        if (numeral_read(s, &behind, &more))
            return false; /* 到1月15日: a date of its own */
        *day = month_end(month < now.month ? now.year + 1 : now.year, month);
    } else {
        return false;
    }
    *i = at;
    return true;
}

/* 到1月15日: a date right behind 到. */
static bool take_date(const struct reading *r, size_t *i, int64_t *day)
{
    struct slice s = r->entities.text;
    size_t at = *i;
    int64_t last;
    if (!scan_any(s, &at, UNTIL))
        return false;
    for (int k = 0; k < r->entities.count; k++) {
        const struct entity *e = &r->entities.list[k];
        if (e->from != at || (e->kind != ENTITY_DATE && e->kind != ENTITY_DAY) ||
            !date_resolve(&r->calendar, &e->when, DIRECTION_FUTURE, day, &last))
            continue;
        *day = last;
        *i = e->to;
        return true;
    }
    return false;
}

static void put_day(json_t *slots, int64_t day)
{
    char text[16];
    civil_format_date(day, text);
    json_object_set_new(slots, "until", json_string(text));
}

int repeat_read(const struct reading *r, json_t *slots)
{
    struct slice s = r->entities.text;
    unsigned days = 0;
    int64_t times = 0, until = 0;
    bool weekly = false, once = false, starts = true;
    for (size_t i = 0; i < s.n;) {
        size_t at = i;
        if (take_range(s, &i, &days) || take_days(s, &i, &days))
            continue;
        if (take_weekly(s, &i)) {
            weekly = true;
        } else if (scan_any(s, &at, "每天|每日|天天") && slots_entity(r, ENTITY_LENGTH) == NULL) {
            days = EVERY_DAY;
            i = at;
        } else if (scan_any(s, &at, "只办一次|只办一场|就办一次|就一次|只一次|不重复")) {
            once = true;
            i = at;
        } else if (take_end_of(s, &i, r->calendar.today, &until) || take_date(r, &i, &until) ||
                   take_times(s, &i, !starts, &times)) {
            starts = false;
        } else {
            starts = scan_is_any(s, i, SCAN_SEPARATORS);
            i = scan_next(s, i);
        }
    }
    if (days != 0)
        json_put_int(slots, "weekdays", days);
    if (weekly)
        json_object_set_new(slots, "weekly", json_true());
    if (once)
        json_object_set_new(slots, "once", json_true());
    if (times > 0 && !once)
        json_put_int(slots, "times", times);
    if (until > 0)
        put_day(slots, until);
    return days != 0 || weekly || once || times > 0 || until > 0;
}

bool repeat_is(const struct reading *r, size_t from, size_t to)
{
    struct slice piece = { r->entities.text.p, to };
    unsigned days = 0;
    int64_t number = 0;
    size_t i = from;
    scan_spaces(piece, &i);
    bool is = take_range(piece, &i, &days) || take_days(piece, &i, &days) ||
              take_weekly(piece, &i) || take_end_of(piece, &i, 0, &number) ||
              take_date(r, &i, &number) || take_times(piece, &i, false, &number);
    scan_any(piece, &i, "为止|止");
    scan_spaces(piece, &i);
    return is && i >= to;
}
