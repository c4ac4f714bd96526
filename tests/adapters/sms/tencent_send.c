/* SendSms, its answers, and the account's settings. */
#include "adapters/sms/tencent.h"
#include "tests/adapters/sms/provider.h"

#define SETTINGS                                                                                       \
    "{\"secret_id\":\"id\",\"secret_key\":\"hunter2\",\"sdk_app_id\":\"1400\",\"extend_code\":\"12\"," \
    "\"region\":\"ap-beijing\",\"endpoint\":\"http://127.0.0.1:1\",\"templates\":{\"register.done\":{" \
    "\"code\":\"1110\",\"params\":[\"name\"]},\"register.notice\":{\"code\":\"1111\"}}}"

static int open_account(void **state)
{
    return provider_open(state, "tencent", SETTINGS);
}

static int send(struct bench *b, const struct outbound *message, struct http_call *out)
{
    memset(out, 0xA5, sizeof(*out));
    b->fault = (struct fault){ 0 };
    return b->account.adapter->send(&b->account, message, NOW, &b->arena, out, &b->fault);
}

static void test_the_call(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    json_t *params = json_pack("{s:s}", "name", "杨\"秀\n兰");
    const struct outbound message = { .id = 7,
                                      .recipient = SLICE("008613800000001"),
                                      .message = SLICE("register.done"),
                                      .params = params };
    assert_int_equal(send(b, &message, &call), 0);
    assert_text(call.url, "http://127.0.0.1:1/");
    assert_text(call.body, "{\"PhoneNumberSet\":[\"+8613800000001\"],\"SmsSdkAppId\":\"1400\","
                           "\"SignName\":\"" SIGNATURE "\",\"TemplateId\":\"1110\","
                           "\"TemplateParamSet\":[\"杨\\\"秀\\n兰\"],\"ExtendCode\":\"12\"}");
    assert_string_equal(call_header(&call, "X-TC-Region"), "ap-beijing");
    assert_null(strstr(call_header(&call, "Authorization"), "hunter2"));
    const struct outbound bare = { .recipient = SLICE("13800000001"),
                                   .message = SLICE("register.notice") };
    assert_int_equal(send(b, &bare, &call), 0);
    assert_true(slice_find(call.body, SLICE("TemplateParamSet")) < 0);
    json_decref(params);
}

static void test_what_cannot_be_sent(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    json_t *none = json_object(), *longer = json_pack("{s:s}", "name", "茶城志愿者协会");
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
          "7 characters, its template takes 6" },
        { { .recipient = SLICE("+12125550100"), .message = SLICE("register.notice") },
          GW_EINVAL,
          "no mainland mobile" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(send(b, &cases[i].message, &call), cases[i].rv);
        if (strstr(b->fault.text, cases[i].says) == NULL)
            fail_msg("%s", b->fault.text);
    }
    json_decref(none);
    json_decref(longer);
}

#define STATUS(code)                                                                                 \
    "{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"5000:1\",\"PhoneNumber\":\"+8613800000001\"," \
    "\"Fee\":1,\"SessionContext\":\"\",\"Code\":\"" code                                             \
    "\",\"Message\":\"m\",\"IsoCode\":\"CN\"}],\"RequestId\":\"a0aabda6\"}}"
#define ERROR(code)                                                                                \
    "{\"Response\":{\"Error\":{\"Code\":\"" code "\",\"Message\":\"m\"},\"RequestId\":\"a0\"}}"

