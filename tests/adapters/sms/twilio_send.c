/* The Messages API, its answers, and the account's settings. */
#include "adapters/sms/twilio.h"
#include "tests/adapters/sms/provider.h"

#define AC      "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BASE    "\"account_sid\":\"" AC "\",\"auth_token\":\"hunter2\""
#define WEBHOOK "\"webhook_url\":\"https://gw.example.cn/sms/tw\""

static int open_account(void **state)
{
    return provider_open(state, "twilio", "{" BASE "," WEBHOOK ",\"from\":\"+18005551212\"}");
}

static int send(struct bench *b, const struct outbound *message, struct http_call *out)
{
    memset(out, 0xA5, sizeof(*out));
    b->fault = (struct fault){ 0 };
    return b->account.adapter->send(&b->account, message, NOW, &b->arena, out, &b->fault);
}

static struct form body_of(struct bench *b, const struct http_call *call)
{
    struct form form;
    assert_int_equal(form_parse(call->body, &b->arena, &form), 0);
    return form;
}

static void test_the_call(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct outbound message = { .id = 77,
                                .recipient = SLICE("138 0000 0001"),
                                .text = SLICE("【思茅志愿】您好 +&\n") };
    assert_int_equal(send(b, &message, &call), 0);
    assert_string_equal(call.method, "POST");
    assert_text(call.url, "https://api.twilio.com/2010-04-01/Accounts/" AC "/Messages.json");
    /* base64("AC…:hunter2") */
    assert_string_equal(call_header(&call, "Authorization"),
                        "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTpodW50ZXIy");
    assert_string_equal(call_header(&call, "Content-Type"), "application/x-www-form-urlencoded");
    struct form form = body_of(b, &call);
    assert_text(form_get(&form, "To"), "+8613800000001");
    assert_text(form_get(&form, "From"), "+18005551212");
    assert_text(form_get(&form, "Body"), "【思茅志愿】您好 +&\n");
    assert_text(form_get(&form, "StatusCallback"), "https://gw.example.cn/sms/tw/status?id=77");
    assert_int_equal(form.count, 4);
    message.id = 0;
    assert_int_equal(send(b, &message, &call), 0);
    assert_int_equal(body_of(b, &call).count, 3);
}

static void test_a_messaging_service(void **state)
{
    (void)state;
    struct bench b;
    struct http_call call;
    assert_int_equal(bench_open(&b, "twilio",
                                "{" BASE "," WEBHOOK ",\"messaging_service_sid\":\"MG1\","
                                "\"validity_s\":600,\"endpoint\":\"http://127.0.0.1:1\"}"),
                     0);
    const struct outbound message = { .recipient = SLICE("13800000001"), .text = SLICE("a") };
    assert_int_equal(send(&b, &message, &call), 0);
    assert_true(slice_starts(call.url, SLICE("http://127.0.0.1:1/2010-04-01/")));
    struct form form = body_of(&b, &call);
    assert_text(form_get(&form, "MessagingServiceSid"), "MG1");
    assert_null(form_get(&form, "From").p);
    assert_text(form_get(&form, "ValidityPeriod"), "600");
    bench_close(&b);
}

