#include "adapters/wechat/wechat.h"

#include "adapters/xml.h"
#include "tests/adapters/wechat/push.h"

static struct decoded decode(struct bench *b, const char *method, const char *rest,
                             struct slice query, struct slice body, int64_t now)
{
    struct decoded out;
    memset(&out, 0xA5, sizeof(out)); /* the adapter fills every member */
    const struct webhook hook = {
        .method = slice_of(method), .rest = slice_of(rest), .query = query, .body = body
    };
    adapter_wechat.decode(&b->account, &hook, now, &b->arena, &out);
    return out;
}

static void refuse(struct bench *b, const char *method, struct slice query, struct slice body,
                   enum webhook_refusal why)
{
    struct decoded d = decode(b, method, "", query, body, NOW);
    if (d.refusal != why)
        fail_msg("refused as %s, expected %s", webhook_refusal_name(d.refusal),
                 webhook_refusal_name(why));
    assert_int_equal(d.message_count, 0);
    assert_int_equal(d.receipt_count, 0);
    assert_false(d.echo);
    assert_false(d.reply_inline);
}

/* Vector O1 (official). */
static void test_verification_echoes(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat", "{\"token\":\"AAAAA\",\"original_id\":\"gh_1\"}"), 0);
    struct slice query =
        SLICE("signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504"
              "&nonce=1514711492&echostr=4375120948345356249");
    for (int twice = 0; twice < 2; twice++) {
        struct decoded d = decode(&b, "GET", "", query, SLICE(""), 1714036504 + 299);
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_true(d.echo);
        assert_text(d.body, "4375120948345356249");
        assert_int_equal(d.message_count, 0);
    }
    assert_int_equal(decode(&b, "GET", "", query, SLICE(""), 1714036504 + 301).refusal,
                     REFUSED_STALE);
    assert_int_equal(decode(&b, "GET", "", query, SLICE(""), 1714036504 - 301).refusal,
                     REFUSED_STALE);
    bench_close(&b);
}

/* Vector O2 (official): the signature is checked before the body is looked at. */
static void test_signature_of_posts(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat", "{\"token\":\"AAAAA\",\"original_id\":\"gh_1\"}"), 0);
    struct slice query = SLICE("nonce=486452656&timestamp=1714037059"
                               "&signature=899cf89e464efb63f54ddac96b0a0a235f53aa78");
    struct slice body = SLICE("<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName>"
                              "<CreateTime>1714037059</CreateTime><MsgType>text</MsgType>"
                              "<Content>hi</Content><MsgId>1</MsgId></xml>");
    struct decoded d = decode(&b, "POST", "", query, body, 1714037059);
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_text(d.messages[0].text, "hi");
    bench_close(&b);
}

static void test_wrong_signatures(void **state)
{
    struct bench *b = *state;
    struct slice body = SLICE(TEXT("报名", "1"));
    struct slice good = signed_query(&b->arena, NOW);
    assert_int_equal(decode(b, "POST", "", good, body, NOW).refusal, REFUSED_NONE);
    refuse(b, "POST", SLICE(""), body, REFUSED_SIGNATURE);
    refuse(b, "POST", SLICE("signature=&timestamp=&nonce="), body, REFUSED_SIGNATURE);
    refuse(b, "POST", slice_skip(good, 1), body, REFUSED_SIGNATURE);
    char *other = arena_str(&b->arena, good);
    other[12] = other[12] == 'a' ? 'b' : 'a';
    refuse(b, "POST", (struct slice){ other, good.n }, body, REFUSED_SIGNATURE);
    refuse(b, "GET", (struct slice){ other, good.n }, SLICE(""), REFUSED_SIGNATURE);
    /* A body that is broken as well does not show before the signature is right. */
    refuse(b, "POST", SLICE("signature=x"), SLICE("<!DOCTYPE x>"), REFUSED_SIGNATURE);
    refuse(b, "POST", SLICE("signature=%zz"), body, REFUSED_MALFORMED);
}

static void test_clock_far_off(void **state)
{
    struct bench *b = *state;
    struct slice body = SLICE(TEXT("报名", "1"));
    static const struct {
        int64_t off;
        enum webhook_refusal refusal;
    } cases[] = { { -301, REFUSED_STALE }, { -300, REFUSED_NONE }, { 0, REFUSED_NONE },
                  { 300, REFUSED_NONE },   { 301, REFUSED_STALE }, { -40 * 86400, REFUSED_STALE } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct slice query = signed_query(&b->arena, NOW + cases[i].off);
        assert_int_equal(decode(b, "POST", "", query, body, NOW).refusal, cases[i].refusal);
    }
    /* Signed, but no time at all. */
    char hex[41];
    assert_true(wechat_signature(SLICE(TOKEN), SLICE("soon"), SLICE("n"), hex));
    refuse(b, "POST", arena_printf(&b->arena, "timestamp=soon&nonce=n&signature=%s", hex), body,
           REFUSED_MALFORMED);
}

