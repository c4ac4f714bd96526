#include "conversations/understand/date_words.h"

#include "conversations/understand/han.h"
#include "conversations/understand/scan.h"
#include "gateway/base/civil.h"

enum { NONE = PART_NONE, AM = PART_AM, NIGHT = PART_EVENING };

struct day_word {
    const char *word;
    int offset;
    int part;
};

/* Longer words before their heads. */
static const struct day_word days[] = {
    { "大前天", -3, NONE }, { "大前日", -3, NONE },  { "大后天", 3, NONE },  { "大后日", 3, NONE },
    { "今天", 0, NONE },    { "今日", 0, NONE },     { "今儿个", 0, NONE },  { "今儿", 0, NONE },
    { "今早上", 0, AM },    { "今早", 0, AM },       { "今晚上", 0, NIGHT }, { "今晚", 0, NIGHT },
    { "今夜", 0, NIGHT },   { "昨天", -1, NONE },    { "昨日", -1, NONE },   { "昨儿个", -1, NONE },
    { "昨儿", -1, NONE },   { "昨晚上", -1, NIGHT }, { "昨晚", -1, NIGHT },  { "昨夜", -1, NIGHT },
    { "昨早", -1, AM },     { "前天", -2, NONE },    { "前日", -2, NONE },   { "前儿", -2, NONE },
    { "前晚", -2, NIGHT },  { "明天", 1, NONE },     { "明日", 1, NONE },    { "明儿个", 1, NONE },
    { "明儿", 1, NONE },    { "明早上", 1, AM },     { "明早", 1, AM },      { "明晚上", 1, NIGHT },
    { "明晚", 1, NIGHT },   { "后天", 2, NONE },     { "后日", 2, NONE },    { "后晚", 2, NIGHT },
    { NULL, 0, 0 },
};

struct feast {
    const char *word;
    int month, day;
    bool lunar;
};

static const struct feast feasts[] = {
    { "元旦", 1, 1, false },
    { "三八妇女节", 3, 8, false },
    { "妇女节", 3, 8, false },
    { "三八节", 3, 8, false },
    { "植树节", 3, 12, false },
    { "学雷锋纪念日", 3, 5, false },
    { "雷锋纪念日", 3, 5, false },
    { "学雷锋日", 3, 5, false },
    { "雷锋日", 3, 5, false },
    { "五一劳动节", 5, 1, false },
    { "劳动节", 5, 1, false },
    { "五一", 5, 1, false },
    { "五四青年节", 5, 4, false },
    { "青年节", 5, 4, false },
    { "六一儿童节", 6, 1, false },
    { "儿童节", 6, 1, false },
    { "六一", 6, 1, false },
    { "建党节", 7, 1, false },
    { "七一", 7, 1, false },
    { "建军节", 8, 1, false },
    { "八一", 8, 1, false },
    { "教师节", 9, 10, false },
    { "国庆节", 10, 1, false },
    { "国庆", 10, 1, false },
    { "国际志愿者日", 12, 5, false },
    { "国际志愿服务日", 12, 5, false },
    { "志愿者日", 12, 5, false },
    { "圣诞节", 12, 25, false },
    { "大年初一", 1, 1, true },
    { "春节", 1, 1, true },
    { "元宵节", 1, 15, true },
    { "元宵", 1, 15, true },
    { "端午节", 5, 5, true },
    { "端午", 5, 5, true },
    { "七夕", 7, 7, true },
    { "中元节", 7, 15, true },
    { "中秋节", 8, 15, true },
    { "中秋", 8, 15, true },
    { "重阳节", 9, 9, true },
    { "重阳", 9, 9, true },
    { "腊八", 12, 8, true },
    { "大年三十", 12, 30, true },
    { "年三十", 12, 30, true },
    { "除夕", 12, 30, true },
    { NULL, 0, 0, false },
};

