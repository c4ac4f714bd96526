/* Short numbers that people type: they go round within a range, so that they stay short. */
#ifndef HANDLERS_COUNTERS_H
#define HANDLERS_COUNTERS_H

#include "handlers/service.h"

/* The next number of the counter `name` within [first, most]; behind `most` it begins at `first`
 * again. 0 or GW_E*. */
GW_MUSTCHECK int counter_next(const struct service *s, const char *name, int64_t first,
                              int64_t most, int64_t *out);
/* The same, within the smallest range of nines (99, 999, 9999) that is at most half full with
 * `used` numbers. */
GW_MUSTCHECK int counter_short(const struct service *s, const char *name, int64_t first,
                               int64_t used, int64_t *out);

#endif