static void test_what_cannot_be_sent(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct slice longest = repeat(b, SLICE("好"), 1600), longer = repeat(b, SLICE("好"), 1601);
    const struct outbound fits = { .recipient = SLICE("13800000001"), .text = longest };
    assert_int_equal(send(b, &fits, &call), 0);
    const struct {
        struct outbound message;
        int rv;
    } cases[] = {
        { { .recipient = SLICE("13800000001"), .text = longer }, GW_ETOOBIG },
        { { .recipient = SLICE("13800000001"), .text = SLICE("") }, GW_EINVAL },
        { { .recipient = SLICE("+18005551212"), .text = SLICE("a") }, GW_EINVAL },
        { { .recipient = SLICE(""), .text = SLICE("a") }, GW_EINVAL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(send(b, &cases[i].message, &call), cases[i].rv);
        assert_true(b->fault.text[0] != '\0');
        assert_null(strstr(b->fault.text, "1380"));
    }
}

#define ERROR(code, status) "{\"code\":" code ",\"message\":\"m\",\"status\":" status "}"

static void test_answers(void **state)
{
    struct bench *b = *state;
    static const struct {
        int status;
        const char *body;
        enum send_outcome outcome;
        int64_t wait;
    } cases[] = {
        { 201, "{\"sid\":\"SM1\",\"status\":\"queued\",\"num_segments\":\"1\",\"error_code\":null}",
          SEND_OK, 0 },
        { 400, ERROR("21211", "400"), SEND_BAD_RECIPIENT, 0 },
        { 400, ERROR("21614", "400"), SEND_BAD_RECIPIENT, 0 },
        { 400, ERROR("21610", "400"), SEND_BAD_RECIPIENT, 0 },
        { 400, ERROR("21606", "400"), SEND_ACCOUNT_BROKEN, 0 },
        { 400, ERROR("21617", "400"), SEND_REJECTED, 0 },
        { 429, ERROR("21611", "429"), SEND_LATER, 60 },
        { 429, ERROR("20429", "429"), SEND_SLOW_DOWN, 1 },
        { 401, ERROR("20003", "401"), SEND_ACCOUNT_BROKEN, 0 },
        { 503, ERROR("20503", "503"), SEND_LATER, 5 },
        { 500, ERROR("20500", "500"), SEND_UNCERTAIN, 0 },
        /* Codes are many: of one not in the table the status decides. */
        { 400, ERROR("29999", "400"), SEND_REJECTED, 0 },
        { 403, ERROR("29999", "403"), SEND_ACCOUNT_BROKEN, 0 },
        { 200, "<html>welcome</html>", SEND_UNCERTAIN, 0 },
        { 201, "{}", SEND_UNCERTAIN, 0 },
        { 404, "{\"sid\":\"SM1\"}", SEND_ACCOUNT_BROKEN, 0 },
        { 502, "", SEND_UNCERTAIN, 0 },
        { 0, "", SEND_UNCERTAIN, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent = answered(b, cases[i].status, cases[i].body);
        if (sent.outcome != cases[i].outcome || sent.retry_after != cases[i].wait)
            fail_msg("%s: outcome %d, wait %lld", cases[i].body, (int)sent.outcome,
                     (long long)sent.retry_after);
        assert_text(sent.provider_id, i == 0 ? "SM1" : "");
    }
    assert_text(answered(b, 400, ERROR("21610", "400")).reason,
                "21610: this number opted out at Twilio");
    assert_text(answered(b, 400, ERROR("29999", "400")).reason, "29999: 400 request refused");
}

static void test_settings(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *says;
    } wrong[] = {
        { "{" BASE "," WEBHOOK "}", "one of from and messaging_service_sid" },
        { "{" BASE "," WEBHOOK ",\"from\":\"+1\",\"messaging_service_sid\":\"MG1\"}",
          "one of from and messaging_service_sid" },
        { "{" BASE ",\"from\":\"+1\"}", "webhook_url is missing" },
        { "{" BASE ",\"from\":\"+1\",\"webhook_url\":\"gw.example.cn/sms/tw\"}",
          "settings.webhook_url" },
        { "{" BASE ",\"from\":\"+1\",\"webhook_url\":\"https://h/sms/tw/\"}",
          "settings.webhook_url" },
        { "{" BASE ",\"from\":\"+1\",\"webhook_url\":\"https://h/sms/tw?a=1\"}",
          "settings.webhook_url" },
        { "{" BASE "," WEBHOOK ",\"from\":\"+1\",\"endpoint\":\"https://h/2010-04-01\"}",
          "settings.endpoint" },
        { "{" BASE "," WEBHOOK ",\"from\":\"+1\",\"validity_s\":0}", "settings.validity_s" },
        { "{\"account_sid\":\"a b\",\"auth_token\":\"hunter2\"," WEBHOOK ",\"from\":\"+1\"}",
          "settings.account_sid" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        settings_refused("twilio", wrong[i].settings, NULL, NULL, wrong[i].says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_call, open_account, provider_close),
        cmocka_unit_test(test_a_messaging_service),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_sent, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_answers, open_account, provider_close),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
