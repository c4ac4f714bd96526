/* Calling in slices: a crash at any of them goes on, and nobody is called twice. */
#include "tests/handlers/calling.h"

static int64_t texts(struct records *r)
{
    return count_of(r, "SELECT COUNT(*) FROM outbox WHERE priority = 4");
}

static void crash(struct records *r)
{
    support_rollback(r->support);
    support_reopen(r->support);
    r->s.tx = support_begin(r->support);
}

static void a_crash_in_a_wave_goes_on(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    int slices = 0;
    (void)state;
    multitude(r, 400);
    f.wave = 120;
    struct broadcast b = drafted(r, &f);
    assert_true(b.able > f.wave);
    confirmed(r, b.id);
    r->s.now += 61;
    records_commit(r);
    assert_int_equal(broadcast_begin_timer(&r->s, b.id), 0);
    crash(r); /* before the wave was begun */
    assert_int_equal(look_at(r, b.id).state, BROADCAST_RECALL);
    assert_int_equal(broadcast_begin_timer(&r->s, b.id), 0);
    records_commit(r);
    while (look_at(r, b.id).called < f.wave) {
        int64_t before = texts(r);
        assert_int_equal(broadcast_call_timer(&r->s, b.id), 0);
        crash(r);
        assert_int_equal(texts(r), before);
        assert_int_equal(look_at(r, b.id).called, before);
        assert_int_equal(broadcast_call_timer(&r->s, b.id), 0);
        records_commit(r);
        assert_true(texts(r) > before);
        slices++;
    }
    assert_true(slices > 2);
    assert_int_equal(broadcast_call_timer(&r->s, b.id), 0); /* a timer that ran twice */
    assert_int_equal(texts(r), f.wave);
    assert_int_equal(count_of(r, "SELECT COUNT(DISTINCT address) FROM outbox WHERE priority = 4"),
                     f.wave);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM prompts"), f.wave);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcast_recipients WHERE called_at > 0"),
                     f.wave);
    records_close(r);
}

/* What waits in the outbox is withdrawn some rows at a time, and the counts are right in the end.
 */
static void a_long_stop_goes_in_slices(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast out;
    (void)state;
    multitude(r, 3900);
    f.wave = 100000;
    struct broadcast b = drafted(r, &f);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 61);
    while (look_at(r, b.id).called < b.able)
        assert_int_equal(broadcast_call_timer(&r->s, b.id), 0);
    assert_int_equal(texts(r), b.able);
    assert_int_equal(broadcast_stop(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    assert_true(count_of(r, "SELECT COUNT(*) FROM outbox WHERE priority = 4 AND state = 0") > 0);
    run_timers(r, r->s.now);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM outbox WHERE priority = 4 AND state = 0"),
                     0);
    assert_int_equal(look_at(r, b.id).called, 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM prompts"), 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcast_recipients WHERE called_at > 0"),
                     0);
    records_close(r);
}

/* Somebody who left between the list and the call gets nothing, the others on the phone do. */
static void who_left_meanwhile_is_not_called(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct volunteer one = willing(r, "杨秀兰"), alone = willing(r, "刘芳");
    struct volunteer two = records_volunteer(r, "李国才", one.address);
    (void)state;
    struct broadcast b = drafted(r, &f);
    assert_int_equal(volunteer_leave(&r->s, two.id), LEAVE_DONE);
    assert_int_equal(volunteer_leave(&r->s, alone.id), LEAVE_DONE);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 61);
    assert_int_equal(look_at(r, b.id).called, 1);
    assert_string_equal(told_param(r, one.address, "recruit.call", "names"), "[\"杨秀兰\"]");
    assert_int_equal(told(r, alone.address, "recruit.call", NULL), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_in_a_wave_goes_on),
        cmocka_unit_test(a_long_stop_goes_in_slices),
        cmocka_unit_test(who_left_meanwhile_is_not_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