static void test_window_is_configurable(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat",
                                "{\"token\":\"linlidemo\",\"original_id\":\"gh_linlidemo\","
                                "\"mode\":\"plaintext\",\"timestamp_window_s\":3600}"),
                     0);
    struct slice body = SLICE(TEXT("报名", "1"));
    struct slice old = signed_query(&b.arena, NOW - 3600);
    assert_int_equal(decode(&b, "POST", "", old, body, NOW).refusal, REFUSED_NONE);
    assert_int_equal(decode(&b, "POST", "", old, body, NOW + 1).refusal, REFUSED_STALE);
    bench_close(&b);
}

static void test_every_other_refusal(void **state)
{
    struct bench *b = *state;
    struct slice q = signed_query(&b->arena, NOW);
    struct slice body = SLICE(TEXT("报名", "1"));
    refuse(b, "PUT", q, body, REFUSED_METHOD);
    refuse(b, "HEAD", q, body, REFUSED_METHOD);
    refuse(b, "", q, body, REFUSED_METHOD);
    assert_int_equal(decode(b, "POST", "/status", q, body, NOW).refusal, REFUSED_PATH);
    refuse(b, "POST", q, repeat(b, SLICE("<xml>"), 20000), REFUSED_TOO_BIG);
    refuse(b, "POST", repeat(b, SLICE("a=1&"), 200), body, REFUSED_TOO_BIG);
    refuse(b, "POST", q, SLICE(""), REFUSED_MALFORMED);
    refuse(b, "POST", q, SLICE("{\"MsgType\":\"text\"}"), REFUSED_MALFORMED);
    refuse(b, "POST", q, SLICE("<xml><a>"), REFUSED_MALFORMED);
    refuse(b, "POST", q, SLICE("<!DOCTYPE xml [<!ENTITY a \"b\">]><xml>&a;</xml>"),
           REFUSED_DOCTYPE);
    refuse(b, "POST", q, SLICE(TEXT("a\0b", "1")), REFUSED_ENCODING);
    refuse(b, "POST", q, SLICE("<xml><ToUserName>gh_x</ToUserName></xml>"), REFUSED_RECIPIENT);
    refuse(b, "POST", q, repeat(b, SLICE("<a>"), 9), REFUSED_TOO_BIG);
}

static void test_only_harmless_echoes(void **state)
{
    struct bench *b = *state;
    struct slice q = signed_query(&b->arena, NOW);
    static const char *const wrong[] = { "",          "%3Cscript%3E", "a%20b", "%22",
                                         "%E6%8A%A5", "%00",          "a%0Ab", "a%26b" };
    refuse(b, "GET", q, SLICE(""), REFUSED_MALFORMED);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        refuse(b, "GET", arena_printf(&b->arena, "%.*s&echostr=%s", SLICE_ARG(q), wrong[i]),
               SLICE(""), REFUSED_MALFORMED);
    struct slice longest = repeat(b, SLICE("7"), 128);
    struct slice query =
        arena_printf(&b->arena, "%.*s&echostr=%.*s", SLICE_ARG(q), SLICE_ARG(longest));
    assert_true(decode(b, "GET", "", query, SLICE(""), NOW).echo);
    refuse(b, "GET", arena_printf(&b->arena, "%.*s7", SLICE_ARG(query)), SLICE(""),
           REFUSED_MALFORMED);
}

static struct response answer(struct bench *b, const struct decoded *d, const struct slice *replies,
                              size_t count)
{
    struct response out;
    memset(&out, 0xA5, sizeof(out));
    adapter_wechat.respond(&b->account, d, replies, count, NOW + 1, &b->arena, &out);
    assert_int_equal(out.status, 200);
    assert_null(out.headers[0]);
    return out;
}

static void test_reply_bytes(void **state)
{
    struct bench *b = *state;
    struct decoded d = push(b, SLICE(TEXT("报名 1001", "1")));
    struct slice reply = SLICE("已登记");
    for (int twice = 0; twice < 2; twice++) {
        struct response r = answer(b, &d, &reply, 1);
        assert_string_equal(r.content_type, "text/xml; charset=utf-8");
        assert_text(r.body,
                    "<xml><ToUserName><![CDATA[oUSER_1-a]]></ToUserName><FromUserName>"
                    "<![CDATA[gh_linlidemo]]></FromUserName><CreateTime>1795572001</CreateTime>"
                    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[已登记]]></Content>"
                    "</xml>");
    }
}

