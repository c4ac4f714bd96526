/* The passive reply: what WeChat shows the sender (wechat.md 3.2). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_REPLY_H
#define ADAPTERS_WECHAT_REPLY_H

#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* A text message as XML; `text` is clean and not empty. `created` in UTC seconds. In the arena.
 * Text stays as it is inside CDATA, so that links remain links. */
struct slice wechat_reply_text(struct slice to, struct slice from, int64_t created,
                               struct slice text, struct arena *a);

#endif
