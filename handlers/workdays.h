/* Working days in China: weekends, public holidays and the weekend days worked in exchange.
 *
 * One data file a year, handlers/data/holidays_YYYY.json, after the State Council's yearly notice.
 * A year without a file has its weekends only, so deadlines then come out early around holidays,
 * never late. */
#ifndef HANDLERS_WORKDAYS_H
#define HANDLERS_WORKDAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/embed.h"
#include "gateway/base/error.h"

enum { WORKDAYS_MAX = 256 }; /* days off and days worked over all years */

/* Days that are not what their weekday says. */
struct workdays {
    int count;
    struct {
        int64_t day; /* epoch day */
        bool works;  /* a weekend day that is worked, else a weekday that is free */
    } days[WORKDAYS_MAX];
};

/* Reads every file of `files` named …/data/holidays_YYYY.json. 0 or GW_ECONFIG. */
GW_MUSTCHECK int workdays_load(const struct embedded_file *files, struct workdays *out,
                               struct fault *fault);
/* Whether `day` (epoch day) is a working day. */
bool workdays_is(const struct workdays *w, int64_t day);
/* The nth working day after `day` (n >= 1): the last day of a term that begins the day after. */
int64_t workdays_after(const struct workdays *w, int64_t day, int n);
/* The latest day whose term of n working days is over by the end of `today`: what ended on it or
 * before is overdue tomorrow. */
int64_t workdays_before(const struct workdays *w, int64_t today, int n);

#endif
