#include "handlers/lost_number.h"

#include "handlers/tasks.h"
#include "tests/handlers/outbox.h"

/* Two volunteers share the phone: one task names both, and is not opened again. */
static void its_people_are_to_be_found(void **state)
{
    struct records *r = records_open();
    int64_t address = records_address(r);
    struct task *tasks;
    (void)state;
    (void)records_volunteer(r, "杨秀兰", address);
    (void)records_volunteer(r, "李正发", address);
    assert_int_equal(lost_number_note(&r->s, address), LOST_NUMBER_TASK);
    assert_string_equal(told_param(r, r->organizer, "staff.lost_number", "name"), "杨秀兰 李正发");
    assert_int_equal(strlen(told_param(r, r->organizer, "staff.lost_number", "tail")), 4);
    assert_int_equal(lost_number_note(&r->s, address), LOST_NUMBER_TASK);
    assert_int_equal(tasks_open(&r->s, r->district, 10, &tasks), 1);
    assert_int_equal(tasks[0].kind, TASK_LOST_NUMBER);
    records_close(r);
}

/* A number of nobody we know is noted and left alone. */
static void nobody_looks_for_a_stranger(void **state)
{
    struct records *r = records_open();
    struct task *tasks;
    (void)state;
    assert_int_equal(lost_number_note(&r->s, records_address(r)), LOST_NUMBER_NOTED);
    assert_int_equal(tasks_open(&r->s, r->district, 10, &tasks), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_people_are_to_be_found),
        cmocka_unit_test(nobody_looks_for_a_stranger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
