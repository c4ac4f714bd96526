/* Replies (an object) and status reports (an array), sms.md 2.4 and 2.5. */
#include "adapters/sms/tencent.h"
#include "tests/adapters/sms/provider.h"

#define SETTINGS "{\"secret_id\":\"id\",\"secret_key\":\"key\",\"sdk_app_id\":\"1400\"}"

static int open_account(void **state)
{
    return provider_open(state, "tencent", SETTINGS);
}

static const char reply[] =
    "{\"extend\":\"12\",\"mobile\":\"13800000001\",\"nationcode\":\"86\",\"sign\":\"" SIGNATURE
    "\",\"text\":\"签到 3\",\"time\":1795571990}";

static void test_a_reply(void **state)
{
    struct decoded d = push(*state, reply);
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count, 1);
    assert_int_equal(d.receipt_count, 0);
    assert_false(d.reply_inline);
    assert_int_equal(d.messages[0].kind, INBOUND_TEXT);
    assert_text(d.messages[0].sender, "13800000001");
    assert_text(d.messages[0].recipient, "12");
    assert_text(d.messages[0].text, "签到 3");
    assert_int_equal(d.messages[0].sent_at, NOW - 10);
    assert_int_equal(d.messages[0].key.n, 66);
}

static struct inbound take(struct bench *b, const char *body)
{
    struct decoded d = push(b, body);
    if (d.refusal != REFUSED_NONE || d.message_count != 1)
        fail_msg("%s: %s", body, webhook_refusal_name(d.refusal));
    return d.messages[0];
}

/* Country, number, time, text and extension make the key. */
static void test_keys(void **state)
{
    static const struct {
        const char *body;
        bool same;
    } cases[] = {
        { "{\"mobile\":\"13800000001\",\"nationcode\":\"86\",\"text\":\"a\",\"time\":1795571990,"
          "\"extend\":\"1\"}",
          true },
        { "{\"time\":1795571990,\"text\":\"a\",\"extend\":\"1\",\"nationcode\":\"86\","
          "\"mobile\":\"13800000001\",\"sign\":\"" SIGNATURE "\"}",
          true },
        { "{\"mobile\":\"13800000002\",\"nationcode\":\"86\",\"text\":\"a\",\"time\":1795571990,"
          "\"extend\":\"1\"}",
          false },
        { "{\"mobile\":\"13800000001\",\"nationcode\":\"86\",\"text\":\"b\",\"time\":1795571990,"
          "\"extend\":\"1\"}",
          false },
        { "{\"mobile\":\"13800000001\",\"nationcode\":\"86\",\"text\":\"a\",\"time\":1795571991,"
          "\"extend\":\"1\"}",
          false },
        { "{\"mobile\":\"13800000001\",\"nationcode\":\"86\",\"text\":\"a\",\"time\":1795571990,"
          "\"extend\":\"2\"}",
          false },
    };
    struct slice first = SLICE("");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct inbound m = take(*state, cases[i].body);
        if (i == 0)
            first = m.key;
        assert_int_equal(slice_eq(m.key, first), cases[i].same);
    }
}

static void test_number_forms(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *nation, *mobile;
        enum inbound_kind kind;
    } cases[] = {
        { "86", "13800000001", INBOUND_TEXT },
        { "86", "138 0000 0001", INBOUND_TEXT },
        { "86", "１３８０００００００１", INBOUND_TEXT },
        { "", "13800000001", INBOUND_TEXT },
        { "", "+8613800000001", INBOUND_TEXT },
        { "86", "+8613800000001", INBOUND_TEXT },
        { "", "008613800000001", INBOUND_TEXT },
        { "852", "91234567", INBOUND_OTHER },
        { "1", "13800000001", INBOUND_OTHER },
        { "86", "08792123456", INBOUND_OTHER },
        { "86", "10690000123", INBOUND_OTHER },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct inbound m = take(b, arena_printf(&b->arena,
                                                "{\"nationcode\":\"%s\",\"mobile\":\"%s\",\"text\":"
                                                "\"a\",\"time\":1795571990}",
                                                cases[i].nation, cases[i].mobile)
                                       .p);
        if (m.kind != cases[i].kind)
            fail_msg("%s %s", cases[i].nation, cases[i].mobile);
        if (m.kind == INBOUND_TEXT)
            assert_text(m.sender, "13800000001");
    }
}

