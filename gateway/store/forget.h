/* What the platform knows of a sender, gone: for somebody who left and is nobody's volunteer. */
#ifndef GATEWAY_STORE_FORGET_H
#define GATEWAY_STORE_FORGET_H

#include <stdint.h>

#include "gateway/store/store.h"

/* Deletes an address's messages, the messages of ours to it, its files' ids and, where no other
 * address shares them, its session and open questions; who it was is replaced by a word, so that
 * what names its id still finds somebody. A sender of the same name is a new address afterwards.
 * What is being sent at this moment and rows of an origin (a broadcast, which counts them) stay
 * until they are purged. 0 or GW_E*. */
GW_MUSTCHECK int forget_address(struct tx *tx, int64_t id);

#endif
