/* What the tests of adapters share: cmocka, comparing slices, and an account made from JSON. */
#ifndef TESTS_ADAPTERS_HARNESS_H
#define TESTS_ADAPTERS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/adapter.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

/* 2026-11-25T10:00:00+08:00 */
#define NOW INT64_C(1795572000)

#define assert_text(got, literal)                                                                  \
    do {                                                                                           \
        struct slice actual_ = (got);                                                              \
        const char *expected_ = (literal);                                                         \
        if (actual_.n != strlen(expected_) ||                                                      \
            (actual_.n > 0 && memcmp(actual_.p, expected_, actual_.n) != 0))                       \
            fail_msg("got \"%.*s\", expected \"%s\"", SLICE_ARG(actual_), expected_);              \
    } while (0)

struct bench {
    struct arena arena;
    struct account account;
    json_t *settings;
    struct fault fault;
};

/* An account of `provider` with these settings, a secret and a signature (both may be NULL);
 * returns what its check says. */
static inline int bench_open_as(struct bench *b, const char *provider, const char *settings,
                                const char *secret, const char *signature)
{
    const struct adapter *adapter = adapter_find(provider);
    assert_non_null(adapter);
    memset(b, 0, sizeof(*b));
    b->settings = json_loads(settings, 0, NULL);
    assert_non_null(b->settings);
    b->account = (struct account){
        .name = "demo",
        .channel = adapter->channel,
        .full_name = adapter->channel[0] == 's' ? "sms/demo" : "wechat/demo",
        .realm = adapter->channel[0] == 's' ? "sms" : "wechat/demo",
        .adapter = adapter,
        .secret = secret,
        .signature = signature,
        .settings = b->settings,
    };
    return adapter->check(&b->account, &b->arena, &b->fault);
}

/* The same without them. */
static inline int bench_open(struct bench *b, const char *provider, const char *settings)
{
    return bench_open_as(b, provider, settings, NULL, NULL);
}

static inline void bench_close(struct bench *b)
{
    arena_free(&b->arena);
    json_decref(b->settings);
}

/* Bytes repeated in the arena. */
static inline struct slice repeat(struct bench *b, struct slice unit, size_t times)
{
    char *p = arena_alloc(&b->arena, unit.n * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(p + i * unit.n, unit.p, unit.n);
    return (struct slice){ p, unit.n * times };
}

/* Percent-encoded in the arena. */
static inline struct slice url_encoded(struct bench *b, struct slice bytes)
{
    struct sbuf out;
    sbuf_init(&out, bytes.n * 3 + 1);
    sbuf_url(&out, bytes);
    struct slice copy = arena_dup(&b->arena, sbuf_slice(&out));
    sbuf_free(&out);
    return copy;
}

#endif
