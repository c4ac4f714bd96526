#include "handlers/blacklist.h"

#include "handlers/consents.h"
#include "handlers/tasks.h"
#include "tests/handlers/outbox.h"

static int note(struct records *r, int64_t address, bool answer, const char *text)
{
    const struct blacklisting b = { .address = address,
                                    .account = SLICE("sms/office"),
                                    .reason = SLICE("10: this number is on the blacklist"),
                                    .answer = answer,
                                    .text = slice_of(text) };
    return blacklist_note(&r->s, &b);
}

/* What may not be sent is an opt-out of recruitment; its history names the source. */
static void a_blacklisted_number_is_out(void **state)
{
    struct records *r = records_open();
    int64_t address = records_address(r);
    (void)state;
    assert_int_equal(opt_in(&r->s, address, OPT_BROADCAST, SLICE("要"), SLICE("sms")), OPT_CHANGED);
    assert_int_equal(note(r, address, false, "招募"), BLACKLIST_NOTED);
    assert_int_equal(opt_state(&r->s, address, OPT_BROADCAST), OPT_NO);
    assert_int_equal(opt_allows(&r->s, address, OPT_REMINDER), 1); /* nobody refused those */
    assert_int_equal(note(r, address, false, "招募"),
                     BLACKLIST_NOTED); /* said again: nothing new */
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM consents WHERE yes = 0 AND "
                                               "channel = 'sms/office' AND kind = 'recruitment'"),
                     1);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM tasks"), 0);
    records_close(r);
}

/* An answer that cannot reach her: somebody calls. A second one is added to the task. */
static void a_stopped_answer_is_a_task_to_call(void **state)
{
    struct records *r = records_open();
    int64_t address = records_address(r);
    struct task *tasks;
    (void)state;
    (void)records_volunteer(r, "杨秀兰", address);
    assert_int_equal(note(r, address, true, "您一共4小时30分。"), BLACKLIST_CALL);
    assert_string_equal(told_param(r, r->organizer, "staff.unreachable", "said"),
                        "您一共4小时30分。");
    assert_int_equal(strlen(told_param(r, r->organizer, "staff.unreachable", "tail")), 4);
    assert_int_equal(note(r, address, true, "活动改到周日。"), BLACKLIST_CALL);
    assert_int_equal(tasks_open(&r->s, r->district, 10, &tasks), 1);
    assert_int_equal(tasks[0].kind, TASK_UNREACHABLE);
    assert_slice(tasks[0].said, "您一共4小时30分。\n活动改到周日。");
    assert_int_equal(opt_state(&r->s, address, OPT_BROADCAST), OPT_NO);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blacklisted_number_is_out),
        cmocka_unit_test(a_stopped_answer_is_a_task_to_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
