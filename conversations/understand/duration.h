/* Lengths of time: 三个半钟头, 2h30, 半天, 两三个小时. Pure; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_DURATION_H
#define CONVERSATIONS_UNDERSTAND_DURATION_H

#include <stdbool.h>

#include "gateway/base/slice.h"

struct duration {
    int minutes; /* -1 when only a range or nothing certain was said */
    int least;   /* of a range, else 0 */
    int most;
    bool approx;   /* 左右, 多, 不到 …, and what is counted by convention */
    bool vague;    /* 几个小时, 很久: ask */
    bool day_part; /* 一上午, 一晚上: part of the day is said, too */
    int part;      /* enum day_part of clock.h, when day_part */
    bool days;     /* counted in days */
};

/* Reads a length that begins at `*i`. Conventions of domain.md 4.3: 半天, 一上午, 一下午 = 240
 * minutes, 一晚上 = 180, 一天 = 480; 一个多 = at least. */
bool duration_read(struct slice s, size_t *i, struct duration *out);
/* The answer to "how long": also a bare number, taken as hours up to 12. */
bool duration_answer(struct slice s, struct duration *out);

#endif
