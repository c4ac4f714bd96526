/* Signed requests of WeChat for the tests. */
#ifndef TESTS_ADAPTERS_WECHAT_PUSH_H
#define TESTS_ADAPTERS_WECHAT_PUSH_H

#include <inttypes.h>
#include <stdlib.h>

#include "adapters/wechat/signature.h"
#include "tests/adapters/harness.h"

#define TOKEN    "linlidemo"
#define SETTINGS "{\"token\":\"" TOKEN "\",\"original_id\":\"gh_linlidemo\"}"
#define HEAD(type)                                                                                 \
    "<xml><ToUserName><![CDATA[gh_linlidemo]]></ToUserName><FromUserName><![CDATA[oUSER_1-a]]>"    \
    "</FromUserName><CreateTime>1795572000</CreateTime><MsgType><![CDATA[" type "]]></MsgType>"
#define TEXT(content, id)                                                                          \
    HEAD("text") "<Content><![CDATA[" content "]]></Content><MsgId>" id "</MsgId></xml>"
#define EVENT(name, rest) HEAD("event") "<Event><![CDATA[" name "]]></Event>" rest "</xml>"

/* A query signed for `at`. */
static inline struct slice signed_query(struct arena *a, int64_t at)
{
    char hex[41];
    struct slice timestamp = arena_printf(a, "%" PRId64, at);
    assert_true(wechat_signature(SLICE(TOKEN), timestamp, SLICE("1514711492"), hex));
    return arena_printf(a, "signature=%s&timestamp=%.*s&nonce=1514711492&openid=oX", hex,
                        SLICE_ARG(timestamp));
}

/* Decodes a POST signed for NOW. */
static inline struct decoded push(struct bench *b, struct slice body)
{
    struct decoded out;
    const struct webhook hook = { .method = SLICE("POST"),
                                  .query = signed_query(&b->arena, NOW),
                                  .content_type = SLICE("text/xml"),
                                  .body = body };
    b->account.adapter->decode(&b->account, &hook, NOW, &b->arena, &out);
    return out;
}

static inline int open_demo(void **state)
{
    struct bench *b = mem_alloc(sizeof(*b));
    *state = b;
    return bench_open(b, "wechat", SETTINGS);
}

static inline int close_demo(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

#endif
