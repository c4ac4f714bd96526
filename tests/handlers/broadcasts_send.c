/* The last word on a text that is about to leave, what others tell a broadcast, and its result. */
#include "tests/handlers/calling.h"

/* The row of the call to an address. */
static struct outbox_row call_to(struct records *r, int64_t address)
{
    struct outbox_row row;
    assert_int_equal(told(r, address, "recruit.call", &row), 1);
    return row;
}

static struct broadcast_admission admitted(struct records *r, const struct outbox_row *row)
{
    struct broadcast_admission said;
    assert_int_equal(broadcast_admit(&r->s, row, &said), 0);
    return said;
}

static void refused(struct records *r, const struct outbox_row *row, const char *reason)
{
    struct broadcast_admission said = admitted(r, row);
    assert_int_equal(said.verdict, BROADCAST_NEVER);
    assert_string_equal(said.reason, reason);
}

static void who_opted_out_meanwhile_gets_nothing(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer v = willing(r, "一"), w = willing(r, "二"), u = willing(r, "三");
    struct broadcast_form f = call_form(a.id);
    struct organization district;
    (void)state;
    struct broadcast b = running(r, &f);
    struct outbox_row one = call_to(r, v.address), two = call_to(r, w.address),
                      three = call_to(r, u.address);
    assert_int_equal(opt_out(&r->s, v.address, OPT_BROADCAST, SLICE("R"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(org_get(&r->s, r->district, &district), 1);
    assert_int_equal(opt_out_of(&r->s, w.address, &district, SLICE("R"), SLICE("sms")),
                     OPT_CHANGED);
    refused(r, &one, "opted out");
    refused(r, &two, "opted out");
    assert_int_equal(look_at(r, b.id).called, 1);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM prompts"), 1);
    assert_int_equal(admitted(r, &three).verdict, BROADCAST_SEND);
    assert_int_equal(admitted(r, &three).verdict, BROADCAST_SEND); /* its provider was slow */
    struct outbox_row reply = { .id = 1, .address = v.address, .priority = OUTBOX_REPLY };
    assert_int_equal(admitted(r, &reply).verdict, BROADCAST_SEND);
    struct outbox_row other = { .id = 1, .priority = OUTBOX_BROADCAST, .origin = 99 };
    assert_int_equal(admitted(r, &other).verdict, BROADCAST_SEND);
    records_close(r);
}

static void every_end_refuses_what_is_still_on_its_way(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 1);
    struct volunteer v = willing(r, "一"), w = willing(r, "二");
    struct broadcast_form f = call_form(a.id);
    struct broadcast out;
    (void)state;
    struct broadcast b = running(r, &f);
    struct outbox_row one = call_to(r, v.address), two = call_to(r, w.address);
    /* In hand, so that no sweep finds them. */
    struct outbox_row *leased;
    struct outbox_lease l = { .owner = 1, .lane = SLICE("sms/demo"), .seconds = 60, .other = 2 };
    assert_int_equal(outbox_lease(r->s.tx, r->s.vault, &l, r->s.now, r->s.arena, &leased), 2);
    assert_int_equal(broadcast_pause(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    struct broadcast_admission said = admitted(r, &one);
    assert_int_equal(said.verdict, BROADCAST_LATER);
    assert_true(said.at > at(400, 0, 0)); /* held */
    assert_int_equal(broadcast_resume(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    int64_t now = r->s.now;
    r->s.now = a.starts_at - HOUR;
    refused(r, &one, "stale");
    r->s.now = now;
    assert_int_equal(join(r, a.id, &v).outcome, SIGNUP_DONE);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_FULL);
    assert_int_equal(look_at(r, b.id).called, 1);
    refused(r, &two, "full");
    assert_int_equal(look_at(r, b.id).called, 0);
    assert_int_equal(signup_cancel(&r->s, a.id, v.id), CANCEL_DONE);
    records_commit(r);
    records_close(r);
}

static void one_a_day_though_two_were_called_for(void **state)
{
    struct records *r = records_open();
    struct activity one = meeting(r, at(3, 9, 0), 120, 20), two = meeting(r, at(4, 9, 0), 120, 20);
    struct volunteer v = willing(r, "一");
    struct broadcast_form f = call_form(one.id);
    struct outbox_row *rows;
    (void)state;
    struct broadcast first = drafted(r, &f);
    f.activity = two.id;
    struct broadcast second = drafted(r, &f); /* before the first has called anybody */
    confirmed(r, first.id);
    confirmed(r, second.id);
    run_timers(r, r->s.now + 61);
    int n = outbox_to(r->s.tx, r->s.vault, v.address, 0, r->s.arena, &rows);
    assert_int_equal(n, 2);
    assert_int_equal(admitted(r, &rows[0]).verdict, BROADCAST_SEND);
    refused(r, &rows[1], "cap");
    records_close(r);
}

static void an_open_question_has_the_next_answer(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer v = willing(r, "一");
    struct broadcast_form f = call_form(a.id);
    struct address address;
    struct prompt *prompts;
    (void)state;
    running(r, &f);
    struct outbox_row row = call_to(r, v.address);
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, v.address, r->s.arena, &address), 1);
    int64_t asked = r->s.now - 10 * 60;
    assert_int_equal(people_save_session(r->s.tx, r->s.vault, address.conversation, SLICE("{}"),
                                         asked, r->s.now, r->s.arena),
                     0);
    struct broadcast_admission said = admitted(r, &row);
    assert_int_equal(said.verdict, BROADCAST_LATER);
    assert_int_equal(said.at, asked + 30 * 60);
    /* What was not sent is not answered. */
    assert_int_equal(people_take_prompts(r->s.tx, r->s.vault, address.conversation, r->s.now,
                                         r->s.arena, &prompts),
                     0);
    r->s.now = said.at;
    assert_int_equal(admitted(r, &row).verdict, BROADCAST_SEND);
    assert_int_equal(people_take_prompts(r->s.tx, r->s.vault, address.conversation, r->s.now,
                                         r->s.arena, &prompts),
                     1);
    assert_slice(prompts[0].message, "recruit.call");
    assert_int_equal(prompts[0].asked_at, r->s.now);
    records_close(r);
}

/* ---- answers and result ---- */

static void set_row(struct records *r, int64_t id, enum outbox_state state, const char *reason)
{
    char text[256];
    support_commit(r->support);
    snprintf(text, sizeof text,
             "UPDATE outbox SET state = %d, reason = '%s', segments = 1, price = 5 WHERE id = %lld",
             state, reason, (long long)id);
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
}

static void the_result_tells_what_became_of_each(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 2);
    struct broadcast_form f = call_form(a.id);
    struct broadcast_result result;
    struct volunteer v[6];
    (void)state;
    for (int i = 0; i < 6; i++)
        v[i] = willing(r, "人");
    struct broadcast b = running(r, &f);
    static const enum outbox_state states[] = {
        OUTBOX_DELIVERED, OUTBOX_DELIVERED, OUTBOX_FAILED,
        OUTBOX_FAILED,    OUTBOX_SENT,      OUTBOX_UNCERTAIN
    };
    for (int i = 0; i < 6; i++) {
        struct outbox_row row = call_to(r, v[i].address);
        assert_int_equal(admitted(r, &row).verdict, BROADCAST_SEND);
        set_row(r, row.id, states[i], states[i] == OUTBOX_FAILED ? "empty number" : "");
    }
    r->s.now += 600;
    assert_int_equal(broadcast_replied(&r->s, v[0].address), 0);
    assert_int_equal(broadcast_replied(&r->s, v[0].address), 0); /* counted once */
    assert_int_equal(broadcast_replied(&r->s, v[1].address), 0);
    assert_int_equal(join(r, a.id, &v[0]).outcome, SIGNUP_DONE);
    assert_int_equal(opt_out(&r->s, v[1].address, OPT_BROADCAST, SLICE("退订"), SLICE("sms")),
                     OPT_CHANGED);
    struct volunteer own = willing(r, "自己来的"); /* was not called */
    assert_int_equal(join(r, a.id, &own).outcome, SIGNUP_DONE);
    assert_int_equal(join(r, a.id, &v[4]).outcome, SIGNUP_WAITS);
    assert_int_equal(broadcast_replied(&r->s, own.address), 0);
    assert_int_equal(broadcast_result(&r->s, b.id, &result), BROADCAST_OK);
    assert_int_equal(result.called, 6);
    assert_int_equal(result.delivered, 2);
    assert_int_equal(result.unreported, 1);
    assert_int_equal(result.sent, 3);
    assert_int_equal(result.failed, 2);
    assert_int_equal(result.failure_count, 1);
    assert_slice(result.failures[0].reason, "empty number");
    assert_int_equal(result.failures[0].count, 2);
    assert_int_equal(result.uncertain, 1);
    assert_int_equal(result.waiting, 0);
    assert_int_equal(result.replies, 2);
    assert_int_equal(result.signups, 1);
    assert_int_equal(result.queued, 1);
    assert_int_equal(result.opt_outs, 1);
    assert_int_equal(broadcast_result(&r->s, 99, &result), BROADCAST_NOT_FOUND);
    /* Told once, the next day at nine. */
    run_timers(r, at(1, 8, 59));
    assert_int_equal(told(r, r->organizer, "broadcast.result", NULL), 0);
    run_timers(r, at(2, 12, 0));
    assert_int_equal(told(r, r->organizer, "broadcast.result", NULL), 1);
    assert_string_equal(told_param(r, r->organizer, "broadcast.result", "called"), "6");
    assert_string_equal(told_param(r, r->organizer, "broadcast.result", "delivered"), "2");
    assert_string_equal(told_param(r, r->organizer, "broadcast.result", "joined"), "2");
    assert_string_equal(told_param(r, r->organizer, "broadcast.result", "failures"),
                        "[{\"reason\":\"empty number\",\"count\":2}]");
    assert_int_equal(look_at(r, b.id).state, BROADCAST_CLOSED);
    records_close(r);
}

static void two_wordings_are_compared(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast_result result;
    struct volunteer v[40];
    int first = 0, second = 0;
    (void)state;
    for (int i = 0; i < 40; i++)
        v[i] = willing(r, "人");
    f.message[1] = SLICE("recruit.call_b");
    f.shared[1] = SLICE("recruit.shared_b");
    struct broadcast b = running(r, &f);
    assert_int_equal(b.variants, 2);
    for (int i = 0; i < 40; i++) {
        int other = told(r, v[i].address, "recruit.call_b", NULL);
        assert_int_equal(told(r, v[i].address, "recruit.call", NULL) + other, 1);
        first += !other;
        second += other;
        if (other)
            assert_int_equal(broadcast_replied(&r->s, v[i].address), 0);
    }
    assert_true(first > 8 && second > 8);
    assert_int_equal(broadcast_result(&r->s, b.id, &result), BROADCAST_OK);
    assert_int_equal(result.variant[0].called, first);
    assert_int_equal(result.variant[1].called, second);
    assert_int_equal(result.variant[0].replies, 0);
    assert_int_equal(result.variant[1].replies, second);
    records_close(r);
}

static void progress_is_told_at_most_every_half_hour(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct volunteer v = willing(r, "一");
    (void)state;
    crowd(r, 8);
    f.wave = 3;
    running(r, &f); /* 10:01, one wave an hour */
    run_timers(r, at(0, 10, 30));
    assert_int_equal(told(r, r->organizer, "broadcast.progress", NULL), 0);
    run_timers(r, at(0, 10, 32));
    assert_int_equal(told(r, r->organizer, "broadcast.progress", NULL), 1);
    assert_string_equal(told_param(r, r->organizer, "broadcast.progress", "called"), "3");
    join(r, a.id, &v);
    run_timers(r, at(0, 10, 45));
    assert_int_equal(told(r, r->organizer, "broadcast.progress", NULL), 1);
    for (int minute = 0; minute < 60; minute++)
        run_timers(r, at(0, 11, minute));
    assert_int_equal(told(r, r->organizer, "broadcast.progress", NULL), 3);
    assert_string_equal(told_param(r, r->organizer, "broadcast.progress", "joined"), "1");
    /* Nothing new, nothing told. */
    for (int minute = 0; minute < 45; minute++)
        run_timers(r, at(0, 13, minute));
    int so_far = told(r, r->organizer, "broadcast.progress", NULL);
    run_timers(r, at(0, 13, 59));
    assert_int_equal(told(r, r->organizer, "broadcast.progress", NULL), so_far);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_opted_out_meanwhile_gets_nothing),
        cmocka_unit_test(every_end_refuses_what_is_still_on_its_way),
        cmocka_unit_test(one_a_day_though_two_were_called_for),
        cmocka_unit_test(an_open_question_has_the_next_answer),
        cmocka_unit_test(the_result_tells_what_became_of_each),
        cmocka_unit_test(two_wordings_are_compared),
        cmocka_unit_test(progress_is_told_at_most_every_half_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
