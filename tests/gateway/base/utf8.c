#include "gateway/base/utf8.h"

#include "tests/support/support.h"

#define BYTES(text) SLICE(text)

static void well_formed_and_not(void **state)
{
    (void)state;
    static const struct slice good[] = {
        { "", 0 },
        { "a\0b", 3 },
        { "\xC2\x80", 2 },
        { "\xDF\xBF", 2 },
        { "\xE0\xA0\x80", 3 },
        { "\xED\x9F\xBF", 3 },
        { "\xEE\x80\x80", 3 },
        { "\xEF\xBF\xBF", 3 },
        { "\xF0\x90\x80\x80", 4 },
        { "\xF4\x8F\xBF\xBF", 4 },
    };
    static const struct slice bad[] = {
        { "\x80", 1 },     /* a tail alone */
        { "\xC0\x80", 2 }, /* overlong */
        { "\xC1\xBF", 2 },
        { "\xE0\x9F\xBF", 3 },
        { "\xF0\x8F\xBF\xBF", 4 },
        { "\xED\xA0\x80", 3 }, /* surrogates */
        { "\xED\xBF\xBF", 3 },
        { "\xF4\x90\x80\x80", 4 }, /* beyond U+10FFFF */
        { "\xF5\x80\x80\x80", 4 },
        { "\xFF", 1 },
        { "\xE8\x80", 2 }, /* cut off */
        { "\xF0\x9F\x98", 3 },
        { "\xE8\x41\x81", 3 },
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(utf8_valid(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(utf8_valid(bad[i]));
}

/* Every code point survives the way out and back; surrogates have no encoding. */
static void every_code_point(void **state)
{
    (void)state;
    for (int32_t cp = -2; cp <= 0x110001; cp++) {
        char out[4];
        int n = utf8_put(out, cp);
        bool exists = cp >= 0 && cp <= 0x10FFFF && !(cp >= 0xD800 && cp <= 0xDFFF);
        assert_int_equal(n > 0, exists);
        if (!exists)
            continue;
        struct slice s = { out, (size_t)n };
        assert_true(utf8_valid(s));
        assert_int_equal(utf8_next(&s), cp);
        assert_int_equal(s.n, 0);
    }
}

static void walking_over_malformed_bytes(void **state)
{
    (void)state;
    struct slice s = BYTES("a\xFF\xE8\x80"
                           "老");
    assert_int_equal(utf8_next(&s), 'a');
    assert_int_equal(utf8_next(&s), 0xFFFD);
    assert_int_equal(utf8_next(&s), 0xFFFD); /* a head without its tail: one byte */
    assert_int_equal(utf8_next(&s), 0xFFFD);
    assert_int_equal(utf8_next(&s), 0x8001);
    assert_int_equal(utf8_next(&s), -1);
    assert_int_equal(utf8_next(&s), -1);
}

static void counting(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(SLICE("a老😀")), 3);
    assert_int_equal(utf8_utf16_units(SLICE("a老😀")), 4);
    assert_int_equal(utf8_utf16_units(SLICE("𠅤")), 2);
    assert_int_equal(utf8_count(SLICE("")), 0);
}

static void cutting(void **state)
{
    (void)state;
    const struct slice text = SLICE("a老😀b");
    static const char *const heads[] = { "",    "a",   "a",    "a",     "a老",  "a老",
                                         "a老", "a老", "a老😀", "a老😀b", "a老😀b" };
    for (size_t max = 0; max < sizeof(heads) / sizeof(heads[0]); max++)
        assert_slice(utf8_cut(text, max), heads[max]);
    assert_slice(utf8_whole(SLICE("a\xE8\x80")), "a");
    assert_slice(utf8_whole(SLICE("a\xF0\x9F\x98")), "a");
    assert_slice(utf8_whole(SLICE("a老")), "a老");
    assert_slice(utf8_whole(SLICE("\xE8")), "");
    assert_slice(utf8_whole(SLICE("\x80\x80\x80\x80\x80")), "\x80\x80\x80\x80\x80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_and_not),
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(walking_over_malformed_bytes),
        cmocka_unit_test(counting),
        cmocka_unit_test(cutting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
