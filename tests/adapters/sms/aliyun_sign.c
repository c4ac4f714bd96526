/* Signature V3 against the published vector, and our own request against one computed apart. */
#include "adapters/sms/aliyun.h"

#include "gateway/base/digest.h"
#include "tests/adapters/sms/provider.h"

#define NONCE "3156853299f313e23d1673dc12e1703d"

/* sms.md, vector B1: the example of Aliyun's own documentation. */
static void test_documented_vector(void **state)
{
    (void)state;
    struct arena a = { 0 };
    char hash[65];
    struct http_call call;
    const struct aliyun_settings s = {
        .access_key_id = SLICE("YourAccessKeyId"),
        .access_key_secret = SLICE("YourAccessKeySecret"),
        .api.endpoint = SLICE("https://ecs.cn-shanghai.aliyuncs.com"),
    };
    const struct aliyun_request request = {
        .action = "RunInstances",
        .version = "2014-05-26",
        .host = SLICE("ecs.cn-shanghai.aliyuncs.com"),
        .query = SLICE("ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
                       "&RegionId=cn-shanghai"),
        .nonce = SLICE(NONCE),
        .now = 1698315752, /* 2023-10-26T10:22:32Z */
    };
    aliyun_sign(&s, &request, &a, &call, hash);
    assert_string_equal(hash, "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
    assert_string_equal(
        call_header(&call, "Authorization"),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
    assert_string_equal(call_header(&call, "x-acs-date"), "2023-10-26T10:22:32Z");
    assert_string_equal(call_header(&call, "x-acs-content-sha256"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(call.method, "POST");
    assert_int_equal(call.body.n, 0);
    arena_free(&a);
}

/* sms.md, vector B2, through the whole of aliyun_single_call. */
static void test_send_sms_vector(void **state)
{
    (void)state;
    struct bench b;
    struct http_call call;
    assert_int_equal(
        bench_open_as(&b, "aliyun",
                      "{\"access_key_id\":\"testId\",\"access_key_secret\":\"testSecret\","
                      "\"templates\":{\"m.x\":{\"code\":\"SMS_154950909\",\"params\":"
                      "[\"name\",\"time\"]}}}",
                      SECRET, "社区服务"),
        0);
    json_t *params = json_pack("{s:s,s:s}", "name", "张三", "time", "9:00");
    const struct outbound message = { .recipient = SLICE("13800138000"),
                                      .message = SLICE("m.x"),
                                      .params = params };
    assert_int_equal(aliyun_single_call(&b.account, &message, 1795417200, SLICE(NONCE), &b.arena,
                                        &call, &b.fault),
                     0);
    assert_text(call.url,
                "https://dysmsapi.aliyuncs.com/?PhoneNumbers=13800138000&SignName="
                "%E7%A4%BE%E5%8C%BA%E6%9C%8D%E5%8A%A1&TemplateCode=SMS_154950909&TemplateParam="
                "%7B%22name%22%3A%22%E5%BC%A0%E4%B8%89%22%2C%22time%22%3A%229%3A00%22%7D");
    assert_string_equal(call_header(&call, "x-acs-date"), "2026-11-23T07:00:00Z");
    assert_string_equal(
        call_header(&call, "Authorization"),
        "ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=7fd470587b9e02508ceafc88e9e5142b2450862b98189ae7cdcc3e776f546a31");
    json_decref(params);
    bench_close(&b);
}

/* sms.md, vector A: the older signature (HMAC-SHA1, percent-encoded twice), which we do not send;
 * it holds our percent-encoding and HMAC to a published value. */
static void test_the_older_signature(void **state)
{
    (void)state;
    static const char *const params[][2] = {
        { "AccessKeyId", "testId" },
        { "Action", "SendSms" },
        { "Format", "XML" },
        { "OutId", "123" },
        { "PhoneNumbers", "15300000001" },
        { "RegionId", "cn-hangzhou" },
        { "SignName", "阿里云短信测试专用" },
        { "SignatureMethod", "HMAC-SHA1" },
        { "SignatureNonce", "45e25e9b-0a6f-4070-8c85-2956eda1b466" },
        { "SignatureVersion", "1.0" },
        { "TemplateCode", "SMS_71390007" },
        { "TemplateParam", "{\"customer\":\"test\"}" },
        { "Timestamp", "2017-07-12T02:42:19Z" },
        { "Version", "2017-05-25" },
    };
    struct sbuf query, to_sign;
    struct arena a = { 0 };
    unsigned char digest[20];
    sbuf_init(&query, 4096);
    sbuf_init(&to_sign, 8192);
    for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
        sbuf_printf(&query, "%s%s=", i > 0 ? "&" : "", params[i][0]);
        sbuf_url(&query, slice_of(params[i][1]));
    }
    sbuf_str(&to_sign, "GET&%2F&");
    sbuf_url(&to_sign, sbuf_slice(&query));
    digest_hmac_sha1(SLICE("testSecret&"), sbuf_slice(&to_sign), digest);
    assert_text(digest_base64((struct slice){ (const char *)digest, 20 }, &a),
                "zJDF+Lrzhj/ThnlvIToysFRq6t4=");
    sbuf_free(&query);
    sbuf_free(&to_sign);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented_vector),
        cmocka_unit_test(test_send_sms_vector),
        cmocka_unit_test(test_the_older_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
