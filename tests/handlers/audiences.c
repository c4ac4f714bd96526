#include "handlers/audiences.h"

#include "gateway/base/json.h"
#include "tests/handlers/records.h"

static struct fault fault;

static int read_as(struct records *r, int64_t org, const char *text, struct audience *out)
{
    fault = (struct fault){ 0 };
    json_t *conditions = json_read(slice_of(text), "audience", 4096, &fault);
    assert_non_null(conditions);
    int rc = audience_read(&r->s, conditions, org, out, &fault);
    json_decref(conditions);
    return rc;
}

static void every_condition_has_its_limits(void **state)
{
    struct records *r = records_open();
    struct audience a;
    static const char *const bad[] = {
        "[]",
        "{\"nobody\":1}",
        "{\"areas\":[]}",
        "{\"areas\":\"530802001000\"}",
        "{\"areas\":[530802001000]}",
        "{\"areas\":[\"530802999000\"]}",
        "{\"areas\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}",
        "{\"org\":5}",
        "{\"areas\":[\"530802001000\"],\"org\":\"5\"}",
        "{\"skill\":\"\"}",
        "{\"skill\":7}",
        "{\"free\":\"   \"}",
        "{\"theme\":\"0123456789012345678901234567890123456789012345678901234567890\"}",
        "{\"took_part\":\"x\"}",
        "{\"star\":0}",
        "{\"star\":6}",
        "{\"star\":\"2\"}",
        "{\"age\":{}}",
        "{\"age\":{\"min\":18,\"most\":20}}",
        "{\"age\":{\"min\":70,\"max\":60}}",
        "{\"age\":{\"min\":-1}}",
        "{\"age\":{\"max\":151}}",
        "{\"age\":60}",
        "{\"channel\":\"fax\"}",
        "{\"trained\":\"\"}",
        "{\"trained\":2}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (read_as(r, r->branch, bad[i], &a) != AUDIENCE_BAD)
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(fault.code, GW_EINVAL);
        assert_true(strlen(fault.text) > 20);
    }
    assert_int_equal(read_as(r, r->branch, "{\"org\":\"99\"}", &a), AUDIENCE_NOT_FOUND);
    assert_int_equal(read_as(r, r->branch, "{\"took_part\":\"99\"}", &a), AUDIENCE_NOT_FOUND);
    assert_int_equal(read_as(r, 99, "{}", &a), AUDIENCE_NOT_FOUND);
    records_close(r);
}

static void without_conditions_it_is_everybody_within_reach(void **state)
{
    struct records *r = records_open();
    struct audience a;
    (void)state;
    assert_int_equal(read_as(r, r->branch, "{}", &a), AUDIENCE_OK);
    assert_true(a.everybody);
    assert_int_equal(a.range_count, 1);
    assert_int_equal(a.ranges[0].lo, AREA_TOWNSHIP);
    assert_int_equal(a.ranges[0].hi, AREA_TOWNSHIP + 999);
    /* Who lives elsewhere belongs to the district. */
    assert_int_equal(read_as(r, r->district, "{}", &a), AUDIENCE_OK);
    assert_int_equal(a.range_count, 2);
    assert_int_equal(a.ranges[0].lo, 0);
    assert_int_equal(a.ranges[0].hi, 0);
    assert_int_equal(read_as(r, r->district, "{\"star\":1}", &a), AUDIENCE_OK);
    assert_false(a.everybody);
    records_close(r);
}

static void nobody_reaches_beyond_his_own(void **state)
{
    struct records *r = records_open();
    int64_t other = records_org(r, ORG_BRANCH, r->district, "南屏镇分会", INT64_C(530802102000));
    struct audience a;
    char text[64];
    (void)state;
    snprintf(text, sizeof text, "{\"org\":\"%lld\"}", (long long)other);
    assert_int_equal(read_as(r, r->branch, text, &a), AUDIENCE_OUTSIDE);
    assert_int_equal(read_as(r, r->district, text, &a), AUDIENCE_OK);
    assert_int_equal(read_as(r, r->branch, "{\"areas\":[\"530802102000\"]}", &a), AUDIENCE_OUTSIDE);
    assert_int_equal(read_as(r, r->branch, "{\"areas\":[\"530802001001\",\"530802000000\"]}", &a),
                     AUDIENCE_OUTSIDE);
    assert_int_equal(read_as(r, r->branch, "{\"areas\":[\"530802001001\"]}", &a), AUDIENCE_OK);
    assert_int_equal(read_as(r, r->station, "{\"areas\":[\"530802001001\"]}", &a), AUDIENCE_OK);
    assert_int_equal(read_as(r, r->station, "{\"areas\":[\"530802001000\"]}", &a),
                     AUDIENCE_OUTSIDE);
    struct activity theirs = records_draft(r, r->s.now + DAY, 60);
    theirs.org = other;
    assert_int_equal(activity_draft(&r->s, &theirs), 0);
    snprintf(text, sizeof text, "{\"took_part\":\"%lld\"}", (long long)theirs.id);
    assert_int_equal(read_as(r, r->branch, text, &a), AUDIENCE_OUTSIDE);
    records_close(r);
}

