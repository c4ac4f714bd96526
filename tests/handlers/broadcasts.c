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

/* ---- what is refused ---- */

static void a_draft_needs_the_power_and_an_open_activity(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1), draft = records_draft(r, at(3, 9, 0), 60);
    int64_t other = records_org(r, ORG_BRANCH, r->district, "南屏镇分会", INT64_C(530802102000));
    int64_t stranger = records_role(r, other, ROLE_ORGANIZER, "王明");
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    (void)state;
    struct volunteer v = willing(r, "人");
    assert_int_equal(draft_as(r, stranger, &f, &b), BROADCAST_FORBIDDEN);
    assert_int_equal(draft_as(r, r->worker, &f, &b), BROADCAST_FORBIDDEN);
    assert_int_equal(draft_as(r, v.address, &f, &b), BROADCAST_FORBIDDEN);
    f.org = other;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_FORBIDDEN);
    assert_int_equal(draft_as(r, stranger, &f, &b), BROADCAST_OUTSIDE); /* not their activity */
    f.org = 0;
    f.activity = 99;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_NOT_FOUND);
    assert_int_equal(activity_draft(&r->s, &draft), 0);
    f.activity = draft.id;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_NOT_OPEN);
    f.activity = a.id;
    r->s.now = a.starts_at - 60 * 60; /* nobody gets there in time */
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_PAST);
    r->s.now = at(0, 10, 0);
    f.start_at = r->s.now - 1;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_PAST);
    f.start_at = a.starts_at;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_PAST);
    f.start_at = 0;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_SEATS_FULL);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcasts"), 0);
    records_close(r);
}

static int draft_for(struct records *r, int64_t activity, const char *audience, struct fault *fault)
{
    struct broadcast_form f = call_form(activity);
    struct broadcast b;
    json_t *conditions = json_read(slice_of(audience), "audience", 4096, fault);
    f.audience = conditions;
    int rc = broadcast_draft(&r->s, r->organizer, &f, &b, fault);
    json_decref(conditions);
    return rc;
}

static void an_audience_must_be_within_reach_and_somebody(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct fault fault = { 0 };
    (void)state;
    assert_int_equal(draft_for(r, a.id, "{\"areas\":[\"530802102000\"]}", &fault),
                     BROADCAST_OUTSIDE);
    assert_int_equal(draft_for(r, a.id, "{\"star\":9}", &fault), BROADCAST_BAD_AUDIENCE);
    assert_non_null(strstr(fault.text, "star"));
    assert_int_equal(draft_for(r, a.id, "{\"trained\":\"急救\"}", &fault), BROADCAST_NOBODY);
    assert_int_equal(draft_for(r, a.id, "{\"areas\":[\"530802001001\"]}", &fault),
                     BROADCAST_NOBODY);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcasts WHERE state <> 11"), 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM timers WHERE kind LIKE 'broadcast.%'"), 0);
    records_close(r);
}

static void a_wording_without_its_parameters_is_refused(void **state)
{
    struct records *r = records_open();
    struct activity a = records_draft(r, at(3, 9, 0), 120);
    static const struct slice needs[] = { { "title", 5 }, { "names", 5 }, { "bring", 5 } };
    struct broadcast_form f = call_form(0);
    struct fault fault = { 0 };
    struct broadcast b;
    (void)state;
    crowd(r, 1);
    a.bring = (struct slice){ 0 };
    a.requirements = SLICE("能走路");
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, NULL), ACTIVITY_OK);
    f.activity = a.id;
    f.needs = needs;
    f.need_count = 3;
    assert_int_equal(broadcast_draft(&r->s, r->organizer, &f, &b, &fault), BROADCAST_INCOMPLETE);
    assert_non_null(strstr(fault.text, "'bring'"));
    f.need_count = 2;
    assert_int_equal(broadcast_draft(&r->s, r->organizer, &f, &b, &fault), BROADCAST_OK);
    records_close(r);
}

