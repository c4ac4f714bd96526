/* Tests of handlers/profile.c: fields and the ID number of a volunteer. */
#include "tests/handlers/outbox.h"

static int update(struct records *r, int64_t id, enum volunteer_field field, const char *value)
{
    return volunteer_update(&r->s, id, field, slice_of(value));
}

static const char *value_of(struct records *r, int64_t id, enum volunteer_field field)
{
    struct slice value;
    assert_int_equal(volunteer_field(&r->s, id, field, &value), 1);
    return arena_str(r->s.arena, value);
}

static void every_field_has_a_name_and_a_value(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    static const char *const values[FIELD_COUNT] = {
        [FIELD_NAME] = "杨秀兰花",     [FIELD_BIRTH] = "1956",     [FIELD_GENDER] = "F",
        [FIELD_AREA] = "530802001004", [FIELD_ETHNICITY] = "傣族", [FIELD_SCHOOL] = "普洱学院",
        [FIELD_OCCUPATION] = "退休",   [FIELD_SKILLS] = "会急救",  [FIELD_AVAILABILITY] = "周末",
        [FIELD_REMINDER] = "sms",
    };
    (void)state;
    for (int i = 0; i < FIELD_COUNT; i++) {
        enum volunteer_field field;
        assert_true(
            volunteer_field_parse(slice_of(volunteer_field_name((enum volunteer_field)i)), &field));
        assert_int_equal(field, i);
        assert_int_equal(update(r, v.id, field, values[i]), UPDATE_DONE);
        assert_string_equal(value_of(r, v.id, field), values[i]);
        assert_int_equal(update(r, v.id, field, values[i]), UPDATE_UNCHANGED);
    }
    enum volunteer_field field;
    assert_false(volunteer_field_parse(SLICE("salary"), &field));
    records_close(r);
}

static void wrong_values_change_nothing(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "杨秀兰", 0), now;
    char long_text[220];
    (void)state;
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(update(r, v.id, FIELD_NAME, ""), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_BIRTH, "1955-02-30"), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_BIRTH, "19xx"), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_BIRTH, "2030"), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_BIRTH, "2010"), UPDATE_BAD_VALUE); /* needs a guardian */
    assert_int_equal(update(r, v.id, FIELD_GENDER, "X"), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_AREA, "123"), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_SKILLS, long_text), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, v.id, FIELD_SKILLS, "\xff"), UPDATE_BAD_VALUE);
    assert_int_equal(update(r, 99, FIELD_SKILLS, "x"), UPDATE_BAD_VALUE);
    assert_int_equal(volunteer_get(&r->s, v.id, &now), 1);
    assert_int_equal(now.birth, v.birth);
    assert_slice(now.name, "杨秀兰");
    records_close(r);
}

static void what_was_seen_is_changed_at_the_station(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    (void)state;
    assert_int_equal(volunteer_seen(&r->s, v.id, true), 1);
    assert_int_equal(update(r, v.id, FIELD_NAME, "杨秀花"), UPDATE_LOCKED);
    assert_int_equal(update(r, v.id, FIELD_BIRTH, "1950"), UPDATE_LOCKED);
    assert_int_equal(update(r, v.id, FIELD_AREA, "530802001004"), UPDATE_DONE);
    records_close(r);
}

static struct volunteer born(struct records *r, int year)
{
    struct volunteer v = records_volunteer(r, "李雨桐", 0);
    char text[8];
    snprintf(text, sizeof text, "%d", year);
    if (year != 1955)
        assert_int_equal(update(r, v.id, FIELD_BIRTH, text), UPDATE_DONE);
    return v;
}

static void an_id_number_is_sealed_and_unique(void **state)
{
    struct records *r = records_open();
    struct volunteer v = born(r, 1965), other = born(r, 1965);
    struct slice masked;
    (void)state;
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("53080219650312998x")), ID_STORED);
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("53080219650312998X")), ID_UNCHANGED);
    assert_int_equal(volunteer_set_id(&r->s, other.id, SLICE("53080219650312998X")), ID_DUPLICATE);
    assert_int_equal(volunteer_masked_id(&r->s, v.id, &masked), 0);
    assert_slice(masked, "530802********998X");
    assert_int_equal(volunteer_masked_id(&r->s, other.id, &masked), 0);
    assert_slice(masked, "");
    assert_int_equal(volunteer_get(&r->s, v.id, &v), 1);
    assert_int_equal(v.birth, civil_day(1965, 3, 12)); /* the document knows the day */
    assert_false(v.year_only);
    assert_int_equal(v.gender, GENDER_FEMALE);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteers WHERE "
                                               "instr(id_number, '19650312') > 0 OR "
                                               "instr(id_digest, '19650312') > 0"),
                     0);
    records_close(r);
}

static void bad_id_numbers_are_not_kept(void **state)
{
    struct records *r = records_open();
    struct volunteer v = born(r, 1965);
    (void)state;
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("530802196503129981")), ID_BAD_CHECK);
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("530802196502309989")), ID_BAD);
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("1234")), ID_BAD);
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("532701195809079976")), ID_MISMATCH);
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("530802201506069971")), ID_TOO_YOUNG);
    assert_int_equal(volunteer_set_id(&r->s, 99, SLICE("53080219650312998X")), ID_BAD);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM volunteers "
                                               "WHERE id_digest IS NOT NULL"),
                     0);
    records_close(r);
}

static void an_id_number_may_show_a_minor(void **state)
{
    struct records *r = records_open();
    struct volunteer v = born(r, 1955);
    (void)state;
    /* Born 2012-08-30, registered as such by somebody who called it 18: the document decides. */
    records_commit(r);
    char text[128];
    snprintf(text, sizeof text, "UPDATE volunteers SET birth = %lld WHERE id = %lld",
             (long long)civil_day(2012, 1, 1), (long long)v.id);
    support_commit(r->support);
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
    assert_int_equal(volunteer_set_id(&r->s, v.id, SLICE("530802201208309981")), ID_GUARDIAN);
    assert_int_equal(volunteer_get(&r->s, v.id, &v), 1);
    assert_int_equal(v.state, VOLUNTEER_PENDING_GUARDIAN);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_a_name_and_a_value),
        cmocka_unit_test(wrong_values_change_nothing),
        cmocka_unit_test(what_was_seen_is_changed_at_the_station),
        cmocka_unit_test(an_id_number_is_sealed_and_unique),
        cmocka_unit_test(bad_id_numbers_are_not_kept),
        cmocka_unit_test(an_id_number_may_show_a_minor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
