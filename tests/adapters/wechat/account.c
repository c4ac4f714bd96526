#include "adapters/wechat/account.h"

#include "tests/adapters/harness.h"
#include "tests/adapters/wechat/vectors.h"

#define BASE "\"token\":\"abc\",\"original_id\":\"gh_1\""

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *says;
    } wrong[] = {
        { "{}", "settings.token is missing" },
        { "{\"token\":\"abc\"}", "settings.original_id is missing" },
        { "{\"token\":\"ab\",\"original_id\":\"gh_1\"}", "settings.token is not right" },
        { "{\"token\":\"a b c\",\"original_id\":\"gh_1\"}", "settings.token is not right" },
        { "{\"token\":\"abc\",\"original_id\":\"gh 1\"}", "settings.original_id is not right" },
        { "{" BASE ",\"mode\":\"clear\"}", "settings.mode is not right: give \"plaintext\"" },
        { "{" BASE ",\"mode\":\"plaintext|safe\"}", "settings.mode is not right" },
        { "{" BASE ",\"mode\":\"\"}", "settings.mode is not right" },
        { "{" BASE ",\"mode\":\"safe\"}", "settings.app_id is missing" },
        { "{" BASE ",\"mode\":\"safe\",\"app_id\":\"wx1\"}", "settings.aes_key is missing" },
        { "{" BASE ",\"mode\":\"compatible\",\"aes_key\":\"" X_KEY "\"}",
          "settings.app_id is missing" },
        { "{" BASE ",\"mode\":\"safe\",\"app_id\":\"wx1\",\"aes_key\":\"short\"}",
          "settings.aes_key is not right: give the EncodingAESKey" },
        { "{" BASE ",\"app_id\":\"wx1\",\"aes_key\":\"" X_KEY "=\"}",
          "settings.aes_key is not right" },
        { "{" BASE
          ",\"app_id\":\"wx1\",\"aes_key\":\"abcdefghijklmnopqrstuvwxyz0123456789ABCDE-G\"}",
          "settings.aes_key is not right" },
        { "{" BASE ",\"app_id\":\"wx1\",\"aes_key_previous\":\"" X_KEY "\"}",
          "settings.aes_key is missing" },
        { "{" BASE ",\"timestamp_window_s\":0}", "settings.timestamp_window_s is not right" },
        { "{" BASE ",\"timestamp_window_s\":3024001}", "settings.timestamp_window_s is not right" },
        { "{" BASE ",\"appid\":\"wx\"}", "settings.appid is unknown" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct bench b;
        assert_int_equal(bench_open(&b, "wechat", wrong[i].settings), GW_ECONFIG);
        if (strstr(b.fault.text, wrong[i].says) == NULL)
            fail_msg("%s", b.fault.text);
        assert_null(strstr(b.fault.text, X_KEY));
        assert_null(b.account.prepared);
        bench_close(&b);
    }
}

static void test_what_is_read(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "wechat", "{" BASE "}"), 0);
    const struct wechat_account *w = b.account.prepared;
    assert_int_equal(w->mode, WECHAT_PLAINTEXT);
    assert_int_equal(w->key_count, 0);
    assert_int_equal(w->window_s, 300);
    bench_close(&b);
    assert_int_equal(bench_open(&b, "wechat",
                                "{" BASE ",\"mode\":\"compatible\",\"app_id\":\"wx1\",\"aes_key\":"
                                "\"" X_KEY "\",\"aes_key_previous\":\"" W_KEY "\"}"),
                     0);
    w = b.account.prepared;
    assert_int_equal(w->mode, WECHAT_COMPATIBLE);
    assert_text(w->app_id, "wx1");
    assert_int_equal(w->key_count, 2);
    assert_int_equal(w->keys[0].bytes[0], 0x69);
    assert_int_equal(w->keys[1].bytes[0], 0x91);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
