/* The rate of an account that several gateways use: together never above it, with Redis and
 * without, and who waits is told when to ask again. */
#include "tests/gateway/shared_fixture.h"

#include "gateway/pool.h"

enum { RATE = 400 };

/* A gateway that always has texts waiting and sends all it may. */
struct sender {
    struct fleet *fleet;
    struct pool *pool;
    uv_timer_t again;
    int segments; /* of each text */
    bool urgent;
    int64_t sent;
    uint64_t until_ns; /* sends no more */
};

static void pump(struct sender *s);

static void on_again(uv_timer_t *timer)
{
    pump(timer->data);
}

static void pump(struct sender *s)
{
    while (uv_hrtime() < s->until_ns) {
        uint64_t now = uv_hrtime() / 1000000;
        uint64_t wait = pool_wait_ms(s->pool, s->urgent, s->segments, 16 * s->segments, now);
        if (wait == POOL_ASKS)
            return;
        if (wait > 0) {
            uv_timer_start(&s->again, on_again, wait, 0);
            return;
        }
        pool_take(s->pool, s->segments, now);
        s->sent += s->segments;
    }
}

static void on_ready(void *context)
{
    pump(context);
}

static bool is_over(void *context)
{
    const struct sender *s = context;
    return uv_hrtime() >= s->until_ns + UINT64_C(50) * 1000000;
}

static void sender_open(struct sender *s, struct fleet *f, int member, double rate)
{
    *s = (struct sender){ .fleet = f, .segments = 1 };
    s->pool = pool_open(member >= 0 ? f->members[member].shared : NULL, "sms/office", rate,
                        on_ready, s, uv_hrtime() / 1000000);
    uv_timer_init(&f->loop, &s->again);
    s->again.data = s;
}

static void sender_close(struct sender *s)
{
    pool_close(s->pool);
    uv_close((uv_handle_t *)&s->again, NULL);
}

/* All send for so long; what they sent together. */
static int64_t send_for(struct fleet *f, struct sender *all, int n, int ms)
{
    int64_t before = 0, after = 0;
    uint64_t until = uv_hrtime() + (uint64_t)ms * 1000000;
    for (int i = 0; i < n; i++)
        before += all[i].sent;
    for (int i = 0; i < n; i++) {
        all[i].until_ns = until;
        pump(&all[i]);
    }
    assert_true(turn_until(&f->loop, is_over, &all[0]));
    for (int i = 0; i < n; i++)
        after += all[i].sent;
    return after - before;
}

/* What may go in `ms`: the rate, a full bucket of a quarter of a second, and a text on credit each.
 */
static int64_t most(double rate, int ms, int credit)
{
    return (int64_t)(rate * ms / 1000 + rate / 4) + credit + 1;
}

static void three_together_keep_the_rate_and_use_it(void **state)
{
    (void)state;
    struct fleet f;
    struct sender s[3];
    fleet_begin(&f, NULL);
    for (int i = 0; i < 3; i++)
        fleet_join(&f, i, "same", 0);
    fleet_know(&f, 3);
    for (int i = 0; i < 3; i++)
        sender_open(&s[i], &f, i, RATE);
    int64_t sent = send_for(&f, s, 3, 2000);
    assert_in_range(sent, RATE * 2 * 8 / 10, most(RATE, 2000, 0));
    for (int i = 0; i < 3; i++)
        assert_true(s[i].sent > 0);
    for (int i = 0; i < 3; i++)
        sender_close(&s[i]);
    fleet_end(&f);
}

static void long_texts_go_whole_and_are_paid_off(void **state)
{
    (void)state;
    struct fleet f;
    struct sender s;
    fleet_begin(&f, NULL);
    fleet_join(&f, 1, "same", 0);
    fleet_know(&f, 1);
    sender_open(&s, &f, 0, 4); /* a bucket of one segment */
    s.segments = 5;
    int64_t sent = send_for(&f, &s, 1, 2500);
    assert_in_range(sent, 10, most(4, 2500, 5));
    sender_close(&s);
    fleet_end(&f);
}

static void a_quarter_of_the_bucket_waits_for_replies(void **state)
{
    (void)state;
    struct fleet f;
    struct sender broadcast, reply;
    fleet_begin(&f, NULL);
    fleet_join(&f, 1, "same", 0);
    fleet_join(&f, 2, "same", 0);
    fleet_know(&f, 2);
    sender_open(&broadcast, &f, 0, RATE);
    sender_open(&reply, &f, 1, RATE);
    send_for(&f, &broadcast, 1, 600); /* it takes all it may */
    reply.urgent = true;
    reply.until_ns = uv_hrtime() + UINT64_C(1000) * 1000000;
    uint64_t wait = pool_wait_ms(reply.pool, true, 1, 1, uv_hrtime() / 1000000);
    assert_true(wait == POOL_ASKS); /* no local wait before it */
    assert_true(send_for(&f, &reply, 1, 60) >= RATE / 4 / 4);
    sender_close(&broadcast);
    sender_close(&reply);
    fleet_end(&f);
}

