/* Requests of Kannel for the tests. */
#ifndef TESTS_ADAPTERS_SMS_MO_H
#define TESTS_ADAPTERS_SMS_MO_H

#include <stdlib.h>

#include "adapters/sms/kannel.h"
#include "tests/adapters/harness.h"

static inline struct decoded request(struct bench *b, const char *method, const char *rest,
                                     struct slice query, struct slice body,
                                     const char *content_type)
{
    struct decoded out;
    memset(&out, 0xA5, sizeof(out)); /* the adapter fills every member */
    const struct webhook hook = { .method = slice_of(method),
                                  .rest = slice_of(rest),
                                  .query = query,
                                  .body = body,
                                  .content_type = slice_of(content_type) };
    adapter_kannel.decode(&b->account, &hook, NOW, &b->arena, &out);
    return out;
}

static inline struct decoded get(struct bench *b, const char *query)
{
    return request(b, "GET", "", slice_of(query), SLICE(""), "");
}

static inline int open_demo(void **state)
{
    struct bench *b = mem_alloc(sizeof(*b));
    *state = b;
    return bench_open(b, "kannel", "{}");
}

static inline int close_demo(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

#endif