static void a_form_has_its_limits(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form good = call_form(a.id), f;
    struct broadcast b;
    (void)state;
    crowd(r, 1);
    f = good, f.segments = 0;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_BAD_FORM);
    f = good, f.shared_segments = 11;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_BAD_FORM);
    f = good, f.price = -1;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_BAD_FORM);
    f = good, f.spread_minutes = 721;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_BAD_FORM);
    f = good, f.wave = -5;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_BAD_FORM);
    f = good, f.need_count = BROADCAST_NEEDS_MAX + 1;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_BAD_FORM);
    records_close(r);
}

/* ---- the number ---- */

static void the_number_shown_is_the_number_typed(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    (void)state;
    crowd(r, 4);
    b = drafted(r, &f);
    assert_int_equal(broadcast_confirm(&r->s, 99, r->organizer, 4, &out), BROADCAST_NOT_FOUND);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->worker, 4, &out), BROADCAST_FORBIDDEN);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 5, &out), BROADCAST_WRONG_NUMBER);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out), BROADCAST_OK);
    assert_int_equal(out.due, r->s.now + 60);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out), BROADCAST_UNCHANGED);
    assert_int_equal(draft_as(r, r->organizer, &f, &out), BROADCAST_BUSY);
    assert_int_equal(out.id, b.id);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM audit_log WHERE what = 'broadcast.confirm'"),
                     1);
    records_close(r);
}

static void a_number_of_a_forger_is_a_random_one(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast_preview p;
    struct broadcast b, out;
    (void)state;
    crowd(r, 4);
    f.signed_pushes = false;
    b = drafted(r, &f);
    p = preview_of(r, b.id);
    assert_true(p.random && p.confirm >= 1000 && p.confirm <= 9999);
    /* It is shown to nobody else. */
    assert_int_equal(broadcast_preview(&r->s, b.id, r->lead, &p), BROADCAST_OK);
    assert_int_equal(p.confirm, 0);
    for (int i = 1; i < 5; i++)
        assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out),
                         BROADCAST_WRONG_NUMBER);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out), BROADCAST_LOCKED);
    p = preview_of(r, b.id);
    assert_int_equal(p.confirm, 0);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out),
                     BROADCAST_EXPIRED_DRAFT);
    records_close(r);
}

static void a_number_of_yesterday_is_stale(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    (void)state;
    crowd(r, 4);
    b = drafted(r, &f);
    r->s.now += 24 * HOUR;
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out),
                     BROADCAST_EXPIRED_DRAFT);
    run_timers(r, r->s.now);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_EXPIRED);
    /* One that was taken back is no other. */
    b = drafted(r, &f);
    assert_int_equal(broadcast_stop(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    assert_int_equal(out.state, BROADCAST_CANCELLED);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out),
                     BROADCAST_EXPIRED_DRAFT);
    /* One that a newer one replaced neither. */
    b = drafted(r, &f);
    drafted(r, &f);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out),
                     BROADCAST_EXPIRED_DRAFT);
    records_close(r);
}

static void the_world_may_change_before_the_number(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1);
    struct volunteer v = willing(r, "一"), w = willing(r, "二");
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    int told_of = 0;
    (void)state;
    (void)w;
    b = drafted(r, &f);
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 2, &out), BROADCAST_SEATS_FULL);
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_DONE);
    assert_int_equal(activity_cancel(&r->s, a.id, r->organizer, SLICE("下雨"), &told_of),
                     ACTIVITY_OK);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 2, &out),
                     BROADCAST_EXPIRED_DRAFT);
    records_close(r);
}

/* ---- two people ---- */

