#include "gateway/base/civil.h"

#include <stdio.h>

#include "gateway/base/error.h"

enum {
    DAY_SECONDS = 86400,
    DAYS_400_YEARS = 146097,
    DAYS_TO_1970 = 719468, /* from 0000-03-01, where a year that ends with February begins */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Years are counted from March, so that the leap day is the last of its year; the days before a
 * month are then (153 m + 2) / 5. */
int64_t civil_day(int year, int month, int day)
{
    int64_t y = year - (month <= 2 ? 1 : 0);
    int64_t m = (month + 9) % 12;
    int64_t era = floor_div(y, 400);
    int64_t in_era = y - era * 400;
    int64_t in_year = (153 * m + 2) / 5 + day - 1;
    return era * DAYS_400_YEARS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_TO_1970;
}

void civil_from_day(int64_t day, struct civil *out)
{
    int64_t shifted = day + DAYS_TO_1970;
    int64_t era = floor_div(shifted, DAYS_400_YEARS);
    int64_t left = shifted - era * DAYS_400_YEARS;
    /* 1460, 36524 and 146096: the last days of a 4, 100 and 400 year cycle. */
    int64_t y = (left - left / 1460 + left / 36524 - left / 146096) / 365;
    int64_t in_year = left - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * in_year + 2) / 153;
    *out = (struct civil){
        .year = (int)(y + era * 400 + (m >= 10 ? 1 : 0)),
        .month = (int)(m < 10 ? m + 3 : m - 9),
        .day = (int)(in_year - (153 * m + 2) / 5 + 1),
        .weekday = (int)(day - floor_div(day + 4, 7) * 7 + 4), /* 1970-01-01 was a Thursday */
    };
}

bool civil_valid(int year, int month, int day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

void civil_at(int64_t utc, struct zone zone, struct civil *out)
{
    int64_t local = utc + (int64_t)zone.offset_minutes * 60;
    int64_t day = floor_div(local, DAY_SECONDS);
    int seconds = (int)(local - day * DAY_SECONDS);
    civil_from_day(day, out);
    out->hour = seconds / 3600;
    out->minute = seconds / 60 % 60;
    out->second = seconds % 60;
}

int64_t civil_utc(const struct civil *c, struct zone zone)
{
    return civil_day_start(civil_day(c->year, c->month, c->day), zone) + c->hour * 3600 +
           c->minute * 60 + c->second;
}

int64_t civil_day_of(int64_t utc, struct zone zone)
{
    return floor_div(utc + (int64_t)zone.offset_minutes * 60, DAY_SECONDS);
}

int64_t civil_day_start(int64_t day, struct zone zone)
{
    return day * DAY_SECONDS - (int64_t)zone.offset_minutes * 60;
}

/* Takes exactly `n` digits off the front; false when there are fewer. */
static bool take_digits(struct slice *s, size_t n, int *out)
{
    if (s->n < n)
        return false;
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        value = value * 10 + (s->p[i] - '0');
    }
    *s = slice_skip(*s, n);
    *out = value;
    return true;
}

static bool take_char(struct slice *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = slice_skip(*s, 1);
    return true;
}

static bool take_date(struct slice *s, struct civil *c)
{
    return take_digits(s, 4, &c->year) && take_char(s, '-') && take_digits(s, 2, &c->month) &&
           take_char(s, '-') && take_digits(s, 2, &c->day) &&
           civil_valid(c->year, c->month, c->day);
}

static bool take_fraction(struct slice *s)
{
    if (!take_char(s, '.'))
        return true;
    int digit;
    if (!take_digits(s, 1, &digit))
        return false;
    while (take_digits(s, 1, &digit))
        ;
    return true;
}

static bool take_offset(struct slice *s, int *minutes)
{
    if (take_char(s, 'Z') || take_char(s, 'z')) {
        *minutes = 0;
        return true;
    }
    int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    int h;
    int m;
    if (sign == 0 || !take_digits(s, 2, &h) || !take_char(s, ':') || !take_digits(s, 2, &m) ||
        h > 23 || m > 59)
        return false;
    *minutes = sign * (h * 60 + m);
    return true;
}

int civil_parse_rfc3339(struct slice s, int64_t *utc)
{
    struct civil c = { 0 };
    struct zone zone = { 0 };
    if (!take_date(&s, &c) || !(take_char(&s, 'T') || take_char(&s, 't')) ||
        !take_digits(&s, 2, &c.hour) || !take_char(&s, ':') || !take_digits(&s, 2, &c.minute) ||
        !take_char(&s, ':') || !take_digits(&s, 2, &c.second) || !take_fraction(&s) ||
        !take_offset(&s, &zone.offset_minutes) || s.n != 0)
        return GW_EINVAL;
    if (c.hour > 23 || c.minute > 59 || c.second > 59)
        return GW_EINVAL;
    *utc = civil_utc(&c, zone);
    return 0;
}

/* Years outside 0000 to 9999 do not fit the format; they are shown as its ends. */
static unsigned shown_year(int year)
{
    return year < 0 ? 0 : year > 9999 ? 9999 : (unsigned)year;
}

void civil_format_rfc3339(int64_t utc, struct zone zone, char out[32])
{
    struct civil c;
    civil_at(utc, zone, &c);
    int offset = zone.offset_minutes < 0 ? -zone.offset_minutes : zone.offset_minutes;
    snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u", shown_year(c.year),
             (unsigned)c.month % 100, (unsigned)c.day % 100, (unsigned)c.hour % 100,
             (unsigned)c.minute % 100, (unsigned)c.second % 100,
             zone.offset_minutes < 0 ? '-' : '+', (unsigned)(offset / 60) % 100,
             (unsigned)offset % 60);
}

int civil_parse_date(struct slice s, int64_t *day)
{
    struct civil c = { 0 };
    if (!take_date(&s, &c) || s.n != 0)
        return GW_EINVAL;
    *day = civil_day(c.year, c.month, c.day);
    return 0;
}

void civil_format_date(int64_t day, char out[16])
{
    struct civil c;
    civil_from_day(day, &c);
    snprintf(out, 16, "%04u-%02u-%02u", shown_year(c.year), (unsigned)c.month % 100,
             (unsigned)c.day % 100);
}

int civil_parse_hhmm(struct slice s, int *minutes)
{
    int h;
    int m;
    if (!take_digits(&s, 2, &h) || !take_char(&s, ':') || !take_digits(&s, 2, &m) || s.n != 0 ||
        m > 59 || h * 60 + m > 24 * 60)
        return GW_EINVAL;
    *minutes = h * 60 + m;
    return 0;
}
