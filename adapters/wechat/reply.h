/* The passive reply: what WeChat shows the sender (wechat.md 3.2). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_REPLY_H
#define ADAPTERS_WECHAT_REPLY_H

#include "adapters/wechat/account.h"

/* A text message as XML; `text` is clean and not empty. `created` in UTC seconds. In the arena.
 * Text stays as it is inside CDATA, so that links remain links. */
struct slice wechat_reply_text(struct slice to, struct slice from, int64_t created,
                               struct slice text, struct arena *a);

/* What makes a reply's encryption its own. */
struct wechat_sealing {
    const struct wechat_key *key; /* the one that opened the push */
    struct slice message; /* the push's key for duplicates: tells this reply from all others */
    struct slice nonce;   /* of the push, as the platform advises */
    int64_t at;           /* UTC seconds */
};

/* `xml` in the envelope of compatible and safe mode, in the arena. The 16 random bytes are an HMAC
 * of message, time and text under the key: to everybody else as random as any, and a retry gets the
 * same bytes without anything stored. */
struct slice wechat_reply_sealed(const struct wechat_account *account,
                                 const struct wechat_sealing *with, struct slice xml,
                                 struct arena *a);

#endif
