/* The star level, from confirmed minutes and quality. Thresholds, in hours 100/300/600/1000/1500,
 * come from the draft of 《志愿服务记录办法》 (MCA, 2012) and are policy, as is the quality rule of
 * the district (思文委发 〔2015〕3号, section 七: by time and quality); Order 67 sets no numbers.
 */
#ifndef HANDLERS_STARS_H
#define HANDLERS_STARS_H

#include <stdbool.h>
#include <stdint.h>

#include "handlers/service.h"

struct star {
    int level;            /* 0 (none yet) to 5; by whole minutes, never rounded up */
    int64_t minutes;      /* confirmed, all years */
    int64_t services;     /* how many services they stand for */
    int64_t waiting;      /* minutes claimed and not yet confirmed: not in `minutes` */
    int next_level;       /* 0 at the highest */
    int64_t next_minutes; /* threshold of next_level */
    int64_t missing;      /* minutes to next_level; 0 when only quality holds it back */
    int quality;          /* average of quality times 100, 0 when nothing is confirmed */
    bool held;            /* the minutes reach next_level and the quality does not */
};
/* One statement, indexed. 0 or GW_E*; somebody unknown has no minutes. */
GW_MUSTCHECK int stars_of(const struct service *s, int64_t person, struct star *out);
/* The level by the thresholds alone, and by the quality rule. Pure. */
void stars_level(const struct policy *p, struct star *star);

#endif
