#include "adapters/wechat/qr.h"

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

static void a_code_is_asked_for(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    assert_int_equal(adapter_wechat.scene(&b->account, SLICE("t+="), SLICE("in.41.7k3q9d"), 180,
                                          &b->arena, &call, &b->fault),
                     0);
    assert_text(call.url, "https://api.weixin.qq.com/cgi-bin/qrcode/create?access_token=t%2B%3D");
    assert_text(call.body, "{\"expire_seconds\":180,\"action_name\":\"QR_STR_SCENE\","
                           "\"action_info\":{\"scene\":{\"scene_str\":\"in.41.7k3q9d\"}}}");
}

static struct scene_answer read(struct bench *b, int status, const char *body)
{
    const struct http_result result = { .status = status, .sent = true, .body = slice_of(body) };
    struct scene_answer out;
    adapter_wechat.scene_read(&b->account, &result, &b->arena, &out);
    return out;
}

static void what_comes_back(void **state)
{
    struct bench *b = *state;
    struct scene_answer out = read(b, 200,
                                   "{\"ticket\":\"T\",\"expire_seconds\":180,"
                                   "\"url\":\"http://weixin.qq.com/q/02abc\"}");
    assert_int_equal(out.sent.outcome, SEND_OK);
    assert_text(out.content, "http://weixin.qq.com/q/02abc");
    out = read(b, 200, "{\"errcode\":42001,\"errmsg\":\"access_token expired\"}");
    assert_int_equal(out.sent.outcome, SEND_NO_TOKEN);
    assert_int_equal(out.content.n, 0);
    assert_int_not_equal(read(b, 200, "{\"errcode\":48001}").sent.outcome, SEND_OK);
    assert_int_not_equal(read(b, 200, "{}").sent.outcome, SEND_OK);
    assert_int_not_equal(read(b, 502, "<html>").sent.outcome, SEND_OK);
    assert_int_not_equal(read(b, 0, "").sent.outcome, SEND_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_code_is_asked_for, open_account, close_account),
        cmocka_unit_test_setup_teardown(what_comes_back, open_account, close_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
