/* Submail: events, signed sends, codes. */
#include "adapters/sms/submail.h"

#include "tests/adapters/sms/provider.h"

#define SETTINGS "{\"appid\":\"10034\",\"appkey\":\"appkey2\",\"subhook_key\":\"hookkey3\"}"
#define TOKEN    "067ef7e2f286a9a56eabb07dc9657852"

static int open_account(void **state)
{
    return provider_open(state, "submail", SETTINGS);
}

static const char *signature(struct bench *b, const char *token, const char *key)
{
    return md5_hex(b, arena_printf(&b->arena, "%s%s", token, key));
}

/* The members of an event as a form, signed. */
static struct decoded event(struct bench *b, const char *members)
{
    return decode_as(b, "POST", "",
                     arena_printf(&b->arena, "%s&token=" TOKEN "&signature=%s", members,
                                  signature(b, TOKEN, "hookkey3")));
}

static struct decoded json_event(struct bench *b, const char *members)
{
    return decode_as(b, "POST", "",
                     arena_printf(&b->arena, "{%s,\"token\":\"" TOKEN "\",\"signature\":\"%s\"}",
                                  members, signature(b, TOKEN, "hookkey3")));
}

static void a_message(void **state)
{
    struct bench *b = *state;
    const char *form = "events=mo&address=13800000001&app=10034&content=%E6%8A%A5%E5%90%8D+1"
                       "&timestamp=1795571990";
    struct decoded d = event(b, form);
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count, 1);
    assert_false(d.reply_inline);
    assert_int_equal(d.messages[0].kind, INBOUND_TEXT);
    assert_text(d.messages[0].sender, "13800000001");
    assert_text(d.messages[0].text, "报名 1");
    assert_int_equal(d.messages[0].sent_at, 1795571990);
    struct slice key = d.messages[0].key;
    assert_int_equal(key.n, 66);
    assert_true(slice_eq(key, event(b, form).messages[0].key));
    /* The same as JSON, as the provider's page shows events; times as numbers and as texts. */
    d = json_event(b, "\"events\":\"mo\",\"address\":\"13800000001\",\"app\":10034,"
                      "\"content\":\"报名 1\",\"timestamp\":1795571990");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_text(d.messages[0].text, "报名 1");
    assert_true(slice_eq(key, d.messages[0].key));
    d = json_event(b, "\"events\":\"mo\",\"address\":\"13800000001\",\"content\":\"报名 1\","
                      "\"timestamp\":\"2026-11-25 09:59:50\"");
    assert_int_equal(d.messages[0].sent_at, 1795571990);
    /* What is repeated later or by somebody else is no duplicate. */
    assert_false(slice_eq(key, event(b, "events=mo&address=13800000001&content=%E6%8A%A5%E5%90%8D+1"
                                        "&timestamp=1795571991")
                                   .messages[0]
                                   .key));
    assert_false(slice_eq(key, event(b, "events=mo&address=13800000002&content=%E6%8A%A5%E5%90%8D+1"
                                        "&timestamp=1795571990")
                                   .messages[0]
                                   .key));
    struct response r;
    adapter_submail.respond(&b->account, &d, NULL, 0, NOW, &b->arena, &r);
    assert_int_equal(r.status, 200);
    /* An empty text; a landline. */
    d = event(b, "events=mo&address=13800000001&content=");
    assert_int_equal(d.messages[0].kind, INBOUND_TEXT);
    d = event(b, "events=mo&address=08792123456&content=a");
    assert_int_equal(d.messages[0].kind, INBOUND_OTHER);
}

