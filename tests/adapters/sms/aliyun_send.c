/* SendSms and SendBatchSms, their answers, and the account's settings. */
#include "adapters/form.h"
#include "adapters/sms/aliyun.h"
#include "tests/adapters/sms/provider.h"

#define SETTINGS                                                                                        \
    "{\"access_key_id\":\"id\",\"access_key_secret\":\"hunter2\",\"endpoint\":\"http://127.0.0.1:1\","  \
    "\"templates\":{\"register.done\":{\"code\":\"SMS_1\",\"params\":[\"name\",\"when=start|clock\"]}," \
    "\"register.notice\":{\"code\":\"SMS_2\"}}}"

static int open_account(void **state)
{
    return provider_open(state, "aliyun", SETTINGS);
}

static json_t *values(const char *name)
{
    return json_pack("{s:s,s:s}", "name", name, "start|clock", "上午9点");
}

static int send(struct bench *b, const struct outbound *message, int64_t now, struct http_call *out)
{
    memset(out, 0xA5, sizeof(*out));
    b->fault = (struct fault){ 0 };
    return b->account.adapter->send(&b->account, message, now, &b->arena, out, &b->fault);
}

static struct form query_of(struct bench *b, struct slice url)
{
    struct form form;
    ptrdiff_t at = slice_find(url, SLICE("?"));
    assert_true(at > 0);
    assert_int_equal(form_parse(slice_skip(url, (size_t)at + 1), &b->arena, &form), 0);
    return form;
}

static void test_the_call(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    json_t *params = values("杨\"秀\n兰");
    struct outbound message = { .id = 1234567890123456789,
                                .recipient = SLICE("+86 138-0000-0001"),
                                .message = SLICE("register.done"),
                                .params = params };
    assert_int_equal(send(b, &message, NOW, &call), 0);
    assert_string_equal(call.method, "POST");
    assert_true(slice_starts(call.url, SLICE("http://127.0.0.1:1/?OutId=1234567890123456789&")));
    assert_int_equal(call.body.n, 0);
    struct form form = query_of(b, call.url);
    assert_text(form_get(&form, "PhoneNumbers"), "13800000001");
    assert_text(form_get(&form, "SignName"), SIGNATURE);
    assert_text(form_get(&form, "TemplateCode"), "SMS_1");
    assert_text(form_get(&form, "TemplateParam"),
                "{\"name\":\"杨\\\"秀\\n兰\",\"when\":\"上午9点\"}");
    assert_int_equal(form.count, 5);
    assert_string_equal(call_header(&call, "x-acs-action"), "SendSms");
    assert_string_equal(call_header(&call, "x-acs-version"), "2017-05-25");
    assert_string_equal(call_header(&call, "Content-Type"), "");
    assert_null(strstr(call_header(&call, "Authorization"), "hunter2"));
    /* The nonce: other for another row, another second, another account; the same for the same. */
    const char *nonce = call_header(&call, "x-acs-signature-nonce");
    assert_int_equal(strlen(nonce), 64);
    assert_int_equal(send(b, &message, NOW, &call), 0);
    assert_string_equal(call_header(&call, "x-acs-signature-nonce"), nonce);
    assert_int_equal(send(b, &message, NOW + 1, &call), 0);
    assert_string_not_equal(call_header(&call, "x-acs-signature-nonce"), nonce);
    message.id++;
    assert_int_equal(send(b, &message, NOW, &call), 0);
    assert_string_not_equal(call_header(&call, "x-acs-signature-nonce"), nonce);
    json_decref(params);
}

static void test_without_parameters(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    const struct outbound message = { .recipient = SLICE("13800000001"),
                                      .message = SLICE("register.notice") };
    assert_int_equal(send(b, &message, NOW, &call), 0);
    struct form form = query_of(b, call.url);
    assert_null(form_get(&form, "TemplateParam").p);
    assert_null(form_get(&form, "OutId").p);
    assert_int_equal(form.count, 3);
}