/* The plaintext of vector X2: the same bytes as an independent encoder's. */
static void test_reply_of_the_vector(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(
        bench_open(&b, "wechat",
                   "{\"token\":\"volunteer2024\",\"original_id\":\"gh_0123456789ab\"}"),
        0);
    struct slice query =
        SLICE("signature=e312b2b699bce3d8fa370516ee7c30dac247f409&timestamp=1735689600"
              "&nonce=1234567890");
    struct slice body =
        SLICE("<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName>"
              "<![CDATA[oABCDEFGHIJKLMNOPQRSTUVWXYZ0]]></FromUserName><CreateTime>"
              "1735689600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>"
              "<![CDATA[报名 1001]]></Content><MsgId>24890000000000001</MsgId></xml>");
    struct decoded d = decode(&b, "POST", "", query, body, 1735689600);
    assert_int_equal(d.refusal, REFUSED_NONE);
    struct slice reply = SLICE("已登记");
    struct response out;
    adapter_wechat.respond(&b.account, &d, &reply, 1, 1735689601, &b.arena, &out);
    assert_int_equal(out.body.n, 242);
    assert_text(out.body,
                "<xml><ToUserName><![CDATA[oABCDEFGHIJKLMNOPQRSTUVWXYZ0]]></ToUserName>"
                "<FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1735689601"
                "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[已登记]]>"
                "</Content></xml>");
    bench_close(&b);
}

static void test_nothing_to_say(void **state)
{
    struct bench *b = *state;
    struct decoded d = push(b, SLICE(TEXT("谢谢", "1")));
    struct slice empty[] = { SLICE(""), SLICE("\x01") };
    struct slice text = SLICE("x");
    for (size_t n = 0; n < 3; n++) {
        struct response r = answer(b, &d, empty, n);
        assert_text(r.body, "success");
        assert_string_equal(r.content_type, "text/plain; charset=utf-8");
    }
    /* Nothing is said to what cannot be answered, whatever somebody wants to say. */
    d = push(b, SLICE(EVENT("unsubscribe", "")));
    assert_text(answer(b, &d, &text, 1).body, "success");
    d = push(b, SLICE(EVENT("LOCATION", "")));
    assert_text(answer(b, &d, &text, 1).body, "success");
}

/* What a reader of our reply gets is the text, whatever is in it. */
static void test_replies_survive_a_parser(void **state)
{
    struct bench *b = *state;
    struct decoded d = push(b, SLICE(TEXT("1", "1")));
    static const char *const texts[] = {
        "]]>",
        "]]>]]>",
        "]]",
        "a]]]>b",
        "<a href=\"weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=1\">1</a>",
        "第一行\n第二行",
        "&amp; < > \" '",
        "<![CDATA[",
        "</Content>",
        "😀",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct slice reply = slice_of(texts[i]);
        struct xml xml;
        assert_int_equal(xml_read(answer(b, &d, &reply, 1).body, &b->arena, &xml), XML_READ);
        assert_text(xml_get(&xml, "Content"), texts[i]);
        assert_text(xml_get(&xml, "ToUserName"), "oUSER_1-a");
        assert_int_equal(xml.count, 5);
    }
    const struct slice two[] = { SLICE("一"), SLICE("二") };
    struct xml xml;
    assert_int_equal(xml_read(answer(b, &d, two, 2).body, &b->arena, &xml), XML_READ);
    assert_text(xml_get(&xml, "Content"), "一\n\n二");
    /* The densest text there can be still fits the envelope. */
    struct slice dense = repeat(b, SLICE("]]>"), 1000);
    assert_int_equal(xml_read(answer(b, &d, &dense, 1).body, &b->arena, &xml), XML_READ);
    assert_int_equal(xml_get(&xml, "Content").n, ADAPTER_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verification_echoes),
        cmocka_unit_test(test_signature_of_posts),
        cmocka_unit_test_setup_teardown(test_wrong_signatures, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_clock_far_off, open_demo, close_demo),
        cmocka_unit_test(test_window_is_configurable),
        cmocka_unit_test_setup_teardown(test_every_other_refusal, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_only_harmless_echoes, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_reply_bytes, open_demo, close_demo),
        cmocka_unit_test(test_reply_of_the_vector),
        cmocka_unit_test_setup_teardown(test_nothing_to_say, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_replies_survive_a_parser, open_demo, close_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
