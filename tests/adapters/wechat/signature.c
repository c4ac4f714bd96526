#include "adapters/wechat/signature.h"

#include "tests/adapters/harness.h"

static void expect(const char *token, const char *timestamp, const char *nonce, const char *hex)
{
    char out[41];
    assert_true(wechat_signature(slice_of(token), slice_of(timestamp), slice_of(nonce), out));
    assert_string_equal(out, hex);
    assert_true(
        wechat_signed(slice_of(token), slice_of(timestamp), slice_of(nonce), slice_of(hex)));
}

/* Vectors O1 and O2 (official), X1 and the key of O3 (wechat.md 1.8). */
static void test_vectors(void **state)
{
    (void)state;
    expect("AAAAA", "1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696");
    expect("AAAAA", "1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78");
    expect("AAAAA", "1714112445", "415670741", "6c5c811b55cc85e0e1b54100749188c20beb3f5d");
    expect("volunteer2024", "1735689600", "1234567890", "e312b2b699bce3d8fa370516ee7c30dac247f409");
}

/* Byte order, in every order of the three, and a text before its continuation. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    const char *parts[] = { "10", "1", "Z" };
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    char first[41];
    for (int i = 0; i < 6; i++) {
        char out[41];
        assert_true(wechat_signature(slice_of(parts[orders[i][0]]), slice_of(parts[orders[i][1]]),
                                     slice_of(parts[orders[i][2]]), out));
        if (i == 0)
            memcpy(first, out, sizeof(first));
        assert_string_equal(out, first);
    }
    /* sha1("110Z") */
    assert_string_equal(first, "9e71312064facf824d79dafec861a3a4cf1ceacb");
}

static void test_wrong_ones(void **state)
{
    (void)state;
    const char *good = "f464b24fc39322e44b38aa78f5edd27bd1441696";
    const struct slice token = SLICE("AAAAA");
    const struct slice time = SLICE("1714036504");
    const struct slice nonce = SLICE("1514711492");
    char flipped[41];
    for (size_t i = 0; i < 40; i++) {
        memcpy(flipped, good, sizeof(flipped));
        flipped[i] = flipped[i] == '0' ? '1' : '0';
        assert_false(wechat_signed(token, time, nonce, slice_of(flipped)));
    }
    assert_false(wechat_signed(token, time, nonce, slice_of("")));
    assert_false(wechat_signed(token, time, nonce, (struct slice){ NULL, 0 }));
    assert_false(wechat_signed(token, time, nonce, slice_head(slice_of(good), 39)));
    assert_false(
        wechat_signed(token, time, nonce, SLICE("F464B24FC39322E44B38AA78F5EDD27BD1441696")));
    assert_false(wechat_signed(SLICE("AAAAB"), time, nonce, slice_of(good)));
    assert_false(wechat_signed(token, SLICE("1714036505"), nonce, slice_of(good)));
    assert_false(wechat_signed(token, time, SLICE("1514711493"), slice_of(good)));
}

/* Moving a byte between two parts leaves what is hashed the same, so the parts are bounded and
 * plain. */
static void test_parts_are_plain_and_bounded(void **state)
{
    (void)state;
    char out[41];
    struct bench b = { 0 };
    struct slice longest = repeat(&b, SLICE("7"), WECHAT_PART_MAX);
    struct slice longer = repeat(&b, SLICE("7"), WECHAT_PART_MAX + 1);
    assert_true(wechat_signature(longest, longest, longest, out));
    assert_true(wechat_signed(longest, longest, longest, slice_of(out)));
    assert_false(wechat_signature(longest, longer, longest, out));
    assert_true(wechat_signature(SLICE("token"), SLICE("1 2"), SLICE("n"), out));
    assert_false(wechat_signed(SLICE("token"), SLICE("1 2"), SLICE("n"), slice_of(out)));
    assert_true(wechat_signature(SLICE("token"), SLICE("12"), SLICE("n+"), out));
    assert_false(wechat_signed(SLICE("token"), SLICE("12"), SLICE("n+"), slice_of(out)));
    assert_true(wechat_signature(SLICE("token"), SLICE("12"), SLICE(""), out));
    assert_false(wechat_signed(SLICE("token"), SLICE("12"), SLICE(""), slice_of(out)));
    arena_free(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_wrong_ones),
        cmocka_unit_test(test_parts_are_plain_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
