/* Numbers, times, keys and addresses as providers write them. */
#include "adapters/sms/push.h"

#include "tests/adapters/harness.h"

static void test_senders(void **state)
{
    (void)state;
    static const char *const mobiles[] = {
        "13800000001",       "+8613800000001",         "008613800000001",
        "8613800000001",     "138 0000 0001",          " 13800000001",
        "+86 138-0000-0001", "１３８０００００００１", "＋８６１３８０００００００１",
    };
    static const char *const others[] = {
        "+85291234567",   "0085291234567", "+12125550100", "08792123456", "0879-2123456",
        "10690000123",    "10086",         "12306",        "95588",       "110",
        "1380000000",     "138000000012",  "BANK",         "一三八",      "",
        "+8608792123456",
    };
    struct arena a = { 0 };
    struct slice out;
    for (size_t i = 0; i < sizeof(mobiles) / sizeof(mobiles[0]); i++) {
        if (sms_sender(slice_of(mobiles[i]), &a, &out) != INBOUND_TEXT)
            fail_msg("%s", mobiles[i]);
        assert_text(out, "13800000001");
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (sms_sender(slice_of(others[i]), &a, &out) != INBOUND_OTHER)
            fail_msg("%s", others[i]);
        assert_text(out, others[i]);
    }
    arena_free(&a);
}

static void test_times(void **state)
{
    (void)state;
    int64_t at = 0;
    assert_int_equal(sms_time(SLICE("2026-11-25 10:00:00"), &at), 0);
    assert_int_equal(at, NOW);
    assert_int_equal(sms_time(SLICE("20261125100000"), &at), 0);
    assert_int_equal(at, NOW);
    assert_int_equal(sms_time(SLICE("2028-02-29 23:59:59"), &at), 0);
    static const char *const wrong[] = {
        "",
        "2026-11-25",
        "2026-11-25T10:00:00",
        "2026-13-01 00:00:00",
        "2027-02-29 00:00:00",
        "2026-11-25 24:00:00",
        "2026-11-25 10:60:00",
        "2026-11-25 10:00:60",
        "0000-00-00 00:00:00",
        "2026-11-25 10:00:0x",
        "2026-11-25 10:00:000",
        "２026-11-25 10:00",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (sms_time(slice_of(wrong[i]), &at) != GW_EPROTO)
            fail_msg("%s", wrong[i]);
    assert_false(sms_stale(NOW - ADAPTER_OLDEST_S, NOW));
    assert_true(sms_stale(NOW - ADAPTER_OLDEST_S - 1, NOW));
    assert_false(sms_stale(NOW + ADAPTER_OLDEST_S, NOW));
    assert_true(sms_stale(NOW + ADAPTER_OLDEST_S + 1, NOW));
}

static void test_keys(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct account account = { .full_name = "sms/a", .secret = "0123456789abcdef" };
    struct slice key = sms_digest_key(&account, SLICE("13800000001 hello"), &a);
    assert_int_equal(key.n, 66);
    assert_true(slice_find(key, SLICE("138")) < 0);
    assert_true(slice_eq(key, sms_digest_key(&account, SLICE("13800000001 hello"), &a)));
    assert_false(slice_eq(key, sms_digest_key(&account, SLICE("13800000001 hallo"), &a)));
    account.secret = NULL;
    assert_false(slice_eq(key, sms_digest_key(&account, SLICE("13800000001 hello"), &a)));
    arena_free(&a);
}

static void test_secrets(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    struct account account = { .full_name = "sms/a", .secret = "0123456789abcdef" };
    assert_int_equal(sms_needs_secret(&account, &fault), 0);
    account.secret = "0123456789abcde";
    assert_int_equal(sms_needs_secret(&account, &fault), GW_ECONFIG);
    assert_non_null(strstr(fault.text, "secret of at least 16"));
    assert_null(strstr(fault.text, "0123456789"));
    account.secret = NULL;
    assert_int_equal(sms_needs_secret(&account, NULL), GW_ECONFIG);
}

static void test_endpoints(void **state)
{
    (void)state;
    struct slice host;
    assert_true(sms_endpoint_host(SLICE("https://dysmsapi.aliyuncs.com"), &host));
    assert_text(host, "dysmsapi.aliyuncs.com");
    assert_true(sms_endpoint_host(SLICE("http://127.0.0.1:8080"), &host));
    assert_text(host, "127.0.0.1:8080");
    static const char *const wrong[] = {
        "dysmsapi.aliyuncs.com", "https://",    "ftp://h",     "https://h/",
        "https://h?a=1",         "https://u@h", "https://h h", "https://h#x"
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(sms_endpoint_host(slice_of(wrong[i]), &host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_senders),   cmocka_unit_test(test_times),
        cmocka_unit_test(test_keys),      cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_endpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