/* Said of a day without naming it. */
static const char vague[] =
    "赶街那天|赶街天|赶集那天|赶集天|街天|那天|那几天|前两天|前几天|前些天|前阵子|过两天|过几天|"
    "这两天|这几天|改天|哪天|有空的时候|有时间的时候|没事的时候|上回|前段时间|最近几天";

static bool read_day_word(const struct calendar *c, struct slice s, size_t *i, struct when *out)
{
    bool ahead = scan_any(s, i, "明后两天|明后天");
    if (ahead || scan_any(s, i, "前昨两天|昨前两天|昨前天")) {
        *out = (struct when){ .kind = WHEN_RANGE };
        out->from = c->today + (ahead ? 1 : -2);
        out->to = out->from + 1;
        return true;
    }
    for (const struct day_word *d = days; d->word != NULL; d++) {
        if (scan_take(s, i, d->word)) {
            *out = (struct when){ .kind = WHEN_DAY, .part = (enum day_part)d->part };
            out->from = out->to = c->today + d->offset;
            return true;
        }
    }
    return false;
}

/* Clear-bright day falls on 4 or 5 April; the rule holds from 2000 to 2099. */
static int qingming(int year)
{
    int y = year % 100;
    return (y * 2422 + 48100) / 10000 - y / 4;
}

static bool read_feast(const struct calendar *c, struct slice s, size_t *i, struct when *out)
{
    size_t at = *i;
    if (scan_any(s, &at, "清明节|清明")) {
        struct civil t;
        civil_from_day(c->today, &t);
        *out = (struct when){ .kind = WHEN_MONTHDAY, .month = 4, .day = qingming(t.year) };
        out->feast = true;
        *i = at;
        return true;
    }
    for (const struct feast *f = feasts; f->word != NULL; f++) {
        at = *i;
        if (!scan_take(s, &at, f->word)) {
            continue;
        }
        bool short_name = !scan_behind(s, at, "节|日|一|旦");
        if (short_name && han_is(scan_before(s, *i)) &&
            !scan_behind(s, *i, "年|在|到|从|过|的|了|是|天|,")) {
            return false; /* 张国庆 is a person */
        }
        if (scan_is_any(s, at, "路|街|社区|广场|村|小学|中学|二|三|四|五|六|七|八|九|十|个")) {
            return false; /* 五一路 is a street */
        }
        *out = (struct when){ .kind = f->lunar ? WHEN_LUNAR : WHEN_MONTHDAY,
                              .month = f->month,
                              .day = f->day,
                              .feast = true };
        scan_any(s, &at, "节那天|当天|那天");
        *i = at;
        return true;
    }
    return false;
}

/* Month's end and year's end. */
static bool read_end(const struct calendar *c, struct slice s, size_t *i, struct when *out)
{
    if (scan_any(s, i, "月底|月末")) {
        struct civil t;
        civil_from_day(c->today, &t);
        *out = (struct when){
            .kind = WHEN_MONTHDAY, .year = t.year, .month = t.month, .day = 31, .month_end = true
        };
        return true;
    }
    return false;
}

bool date_words_read(const struct calendar *c, struct slice s, size_t *i, struct when *out)
{
    size_t at = *i;
    bool words = !scan_is_digit(s, at); /* texts of digits alone are read often */
    if (words &&
        (read_day_word(c, s, i, out) || read_feast(c, s, i, out) || read_end(c, s, i, out))) {
        return true;
    }
    int64_t year;
    if (scan_digits(s, &at, 5, &year) == 4) {
        scan_take(s, &at, "年");
    }
    if (scan_any(s, &at, "春季学期|秋季学期|上学期|下学期|这学期|本学期|这个学期|上个学期")) {
        *i = at;
        *out = (struct when){ .kind = WHEN_VAGUE };
        return true;
    }
    if (words && scan_any(s, i, vague)) {
        *out = (struct when){ .kind = WHEN_VAGUE };
        return true;
    }
    return false;
}
