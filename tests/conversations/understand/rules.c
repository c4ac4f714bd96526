/* Rules of intents.json by their words alone: `all` in any order, `none`, classes and what is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "conversations/understand/reading.h"

#define DATA(rules)                                                                                \
    "{\"vocabulary\":{\"device\":[\"灯\",\"水管\"],\"broken\":[\"坏\",\"漏\"]},"              \
    "\"intents\":{\"ask\":{},\"other\":{}},\"rules\":[" rules "]}"

static int make(const char *text, struct rules *out, struct fault *fault)
{
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    return rules_make(root, out, fault);
}

/* The name of the first rule that matches, "" when none does. */
static const char *first(const struct rules *r, const char *text)
{
    static struct arena arena;
    struct candidate found[CANDIDATES_MAX];
    pcre2_match_data *data = pattern_data(&arena);
    int n = rules_match(r, slice_of(text), data, found, NULL);
    const char *name = n > 0 ? found[0].rule->name : "";
    arena_free(&arena);
    arena = (struct arena){ 0 };
    return name;
}

static void words_count_in_any_order(void **state)
{
    (void)state;
    struct rules r;
    struct fault fault = { 0 };
    assert_int_equal(make(DATA("{\"name\":\"a\",\"intent\":\"ask\",\"all\":[\"{device}\","
                               "\"{broken}\"],\"none\":[\"活动\",\"{LENGTH}\"]}"),
                          &r, &fault),
                     0);
    assert_string_equal(first(&r, "家里灯坏了"), "a");
    assert_string_equal(first(&r, "坏了一个灯"), "a");
    assert_string_equal(first(&r, "漏水的水管"), "a");
    assert_string_equal(first(&r, "灯很亮"), "");
    assert_string_equal(first(&r, "坏了"), "");
    assert_string_equal(first(&r, "修灯活动坏了"), "");
    assert_string_equal(first(&r, "灯坏了\xEE\x80\x83"), ""); /* U+E003: a length */
    rules_free(&r);
}

static void a_pattern_narrows_the_words(void **state)
{
    (void)state;
    struct rules r;
    struct fault fault = { 0 };
    assert_int_equal(
        make(DATA("{\"name\":\"low\",\"intent\":\"other\",\"priority\":1,\"all\":[\"灯\"]},"
                  "{\"name\":\"high\",\"intent\":\"ask\",\"priority\":2,\"if\":[\"我家\"],"
                  "\"all\":[\"{device}\"],\"match\":\"^我家\"}"),
             &r, &fault),
        0);
    assert_string_equal(first(&r, "我家灯坏了"), "high");
    assert_string_equal(first(&r, "灯在我家"), "low");
    assert_string_equal(first(&r, "我家很好"), "");
    rules_free(&r);
}

static void expect_fault(const char *text, const char *words)
{
    struct rules r;
    struct fault fault = { 0 };
    assert_int_equal(make(text, &r, &fault), GW_ECONFIG);
    if (strstr(fault.text, words) == NULL) {
        fail_msg("%s does not say %s", fault.text, words);
    }
}

static void what_cannot_match_is_refused(void **state)
{
    (void)state;
    expect_fault(DATA("{\"name\":\"a\",\"intent\":\"ask\"}"), "neither match nor all");
    expect_fault(DATA("{\"name\":\"a\",\"intent\":\"ask\",\"all\":[\"{tool}\"]}"),
                 "{tool} is no vocabulary");
    expect_fault(DATA("{\"name\":\"a\",\"intent\":\"ask\",\"all\":[\"灯\"],\"none\":[\"\"]}"),
                 "a: an empty word");
    expect_fault(DATA("{\"name\":\"a\",\"intent\":\"ask\",\"all\":[\"1\",\"2\",\"3\",\"4\",\"5\","
                      "\"6\",\"7\",\"8\",\"9\"]}"),
                 "more than 8 classes");
}

static void the_same_words_shadow(void **state)
{
    (void)state;
    struct rules r;
    struct fault fault = { 0 };
    json_t *findings = json_array();
    assert_int_equal(make(DATA("{\"name\":\"a\",\"intent\":\"ask\",\"all\":[\"灯\"]},"
                               "{\"name\":\"b\",\"intent\":\"other\",\"all\":[\"灯\"]},"
                               "{\"name\":\"c\",\"intent\":\"other\",\"all\":[\"灯\"],"
                               "\"none\":[\"活动\"]}"),
                          &r, &fault),
                     0);
    rules_check(&r, findings);
    assert_int_equal(json_array_size(findings), 1);
    json_decref(findings);
    rules_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_count_in_any_order),
        cmocka_unit_test(a_pattern_narrows_the_words),
        cmocka_unit_test(what_cannot_match_is_refused),
        cmocka_unit_test(the_same_words_shadow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
