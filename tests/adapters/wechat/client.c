#include "adapters/wechat/client.h"

#include "adapters/wechat/wechat.h"
#include "tests/adapters/harness.h"

#define ACCOUNT                                                                                    \
    "{\"token\":\"abc\",\"original_id\":\"gh_1\",\"app_id\":\"wx1\",\"app_secret\":"               \
    "\"secret12345\"}"

static int open_account(void **state)
{
    struct bench *b = mem_alloc(sizeof(*b));
    *state = b;
    return bench_open(b, "wechat", ACCOUNT);
}

static int close_account(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

static void test_a_text(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    const struct outbound message = { .recipient = SLICE("oU"),
                                      .text = SLICE("报上了：\"老街\"\n<a href=\"x\">好</a>😀\x1D"),
                                      .token = SLICE("t+/=&") };
    assert_int_equal(adapter_wechat.send(&b->account, &message, NOW, &b->arena, &call, &b->fault),
                     0);
    assert_string_equal(call.method, "POST");
    assert_text(call.url, "https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token="
                          "t%2B%2F%3D%26");
    /* No \u escapes: people would read them. */
    assert_text(call.body, "{\"touser\":\"oU\",\"msgtype\":\"text\",\"text\":{\"content\":"
                           "\"报上了：\\\"老街\\\"\\n<a href=\\\"x\\\">好</a>😀\"}}");
    assert_string_equal(call.headers[0], "Content-Type: application/json; charset=utf-8");
}

static void test_an_account_that_only_answers(void **state)
{
    (void)state;
    struct bench b;
    struct http_call call;
    const struct outbound message = { .recipient = SLICE("oU"), .text = SLICE("x") };
    assert_int_equal(bench_open(&b, "wechat", "{\"token\":\"abc\",\"original_id\":\"gh_1\"}"), 0);
    assert_int_equal(adapter_wechat.send(&b.account, &message, NOW, &b.arena, &call, &b.fault),
                     GW_ECONFIG);
    assert_non_null(strstr(b.fault.text, "settings.app_secret"));
    struct fault fault = { 0 };
    assert_int_equal(adapter_wechat.token(&b.account, &b.arena, &call, &fault), GW_ECONFIG);
    bench_close(&b);
}

static struct sent read_sent(struct bench *b, int status, const char *body)
{
    struct sent out;
    const struct http_result result = {
        .status = status, .sent = true, .body = slice_of(body), .at = NOW
    };
    adapter_wechat.sent(&b->account, &result, &b->arena, &out);
    return out;
}

static void test_answers(void **state)
{
    struct bench *b = *state;
    static const struct {
        int status;
        const char *body;
        enum send_outcome outcome;
        const char *reason;
    } rows[] = {
        { 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", SEND_OK, "0: taken" },
        { 200, "{\"errcode\":-1}", SEND_LATER, "-1: WeChat is busy" },
        { 200, "{\"errcode\":40001}", SEND_NO_TOKEN, NULL },
        { 200, "{\"errcode\":40014}", SEND_NO_TOKEN, NULL },
        { 200, "{\"errcode\":42001}", SEND_NO_TOKEN, NULL },
        { 200, "{\"errcode\":45015,\"errmsg\":\"x rid: 1\"}", SEND_CLOSED, NULL },
        { 200, "{\"errcode\":45047}", SEND_CLOSED, NULL },
        { 200, "{\"errcode\":48002}", SEND_CLOSED, NULL },
        { 200, "{\"errcode\":40003}", SEND_BAD_RECIPIENT, NULL },
        { 200, "{\"errcode\":43004}", SEND_BAD_RECIPIENT, NULL },
        { 200, "{\"errcode\":45002}", SEND_REJECTED, NULL },
        { 200, "{\"errcode\":45011}", SEND_SLOW_DOWN, NULL },
        { 200, "{\"errcode\":48001}", SEND_ACCOUNT_BROKEN, NULL },
        { 200, "{\"errcode\":40164}", SEND_ACCOUNT_BROKEN, NULL },
        { 200, "{\"errcode\":123456}", SEND_LATER, "123456: a code not known here" },
        /* Bytes that no parser takes. */
        { 200, "{\"errcode\":0,\"errmsg\":\"ok\x1D\xFF\"}", SEND_OK, NULL },
        { 200, "{\"errmsg\":\"ok\"}", SEND_UNCERTAIN, "no errcode" },
        { 200, "<html>welcome</html>", SEND_UNCERTAIN, NULL },
        { 200, "", SEND_UNCERTAIN, NULL },
        { 200, "[]", SEND_UNCERTAIN, NULL },
        { 502, "<html>Bad Gateway</html>", SEND_UNCERTAIN, NULL },
        { 503, "", SEND_LATER, NULL },
        { 0, "", SEND_UNCERTAIN, "no answer" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sent s = read_sent(b, rows[i].status, rows[i].body);
        if (s.outcome != rows[i].outcome)
            fail_msg("%d %s: %d, %.*s", rows[i].status, rows[i].body, (int)s.outcome,
                     SLICE_ARG(s.reason));
        if (rows[i].reason != NULL)
            assert_text(s.reason, rows[i].reason);
    }
    /* Until the next day in China: 10 o'clock there. */
    struct sent s = read_sent(b, 200, "{\"errcode\":45009}");
    assert_int_equal(s.outcome, SEND_ACCOUNT_BROKEN);
    assert_int_equal(s.retry_after, 14 * 3600);
    assert_int_equal(read_sent(b, 200, "{\"errcode\":45011}").retry_after, 60);
}

/* Every code is a number, stands once, and says what to do. */
static void test_the_table(void **state)
{
    (void)state;
    for (const struct sms_code *row = wechat_codes; row->code != NULL; row++) {
        int64_t number;
        assert_int_equal(slice_to_int(slice_of(row->code), &number), 0);
        assert_ptr_equal(sms_code_find(wechat_codes, slice_of(row->code)), row);
        assert_true(strlen(row->words) > 4);
    }
}

static void test_token(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    assert_int_equal(adapter_wechat.token(&b->account, &b->arena, &call, &b->fault), 0);
    assert_text(call.url, "https://api.weixin.qq.com/cgi-bin/stable_token");
    assert_text(call.body, "{\"grant_type\":\"client_credential\",\"appid\":\"wx1\",\"secret\":"
                           "\"secret12345\",\"force_refresh\":false}");
    static const struct {
        const char *body;
        enum send_outcome outcome;
    } rows[] = {
        { "{\"access_token\":\"T1\",\"expires_in\":7200}", SEND_OK },
        { "{\"access_token\":\"T1\",\"expires_in\":0}", SEND_LATER },
        { "{\"access_token\":\"T1\",\"expires_in\":99999}", SEND_LATER },
        { "{\"access_token\":\"\",\"expires_in\":7200}", SEND_LATER },
        { "{\"access_token\":7,\"expires_in\":7200}", SEND_LATER },
        { "{}", SEND_LATER },
        { "<html/>", SEND_LATER },
        { "{\"errcode\":-1}", SEND_LATER },
        { "{\"errcode\":40001}", SEND_ACCOUNT_BROKEN }, /* here: the secret */
        { "{\"errcode\":40125}", SEND_ACCOUNT_BROKEN },
        { "{\"errcode\":40164,\"errmsg\":\"invalid ip 1.2.3.4\"}", SEND_ACCOUNT_BROKEN },
        { "{\"errcode\":45011}", SEND_SLOW_DOWN },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct token_answer answer;
        const struct http_result result = {
            .status = 200, .sent = true, .body = slice_of(rows[i].body), .at = NOW
        };
        adapter_wechat.token_read(&b->account, &result, &b->arena, &answer);
        if (answer.sent.outcome != rows[i].outcome)
            fail_msg("%s: %d", rows[i].body, (int)answer.sent.outcome);
        assert_int_equal(answer.token.n > 0, rows[i].outcome == SEND_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_text, open_account, close_account),
        cmocka_unit_test(test_an_account_that_only_answers),
        cmocka_unit_test_setup_teardown(test_answers, open_account, close_account),
        cmocka_unit_test(test_the_table),
        cmocka_unit_test_setup_teardown(test_token, open_account, close_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
