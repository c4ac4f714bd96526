/* The dates of an activity that is held again and again: what a recruitment text says of it
 * (understand/repeat.h) and which days that makes. */
#ifndef CONVERSATIONS_ACTIONS_REPEAT_H
#define CONVERSATIONS_ACTIONS_REPEAT_H

#include "conversations/actions/common.h"

enum { REPEAT_MAX = 52 }; /* as many as policy.series_max at most */

struct repeat {
    int64_t days[REPEAT_MAX]; /* epoch days, the first one included */
    int count;                /* 0: no repetition; 1 too: nothing but the first is left */
    bool open;                /* neither how often nor until when is said */
    bool too_many;            /* over policy.series_max */
};

/* Takes what `read` says into the draft's keys weekdays, times, until. True when that is news. */
bool repeat_take(json_t *draft, const json_t *read);
/* The first day of a repetition whose weekdays were just told goes into the draft's `date`: the
 * next one of them that has not begun (`start` minutes after midnight, -1 unknown). */
void repeat_settle(const struct service *s, json_t *draft, int start);
/* The days of the draft. Pure. */
void repeat_days(const struct service *s, const json_t *draft, struct repeat *out);
/* All days as a list reads them: items {date, in_month, day, ends (the last of its month)}. */
json_t *repeat_list(const struct repeat *r);
/* Puts {date, in_month, short} of one more date in a list: the month where it is another than
 * that of the date before, `last` (updated; 0 at first); short where there are many. */
void repeat_put(json_t *item, int64_t day, int64_t *last, bool many);

#endif
