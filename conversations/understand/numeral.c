#include "conversations/understand/numeral.h"

#include "conversations/understand/scan.h"

enum { DIGITS_MAX = 12, COUNTED_MAX = 99999999 /* in front of 万 */ };

int numeral_digit(int32_t cp)
{
    static const struct {
        int32_t cp;
        int value;
    } digits[] = {
        { 0x3007, 0 }, { 0x96F6, 0 }, { 0x6D1E, 0 },                /* 〇 零 洞 */
        { 0x4E00, 1 }, { 0x5E7A, 1 }, { 0x58F9, 1 },                /* 一 幺 壹 */
        { 0x4E8C, 2 }, { 0x4E24, 2 }, { 0x8D30, 2 }, { 0x4FE9, 2 }, /* 二 两 贰 俩 */
        { 0x4E09, 3 }, { 0x53C1, 3 }, { 0x4EE8, 3 },                /* 三 叁 仨 */
        { 0x56DB, 4 }, { 0x8086, 4 }, { 0x4E94, 5 }, { 0x4F0D, 5 }, /* 四 肆 五 伍 */
        { 0x516D, 6 }, { 0x9646, 6 }, { 0x4E03, 7 }, { 0x67D2, 7 }, /* 六 陆 七 柒 */
        { 0x516B, 8 }, { 0x634C, 8 }, { 0x4E5D, 9 }, { 0x7396, 9 }, /* 八 捌 九 玖 */
    };
    for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
        if (digits[i].cp == cp) {
            return digits[i].value;
        }
    }
    return -1;
}

/* 十 百 千 万 and their formal forms; 廿 and 卅 are tens with their digit inside. */
static int64_t unit_of(int32_t cp)
{
    switch (cp) {
    case 0x5341: /* 十 */
    case 0x62FE: /* 拾 */
        return 10;
    case 0x767E: /* 百 */
    case 0x4F70: /* 佰 */
        return 100;
    case 0x5343: /* 千 */
    case 0x4EDF: /* 仟 */
        return 1000;
    case 0x4E07: /* 万 */
        return 10000;
    default:
        return 0;
    }
}

static bool read_digits(struct slice s, size_t *i, struct numeral *out)
{
    int64_t value, fraction = 0, scale = 1000;
    size_t at = *i;
    size_t n = scan_digits(s, &at, DIGITS_MAX, &value);
    if (n == 0 || scan_is_digit(s, at)) {
        return false; /* none, or more than anybody means: no part of it is what was written */
    }
    out->digits = true;
    out->places = (int)n;
    if (at + 1 < s.n && s.p[at] == '.' && scan_is_digit(s, at + 1)) {
        at++;
        while (scan_is_digit(s, at)) {
            scale /= 10;
            fraction += scale * (s.p[at++] - '0');
        }
        out->decimal = true;
    }
    int64_t unit = unit_of(scan_at(s, at));
    if (unit >= 10000 && value <= COUNTED_MAX) { /* 3万; 2百 is not written */
        at = scan_next(s, at);
    } else {
        unit = 1;
    }
    out->thousandths = (value * 1000 + fraction) * unit;
    *i = at;
    return true;
}

/* 二〇二六, 一三八…: digit by digit. Two that follow each other (七八) are a range as well. */
static void finish_places(struct numeral *out, const int *digits, int n)
{
    int64_t value = 0;
    for (int k = 0; k < n; k++) {
        value = value * 10 + digits[k];
    }
    out->places = n;
    out->thousandths = value * 1000;
    if (n == 2 && digits[0] > 0 && digits[1] == digits[0] + 1) {
        out->thousandths = (int64_t)digits[0] * 1000;
        out->second = (int64_t)digits[1] * 1000;
    }
}

struct positional {
    int64_t total, section, digit;
    int64_t last_unit;
    bool any_unit, zero;
};

static void take_unit(struct positional *p, int64_t unit)
{
    p->any_unit = true;
    if (unit == 10000) {
        p->total += (p->section + p->digit) * unit;
        p->section = 0;
    } else {
        p->section += (p->digit == 0 && p->section == 0 ? 1 : p->digit) * unit;
    }
    p->digit = 0;
    p->zero = false;
    p->last_unit = unit;
}

static bool read_han(struct slice s, size_t *i, struct numeral *out)
{
    struct positional p = { 0 };
    int digits[DIGITS_MAX], n = 0, run = 0;
    size_t at = *i;
    while (at < s.n && n < DIGITS_MAX) {
        int32_t cp = scan_at(s, at);
        int digit = numeral_digit(cp);
        int64_t unit = unit_of(cp);
        if (cp == 0x5EFF || cp == 0x5345) { /* 廿 卅 */
            p.section += cp == 0x5EFF ? 20 : 30;
            p.any_unit = true;
            p.last_unit = 10;
        } else if (unit > 0 && run <= 1 && (p.last_unit == 0 || unit != p.last_unit)) {
            take_unit(&p, unit);
            run = 0;
        } else if (digit >= 0 && !(p.any_unit && run >= 1 && p.digit > 0)) {
            digits[n++] = digit;
            p.zero = digit == 0;
            p.digit = digit;
            run += digit > 0 || !p.any_unit;
        } else {
            break;
        }
        at = scan_next(s, at);
    }
    if (at == *i || (n == DIGITS_MAX && numeral_digit(scan_at(s, at)) >= 0)) {
        return false;
    }
    *i = at;
    if (!p.any_unit) {
        finish_places(out, digits, n);
        return true;
    }
    /* 一百二 is 120: a digit right behind 百 or more counts tenfold below it. */
    int64_t tail = p.digit;
    if (p.last_unit >= 100 && tail > 0 && !(n > 1 && digits[n - 2] == 0)) {
        tail *= p.last_unit / 10;
    }
    out->thousandths = (p.total + p.section + tail) * 1000;
    return true;
}

bool numeral_read(struct slice s, size_t *i, struct numeral *out)
{
    *out = (struct numeral){ 0 };
    return scan_is_digit(s, *i) ? read_digits(s, i, out) : read_han(s, i, out);
}

size_t numeral_overlong(struct slice s, size_t i)
{
    size_t at = i;
    int n = 0;
    bool ascii = scan_is_digit(s, i);
    while (ascii ? scan_is_digit(s, at) : numeral_digit(scan_at(s, at)) >= 0) {
        at = scan_next(s, at);
        n++;
    }
    return n > DIGITS_MAX ? at : i;
}

bool numeral_inside(struct slice s, size_t i)
{
    int32_t before = scan_before(s, i), here = scan_at(s, i);
    if (before < 0x80 || here < 0x80) {
        return i > 0 && scan_is_digit(s, i) && scan_is_digit(s, i - 1);
    }
    return (numeral_digit(before) >= 0 || unit_of(before) > 0) && numeral_digit(here) >= 0;
}

int64_t numeral_whole(struct slice s)
{
    struct numeral n;
    size_t i = 0;
    s = slice_trim(s);
    if (!numeral_read(s, &i, &n) || i != s.n || n.thousandths % 1000 != 0) {
        return -1;
    }
    return n.second != 0 ? -1 : n.thousandths / 1000;
}
