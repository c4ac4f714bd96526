/* Compatible and safe mode through the adapter: what is taken, what is refused, and the answer. */
#include "adapters/wechat/wechat.h"

#include <inttypes.h>

#include "adapters/wechat/account.h"
#include "adapters/wechat/signature.h"
#include "adapters/xml.h"
#include "tests/adapters/harness.h"
#include "tests/adapters/wechat/vectors.h"

#define ACCOUNT(mode)                                                                              \
    "{\"token\":\"" X_TOKEN "\",\"original_id\":\"gh_0123456789ab\",\"mode\":\"" mode "\","        \
    "\"app_id\":\"" X_APP_ID "\",\"aes_key\":\"" X_KEY "\"}"
#define SAFE(encrypt)                                                                              \
    "<xml><ToUserName><![CDATA[gh_other]]></ToUserName><Encrypt><![CDATA[" encrypt                 \
    "]]></Encrypt></xml>"
/* A compatible body whose clear copy is forged. */
#define COMPATIBLE(encrypt)                                                                        \
    "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oFORGED]]>"   \
    "</FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[text]]></MsgType>"        \
    "<Content><![CDATA[forged]]></Content><MsgId>1</MsgId><Encrypt><![CDATA[" encrypt              \
    "]]></Encrypt></xml>"
#define X_NOW INT64_C(1735689600)

static struct decoded post(struct bench *b, struct slice query, struct slice body, int64_t now)
{
    struct decoded out;
    const struct webhook hook = { .method = SLICE("POST"), .query = query, .body = body };
    adapter_wechat.decode(&b->account, &hook, now, &b->arena, &out);
    return out;
}

static void refused(struct bench *b, struct slice query, struct slice body,
                    enum webhook_refusal why)
{
    struct decoded d = post(b, query, body, X_NOW);
    if (d.refusal != why)
        fail_msg("refused as %s, expected %s", webhook_refusal_name(d.refusal),
                 webhook_refusal_name(why));
    assert_int_equal(d.message_count, 0);
    assert_null(d.detail);
}

/* A message sealed by `key` and signed. */
static struct slice sealed(struct bench *b, const char *key_text, const char *app_id,
                           struct slice message, struct slice *query)
{
    struct wechat_key key;
    char hex[41];
    assert_int_equal(wechat_key_read(slice_of(key_text), &key), 0);
    struct slice encrypted = wechat_encrypt(
        &key, slice_of(app_id), (const unsigned char *)"0123456789abcdef", message, &b->arena);
    assert_true(
        wechat_message_signature(SLICE(X_TOKEN), SLICE("1735689600"), SLICE("7"), encrypted, hex));
    *query = arena_printf(&b->arena,
                          "timestamp=1735689600&nonce=7&encrypt_type=aes&msg_signature=%s", hex);
    return arena_printf(&b->arena, "<xml><Encrypt>\n %.*s \n</Encrypt></xml>",
                        SLICE_ARG(encrypted));
}

static void test_the_vector_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *account;
        struct slice body;
    } cases[] = { { ACCOUNT("safe"), SLICE(SAFE(X1_ENCRYPT)) },
                  { ACCOUNT("compatible"), SLICE(SAFE(X1_ENCRYPT)) },
                  { ACCOUNT("compatible"), SLICE(COMPATIBLE(X1_ENCRYPT)) } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench b;
        assert_int_equal(bench_open(&b, "wechat", cases[i].account), 0);
        struct decoded d = post(&b, SLICE(X1_QUERY), cases[i].body, X_NOW);
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_int_equal(d.message_count, 1);
        /* What was inside counts, not the query's openid and not the clear copy. */
        assert_text(d.messages[0].sender, "oABCDEFGHIJKLMNOPQRSTUVWXYZ0");
        assert_text(d.messages[0].text, "报名 1001");
        assert_true(d.reply_inline);
        bench_close(&b);
    }
}

