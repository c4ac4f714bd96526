/* Times of day: 下午两点半, 8点到10点半, 差五分九点, 14:00-17:00. Pure; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_CLOCK_H
#define CONVERSATIONS_UNDERSTAND_CLOCK_H

#include <stdbool.h>

#include "gateway/base/slice.h"

enum day_part { PART_NONE, PART_AM, PART_NOON, PART_PM, PART_EVENING, PART_DAWN };

struct clock_time {
    int minutes;        /* as said, after midnight; 24-hour only when it was said so */
    enum day_part part; /* as said */
    bool exact;         /* 13 or later, or with am/pm: the part changes nothing */
    bool wrong;         /* 9点60分: no hour has that minute */
};

struct clock_span {
    struct clock_time start, end;
    bool has_end;
    bool wrong; /* one of them is: a time was meant and none is known, so it gives no slot */
};

/* 早上, 下午, 晚上 …; PART_NONE when none begins at `*i`. */
enum day_part clock_part(struct slice s, size_t *i);
/* am, pm, noon, evening. */
const char *clock_part_name(enum day_part part);
/* One time or a span that begins at `*i`. */
bool clock_read(struct slice s, size_t *i, struct clock_span *out);
/* Minutes after midnight of start and end, when `part` is what the text says elsewhere. Without any
 * part one to five o'clock is the afternoon, six to twelve the morning (domain.md 4.3). */
void clock_resolve(const struct clock_span *span, enum day_part part, int *start, int *end);
void clock_format(int minutes, char out[8]);

#endif