static void test_answers(void **state)
{
    struct bench *b = *state;
    static const struct {
        int status;
        const char *body;
        enum send_outcome outcome;
        int64_t wait;
    } cases[] = {
        { 200, STATUS("Ok"), SEND_OK, 0 },
        { 200, STATUS("LimitExceeded.PhoneNumberThirtySecondLimit"), SEND_LATER, 30 },
        { 200, STATUS("LimitExceeded.PhoneNumberOneHourLimit"), SEND_LATER, 3600 },
        { 200, STATUS("LimitExceeded.DeliveryFrequencyLimit"), SEND_LATER, 60 },
        { 200, STATUS("LimitExceeded.PhoneNumberDailyLimit"), SEND_LATER, 14 * 3600 },
        { 200, STATUS("LimitExceeded.AppDailyLimit"), SEND_ACCOUNT_BROKEN, 14 * 3600 },
        { 200, STATUS("FailedOperation.PhoneNumberInBlacklist"), SEND_BAD_RECIPIENT, 0 },
        { 200, STATUS("InvalidParameterValue.IncorrectPhoneNumber"), SEND_BAD_RECIPIENT, 0 },
        { 200, STATUS("FailedOperation.ContainSensitiveWord"), SEND_REJECTED, 0 },
        { 200, STATUS("FailedOperation.InsufficientBalanceInSmsPackage"), SEND_ACCOUNT_BROKEN, 0 },
        { 200, ERROR("AuthFailure.SignatureFailure"), SEND_ACCOUNT_BROKEN, 0 },
        { 200, ERROR("AuthFailure.SignatureExpire"), SEND_ACCOUNT_BROKEN, 0 },
        { 200, ERROR("RequestLimitExceeded.UinLimitExceeded"), SEND_SLOW_DOWN, 1 },
        { 200, ERROR("InternalError.Timeout"), SEND_UNCERTAIN, 0 },
        { 200, ERROR("InternalError.OtherError"), SEND_LATER, 5 },
        { 200, ERROR("MissingParameter.EmptyPhoneNumberSet"), SEND_REJECTED, 0 },
        { 200, ERROR("FailedOperation.TemplateIncorrectOrUnapproved"), SEND_REJECTED, 0 },
        { 200, ERROR("FailedOperation.NeverSeen"), SEND_LATER, 0 },
        { 200, "{\"Response\":{\"SendStatusSet\":[],\"RequestId\":\"a0\"}}", SEND_UNCERTAIN, 0 },
        { 200, "<html>welcome</html>", SEND_UNCERTAIN, 0 },
        { 200, "[]", SEND_UNCERTAIN, 0 },
        { 503, "", SEND_LATER, 0 },
        { 0, "", SEND_UNCERTAIN, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent = answered(b, cases[i].status, cases[i].body);
        if (sent.outcome != cases[i].outcome || sent.retry_after != cases[i].wait)
            fail_msg("%s: outcome %d, wait %lld", cases[i].body, (int)sent.outcome,
                     (long long)sent.retry_after);
        assert_text(sent.provider_id, i == 0 ? "5000:1" : "");
    }
    assert_text(answered(b, 200, ERROR("AuthFailure.SignatureExpire")).reason,
                "AuthFailure.SignatureExpire: this server's clock is wrong: set it");
}

static void test_settings(void **state)
{
    (void)state;
    static const char keys[] =
        "{\"secret_id\":\"id\",\"secret_key\":\"hunter2\",\"sdk_app_id\":\"1400\"}";
    settings_refused("tencent", keys, NULL, SIGNATURE, "signs nothing");
    settings_refused("tencent", keys, SECRET, NULL, "signature is missing");
    settings_refused("tencent", "{\"secret_id\":\"id\",\"secret_key\":\"hunter2\"}", SECRET,
                     SIGNATURE, "sdk_app_id is missing");
    settings_refused("tencent",
                     "{\"secret_id\":\"id\",\"secret_key\":\"hunter2\",\"sdk_app_id\":1400}",
                     SECRET, SIGNATURE, "settings.sdk_app_id");
    settings_refused("tencent",
                     "{\"secret_id\":\"id\",\"secret_key\":\"hunter2\",\"sdk_app_id\":\"1400\","
                     "\"param_max\":0}",
                     SECRET, SIGNATURE, "settings.param_max");
    settings_refused("tencent",
                     "{\"secret_id\":\"id\",\"secret_key\":\"hunter2\",\"sdk_app_id\":\"1400\","
                     "\"endpoint\":\"sms.example.cn\"}",
                     SECRET, SIGNATURE, "settings.endpoint");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_call, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_sent, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_answers, open_account, provider_close),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
