/* A recorded training is put right, and what stood before is kept. */
#include "handlers/training.h"
#include "tests/handlers/records.h"

static struct training fire(struct records *r, int64_t minutes)
{
    return (struct training){
        .org = r->branch, .day = SUPPORT_TODAY - 5, .topic = SLICE("消防安全"), .minutes = minutes
    };
}

static void a_length_is_corrected_for_everybody(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    struct training t = fire(r, 120), right = fire(r, 180), *own;
    struct training_result result;
    (void)state;
    assert_int_equal(training_correct(&r->s, r->organizer, &right, &result), TRAINING_NOBODY);
    assert_int_equal(training_record(&r->s, r->organizer, &t, &v.id, 1, &result),
                     TRAINING_RECORDED);
    assert_int_equal(training_correct(&r->s, r->worker, &right, &result), TRAINING_FORBIDDEN);
    assert_int_equal(training_correct(&r->s, r->organizer, &t, &result), TRAINING_UNCHANGED);
    t.minutes = 0;
    assert_int_equal(training_correct(&r->s, r->organizer, &t, &result), TRAINING_BAD_MINUTES);
    assert_int_equal(training_correct(&r->s, r->organizer, &right, &result), TRAINING_RECORDED);
    assert_int_equal(trainings_of(&r->s, v.id, 9, &own), 1);
    assert_int_equal(own[0].minutes, 180);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT minutes_before FROM training_changes"), 120);
    records_close(r);
}

static void who_was_not_there_is_taken_out(void **state)
{
    struct records *r = records_open();
    struct volunteer a = records_volunteer(r, "杨秀兰", 0), b = records_volunteer(r, "李国才", 0);
    int64_t both[] = { a.id, b.id };
    struct training t = fire(r, 120);
    struct training_result result;
    (void)state;
    assert_int_equal(training_record(&r->s, r->organizer, &t, both, 2, &result), TRAINING_RECORDED);
    assert_int_equal(training_take_out(&r->s, r->worker, &t, &b.id, 1, &result),
                     TRAINING_FORBIDDEN);
    assert_int_equal(training_take_out(&r->s, r->organizer, &t, &b.id, 1, &result),
                     TRAINING_RECORDED);
    assert_int_equal(result.known, 1);
    assert_int_equal(training_take_out(&r->s, r->organizer, &t, &b.id, 1, &result),
                     TRAINING_UNCHANGED);
    assert_int_equal(training_count(&r->s, a.id, 2026), 1);
    assert_int_equal(training_count(&r->s, b.id, 2026), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_length_is_corrected_for_everybody),
        cmocka_unit_test(who_was_not_there_is_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