static void everybody_needs_a_second_person(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    json_t *all = json_object();
    (void)state;
    crowd(r, 4);
    f.audience = all;
    b = drafted(r, &f);
    json_decref(all);
    assert_true(preview_of(r, b.id).second_needed);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out), BROADCAST_NEEDS_SECOND);
    assert_int_equal(out.state, BROADCAST_SECOND);
    assert_int_equal(out.second, r->lead);
    assert_int_equal(told(r, r->lead, "broadcast.second", NULL), 1);
    assert_string_equal(told_param(r, r->lead, "broadcast.second", "by"), "刀艳");
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out), BROADCAST_SAME_PERSON);
    run_timers(r, r->s.now + 600);
    assert_int_equal(look_at(r, b.id).called, 0);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->lead, 4, &out), BROADCAST_OK);
    run_timers(r, r->s.now + 61);
    assert_int_equal(look_at(r, b.id).called, 4);
    records_close(r);
}

static void above_a_size_too_and_with_another_number(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast_preview p;
    struct broadcast b, out;
    (void)state;
    crowd(r, 4);
    r->policy->broadcast_second_over = 3;
    f.signed_pushes = false;
    b = drafted(r, &f);
    int64_t first = preview_of(r, b.id).confirm;
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, first, &out),
                     BROADCAST_NEEDS_SECOND);
    assert_int_equal(broadcast_preview(&r->s, b.id, r->lead, &p), BROADCAST_OK);
    assert_true(p.confirm >= 1000);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->lead, p.confirm, &out), BROADCAST_OK);
    records_close(r);
}

static void without_a_second_person_it_does_not_start(void **state)
{
    struct records *r = records_empty();
    struct broadcast b, out;
    (void)state;
    r->branch = records_org(r, ORG_BRANCH, 0, "思茅街道分会", AREA_TOWNSHIP);
    r->organizer = records_role(r, r->branch, ROLE_ORGANIZER, "刀艳");
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    crowd(r, 4);
    r->policy->broadcast_second_over = 3;
    b = drafted(r, &f);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 4, &out), BROADCAST_NO_SECOND);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_PREVIEWED);
    records_close(r);
}

/* ---- stop, pause, resume ---- */

static int64_t queued(struct records *r)
{
    return count_of(r, "SELECT COUNT(*) FROM outbox WHERE priority = 4 AND state = 0 "
                       "AND not_before < 4000000000");
}

static void stopped_in_the_recall_window_nothing_was_sent(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast out;
    (void)state;
    crowd(r, 4);
    struct broadcast b = drafted(r, &f);
    confirmed(r, b.id);
    r->s.now += 59;
    assert_int_equal(broadcast_open_of(&r->s, r->organizer, &out), 1);
    assert_int_equal(broadcast_stop(&r->s, out.id, r->organizer, &out), BROADCAST_OK);
    assert_int_equal(out.state, BROADCAST_CANCELLED);
    run_timers(r, r->s.now + DAY);
    assert_int_equal(queued(r), 0);
    assert_int_equal(broadcast_stop(&r->s, b.id, r->organizer, &out), BROADCAST_UNCHANGED);
    assert_int_equal(broadcast_open_of(&r->s, r->organizer, &out), 0);
    records_close(r);
}

static void stopped_at_once_what_waits_is_withdrawn(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast_result result;
    struct broadcast out;
    (void)state;
    crowd(r, 6);
    struct broadcast b = running(r, &f);
    assert_int_equal(queued(r), 6);
    /* One had left. */
    struct outbox_row *leased;
    struct outbox_lease l = { .owner = 1, .lane = SLICE("sms/demo"), .seconds = 60, .other = 1 };
    assert_int_equal(outbox_lease(r->s.tx, r->s.vault, &l, r->s.now, r->s.arena, &leased), 1);
    struct broadcast_admission said;
    assert_int_equal(broadcast_admit(&r->s, leased, &said), 0);
    assert_int_equal(said.verdict, BROADCAST_SEND);
    assert_int_equal(outbox_sending(r->s.tx, leased->id, 1, leased->attempt, r->s.now, 60, 1, 5),
                     1);
    assert_int_equal(outbox_outcome(r->s.tx, leased->id, 1, leased->attempt, OUTBOX_OK, SLICE("p1"),
                                    SLICE(""), 0, r->s.now),
                     1);
    assert_int_equal(broadcast_stop(&r->s, b.id, r->worker, &out), BROADCAST_FORBIDDEN);
    assert_int_equal(broadcast_stop(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    assert_int_equal(out.state, BROADCAST_STOPPED);
    assert_int_equal(out.called, 1);
    assert_slice(out.why, "person");
    assert_int_equal(queued(r), 0);
    /* Whose text did not leave is asked nothing, and was not called. */
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM prompts"), 1);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcast_recipients WHERE called_at > 0"),
                     1);
    run_timers(r, at(1, 9, 0));
    assert_int_equal(look_at(r, b.id).state, BROADCAST_CLOSED);
    assert_int_equal(broadcast_result(&r->s, b.id, &result), BROADCAST_OK);
    assert_int_equal(result.called, 1);
    assert_int_equal(result.sent, 1);
    assert_int_equal(result.withdrawn, 5);
    assert_int_equal(result.cost, 5);
    assert_int_equal(told(r, r->organizer, "broadcast.result", NULL), 1);
    records_close(r);
}

