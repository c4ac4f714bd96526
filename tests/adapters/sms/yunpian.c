/* Yunpian: pushes, sends, codes. */
#include "adapters/sms/yunpian.h"

#include "tests/adapters/sms/provider.h"

#define KEY "0000"

static int open_account(void **state)
{
    return provider_open(state, "yunpian", "{\"apikey\":\"" KEY "\"}");
}

static struct slice form_of(struct bench *b, const char *field, const char *json, int times)
{
    struct slice value = slice_of(json);
    for (int i = 0; i < times; i++)
        value = url_encoded(b, value);
    return arena_printf(&b->arena, "%s=%.*s", field, SLICE_ARG(value));
}

/* Signs a reply and pushes it. */
static struct decoded reply(struct bench *b, const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    assert_non_null(object);
    static const char *const order[] = { "base_extend", "extend",     "id",
                                         "mobile",      "reply_time", "text" };
    struct slice text = SLICE("");
    for (size_t i = 0; i < 6; i++) {
        const json_t *value = json_object_get(object, order[i]);
        if (value != NULL)
            text = arena_printf(&b->arena, "%.*s%s,", SLICE_ARG(text), json_string_value(value));
    }
    text = arena_printf(&b->arena, "%.*s" KEY, SLICE_ARG(text));
    json_object_set_new(object, "_sign", json_string(md5_hex(b, text)));
    char *dump = json_dumps(object, JSON_COMPACT);
    struct decoded d = decode_as(b, "POST", "", form_of(b, "sms_reply", dump, 1));
    free(dump);
    json_decref(object);
    return d;
}

/* The vector of sms.md 7.1. */
static const char vector[] =
    "{\"id\":\"2a70c6bb4f2845da816ea1bfe5732747\",\"mobile\":\"15205201314\","
    "\"reply_time\":\"2014-03-17 22:55:21\",\"text\":\"收到了，谢谢！\",\"extend\":\"01\","
    "\"base_extend\":\"8888\",\"_sign\":\"393d079e0a00912335adfe46f4a2e10f\"}";

static void the_signature(void **state)
{
    struct bench *b = *state;
    json_t *object = json_loads(vector, 0, NULL);
    assert_true(yunpian_signed(b->account.prepared, object));
    json_object_set_new(object, "text", json_string("收到了,谢谢!"));
    assert_false(yunpian_signed(b->account.prepared, object));
    json_object_set_new(object, "text", json_string("收到了，谢谢！"));
    assert_true(yunpian_signed(b->account.prepared, object));
    json_object_set_new(object, "more", json_string("x"));
    assert_false(yunpian_signed(b->account.prepared, object));
    json_object_del(object, "more");
    json_object_set_new(object, "_sign", json_string("393d079e0a00912335adfe46f4a2e10"));
    assert_false(yunpian_signed(b->account.prepared, object));
    json_object_del(object, "_sign");
    assert_false(yunpian_signed(b->account.prepared, object));
    json_object_set_new(object, "_sign", json_integer(3));
    assert_false(yunpian_signed(b->account.prepared, object));
    json_decref(object);
    /* Right, but of 2014. */
    assert_int_equal(decode_as(b, "POST", "", form_of(b, "sms_reply", vector, 1)).refusal,
                     REFUSED_STALE);
}

static void a_message(void **state)
{
    struct bench *b = *state;
    struct decoded d = reply(b, "{\"id\":\"2a70\",\"mobile\":\"+8613800000001\",\"reply_time\":"
                                "\"2026-11-25 09:59:58\",\"text\":\"报名 1\",\"extend\":\"01\","
                                "\"base_extend\":\"8888\"}");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count, 1);
    assert_false(d.reply_inline);
    assert_int_equal(d.messages[0].kind, INBOUND_TEXT);
    assert_text(d.messages[0].sender, "13800000001");
    assert_text(d.messages[0].text, "报名 1");
    assert_text(d.messages[0].key, "y:2a70");
    assert_int_equal(d.messages[0].sent_at, NOW - 2);
    struct response r;
    adapter_yunpian.respond(&b->account, &d, NULL, 0, NOW, &b->arena, &r);
    assert_int_equal(r.status, 200);
    assert_text(r.body, "SUCCESS");
    /* An empty text, a landline, another country, a machine. */
    d = reply(b, "{\"id\":\"1\",\"mobile\":\"13800000001\",\"text\":\"\"}");
    assert_int_equal(d.messages[0].kind, INBOUND_TEXT);
    assert_int_equal(d.messages[0].text.n, 0);
    static const char *const others[] = { "08792123456", "+85291234567", "10690001" };
    for (size_t i = 0; i < 3; i++) {
        d = reply(
            b, arena_printf(&b->arena, "{\"id\":\"1\",\"mobile\":\"%s\",\"text\":\"a\"}", others[i])
                   .p);
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_int_equal(d.messages[0].kind, INBOUND_OTHER);
    }
}

