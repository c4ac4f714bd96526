#include "handlers/policy.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "tests/support/support.h"

static struct policy *read_policy(const char *text, struct fault *fault)
{
    struct policy *p = NULL;
    *fault = (struct fault){ 0 };
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    int rc = policy_read(object, "linli.json", &p, fault);
    json_decref(object);
    assert_true((rc == 0) == (p != NULL));
    assert_true(rc == 0 || rc == GW_ECONFIG);
    return p;
}

static void defaults_are_those_of_the_sources(void **state)
{
    static const struct {
        const char *name;
        int64_t value;
    } expected[] = {
        { "star_1", 6000 },       { "star_2", 18000 },         { "star_3", 36000 },
        { "star_4", 60000 },      { "star_5", 90000 },         { "record_workdays", 10 },
        { "target_percent", 10 }, { "trainings_per_year", 2 }, { "guardian_age", 14 },
        { "adult_age", 18 },      { "day_flag_minutes", 720 }, { "day_max_minutes", 1440 },
        { "offer_until", 1230 },  { "quiet_from", 1260 },      { "quiet_to", 480 },
        { "reminder_at", 1110 },  { "code_hours", 24 },        { "role_sleep_days", 180 },
        { "question_days", 7 },   { "population", 416188 },
    };
    struct policy *p = policy_default();
    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        int64_t value = -1;
        assert_int_equal(policy_number(p, expected[i].name, &value), 0);
        assert_int_equal(value, expected[i].value);
    }
    assert_string_equal(p->organization, "茶城志愿者协会");
    assert_true(p->workdays.count > 0);
    policy_free(p);
}

static void every_key_has_its_source_and_a_default_in_range(void **state)
{
    int count = 0;
    const struct policy_key *keys = policy_keys(&count);
    (void)state;
    assert_true(count > 40);
    for (int i = 0; i < count; i++) {
        assert_true(strlen(keys[i].source) > 3);
        assert_true(strlen(keys[i].unit) > 1);
        assert_true(keys[i].offset < sizeof(struct policy));
        assert_true(keys[i].least <= keys[i].most);
        if (strcmp(keys[i].unit, "text") != 0 && strcmp(keys[i].unit, "hours") != 0)
            assert_true(keys[i].fallback >= keys[i].least && keys[i].fallback <= keys[i].most);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(keys[i].name, keys[k].name);
            assert_int_not_equal(keys[i].offset, keys[k].offset);
        }
    }
}

static void values_are_read(void **state)
{
    struct fault fault;
    struct policy *p = read_policy("{\"stars\": [10, 20, 30, 40, 50], \"quiet_from\": \"22:15\", "
                                   "\"record_workdays\": 5, \"organization\": \"协会\"}",
                                   &fault);
    (void)state;
    assert_non_null(p);
    assert_int_equal(p->star_minutes[4], 3000);
    assert_int_equal(p->quiet_from, 22 * 60 + 15);
    assert_int_equal(p->record_workdays, 5);
    assert_string_equal(p->organization, "协会");
    assert_int_equal(p->guardian_age, 14);
    policy_free(p);
}

static void faults_name_the_key(void **state)
{
    static const struct {
        const char *text, *named;
    } bad[] = {
        { "{\"star\": 1}", "policy.star" },
        { "{\"record_workdays\": \"10\"}", "policy.record_workdays" },
        { "{\"record_workdays\": 10.5}", "policy.record_workdays" },
        { "{\"record_workdays\": 0}", "policy.record_workdays" },
        { "{\"quiet_from\": 21}", "policy.quiet_from" },
        { "{\"quiet_from\": \"25:00\"}", "policy.quiet_from" },
        { "{\"organization\": 5}", "policy.organization" },
        { "{\"organization\": \"\"}", "policy.organization" },
        { "{\"stars\": [1, 2, 3, 4]}", "policy.star" },
        { "{\"stars\": [1, 2, 3, 3, 5]}", "policy.star" },
        { "{\"stars\": [1, 2, 3, 4, \"5\"]}", "policy.star" },
        { "{\"stars\": 100}", "policy.star" },
        { "{\"guardian_age\": 20}", "guardian_age" },
        { "{\"work_from\": \"18:00\"}", "work_from" },
        { "{\"offer_until\": \"21:30\"}", "offer_until" },
        { "[]", "object" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault fault;
        assert_null(read_policy(bad[i].text, &fault));
        assert_int_equal(fault.code, GW_ECONFIG);
        assert_non_null(strstr(fault.text, "linli.json"));
        assert_non_null(strstr(fault.text, bad[i].named));
    }
}

static void a_long_name_is_refused(void **state)
{
    char text[400] = "{\"organization\": \"";
    struct fault fault;
    (void)state;
    memset(text + strlen(text), 'a', 96);
    strncat(text, "\"}", sizeof text - strlen(text) - 1);
    assert_null(read_policy(text, &fault));
}

static void unknown_numbers_are_refused(void **state)
{
    struct policy *p = policy_default();
    int64_t value;
    (void)state;
    assert_int_equal(policy_number(p, "star_6", &value), GW_EINVAL);
    assert_int_equal(policy_number(p, "star_0", &value), GW_EINVAL);
    assert_int_equal(policy_number(p, "organization", &value), GW_EINVAL);
    assert_int_equal(policy_number(p, "nothing", &value), GW_EINVAL);
    policy_free(p);
    policy_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_sources),
        cmocka_unit_test(every_key_has_its_source_and_a_default_in_range),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(faults_name_the_key),
        cmocka_unit_test(a_long_name_is_refused),
        cmocka_unit_test(unknown_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
