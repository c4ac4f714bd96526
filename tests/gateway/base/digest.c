/* Digests against their standards' test vectors, encodings, random numbers. */
#include "gateway/base/digest.h"

#include <string.h>

#include "gateway/base/error.h"
#include "tests/support/support.h"

static void is_hex(const unsigned char *data, size_t n, const char *expected)
{
    char hex[65];
    digest_hex(data, n, hex);
    assert_string_equal(hex, expected);
}

static void standard_vectors(void **state)
{
    (void)state;
    unsigned char out[32];
    digest_sha1(SLICE("abc"), out);
    is_hex(out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
    digest_sha1((struct slice){ 0 }, out);
    is_hex(out, 20, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    digest_sha256(SLICE("abc"), out);
    is_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /* RFC 4231, test case 2 */
    digest_hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
    is_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    /* RFC 1321, A.5 */
    digest_md5(SLICE("message digest"), out);
    is_hex(out, 16, "f96b697d7cb7938d525a2f31aaf161d0");
    /* RFC 2202, test case 2 */
    digest_hmac_sha1(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
    is_hex(out, 20, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    /* Of nothing with an empty key */
    digest_hmac_sha256((struct slice){ 0 }, (struct slice){ 0 }, out);
    is_hex(out, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void hexadecimal(void **state)
{
    (void)state;
    unsigned char out[3];
    assert_int_equal(digest_unhex(SLICE("00fFa5"), out, 3), 0);
    is_hex(out, 3, "00ffa5");
    assert_int_equal(digest_unhex(SLICE("00ff"), out, 3), GW_EINVAL);
    assert_int_equal(digest_unhex(SLICE("00ffa"), out, 3), GW_EINVAL);
    assert_int_equal(digest_unhex(SLICE("00ffxx"), out, 3), GW_EINVAL);
    assert_int_equal(digest_unhex(SLICE(""), out, 0), 0);
}

static void base64(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct slice out;
    static const char *const clear[] = { "", "f", "fo", "foo", "foob", "fooba", "foobar" };
    static const char *const coded[] = { "",         "Zg==",     "Zm8=",    "Zm9v",
                                         "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" }; /* RFC 4648, 10 */
    for (size_t i = 0; i < sizeof(clear) / sizeof(clear[0]); i++) {
        assert_slice(digest_base64(slice_of(clear[i]), &a), coded[i]);
        assert_int_equal(digest_unbase64(slice_of(coded[i]), &a, &out), 0);
        assert_slice(out, clear[i]);
    }
    static const char *const bad[] = { "Z",     "Zg",     "Zg=",      "Z===", "====",
                                       "Zg= =", "Zm9v\n", "Zm9v Zm8", "Zm=v", "老aaa" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(digest_unbase64(slice_of(bad[i]), &a, &out), GW_EINVAL);
    arena_free(&a);
}

static void equality(void **state)
{
    (void)state;
    assert_true(digest_equal(SLICE("abc"), SLICE("abc")));
    assert_false(digest_equal(SLICE("abc"), SLICE("abd")));
    assert_false(digest_equal(SLICE("abc"), SLICE("abcd")));
    assert_true(digest_equal((struct slice){ 0 }, SLICE("")));
}

static void random_numbers(void **state)
{
    (void)state;
    unsigned char one[16];
    unsigned char two[16];
    digest_random(one, sizeof(one));
    digest_random(two, sizeof(two));
    assert_memory_not_equal(one, two, sizeof(one));
    int counts[6] = { 0 };
    for (int i = 0; i < 6000; i++) {
        uint32_t n = digest_random_below(6);
        assert_true(n < 6);
        counts[n]++;
    }
    for (int i = 0; i < 6; i++) /* 1000 expected, deviation 29: 15 deviations never happen */
        assert_in_range(counts[i], 565, 1435);
    assert_int_equal(digest_random_below(1), 0);
    assert_int_equal(digest_random_below(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_vectors), cmocka_unit_test(hexadecimal),
        cmocka_unit_test(base64),           cmocka_unit_test(equality),
        cmocka_unit_test(random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
