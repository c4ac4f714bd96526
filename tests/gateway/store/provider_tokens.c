/* Access tokens, sealed. */
#include "gateway/store/provider_tokens.h"

#include "tests/support/support.h"

static void stored_and_read(void **state)
{
    struct support *s = *state;
    struct slice token;
    int64_t expires_at = 0;
    assert_int_equal(
        provider_token_get(s->tx, s->vault, SLICE("wechat/a"), &s->arena, &token, &expires_at), 0);
    assert_int_equal(provider_token_put(s->tx, s->vault, SLICE("wechat/a"), SLICE("T1"), 77,
                                        SUPPORT_NOW, &s->arena),
                     0);
    assert_int_equal(provider_token_put(s->tx, s->vault, SLICE("wechat/a"), SLICE("TOKEN-2"), 78,
                                        SUPPORT_NOW, &s->arena),
                     0);
    assert_int_equal(
        provider_token_get(s->tx, s->vault, SLICE("wechat/a"), &s->arena, &token, &expires_at), 1);
    assert_slice(token, "TOKEN-2");
    assert_int_equal(expires_at, 78);
    assert_int_equal(
        provider_token_get(s->tx, s->vault, SLICE("wechat/b"), &s->arena, &token, &expires_at), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM provider_tokens WHERE "
                                      "CAST(token AS TEXT) LIKE '%TOKEN%'"),
                     0);
    s->tx = support_begin(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(stored_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