/* One callback URL an account: what was written to somebody else's signature is theirs. */
static void test_another_signature(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *sign;
        enum inbound_kind kind;
    } cases[] = {
        { SIGNATURE, INBOUND_TEXT },
        { "【" SIGNATURE "】", INBOUND_TEXT },
        { "", INBOUND_TEXT },
        { "别人家", INBOUND_OTHER },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct inbound m = take(b, arena_printf(&b->arena,
                                                "{\"mobile\":\"13800000001\",\"text\":\"a\","
                                                "\"sign\":\"%s\"}",
                                                cases[i].sign)
                                       .p);
        assert_int_equal(m.kind, cases[i].kind);
    }
}

static void test_reports(void **state)
{
    struct decoded d =
        push(*state,
             "[{\"user_receive_time\":\"2026-11-25 10:00:00\",\"nationcode\":\"86\","
             "\"mobile\":\"13800000001\",\"report_status\":\"SUCCESS\",\"errmsg\":\"DELIVRD\","
             "\"description\":\"用户短信送达成功\",\"sid\":\"5000:1045710669157053657849499619\"},"
             "7,{},{\"sid\":\"1\"},{\"report_status\":\"SUCCESS\"},"
             "{\"sid\":\"2\",\"report_status\":\"PERHAPS\"},"
             "{\"sid\":\"3\",\"report_status\":\"SUCCESS\",\"user_receive_time\":\"soon\"},"
             "{\"user_receive_time\":\"\",\"nationcode\":\"86\",\"mobile\":\"13800000002\","
             "\"report_status\":\"FAIL\",\"errmsg\":\"MK:0001\",\"description\":\"空号\","
             "\"sid\":\"5000:2\"},"
             "{\"mobile\":\"13800000003\",\"report_status\":\"FAIL\",\"errmsg\":\"MBBLACK\","
             "\"sid\":\"5000:3\"}]");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.receipt_count, 3);
    assert_int_equal(d.skipped, 6);
    assert_int_equal(d.message_count, 0);
    assert_text(d.receipts[0].provider_id, "5000:1045710669157053657849499619");
    assert_int_equal(d.receipts[0].our_id.n, 0);
    assert_text(d.receipts[0].recipient, "13800000001");
    assert_true(d.receipts[0].final && d.receipts[0].delivered);
    assert_text(d.receipts[0].reason, "DELIVRD: arrived");
    assert_int_equal(d.receipts[0].at, NOW);
    assert_text(d.receipts[1].provider_id, "5000:2");
    assert_true(d.receipts[1].final && !d.receipts[1].delivered);
    assert_text(d.receipts[1].reason, "MK:0001");
    assert_int_equal(d.receipts[1].at, 0);
    assert_false(d.receipts[0].opted_out || d.receipts[1].opted_out);
    assert_true(d.receipts[2].opted_out);
}

static void test_refusals(void **state)
{
    struct bench *b = *state;
    refused(b, "", REFUSED_MALFORMED);
    refused(b, "{}", REFUSED_MALFORMED);
    refused(b, "{\"mobile\":\"13800000001\"}", REFUSED_MALFORMED);
    refused(b, "{\"mobile\":\"13800000001\",\"text\":7}", REFUSED_MALFORMED);
    refused(b, "{\"text\":\"a\",\"time\":1795571990}", REFUSED_MALFORMED);
    refused(b, "{\"mobile\":\"13800000001\",\"text\":\"a\",\"time\":\"noon\"}", REFUSED_MALFORMED);
    refused(b, "{\"mobile\":\"13800000001\",\"text\":\"a\",\"time\":1457336869}", REFUSED_STALE);
    struct slice many = repeat(b, SLICE("{\"sid\":\"1\",\"report_status\":\"FAIL\"},"), 10000);
    refused(b, arena_printf(&b->arena, "[%.*s{}]", SLICE_ARG(many)).p, REFUSED_TOO_BIG);
    assert_int_equal(decode_as(b, "GET", "", SLICE("")).refusal, REFUSED_METHOD);
    assert_int_equal(decode_as(b, "POST", "/x", slice_of(reply)).refusal, REFUSED_PATH);
    assert_int_equal(decode_as(b, "POST", "/status", slice_of(reply)).message_count, 1);
}

static void test_the_acknowledgement(void **state)
{
    struct bench *b = *state;
    struct decoded d = push(b, reply);
    struct slice text = SLICE("x");
    struct response r;
    memset(&r, 0xA5, sizeof(r));
    b->account.adapter->respond(&b->account, &d, &text, 1, NOW, &b->arena, &r);
    assert_int_equal(r.status, 200);
    assert_text(r.body, "{\"result\":0,\"errmsg\":\"OK\"}");
    assert_null(r.headers[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_reply, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_keys, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_number_forms, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_another_signature, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_reports, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_refusals, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_the_acknowledgement, open_account, provider_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