static void messages_that_are_refused(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *json;
        enum webhook_refusal refusal;
    } cases[] = {
        { "{\"mobile\":\"13800000001\",\"text\":\"a\"}", REFUSED_MALFORMED },
        { "{\"id\":\"1\",\"text\":\"a\"}", REFUSED_MALFORMED },
        { "{\"id\":\"1\",\"mobile\":\"13800000001\"}", REFUSED_MALFORMED },
        { "{\"id\":\"1\",\"mobile\":\"13800000001\",\"text\":\"a\",\"reply_time\":\"yesterday\"}",
          REFUSED_MALFORMED },
        { "{\"id\":\"1\",\"mobile\":\"13800000001\",\"text\":\"a\",\"reply_time\":"
          "\"2026-10-01 00:00:00\"}",
          REFUSED_STALE },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(reply(b, cases[i].json).refusal, cases[i].refusal);
    /* Unsigned, and signed with another key. */
    refused(
        b, form_of(b, "sms_reply", "{\"id\":\"1\",\"mobile\":\"13800000001\",\"text\":\"a\"}", 1).p,
        REFUSED_SIGNATURE);
    refused(b,
            form_of(b, "sms_reply",
                    "{\"id\":\"1\",\"mobile\":\"13800000001\",\"text\":\"a\",\"_sign\":"
                    "\"393d079e0a00912335adfe46f4a2e10f\"}",
                    1)
                .p,
            REFUSED_SIGNATURE);
    refused(b, "", REFUSED_MALFORMED);
    refused(b, "sms_reply=", REFUSED_MALFORMED);
    refused(b, "sms_reply=%5B%5D", REFUSED_MALFORMED);
    refused(b, "sms_reply=%7B", REFUSED_MALFORMED);
    refused(b, "sms_reply=%2525zz", REFUSED_MALFORMED);
    refused(b, "other=1", REFUSED_MALFORMED);
    refused(b, "sms_status=%7B%7D", REFUSED_MALFORMED);
    assert_int_equal(decode_as(b, "GET", "", SLICE("")).refusal, REFUSED_METHOD);
    assert_int_equal(decode_as(b, "POST", "/x", SLICE("")).refusal, REFUSED_PATH);
}

static const char reports[] =
    "[{\"sid\":9527,\"uid\":\"1234567890123456789\",\"user_receive_time\":\"2026-11-25 09:59:00\","
    "\"error_msg\":\"\",\"mobile\":\"13800000001\",\"report_status\":\"SUCCESS\"},"
    "{\"sid\":3310228982,\"uid\":null,\"user_receive_time\":\"\",\"error_msg\":\"MBBLACK\","
    "\"mobile\":\"13800000002\",\"report_status\":\"FAIL\"},"
    "{\"uid\":\"x\",\"report_status\":\"FAIL\"},"
    "{\"sid\":\"9528\",\"uid\":\"theirs\",\"error_msg\":\"UNDELIV\",\"mobile\":\"13800000003\","
    "\"report_status\":\"FAIL\"}]";

static void expect_reports(const struct decoded *d)
{
    assert_int_equal(d->refusal, REFUSED_NONE);
    assert_int_equal(d->receipt_count, 3);
    assert_int_equal(d->skipped, 1);
    const struct receipt *r = d->receipts;
    assert_text(r[0].our_id, "1234567890123456789");
    assert_text(r[0].provider_id, "9527");
    assert_text(r[0].recipient, "13800000001");
    assert_true(r[0].final && r[0].delivered && !r[0].opted_out);
    assert_int_equal(r[0].at, NOW - 60);
    assert_int_equal(r[1].our_id.n, 0);
    assert_text(r[1].provider_id, "3310228982");
    assert_true(r[1].final && !r[1].delivered && r[1].opted_out);
    assert_text(r[1].reason, "MBBLACK: the carrier has this number on its blacklist");
    assert_int_equal(r[2].our_id.n, 0);
    assert_text(r[2].reason, "UNDELIV: the phone was not reached");
    assert_false(r[2].opted_out);
}

/* As documented, and percent-encoded once more, on either path. */
static void status_reports(void **state)
{
    struct bench *b = *state;
    for (int times = 1; times <= 2; times++) {
        struct decoded d = decode_as(b, "POST", times == 1 ? "" : "/status",
                                     form_of(b, "sms_status", reports, times));
        expect_reports(&d);
    }
}

