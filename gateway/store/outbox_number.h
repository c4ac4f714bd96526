/* How many messages a number was sent, as its provider counts: so that what it would refuse waits
 * here instead. Rows count from the moment they are marked, whatever is reported of them later;
 * those that were not taken do not. */
#ifndef GATEWAY_STORE_OUTBOX_NUMBER_H
#define GATEWAY_STORE_OUTBOX_NUMBER_H

#include "gateway/base/civil.h"
#include "gateway/store/store.h"

/* What is taken for one number; 0: no limit. Minute and hour are those of the clock, the day is 24
 * hours up to now (sms.md 1.8). */
struct number_limits {
    int minute, hour, day;
};

/* A reply that leaves in the HTTP response at `now`, as there is no row of it: counted for its
 * number. `id` is its message's. 0 or GW_E*. */
GW_MUSTCHECK int outbox_number_inline(struct tx *tx, int64_t id, int64_t address,
                                      struct slice account, int64_t now);
/* It did not leave there after all, and gets a row. 0 or GW_E*. */
GW_MUSTCHECK int outbox_number_forget(struct tx *tx, int64_t id);
/* Deletes at most `limit` of those that no day counts any more; their number or GW_E*. */
GW_MUSTCHECK int outbox_number_purge(struct tx *tx, int64_t now, int limit);

/* When the next message to `address` may leave by `account`: `*at` is `now` when at once. Rows
 * without an account count for every one. 0 or GW_E*. */
GW_MUSTCHECK int outbox_number_next(struct tx *tx, int64_t address, struct slice account,
                                    const struct number_limits *limits, struct zone zone,
                                    int64_t now, int64_t *at);

#endif