/* A place within another one that is named is not listed twice. */
static void places_are_merged_and_in_order(void **state)
{
    struct records *r = records_open();
    struct audience a;
    (void)state;
    assert_int_equal(read_as(r, r->district,
                             "{\"areas\":[\"530802102000\",\"530802001001\",\"530802001000\","
                             "\"530802001003\"]}",
                             &a),
                     AUDIENCE_OK);
    assert_int_equal(a.range_count, 2);
    assert_int_equal(a.ranges[0].lo, INT64_C(530802001000));
    assert_int_equal(a.ranges[1].lo, INT64_C(530802102000));
    records_close(r);
}

static void ages_are_whole_years_today(void **state)
{
    struct records *r = records_open();
    struct audience a;
    (void)state; /* 2026-11-25 */
    assert_int_equal(read_as(r, r->branch, "{\"age\":{\"min\":18,\"max\":59}}", &a), AUDIENCE_OK);
    assert_int_equal(a.born_to, civil_day(2008, 11, 25));
    assert_int_equal(a.born_from, civil_day(1966, 11, 26));
    assert_int_equal(read_as(r, r->branch, "{\"age\":{\"min\":60}}", &a), AUDIENCE_OK);
    assert_int_equal(a.born_to, civil_day(1966, 11, 25));
    r->s.now = civil_day_start(civil_day(2028, 2, 29), SUPPORT_ZONE);
    assert_int_equal(read_as(r, r->branch, "{\"age\":{\"min\":17}}", &a), AUDIENCE_OK);
    assert_int_equal(a.born_to, civil_day(2011, 2, 28));
    records_close(r);
}

static void a_training_is_good_for_two_years(void **state)
{
    struct records *r = records_open();
    struct audience a;
    (void)state; /* 2026-11-25 */
    assert_int_equal(read_as(r, r->branch, "{\"trained\":\" 急救 \"}", &a), AUDIENCE_OK);
    assert_slice(a.trained, "%急救%");
    assert_int_equal(a.trained_from, civil_day(2024, 11, 25));
    assert_false(a.everybody);
    r->policy->training_valid_days = 30;
    assert_int_equal(read_as(r, r->branch, "{\"trained\":\"急救\"}", &a), AUDIENCE_OK);
    assert_int_equal(a.trained_from, civil_day(2026, 10, 26));
    records_close(r);
}

static void the_township_of_the_activity_is_proposed(void **state)
{
    struct records *r = records_open();
    struct activity a = records_draft(r, r->s.now + DAY, 60);
    json_t *proposed;
    (void)state;
    a.area = INT64_C(530802001001);
    assert_int_equal(audience_propose(&r->s, &a, r->branch, &proposed), 0);
    assert_string_equal(json_string_value(json_array_get(json_object_get(proposed, "areas"), 0)),
                        "530802001000");
    json_decref(proposed);
    assert_int_equal(audience_propose(&r->s, &a, r->station, &proposed), 0);
    assert_string_equal(json_string_value(json_array_get(json_object_get(proposed, "areas"), 0)),
                        "530802001001");
    json_decref(proposed);
    records_close(r);
}

/* The place is the audience; a skill that is asked for narrows it where somebody has it. */
static void a_required_skill_is_a_condition(void **state)
{
    struct records *r = records_open();
    struct activity a = records_draft(r, r->s.now + DAY, 60);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    json_t *proposed;
    (void)state;
    a.area = INT64_C(530802001001);
    a.requirements = SLICE("18岁以上，会急救");
    assert_int_equal(audience_propose(&r->s, &a, r->branch, &proposed), 0);
    assert_null(json_object_get(proposed, "skill")); /* nobody told it */
    json_decref(proposed);
    assert_int_equal(volunteer_update(&r->s, v.id, FIELD_SKILLS, SLICE("急救、唱歌")), UPDATE_DONE);
    assert_int_equal(audience_propose(&r->s, &a, r->branch, &proposed), 0);
    assert_string_equal(json_text(proposed, "skill", ""), "急救");
    assert_int_equal(json_array_size(json_object_get(proposed, "areas")), 1);
    struct audience read;
    assert_int_equal(audience_read(&r->s, proposed, r->branch, &read, &fault), AUDIENCE_OK);
    json_decref(proposed);
    a.requirements = SLICE("18岁以上，不用会急救");
    assert_int_equal(audience_propose(&r->s, &a, r->branch, &proposed), 0);
    assert_null(json_object_get(proposed, "skill"));
    json_decref(proposed);
    records_close(r);
}

