#include "adapters/json_body.h"

#include "tests/adapters/harness.h"

static json_t *good(const char *body)
{
    json_t *value;
    enum webhook_refusal refusal = json_body_read(slice_of(body), &value);
    if (refusal != REFUSED_NONE)
        fail_msg("%s: %s", body, webhook_refusal_name(refusal));
    return value;
}

static void is(const char *body, const char *expected)
{
    struct arena a = { 0 };
    json_t *list = good(body);
    json_t *entry = json_object();
    json_object_set(entry, "t", json_array_get(list, 0));
    assert_text(json_body_text(entry, "t", &a), expected);
    json_decref(entry);
    json_decref(list);
    arena_free(&a);
}

/* What a phone may send and a strict parser refuses together with all other entries. */
static void test_texts_that_break_parsers(void **state)
{
    (void)state;
    is("[\"a\\u0000b\"]", "a\uFFFDb");
    is("[\"a\\ud83d\"]", "a\uFFFD");
    is("[\"\\ude00b\"]", "\uFFFDb");
    is("[\"\\ud83d\\ud83d\\ude00\"]", "\uFFFD😀");
    is("[\"\\uD83D\\uDE00\"]", "😀");
    is("[\"a\xFF"
       "b\"]",
       "a\uFFFDb");
    is("[\"a\xE6\x8A\"]", "a\uFFFD\uFFFD");
    is("[\"a\nb\"]", "a\nb");
    is("[\"a\x01"
       "b\"]",
       "a\uFFFDb");
    is("[\"a\\\"b\\\\\"]", "a\"b\\");
    is("[\"\\u62a5\\u540d\"]", "报名");
    is("[\"签到 3\"]", "签到 3");
}

static void word_is(const char *body, const char *expected)
{
    struct arena a = { 0 };
    json_t *entry = good(body);
    struct slice word = json_body_word(entry, "n", &a);
    if (expected == NULL)
        assert_null(word.p);
    else
        assert_text(word, expected);
    json_decref(entry);
    arena_free(&a);
}

static void test_words(void **state)
{
    (void)state;
    word_is("{\"n\":\"1234567890\"}", "1234567890");
    word_is("{\"n\":1234567890}", "1234567890");
    word_is("{\"n\":-5}", "-5");
    word_is("{\"n\":9223372036854775808}", "9223372036854775808");
    word_is("{\"n\":-99999999999999999999999}", "-99999999999999999999999");
    word_is("{\"n\":\" x \"}", "x");
    word_is("{\"n\":\"１３８\"}", "１３８");
    word_is("{\"n\":\"a\\tb\"}", NULL);
    word_is("{\"n\":1.5}", NULL);
    word_is("{\"n\":true}", NULL);
    word_is("{\"n\":[]}", NULL);
    word_is("{\"m\":1}", NULL);
    struct bench b = { 0 };
    struct slice x = repeat(&b, SLICE("x"), JSON_BODY_WORD_MAX + 1);
    word_is(arena_printf(&b.arena, "{\"n\":\"%.*s\"}", SLICE_ARG(slice_skip(x, 1))).p,
            slice_skip(x, 1).p);
    word_is(arena_printf(&b.arena, "{\"n\":\"%.*s\"}", SLICE_ARG(x)).p, NULL);
    arena_free(&b.arena);
}

static void refuse(struct slice body, enum webhook_refusal why)
{
    json_t *value;
    enum webhook_refusal refusal = json_body_read(body, &value);
    if (refusal != why)
        fail_msg("%.*s: %s", (int)(body.n < 60 ? body.n : 60), body.p,
                 webhook_refusal_name(refusal));
    assert_null(value);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "",       " ",         "{",      "[1,]", "[\"a]",
        "7",      "\"x\"",     "null",   "{}{}", "[\"\\",
        "[\"\\u", "[\"\\x\"]", "<html>", "a=1",  "{\"a\":1,\"a\":2}",
        "[-]",    "[01]",
    };
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        refuse(slice_of(malformed[i]), REFUSED_MALFORMED);
    refuse((struct slice){ NULL, 0 }, REFUSED_MALFORMED);
    refuse((struct slice){ "[\"\0\"", 5 }, REFUSED_MALFORMED);
}

static struct slice list_of(struct bench *b, struct slice entry, size_t count)
{
    struct slice entries = repeat(b, entry, count);
    return arena_printf(&b->arena, "[%.*s%.*s]", SLICE_ARG(entries), (int)entry.n - 1, entry.p);
}

static void test_limits(void **state)
{
    (void)state;
    struct bench b = { 0 };
    json_t *list = good(list_of(&b, SLICE("{},"), JSON_BODY_ENTRIES_MAX - 1).p);
    assert_int_equal(json_array_size(list), JSON_BODY_ENTRIES_MAX);
    json_decref(list);
    refuse(list_of(&b, SLICE("{},"), JSON_BODY_ENTRIES_MAX), REFUSED_TOO_BIG);
    refuse(list_of(&b, SLICE("{},"), 9999), REFUSED_TOO_BIG);
    refuse(repeat(&b, SLICE("["), 1000), REFUSED_TOO_BIG);
    refuse(repeat(&b, SLICE(" "), JSON_BODY_BYTES_MAX + 1), REFUSED_TOO_BIG);
    struct slice text = repeat(&b, SLICE("\x01"), JSON_BODY_BYTES_MAX - 4);
    list = good(arena_printf(&b.arena, "[\"%.*s\"]", SLICE_ARG(text)).p);
    json_decref(list);
    arena_free(&b.arena);
}

static void test_a_long_text_is_cut(void **state)
{
    (void)state;
    struct bench b = { 0 };
    struct slice text = repeat(&b, SLICE("好"), 5000);
    json_t *entry = good(arena_printf(&b.arena, "{\"t\":\"%.*s\"}", SLICE_ARG(text)).p);
    assert_int_equal(json_body_text(entry, "t", &b.arena).n, 1998);
    assert_null(json_body_text(entry, "u", &b.arena).p);
    json_decref(entry);
    arena_free(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_that_break_parsers),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_a_long_text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
