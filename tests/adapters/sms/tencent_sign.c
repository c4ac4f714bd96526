/* TC3-HMAC-SHA256 against the published vector, and our own request against one computed apart. */
#include "adapters/sms/tencent.h"

#include "tests/adapters/sms/provider.h"

#define ID        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"
#define KEY       "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
#define JSON_UTF8 "application/json; charset=utf-8"

/* sms.md, vector T1: the example of Tencent's own documentation. */
static void test_documented_vector(void **state)
{
    (void)state;
    struct arena a = { 0 };
    char hash[65];
    struct slice header = tencent_authorization(
        SLICE(ID), SLICE(KEY), SLICE("cvm"), SLICE("cvm.tencentcloudapi.com"), SLICE(JSON_UTF8),
        SLICE("{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"], "
              "\"Name\": \"instance-name\"}]}"),
        1551113065, &a, hash);
    assert_string_equal(hash, "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031");
    assert_text(header,
                "Authorization: TC3-HMAC-SHA256 Credential=" ID "/2019-02-25/cvm/tc3_request, "
                "SignedHeaders=content-type;host, Signature="
                "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
    arena_free(&a);
}

/* sms.md, vector T2, through the whole of the adapter. */
static void test_send_sms_vector(void **state)
{
    (void)state;
    struct bench b;
    struct http_call call;
    assert_int_equal(bench_open_as(&b, "tencent",
                                   "{\"secret_id\":\"" ID "\",\"secret_key\":\"" KEY "\","
                                   "\"sdk_app_id\":\"1400006666\",\"templates\":{\"m.x\":{\"code\":"
                                   "\"1110\",\"params\":[\"name\",\"time\"]}}}",
                                   SECRET, "社区服务"),
                     0);
    json_t *params = json_pack("{s:s,s:s}", "name", "张三", "time", "9:00");
    const struct outbound message = {
        .id = 7, .recipient = SLICE("13800138000"), .message = SLICE("m.x"), .params = params
    };
    assert_int_equal(
        b.account.adapter->send(&b.account, &message, 1795446000, &b.arena, &call, &b.fault), 0);
    assert_text(call.url, "https://sms.tencentcloudapi.com/");
    assert_string_equal(call.method, "POST");
    assert_text(call.body,
                "{\"PhoneNumberSet\":[\"+8613800138000\"],\"SmsSdkAppId\":\"1400006666\","
                "\"SignName\":\"社区服务\",\"TemplateId\":\"1110\",\"TemplateParamSet\":[\"张三\","
                "\"9:00\"]}");
    assert_string_equal(call_header(&call, "Authorization"),
                        "TC3-HMAC-SHA256 Credential=" ID "/2026-11-23/sms/tc3_request, "
                        "SignedHeaders=content-type;host, Signature="
                        "92fbb5f448885b97a2ca35e85871252cac94a153390fe0a8cb523607168e72ca");
    assert_string_equal(call_header(&call, "Content-Type"), JSON_UTF8);
    assert_string_equal(call_header(&call, "X-TC-Action"), "SendSms");
    assert_string_equal(call_header(&call, "X-TC-Version"), "2021-01-11");
    assert_string_equal(call_header(&call, "X-TC-Region"), "ap-guangzhou");
    assert_string_equal(call_header(&call, "X-TC-Timestamp"), "1795446000");
    json_decref(params);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented_vector),
        cmocka_unit_test(test_send_sms_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
