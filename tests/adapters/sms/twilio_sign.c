/* X-Twilio-Signature: the vectors of Twilio's own library (sms.md 3.2). */
#include "adapters/sms/twilio.h"

#include "tests/adapters/sms/provider.h"

#define TOKEN SLICE("12345")
#define URL   "https://mycompany.com/myapp.php?foo=1&bar=2"
#define CALL(caller)                                                                               \
    "CallSid=CA1234567890ABCDE&Caller=%2B" caller "&Digits=1234&From=%2B" caller                   \
    "&To=%2B18005551212"

static bool is_signed(const char *url, const char *body, const char *signature)
{
    struct arena a = { 0 };
    struct form form;
    assert_int_equal(form_parse(slice_of(body), &a, &form), 0);
    bool rv = twilio_signed(TOKEN, slice_of(url), &form, slice_of(signature), &a);
    arena_free(&a);
    return rv;
}

static void signature_is(const char *url, const char *body, const char *expected)
{
    struct arena a = { 0 };
    struct form form;
    assert_int_equal(form_parse(slice_of(body), &a, &form), 0);
    assert_text(twilio_signature(TOKEN, slice_of(url), &form, &a), expected);
    arena_free(&a);
}

static void test_vectors(void **state)
{
    (void)state;
    signature_is(URL, CALL("14158675309"), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    signature_is("https://mycompany.com:443/myapp.php?foo=1&bar=2", CALL("14158675309"),
                 "kvajT1Ptam85bY51eRf/AJRuM3w=");
    signature_is(URL, CALL("12349013030"), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    signature_is(URL, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
                 "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    /* In whatever order they come. */
    signature_is(URL, "Digits=1234&SidAccount=AC123&Digits=1234&Sid=CA123&Digits=5678",
                 "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    signature_is("https://gw.example.cn/hook/twilio/mo?ch=1",
                 "AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&ApiVersion=2010-04-01&"
                 "Body=%E7%AD%BE%E5%88%B0+3&From=%2B8613800138000&FromCountry=CN&"
                 "MessageSid=SM00000000000000000000000000000001&NumMedia=0&NumSegments=1&"
                 "SmsMessageSid=SM00000000000000000000000000000001&"
                 "SmsSid=SM00000000000000000000000000000001&SmsStatus=received&To=%2B8610690001",
                 "yusgt95MzUpEiRKbOrn386wcRA0=");
}

static void test_both_port_forms(void **state)
{
    (void)state;
    const char *body = CALL("14158675309");
    const char *without = "RSOYDt4T1cUTdK1PDd93/VVr8B8=", *with = "kvajT1Ptam85bY51eRf/AJRuM3w=";
    assert_true(is_signed(URL, body, without));
    assert_true(is_signed(URL, body, with));
    assert_true(is_signed("https://mycompany.com:443/myapp.php?foo=1&bar=2", body, with));
    assert_true(is_signed("https://mycompany.com:443/myapp.php?foo=1&bar=2", body, without));
    /* Another port does not become the standard one, but may be hidden by a proxy. */
    assert_false(is_signed("https://mycompany.com:8443/myapp.php?foo=1&bar=2", body, with));
    assert_true(is_signed("https://mycompany.com:8443/myapp.php?foo=1&bar=2", body, without));
    /* The port of http is 80. */
    assert_false(is_signed("http://mycompany.com/myapp.php?foo=1&bar=2", body, with));
}

static void test_what_is_not_signed(void **state)
{
    (void)state;
    const char *body = CALL("14158675309"), *good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    assert_false(is_signed(URL, body, ""));
    assert_false(is_signed(URL, body, "RSOYDt4T1cUTdK1PDd93/VVr8B9="));
    assert_false(is_signed(URL, body, "RSOYDt4T1cUTdK1PDd93/VVr8B8"));
    assert_false(is_signed(URL, CALL("14158675308"), good));
    assert_false(is_signed(URL, "", good));
    assert_false(is_signed("https://mycompany.com/myapp.php?foo=1&bar=3", body, good));
    assert_false(is_signed("https://mycompany.org/myapp.php?foo=1&bar=2", body, good));
    assert_false(is_signed("", "", good));
}

/* Of a JSON body the URL holds the digest. */
static void test_json_bodies(void **state)
{
    (void)state;
    const struct slice body = SLICE("{\"property\": \"value\", \"boolean\": true}");
#define DIGEST "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    assert_true(twilio_body_matches(SLICE("https://h/p?bodySHA256=" DIGEST), body));
    assert_true(twilio_body_matches(SLICE("https://h/p?a=1&bodySHA256=" DIGEST "&b=2"), body));
    assert_false(twilio_body_matches(SLICE("https://h/p?bodySHA256=" DIGEST), SLICE("{}")));
    assert_false(twilio_body_matches(SLICE("https://h/p?xbodySHA256=" DIGEST), body));
    assert_false(twilio_body_matches(SLICE("https://h/p?bodySHA256=0a1f"), body));
    assert_false(twilio_body_matches(SLICE("https://h/p"), body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_both_port_forms),
        cmocka_unit_test(test_what_is_not_signed),
        cmocka_unit_test(test_json_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
