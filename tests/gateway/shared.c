/* Gateways that know of each other through Redis: who lives, who differs, who wrote rows, and what
 * each goes by while Redis is away. */
#include "tests/gateway/shared_fixture.h"

static bool is_woken(void *context)
{
    const struct member *m = context;
    return m->woken == (WAKE_OUTBOX | WAKE_TIMERS);
}

static struct slice troubles(const struct member *m, struct sbuf *out)
{
    sbuf_init(out, 4096);
    shared_troubles(m->shared, out);
    return sbuf_slice(out);
}

static bool says(const struct member *m, const char *words)
{
    struct sbuf b;
    bool found = slice_find(troubles(m, &b), slice_of(words)) >= 0;
    sbuf_free(&b);
    return found;
}

static void one_gateway_alone_needs_nothing(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 64);
    assert_false(shared_up(NULL));
    assert_int_equal(shared_gateways(NULL), 1);
    assert_false(shared_same_node(NULL));
    shared_wake(NULL, WAKE_OUTBOX);
    shared_troubles(NULL, &b);
    assert_int_equal(b.n, 0);
    assert_int_equal(shared_send(NULL, -1, NULL, 0, (struct redis_answer){ NULL, NULL }),
                     GW_ECLOSED);
    sbuf_free(&b);
}

static void they_count_each_other_and_say_goodbye(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    for (int i = 0; i < 3; i++)
        fleet_join(&f, i, "same", 0);
    fleet_know(&f, 3);
    fleet_leave(&f, &f.members[2]);
    fleet_know(&f, 2); /* at once: its share is free */
    assert_int_equal(fleet_metric(&f.members[0], 0), 2);
    assert_int_equal(fleet_metric(&f.members[0], 1), 0);
    fleet_end(&f);
}

static void a_wake_reaches_the_others_alone(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    struct member *a = fleet_join(&f, 1, "same", 0), *b = fleet_join(&f, 2, "same", 0);
    fleet_know(&f, 2);
    a->woken = b->woken = 0;
    a->wakes = b->wakes = 0;
    for (int i = 0; i < 100; i++) {
        shared_wake(a->shared, WAKE_OUTBOX);
        shared_wake(a->shared, WAKE_TIMERS);
    }
    assert_true(turn_until(&f.loop, is_woken, b));
    assert_int_equal(b->wakes, 1); /* a hundred commits, one word */
    assert_int_equal(a->wakes, 0);
    fleet_end(&f);
}

static bool differs(void *context)
{
    const struct member *m = context;
    return says(m, "another configuration");
}

static bool agrees(void *context)
{
    return !differs(context);
}

static void another_configuration_is_seen_by_both(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    struct member *a = fleet_join(&f, 1, "rate20", 0), *b = fleet_join(&f, 2, "rate40", 0);
    assert_true(turn_until(&f.loop, differs, a));
    assert_true(turn_until(&f.loop, differs, b));
    assert_int_equal(fleet_metric(a, 2), 1);
    fleet_leave(&f, b);
    assert_true(turn_until(&f.loop, agrees, a));
    assert_int_equal(fleet_metric(a, 2), 0);
    fleet_end(&f);
}

static bool has_same_node(void *context)
{
    const struct member *m = context;
    return shared_same_node(m->shared);
}

static void the_same_node_number_makes_a_gateway_not_ready(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    struct member *a = fleet_join(&f, 7, "same", 0);
    assert_true(turn_until(&f.loop, all_up, &f));
    struct member *b = fleet_join(&f, 7, "same", 0);
    fleet_know(&f, 2);
    assert_false(shared_same_node(b->shared)); /* it may be our own restart */
    assert_true(turn_until(&f.loop, has_same_node, b));
    assert_true(says(a, "another gateway has node 7") || says(b, "another gateway has node 7"));
    assert_int_equal(fleet_metric(b, 3), 1);
    fleet_end(&f);
}

static void away_each_knows_its_share_and_looks_by_itself(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    struct member *a = fleet_join(&f, 1, "same", 0);
    struct member *b = fleet_join(&f, 2, "same", 0);
    fleet_know(&f, 2);
    server_kill(&f.server);
    assert_true(turn_until(&f.loop, all_down, &f));
    assert_int_equal(shared_gateways(a->shared), 2);
    assert_true(says(a, "redis is away"));
    assert_true(says(a, "limits are a 2. part"));
    a->woken = 0;
    assert_true(turn_until(&f.loop, is_woken, a));
    server_again(&f.server, NULL);
    assert_true(turn_until(&f.loop, all_up, &f));
    fleet_know(&f, 2);
    assert_false(says(b, "redis is away"));
    fleet_end(&f);
}

