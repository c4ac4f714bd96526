/* SmsUp and SmsReport pushes (sms.md 1.9, 1.10). */
#include "adapters/json_body.h"
#include "adapters/sms/aliyun.h"
#include "tests/adapters/sms/provider.h"

#define SETTINGS "{\"access_key_id\":\"id\",\"access_key_secret\":\"secret\"}"

static int open_account(void **state)
{
    return provider_open(state, "aliyun", SETTINGS);
}

static const char up[] =
    "[{\"phone_number\":\"13800000001\",\"content\":\"签到 3\",\"send_time\":\"2026-11-25 09:59:50\","
    "\"dest_code\":\"1234\",\"sequence_id\":\"1234567890\"}]";

static void test_a_message(void **state)
{
    struct decoded d = push(*state, up);
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count, 1);
    assert_int_equal(d.receipt_count, 0);
    assert_int_equal(d.skipped, 0);
    assert_false(d.reply_inline);
    assert_int_equal(d.messages[0].kind, INBOUND_TEXT);
    assert_text(d.messages[0].sender, "13800000001");
    assert_text(d.messages[0].recipient, "1234");
    assert_text(d.messages[0].text, "签到 3");
    assert_int_equal(d.messages[0].sent_at, NOW - 10);
    assert_int_equal(d.messages[0].key.n, 66);
}

/* Phone and sequence_id make the key: a string or, in older pushes, a number. */
static void test_keys(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *entry;
        bool same;
    } cases[] = {
        { "{\"phone_number\":\"13800000001\",\"content\":\"a\",\"sequence_id\":\"77\"}", true },
        { "{\"phone_number\":\"+86 138 0000 0001\",\"content\":\"a\",\"sequence_id\":77}", true },
        { "{\"phone_number\":\"13800000001\",\"content\":\"b\",\"sequence_id\":\"77\"}", true },
        { "{\"phone_number\":\"13800000001\",\"content\":\"a\",\"sequence_id\":\"78\"}", false },
        { "{\"phone_number\":\"13800000002\",\"content\":\"a\",\"sequence_id\":\"77\"}", false },
        { "{\"phone_number\":\"13800000001\",\"content\":\"a\"}", false },
    };
    struct slice first = SLICE("");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct decoded d = push(b, arena_printf(&b->arena, "[%s]", cases[i].entry).p);
        assert_int_equal(d.message_count, 1);
        if (i == 0)
            first = d.messages[0].key;
        assert_int_equal(slice_eq(d.messages[0].key, first), cases[i].same);
    }
    struct slice one = push(b, "[{\"phone_number\":\"13800000001\",\"content\":\"a\","
                               "\"send_time\":\"2026-11-25 09:00:00\"}]")
                           .messages[0]
                           .key;
    struct slice other = push(b, "[{\"phone_number\":\"13800000001\",\"content\":\"b\","
                                 "\"send_time\":\"2026-11-25 09:00:00\"}]")
                             .messages[0]
                             .key;
    assert_false(slice_eq(one, other));
}

static void test_number_forms(void **state)
{
    struct bench *b = *state;
    static const char *const mobiles[] = { "+8613800000001", "008613800000001", "8613800000001",
                                           "138 0000 0001", "１３８０００００００１" };
    static const char *const others[] = { "+85291234567", "08792123456", "10690000123", "BANK" };
    for (size_t i = 0; i < sizeof(mobiles) / sizeof(mobiles[0]); i++) {
        struct decoded d = push(b, arena_printf(&b->arena,
                                                "[{\"phone_number\":\"%s\",\"content\":\"a\","
                                                "\"sequence_id\":1}]",
                                                mobiles[i])
                                       .p);
        assert_int_equal(d.message_count, 1);
        assert_text(d.messages[0].sender, "13800000001");
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct decoded d = push(b, arena_printf(&b->arena,
                                                "[{\"phone_number\":\"%s\",\"content\":\"a\","
                                                "\"sequence_id\":1}]",
                                                others[i])
                                       .p);
        assert_int_equal(d.messages[0].kind, INBOUND_OTHER);
        assert_int_equal(d.skipped, 0);
    }
}

/* The good are taken, the bad counted, whatever is wrong with them. */
static void test_bad_entries_among_good_ones(void **state)
{
    struct decoded d = push(
        *state,
        "[7,null,[],\"x\",{},"
        "{\"phone_number\":\"13800000001\",\"content\":\"第一\",\"sequence_id\":\"1\"},"
        "{\"phone_number\":\"13800000001\",\"sequence_id\":\"2\"},"
        "{\"content\":\"a\",\"sequence_id\":\"2\"},"
        "{\"phone_number\":\"\",\"content\":\"a\"},"
        "{\"phone_number\":\"13800000001\",\"content\":7},"
        "{\"phone_number\":\"13800000001\",\"content\":\"a\",\"send_time\":\"yesterday\"},"
        "{\"phone_number\":\"13800000001\",\"content\":\"a\",\"send_time\":\"2026-01-01 00:00:00\"},"
        "{\"phone_number\":\"13800000002\",\"content\":\"\\ud83d第\\u0000二\",\"sequence_id\":\"3\"},"
        "{\"phone_number\":\"13800000003\",\"content\":\"\",\"sequence_id\":\"4\"},"
        "{\"success\":true,\"phone_number\":\"13800000001\"},"
        "{\"success\":\"true\",\"phone_number\":\"13800000001\",\"biz_id\":\"1\"},"
        "{\"success\":false,\"phone_number\":\"13800000001\",\"biz_id\":\"9\",\"out_id\":\"77\"}]");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count, 3);
    assert_text(d.messages[0].text, "第一");
    assert_text(d.messages[1].text, "\uFFFD第\uFFFD二");
    assert_text(d.messages[2].text, "");
    assert_int_equal(d.receipt_count, 1);
    assert_text(d.receipts[0].our_id, "77");
    assert_int_equal(d.skipped, 13);
}

