#include "adapters/wechat/notice.h"

#include "adapters/wechat/client.h"
#include "adapters/wechat/wechat.h"
#include "tests/adapters/harness.h"

#define ACCOUNT(templates)                                                                         \
    "{\"token\":\"abc\",\"original_id\":\"gh_1\",\"app_id\":\"wx1\",\"app_secret\":"               \
    "\"secret12345\",\"templates\":" templates "}"

static struct http_call send_by(struct bench *b, const char *message, const char *params, int way)
{
    struct http_call call = { 0 };
    json_t *shown = json_loads(params, 0, NULL);
    const struct outbound out = { .id = 77,
                                  .recipient = SLICE("oU"),
                                  .message = slice_of(message),
                                  .params = shown,
                                  .text = SLICE("x"),
                                  .token = SLICE("T"),
                                  .way = way };
    assert_int_equal(adapter_wechat.send(&b->account, &out, NOW, &b->arena, &call, &b->fault), 0);
    json_decref(shown);
    return call;
}

static void fields_are_cut_to_what_is_shown(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(
        bench_open(&b, "wechat",
                   ACCOUNT("{\"a\":{\"code\":\"T1\",\"url\":\"https://x.cn\",\"params\":[\"thing1="
                           "title\",\"name2=name\",\"phrase3=state\",\"time4=when|clock\"]},"
                           "\"b\":{\"code\":\"T2\",\"kind\":\"subscription\",\"params\":[{"
                           "\"param\":\"title\",\"variable\":\"thing1\",\"max\":4}]}}")),
        0);
    struct http_call call = send_by(
        &b, "a",
        "{\"title\":\"一二三四五六七八九十一二三四五六七八九十\",\"name\":\"一二三四五六七八九十余\","
        "\"state\":\"好\\n的\",\"when|clock\":\"2026年11月28日 09:00 到 2026年11月28日 11:00\"}",
        WECHAT_BY_NOTICE);
    assert_true(slice_find(call.url, SLICE("/cgi-bin/message/template/send?")) > 0);
    assert_text(
        call.body,
        "{\"touser\":\"oU\",\"template_id\":\"T1\",\"url\":\"https://x.cn\",\"client_msg_id\":\"77\""
        ",\"data\":{\"thing1\":{\"value\":\"一二三四五六七八九十一二三四五六七八九十\"},\"name2\":{"
        "\"value\":\"一二三四五六七八九…\"},\"phrase3\":{\"value\":\"好 的\"},\"time4\":{\"value\":"
        "\"2026年11月28日 09:00 到 2026年11月28日 11:00\"}}}");
    call = send_by(&b, "b", "{\"title\":\"一二三四五\"}", WECHAT_BY_NOTICE);
    assert_true(slice_find(call.url, SLICE("/cgi-bin/message/subscribe/bizsend?")) > 0);
    assert_text(call.body, "{\"touser\":\"oU\",\"template_id\":\"T2\",\"data\":{\"thing1\":{"
                           "\"value\":\"一二三…\"}}}");
    assert_text(adapter_wechat.consent(&b.account, SLICE("b"), WECHAT_BY_NOTICE), "T2");
    assert_int_equal(adapter_wechat.consent(&b.account, SLICE("a"), WECHAT_BY_NOTICE).n, 0);
    assert_int_equal(adapter_wechat.consent(&b.account, SLICE("b"), WECHAT_BY_SERVICE).n, 0);
    call = send_by(&b, "a", "{}", WECHAT_BY_SERVICE);
    assert_true(slice_find(call.url, SLICE("/custom/send?")) > 0);
    bench_close(&b);
}

static void what_has_no_template_or_no_parameter(void **state)
{
    (void)state;
    struct bench b;
    struct http_call call;
    assert_int_equal(bench_open(&b, "wechat",
                                ACCOUNT("{\"a\":{\"code\":\"T1\",\"params\":[\"thing1=title\"]}}")),
                     0);
    json_t *none = json_object();
    struct outbound out = { .recipient = SLICE("oU"),
                            .message = SLICE("z"),
                            .params = none,
                            .token = SLICE("T"),
                            .way = WECHAT_BY_NOTICE };
    assert_int_equal(adapter_wechat.send(&b.account, &out, NOW, &b.arena, &call, &b.fault),
                     GW_ENOTFOUND);
    out.message = SLICE("a");
    b.fault = (struct fault){ 0 };
    assert_int_equal(adapter_wechat.send(&b.account, &out, NOW, &b.arena, &call, &b.fault),
                     GW_EINVAL);
    assert_non_null(strstr(b.fault.text, "no parameter title"));
    json_decref(none);
    bench_close(&b);
}

static void bad_settings(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *words;
    } rows[] = {
        { ACCOUNT("{\"a\":{\"params\":[]}}"), "\"code\"" },
        { ACCOUNT("{\"a\":{\"code\":\"T\",\"kind\":\"x\"}}"), "\"kind\"" },
        { ACCOUNT("{\"a\":{\"code\":\"T\",\"url\":\"http://x.cn\"}}"), "\"url\"" },
        { "{\"token\":\"abc\",\"original_id\":\"gh_1\",\"templates\":{}}", "app_secret" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        assert_int_equal(bench_open(&b, "wechat", rows[i].settings), GW_ECONFIG);
        if (strstr(b.fault.text, rows[i].words) == NULL)
            fail_msg("%s", b.fault.text);
        bench_close(&b);
    }
}

static void what_check_says_of_a_field(void **state)
{
    (void)state;
    struct template_param params[] = {
        { SLICE("thing1"), SLICE("title"), TEMPLATE_PARAM_CHARACTERS_MAX },
        { SLICE("thing2"), SLICE("title"), 20 },
        { SLICE("time3"), SLICE("title"), TEMPLATE_PARAM_CHARACTERS_MAX },
    };
    const struct message_template t = { .params = params, .param_count = 3 };
    const struct wechat_notice n = { .template = &t };
    json_t *shown = json_pack("{ss}", "title", "一二三四五六七八九十一二三四五六七八九十一二");
    assert_int_equal(wechat_notice_cut(&n, 0, shown), 2);
    assert_int_equal(wechat_notice_cut(&n, 1, shown), 0); /* the settings say so themselves */
    assert_int_equal(wechat_notice_cut(&n, 2, shown), 0);
    assert_int_equal(wechat_notice_limit(SLICE("character_string9")), 32);
    assert_int_equal(wechat_notice_limit(SLICE("keyword1")), 20);
    json_decref(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_cut_to_what_is_shown),
        cmocka_unit_test(what_has_no_template_or_no_parameter),
        cmocka_unit_test(bad_settings),
        cmocka_unit_test(what_check_says_of_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
