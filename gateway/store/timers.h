/* What happens later by itself: rows that the worker runs like a message. A restart loses none. */
#ifndef GATEWAY_STORE_TIMERS_H
#define GATEWAY_STORE_TIMERS_H

#include <stdint.h>

#include "gateway/base/mem.h"
#include "gateway/store/store.h"

struct timer_row {
    struct slice kind;  /* e.g. "offer.expires" */
    int64_t subject;    /* what it is about, e.g. an offer's id */
    int64_t due;        /* UTC seconds */
    int64_t generation; /* rises with each timers_set of the same kind and subject */
};

/* Sets or moves the one timer of (kind, subject); an earlier due of it is forgotten. Wakes
 * WAKE_TIMERS at commit. 0 or GW_E*. */
GW_MUSTCHECK int timers_set(struct tx *tx, const char *kind, int64_t subject, int64_t due);
/* 0, also when there is none, or GW_E*. */
GW_MUSTCHECK int timers_cancel(struct tx *tx, const char *kind, int64_t subject);
/* The same: 1 when there was one, 0 when not, so that of several who would do what it stands for
 * one does. */
GW_MUSTCHECK int timers_withdraw(struct tx *tx, const char *kind, int64_t subject);
/* Up to `limit` timers due by `now`, earliest first, in the arena. Returns their number or GW_E*.
 */
GW_MUSTCHECK int timers_due(struct tx *tx, int64_t now, int limit, struct arena *a,
                            struct timer_row **rows);
/* Removes a timer that is about to be run: 1, or 0 when its generation or due time is stale (do not
 * run it). */
GW_MUSTCHECK int timers_take(struct tx *tx, const struct timer_row *row);
/* 1 and `*due` of the earliest, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int timers_next(struct tx *tx, int64_t *due);

#endif
