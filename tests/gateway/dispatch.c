/* The dispatcher with one account: once, retries, crashes, stopping, an idle system. */
#include "tests/gateway/dispatch_fixture.h"

static void test_sent_exactly_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    /* Before the request was written its row was committed as sending. */
    assert_int_equal(f.state_seen, OUTBOX_SENDING);
    pass(&f, 3600);
    stop(&f);
    assert_int_equal(f.requests, 1);
    assert_int_equal(f.reads, 1);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE provider_id = 'id-1'"),
                     1);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS, OUTBOX_OK), 1);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS_IN_FLIGHT, 0), 0);
    end(&f);
}

static void test_rows_written_before_the_start_are_sent(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    put(&f, 1, 3, OUTBOX_NOTICE);
    begin(&f);
    assert_true(reaches(&f, OUTBOX_SENT, 3));
    stop(&f);
    assert_int_equal(f.requests, 3);
    end(&f);
}

static void test_many_rows_and_few_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .in_flight = 4 });
    begin(&f);
    put(&f, 1, 100, OUTBOX_BROADCAST);
    put(&f, 101, 5, OUTBOX_CODE);
    assert_true(reaches(&f, OUTBOX_SENT, 105));
    stop(&f);
    assert_int_equal(f.requests, 105);
    assert_in_range(f.most_concurrent, 1, 4);
    end(&f);
}

static void test_retry_with_back_off(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 503;
    f.statuses[1] = 503;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    /* 5 s and then 15 s, a fifth more or less. */
    int64_t at = support_count(f.s, "SELECT not_before FROM outbox");
    assert_in_range(at - SUPPORT_NOW, 4, 6);
    pass(&f, 3);
    assert_int_equal(f.requests, 1);
    pass(&f, 3);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    at = support_count(f.s, "SELECT not_before FROM outbox");
    assert_in_range(at - SUPPORT_NOW - 6, 12, 18);
    pass(&f, 18);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    assert_int_equal(support_count(f.s, "SELECT attempt FROM outbox"), 3);
    stop(&f);
    assert_int_equal(f.requests, 3);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS, OUTBOX_LATER), 2);
    end(&f);
}

/* Being put off, or sent on to another way, is no failure: what fails afterwards waits as after the
 * first time. */
static void test_what_was_no_attempt_is_not_counted(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = f.statuses[1] = f.statuses[2] = 410;
    f.statuses[3] = 503;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    for (int i = 0; i < 3; i++) {
        uv_sem_wait(&f.requested);
        assert_true(reaches(&f, OUTBOX_QUEUED, 1));
        int64_t at = support_count(f.s, "SELECT not_before FROM outbox");
        assert_int_equal(at - SUPPORT_NOW, i + 1);
        pass(&f, 1);
    }
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    assert_in_range(support_count(f.s, "SELECT not_before FROM outbox") - SUPPORT_NOW - 3, 4, 6);
    pass(&f, 6);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    assert_int_equal(support_count(f.s, "SELECT attempt FROM outbox"), 5);
    assert_int_equal(support_count(f.s, "SELECT spared FROM outbox"), 3);
    stop(&f);
    assert_int_equal(metrics_value(f.metrics, METRIC_SENDS, OUTBOX_AGAIN), 3);
    end(&f);
}

static void close_a_way(struct fixture *f, struct tx *tx)
{
    (void)f;
    assert_int_equal(outbox_close_ways(tx, 1, 1), 0);
}

static void test_the_second_way(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.two_ways = true;
    f.statuses[0] = 410;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    in_worker(&f, close_a_way);
    pass(&f, 1);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.ways[0], 1);
    assert_int_equal(f.ways[1], 1);
    end(&f);
}

static void test_real_time_timer(void **state)
{
    (void)state;
    static const int one[] = { 1 };
    struct fixture f;
    start(&f, (struct dispatch_options){ .backoff_s = one, .backoff_count = 1 });
    f.statuses[0] = 503;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    /* Nobody wakes it: its own timer does. */
    atomic_fetch_add(&f.now, 2);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    end(&f);
}

static void test_retry_after_is_honoured(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 429;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    assert_int_equal(support_count(f.s, "SELECT not_before FROM outbox"), SUPPORT_NOW + 42);
    stop(&f);
    end(&f);
}

static void test_no_retry_past_its_use(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 429;
    begin(&f);
    put_until(&f, 1, 1, OUTBOX_REPLY, SUPPORT_NOW + 30);
    assert_true(reaches(&f, OUTBOX_EXPIRED, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void test_refused_is_final(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.statuses[0] = 400;
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    pass(&f, 3600);
    stop(&f);
    assert_int_equal(f.requests, 1);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE reason = 'status 400'"),
                     1);
    end(&f);
}

static void test_no_answer(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .timeout_ms = 500 });
    f.statuses[0] = f.statuses[1] = -1;
    begin(&f);
    /* What may have gone out waits for a person, unless it is a reply. */
    put(&f, 1, 1, OUTBOX_NOTICE);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_UNCERTAIN, 1));
    put(&f, 2, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    pass(&f, 10);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 3);
    end(&f);
}