static void large_batches(void **state)
{
    struct bench *b = *state;
    struct slice one = SLICE("{\"sid\":1,\"report_status\":\"SUCCESS\"},");
    struct slice many = repeat(b, one, 100);
    struct slice json = arena_printf(&b->arena, "[%.*s1]", SLICE_ARG(many));
    struct decoded d = decode_as(b, "POST", "", form_of(b, "sms_status", json.p, 1));
    assert_int_equal(d.receipt_count, 100);
    assert_int_equal(d.skipped, 1);
    many = repeat(b, SLICE("1,"), 10000);
    json = arena_printf(&b->arena, "[%.*s1]", SLICE_ARG(many));
    assert_int_equal(decode_as(b, "POST", "", form_of(b, "sms_status", json.p, 1)).refusal,
                     REFUSED_TOO_BIG);
}

static void the_call(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct form form;
    struct outbound m = { .id = 1234567890123456789,
                          .recipient = SLICE("13800000001"),
                          .text = SLICE("【思茅志愿】您好 +1&x"),
                          .status_url = "https://a.example/sms/demo/s/status" };
    b->account.extension = "07";
    assert_int_equal(adapter_yunpian.send(&b->account, &m, NOW, &b->arena, &call, &b->fault), 0);
    assert_string_equal(call.method, "POST");
    assert_text(call.url, "https://sms.yunpian.com/v2/sms/single_send.json");
    assert_string_equal(call_header(&call, "Content-Type"),
                        "application/x-www-form-urlencoded; charset=utf-8");
    assert_int_equal(form_parse(call.body, &b->arena, &form), 0);
    assert_int_equal(form.count, 6);
    assert_text(form_get(&form, "apikey"), KEY);
    assert_text(form_get(&form, "mobile"), "13800000001");
    assert_text(form_get(&form, "text"), "【思茅志愿】您好 +1&x");
    assert_text(form_get(&form, "uid"), "1234567890123456789");
    assert_text(form_get(&form, "extend"), "07");
    assert_text(form_get(&form, "callback_url"), "https://a.example/sms/demo/s/status");
    texts_are_checked(b, 500);
}

static void the_answers(void **state)
{
    static const struct answer_case cases[] = {
        { 200, "{\"code\":0,\"msg\":\"发送成功\",\"count\":1,\"fee\":0.05,\"sid\":3310228982}",
          SEND_OK, 0, "0: taken" },
        { 400, "{\"http_status_code\":400,\"code\":22,\"msg\":\"x\"}", SEND_LATER, 3600,
          "22: this number had its messages of this hour" },
        { 400, "{\"code\":8}", SEND_LATER, 30,
          "8: this number had the same text less than 30 seconds ago" },
        { 400, "{\"code\":5}", SEND_REJECTED, 0,
          "5: no approved template fits the text: have it approved" },
        { 400, "{\"code\":10}", SEND_BAD_RECIPIENT, 0, "10: this number is on the blacklist",
          true },
        { 400, "{\"code\":3}", SEND_ACCOUNT_BROKEN, 0, "3: no balance: top up" },
        { 400, "{\"code\":-1}", SEND_ACCOUNT_BROKEN, 0, "-1: apikey is wrong" },
        { 400, "{\"code\":-5}", SEND_SLOW_DOWN, 1, "-5: more requests a second than it takes" },
        { 400, "{\"code\":-50}", SEND_UNCERTAIN, 0, "-50: a fault at Yunpian" },
        { 400, "{\"code\":777}", SEND_LATER, 0, "777: a code not known here" },
        { 200, "<html>busy</html>", SEND_UNCERTAIN, 0, "200 answer not understood" },
        { 200, "", SEND_UNCERTAIN, 0, "200 answer not understood" },
        { 502, "{}", SEND_UNCERTAIN, 0, "502 answer not understood" },
        { 0, "", SEND_UNCERTAIN, 0, "no answer" },
    };
    struct bench *b = *state;
    answers_come_to(b, cases, sizeof(cases) / sizeof(cases[0]));
    assert_text(answered(b, 200, cases[0].body).provider_id, "3310228982");
}

static void the_settings(void **state)
{
    (void)state;
    settings_refused("yunpian", "{}", SECRET, SIGNATURE, "settings.apikey is missing");
    settings_refused("yunpian", "{\"apikey\":\"hunter2!\"}", SECRET, SIGNATURE, "settings.apikey");
    settings_refused("yunpian", "{\"apikey\":\"k\"}", NULL, SIGNATURE, "secret");
    settings_refused("yunpian", "{\"apikey\":\"k\"}", SECRET, NULL, "signature");
    settings_refused("yunpian", "{\"apikey\":\"k\",\"endpoint\":\"https://a/b\"}", SECRET,
                     SIGNATURE, "settings.endpoint");
    settings_refused("yunpian", "{\"apikey\":\"k\",\"x\":1}", SECRET, SIGNATURE,
                     "settings.x is unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_account, provider_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_signature),
        TEST(a_message),
        TEST(messages_that_are_refused),
        TEST(status_reports),
        TEST(large_batches),
        TEST(the_call),
        TEST(the_answers),
        cmocka_unit_test(the_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
