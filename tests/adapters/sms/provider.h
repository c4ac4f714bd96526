/* What the tests of the HTTP providers share: an account of one, requests to it, answers for it. */
#ifndef TESTS_ADAPTERS_SMS_PROVIDER_H
#define TESTS_ADAPTERS_SMS_PROVIDER_H

#include <stdlib.h>

#include "gateway/base/digest.h"
#include "tests/adapters/harness.h"

#define SECRET    "0123456789abcdef"
#define SIGNATURE "思茅志愿"

static inline int provider_open(void **state, const char *provider, const char *settings)
{
    struct bench *b = mem_alloc(sizeof(*b));
    *state = b;
    int rv = bench_open_as(b, provider, settings, SECRET, SIGNATURE);
    if (rv != 0)
        fail_msg("%s", b->fault.text);
    return rv;
}

static inline int provider_close(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

static inline struct decoded decode_as(struct bench *b, const char *method, const char *rest,
                                       struct slice body)
{
    struct decoded out;
    memset(&out, 0xA5, sizeof(out)); /* the adapter fills every member */
    const struct webhook hook = { .method = slice_of(method),
                                  .rest = slice_of(rest),
                                  .content_type = SLICE("application/json"),
                                  .body = body };
    b->account.adapter->decode(&b->account, &hook, NOW, &b->arena, &out);
    return out;
}

static inline struct decoded push(struct bench *b, const char *body)
{
    return decode_as(b, "POST", "", slice_of(body));
}

static inline void refused(struct bench *b, const char *body, enum webhook_refusal why)
{
    struct decoded d = push(b, body);
    if (d.refusal != why)
        fail_msg("%s: %s", body, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count + d.receipt_count + d.skipped, 0);
}

/* What an answer with this status and body comes to, at NOW. */
static inline struct sent answered(struct bench *b, int status, const char *body)
{
    const struct http_result result = {
        .status = status, .sent = true, .body = slice_of(body), .at = NOW
    };
    struct sent out;
    memset(&out, 0xA5, sizeof(out));
    b->account.adapter->sent(&b->account, &result, &b->arena, &out);
    assert_true(out.reason.n > 0);
    return out;
}

/* A table of answers and what each comes to. */
struct answer_case {
    int status;
    const char *body;
    enum send_outcome outcome;
    int64_t wait;
    const char *reason;
    bool opted_out;
};
static inline void answers_come_to(struct bench *b, const struct answer_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sent s = answered(b, cases[i].status, cases[i].body);
        if (s.outcome != cases[i].outcome || s.retry_after != cases[i].wait)
            fail_msg("%s: outcome %d, wait %d", cases[i].body, s.outcome, (int)s.retry_after);
        assert_text(s.reason, cases[i].reason);
        assert_int_equal(s.opted_out, cases[i].opted_out);
    }
}

/* What no provider of whole texts is sent: to a landline, without signature, empty, of more than
 * `most` characters. */
static inline void texts_are_checked(struct bench *b, size_t most)
{
    struct http_call call;
    struct slice signature = SLICE("【思茅志愿】"), good = SLICE("好");
    struct slice fits = arena_printf(&b->arena, "%.*s%.*s", SLICE_ARG(signature),
                                     SLICE_ARG(repeat(b, good, most - 6)));
    const struct {
        struct outbound m;
        int rv;
    } cases[] = {
        { { .recipient = SLICE("08792123456"), .text = fits }, GW_EINVAL },
        { { .recipient = SLICE("123"), .text = fits }, GW_EINVAL },
        { { .recipient = SLICE("13800000001"), .text = good }, GW_EINVAL },
        { { .recipient = SLICE("13800000001"), .text = SLICE("") }, GW_EINVAL },
        { { .recipient = SLICE("13800000001"), .text = fits }, 0 },
        { { .recipient = SLICE("13800000001"),
            .text = arena_printf(&b->arena, "%.*s好", SLICE_ARG(fits)) },
          GW_ETOOBIG },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            b->account.adapter->send(&b->account, &cases[i].m, NOW, &b->arena, &call, &b->fault),
            cases[i].rv);
}

/* Of the texts one after the other, in hexadecimal. */
static inline const char *md5_hex(struct bench *b, struct slice text)
{
    unsigned char digest[16];
    char *hex = arena_alloc(&b->arena, 33);
    digest_md5(text, digest);
    digest_hex(digest, sizeof(digest), hex);
    return hex;
}

/* The value of a header of a call; NULL when it has none. */
static inline const char *call_header(const struct http_call *call, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; call->headers[i] != NULL; i++)
        if (strncmp(call->headers[i], name, n) == 0 && call->headers[i][n] == ':')
            return call->headers[i] + n + (call->headers[i][n + 1] == ' ' ? 2 : 1);
    return NULL;
}

/* A fault at opening that says `says` and not "hunter2". */
static inline void settings_refused(const char *provider, const char *settings, const char *secret,
                                    const char *signature, const char *says)
{
    struct bench b;
    assert_int_equal(bench_open_as(&b, provider, settings, secret, signature), GW_ECONFIG);
    if (strstr(b.fault.text, says) == NULL || strstr(b.fault.text, "hunter2") != NULL)
        fail_msg("%s: %s", settings, b.fault.text);
    bench_close(&b);
}

#endif