static void test_plan_may_refuse_or_put_off(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.plan = (struct dispatch_plan){ .kind = DISPATCH_REFUSE, .reason = SLICE("no account") };
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    f.plan = (struct dispatch_plan){ .kind = DISPATCH_LATER, .at = SUPPORT_NOW + 7200 };
    put(&f, 2, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_QUEUED, 1));
    while (support_count(f.s, "SELECT not_before FROM outbox WHERE id = 2") != SUPPORT_NOW + 7200)
        uv_sleep(5);
    f.plan = (struct dispatch_plan){ 0 };
    pass(&f, 7200);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void test_the_last_word_is_said_when_a_row_is_marked(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.admit = (struct dispatch_plan){ .kind = DISPATCH_NEEDLESS, .reason = SLICE("opted out") };
    begin(&f);
    put(&f, 1, 1, OUTBOX_BROADCAST);
    assert_true(reaches(&f, OUTBOX_EXPIRED, 1));
    f.admit = (struct dispatch_plan){ .kind = DISPATCH_REFUSE, .reason = SLICE("no") };
    put(&f, 2, 1, OUTBOX_BROADCAST);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    f.admit = (struct dispatch_plan){ .kind = DISPATCH_LATER, .at = SUPPORT_NOW + 600 };
    put(&f, 3, 1, OUTBOX_BROADCAST);
    while (support_count(f.s, "SELECT not_before FROM outbox WHERE id = 3") != SUPPORT_NOW + 600)
        uv_sleep(5);
    assert_int_equal(f.requests, 0);
    f.admit = (struct dispatch_plan){ 0 };
    pass(&f, 600);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    assert_int_equal(atomic_load(&f.admits), 4);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM outbox WHERE reason = 'opted out'"),
                     1);
    assert_int_equal(support_count(f.s, "SELECT SUM(segments) FROM outbox"), 2);
    assert_int_equal(support_count(f.s, "SELECT SUM(price) FROM outbox"), 9);
    end(&f);
}

static void test_whom_a_provider_cannot_reach_is_marked(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    support_exec(f.s, "INSERT INTO addresses (id, realm, sender, conversation, account, created_at)"
                      " VALUES (1, 'sms', '13800000001', 1, 'sms/demo', 0)");
    f.statuses[0] = 400;
    f.unreachable = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_NOTICE);
    assert_true(reaches(&f, OUTBOX_FAILED, 1));
    stop(&f);
    assert_int_equal(support_count(f.s, "SELECT unreachable_at FROM addresses"), SUPPORT_NOW);
    end(&f);
}

/* Rows as a gateway that was killed leaves them. */
static void leave_behind(struct fixture *f, int64_t id, bool sending)
{
    struct outbox_row *rows;
    struct tx *tx = support_begin(f->s);
    const struct outbox_lease l = {
        .owner = 77, .lane = SLICE("sms"), .seconds = 60, .urgent = 1, .other = 1
    };
    assert_int_equal(outbox_lease(tx, f->s->vault, &l, SUPPORT_NOW, &f->s->arena, &rows), 1);
    assert_int_equal(rows[0].id, id);
    if (sending)
        assert_int_equal(outbox_sending(tx, id, 77, 1, SUPPORT_NOW, 60, 1, 0), 1);
    support_commit(f->s);
}

static void put_directly(struct fixture *f, int64_t id, enum outbox_priority priority)
{
    struct tx *tx = support_begin(f->s);
    const struct outbox_row row = { .id = id,
                                    .address = 1,
                                    .realm = SLICE("sms"),
                                    .recipient = SLICE("13800000001"),
                                    .message = SLICE("test"),
                                    .params = SLICE("{}"),
                                    .priority = priority,
                                    .not_before = SUPPORT_NOW,
                                    .useful_until = SUPPORT_NOW + 86400 };
    assert_int_equal(outbox_put(tx, f->s->vault, &row, SUPPORT_NOW, &f->s->arena), 0);
    support_commit(f->s);
}

static void test_after_a_crash(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    put_directly(&f, 1, OUTBOX_BROADCAST);
    leave_behind(&f, 1, false); /* leased: goes again */
    put_directly(&f, 2, OUTBOX_BROADCAST);
    leave_behind(&f, 2, true); /* sending: nobody knows */
    put_directly(&f, 3, OUTBOX_REPLY);
    leave_behind(&f, 3, true); /* a reply goes again */
    begin(&f);
    /* Before the leases end nothing is touched. */
    pass(&f, 30);
    pass(&f, 29);
    assert_int_equal(f.requests, 0);
    pass(&f, 1);
    assert_true(reaches(&f, OUTBOX_SENT, 2));
    assert_true(reaches(&f, OUTBOX_UNCERTAIN, 1));
    stop(&f);
    assert_int_equal(f.requests, 2);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 2"), OUTBOX_UNCERTAIN);
    end(&f);
}

static void take_back_late(struct fixture *f, struct tx *tx)
{
    int64_t *uncertain;
    assert_int_equal(outbox_take_back(tx, SUPPORT_NOW + 61, &f->s->arena, &uncertain), 1);
    assert_int_equal(uncertain[0], 1);
}

