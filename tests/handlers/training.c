#include "handlers/training.h"

#include "tests/handlers/calling.h"

static struct training held(const struct records *r, const char *topic, int64_t days_ago)
{
    return (struct training){
        .org = r->branch, .day = SUPPORT_TODAY - days_ago, .topic = slice_of(topic), .minutes = 120
    };
}

static struct training_result result;

static int record(struct records *r, const struct training *t, const struct volunteer *v)
{
    return training_record(&r->s, r->organizer, t, &v->id, 1, &result);
}

static void a_training_is_recorded_once(void **state)
{
    struct records *r = records_open();
    struct volunteer a = records_volunteer(r, "杨秀兰", 0), b = records_volunteer(r, "李国才", 0);
    struct training t = held(r, " 消防安全 ", 5), *list;
    int64_t both[] = { a.id, b.id, a.id };
    (void)state;
    assert_int_equal(record(r, &t, &a), TRAINING_RECORDED);
    assert_int_equal(result.added, 1);
    int64_t id = result.training.id;
    assert_int_equal(record(r, &t, &a), TRAINING_UNCHANGED);
    assert_int_equal(result.training.id, id);
    assert_int_equal(training_record(&r->s, r->organizer, &t, both, 3, &result), TRAINING_RECORDED);
    assert_int_equal(result.training.id, id);
    assert_int_equal(result.added, 1);
    assert_int_equal(result.known, 2);
    assert_int_equal(trainings_of(&r->s, b.id, 5, &list), 1);
    assert_slice(list[0].topic, "消防安全");
    assert_int_equal(list[0].day, SUPPORT_TODAY - 5);
    assert_int_equal(list[0].minutes, 120);
    assert_int_equal(list[0].made_by, r->organizer);
    assert_int_equal(trainings_held(&r->s, r->branch, 5, &list), 1);
    /* With another length it is neither a second one nor changed. */
    t.minutes = 180;
    assert_int_equal(record(r, &t, &b), TRAINING_OTHER_LENGTH);
    assert_int_equal(result.training.minutes, 120);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM trainings"), 1);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM training_people"), 2);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM audit_log WHERE what = 'training.record'"),
                     2);
    records_close(r);
}

static void what_is_wrong_is_refused_and_nothing_kept(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    int64_t many[TRAINING_PEOPLE_MAX + 1] = { 0 };
    (void)state;
    struct training t = held(r, "消防安全", -1);
    assert_int_equal(record(r, &t, &v), TRAINING_FUTURE);
    t = held(r, "消防安全", 366);
    assert_int_equal(record(r, &t, &v), TRAINING_TOO_OLD);
    t = held(r, "  ", 1);
    assert_int_equal(record(r, &t, &v), TRAINING_BAD_TOPIC);
    t = held(r, "0123456789012345678901234567890123456789012345678901234567890", 1);
    assert_int_equal(record(r, &t, &v), TRAINING_BAD_TOPIC);
    t = held(r, "消防安全", 1);
    t.minutes = 0;
    assert_int_equal(record(r, &t, &v), TRAINING_BAD_MINUTES);
    t.minutes = 1441;
    assert_int_equal(record(r, &t, &v), TRAINING_BAD_MINUTES);
    t.minutes = 60;
    assert_int_equal(training_record(&r->s, r->organizer, &t, many, 0, &result), TRAINING_NOBODY);
    assert_int_equal(
        training_record(&r->s, r->organizer, &t, many, TRAINING_PEOPLE_MAX + 1, &result),
        TRAINING_NOBODY);
    assert_int_equal(training_record(&r->s, r->worker, &t, &v.id, 1, &result), TRAINING_FORBIDDEN);
    assert_int_equal(training_record(&r->s, v.address, &t, &v.id, 1, &result), TRAINING_FORBIDDEN);
    t.org = 424242;
    assert_int_equal(record(r, &t, &v), TRAINING_FORBIDDEN);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM trainings"), 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM audit_log WHERE what LIKE 'training%'"), 0);
    t = held(r, "消防安全", 365);
    assert_int_equal(record(r, &t, &v), TRAINING_RECORDED);
    t = held(r, "消防安全", 0);
    assert_int_equal(record(r, &t, &v), TRAINING_RECORDED);
    records_close(r);
}

