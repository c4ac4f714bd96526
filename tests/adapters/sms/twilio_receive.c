/* Messages, status callbacks and TwiML (sms.md 3.1, 3.3, 3.5). */
#include "adapters/sms/twilio.h"
#include "gateway/base/digest.h"
#include "tests/adapters/sms/provider.h"

#define AC      "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SM      "SM00000000000000000000000000000001"
#define WEBHOOK "https://gw.example.cn/sms/tw"
#define SETTINGS                                                                                   \
    "{\"account_sid\":\"" AC "\",\"auth_token\":\"12345\",\"from\":\"+18005551212\","              \
    "\"webhook_url\":\"" WEBHOOK "\"}"

static int open_account(void **state)
{
    return provider_open(state, "twilio", SETTINGS);
}

static struct slice give_header(const void *context, const char *name)
{
    assert_string_equal(name, "X-Twilio-Signature");
    return *(const struct slice *)context;
}

static struct decoded call(struct bench *b, const char *method, const char *rest, const char *query,
                           struct slice body, struct slice signature)
{
    struct decoded out;
    memset(&out, 0xA5, sizeof(out));
    const struct webhook hook = { .method = slice_of(method),
                                  .rest = slice_of(rest),
                                  .query = slice_of(query),
                                  .body = body,
                                  .header = give_header,
                                  .context = &signature };
    b->account.adapter->decode(&b->account, &hook, NOW, &b->arena, &out);
    return out;
}

/* Signed as Twilio would sign it. */
static struct decoded post(struct bench *b, const char *rest, const char *query, const char *body)
{
    struct form form;
    assert_int_equal(form_parse(slice_of(body), &b->arena, &form), 0);
    struct slice url = arena_printf(&b->arena, "%s%s%s%s", WEBHOOK, rest, *query ? "?" : "", query);
    return call(b, "POST", rest, query, slice_of(body),
                twilio_signature(SLICE("12345"), url, &form, &b->arena));
}

static struct inbound take(struct bench *b, const char *body)
{
    struct decoded d = post(b, "", "", body);
    if (d.refusal != REFUSED_NONE || d.message_count != 1)
        fail_msg("%s: %s", body, webhook_refusal_name(d.refusal));
    assert_int_equal(d.reply_inline, d.messages[0].kind != INBOUND_OTHER);
    return d.messages[0];
}

#define MESSAGE(from, text)                                                                        \
    "AccountSid=" AC "&MessageSid=" SM "&SmsSid=" SM "&From=" from                                 \
    "&To=%2B18005551212&NumMedia=0&SmsStatus=received&Body=" text

static void test_a_message(void **state)
{
    struct inbound m = take(*state, MESSAGE("%2B8613800000001", "%E7%AD%BE%E5%88%B0+3"));
    assert_int_equal(m.kind, INBOUND_TEXT);
    assert_text(m.sender, "13800000001");
    assert_text(m.recipient, "+18005551212");
    assert_text(m.text, "签到 3");
    assert_text(m.key, "t:" SM);
    assert_int_equal(m.sent_at, 0);
    /* A GET carries the same in its query, which the URL signs. */
    struct bench *b = *state;
    const char *query = MESSAGE("%2B8613800000001", "a");
    struct slice url = arena_printf(&b->arena, "%s?%s", WEBHOOK, query);
    struct decoded d = call(b, "GET", "", query, SLICE(""),
                            twilio_signature(SLICE("12345"), url, NULL, &b->arena));
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_text(d.messages[0].text, "a");
}

static void test_number_forms(void **state)
{
    static const struct {
        const char *from;
        enum inbound_kind kind;
    } cases[] = { { "13800000001", INBOUND_TEXT },
                  { "008613800000001", INBOUND_TEXT },
                  { "%2B86+138+0000+0001", INBOUND_TEXT },
                  { "%EF%BC%91%EF%BC%93%EF%BC%98%EF%BC%90%EF%BC%90%EF%BC%90%EF%BC%90%EF%BC%90%EF%BC"
                    "%90%EF%BC%90%EF%BC%91",
                    INBOUND_TEXT },
                  { "%2B14158675309", INBOUND_OTHER },
                  { "%2B8608792123456", INBOUND_OTHER },
                  { "whatsapp%3A%2B8613800000001", INBOUND_OTHER } };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct inbound m =
            take(b, arena_printf(&b->arena, "AccountSid=" AC "&MessageSid=" SM "&From=%s&Body=a",
                                 cases[i].from)
                        .p);
        if (m.kind != cases[i].kind)
            fail_msg("%s", cases[i].from);
        if (m.kind == INBOUND_TEXT)
            assert_text(m.sender, "13800000001");
    }
}

