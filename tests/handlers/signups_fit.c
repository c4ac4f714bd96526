/* Whether an activity and a person fit: age, hours, danger, skill, training, insurance. */
#include "handlers/training.h"
#include "tests/handlers/meeting.h"

static struct activity with(struct records *r, int64_t start, int minutes, struct activity extra)
{
    struct activity a = records_draft(r, start, minutes);
    a.min_age = extra.min_age;
    a.max_age = extra.max_age;
    a.skill = extra.skill;
    a.training = extra.training;
    a.hazardous = extra.hazardous;
    a.insurance = extra.insurance;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, &a), ACTIVITY_OK);
    return look(r, a.id);
}

static struct volunteer born(struct records *r, int year)
{
    struct volunteer_form form = { .name = SLICE("李欣"),
                                   .birth = civil_day(year, 1, 1),
                                   .area = AREA_TOWNSHIP,
                                   .address = records_address(r),
                                   .by_guardian = true,
                                   .channel = SLICE("sms") };
    struct volunteer v;
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    return v;
}

static void ages_have_two_ends(void **state)
{
    struct records *r = records_open();
    struct activity a =
        with(r, at(3, 9, 0), 120, (struct activity){ .min_age = 18, .max_age = 65 });
    struct volunteer old = born(r, 1955), grown = born(r, 1990), young = born(r, 2012);
    (void)state;
    assert_int_equal(join(r, a.id, &old).outcome, SIGNUP_TOO_OLD);
    assert_int_equal(join(r, a.id, &young).outcome, SIGNUP_TOO_YOUNG);
    assert_int_equal(join(r, a.id, &grown).outcome, SIGNUP_DONE);
    check_places(r, a.id);
    records_close(r);
}

/* Early, late, long or dangerous: not for who is under eighteen. */
static void hours_that_do_not_fit_minors(void **state)
{
    struct records *r = records_open();
    struct volunteer teen = born(r, 2010), grown = born(r, 1990);
    const struct {
        int64_t start;
        int minutes;
        bool hazardous;
        enum signup_outcome expected;
    } table[] = {
        { at(3, 9, 0), 120, false, SIGNUP_DONE },   { at(4, 6, 59), 60, false, SIGNUP_MINOR },
        { at(5, 19, 30), 31, false, SIGNUP_MINOR }, { at(6, 19, 30), 30, false, SIGNUP_DONE },
        { at(7, 9, 0), 241, false, SIGNUP_MINOR },  { at(8, 9, 0), 240, false, SIGNUP_DONE },
        { at(9, 9, 0), 60, true, SIGNUP_MINOR },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct activity a = with(
            r, table[i].start, table[i].minutes,
            (struct activity){ .hazardous = table[i].hazardous, .insurance = SLICE("PA2026001") });
        assert_int_equal(join(r, a.id, &teen).outcome, table[i].expected);
        assert_int_equal(join(r, a.id, &grown).outcome, SIGNUP_DONE);
        assert_int_equal(activity_fits_age(&r->s, &a, 16), table[i].expected == SIGNUP_DONE);
        assert_true(activity_fits_age(&r->s, &a, 18));
    }
    records_close(r);
}

static void a_skill_must_have_been_told(void **state)
{
    struct records *r = records_open();
    struct activity a = with(r, at(3, 9, 0), 120, (struct activity){ .skill = SLICE("急救") });
    struct volunteer v = born(r, 1990);
    (void)state;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_NO_SKILL);
    assert_true(volunteer_update(&r->s, v.id, FIELD_SKILLS, SLICE("会急救、开车")) >= 0);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    records_close(r);
}

static void a_training_must_be_on_record_and_recent(void **state)
{
    struct records *r = records_open();
    struct activity a = with(r, at(3, 9, 0), 120, (struct activity){ .training = SLICE("消防") });
    struct volunteer v = born(r, 1990);
    struct training t = {
        .org = r->branch, .day = SUPPORT_TODAY - 2, .topic = SLICE("消防安全"), .minutes = 60
    };
    struct training_result result;
    (void)state;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_UNTRAINED);
    assert_int_equal(training_record(&r->s, r->organizer, &t, &v.id, 1, &result),
                     TRAINING_RECORDED);
    r->policy->training_valid_days = 1;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_UNTRAINED);
    r->policy->training_valid_days = 365;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    records_close(r);
}

SQL(test_uninsure, "UPDATE activities SET insurance = '' WHERE id = $id");

/* Publishing asks for it; if it is taken away meanwhile nobody is let into danger. */
static void danger_needs_its_insurance(void **state)
{
    struct records *r = records_open();
    struct activity a =
        with(r, at(3, 9, 0), 120,
             (struct activity){ .hazardous = true, .insurance = SLICE("PA2026001") });
    struct volunteer v = born(r, 1990), other = born(r, 1991);
    (void)state;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(sql_run(r->s.tx, &test_uninsure, BINDS(BIND_INT("id", a.id))), 1);
    assert_int_equal(join(r, a.id, &other).outcome, SIGNUP_UNINSURED);
    records_close(r);
}

/* M33: service time and tasks are arranged sensibly. */
static void m33_an_overlapping_sign_up_is_refused_and_a_full_day_warns(void **state)
{
    struct records *r = records_open();
    struct activity first = meeting(r, at(3, 9, 0), 240, 5), over = meeting(r, at(3, 12, 0), 60, 5);
    struct activity second = meeting(r, at(3, 13, 30), 270, 5);
    struct volunteer v = born(r, 1990);
    (void)state;
    assert_false(join(r, first.id, &v).heavy);
    struct signup_result clash = join(r, over.id, &v);
    assert_int_equal(clash.outcome, SIGNUP_CLASH);
    assert_int_equal(clash.other.id, first.id);
    struct signup_result more = join(r, second.id, &v); /* eight hours and a half that day */
    assert_int_equal(more.outcome, SIGNUP_DONE);
    assert_true(more.heavy);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_have_two_ends),
        cmocka_unit_test(hours_that_do_not_fit_minors),
        cmocka_unit_test(a_skill_must_have_been_told),
        cmocka_unit_test(a_training_must_be_on_record_and_recent),
        cmocka_unit_test(danger_needs_its_insurance),
        cmocka_unit_test(m33_an_overlapping_sign_up_is_refused_and_a_full_day_warns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
