#include "adapters/form.h"
#include "tests/adapters/sms/mo.h"

#define SENDING                                                                                      \
    "{\"sendsms_url\":\"http://127.0.0.1:13013/cgi-bin/sendsms\",\"username\":\"u&1\",\"password\":" \
    "\"p=2\",\"from\":\"10690000\",\"smsc\":\"CM\"}"

static int open_sending(void **state)
{
    struct bench *b = mem_alloc(sizeof(*b));
    *state = b;
    return bench_open(b, "kannel", SENDING);
}

static int send(struct bench *b, const struct outbound *message, struct http_call *out)
{
    memset(out, 0xA5, sizeof(*out));
    b->fault = (struct fault){ 0 };
    return adapter_kannel.send(&b->account, message, NOW, &b->arena, out, &b->fault);
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
    const struct outbound message = { .id = 1234567890123456789,
                                      .recipient = SLICE("13800000001"),
                                      .text = SLICE("【思茅志愿】您好 +1\n"),
                                      .status_url =
                                          "https://sms.example.cn/sms/demo/s3cret/status" };
    assert_int_equal(send(b, &message, &call), 0);
    assert_string_equal(call.method, "GET");
    assert_int_equal(call.body.n, 0);
    assert_null(call.headers[0]);
    assert_true(slice_starts(call.url, SLICE("http://127.0.0.1:13013/cgi-bin/sendsms?")));
    assert_int_equal(strlen(call.url.p), call.url.n);
    struct form form = query_of(b, call.url);
    assert_text(form_get(&form, "username"), "u&1");
    assert_text(form_get(&form, "password"), "p=2");
    assert_text(form_get(&form, "from"), "10690000");
    assert_text(form_get(&form, "to"), "13800000001");
    assert_text(form_get(&form, "smsc"), "CM");
    assert_text(form_get(&form, "coding"), "2");
    assert_text(form_get(&form, "charset"), "UTF-8");
    assert_text(form_get(&form, "text"), "【思茅志愿】您好 +1\n");
    assert_text(form_get(&form, "dlr-mask"), "19");
    assert_text(form_get(&form, "dlr-url"), "https://sms.example.cn/sms/demo/s3cret/status?id="
                                            "1234567890123456789&type=%d&ts=%T&reply=%A");
    assert_int_equal(form.count, 10);
}

/* What Kannel makes of the dlr-url is a report this adapter takes. */
static void test_the_report_finds_its_way_back(void **state)
{
    struct bench *b = *state;
    struct decoded d =
        request(b, "GET", "/status", SLICE("id=1234567890123456789&type=1&ts=1795454762&reply="),
                SLICE(""), "");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_text(d.receipts[0].our_id, "1234567890123456789");
    assert_true(d.receipts[0].delivered);
}

static void test_what_is_left_out(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct outbound message = { .id = 7,
                                .recipient = SLICE("+86 138-0000-0001"),
                                .text = SLICE("hi") };
    assert_int_equal(send(b, &message, &call), 0);
    struct form form = query_of(b, call.url);
    assert_text(form_get(&form, "to"), "13800000001");
    assert_null(form_get(&form, "dlr-url").p);
    assert_null(form_get(&form, "dlr-mask").p);
    message.status_url = "http://h/sms/demo/status?x=1";
    assert_int_equal(send(b, &message, &call), 0);
    form = query_of(b, call.url);
    assert_text(form_get(&form, "dlr-url"),
                "http://h/sms/demo/status?x=1&id=7&type=%d&ts=%T&reply=%A");
}