static void test_the_mode_is_required(void **state)
{
    (void)state;
    struct bench b;
    struct slice clear = SLICE(X1_MESSAGE);
    struct slice plain_query =
        SLICE("signature=e312b2b699bce3d8fa370516ee7c30dac247f409&timestamp=1735689600"
              "&nonce=1234567890");
    static const char *const accounts[] = { ACCOUNT("safe"), ACCOUNT("compatible") };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_open(&b, "wechat", accounts[i]), 0);
        refused(&b, plain_query, clear, REFUSED_MODE);
        refused(&b, arena_printf(&b.arena, "%.*s&encrypt_type=raw", SLICE_ARG(plain_query)), clear,
                REFUSED_MODE);
        /* Neither a clear body nor a dropped signature passes as encrypted. */
        refused(&b, SLICE(X1_QUERY), clear, REFUSED_SIGNATURE);
        refused(&b, arena_printf(&b.arena, "%.*s&encrypt_type=aes", SLICE_ARG(plain_query)),
                SLICE(SAFE(X1_ENCRYPT)), REFUSED_SIGNATURE);
        refused(&b, SLICE("encrypt_type=aes"), SLICE(SAFE("")), REFUSED_SIGNATURE);
        refused(&b, SLICE("encrypt_type=rot13"), clear, REFUSED_MALFORMED);
        bench_close(&b);
    }
    assert_int_equal(bench_open(&b, "wechat", ACCOUNT("safe")), 0);
    refused(&b, SLICE(X1_QUERY), SLICE(COMPATIBLE(X1_ENCRYPT)), REFUSED_MODE);
    bench_close(&b);
    assert_int_equal(bench_open(&b, "wechat", ACCOUNT("plaintext")), 0);
    assert_int_equal(post(&b, plain_query, clear, X_NOW).refusal, REFUSED_NONE);
    refused(&b, SLICE(X1_QUERY), SLICE(SAFE(X1_ENCRYPT)), REFUSED_MODE);
    refused(&b, SLICE(X1_QUERY), SLICE(COMPATIBLE(X1_ENCRYPT)), REFUSED_MODE);
    bench_close(&b);
}

static void test_refusals(void **state)
{
    (void)state;
    struct bench b;
    struct slice query, body;
    assert_int_equal(bench_open(&b, "wechat", ACCOUNT("safe")), 0);
    refused(&b, SLICE("timestamp=1735689602&nonce=42&encrypt_type=aes&msg_signature=" N1_SIGNATURE),
            SLICE(SAFE(N1_ENCRYPT)), REFUSED_ENCRYPTION);
    body = sealed(&b, W_KEY, X_APP_ID, SLICE(X1_MESSAGE), &query);
    refused(&b, query, body, REFUSED_ENCRYPTION);
    body = sealed(&b, X_KEY, X_APP_ID, SLICE("<!DOCTYPE x><xml/>"), &query);
    refused(&b, query, body, REFUSED_DOCTYPE);
    body = sealed(&b, X_KEY, X_APP_ID, SLICE(O3_MESSAGE), &query);
    refused(&b, query, body, REFUSED_MALFORMED); /* JSON is for mini programs */
    body = sealed(&b, X_KEY, X_APP_ID, SLICE(""), &query);
    refused(&b, query, body, REFUSED_MALFORMED);
    body =
        sealed(&b, X_KEY, X_APP_ID,
               SLICE("<xml><ToUserName>gh_other</ToUserName><FromUserName>o</FromUserName></xml>"),
               &query);
    refused(&b, query, body, REFUSED_RECIPIENT);
    refused(&b, SLICE(X1_QUERY), SLICE("<!DOCTYPE x><xml/>"), REFUSED_DOCTYPE);
    refused(&b, SLICE(X1_QUERY), SLICE("<xml>"), REFUSED_MALFORMED);
    refused(&b, SLICE(X1_QUERY), SLICE(SAFE(X3_ENCRYPT)), REFUSED_SIGNATURE);
    struct slice old = SLICE(X1_QUERY);
    assert_int_equal(post(&b, old, SLICE(SAFE(X1_ENCRYPT)), X_NOW + 301).refusal, REFUSED_STALE);
    assert_int_equal(post(&b, old, SLICE(SAFE(X1_ENCRYPT)), X_NOW - 301).refusal, REFUSED_STALE);
    bench_close(&b);
}

/* The first element of a name counts, so a second Encrypt cannot be read in its place. */
static void test_two_ciphertexts(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat", ACCOUNT("safe")), 0);
    struct decoded d =
        post(&b, SLICE(X1_QUERY),
             SLICE("<xml><Encrypt>" X1_ENCRYPT "</Encrypt><Encrypt>" N1_ENCRYPT "</Encrypt></xml>"),
             X_NOW);
    assert_int_equal(d.refusal, REFUSED_NONE);
    refused(&b, SLICE(X1_QUERY),
            SLICE("<xml><Encrypt>" N1_ENCRYPT "</Encrypt><Encrypt>" X1_ENCRYPT "</Encrypt></xml>"),
            REFUSED_SIGNATURE);
    bench_close(&b);
}