static void only_people_of_ones_own_area(void **state)
{
    struct records *r = records_open();
    struct volunteer near = records_volunteer(r, "杨秀兰", 0),
                     far = records_volunteer(r, "杨秀兰", 0),
                     frozen = records_volunteer(r, "杨秀兰", 0);
    struct training_person *found;
    struct training t = held(r, "消防安全", 1);
    int64_t both[] = { near.id, far.id };
    (void)state;
    assert_int_equal(volunteer_update(&r->s, far.id, FIELD_AREA, SLICE("530802102000")),
                     UPDATE_DONE);
    assert_int_equal(volunteer_move(&r->s, frozen.id, VOLUNTEER_FROZEN), 1);
    assert_int_equal(training_find(&r->s, r->branch, SLICE("杨秀兰"), &found), 1);
    assert_int_equal(found[0].id, near.id);
    assert_int_equal(found[0].address, near.address);
    assert_int_equal(training_find(&r->s, r->district, SLICE("杨秀兰"), &found), 2);
    assert_int_equal(training_find(&r->s, r->station, SLICE("杨秀兰"), &found), 0);
    assert_int_equal(training_find(&r->s, r->branch, SLICE("杨秀"), &found), 0);
    assert_int_equal(training_find(&r->s, r->branch, SLICE(""), &found), 0);
    assert_int_equal(training_record(&r->s, r->organizer, &t, both, 2, &result), TRAINING_OUTSIDE);
    assert_int_equal(result.outside, far.id);
    assert_int_equal(record(r, &t, &frozen), TRAINING_OUTSIDE);
    assert_int_equal(training_count(&r->s, near.id, 2026), 0);
    t.org = r->district;
    assert_int_equal(training_record(&r->s, r->lead, &t, both, 2, &result), TRAINING_RECORDED);
    records_close(r);
}

static void they_are_counted_by_calendar_year(void **state)
{
    struct records *r = records_open(); /* 2026-11-25 */
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    struct training t = held(r, "急救", SUPPORT_TODAY - civil_day(2025, 12, 31)), *list;
    (void)state;
    assert_int_equal(training_due(&r->s, v.id), 2);
    assert_int_equal(record(r, &t, &v), TRAINING_RECORDED);
    assert_int_equal(training_due(&r->s, v.id), 2);
    t.day = civil_day(2026, 1, 1);
    assert_int_equal(record(r, &t, &v), TRAINING_RECORDED);
    assert_int_equal(training_due(&r->s, v.id), 1);
    assert_int_equal(training_count(&r->s, v.id, 2025), 1);
    assert_int_equal(training_count(&r->s, v.id, 2026), 1);
    for (int i = 1; i <= 2; i++) {
        t.day = SUPPORT_TODAY - i;
        assert_int_equal(record(r, &t, &v), TRAINING_RECORDED);
    }
    assert_int_equal(training_due(&r->s, v.id), 0);
    assert_int_equal(trainings_of(&r->s, v.id, 2, &list), 2);
    assert_int_equal(list[0].day, SUPPORT_TODAY - 1);
    r->s.now = civil_day_start(civil_day(2027, 1, 1), SUPPORT_ZONE);
    assert_int_equal(training_due(&r->s, v.id), 2);
    records_close(r);
}

/* As the ledger does: the record stays, under a person without a name. */
static void who_leaves_takes_no_record_along(void **state)
{
    struct records *r = records_open();
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    struct training t = held(r, "急救", 1);
    struct training_person *found;
    (void)state;
    assert_int_equal(record(r, &t, &v), TRAINING_RECORDED);
    assert_int_equal(volunteer_leave(&r->s, v.id), LEAVE_DONE);
    assert_int_equal(training_count(&r->s, v.id, 2026), 1);
    assert_int_equal(training_find(&r->s, r->branch, SLICE("杨秀兰"), &found), 0);
    assert_int_equal(record(r, &t, &v), TRAINING_OUTSIDE);
    records_close(r);
}

static void every_outcome_has_a_name(void **state)
{
    (void)state;
    for (int i = TRAINING_RECORDED; i <= TRAINING_FORBIDDEN; i++)
        assert_true(strlen(training_outcome_name((enum training_outcome)i)) > 1);
    assert_string_equal(training_outcome_name((enum training_outcome)(TRAINING_FORBIDDEN + 1)),
                        "?");
}

/* ---- the yearly notice ---- */

static int64_t on(int year, int month, int day, int hour)
{
    return civil_day_start(civil_day(year, month, day), SUPPORT_ZONE) + hour * HOUR;
}

static int64_t due_of(struct records *r)
{
    return count_of(r, "SELECT due FROM timers WHERE kind = 'training.due'");
}

