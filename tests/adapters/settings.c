#include "adapters/settings.h"

#include "tests/adapters/harness.h"

struct values {
    struct slice name;
    struct slice mode;
    int64_t limit;
    json_t *map;
};

static const struct setting table[] = {
    { "name", SETTING_TEXT, true, offsetof(struct values, name), 2, 5, NULL, "abc",
      "2 to 5 of the letters a, b, c" },
    { "mode", SETTING_TEXT, false, offsetof(struct values, mode), 1, 9, "plain", NULL,
      "\"plain\"" },
    { "limit", SETTING_NUMBER, false, offsetof(struct values, limit), 10, 20, NULL, NULL,
      "10 to 20" },
    { "map", SETTING_OBJECT, false, offsetof(struct values, map), 0, 2, NULL, NULL,
      "an object of two" },
    { NULL },
};

static int read(const char *settings, struct values *out, struct fault *fault, json_t **kept)
{
    *kept = json_loads(settings, 0, NULL);
    assert_non_null(*kept);
    const struct account account = { .full_name = "sms/x", .settings = *kept };
    *out = (struct values){ .limit = 15 };
    *fault = (struct fault){ 0 };
    return settings_read(&account, table, out, fault);
}

static void test_values_and_defaults(void **state)
{
    (void)state;
    struct values v;
    struct fault fault;
    json_t *kept;
    assert_int_equal(read("{\"name\":\"abc\"}", &v, &fault, &kept), 0);
    assert_text(v.name, "abc");
    assert_int_equal(v.limit, 15);
    assert_int_equal(v.mode.n, 0);
    json_decref(kept);
    assert_int_equal(read("{\"name\":\"ab\",\"mode\":\"plain\",\"limit\":20}", &v, &fault, &kept),
                     0);
    assert_text(v.mode, "plain");
    assert_int_equal(v.limit, 20);
    assert_null(v.map);
    json_decref(kept);
    assert_int_equal(read("{\"name\":\"ab\",\"map\":{\"a\":1}}", &v, &fault, &kept), 0);
    assert_int_equal(json_int(v.map, "a", 0), 1);
    json_decref(kept);
}

static void test_faults_name_the_key_and_hide_the_value(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *says;
    } cases[] = {
        { "{}", "settings.name is missing: give 2 to 5 of the letters" },
        { "{\"name\":\"a\"}", "settings.name is not right" },
        { "{\"name\":\"abcabc\"}", "settings.name is not right" },
        { "{\"name\":\"abz\"}", "settings.name is not right" },
        { "{\"name\":7}", "settings.name is not right" },
        { "{\"name\":\"ab\",\"mode\":\"safe\"}", "settings.mode is not right: give \"plain\"" },
        { "{\"name\":\"ab\",\"mode\":\"\\u0001\"}", "settings.mode is not right" },
        { "{\"name\":\"ab\",\"limit\":9}", "settings.limit is not right: give 10 to 20" },
        { "{\"name\":\"ab\",\"limit\":21}", "settings.limit is not right" },
        { "{\"name\":\"ab\",\"limit\":\"15\"}", "settings.limit is not right" },
        { "{\"name\":\"ab\",\"map\":[]}", "settings.map is not right: give an object of two" },
        { "{\"name\":\"ab\",\"map\":{\"a\":1,\"b\":2,\"c\":3}}", "settings.map is not right" },
        { "{\"name\":\"ab\",\"nmae\":\"x\"}",
          "settings.nmae is unknown; known are name, mode, limit, map" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct values v;
        struct fault fault;
        json_t *kept;
        assert_int_equal(read(cases[i].settings, &v, &fault, &kept), GW_ECONFIG);
        assert_non_null(strstr(fault.text, "sms/x"));
        if (strstr(fault.text, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].settings, fault.text);
        assert_null(strstr(fault.text, "abz"));
        json_decref(kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_defaults),
        cmocka_unit_test(test_faults_name_the_key_and_hide_the_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
