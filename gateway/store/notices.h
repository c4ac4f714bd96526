/* How many notices of a template a person has agreed to and not got yet: each acceptance is good
 * for one (wechat.md 4.4). */
#ifndef GATEWAY_STORE_NOTICES_H
#define GATEWAY_STORE_NOTICES_H

#include <stdint.h>

#include "gateway/store/store.h"

/* One more of this template. 0 or GW_E*. */
GW_MUSTCHECK int notice_agree(struct tx *tx, int64_t address, struct slice template, int64_t now);
/* None any more. 0 or GW_E*. */
GW_MUSTCHECK int notice_refuse(struct tx *tx, int64_t address, struct slice template, int64_t now);
/* Takes one: 1, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int notice_take(struct tx *tx, int64_t address, struct slice template, int64_t now);
/* How many are left, or GW_E*. */
GW_MUSTCHECK int notice_left(struct tx *tx, int64_t address, struct slice template);

#endif
