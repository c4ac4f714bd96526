#include "conversations/understand/numeral.h"
#include "conversations/understand/person.h"
#include "conversations/understand/scan.h"
#include "gateway/base/civil.h"

enum { OLDEST = 120 };

/* Behind a number that is no age. */
#define UNITS "年|月|日|号|天|个|次|小时|钟|点|分|场|人|元|块|斤|米|回|趟|万|千|百|级|星|名"

/* 55 is 1955; 05 is 2005 when that is not ahead. */
static int full_year(const struct numeral *n, int this_year)
{
    int64_t year = n->thousandths / 1000;
    if (n->places == 4) {
        return year > this_year - OLDEST && year <= this_year ? (int)year : 0;
    }
    if (n->places != 2 && n->second == 0) {
        return 0;
    }
    if (n->second != 0) { /* 五六年: both digits, read as a range */
        year = n->thousandths / 100 + n->second / 1000;
    }
    return (int)(year + (year > this_year % 100 ? 1900 : 2000));
}

static bool take_month_day(struct slice s, size_t *i, struct birth *out)
{
    struct numeral month, day;
    size_t at = *i;
    scan_spaces(s, &at);
    if (!numeral_read(s, &at, &month) || month.second != 0 || !scan_any(s, &at, "月|-|/|.") ||
        !numeral_read(s, &at, &day) || month.thousandths > 12000) {
        return false;
    }
    scan_any(s, &at, "号|日");
    out->month = (int)(month.thousandths / 1000);
    out->day = (int)(day.thousandths / 1000);
    if (!civil_valid(out->year, out->month, out->day)) {
        out->month = out->day = 0;
        return false;
    }
    *i = at;
    return true;
}

/* 1958-09-07, 1958年9月7号, 58年, 19580907. */
static bool read_year(struct slice s, size_t i, int this_year, bool asked, struct birth *out)
{
    struct numeral n;
    size_t at = i;
    if (!numeral_read(s, &at, &n) || n.decimal) {
        return false;
    }
    if (n.digits && n.places == 8) {
        int64_t all = n.thousandths / 1000;
        *out = (struct birth){ (int)(all / 10000), (int)(all / 100 % 100), (int)(all % 100), 0 };
        return out->year > this_year - OLDEST && out->year <= this_year &&
               civil_valid(out->year, out->month, out->day);
    }
    out->year = full_year(&n, this_year);
    if (out->year == 0) {
        return false;
    }
    size_t mark = at;
    bool said = scan_any(s, &at, "年");
    bool dash = !said && n.places == 4 && scan_any(s, &at, "-|/|.");
    bool dated = (said || dash) && take_month_day(s, &at, out);
    if (dash && !dated) {
        at = mark;
    }
    bool born = scan_is_any(s, at, "生|的|出生|年生|人|属") || at == s.n ||
                scan_is_any(s, at, " |,|。|;|、|/");
    bool alone = (i == 0 || scan_behind(s, i, " |,|;|、|。|是|我|/")) &&
                 scan_is_any(s, at, " |,|。|;|、|生|的|/");
    alone = alone || ((i == 0 || scan_behind(s, i, " |,|;|、|。|是|我")) && at == s.n);
    if (said) {
        return born && !scan_is_any(s, at, "的活动|的记录|的时长|的证|的志愿|的服务");
    }
    return (asked && alone) || (n.places == 4 && alone && (asked || dated)) ||
           (scan_is_any(s, at, "生|出生") && n.places >= 2);
}

/* 七十岁, 今年七十了, 满七十, 80多岁. */
static bool read_age(struct slice s, size_t i, bool asked, struct birth *out)
{
    struct numeral n;
    size_t at = i;
    if (!numeral_read(s, &at, &n) || n.decimal || n.thousandths > OLDEST * 1000 ||
        n.thousandths < 1000) {
        return false;
    }
    scan_any(s, &at, "多|来");
    bool said = scan_any(s, &at, "周岁|岁") && !scan_is_any(s, at, "以上|以下|以内");
    bool ends = at == s.n || scan_is_any(s, at, "了|,|。| |;");
    bool this_year =
        (ends && scan_behind(s, i, "今年|今年有|年纪|年龄|满|年龄:|快|已经|都")) ||
        (scan_behind(s, i, "今年") && n.thousandths >= 6000 && !scan_is_any(s, at, UNITS));
    /* 六十八了, a field of its own */
    bool grown =
        scan_is(s, at, "了") && (at + 3 >= s.n || scan_is_any(s, at + 3, ",|。| |;|.")) &&
        ((asked && i == 0) || (n.thousandths >= 18000 && scan_behind(s, i, ",|。| |;|、|.")));
    if (!said && !this_year && !grown) {
        return false;
    }
    out->age = (int)(n.thousandths / 1000);
    return true;
}

bool birth_find(struct slice low, int this_year, bool asked, struct birth *out)
{
    bool any = false;
    *out = (struct birth){ 0 };
    for (size_t i = 0; i < low.n;) {
        struct birth b = { 0 };
        struct numeral n;
        bool inside = i > 0 && low.p[i - 1] > ' ' && (unsigned char)low.p[i - 1] < 0x80 &&
                      !scan_behind(low, i, ",|;|:|.|+|/");
        if (!inside && out->age == 0 && read_age(low, i, asked, &b)) {
            out->age = b.age;
            any = true;
        } else if (!inside && out->year == 0 && read_year(low, i, this_year, asked, &b)) {
            out->year = b.year;
            out->month = b.month;
            out->day = b.day;
            any = true;
        }
        if (!numeral_read(low, &i, &n)) {
            i = scan_next(low, i);
        }
    }
    return any;
}
