/* What compatible and safe mode wrap a message in (wechat.md 1.5, 1.6): AES-256-CBC over 16 random
 * bytes, a length, the message and the account's app id. Not authenticated by itself: check
 * msg_signature (signature.h) before anything here. Pure; any thread. */
#ifndef ADAPTERS_WECHAT_CRYPTO_H
#define ADAPTERS_WECHAT_CRYPTO_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum {
    WECHAT_KEY_TEXT = 43, /* characters of an EncodingAESKey */
    WECHAT_RANDOM = 16,   /* bytes in front of every message */
};

struct wechat_key {
    unsigned char bytes[32];
};

/* An EncodingAESKey as the platform shows it: 43 letters and digits, 258 bits of which the last two
 * may be anything. 0 or GW_EINVAL. */
GW_MUSTCHECK int wechat_key_read(struct slice text, struct wechat_key *out);

/* The message inside `encrypted` (base64), in the arena. 0; GW_EPROTO when the bytes are not what
 * an encoder makes with this key; GW_EAUTH when they are another account's. */
GW_MUSTCHECK int wechat_decrypt(const struct wechat_key *key, struct slice app_id,
                                struct slice encrypted, struct arena *a, struct slice *message);

/* The reverse: base64 without line breaks, in the arena. */
struct slice wechat_encrypt(const struct wechat_key *key, struct slice app_id,
                            const unsigned char random[WECHAT_RANDOM], struct slice message,
                            struct arena *a);

#endif
