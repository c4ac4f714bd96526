#include "adapters/sms/templates.h"

#include "tests/adapters/harness.h"

static const struct account account = { .full_name = "sms/x" };

static int read(const char *map, struct arena *a, struct templates *out, struct fault *fault,
                json_t **kept)
{
    *kept = json_loads(map, 0, NULL);
    assert_non_null(*kept);
    *fault = (struct fault){ 0 };
    return templates_read(&account, *kept, 20, a, out, fault);
}

static void test_forms_of_a_parameter(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct templates t;
    struct fault fault;
    json_t *kept;
    const char *map =
        "{\"//\":\"a remark\",\"hours.recorded\":{\"code\":\"SMS_1\",\"params\":[\"name\","
        "\"when=start|clock\",{\"param\":\"title\",\"max\":35},"
        "{\"param\":\"date|day\",\"variable\":\"day\"}]},"
        "\"a.b\":{\"code\":\"SMS_2\"}}";
    assert_int_equal(read(map, &a, &t, &fault, &kept), 0);
    assert_int_equal(t.count, 2);
    const struct message_template *one =
        templates_find(&account, &t, SLICE("hours.recorded"), &fault);
    assert_text(one->code, "SMS_1");
    assert_int_equal(one->param_count, 4);
    assert_text(one->params[0].variable, "name");
    assert_text(one->params[0].param, "name");
    assert_int_equal(one->params[0].max, 20);
    assert_text(one->params[1].variable, "when");
    assert_text(one->params[1].param, "start|clock");
    assert_text(one->params[2].variable, "title");
    assert_int_equal(one->params[2].max, 35);
    assert_text(one->params[3].variable, "day");
    assert_text(one->params[3].param, "date|day");
    assert_int_equal(templates_find(&account, &t, SLICE("a.b"), &fault)->param_count, 0);
    assert_null(templates_find(&account, &t, SLICE("hours"), &fault));
    assert_int_equal(fault.code, GW_EINVAL);
    assert_non_null(strstr(fault.text, "message hours has no template"));
    json_decref(kept);
    arena_free(&a);
}

static void test_wrong_maps(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "{\"a.b\":\"SMS_1\"}",
        "{\"a.b\":{}}",
        "{\"a.b\":{\"code\":\"\"}}",
        "{\"a.b\":{\"code\":7}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":\"name\"}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[7]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[\"\"]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[\"x=\"]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[\"=x\"]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[{\"variable\":\"x\"}]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[{\"param\":\"x\",\"max\":0}]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[{\"param\":\"x\",\"max\":501}]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[{\"param\":\"x\",\"max\":\"9\"}]}}",
        "{\"a.b\":{\"code\":\"c\",\"params\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct arena a = { 0 };
        struct templates t;
        struct fault fault;
        json_t *kept;
        if (read(wrong[i], &a, &t, &fault, &kept) != GW_ECONFIG)
            fail_msg("%s", wrong[i]);
        assert_non_null(strstr(fault.text, "account sms/x: settings.templates.a.b: "));
        json_decref(kept);
        arena_free(&a);
    }
}

static void test_values(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct templates t;
    struct fault fault;
    json_t *kept;
    struct slice value;
    assert_int_equal(
        read("{\"a\":{\"code\":\"c\",\"params\":[\"name\",\"when\"]}}", &a, &t, &fault, &kept), 0);
    json_t *params =
        json_pack("{s:s,s:i}", "name", "杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰杨秀", "when", 7);
    assert_int_equal(templates_value(&account, &t.list[0], 0, params, &value, &fault), 0);
    assert_int_equal(value.n, 60);
    assert_int_equal(templates_value(&account, &t.list[0], 1, params, &value, &fault), GW_EINVAL);
    assert_non_null(strstr(fault.text, "no parameter when"));
    json_object_set_new(params, "name", json_string("杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰杨秀兰"));
    fault = (struct fault){ 0 };
    assert_int_equal(templates_value(&account, &t.list[0], 0, params, &value, &fault), GW_ETOOBIG);
    assert_non_null(strstr(fault.text, "parameter name has 21 characters, its template takes 20"));
    assert_null(strstr(fault.text, "杨"));
    assert_int_equal(templates_value(&account, &t.list[0], 0, NULL, &value, NULL), GW_EINVAL);
    json_decref(params);
    json_decref(kept);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_of_a_parameter),
        cmocka_unit_test(test_wrong_maps),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