static void test_reports(void **state)
{
    struct decoded d = decode_as(
        *state, "POST", "/status",
        SLICE("[{\"phone_number\":\"13800000001\",\"send_time\":\"2026-11-25 09:59:00\","
              "\"report_time\":\"2026-11-25 10:00:00\",\"success\":true,\"err_code\":\"DELIVERED\","
              "\"err_msg\":\"用户接收成功\",\"sms_size\":\"1\",\"biz_id\":\"900619746936498440^0\","
              "\"out_id\":\"1234567890123456789\"},"
              "{\"phone_number\":\"13800000002\",\"send_time\":\"2026-11-25 09:59:00\","
              "\"report_time\":\"2026-11-25 10:00:00\",\"success\":false,\"err_code\":\"MK:0001\","
              "\"err_msg\":\"空号\",\"sms_size\":\"1\",\"biz_id\":\"900619746936498441^0\"},"
              "{\"phone_number\":\"13800000003\",\"success\":false,\"err_code\":\"MBBLACK\","
              "\"biz_id\":\"900619746936498442^0\"}]"));
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.receipt_count, 3);
    assert_int_equal(d.message_count, 0);
    assert_text(d.receipts[0].our_id, "1234567890123456789");
    assert_text(d.receipts[0].provider_id, "900619746936498440^0");
    assert_text(d.receipts[0].recipient, "13800000001");
    assert_text(d.receipts[0].reason, "DELIVERED: arrived");
    assert_true(d.receipts[0].final && d.receipts[0].delivered);
    assert_int_equal(d.receipts[0].at, NOW);
    assert_int_equal(d.receipts[1].our_id.n, 0);
    assert_text(d.receipts[1].provider_id, "900619746936498441^0");
    assert_true(d.receipts[1].final && !d.receipts[1].delivered);
    assert_text(d.receipts[1].reason, "MK:0001");
    assert_false(d.receipts[0].opted_out || d.receipts[1].opted_out);
    assert_true(d.receipts[2].opted_out);
    assert_text(d.receipts[2].reason, "MBBLACK: the carrier has this number on its blacklist");
}

/* News of signatures and templates come by the same way. */
static void test_other_news(void **state)
{
    struct decoded d =
        push(*state, "[{\"sign_name\":\"思茅志愿\",\"sign_status\":\"approved\"},"
                     "{\"template_code\":\"SMS_1\",\"template_status\":\"approved\"}]");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count + d.receipt_count + d.skipped, 0);
}

static void test_refusals(void **state)
{
    struct bench *b = *state;
    refused(b, "", REFUSED_MALFORMED);
    refused(b, "{}", REFUSED_MALFORMED);
    refused(b, "[", REFUSED_MALFORMED);
    refused(b, "<html>", REFUSED_MALFORMED);
    assert_int_equal(decode_as(b, "GET", "", SLICE("")).refusal, REFUSED_METHOD);
    assert_int_equal(decode_as(b, "POST", "/other", slice_of(up)).refusal, REFUSED_PATH);
    assert_int_equal(decode_as(b, "POST", "/status", slice_of(up)).message_count, 1);
    assert_int_equal(push(b, "[]").refusal, REFUSED_NONE);
}

/* Ten thousand messages in one push; nothing of it is taken, so that nothing of it is lost. */
static void test_an_endless_batch(void **state)
{
    struct bench *b = *state;
    struct slice entry = SLICE("{\"phone_number\":\"13800000001\",\"content\":\"a\"},");
    struct slice many = repeat(b, entry, 10000);
    refused(b, arena_printf(&b->arena, "[%.*s{}]", SLICE_ARG(many)).p, REFUSED_TOO_BIG);
    many = repeat(b, entry, JSON_BODY_ENTRIES_MAX - 1);
    struct decoded d = push(b, arena_printf(&b->arena, "[%.*s{}]", SLICE_ARG(many)).p);
    assert_int_equal(d.message_count, JSON_BODY_ENTRIES_MAX - 1);
    assert_int_equal(d.skipped, 1);
}

static void test_the_acknowledgement(void **state)
{
    struct bench *b = *state;
    struct decoded d = push(b, up);
    struct slice reply = SLICE("x");
    struct response r;
    memset(&r, 0xA5, sizeof(r));
    b->account.adapter->respond(&b->account, &d, &reply, 1, NOW, &b->arena, &r);
    assert_int_equal(r.status, 200);
    assert_text(r.body, "{\"code\":0,\"msg\":\"OK\"}");
    assert_string_equal(r.content_type, "application/json; charset=utf-8");
    assert_null(r.headers[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_message, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_keys, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_number_forms, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_bad_entries_among_good_ones, open_account,
                                        provider_close),
        cmocka_unit_test_setup_teardown(test_reports, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_other_news, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_refusals, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_an_endless_batch, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_the_acknowledgement, open_account, provider_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
