/* Dates and ranges as people say them, kept unresolved until it is known whether the text looks
 * back (a report) or forward (a sign-up). Pure; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_DATE_H
#define CONVERSATIONS_UNDERSTAND_DATE_H

#include <stdbool.h>

#include "conversations/understand/clock.h"
#include "conversations/understand/lunar.h"
#include "gateway/base/slice.h"

enum when_kind {
    WHEN_DAY,      /* certain: 昨天, 上周六, 2026-11-20 */
    WHEN_RANGE,    /* certain, from and to: 上周, 这个月 */
    WHEN_WEEKDAY,  /* 周六 */
    WHEN_MONTHDAY, /* 12月5号; month 0: 15号 */
    WHEN_MONTH,    /* 9月份 */
    WHEN_WEEKEND,  /* 周末 */
    WHEN_LUNAR,    /* 农历十月初八, and the feasts that follow the moon */
    WHEN_VAGUE,    /* 那天, 前两天: only the words */
};

enum direction { DIRECTION_ANY, DIRECTION_PAST, DIRECTION_FUTURE };

struct when {
    enum when_kind kind;
    int64_t from, to; /* epoch days of a certain day or range */
    int weekday;      /* 0 Sunday … 6 Saturday */
    int month, day;
    int year;        /* 0: not said */
    bool weeks_said; /* 上周六: a bare 周日 behind it is in the same week */
    bool feast;      /* a named day: often part of an activity's name */
    bool lunar;
    bool month_end;     /* 月底: day is 31, or the last there is */
    bool bare_day;      /* 15号: may also be a number of something */
    bool plain;         /* 11.20, 12/5: digits with a mark between */
    enum day_part part; /* 昨晚, 今早 */
};

struct calendar {
    const struct lunar *lunar;
    int64_t today;
};

/* Reads an expression that begins at `*i`. */
bool date_read(const struct calendar *c, struct slice s, size_t *i, struct when *out);
/* 1120 or 26.11.20 alone: only the answer to "which day" is read so loosely. */
bool date_answer(const struct calendar *c, struct slice s, struct when *out);
/* First and last day; false for something vague. The first equals the last for a day. */
bool date_resolve(const struct calendar *c, const struct when *w, enum direction direction,
                  int64_t *from, int64_t *to);

#endif