static void the_notice_comes_once_a_year(void **state)
{
    struct records *r = records_open();
    (void)state;
    r->s.now = on(2026, 6, 1, 9);
    struct volunteer a = records_volunteer(r, "杨秀兰", 0);
    records_volunteer(r, "杨小明", a.address);
    struct volunteer trained = records_volunteer(r, "李国才", 0);
    struct volunteer silent = records_volunteer(r, "王静", 0),
                     off = records_volunteer(r, "张平", 0),
                     frozen = records_volunteer(r, "赵冰", 0);
    assert_int_equal(opt_out(&r->s, silent.address, OPT_ALL, SLICE("全停"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(opt_out(&r->s, off.address, OPT_REMINDER, SLICE("别提醒"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(volunteer_move(&r->s, frozen.id, VOLUNTEER_FROZEN), 1);
    struct training t = { .org = r->branch, .topic = SLICE("急救"), .minutes = 60 };
    int64_t ids[] = { trained.id, a.id };
    for (int i = 1; i <= 2; i++) { /* one of them took part in both */
        t.day = civil_day(2026, i, 1);
        assert_int_equal(training_record(&r->s, r->organizer, &t, ids, i, &result),
                         TRAINING_RECORDED);
    }
    assert_int_equal(training_schedule(&r->s), 0);
    assert_int_equal(due_of(r), on(2026, 11, 1, 10));
    run_timers(r, on(2026, 10, 31, 23));
    assert_int_equal(told(r, a.address, "training.due", NULL), 0);
    run_timers(r, on(2026, 11, 1, 10));
    assert_int_equal(told(r, a.address, "training.due", NULL), 1);
    assert_string_equal(told_param(r, a.address, "training.due", "names"),
                        "[\"杨秀兰\",\"杨小明\"]");
    assert_string_equal(told_param(r, a.address, "training.due", "year"), "2026");
    assert_string_equal(told_param(r, a.address, "training.due", "needed"), "0");
    assert_int_equal(told(r, trained.address, "training.due", NULL), 0);
    assert_int_equal(told(r, silent.address, "training.due", NULL), 0);
    assert_int_equal(told(r, off.address, "training.due", NULL), 0);
    assert_int_equal(told(r, frozen.address, "training.due", NULL), 0);
    /* Starting again, also with another date, is no second round. */
    r->policy->training_notice_month = 12;
    assert_int_equal(training_schedule(&r->s), 0);
    assert_int_equal(due_of(r), on(2027, 12, 1, 10));
    run_timers(r, on(2027, 12, 1, 10));
    assert_int_equal(told(r, a.address, "training.due", NULL), 2);
    assert_string_equal(told_param(r, a.address, "training.due", "needed"), "2");
    records_close(r);
}

static void a_round_goes_on_where_it_was_cut_off(void **state)
{
    struct records *r = records_open();
    (void)state;
    r->s.now = on(2026, 6, 1, 9);
    multitude(r, 2 * TRAINING_SLICE + 50); /* every third one on the phone of the one before */
    assert_int_equal(training_schedule(&r->s), 0);
    r->s.now = on(2026, 11, 1, 10);
    assert_int_equal(training_due_timer(&r->s, 2026), 0);
    int64_t first = count_of(r, "SELECT COUNT(*) FROM outbox WHERE message = 'training.due'");
    assert_true(first > 100 && first < TRAINING_SLICE);
    /* The second slice is lost with the process; a start and the timer bring it again. */
    assert_int_equal(training_due_timer(&r->s, 2026), 0);
    support_rollback(r->support);
    r->s.tx = support_begin(r->support);
    r->s.now = on(2026, 11, 3, 10);
    assert_int_equal(training_schedule(&r->s), 0);
    run_timers(r, r->s.now);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM outbox WHERE message = 'training.due'"),
                     2 * (2 * TRAINING_SLICE + 50) / 3);
    assert_int_equal(count_of(r, "SELECT COUNT(DISTINCT address) FROM outbox "
                                 "WHERE message = 'training.due'"),
                     2 * (2 * TRAINING_SLICE + 50) / 3);
    assert_int_equal(due_of(r), on(2027, 11, 1, 10));
    records_close(r);
}

static void a_year_that_is_over_is_not_made_up_for(void **state)
{
    struct records *r = records_open();
    (void)state;
    r->s.now = on(2026, 6, 1, 9);
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    assert_int_equal(training_schedule(&r->s), 0);
    r->s.now = on(2027, 1, 2, 10);
    assert_int_equal(training_schedule(&r->s), 0);
    run_timers(r, r->s.now);
    assert_int_equal(told(r, v.address, "training.due", NULL), 0);
    assert_int_equal(due_of(r), on(2027, 11, 1, 10));
    records_close(r);
}

/* Begun behind the date of this year, the first round is that of the next. */
static void who_begins_late_writes_to_nobody(void **state)
{
    struct records *r = records_open();
    (void)state;
    r->s.now = on(2026, 11, 20, 9);
    assert_int_equal(training_schedule(&r->s), 0);
    assert_int_equal(training_schedule(&r->s), 0);
    assert_int_equal(due_of(r), on(2027, 11, 1, 10));
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_training_is_recorded_once),
        cmocka_unit_test(what_is_wrong_is_refused_and_nothing_kept),
        cmocka_unit_test(only_people_of_ones_own_area),
        cmocka_unit_test(they_are_counted_by_calendar_year),
        cmocka_unit_test(who_leaves_takes_no_record_along),
        cmocka_unit_test(every_outcome_has_a_name),
        cmocka_unit_test(the_notice_comes_once_a_year),
        cmocka_unit_test(a_round_goes_on_where_it_was_cut_off),
        cmocka_unit_test(a_year_that_is_over_is_not_made_up_for),
        cmocka_unit_test(who_begins_late_writes_to_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