static void test_what_cannot_be_sent(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    json_t *none = json_object(), *good = values("杨秀兰"),
           *longer = values("杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰");
    const struct {
        struct outbound message;
        int rv;
        const char *says;
    } cases[] = {
        { { .recipient = SLICE("13800000001"), .message = SLICE("hours.recorded") },
          GW_EINVAL,
          "message hours.recorded has no template" },
        { { .recipient = SLICE("13800000001"), .message = SLICE("register.done"), .params = none },
          GW_EINVAL,
          "no parameter name" },
        { { .recipient = SLICE("13800000001"),
            .message = SLICE("register.done"),
            .params = longer },
          GW_ETOOBIG,
          "21 characters" },
        { { .recipient = SLICE("+85291234567"), .message = SLICE("register.done"), .params = good },
          GW_EINVAL,
          "no mainland mobile" },
        { { .recipient = SLICE("13800000001,13800000002"),
            .message = SLICE("register.done"),
            .params = good },
          GW_EINVAL,
          "no mainland mobile" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(send(b, &cases[i].message, NOW, &call), cases[i].rv);
        if (strstr(b->fault.text, cases[i].says) == NULL || strstr(b->fault.text, "1380") != NULL)
            fail_msg("%s", b->fault.text);
    }
    json_decref(none);
    json_decref(good);
    json_decref(longer);
}

static void test_a_batch(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    json_t *one = values("杨秀兰"), *two = values("李国才 +&*");
    const struct outbound messages[] = {
        { .recipient = SLICE("13800000001"), .message = SLICE("register.done"), .params = one },
        { .recipient = SLICE("13800000002"), .message = SLICE("register.done"), .params = two },
    };
    assert_int_equal(
        aliyun_batch_call(&b->account, messages, 2, NOW, SLICE("n"), &b->arena, &call, &b->fault),
        0);
    assert_text(call.url, "http://127.0.0.1:1/?TemplateCode=SMS_1");
    struct form form;
    assert_int_equal(form_parse(call.body, &b->arena, &form), 0);
    assert_text(form_get(&form, "PhoneNumberJson"), "[\"13800000001\",\"13800000002\"]");
    assert_text(form_get(&form, "SignNameJson"), "[\"" SIGNATURE "\",\"" SIGNATURE "\"]");
    assert_text(form_get(&form, "TemplateParamJson"),
                "[{\"name\":\"杨秀兰\",\"when\":\"上午9点\"},"
                "{\"name\":\"李国才 +&*\",\"when\":\"上午9点\"}]");
    assert_int_equal(form.count, 3);
    assert_string_equal(call_header(&call, "x-acs-action"), "SendBatchSms");
    assert_string_equal(call_header(&call, "Content-Type"), "application/x-www-form-urlencoded");
    assert_non_null(
        strstr(call_header(&call, "Authorization"), "SignedHeaders=content-type;host;"));
    json_decref(one);
    json_decref(two);
}

static void test_batches_that_cannot_be(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct outbound messages[ALIYUN_BATCH_MAX + 1];
    for (size_t i = 0; i < ALIYUN_BATCH_MAX + 1; i++)
        messages[i] = (struct outbound){ .recipient = SLICE("13800000001"),
                                         .message = SLICE("register.notice") };
    assert_int_equal(
        aliyun_batch_call(&b->account, messages, 0, NOW, SLICE("n"), &b->arena, &call, NULL),
        GW_EINVAL);
    assert_int_equal(aliyun_batch_call(&b->account, messages, ALIYUN_BATCH_MAX + 1, NOW, SLICE("n"),
                                       &b->arena, &call, NULL),
                     GW_EINVAL);
    assert_int_equal(aliyun_batch_call(&b->account, messages, ALIYUN_BATCH_MAX, NOW, SLICE("n"),
                                       &b->arena, &call, NULL),
                     0);
    messages[3].message = SLICE("register.done");
    assert_int_equal(
        aliyun_batch_call(&b->account, messages, 4, NOW, SLICE("n"), &b->arena, &call, NULL),
        GW_EINVAL);
    messages[3].message = SLICE("register.notice");
    messages[2].recipient = SLICE("10086");
    assert_int_equal(
        aliyun_batch_call(&b->account, messages, 4, NOW, SLICE("n"), &b->arena, &call, NULL),
        GW_EINVAL);
}

static void test_answers(void **state)
{
    struct bench *b = *state;
    static const struct {
        int status;
        const char *body;
        enum send_outcome outcome;
        int64_t wait;
    } cases[] = {
        { 200, "{\"Code\":\"OK\",\"Message\":\"OK\",\"BizId\":\"900619746936498440^0\"}", SEND_OK,
          0 },
        /* NOW is a full minute and a full hour */
        { 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\",\"Message\":\"触发分钟级流控Permits:1\"}",
          SEND_LATER, 60 },
        { 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\",\"Message\":\"触发小时级流控Permits:5\"}",
          SEND_LATER, 3600 },
        { 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\",\"Message\":\"触发天级流控Permits:10\"}",
          SEND_LATER, 86400 },
        { 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\"}", SEND_LATER, 3600 },
        { 200, "{\"Code\":\"isv.DAY_LIMIT_CONTROL\"}", SEND_ACCOUNT_BROKEN, 14 * 3600 },
        { 200, "{\"Code\":\"isv.AMOUNT_NOT_ENOUGH\"}", SEND_ACCOUNT_BROKEN, 0 },
        { 200, "{\"Code\":\"isv.MOBILE_NUMBER_ILLEGAL\"}", SEND_BAD_RECIPIENT, 0 },
        { 200, "{\"Code\":\"isv.SMS_TEMPLATE_ILLEGAL\"}", SEND_REJECTED, 0 },
        { 200, "{\"Code\":\"isv.INVALID_JSON_PARAM\"}", SEND_REJECTED, 0 },
        { 200, "{\"Code\":\"isp.SYSTEM_ERROR\"}", SEND_LATER, 5 },
        { 400, "{\"Code\":\"SignatureDoesNotMatch\"}", SEND_ACCOUNT_BROKEN, 0 },
        { 404, "{\"Code\":\"InvalidAccessKeyId.NotFound\"}", SEND_ACCOUNT_BROKEN, 0 },
        { 400, "{\"Code\":\"SignatureNonceUsed\"}", SEND_LATER, 1 },
        { 429, "{\"Code\":\"Throttling.User\"}", SEND_SLOW_DOWN, 1 },
        { 200, "{\"Code\":\"isv.NEVER_SEEN\"}", SEND_LATER, 0 },
        { 200, "<html>welcome</html>", SEND_UNCERTAIN, 0 },
        { 200, "{}", SEND_UNCERTAIN, 0 },
        { 200, "[]", SEND_UNCERTAIN, 0 },
        { 200, "{\"Code\":7}", SEND_UNCERTAIN, 0 },
        { 502, "", SEND_UNCERTAIN, 0 },
        { 503, "busy", SEND_LATER, 0 },
        { 0, "", SEND_UNCERTAIN, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent = answered(b, cases[i].status, cases[i].body);
        if (sent.outcome != cases[i].outcome || sent.retry_after != cases[i].wait)
            fail_msg("%s: outcome %d, wait %lld", cases[i].body, (int)sent.outcome,
                     (long long)sent.retry_after);
        assert_text(sent.provider_id, i == 0 ? "900619746936498440^0" : "");
    }
    assert_text(answered(b, 200, cases[1].body).reason,
                "isv.BUSINESS_LIMIT_CONTROL/minute: this number had its messages of this minute");
}

static void test_settings(void **state)
{
    (void)state;
    static const char keys[] = "{\"access_key_id\":\"id\",\"access_key_secret\":\"hunter2\"}";
    settings_refused("aliyun", keys, NULL, SIGNATURE, "signs nothing: give the account a secret");
    settings_refused("aliyun", keys, "short", SIGNATURE, "secret of at least 16");
    settings_refused("aliyun", keys, SECRET, NULL, "signature is missing");
    settings_refused("aliyun", keys, SECRET, "", "signature is missing");
    settings_refused("aliyun", "{\"access_key_id\":\"id\"}", SECRET, SIGNATURE,
                     "access_key_secret is missing");
    settings_refused("aliyun",
                     "{\"access_key_id\":\"id\",\"access_key_secret\":\"hunter2\",\"endpoint\":"
                     "\"https://h/path\"}",
                     SECRET, SIGNATURE, "settings.endpoint");
    settings_refused("aliyun",
                     "{\"access_key_id\":\"id\",\"access_key_secret\":\"hunter2\",\"extend_code\":"
                     "\"12345678\"}",
                     SECRET, SIGNATURE, "settings.extend_code");
    settings_refused("aliyun",
                     "{\"access_key_id\":\"id\",\"access_key_secret\":\"hunter2\",\"templates\":"
                     "{\"a.b\":{}}}",
                     SECRET, SIGNATURE, "settings.templates.a.b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_call, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_without_parameters, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_sent, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_a_batch, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_batches_that_cannot_be, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_answers, open_account, provider_close),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