static void the_configured_number_wins_where_nobody_was_seen(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    server_kill(&f.server);
    struct member *a = fleet_join(&f, 1, "same", 4);
    assert_int_equal(shared_gateways(a->shared), 4);
    assert_int_equal(fleet_metric(a, 0), 4);
    fleet_end(&f);
}

static bool is_missed(void *context)
{
    const struct member *m = context;
    return fleet_metric(m, 1) == 1;
}

/* A gateway that falls silent without a good-bye may live and be cut off from Redis: it still
 * counts. */
static void one_that_falls_silent_is_missing(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    struct member *a = fleet_join(&f, 1, "same", 0);
    assert_true(turn_until(&f.loop, all_up, &f));
    redisReply *time = server_ask(&f.server, "TIME");
    char command[128];
    snprintf(command, sizeof command, "ZADD test:gateways %lld000 gone",
             strtoll(time->element[0]->str, NULL, 10) - 5);
    freeReplyObject(time);
    server_do(&f.server, command);
    server_do(&f.server, "HSET test:gateway_facts gone x");
    assert_true(turn_until(&f.loop, is_missed, a));
    assert_int_equal(shared_gateways(a->shared), 2);
    fleet_end(&f);
}

static void on_noted(void *context, int error, const struct redisReply *reply)
{
    int64_t *got = context;
    got[0] = error;
    got[1] = shared_number(reply, 0);
    got[2] = shared_number(reply, 1);
    got[3] = 1;
}

static bool is_noted(void *context)
{
    return ((const int64_t *)context)[3] == 1;
}

static void note(struct fleet *f, int who, const char *text, const char *key, int same, int all)
{
    int64_t got[4] = { 0 };
    const struct slice words[] = { SLICE("1"), SLICE("test:texts:yang"), slice_of(text),
                                   slice_of(key) };
    assert_int_equal(shared_send(f->members[who].shared, SHARED_NOTE, words, 4,
                                 (struct redis_answer){ on_noted, got }),
                     0);
    assert_true(turn_until(&f->loop, is_noted, got));
    assert_int_equal(got[0], 0);
    assert_int_equal(got[1], same);
    assert_int_equal(got[2], all);
}

static void texts_of_a_sender_are_counted_at_all_gateways(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    fleet_join(&f, 1, "same", 0);
    fleet_join(&f, 2, "same", 0);
    fleet_know(&f, 2);
    note(&f, 0, "t1", "k1", 1, 1);
    note(&f, 1, "t1", "k2", 2, 2);
    note(&f, 0, "t1", "k2", 2, 2); /* the provider's retry of it, at the other gateway */
    note(&f, 0, "t2", "k3", 1, 3);
    note(&f, 1, "t1", "k4", 3, 4);
    note(&f, 0, "t1", "k5", 3, 5); /* equal ones are counted to three */
    for (int i = 0; i < 20; i++) {
        char key[16];
        snprintf(key, sizeof key, "m%d", i);
        note(&f, i % 2, key, key, 1, 6 + i);
    }
    redisReply *life = server_ask(&f.server, "PTTL test:texts:yang");
    assert_in_range(life->integer, 60000, 120000);
    freeReplyObject(life);
    fleet_end(&f);
}

static void a_lock_is_let_go_by_its_holder_alone(void **state)
{
    (void)state;
    struct fleet f;
    fleet_begin(&f, NULL);
    struct member *a = fleet_join(&f, 1, "same", 0);
    assert_true(turn_until(&f.loop, all_up, &f));
    server_do(&f.server, "SET test:lock:x holder NX PX 30000");
    for (int i = 0; i < 2; i++) {
        const struct slice words[] = { SLICE("1"), SLICE("test:lock:x"),
                                       slice_of(i == 0 ? "other" : "holder") };
        int64_t got[4] = { 0 };
        assert_int_equal(shared_send(a->shared, SHARED_RELEASE, words, 3,
                                     (struct redis_answer){ on_noted, got }),
                         0);
        assert_true(turn_until(&f.loop, is_noted, got));
        redisReply *there = server_ask(&f.server, "EXISTS test:lock:x");
        assert_int_equal(there->integer, i == 0);
        freeReplyObject(there);
    }
    fleet_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_gateway_alone_needs_nothing),
        cmocka_unit_test(they_count_each_other_and_say_goodbye),
        cmocka_unit_test(a_wake_reaches_the_others_alone),
        cmocka_unit_test(another_configuration_is_seen_by_both),
        cmocka_unit_test(the_same_node_number_makes_a_gateway_not_ready),
        cmocka_unit_test(away_each_knows_its_share_and_looks_by_itself),
        cmocka_unit_test(the_configured_number_wins_where_nobody_was_seen),
        cmocka_unit_test(one_that_falls_silent_is_missing),
        cmocka_unit_test(texts_of_a_sender_are_counted_at_all_gateways),
        cmocka_unit_test(a_lock_is_let_go_by_its_holder_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