static void test_what_cannot_be_sent(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    const struct outbound wrong[] = {
        { .id = 1, .recipient = SLICE("13800000001 13800000002"), .text = SLICE("a") },
        { .id = 1, .recipient = SLICE("10086"), .text = SLICE("a") },
        { .id = 1, .recipient = SLICE(""), .text = SLICE("a") },
        { .id = 1, .recipient = SLICE("13800000001"), .text = SLICE("") },
        { .id = 1,
          .recipient = SLICE("13800000001"),
          .text = SLICE("a"),
          .status_url = "http://h/%41" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(send(b, &wrong[i], &call), GW_EINVAL);
        assert_true(b->fault.text[0] != '\0');
        assert_null(strstr(b->fault.text, "1380000"));
    }
    struct bench silent;
    assert_int_equal(bench_open(&silent, "kannel", "{}"), 0);
    const struct outbound message = { .id = 1,
                                      .recipient = SLICE("13800000001"),
                                      .text = SLICE("a") };
    assert_int_equal(send(&silent, &message, &call), GW_EINVAL);
    assert_non_null(strstr(silent.fault.text, "sendsms_url"));
    bench_close(&silent);
}

static void test_the_longest_text(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    const struct outbound message = { .id = 1,
                                      .recipient = SLICE("13800000001"),
                                      .text = repeat(b, SLICE("好"), 700),
                                      .status_url =
                                          "https://sms.example.cn/sms/demo/s3cret/status" };
    assert_int_equal(send(b, &message, &call), 0);
    struct form form = query_of(b, call.url);
    assert_int_equal(form_get(&form, "text").n, 1998);
    struct slice url = repeat(b, SLICE("a"), 20000);
    const struct outbound endless = {
        .id = 1, .recipient = SLICE("13800000001"), .text = SLICE("a"), .status_url = url.p
    };
    assert_int_equal(send(b, &endless, &call), GW_ETOOBIG);
}

/* A character of two units where Kannel would cut: a space moves it into the next part. Where it
 * does not lie on the border, and in one SMS, nothing changes. */
static void test_no_character_is_cut(void **state)
{
    struct bench *b = *state;
    static const struct {
        size_t before;
        const char *padding;
    } cases[] = { { 65, "" }, { 66, " " }, { 67, "" } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_call call;
        struct slice head = repeat(b, SLICE("一"), cases[i].before);
        struct outbound message = { .id = 1,
                                    .recipient = SLICE("13800000001"),
                                    .text = arena_printf(&b->arena, "%.*s😀好好好好好",
                                                         SLICE_ARG(head)) };
        assert_int_equal(send(b, &message, &call), 0);
        struct form form = query_of(b, call.url);
        struct slice expected =
            arena_printf(&b->arena, "%.*s%s😀好好好好好", SLICE_ARG(head), cases[i].padding);
        assert_text(form_get(&form, "text"), expected.p);
        message.text = arena_printf(&b->arena, "%.*s😀", SLICE_ARG(head));
        assert_int_equal(send(b, &message, &call), 0);
        form = query_of(b, call.url);
        assert_text(form_get(&form, "text"), arena_str(&b->arena, message.text));
    }
}

static void test_answers(void **state)
{
    struct bench *b = *state;
    static const struct {
        int status;
        bool sent;
        const char *body;
        enum send_outcome outcome;
    } cases[] = {
        { 202, true, "0: Accepted for delivery", SEND_OK },
        { 202, true, "3: Queued for later delivery", SEND_OK },
        { 200, true, "Sent.", SEND_OK },
        { 202, true, "0: Accepted for delivery Denied receivers are: 13800000001",
          SEND_BAD_RECIPIENT },
        { 200, true, "<html>welcome</html>", SEND_UNCERTAIN },
        { 202, true, "", SEND_UNCERTAIN },
        { 403, true, "Authorization failed for sendsms", SEND_ACCOUNT_BROKEN },
        { 401, true, "", SEND_ACCOUNT_BROKEN },
        { 404, true, "Unknown request", SEND_ACCOUNT_BROKEN },
        { 400, true, "Missing receiver number, rejected", SEND_BAD_RECIPIENT },
        { 400, true, "Number(s) has/have been denied by white- and/or black-lists.",
          SEND_BAD_RECIPIENT },
        { 403, true, "Number(s) has/have been denied by white- and/or black-lists.",
          SEND_BAD_RECIPIENT },
        { 400, true, "Charset or body misformed, rejected", SEND_REJECTED },
        { 415, true, "Unsupported content-type, rejected", SEND_REJECTED },
        { 429, true, "", SEND_SLOW_DOWN },
        { 408, true, "", SEND_LATER },
        { 503, true, "Temporal failure, try again later.", SEND_LATER },
        { 500, true, "Sending failed.", SEND_LATER },
        { 502, true, "Bad gateway", SEND_UNCERTAIN },
        { 504, true, "", SEND_UNCERTAIN },
        { 301, true, "", SEND_UNCERTAIN },
        { 0, true, "", SEND_UNCERTAIN },
        { 0, false, "", SEND_LATER },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct http_result result = { .status = cases[i].status,
                                            .sent = cases[i].sent,
                                            .body = slice_of(cases[i].body),
                                            .retry_after = 17 };
        struct sent sent;
        memset(&sent, 0xA5, sizeof(sent));
        adapter_kannel.sent(&b->account, &result, &b->arena, &sent);
        if (sent.outcome != cases[i].outcome)
            fail_msg("%d %s: outcome %d", cases[i].status, cases[i].body, (int)sent.outcome);
        assert_int_equal(sent.provider_id.n, 0);
        assert_int_equal(sent.retry_after, 17);
        assert_true(sent.reason.n > 0);
        assert_true(slice_find(sent.reason, SLICE("138")) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_call, open_sending, close_demo),
        cmocka_unit_test_setup_teardown(test_the_report_finds_its_way_back, open_sending,
                                        close_demo),
        cmocka_unit_test_setup_teardown(test_what_is_left_out, open_sending, close_demo),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_sent, open_sending, close_demo),
        cmocka_unit_test_setup_teardown(test_the_longest_text, open_sending, close_demo),
        cmocka_unit_test_setup_teardown(test_no_character_is_cut, open_sending, close_demo),
        cmocka_unit_test_setup_teardown(test_answers, open_sending, close_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
