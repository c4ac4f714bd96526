/* Calendar and clock: UTC seconds to a zone's dates and back. The clock itself is always passed in;
 * only main and the platform read it. Pure; any thread. */
#ifndef GATEWAY_BASE_CIVIL_H
#define GATEWAY_BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/slice.h"

/* China has had one zone and no daylight saving time since 1992, so a zone is its offset. */
struct zone {
    int offset_minutes; /* east of UTC; Asia/Shanghai is 480 */
};

struct civil {
    int year, month, day; /* Gregorian, month and day from 1 */
    int hour, minute, second;
    int weekday; /* 0 Sunday … 6 Saturday */
};

/* Days since 1970-01-01 of a date, and back. A date is kept as this number ("epoch day"). */
int64_t civil_day(int year, int month, int day);
void civil_from_day(int64_t day, struct civil *out); /* hour, minute, second become 0 */
bool civil_valid(int year, int month, int day);

/* UTC seconds to local fields and back. */
void civil_at(int64_t utc, struct zone zone, struct civil *out);
int64_t civil_utc(const struct civil *c, struct zone zone);
/* The local date (epoch day) of a moment; the moment at which a local date begins. */
int64_t civil_day_of(int64_t utc, struct zone zone);
int64_t civil_day_start(int64_t day, struct zone zone);

/* "2026-11-25T10:00:00+08:00" (also "Z"); 0 or GW_EINVAL. */
int civil_parse_rfc3339(struct slice s, int64_t *utc);
/* Writes 25 characters and a NUL. */
void civil_format_rfc3339(int64_t utc, struct zone zone, char out[32]);
/* "2026-11-25" both ways; 0 or GW_EINVAL. */
int civil_parse_date(struct slice s, int64_t *day);
void civil_format_date(int64_t day, char out[16]);
/* "09:30" to minutes after midnight; 0 or GW_EINVAL. "24:00" is allowed. */
int civil_parse_hhmm(struct slice s, int *minutes);

#endif