static struct slice answer(struct bench *b, const struct decoded *d, const char *text, int64_t at)
{
    struct slice reply = slice_of(text);
    struct response out;
    adapter_wechat.respond(&b->account, d, &reply, reply.n > 0 ? 1 : 0, at, &b->arena, &out);
    assert_int_equal(out.status, 200);
    return out.body;
}

/* What is inside a reply, its envelope checked as WeChat would. */
static struct slice opened(struct bench *b, const char *key_text, struct slice body,
                           const char *nonce, const char *timestamp)
{
    struct xml xml;
    struct wechat_key key;
    struct slice message;
    assert_int_equal(wechat_key_read(slice_of(key_text), &key), 0);
    assert_int_equal(xml_read(body, &b->arena, &xml), XML_READ);
    assert_int_equal(xml.count, 4);
    assert_text(xml_get(&xml, "Nonce"), nonce);
    assert_text(xml_get(&xml, "TimeStamp"), timestamp);
    assert_true(wechat_message_signed(SLICE(X_TOKEN), xml_get(&xml, "TimeStamp"),
                                      xml_get(&xml, "Nonce"), xml_get(&xml, "Encrypt"),
                                      xml_get(&xml, "MsgSignature")));
    assert_int_equal(
        wechat_decrypt(&key, SLICE(X_APP_ID), xml_get(&xml, "Encrypt"), &b->arena, &message), 0);
    return message;
}

static void test_replies(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat", ACCOUNT("safe")), 0);
    struct decoded d = post(&b, SLICE(X1_QUERY), SLICE(SAFE(X1_ENCRYPT)), X_NOW);
    struct slice first = answer(&b, &d, "已登记", X_NOW + 1);
    assert_text(opened(&b, X_KEY, first, "1234567890", "1735689601"), X2_MESSAGE);
    /* A retry has the same bytes; what differs in anything has other random bytes. */
    d = post(&b, SLICE(X1_QUERY), SLICE(SAFE(X1_ENCRYPT)), X_NOW + 10);
    assert_true(slice_eq(answer(&b, &d, "已登记", X_NOW + 1), first));
    const struct slice others[] = { answer(&b, &d, "已登记", X_NOW + 2),
                                    answer(&b, &d, "已登录", X_NOW + 1) };
    for (size_t i = 0; i < 2; i++) {
        struct xml one, other;
        assert_int_equal(xml_read(first, &b.arena, &one), XML_READ);
        assert_int_equal(xml_read(others[i], &b.arena, &other), XML_READ);
        assert_false(slice_eq(slice_head(xml_get(&one, "Encrypt"), 20),
                              slice_head(xml_get(&other, "Encrypt"), 20)));
    }
    /* Nothing to say is said in the clear. */
    assert_text(answer(&b, &d, "", X_NOW), "success");
    bench_close(&b);
}

/* During a change of keys both are taken, and each push is answered with its own. */
static void test_a_change_of_keys(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat",
                                "{\"token\":\"" X_TOKEN
                                "\",\"original_id\":\"gh_0123456789ab\",\"mode\":\"safe\","
                                "\"app_id\":\"" X_APP_ID "\",\"aes_key\":\"" W_KEY
                                "\",\"aes_key_previous\":\"" X_KEY "\"}"),
                     0);
    static const char *const keys[] = { X_KEY, W_KEY };
    for (size_t i = 0; i < 2; i++) {
        struct slice query;
        struct slice body = sealed(&b, keys[i], X_APP_ID, SLICE(X1_MESSAGE), &query);
        struct decoded d = post(&b, query, body, X_NOW);
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_text(d.messages[0].text, "报名 1001");
        assert_text(opened(&b, keys[i], answer(&b, &d, "已登记", X_NOW + 1), "7", "1735689601"),
                    X2_MESSAGE);
    }
    struct slice query;
    struct slice body = sealed(&b, O_KEY, X_APP_ID, SLICE(X1_MESSAGE), &query);
    refused(&b, query, body, REFUSED_ENCRYPTION);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_vector_is_taken),
        cmocka_unit_test(test_the_mode_is_required),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_two_ciphertexts),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_a_change_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
