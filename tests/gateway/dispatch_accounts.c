/* The dispatcher with several accounts: none holds up another, each has its rate and its pause,
 * replies go before broadcasts, providers are asked what they did. */
#include "tests/gateway/dispatch_fixture.h"

static const struct dispatch_account unlimited[ACCOUNTS];

static struct dispatch_options several(const struct dispatch_account *accounts, int in_flight)
{
    return (struct dispatch_options){ .accounts = accounts,
                                      .account_count = ACCOUNTS,
                                      .in_flight = in_flight };
}

static int64_t sent_by(struct fixture *f, const char *account)
{
    char query[128];
    snprintf(query, sizeof(query), "SELECT COUNT(*) FROM outbox WHERE account = '%s' AND state = 3",
             account);
    return support_count(f->s, query);
}

static bool all_sent_by(struct fixture *f, const char *account, int64_t n)
{
    for (int i = 0; i < 2000 && sent_by(f, account) != n; i++)
        uv_sleep(5);
    return sent_by(f, account) == n;
}

static void an_account_that_hangs_holds_up_no_other(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, several(unlimited, 4));
    f.hold_account = 0;
    begin(&f);
    put_by(&f, "sms/a", 1, 50, OUTBOX_BROADCAST);
    for (int i = 0; i < 4; i++)
        uv_sem_wait(&f.requested); /* all places of a are taken */
    put_by(&f, "sms/b", 101, 30, OUTBOX_BROADCAST);
    assert_true(all_sent_by(&f, "sms/b", 30));
    assert_int_equal(sent_by(&f, "sms/a"), 0);
    assert_int_equal(f.by_account[0], 4);
    f.hold_account = -1;
    loop_call(&f.loop, on_answer_held, &f);
    assert_true(all_sent_by(&f, "sms/a", 50));
    stop(&f);
    assert_int_equal(f.by_account[0], 50);
    end(&f);
}

static void a_reply_has_a_place_while_a_broadcast_takes_all_it_can(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, several(unlimited, 8)); /* one of the eight is kept */
    f.hold_account = 0;
    begin(&f);
    put_by(&f, "sms/a", 1, 50, OUTBOX_BROADCAST);
    for (int i = 0; i < 7; i++)
        uv_sem_wait(&f.requested);
    put_by(&f, "sms/a", 101, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_int_equal(f.order[7], 101);
    assert_int_equal(f.by_account[0], 8);
    f.hold_account = -1;
    put_by(&f, "sms/a", 102, 1, OUTBOX_CODE); /* goes before the rows that are ready already */
    loop_call(&f.loop, on_answer_held, &f);
    assert_true(all_sent_by(&f, "sms/a", 52));
    stop(&f);
    int place = 0;
    while (f.order[place] != 102)
        place++;
    assert_in_range(place, 8, 9);
    end(&f);
}

static void no_more_is_leased_than_gets_a_place_soon(void **state)
{
    (void)state;
    static const enum outbox_priority priorities[] = { OUTBOX_REPLY, OUTBOX_BROADCAST };
    for (int i = 0; i < 2; i++) {
        struct fixture f;
        start(&f, several(unlimited, 4));
        f.hold_account = 0;
        begin(&f);
        put_by(&f, "sms/a", 1, 100, priorities[i]);
        for (int n = 0; n < 4; n++)
            uv_sem_wait(&f.requested);
        for (int n = 0; n < 20; n++) /* whatever wakes it */
            loop_call(&f.loop, on_wake, &f);
        put_by(&f, "sms/b", 101, 10, priorities[i]);
        assert_true(all_sent_by(&f, "sms/b", 10));
        assert_in_range(count_state(&f, OUTBOX_LEASED), 0, 2);
        assert_int_equal(count_state(&f, OUTBOX_SENDING), 4);
        f.hold_account = -1;
        loop_call(&f.loop, on_answer_held, &f);
        assert_true(all_sent_by(&f, "sms/a", 100));
        stop(&f);
        end(&f);
    }
}

static void a_rate_is_kept(void **state)
{
    (void)state;
    static const struct dispatch_account rates[ACCOUNTS] = { { .rate = 40 }, { 0 }, { 0 } };
    struct fixture f;
    start(&f, several(rates, 16));
    begin(&f);
    uint64_t begun = uv_hrtime();
    put_by(&f, "sms/a", 1, 30, OUTBOX_BROADCAST); /* of two segments each */
    put_by(&f, "sms/b", 101, 30, OUTBOX_BROADCAST);
    assert_true(all_sent_by(&f, "sms/b", 30));
    assert_true(sent_by(&f, "sms/a") < 30);
    assert_true(all_sent_by(&f, "sms/a", 30));
    /* 60 segments at 40 a second, less the bucket's ten and what the last may owe. */
    assert_true(uv_hrtime() - begun > UINT64_C(1150) * 1000 * 1000);
    stop(&f);
    end(&f);
}