static void a_pause_holds_and_keeps_the_pacing(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    (void)state;
    crowd(r, 6);
    f.wave = 3;
    b = running(r, &f);
    assert_int_equal(broadcast_resume(&r->s, b.id, r->organizer, &out), BROADCAST_UNCHANGED);
    assert_int_equal(broadcast_pause(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    assert_int_equal(out.state, BROADCAST_PAUSED);
    assert_int_equal(broadcast_pause(&r->s, b.id, r->organizer, &out), BROADCAST_UNCHANGED);
    assert_int_equal(queued(r), 0);
    run_timers(r, r->s.now + 3 * HOUR); /* no wave meanwhile */
    assert_int_equal(look_at(r, b.id).called, 3);
    assert_int_equal(broadcast_resume(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    assert_int_equal(out.state, BROADCAST_RUNNING);
    assert_int_equal(queued(r), 3);
    run_timers(r, r->s.now + HOUR);
    assert_int_equal(look_at(r, b.id).called, 6);
    assert_int_equal(broadcast_pause(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    run_timers(r, a.starts_at - HOUR); /* paused until it was too late */
    assert_int_equal(look_at(r, b.id).state, BROADCAST_DONE);
    records_close(r);
}

/* ---- the activity ---- */

static void a_full_activity_stops_it(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 2);
    struct broadcast_form f = call_form(a.id);
    struct volunteer v[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        v[i] = willing(r, "人");
    crowd(r, 6);
    f.wave = 5;
    struct broadcast b = running(r, &f);
    assert_int_equal(b.called, 5);
    support_commit(r->support); /* all had left */
    support_exec(r->support, "UPDATE outbox SET state = 3 WHERE priority = 4");
    support_exec(r->support, "UPDATE broadcast_recipients SET left_at = called_at");
    r->s.tx = support_begin(r->support);
    for (int i = 0; i < 4; i++)
        join(r, a.id, &v[i]);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_FULL);
    run_timers(r, r->s.now + 60);
    assert_string_equal(told_param(r, r->organizer, "broadcast.full", "joined"), "2");
    assert_string_equal(told_param(r, r->organizer, "broadcast.full", "waiting"), "2");
    assert_string_equal(told_param(r, r->organizer, "broadcast.full", "called"), "5");
    assert_string_equal(told_param(r, r->organizer, "broadcast.full", "spared"), "5");
    assert_string_equal(told_param(r, r->organizer, "broadcast.full", "saved"), "25");
    run_timers(r, r->s.now + 3 * HOUR);
    assert_int_equal(look_at(r, b.id).called, 5);
    run_timers(r, at(1, 9, 0));
    assert_string_equal(told_param(r, r->organizer, "broadcast.result", "joined"), "4");
    assert_int_equal(told(r, r->organizer, "broadcast.result", NULL), 1);
    records_close(r);
}

static void a_moved_or_cancelled_activity_stops_it(void **state)
{
    static const char *const what[] = { "moved", "cancelled" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct records *r = records_open();
        struct activity a = meeting(r, at(3, 9, 0), 120, 20);
        struct broadcast_form f = call_form(a.id);
        int n;
        crowd(r, 4);
        struct broadcast b = running(r, &f);
        int rc = i == 0 ? activity_reschedule(&r->s, a.id, r->organizer, at(4, 9, 0), at(4, 11, 0),
                                              SLICE("下雨"), &n)
                        : activity_cancel(&r->s, a.id, r->organizer, SLICE("下雨"), &n);
        assert_int_equal(rc, ACTIVITY_OK);
        assert_int_equal(look_at(r, b.id).state, BROADCAST_STOPPED);
        assert_slice(look_at(r, b.id).why, what[i]);
        assert_int_equal(look_at(r, b.id).called, 0);
        assert_int_equal(queued(r), 0);
        assert_string_equal(told_param(r, r->organizer, "broadcast.stopped", "reason"), what[i]);
        if (i == 0) { /* and may be called for again, at the new time */
            b = drafted(r, &f);
            assert_int_equal(preview_of(r, b.id).able, 4);
        }
        records_close(r);
    }
}

/* ---- time ---- */

static void nobody_is_called_at_night(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    (void)state;
    crowd(r, 6);
    f.wave = 3;
    r->s.now = at(0, 21, 30);
    b = drafted(r, &f);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 3, &out), BROADCAST_OK);
    run_timers(r, at(1, 7, 59));
    assert_int_equal(look_at(r, b.id).called, 0);
    run_timers(r, at(1, 8, 0));
    assert_int_equal(look_at(r, b.id).called, 3);
    /* The first wave's time ends at night: the next one goes in the morning. */
    struct activity late = meeting(r, at(4, 9, 0), 120, 20);
    r->s.now = at(2, 20, 30);
    f.activity = late.id;
    r->policy->broadcast_rest_days = 0;
    b = drafted(r, &f);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 3, &out), BROADCAST_OK);
    run_timers(r, at(2, 20, 32));
    assert_int_equal(look_at(r, b.id).called, 3);
    run_timers(r, at(3, 7, 59));
    assert_int_equal(look_at(r, b.id).called, 3);
    run_timers(r, at(3, 8, 0));
    assert_int_equal(look_at(r, b.id).called, 6);
    records_close(r);
}

static void a_wave_is_spread_over_its_time_and_waits_for_its_start(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    (void)state;
    crowd(r, 4);
    f.wave = 4;
    f.spread_minutes = 40;
    f.start_at = at(0, 14, 0);
    b = drafted(r, &f);
    confirmed(r, b.id);
    run_timers(r, at(0, 13, 59));
    assert_int_equal(look_at(r, b.id).state, BROADCAST_RECALL);
    run_timers(r, at(0, 14, 0));
    assert_int_equal(look_at(r, b.id).called, 4);
    assert_int_equal(count_of(r, "SELECT MAX(not_before) - MIN(not_before) FROM outbox "
                                 "WHERE priority = 4"),
                     30 * 60);
    assert_int_equal(count_of(r, "SELECT COUNT(DISTINCT not_before) FROM outbox "
                                 "WHERE priority = 4"),
                     4);
    assert_int_equal(look_at(r, b.id).due, at(0, 15, 40));
    records_close(r);
}

static void what_is_stale_by_morning_is_not_sent(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(1, 8, 30), 60, 20); /* at half past eight tomorrow */
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    (void)state;
    crowd(r, 4);
    r->s.now = at(0, 20, 59);
    b = drafted(r, &f);
    confirmed(r, b.id);
    run_timers(r, at(1, 9, 0));
    assert_int_equal(look_at(r, b.id).called, 0);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_DONE);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM outbox WHERE priority = 4"), 0);
    records_close(r);
}