static void what_is_refused(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *members;
        enum webhook_refusal refusal;
    } cases[] = {
        { "events=mo&content=a", REFUSED_MALFORMED },
        { "events=mo&address=13800000001", REFUSED_MALFORMED },
        { "events=mo&address=13800000001&content=%FF", REFUSED_ENCODING },
        { "events=mo&address=13800000001&content=a&timestamp=x", REFUSED_MALFORMED },
        { "events=mo&address=13800000001&content=a&timestamp=1415014855", REFUSED_STALE },
        { "events=mo&address=13800000001&content=a&app=99", REFUSED_RECIPIENT },
        { "events=delivered&address=13800000001", REFUSED_MALFORMED },
        { "events=mo&address=1%", REFUSED_MALFORMED },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct decoded d = event(b, cases[i].members);
        if (d.refusal != cases[i].refusal)
            fail_msg("%s: %s", cases[i].members, webhook_refusal_name(d.refusal));
    }
    const char *mo = "events=mo&address=13800000001&content=a";
    refused(b, mo, REFUSED_SIGNATURE);
    refused(b,
            arena_printf(&b->arena, "%s&token=&signature=%s", mo, signature(b, "", "hookkey3")).p,
            REFUSED_SIGNATURE);
    refused(
        b,
        arena_printf(&b->arena, "%s&token=" TOKEN "&signature=%s", mo, signature(b, TOKEN, "other"))
            .p,
        REFUSED_SIGNATURE);
    refused(b, "", REFUSED_SIGNATURE);
    refused(b, "{", REFUSED_MALFORMED);
    assert_int_equal(decode_as(b, "GET", "", SLICE("")).refusal, REFUSED_METHOD);
    assert_int_equal(decode_as(b, "POST", "/x", SLICE("")).refusal, REFUSED_PATH);
}

static void reports(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *members;
        bool final, delivered, opted_out;
        const char *reason;
    } cases[] = {
        { "events=request&send_id=093c&tag=77&content=x", false, false, false, "request: taken" },
        { "events=sending&send_id=093c&tag=77", false, false, false, "sending: on its way" },
        { "events=delivered&send_id=093c&tag=77", true, true, false, "delivered: arrived" },
        { "events=dropped&send_id=093c&tag=77&report=UNDELIV", true, false, false,
          "UNDELIV: the phone was not reached" },
        { "events=dropped&send_id=093c&tag=77&report=MBBLACK", true, false, true,
          "MBBLACK: the carrier has this number on its blacklist" },
        { "events=dropped&send_id=093c&tag=77", true, false, false, "dropped: not delivered" },
        { "events=unknown&send_id=093c&tag=77", false, false, false,
          "unknown: no report of the carrier" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct decoded d =
            event(b, arena_printf(&b->arena, "%s&address=13800000001", cases[i].members).p);
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_int_equal(d.receipt_count, 1);
        assert_text(d.receipts[0].our_id, "77");
        assert_text(d.receipts[0].provider_id, "093c");
        assert_text(d.receipts[0].recipient, "13800000001");
        assert_text(d.receipts[0].reason, cases[i].reason);
        assert_int_equal(d.receipts[0].final, cases[i].final);
        assert_int_equal(d.receipts[0].delivered, cases[i].delivered);
        assert_int_equal(d.receipts[0].opted_out, cases[i].opted_out);
    }
    /* Somebody else's tag. */
    assert_int_equal(event(b, "events=delivered&send_id=093c&tag=theirs").receipts[0].our_id.n, 0);
    /* About templates, and one that is new: acknowledged. */
    assert_int_equal(event(b, "events=template_accept&template_id=x").refusal, REFUSED_NONE);
    assert_int_equal(event(b, "events=template_reject&template_id=x").receipt_count, 0);
    struct decoded d = event(b, "events=brand_new");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.skipped, 1);
}

static void the_signatures(void **state)
{
    struct bench *b = *state;
    struct submail_settings s = *(const struct submail_settings *)b->account.prepared;
    struct form_field fields[] = {
        { SLICE("to"), SLICE("13800000001") },       { SLICE("appid"), SLICE("10034") },
        { SLICE("timestamp"), SLICE("1795572000") }, { SLICE("sign_type"), SLICE("md5") },
        { SLICE("sign_version"), SLICE("2") },       { SLICE("tag"), SLICE("77") },
    };
    const struct form form = { fields, 6 };
    /* What md5sum and sha1sum make of 10034appkey2, of
     * appid=10034&sign_type=md5&sign_version=2&tag=77 &timestamp=1795572000&to=13800000001 and of
     * 10034appkey2 again. */
    assert_text(submail_sign(&s, &form, &b->arena), "c9dd5825e1b004f5e45386c76e6db822");
    s.sign_type = SLICE("sha1");
    assert_text(submail_sign(&s, &form, &b->arena), "44335358e36ae5dbd5d5d3239c8061acb281c4ac");
    s.sign_type = SLICE("normal");
    assert_text(submail_sign(&s, &form, &b->arena), "appkey2");
}