static void out_of_tokens_a_reply_goes_first(void **state)
{
    (void)state;
    static const struct dispatch_account rates[ACCOUNTS] = { { .rate = 8 }, { 0 }, { 0 } };
    struct fixture f;
    start(&f, several(rates, 16));
    begin(&f);
    put_by(&f, "sms/a", 1, 20, OUTBOX_BROADCAST);
    uv_sem_wait(&f.requested); /* the bucket's two segments */
    put_by(&f, "sms/a", 101, 2, OUTBOX_REPLY);
    for (int i = 0; i < 3; i++)
        uv_sem_wait(&f.requested);
    stop(&f);
    /* One row of the broadcast may have had its token when the replies came. */
    int replies = 0;
    for (int i = 1; i < 4; i++)
        replies += f.order[i] > 100;
    assert_int_equal(replies, 2);
    end(&f);
}

static void too_many_requests_slow_an_account_down(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, several(unlimited, 16));
    f.statuses[0] = 429; /* with Retry-After: 42 */
    begin(&f);
    put_by(&f, "sms/a", 1, 1, OUTBOX_NOTICE);
    uv_sem_wait(&f.requested);
    put_by(&f, "sms/b", 101, 5, OUTBOX_NOTICE);
    assert_true(all_sent_by(&f, "sms/b", 5));
    put_by(&f, "sms/a", 2, 5, OUTBOX_REPLY); /* also those wait as long as the provider asked */
    put_by(&f, "sms/b", 111, 5, OUTBOX_NOTICE);
    assert_true(all_sent_by(&f, "sms/b", 10));
    assert_int_equal(f.by_account[0], 1);
    stop(&f);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE state = 0"), 6);
    end(&f);
}

static void a_broken_account_is_paused_and_tried_with_one(void **state)
{
    (void)state;
    struct fixture f;
    struct dispatch_options o = several(unlimited, 8);
    o.pause_s = 4;
    start(&f, o);
    f.status_of[0] = 401;
    begin(&f);
    put_by(&f, "sms/a", 1, 40, OUTBOX_NOTICE);
    put_by(&f, "sms/b", 101, 40, OUTBOX_NOTICE);
    assert_true(all_sent_by(&f, "sms/b", 40));
    while (support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE state = 0") < 40)
        uv_sleep(5);
    assert_in_range(f.by_account[0], 1, 8);
    assert_int_equal(f.broken[0], 1);
    int before = f.by_account[0];
    /* Nobody wakes it: when the pause is over one request goes, and it is still broken. */
    atomic_fetch_add(&f.now, 5);
    while (f.broken[0] < 2)
        uv_sleep(5);
    assert_int_equal(f.by_account[0], before + 1);
    assert_int_equal(f.mended[0], 0);
    f.status_of[0] = 0;
    for (int i = 0; i < 2000 && sent_by(&f, "sms/a") < 40; i++) {
        atomic_fetch_add(&f.now, 1);
        uv_sleep(20);
    }
    assert_int_equal(sent_by(&f, "sms/a"), 40);
    assert_int_equal(f.mended[0], 1);
    stop(&f);
    end(&f);
}

static void a_row_that_no_account_can_send_is_planned_all_the_same(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, several(unlimited, 4));
    f.plan = (struct dispatch_plan){ .kind = DISPATCH_REFUSE, .reason = SLICE("no account") };
    begin(&f);
    put_by(&f, "sms/gone", 1, 3, OUTBOX_NOTICE);
    assert_true(reaches(&f, OUTBOX_FAILED, 3));
    stop(&f);
    end(&f);
}

static void a_row_that_cannot_be_judged_keeps_no_other(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, several(unlimited, 16));
    f.poisoned = 4;
    begin(&f);
    put_by(&f, "sms/a", 1, 10, OUTBOX_BROADCAST);
    assert_true(all_sent_by(&f, "sms/a", 9));
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    stop(&f);
    assert_int_equal(f.by_account[0], 9);
    assert_int_equal(support_count(f.s, "SELECT id FROM outbox WHERE state = 0"), 4);
    assert_true(support_count(f.s, "SELECT not_before FROM outbox WHERE state = 0") > SUPPORT_NOW);
    end(&f);
}