/* ---- the tables ---- */

static void the_table_of_states_has_no_holes(void **state)
{
    (void)state;
    for (int i = 1; i < BROADCAST_STATES; i++) {
        enum broadcast_state s = (enum broadcast_state)i;
        bool leaves = false;
        assert_string_not_equal(broadcast_state_name(s), "?");
        for (int k = 1; k < BROADCAST_STATES; k++)
            leaves = leaves || broadcast_may_move(s, (enum broadcast_state)k);
        assert_int_equal(broadcast_is_final(s), !leaves);
        /* What nobody ends ends by a timer that exists. */
        const char *timer = broadcast_deadline(s);
        assert_int_equal(timer != NULL, leaves);
        bool known = timer == NULL;
        for (const struct timer_handler *h = handler_timers; h->kind; h++)
            known = known || strcmp(h->kind, timer) == 0;
        assert_true(known);
        assert_false(broadcast_may_move(s, s));
    }
    for (int i = 0; i < BROADCAST_REASONS; i++)
        assert_string_not_equal(broadcast_reason_name((enum broadcast_reason)i), "?");
    for (int i = 0; i < BROADCAST_OUTCOMES; i++)
        assert_true(strlen(broadcast_outcome_name((enum broadcast_outcome)i)) > 1);
    for (int i = 0; i < CHARTS; i++)
        assert_string_not_equal(broadcast_chart_name((enum broadcast_chart)i), "?");
    assert_string_equal(broadcast_state_name((enum broadcast_state)99), "?");
    assert_string_equal(broadcast_reason_name((enum broadcast_reason)99), "?");
    assert_string_equal(broadcast_outcome_name((enum broadcast_outcome)99), "?");
}

