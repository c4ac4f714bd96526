/* The signatures WeChat puts into every query (wechat.md 1.3, 1.4). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_SIGNATURE_H
#define ADAPTERS_WECHAT_SIGNATURE_H

#include <stdbool.h>

#include "gateway/base/slice.h"

/* Longest token, timestamp or nonce taken (wechat.md 1.2). */
enum { WECHAT_PART_MAX = 64 };

/* Lower-case hexadecimal SHA-1 of the parts in byte order, joined without anything between. Each
 * part has at most WECHAT_PART_MAX bytes, else false. */
bool wechat_signature(struct slice token, struct slice timestamp, struct slice nonce, char out[41]);

/* True when `signature` is that of the parts; takes the same time for every wrong one. Parts may
 * hold only [0-9A-Za-z_-]. */
bool wechat_signed(struct slice token, struct slice timestamp, struct slice nonce,
                   struct slice signature);

/* The same over a fourth part, the Encrypt text as it stands in the body: `msg_signature` of
 * compatible and safe mode. That part may be of any length. */
bool wechat_message_signature(struct slice token, struct slice timestamp, struct slice nonce,
                              struct slice encrypted, char out[41]);
bool wechat_message_signed(struct slice token, struct slice timestamp, struct slice nonce,
                           struct slice encrypted, struct slice signature);

#endif
