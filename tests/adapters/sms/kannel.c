#include "tests/adapters/sms/mo.h"

static struct response answer(struct bench *b, const struct slice *replies, size_t count)
{
    struct decoded d = get(b, "from=13800000001&id=1&text=1");
    struct response out;
    memset(&out, 0xA5, sizeof(out));
    adapter_kannel.respond(&b->account, &d, replies, count, NOW, &b->arena, &out);
    assert_int_equal(out.status, 200);
    assert_string_equal(out.content_type, "text/plain; charset=utf-8");
    return out;
}

static void test_reply(void **state)
{
    struct slice reply = SLICE("【思茅志愿】杨秀兰：记下了。");
    struct response r = answer(*state, &reply, 1);
    assert_text(r.body, "【思茅志愿】杨秀兰：记下了。");
    assert_string_equal(r.headers[0], "X-Kannel-Coding");
    assert_string_equal(r.headers[1], "2");
    assert_null(r.headers[2]);
}

static void test_silence_is_an_empty_body(void **state)
{
    struct slice empty = SLICE("");
    assert_int_equal(answer(*state, NULL, 0).body.n, 0);
    struct response r = answer(*state, &empty, 1);
    assert_int_equal(r.body.n, 0);
    assert_null(r.headers[0]);
}

static void test_a_report_is_acknowledged_empty(void **state)
{
    struct bench *b = *state;
    struct decoded d = request(b, "GET", "/status", SLICE("id=1&type=1"), SLICE(""), "");
    struct slice reply = SLICE("x");
    struct response out;
    adapter_kannel.respond(&b->account, &d, &reply, 1, NOW, &b->arena, &out);
    assert_int_equal(out.status, 200);
    assert_int_equal(out.body.n, 0);
    assert_null(out.headers[0]);
}

static void test_settings(void **state)
{
    (void)state;
    static const char *const right[] = {
        "{}",
        "{\"sendsms_url\":\"http://127.0.0.1:13013/cgi-bin/sendsms\",\"username\":\"u\",\"password\":\"p\"}",
        "{\"sendsms_url\":\"https://k/s\",\"username\":\"u\",\"password\":\"p\",\"from\":\"1069\",\"smsc\":\"A\"}",
    };
    static const struct {
        const char *settings, *says;
    } wrong[] = {
        { "{\"sendsms_url\":\"127.0.0.1:13013\",\"username\":\"u\",\"password\":\"p\"}",
          "http://" },
        { "{\"sendsms_url\":\"http://k/s\",\"username\":\"u\"}", "password" },
        { "{\"sendsms_url\":\"http://k/s\",\"password\":\"p\"}", "username" },
        { "{\"sendsms_url\":\"http://k/s x\\u0000\",\"username\":\"u\",\"password\":\"p\"}",
          "sendsms_url" },
        { "{\"from\":\"1234567890123456789012\"}", "settings.from" },
        { "{\"pasword\":\"hunter2\"}", "settings.pasword is unknown" },
    };
    struct bench b;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        assert_int_equal(bench_open(&b, "kannel", right[i]), 0);
        assert_non_null(b.account.prepared);
        bench_close(&b);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        b.settings = json_loads(wrong[i].settings, JSON_ALLOW_NUL, NULL);
        assert_non_null(b.settings);
        struct arena arena = { 0 };
        struct fault fault = { 0 };
        struct account account = { .full_name = "sms/x", .settings = b.settings };
        assert_int_equal(adapter_kannel.check(&account, &arena, &fault), GW_ECONFIG);
        if (strstr(fault.text, wrong[i].says) == NULL)
            fail_msg("%s", fault.text);
        assert_null(strstr(fault.text, "hunter2"));
        arena_free(&arena);
        json_decref(b.settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reply, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_silence_is_an_empty_body, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_a_report_is_acknowledged_empty, open_demo, close_demo),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
