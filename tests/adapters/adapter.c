#include "adapters/adapter.h"

#include "adapters/reply.h"
#include "gateway/base/utf8.h"
#include "tests/adapters/harness.h"

static void test_every_adapter_is_found_and_whole(void **state)
{
    (void)state;
    size_t n = 0;
    for (; adapters[n] != NULL; n++) {
        const struct adapter *a = adapters[n];
        assert_ptr_equal(adapter_find(a->name), a);
        assert_true(strcmp(a->channel, "sms") == 0 || strcmp(a->channel, "wechat") == 0);
        assert_non_null(a->check);
        assert_non_null(a->decode);
        assert_non_null(a->respond);
        assert_int_equal(a->send == NULL, a->sent == NULL);
        for (size_t other = 0; other < n; other++)
            assert_string_not_equal(adapters[other]->name, a->name);
    }
    assert_true(n >= 2);
    assert_null(adapter_find("carrier-pigeon"));
    assert_null(adapter_find(""));
}

static void test_every_refusal_has_a_status_and_a_name(void **state)
{
    (void)state;
    for (int r = REFUSED_NONE; r < WEBHOOK_REFUSAL_COUNT; r++) {
        const char *name = webhook_refusal_name((enum webhook_refusal)r);
        int status = webhook_refusal_status((enum webhook_refusal)r);
        assert_non_null(name);
        assert_true(r == REFUSED_NONE ? status == 0 : status >= 400 && status < 500);
        for (int other = 0; other < r; other++)
            assert_string_not_equal(webhook_refusal_name((enum webhook_refusal)other), name);
    }
    assert_int_equal(webhook_refusal_status(REFUSED_TOO_BIG), 413);
    assert_string_equal(webhook_refusal_name(REFUSED_STALE), "stale");
}

static void test_replies_are_joined(void **state)
{
    (void)state;
    struct arena arena = { 0 };
    const struct slice replies[] = { SLICE("一"), SLICE(""), SLICE("二\x01"), SLICE("三") };
    assert_text(reply_join(replies, 4, &arena), "一\n\n二\n\n三");
    assert_text(reply_join(replies, 1, &arena), "一");
    assert_text(reply_join(replies, 0, &arena), "");
    assert_text(reply_join(replies + 1, 1, &arena), "");
    arena_free(&arena);
}

static void test_a_long_reply_is_cut_at_a_character(void **state)
{
    (void)state;
    struct bench b = { 0 };
    struct slice exact = repeat(&b, SLICE("ab"), 1000);
    assert_int_equal(reply_join(&exact, 1, &b.arena).n, ADAPTER_TEXT_MAX);
    struct slice longer = repeat(&b, SLICE("好"), 700);
    struct slice cut = reply_join(&longer, 1, &b.arena);
    assert_int_equal(cut.n, 1998);
    assert_true(utf8_valid(cut));
    arena_free(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_adapter_is_found_and_whole),
        cmocka_unit_test(test_every_refusal_has_a_status_and_a_name),
        cmocka_unit_test(test_replies_are_joined),
        cmocka_unit_test(test_a_long_reply_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
