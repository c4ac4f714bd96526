/* Rows that shall leave by another account than the one they wait for. */
#ifndef GATEWAY_STORE_OUTBOX_MOVE_H
#define GATEWAY_STORE_OUTBOX_MOVE_H

#include "gateway/store/outbox.h"

/* How far a lane was looked through; zeroed at its beginning. */
struct outbox_place {
    int priority;
    int64_t at, id;
};
/* Queued rows of a lane that would go before `until`, codes and replies first, with their id,
 * realm, recipient, account, priority and not_before alone, in the arena: those behind `place`,
 * which moves on. At most `limit`, fewer only at the lane's end; their number or GW_E*. */
GW_MUSTCHECK int outbox_waiting(struct tx *tx, struct slice lane, int64_t until, int limit,
                                struct outbox_place *place, struct arena *a,
                                struct outbox_row **rows);

/* From now on a queued or leased row waits for `account`. One that was tried and waits for another
 * attempt goes at once. Wakes the dispatcher. 1 done, 0 when it is in another state, or GW_E*. */
GW_MUSTCHECK int outbox_move(struct tx *tx, int64_t id, struct slice account, int64_t now);

#endif
