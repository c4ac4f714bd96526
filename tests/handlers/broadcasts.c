#include "handlers/broadcasts.h"

#include "tests/handlers/calling.h"

static void a_preview_counts_everybody_once(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    (void)state;
    crowd(r, 5);
    records_volunteer(r, "没说", 0); /* never said yes */
    struct volunteer out = willing(r, "退");
    assert_int_equal(opt_out(&r->s, out.address, OPT_BROADCAST, SLICE("R"), SLICE("sms")),
                     OPT_CHANGED);
    struct volunteer in = willing(r, "报");
    assert_int_equal(join(r, a.id, &in).outcome, SIGNUP_DONE);
    struct volunteer gone = willing(r, "空号");
    assert_int_equal(people_unreachable(r->s.tx, gone.address, SLICE("empty number"), r->s.now), 1);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b = drafted(r, &f);
    struct broadcast_preview p = preview_of(r, b.id);
    assert_int_equal(p.audience, 9);
    assert_int_equal(p.able, 5);
    assert_int_equal(p.out[BROADCAST_NEVER_YES], 1);
    assert_int_equal(p.out[BROADCAST_OPTED_OUT], 1);
    assert_int_equal(p.out[BROADCAST_SIGNED_UP], 1);
    assert_int_equal(p.out[BROADCAST_UNREACHABLE], 1);
    assert_int_equal(p.first, 5);
    assert_int_equal(p.confirm, 5);
    assert_false(p.random);
    assert_int_equal(p.all_cost, 25);
    assert_int_equal(p.first_cost, 25);
    assert_int_equal(p.segments, 1);
    assert_false(p.second_needed);
    assert_int_equal(p.chart_count[CHART_TOWNSHIP], 1);
    assert_int_equal(p.chart[CHART_TOWNSHIP][0].key, AREA_TOWNSHIP);
    assert_int_equal(p.chart[CHART_TOWNSHIP][0].count, 5);
    assert_int_equal(p.chart[CHART_AGE][0].key, 70);
    assert_int_equal(p.chart[CHART_CHANNEL][0].key, AUDIENCE_SMS);
    assert_int_equal(p.chart[CHART_STAR][0].key, 0);
    records_close(r);
}

static void the_first_wave_goes_after_the_recall_window(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    (void)state;
    crowd(r, 7);
    f.wave = 3;
    struct broadcast b = drafted(r, &f);
    assert_int_equal(preview_of(r, b.id).confirm, 3);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 59);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_RECALL);
    assert_int_equal(look_at(r, b.id).called, 0);
    run_timers(r, r->s.now + 1);
    b = look_at(r, b.id);
    assert_int_equal(b.state, BROADCAST_RUNNING);
    assert_int_equal(b.called, 3);
    assert_int_equal(b.waves, 1);
    run_timers(r, r->s.now + 60 * 60);
    assert_int_equal(look_at(r, b.id).called, 6);
    run_timers(r, r->s.now + 2 * 60 * 60);
    b = look_at(r, b.id);
    assert_int_equal(b.called, 7);
    assert_int_equal(b.state, BROADCAST_DONE);
    assert_int_equal(told(r, r->organizer, "broadcast.done", NULL), 1);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preview_counts_everybody_once),
        cmocka_unit_test(the_first_wave_goes_after_the_recall_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