static void broadcasts_are_listed_below_an_organization(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast *list, b;
    (void)state;
    crowd(r, 2);
    drafted(r, &f);
    struct broadcast last = drafted(r, &f);
    assert_int_equal(broadcasts_list(&r->s, r->district, 10, &list), 2);
    assert_int_equal(list[0].id, last.id);
    assert_int_equal(broadcasts_list(&r->s, r->branch, 1, &list), 1);
    assert_int_equal(broadcasts_list(&r->s, r->station, 10, &list), 0);
    assert_int_equal(broadcasts_list(&r->s, 0, 10, &list), 2);
    assert_int_equal(broadcast_of_activity(&r->s, a.id, &b), 1);
    assert_int_equal(b.id, last.id);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preview_counts_everybody_once),
        cmocka_unit_test(the_first_wave_goes_after_the_recall_window),
        cmocka_unit_test(a_draft_needs_the_power_and_an_open_activity),
        cmocka_unit_test(an_audience_must_be_within_reach_and_somebody),
        cmocka_unit_test(a_wording_without_its_parameters_is_refused),
        cmocka_unit_test(a_form_has_its_limits),
        cmocka_unit_test(the_number_shown_is_the_number_typed),
        cmocka_unit_test(a_number_of_a_forger_is_a_random_one),
        cmocka_unit_test(a_number_of_yesterday_is_stale),
        cmocka_unit_test(the_world_may_change_before_the_number),
        cmocka_unit_test(everybody_needs_a_second_person),
        cmocka_unit_test(above_a_size_too_and_with_another_number),
        cmocka_unit_test(without_a_second_person_it_does_not_start),
        cmocka_unit_test(stopped_in_the_recall_window_nothing_was_sent),
        cmocka_unit_test(stopped_at_once_what_waits_is_withdrawn),
        cmocka_unit_test(a_pause_holds_and_keeps_the_pacing),
        cmocka_unit_test(a_full_activity_stops_it),
        cmocka_unit_test(a_moved_or_cancelled_activity_stops_it),
        cmocka_unit_test(nobody_is_called_at_night),
        cmocka_unit_test(a_wave_is_spread_over_its_time_and_waits_for_its_start),
        cmocka_unit_test(what_is_stale_by_morning_is_not_sent),
        cmocka_unit_test(the_table_of_states_has_no_holes),
        cmocka_unit_test(broadcasts_are_listed_below_an_organization),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