static int save(struct records *r, int64_t address, const char *name, const char *text)
{
    fault = (struct fault){ 0 };
    json_t *conditions = json_read(slice_of(text), "audience", 4096, &fault);
    int rc = audience_save(&r->s, address, r->branch, slice_of(name), conditions, &fault);
    json_decref(conditions);
    return rc;
}

static void audiences_are_kept_by_name(void **state)
{
    struct records *r = records_open();
    struct audience_entry *list;
    json_t *saved;
    (void)state;
    assert_int_equal(save(r, r->organizer, "老手", "{\"star\":1}"), AUDIENCE_OK);
    assert_int_equal(save(r, r->organizer, " 老手 ", "{\"star\":1}"), AUDIENCE_UNCHANGED);
    assert_int_equal(save(r, r->organizer, "老手", "{\"star\":2}"), AUDIENCE_OK);
    assert_int_equal(save(r, r->organizer, "", "{\"star\":2}"), AUDIENCE_BAD);
    assert_int_equal(save(r, r->organizer, "坏", "{\"star\":9}"), AUDIENCE_BAD);
    assert_int_equal(save(r, r->organizer, "别处", "{\"areas\":[\"530802102000\"]}"),
                     AUDIENCE_OUTSIDE);
    assert_int_equal(save(r, r->worker, "老手", "{\"star\":1}"), AUDIENCE_FORBIDDEN);
    assert_int_equal(audiences_list(&r->s, r->branch, &list), 1);
    assert_slice(list[0].name, "老手");
    assert_slice(list[0].conditions, "{\"star\":2}");
    assert_int_equal(audience_saved(&r->s, r->branch, SLICE("老手"), &saved), 1);
    assert_int_equal(json_integer_value(json_object_get(saved, "star")), 2);
    json_decref(saved);
    assert_int_equal(audience_saved(&r->s, r->station, SLICE("老手"), &saved), 0);
    assert_int_equal(audience_delete(&r->s, r->worker, r->branch, SLICE("老手")),
                     AUDIENCE_FORBIDDEN);
    assert_int_equal(audience_delete(&r->s, r->organizer, r->branch, SLICE("老手")), AUDIENCE_OK);
    assert_int_equal(audience_delete(&r->s, r->organizer, r->branch, SLICE("老手")),
                     AUDIENCE_NOT_FOUND);
    char name[16];
    for (int i = 0; i < AUDIENCES_PER_ORG; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(save(r, r->organizer, name, "{\"star\":1}"), AUDIENCE_OK);
    }
    assert_int_equal(save(r, r->organizer, "one more", "{\"star\":1}"), AUDIENCE_FULL);
    assert_int_equal(save(r, r->organizer, "n5", "{\"star\":3}"), AUDIENCE_OK);
    assert_int_equal(audiences_list(&r->s, r->branch, &list), AUDIENCES_PER_ORG);
    records_close(r);
}

static void every_outcome_has_a_name(void **state)
{
    (void)state;
    for (int i = AUDIENCE_OK; i <= AUDIENCE_FULL; i++)
        assert_true(strlen(audience_outcome_name((enum audience_outcome)i)) > 1);
    assert_string_equal(audience_outcome_name((enum audience_outcome)(AUDIENCE_FULL + 1)), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_condition_has_its_limits),
        cmocka_unit_test(without_conditions_it_is_everybody_within_reach),
        cmocka_unit_test(nobody_reaches_beyond_his_own),
        cmocka_unit_test(places_are_merged_and_in_order),
        cmocka_unit_test(ages_are_whole_years_today),
        cmocka_unit_test(a_training_is_good_for_two_years),
        cmocka_unit_test(the_township_of_the_activity_is_proposed),
        cmocka_unit_test(a_required_skill_is_a_condition),
        cmocka_unit_test(audiences_are_kept_by_name),
        cmocka_unit_test(every_outcome_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