static void test_opt_out_pictures_and_emptiness(void **state)
{
    struct bench *b = *state;
    assert_text(take(b, MESSAGE("%2B8613800000001", "QUIT&OptOutType=STOP")).text, "STOP");
    assert_text(take(b, MESSAGE("%2B8613800000001", "YES&OptOutType=START")).text, "START");
    assert_text(take(b, MESSAGE("%2B8613800000001", "HELP&OptOutType=HELP")).text, "HELP");
    assert_text(take(b, MESSAGE("%2B8613800000001", "CANCEL")).text, "CANCEL");
    assert_text(take(b, MESSAGE("%2B8613800000001", "")).text, "");
    struct inbound m = take(b, MESSAGE("%2B8613800000001", "&MediaUrl0=https%3A%2F%2Fx%2F1"));
    assert_int_equal(m.kind, INBOUND_IMAGE);
    assert_text(m.media, "https://x/1");
    m = take(b, MESSAGE("%2B8613800000001", "a&MediaUrl0=https%3A%2F%2Fx%2F1"));
    assert_int_equal(m.kind, INBOUND_TEXT);
}

static void refuse(struct bench *b, const char *body, enum webhook_refusal why)
{
    struct decoded d = post(b, "", "", body);
    if (d.refusal != why)
        fail_msg("%s: %s", body, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count, 0);
}

