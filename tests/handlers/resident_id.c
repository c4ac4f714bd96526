#include "handlers/resident_id.h"

#include "tests/support/support.h"

static enum resident_id_outcome read_id(const char *text, struct resident_id *out)
{
    return resident_id_read(slice_of(text), SUPPORT_TODAY, 120, out);
}

static void valid_vectors_pass(void **state)
{
    static const char *const valid[] = {
        "53080219650312998X", "532701195809079976", "532721194802159966", "530802200805219998",
        "530827199201019997", "530828198803039962", "530821197110209982", "530802201506069971",
        "530802201208309981", "360426199101010071", "44011320141005001X", "810000199006159971",
        "820000198507209989", "830000199511119990",
    };
    struct resident_id id;
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        assert_int_equal(read_id(valid[i], &id), RESIDENT_ID_OK);
        assert_string_equal(id.number, valid[i]);
        assert_false(id.legacy);
    }
}

static void every_changed_character_is_noticed(void **state)
{
    struct resident_id id;
    (void)state;
    for (int i = 0; i < 17; i++)
        for (char c = '0'; c <= '9'; c++) {
            char text[] = "53080219650312998X";
            if (text[i] == c)
                continue;
            text[i] = c;
            assert_int_not_equal(read_id(text, &id), RESIDENT_ID_OK);
        }
}

static void faults_are_told_apart(void **state)
{
    struct resident_id id;
    (void)state;
    assert_int_equal(read_id("530802196503129981", &id), RESIDENT_ID_CHECK);
    assert_int_equal(read_id("530802196502309989", &id), RESIDENT_ID_DATE);
    assert_int_equal(read_id("", &id), RESIDENT_ID_SHAPE);
    assert_int_equal(read_id("5308021965031299", &id), RESIDENT_ID_SHAPE);
    assert_int_equal(read_id("53080219650312998XX", &id), RESIDENT_ID_SHAPE);
    assert_int_equal(read_id("5308021965X312998X", &id), RESIDENT_ID_SHAPE);
    assert_int_equal(read_id("530802 hello", &id), RESIDENT_ID_SHAPE);
}

static void ages_have_limits(void **state)
{
    struct resident_id id;
    (void)state;
    /* Born 2015-06-06: not yet born on the day before. */
    int64_t before = civil_day(2015, 6, 5);
    assert_int_equal(resident_id_read(SLICE("530802201506069971"), before, 120, &id),
                     RESIDENT_ID_DATE);
    assert_int_equal(resident_id_read(SLICE("530802201506069971"), before + 1, 120, &id),
                     RESIDENT_ID_OK);
    assert_int_equal(resident_id_read(SLICE("532721194802159966"), SUPPORT_TODAY, 70, &id),
                     RESIDENT_ID_DATE);
}

static void blanks_and_small_x_are_taken(void **state)
{
    struct resident_id id;
    (void)state;
    assert_int_equal(read_id("530802 19650312 998x", &id), RESIDENT_ID_OK);
    assert_string_equal(id.number, "53080219650312998X");
    assert_int_equal(read_id("530802-19650312-998X", &id), RESIDENT_ID_OK);
}

static void birth_and_gender_are_read(void **state)
{
    struct resident_id id;
    (void)state;
    assert_int_equal(read_id("53080219650312998X", &id), RESIDENT_ID_OK);
    assert_int_equal(id.birth, civil_day(1965, 3, 12));
    assert_int_equal(id.gender, 2); /* 17th digit 8 */
    assert_int_equal(read_id("530802200805219998", &id), RESIDENT_ID_OK);
    assert_int_equal(id.gender, 1);
}

static void fifteen_digits_are_upgraded(void **state)
{
    struct resident_id id;
    (void)state;
    assert_int_equal(read_id("532701580907997", &id), RESIDENT_ID_OK);
    assert_string_equal(id.number, "532701195809079976");
    assert_true(id.legacy);
}

static void the_mask_hides_birth_and_sequence(void **state)
{
    char mask[19];
    (void)state;
    resident_id_mask(SLICE("53080219650312998X"), mask);
    assert_string_equal(mask, "530802********998X");
    resident_id_mask(SLICE("5308"), mask);
    assert_string_equal(mask, "");
}

static void ages_turn_on_the_birthday(void **state)
{
    (void)state;
    int64_t birth = civil_day(2012, 8, 30);
    assert_int_equal(age_on(birth, civil_day(2026, 8, 29)), 13);
    assert_int_equal(age_on(birth, civil_day(2026, 8, 30)), 14);
    assert_int_equal(age_on(civil_day(2012, 2, 29), civil_day(2026, 2, 28)), 13);
    assert_int_equal(age_on(civil_day(2012, 2, 29), civil_day(2026, 3, 1)), 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_vectors_pass),
        cmocka_unit_test(every_changed_character_is_noticed),
        cmocka_unit_test(faults_are_told_apart),
        cmocka_unit_test(ages_have_limits),
        cmocka_unit_test(blanks_and_small_x_are_taken),
        cmocka_unit_test(birth_and_gender_are_read),
        cmocka_unit_test(fifteen_digits_are_upgraded),
        cmocka_unit_test(the_mask_hides_birth_and_sequence),
        cmocka_unit_test(ages_turn_on_the_birthday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
