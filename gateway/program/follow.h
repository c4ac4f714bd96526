/* What follows the answer to a message: the answer itself, when it did not go out and no retry
 * fetched it, and further texts of the same reply, once the first has arrived. Both are timers, so
 * that they happen once and survive a crash. */
#ifndef GATEWAY_PROGRAM_FOLLOW_H
#define GATEWAY_PROGRAM_FOLLOW_H

#include "gateway/base/mem.h"
#include "gateway/store/store.h"
#include "handlers/service.h"

struct gateway;

/* Timer kinds whose subject is an inbox id: a passive reply that nobody fetched, and what comes
 * behind the first text of a reply. */
#define FOLLOW_UP_TIMER   "reply.follow_up"
#define FOLLOW_REST_TIMER "reply.rest"

/* In the transaction of the message: `rest` texts wait for the first to arrive; after some time
 * they go without knowing. 0 or GW_E*. */
GW_MUSTCHECK int follow_rest_later(struct gateway *g, struct tx *tx, int64_t inbox_id, int64_t now);

/* The first text went out in a response (`sent`), perhaps that of a retry (`duplicate`), or did
 * not; `rest` texts belong behind it. Loop's thread. */
void follow_answer(struct gateway *g, int64_t inbox_id, bool sent, bool duplicate, size_t rest);

/* A timer of ours that is due: 1 when it was one, 0 when its kind is another's, or GW_E*. Worker's
 * thread. */
GW_MUSTCHECK int follow_due(struct gateway *g, const struct service *s, struct slice kind,
                            int64_t inbox_id);

#endif