static void the_call(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct form form, again = { 0 };
    struct outbound m = { .id = 77,
                          .recipient = SLICE("+8613800000001"),
                          .text = SLICE("【思茅志愿】您好 +1&x") };
    assert_int_equal(adapter_submail.send(&b->account, &m, NOW, &b->arena, &call, &b->fault), 0);
    assert_string_equal(call.method, "POST");
    assert_text(call.url, "https://api-v4.mysubmail.com/sms/send");
    assert_int_equal(form_parse(call.body, &b->arena, &form), 0);
    assert_int_equal(form.count, 8);
    assert_text(form_get(&form, "appid"), "10034");
    assert_text(form_get(&form, "to"), "13800000001");
    assert_text(form_get(&form, "tag"), "77");
    assert_text(form_get(&form, "timestamp"), "1795572000");
    assert_text(form_get(&form, "sign_type"), "md5");
    assert_text(form_get(&form, "sign_version"), "2");
    assert_text(form_get(&form, "content"), "【思茅志愿】您好 +1&x");
    assert_int_equal(slice_find(call.body, SLICE("appkey2")), -1); /* it does not travel */
    struct form_field signed_fields[8];
    again.fields = signed_fields;
    for (size_t i = 0; i < form.count; i++)
        if (!slice_eq(form.fields[i].name, SLICE("content")) &&
            !slice_eq(form.fields[i].name, SLICE("tag")) &&
            !slice_eq(form.fields[i].name, SLICE("signature")))
            signed_fields[again.count++] = form.fields[i];
    assert_text(form_get(&form, "signature"),
                arena_str(&b->arena, submail_sign(b->account.prepared, &again, &b->arena)));
    texts_are_checked(b, 1000);
}

static void the_answers(void **state)
{
    static const struct answer_case cases[] = {
        { 200, "{\"status\":\"success\",\"send_id\":\"093c0a7d\",\"fee\":1,\"sms_credits\":\"9\"}",
          SEND_OK, 0, "taken" },
        { 200, "{\"status\":\"error\",\"code\":114,\"msg\":\"x\"}", SEND_BAD_RECIPIENT, 0,
          "114: this number is on the account's blacklist", true },
        { 200, "{\"status\":\"error\",\"code\":\"109\",\"msg\":\"x\"}", SEND_ACCOUNT_BROKEN, 0,
          "109: appkey is wrong" },
        { 200, "{\"status\":\"error\",\"code\":115}", SEND_LATER, 3600,
          "115: this number had too many messages" },
        { 200, "{\"status\":\"error\",\"code\":152}", SEND_LATER, 1,
          "152: more than 6 seconds old: signed anew; see this server's clock" },
        { 200, "{\"status\":\"error\",\"code\":420}", SEND_REJECTED, 0,
          "420: a person there refused the text" },
        { 200, "{\"status\":\"error\",\"code\":999}", SEND_LATER, 0, "999: a code not known here" },
        { 200, "{\"status\":\"error\"}", SEND_UNCERTAIN, 0, "200 answer not understood" },
        { 200, "<html>", SEND_UNCERTAIN, 0, "200 answer not understood" },
        { 504, "", SEND_UNCERTAIN, 0, "504 answer not understood" },
        { 0, "", SEND_UNCERTAIN, 0, "no answer" },
    };
    struct bench *b = *state;
    answers_come_to(b, cases, sizeof(cases) / sizeof(cases[0]));
    assert_text(answered(b, 200, cases[0].body).provider_id, "093c0a7d");
}

static void the_settings(void **state)
{
    (void)state;
    settings_refused("submail", "{}", NULL, SIGNATURE, "settings.appid is missing");
    settings_refused("submail", "{\"appid\":\"1\",\"appkey\":\"hunter2\"}", NULL, SIGNATURE,
                     "settings.subhook_key is missing");
    settings_refused(
        "submail", "{\"appid\":\"1\",\"appkey\":\"k\",\"subhook_key\":\"k\",\"sign_type\":\"mad\"}",
        NULL, SIGNATURE, "settings.sign_type");
    settings_refused("submail", "{\"appid\":\"1\",\"appkey\":\"k\",\"subhook_key\":\"k\"}", NULL,
                     NULL, "signature");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_account, provider_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message),
        TEST(what_is_refused),
        TEST(reports),
        TEST(the_signatures),
        TEST(the_call),
        TEST(the_answers),
        cmocka_unit_test(the_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
