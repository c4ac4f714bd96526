/* Slices. */
#include "gateway/base/slice.h"

#include "gateway/base/error.h"
#include "tests/support/support.h"

static const struct slice none = { 0 };

static void equality(void **state)
{
    (void)state;
    assert_true(slice_eq(SLICE("abc"), slice_of("abc")));
    assert_false(slice_eq(SLICE("abc"), SLICE("abd")));
    assert_false(slice_eq(SLICE("abc"), SLICE("ab")));
    assert_true(slice_eq(none, SLICE("")));
    assert_true(slice_eq(slice_of(NULL), none));
    assert_true(slice_eq_nocase(SLICE("Content-Type"), SLICE("content-tyPE")));
    assert_false(slice_eq_nocase(SLICE("a"), SLICE("b")));
    assert_false(slice_eq_nocase(SLICE("a"), SLICE("ab")));
    assert_false(slice_eq_nocase(SLICE("["), SLICE("{"))); /* 32 apart, but no letters */
}

static void heads_and_tails(void **state)
{
    (void)state;
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_true(slice_starts(SLICE("abc"), none));
    assert_false(slice_starts(SLICE("ab"), SLICE("abc")));
    assert_false(slice_starts(none, SLICE("a")));
    assert_true(slice_ends(SLICE("x.sql"), SLICE(".sql")));
    assert_false(slice_ends(SLICE("sql"), SLICE(".sql")));
    assert_true(slice_ends(none, none));
    assert_slice(slice_skip(SLICE("abc"), 1), "bc");
    assert_slice(slice_skip(SLICE("abc"), 9), "");
    assert_slice(slice_skip(none, 9), "");
    assert_slice(slice_head(SLICE("abc"), 2), "ab");
    assert_slice(slice_head(SLICE("abc"), 9), "abc");
}

static void trimming(void **state)
{
    (void)state;
    assert_slice(slice_trim(SLICE(" \t\r\n a b \v\f ")), "a b");
    assert_slice(slice_trim(SLICE("   ")), "");
    assert_slice(slice_trim(none), "");
    assert_slice(slice_trim(SLICE("\xE3\x80\x80"
                                  "a")),
                 "\xE3\x80\x80"
                 "a"); /* ASCII only */
}

static void finding(void **state)
{
    (void)state;
    assert_int_equal(slice_find(SLICE("abcabd"), SLICE("abd")), 3);
    assert_int_equal(slice_find(SLICE("aab"), SLICE("ab")), 1);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("abcd")), -1);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("x")), -1);
    assert_int_equal(slice_find(SLICE("abc"), none), 0);
    assert_int_equal(slice_find(none, SLICE("a")), -1);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("c")), 2);
}

static void walking_parts(void **state)
{
    (void)state;
    struct slice rest = SLICE("a,,b,");
    struct slice part;
    assert_true(slice_next(&rest, ',', &part));
    assert_slice(part, "a");
    assert_true(slice_next(&rest, ',', &part));
    assert_slice(part, "");
    assert_true(slice_next(&rest, ',', &part));
    assert_slice(part, "b");
    assert_false(slice_next(&rest, ',', &part)); /* nothing behind the last comma */
    rest = SLICE("whole");
    assert_true(slice_next(&rest, ',', &part));
    assert_slice(part, "whole");
    assert_false(slice_next(&rest, ',', &part));
    rest = none;
    assert_false(slice_next(&rest, ',', &part));
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        { "0", 0 },
        { "-0", 0 },
        { "42", 42 },
        { "-7", -7 },
        { "007", 7 },
        { "9223372036854775807", INT64_MAX },
        { "-9223372036854775808", INT64_MIN },
        { "-9223372036854775807", -INT64_MAX },
    };
    static const char *const bad[] = { "",
                                       "-",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "0x10",
                                       "--1",
                                       "1a",
                                       "９",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "10000000000000000000",
                                       "18446744073709551617" };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t value = 99;
        assert_int_equal(slice_to_int(slice_of(good[i].text), &value), 0);
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t value = 99;
        assert_int_equal(slice_to_int(slice_of(bad[i]), &value), GW_EINVAL);
        assert_int_equal(value, 99);
    }
}

static void hashes(void **state)
{
    (void)state;
    assert_true(slice_hash(none) == UINT64_C(0xcbf29ce484222325));
    assert_true(slice_hash(SLICE("a")) == UINT64_C(0xaf63dc4c8601ec8c)); /* FNV's own test vector */
    assert_true(slice_hash(SLICE("foobar")) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality), cmocka_unit_test(heads_and_tails), cmocka_unit_test(trimming),
        cmocka_unit_test(finding),  cmocka_unit_test(walking_parts),   cmocka_unit_test(numbers),
        cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