static void without_redis_each_keeps_to_its_share(void **state)
{
    (void)state;
    struct fleet f;
    struct sender s[2];
    fleet_begin(&f, NULL);
    for (int i = 0; i < 2; i++)
        fleet_join(&f, i, "same", 0);
    fleet_know(&f, 2);
    for (int i = 0; i < 2; i++)
        sender_open(&s[i], &f, i, RATE);
    send_for(&f, s, 2, 300);
    server_kill(&f.server);
    assert_true(turn_until(&f.loop, all_down, &f));
    int64_t sent = send_for(&f, s, 2, 2000);
    assert_in_range(sent, RATE * 2 * 8 / 10, most(RATE, 2000, 0));
    assert_in_range(pool_rate(s[0].pool), RATE / 2 - 1, RATE / 2 + 1);
    server_again(&f.server, NULL); /* empty: nothing is granted that was sent already */
    assert_true(turn_until(&f.loop, all_up, &f));
    sent = send_for(&f, s, 2, 2000);
    assert_in_range(sent, RATE * 2 * 7 / 10, most(RATE, 2000, 0));
    for (int i = 0; i < 2; i++)
        sender_close(&s[i]);
    fleet_end(&f);
}

static void one_that_is_missing_keeps_its_share(void **state)
{
    (void)state;
    struct fleet f;
    struct sender s;
    fleet_begin(&f, NULL);
    fleet_join(&f, 1, "same", 0);
    assert_true(turn_until(&f.loop, all_up, &f));
    redisReply *time = server_ask(&f.server, "TIME");
    char command[128];
    snprintf(command, sizeof command, "ZADD test:gateways %lld000 cut-off",
             strtoll(time->element[0]->str, NULL, 10) - 5);
    freeReplyObject(time);
    server_do(&f.server, command);
    sender_open(&s, &f, 0, RATE);
    int64_t sent = send_for(&f, &s, 1, 2000);
    assert_in_range(sent, RATE * 8 / 10, most(RATE / 2.0, 2000, 0));
    sender_close(&s);
    fleet_end(&f);
}

static void too_much_for_the_provider_slows_all_of_them(void **state)
{
    (void)state;
    struct fleet f;
    struct sender s[2];
    fleet_begin(&f, NULL);
    for (int i = 0; i < 2; i++)
        fleet_join(&f, i, "same", 0);
    fleet_know(&f, 2);
    for (int i = 0; i < 2; i++)
        sender_open(&s[i], &f, i, RATE);
    send_for(&f, s, 2, 300);
    uint64_t now = uv_hrtime() / 1000000;
    pool_slow_down(s[0].pool, now, 500, now);
    pool_slow_down(s[0].pool, now - 100, 500, now); /* begun before it: not halved again */
    assert_true(send_for(&f, &s[1], 1, 450) <= 20); /* what was granted before */
    int64_t sent = send_for(&f, s, 2, 1500);
    assert_in_range(sent, RATE * 15 / 10 / 2 * 6 / 10, most(RATE / 2.0 * 1.05, 1500, 0));
    for (int i = 0; i < 2; i++)
        sender_close(&s[i]);
    fleet_end(&f);
}

static void alone_it_is_the_bucket_of_one_process(void **state)
{
    (void)state;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct pool *p = pool_open(NULL, "sms/office", 4, on_ready, NULL, 1000);
    assert_int_equal(pool_wait_ms(p, false, 1, 1, 1000), 0);
    pool_take(p, 1, 1000);
    assert_in_range(pool_wait_ms(p, false, 1, 1, 1000), 249, 252);
    pool_give_back(p, 1);
    assert_int_equal(pool_wait_ms(p, false, 1, 1, 1000), 0);
    pool_close(p);
    p = pool_open(NULL, "sms/free", 0, on_ready, NULL, 1000);
    assert_int_equal(pool_wait_ms(p, false, 1, 100, 1000), 0);
    pool_close(p);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_pool_may_be_closed_while_it_asks(void **state)
{
    (void)state;
    struct fleet f;
    struct sender s;
    fleet_begin(&f, NULL);
    fleet_join(&f, 1, "same", 0);
    fleet_know(&f, 1);
    sender_open(&s, &f, 0, RATE);
    assert_true(pool_wait_ms(s.pool, false, 1, 1, uv_hrtime() / 1000000) == POOL_ASKS);
    sender_close(&s);
    fleet_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_together_keep_the_rate_and_use_it),
        cmocka_unit_test(long_texts_go_whole_and_are_paid_off),
        cmocka_unit_test(a_quarter_of_the_bucket_waits_for_replies),
        cmocka_unit_test(without_redis_each_keeps_to_its_share),
        cmocka_unit_test(one_that_is_missing_keeps_its_share),
        cmocka_unit_test(too_much_for_the_provider_slows_all_of_them),
        cmocka_unit_test(alone_it_is_the_bucket_of_one_process),
        cmocka_unit_test(a_pool_may_be_closed_while_it_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