/* The lease ended while the provider thought: the row is somebody's again, and only where it went
 * nowhere else does the late answer count. */
static void test_answers_after_the_lease_ended(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_BROADCAST);
    put(&f, 2, 1, OUTBOX_REPLY);
    uv_sem_wait(&f.requested);
    uv_sem_wait(&f.requested);
    in_worker(&f, take_back_late);
    loop_call(&f.loop, on_answer_held, &f);
    assert_true(reaches(&f, OUTBOX_SENT, 1)); /* the broadcast, whose answer settles the doubt */
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 2"), OUTBOX_QUEUED);
    pass(&f, 61);
    assert_true(reaches(&f, OUTBOX_SENT, 2));
    stop(&f);
    assert_int_equal(f.requests, 3);
    assert_int_equal(support_count(f.s, "SELECT attempt FROM outbox WHERE id = 2"), 2);
    end(&f);
}

static void test_outcome_is_kept_until_the_store_takes_it(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_BROADCAST);
    uv_sem_wait(&f.requested);
    atomic_store(&f.commit_fails, true);
    int64_t failed = metrics_value(f.metrics, METRIC_COMMITS_FAILED, 0);
    loop_call(&f.loop, on_answer_held, &f);
    while (metrics_value(f.metrics, METRIC_COMMITS_FAILED, 0) == failed)
        uv_sleep(5);
    assert_int_equal(count_state(&f, OUTBOX_SENDING), 1);
    atomic_store(&f.commit_fails, false);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    stop(&f);
    assert_int_equal(f.requests, 1);
    end(&f);
}

static void test_stop_gives_up_what_takes_too_long(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ .in_flight = 2 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_NOTICE);
    put(&f, 2, 1, OUTBOX_REPLY);
    put(&f, 3, 1, OUTBOX_NOTICE); /* no room for it */
    uv_sem_wait(&f.requested);
    uv_sem_wait(&f.requested);
    stop_dispatch(&f);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 1"), OUTBOX_UNCERTAIN);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 2"), OUTBOX_QUEUED);
    assert_int_equal(support_count(f.s, "SELECT state FROM outbox WHERE id = 3"), OUTBOX_QUEUED);
    stop(&f);
    assert_int_equal(f.requests, 2);
    end(&f);
}

static void test_stop_with_a_store_that_fails(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    f.hold = true;
    begin(&f);
    put(&f, 1, 1, OUTBOX_NOTICE);
    uv_sem_wait(&f.requested);
    atomic_store(&f.commit_fails, true);
    stop_dispatch(&f);
    assert_int_equal(count_state(&f, OUTBOX_SENDING), 1);
    stop(&f);
    end(&f);
}

static void test_idle_does_nothing(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    begin(&f);
    put(&f, 1, 1, OUTBOX_REPLY);
    assert_true(reaches(&f, OUTBOX_SENT, 1));
    /* What the commits themselves woke comes to an end … */
    int64_t commits = 0;
    while (metrics_value(f.metrics, METRIC_COMMITS, 0) != commits) {
        commits = metrics_value(f.metrics, METRIC_COMMITS, 0);
        uv_sleep(300);
    }
    /* … and then nothing happens. */
    uv_sleep(1200);
    assert_int_equal(metrics_value(f.metrics, METRIC_COMMITS, 0), commits);
    stop(&f);
    end(&f);
}

static void on_bad_start(void *context)
{
    struct fixture *f = context;
    struct dispatch *d = NULL;
    struct fault fault = { 0 };
    struct dispatch_options o = f->options;
    o.lease_s = 10;
    o.timeout_ms = 10000;
    assert_int_equal(dispatch_start(&o, &d, &fault), GW_EINVAL);
}

static void test_lease_must_outlast_a_request(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct dispatch_options){ 0 });
    begin(&f);
    loop_call(&f.loop, on_bad_start, &f);
    stop(&f);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_exactly_once),
        cmocka_unit_test(test_rows_written_before_the_start_are_sent),
        cmocka_unit_test(test_many_rows_and_few_at_once),
        cmocka_unit_test(test_retry_with_back_off),
        cmocka_unit_test(test_what_was_no_attempt_is_not_counted),
        cmocka_unit_test(test_the_second_way),
        cmocka_unit_test(test_real_time_timer),
        cmocka_unit_test(test_retry_after_is_honoured),
        cmocka_unit_test(test_no_retry_past_its_use),
        cmocka_unit_test(test_refused_is_final),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_plan_may_refuse_or_put_off),
        cmocka_unit_test(test_the_last_word_is_said_when_a_row_is_marked),
        cmocka_unit_test(test_whom_a_provider_cannot_reach_is_marked),
        cmocka_unit_test(test_after_a_crash),
        cmocka_unit_test(test_answers_after_the_lease_ended),
        cmocka_unit_test(test_outcome_is_kept_until_the_store_takes_it),
        cmocka_unit_test(test_stop_gives_up_what_takes_too_long),
        cmocka_unit_test(test_stop_with_a_store_that_fails),
        cmocka_unit_test(test_idle_does_nothing),
        cmocka_unit_test(test_lease_must_outlast_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
