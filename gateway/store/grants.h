/* What a person's last action lets an account send by itself: providers such as WeChat allow a few
 * messages for some time after each (wechat.md 4.2). A ledger, so that another way is chosen before
 * a call is refused. */
#ifndef GATEWAY_STORE_GRANTS_H
#define GATEWAY_STORE_GRANTS_H

#include <stdint.h>

#include "gateway/store/store.h"

/* A new action of a kind refreshes what the last of its kind gave; it does not add to it. `kind` is
 * the caller's. 0 or GW_E*. */
GW_MUSTCHECK int grant_give(struct tx *tx, int64_t address, int kind, int count, int seconds,
                            int64_t now);
/* Takes one message off the grant that ends first: 1, 0 when nothing may be sent, or GW_E*. */
GW_MUSTCHECK int grant_take(struct tx *tx, int64_t address, int64_t now);
/* The provider says that nothing may be sent: 0 or GW_E*. */
GW_MUSTCHECK int grant_clear(struct tx *tx, int64_t address);
/* How many messages may still be sent: the number or GW_E*. */
GW_MUSTCHECK int grant_left(struct tx *tx, int64_t address, int64_t now);

#endif
