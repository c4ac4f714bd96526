/* Reading and writing JSON within limits. */
#include "gateway/base/json.h"

#include <string.h>

#include "tests/support/support.h"

static json_t *good(const char *text)
{
    struct fault fault = { 0 };
    json_t *value = json_read(slice_of(text), "test", 4096, &fault);
    if (value == NULL)
        fail_msg("%s", fault.text);
    return value;
}

static void bad(struct slice text, int code, const char *says)
{
    struct fault fault = { 0 };
    assert_null(json_read(text, "flows/x.json", 200, &fault));
    assert_int_equal(fault.code, code);
    assert_non_null(strstr(fault.text, "flows/x.json"));
    if (strstr(fault.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.text, says);
}

static void faults_name_file_line_and_reason(void **state)
{
    (void)state;
    bad(SLICE("{\n\"a\": 1,\n}"), GW_EPROTO, ":3:");
    bad(SLICE("{\"a\":1,\"a\":2}"), GW_EPROTO, "duplicate");
    bad(SLICE(""), GW_EPROTO, ":");
    bad(SLICE("{\"a\":\"\xFF\"}"), GW_EPROTO, "decode");
    bad(SLICE("{\"a\":\"\\u0000\"}"), GW_EPROTO, "");
    bad((struct slice){ "{\"a\":1}\0", 8 }, GW_EPROTO, "");
    bad(SLICE("{} {}"), GW_EPROTO, "");
    char wide[300];
    memset(wide, ' ', sizeof(wide));
    bad((struct slice){ wide, sizeof(wide) }, GW_ETOOBIG, "limit is 200");
}

static void a_fault_does_not_quote_what_was_written(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    assert_null(json_read(SLICE("{\"password\": 530802195503120000x}"), "c", 100, &fault));
    assert_null(strstr(fault.text, "530802"));
}

static void depth_is_limited_before_parsing(void **state)
{
    (void)state;
    char text[80];
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    bad((struct slice){ text, 66 }, GW_ETOOBIG, "32 levels");
    json_t *value = json_read((struct slice){ text + 1, 64 }, "x", 100, NULL);
    assert_non_null(value);
    json_decref(value);
    value = good("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"}"); /* inside a string */
    json_decref(value);
}

static void members_and_defaults(void **state)
{
    (void)state;
    json_t *o = good("{\"s\":\"老\",\"n\":-5,\"b\":true,\"id\":\"9007199254740993\",\"x\":null,"
                     "\"big\":9223372036854775807}");
    assert_string_equal(json_text(o, "s", "d"), "老");
    assert_string_equal(json_text(o, "n", "d"), "d");
    assert_string_equal(json_text(NULL, "n", "d"), "d");
    assert_null(json_text(o, "absent", NULL));
    assert_slice(json_slice(o, "s"), "老");
    assert_slice(json_slice(o, "absent"), "");
    assert_int_equal(json_int(o, "n", 7), -5);
    assert_int_equal(json_int(o, "s", 7), 7);
    assert_true(json_int(o, "big", 0) == INT64_MAX);
    assert_true(json_flag(o, "b", false));
    assert_true(json_flag(o, "n", true));
    assert_false(json_flag(o, "x", false));
    assert_true(json_id(o, "id") == INT64_C(9007199254740993));
    assert_true(json_id(o, "n") == 0);
    assert_true(json_id(o, "s") == 0);
    json_decref(o);
}

static void writing_keeps_order(void **state)
{
    (void)state;
    struct arena a = { 0 };
    json_t *o = json_object();
    json_put_slice(o, "z", SLICE("老\"\n"));
    json_put_int(o, "a", INT64_MIN);
    json_put_id(o, "m", INT64_C(9007199254740993));
    json_put_slice(o, "e", (struct slice){ 0 });
    assert_slice(json_write(o, &a), "{\"z\":\"老\\\"\\n\",\"a\":-9223372036854775808,"
                                    "\"m\":\"9007199254740993\",\"e\":\"\"}");
    json_put_int(o, "a", 1); /* replaces, in its place */
    assert_slice(json_write(o, &a),
                 "{\"z\":\"老\\\"\\n\",\"a\":1,\"m\":\"9007199254740993\",\"e\":\"\"}");
    json_decref(o);
    arena_free(&a);
}

static void malformed_bytes_are_replaced(void **state)
{
    (void)state;
    json_t *o = json_object();
    json_put_slice(o, "s",
                   SLICE("a\xFF"
                         "b\xE8\x80"));
    assert_string_equal(json_text(o, "s", ""), "a\xEF\xBF\xBD"
                                               "b\xEF\xBF\xBD\xEF\xBF\xBD");
    json_decref(o);
}

/* Around the size of the first try. */
static void long_values_are_written_whole(void **state)
{
    (void)state;
    struct arena a = { 0 };
    char text[1100];
    memset(text, 'x', sizeof(text));
    for (size_t n = 490; n < 520; n++) {
        json_t *s = json_stringn(text, n);
        struct slice out = json_write(s, &a);
        assert_int_equal(out.n, n + 2);
        assert_int_equal(out.p[n + 1], '"');
        assert_int_equal(out.p[n + 2], '\0');
        json_decref(s);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_name_file_line_and_reason),
        cmocka_unit_test(a_fault_does_not_quote_what_was_written),
        cmocka_unit_test(depth_is_limited_before_parsing),
        cmocka_unit_test(members_and_defaults),
        cmocka_unit_test(writing_keeps_order),
        cmocka_unit_test(malformed_bytes_are_replaced),
        cmocka_unit_test(long_values_are_written_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
