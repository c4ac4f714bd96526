#include "adapters/charset.h"

#include "tests/adapters/harness.h"

#define BYTES(literal) ((struct slice){ literal, sizeof(literal) - 1 })

static void expect(enum charset charset, struct slice bytes, const char *text)
{
    struct arena arena = { 0 };
    struct slice out;
    assert_int_equal(charset_decode(charset, bytes, &arena, &out), 0);
    assert_text(out, text);
    arena_free(&arena);
}

static void refuse(enum charset charset, struct slice bytes)
{
    struct arena arena = { 0 };
    struct slice out;
    assert_int_equal(charset_decode(charset, bytes, &arena, &out), GW_EPROTO);
    arena_free(&arena);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(charset_find(SLICE("utf-8")), CHARSET_UTF8);
    assert_int_equal(charset_find(SLICE("UTF-8")), CHARSET_UTF8);
    assert_int_equal(charset_find(SLICE("US-ASCII")), CHARSET_UTF8);
    assert_int_equal(charset_find(SLICE("UTF-16BE")), CHARSET_UTF16BE);
    assert_int_equal(charset_find(SLICE("ucs-2")), CHARSET_UTF16BE);
    assert_int_equal(charset_find(SLICE("GBK")), -1);
    assert_int_equal(charset_find(SLICE("utf-8x")), -1);
    assert_int_equal(charset_find(SLICE("")), -1);
}

static void test_utf16be(void **state)
{
    (void)state;
    /* The second byte of 名 is a carriage return: nothing may trim it before it is decoded. */
    expect(CHARSET_UTF16BE, BYTES("\x62\xA5\x54\x0D"), "报名");
    expect(CHARSET_UTF16BE, BYTES("\x52\x20"), "删");
    expect(CHARSET_UTF16BE, BYTES("\0\x41\0\x7A\0\xE9\x07\xFF"), "Azé\u07FF");
    expect(CHARSET_UTF16BE, BYTES("\xD8\x3D\xDE\x00\xFF\x01"), "\U0001F600！");
    expect(CHARSET_UTF16BE, BYTES("\xDB\xFF\xDF\xFF"), "\xF4\x8F\xBF\xBF");
    expect(CHARSET_UTF16BE, BYTES(""), "");
}

static void test_lone_surrogates_become_replacements(void **state)
{
    (void)state;
    expect(CHARSET_UTF16BE, BYTES("\xD8\x3D\0\x41"), "\uFFFDA");
    expect(CHARSET_UTF16BE, BYTES("\0\x41\xD8\x3D"), "A\uFFFD");
    expect(CHARSET_UTF16BE, BYTES("\xDE\x00\0\x41"), "\uFFFDA");
    expect(CHARSET_UTF16BE, BYTES("\xD8\x3D\xD8\x3D\xDE\x00"), "\uFFFD\U0001F600");
}

static void test_malformed_is_refused(void **state)
{
    (void)state;
    refuse(CHARSET_UTF16BE, BYTES("\x52"));
    refuse(CHARSET_UTF16BE, BYTES("\x62\xA5\x54"));
    refuse(CHARSET_UTF16BE, BYTES("\0\x41\0\0"));
    refuse(CHARSET_UTF8, BYTES("\xE6\x8A"));
    refuse(CHARSET_UTF8, BYTES("\xC0\x80"));
    refuse(CHARSET_UTF8, BYTES("\xED\xA0\x80"));
    refuse(CHARSET_UTF8, BYTES("\xF4\x90\x80\x80"));
    refuse(CHARSET_UTF8, BYTES("a\0b"));
    expect(CHARSET_UTF8, BYTES("报名"), "报名");
}

static void clean(const char *dirty, const char *text)
{
    struct arena arena = { 0 };
    assert_text(charset_clean(slice_of(dirty), &arena), text);
    arena_free(&arena);
}

static void test_clean(void **state)
{
    (void)state;
    clean("", "");
    clean("我要\t报名\n", "我要\t报名\n");
    clean("a\x01\x08\x0B\x0C\x0E\x1F\x7F"
          "b",
          "ab");
    clean("a\r\nb\rc\r", "a\nb\nc\n");
    clean("a\xC2\x85"
          "b\xC2\x9F",
          "ab");
    clean("a\uFFFE\uFFFF\uFFFD", "a\uFFFD");
    struct arena arena = { 0 };
    struct slice text = SLICE("干净");
    assert_ptr_equal(charset_clean(text, &arena).p, text.p);
    arena_free(&arena);
}

static void test_strip_controls(void **state)
{
    (void)state;
    struct arena arena = { 0 };
    assert_text(charset_strip_controls(SLICE("报\x1D名\t\r\n\x01!"), &arena), "报名\t\r\n!");
    /* Also bytes that are no UTF-8 pass: somebody else looks at those. */
    assert_text(charset_strip_controls(SLICE("\xFF\x02\x80"), &arena), "\xFF\x80");
    struct slice same = SLICE("<xml/>");
    assert_ptr_equal(charset_strip_controls(same, &arena).p, same.p);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_utf16be),
        cmocka_unit_test(test_lone_surrogates_become_replacements),
        cmocka_unit_test(test_malformed_is_refused),
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_strip_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