static void test_refusals(void **state)
{
    struct bench *b = *state;
    const char *good = MESSAGE("%2B8613800000001", "a");
    struct slice signature = SLICE("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_int_equal(call(b, "POST", "", "", slice_of(good), SLICE("")).refusal, REFUSED_SIGNATURE);
    assert_int_equal(call(b, "POST", "", "", slice_of(good), signature).refusal, REFUSED_SIGNATURE);
    assert_int_equal(call(b, "GET", "", good, SLICE(""), signature).refusal, REFUSED_SIGNATURE);
    assert_int_equal(call(b, "PUT", "", "", slice_of(good), signature).refusal, REFUSED_METHOD);
    assert_int_equal(call(b, "POST", "/x", "", slice_of(good), signature).refusal, REFUSED_PATH);
    assert_int_equal(call(b, "POST", "", "", SLICE("a=%zz"), signature).refusal, REFUSED_MALFORMED);
    assert_int_equal(call(b, "POST", "", "", repeat(b, SLICE("a=1&"), 200), signature).refusal,
                     REFUSED_TOO_BIG);
    const struct webhook bare = { .method = SLICE("POST"), .body = slice_of(good) };
    struct decoded d;
    b->account.adapter->decode(&b->account, &bare, NOW, &b->arena, &d);
    assert_int_equal(d.refusal, REFUSED_SIGNATURE);
    refuse(b, "AccountSid=ACother&MessageSid=" SM "&From=%2B8613800000001&Body=a",
           REFUSED_RECIPIENT);
    refuse(b, "MessageSid=" SM "&From=%2B8613800000001&Body=a", REFUSED_RECIPIENT);
    refuse(b, "AccountSid=" AC "&From=%2B8613800000001&Body=a", REFUSED_MALFORMED);
    refuse(b, "AccountSid=" AC "&MessageSid=a+b&From=%2B8613800000001&Body=a", REFUSED_MALFORMED);
    refuse(b, "AccountSid=" AC "&MessageSid=" SM "&Body=a", REFUSED_MALFORMED);
    refuse(b, "AccountSid=" AC "&MessageSid=" SM "&From=%2B8613800000001", REFUSED_MALFORMED);
    refuse(b, MESSAGE("%2B8613800000001", "%FF"), REFUSED_ENCODING);
    refuse(b, MESSAGE("%2B8613800000001", "a%00b"), REFUSED_ENCODING);
}

/* Some gateways that speak like Twilio push JSON. */
static void test_a_json_body(void **state)
{
    struct bench *b = *state;
    struct slice body = SLICE("{\"AccountSid\":\"" AC "\",\"MessageSid\":\"" SM
                              "\",\"From\":\"+8613800000001\",\"To\":\"+1\",\"Body\":\"签到 3\","
                              "\"NumMedia\":0,\"Other\":[]}");
    unsigned char digest[32];
    char hex[65];
    digest_sha256(body, digest);
    digest_hex(digest, sizeof(digest), hex);
    const char *query = arena_printf(&b->arena, "bodySHA256=%s", hex).p;
    struct slice url = arena_printf(&b->arena, "%s?%s", WEBHOOK, query);
    struct slice signature = twilio_signature(SLICE("12345"), url, NULL, &b->arena);
    struct decoded d = call(b, "POST", "", query, body, signature);
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_text(d.messages[0].text, "签到 3");
    assert_int_equal(call(b, "POST", "", query, SLICE("{}"), signature).refusal, REFUSED_SIGNATURE);
}

static struct receipt report(struct bench *b, const char *query, const char *body)
{
    struct decoded d = post(b, "/status", query, body);
    if (d.refusal != REFUSED_NONE || d.receipt_count != 1)
        fail_msg("%s: %s", body, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count, 0);
    assert_false(d.reply_inline);
    return d.receipts[0];
}

static void test_status_callbacks(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *status;
        bool final, delivered;
    } cases[] = {
        { "queued", false, false },
        { "accepted", false, false },
        { "sending", false, false },
        { "sent", false, false },
        { "delivered", true, true },
        { "read", true, true },
        { "undelivered", true, false },
        { "failed", true, false },
        { "canceled", true, false },
        { "scheduled", false, false },
        { "partially_delivered", false, false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct receipt r = report(b, "id=77",
                                  arena_printf(&b->arena,
                                               "AccountSid=" AC "&MessageSid=" SM
                                               "&To=%%2B8613800000001&MessageStatus=%s",
                                               cases[i].status)
                                      .p);
        assert_text(r.our_id, "77");
        assert_text(r.provider_id, SM);
        assert_text(r.recipient, "13800000001");
        assert_int_equal(r.final, cases[i].final);
        assert_int_equal(r.delivered, cases[i].delivered);
        assert_true(slice_starts(r.reason, slice_of(cases[i].status)));
    }
    struct receipt r = report(b, "",
                              "AccountSid=" AC "&SmsSid=" SM "&SmsStatus=undelivered&"
                              "ErrorCode=30006");
    assert_int_equal(r.our_id.n, 0);
    assert_text(r.reason, "30006: a landline, or a carrier that is not reached");
    assert_int_equal(
        post(b, "/status", "id=x", "AccountSid=" AC "&MessageSid=" SM "&MessageStatus=sent")
            .refusal,
        REFUSED_MALFORMED);
    assert_int_equal(post(b, "/status", "id=1", "AccountSid=" AC "&MessageSid=" SM).refusal,
                     REFUSED_MALFORMED);
    assert_int_equal(post(b, "/status", "id=1", "AccountSid=" AC "&MessageStatus=sent").refusal,
                     REFUSED_MALFORMED);
    assert_int_equal(post(b, "/status", "id=1", "MessageSid=" SM "&MessageStatus=sent").refusal,
                     REFUSED_RECIPIENT);
    /* Another row's id is another URL. */
    const char *body = "AccountSid=" AC "&MessageSid=" SM "&MessageStatus=delivered";
    struct form form;
    assert_int_equal(form_parse(slice_of(body), &b->arena, &form), 0);
    struct slice signature =
        twilio_signature(SLICE("12345"), SLICE(WEBHOOK "/status?id=77"), &form, &b->arena);
    assert_int_equal(call(b, "POST", "/status", "id=77", slice_of(body), signature).refusal,
                     REFUSED_NONE);
    assert_int_equal(call(b, "POST", "/status", "id=78", slice_of(body), signature).refusal,
                     REFUSED_SIGNATURE);
}

static struct slice respond(struct bench *b, const struct decoded *d, const char *text)
{
    struct slice reply = slice_of(text);
    struct response r;
    memset(&r, 0xA5, sizeof(r));
    b->account.adapter->respond(&b->account, d, &reply, reply.n > 0, NOW, &b->arena, &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.content_type, "text/xml; charset=utf-8");
    assert_null(r.headers[0]);
    return r.body;
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static void test_twiml(void **state)
{
    struct bench *b = *state;
    struct decoded d = post(b, "", "", MESSAGE("%2B8613800000001", "a"));
    assert_text(respond(b, &d, "【思茅志愿】好 <&>\"'"), XML
                "<Response><Message>【思茅志愿】好 &lt;&amp;&gt;&quot;&#39;</Message></Response>");
    assert_text(respond(b, &d, ""), XML "<Response/>");
    d = post(b, "/status", "id=1", "AccountSid=" AC "&MessageSid=" SM "&MessageStatus=sent");
    assert_text(respond(b, &d, "x"), XML "<Response/>");
    d = post(b, "", "", MESSAGE("%2B14158675309", "a"));
    assert_text(respond(b, &d, "x"), XML "<Response/>");
    d = post(b, "", "", MESSAGE("%2B8613800000001", "a"));
    struct slice longest = repeat(b, SLICE("\""), ADAPTER_TEXT_MAX);
    assert_true(slice_ends(respond(b, &d, longest.p), SLICE("</Message></Response>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_message, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_number_forms, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_opt_out_pictures_and_emptiness, open_account,
                                        provider_close),
        cmocka_unit_test_setup_teardown(test_refusals, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_a_json_body, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_status_callbacks, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_twiml, open_account, provider_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
