/* Lunar dates 2000 to 2060, from a table: ICU 72's Chinese calendar is a day off in 2027 and 2030.
 */
#ifndef CONVERSATIONS_UNDERSTAND_LUNAR_H
#define CONVERSATIONS_UNDERSTAND_LUNAR_H

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

struct lunar; /* immutable once made; any thread */

/* Reads data/lunar_months.tsv: lunar_year, month, leap, days, first_day. The caller frees. */
GW_MUSTCHECK int lunar_make(struct slice table, struct lunar **out, struct fault *fault);
void lunar_free(struct lunar *l);

/* The epoch day of a date in a plain (not leap) lunar month; -1 outside the table. Day 30 of a
 * month of 29 days gives its last. */
int64_t lunar_day(const struct lunar *l, int year, int month, int day);
/* The lunar year that holds an epoch day; 0 outside the table. */
int lunar_year(const struct lunar *l, int64_t day);

#endif