static void the_provider_is_asked_before_anybody_doubts(void **state)
{
    (void)state;
    static const struct {
        enum outbox_priority priority;
        enum outbox_outcome found;
        enum outbox_state after;
    } cases[] = {
        { OUTBOX_BROADCAST, OUTBOX_OK, OUTBOX_SENT },
        { OUTBOX_REPLY, OUTBOX_OK, OUTBOX_SENT },
        { OUTBOX_BROADCAST, OUTBOX_REFUSED, OUTBOX_FAILED },
        { OUTBOX_BROADCAST, OUTBOX_LATER, OUTBOX_QUEUED }, /* it never arrived: may go again */
        { OUTBOX_BROADCAST, OUTBOX_UNKNOWN, OUTBOX_UNCERTAIN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        start(&f, (struct dispatch_options){ .timeout_ms = 500, .query_ms = 100 });
        f.statuses[0] = -1;
        f.query.kind = DISPATCH_SEND;
        f.found = cases[i].found;
        begin(&f);
        put(&f, 1, 1, cases[i].priority);
        uv_sem_wait(&f.requested);
        uv_sem_wait(&f.requested);
        assert_true(reaches(&f, cases[i].after, 1));
        stop(&f);
        assert_int_equal(f.queries, 1);
        assert_int_equal(f.requests, 2);
        end(&f);
    }
}

static void where_a_repeat_does_no_harm_it_goes_again(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .timeout_ms = 500, .query_ms = 10 });
    f.statuses[0] = -1;
    f.query.kind = DISPATCH_LATER;
    begin(&f);
    put(&f, 1, 1, OUTBOX_BROADCAST);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    pass(&f, 10);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.queries, 0);
    end(&f);
}

static void what_a_crash_left_is_asked_for(void **state)
{
    (void)state;
    struct fixture f;
    struct outbox_row *rows;
    start(&f, (struct dispatch_options){ .query_ms = 10 });
    f.query.kind = DISPATCH_SEND;
    f.found = OUTBOX_OK;
    struct tx *tx = support_begin(f.s);
    const struct outbox_row row = { .id = 1,
                                    .realm = SLICE("sms"),
                                    .recipient = SLICE("13800000001"),
                                    .message = SLICE("test"),
                                    .params = SLICE("{}"),
                                    .priority = OUTBOX_BROADCAST,
                                    .not_before = SUPPORT_NOW };
    const struct outbox_lease l = {
        .owner = 77, .lane = SLICE("sms"), .seconds = 60, .urgent = 1, .other = 1
    };
    assert_int_equal(outbox_put(tx, f.s->vault, &row, SUPPORT_NOW, &f.s->arena), 0);
    assert_int_equal(outbox_lease(tx, f.s->vault, &l, SUPPORT_NOW, &f.s->arena, &rows), 1);
    assert_int_equal(outbox_sending(tx, 1, 77, 1, SUPPORT_NOW, 60, 1, 0), 1);
    support_commit(f.s);
    begin(&f);
    atomic_fetch_add(&f.now, 61);
    loop_call(&f.loop, on_wake, &f);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.queries, 1);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void one_send_looks_for_rows_a_few_times_and_then_never(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, several(unlimited, 16));
    begin(&f);
    put_by(&f, "sms/a", 1, 1, OUTBOX_REPLY);
    assert_true(all_sent_by(&f, "sms/a", 1));
    int64_t looks = metrics_value(f.metrics, METRIC_LEASES, 0);
    assert_in_range(looks, 1, 3);
    /* Far behind every lease, with the loop's timers given the time to fire. */
    atomic_fetch_add(&f.now, 3600);
    uv_sleep(1500);
    assert_int_equal(metrics_value(f.metrics, METRIC_LEASES, 0), looks);
    stop(&f);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_that_hangs_holds_up_no_other),
        cmocka_unit_test(a_reply_has_a_place_while_a_broadcast_takes_all_it_can),
        cmocka_unit_test(no_more_is_leased_than_gets_a_place_soon),
        cmocka_unit_test(a_rate_is_kept),
        cmocka_unit_test(out_of_tokens_a_reply_goes_first),
        cmocka_unit_test(too_many_requests_slow_an_account_down),
        cmocka_unit_test(a_broken_account_is_paused_and_tried_with_one),
        cmocka_unit_test(a_row_that_no_account_can_send_is_planned_all_the_same),
        cmocka_unit_test(a_row_that_cannot_be_judged_keeps_no_other),
        cmocka_unit_test(the_provider_is_asked_before_anybody_doubts),
        cmocka_unit_test(where_a_repeat_does_no_harm_it_goes_again),
        cmocka_unit_test(what_a_crash_left_is_asked_for),
        cmocka_unit_test(one_send_looks_for_rows_a_few_times_and_then_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
