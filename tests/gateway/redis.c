/* The connection to Redis against the real server: what is answered, and what happens when it is
 * gone, slow, full, closed to us, no master any more. */
#include "tests/gateway/redis_fixture.h"

#include "gateway/metrics.h"

enum { TIMEOUT_MS = 150 };

static const struct redis_script scripts[] = {
    { "keep", SLICE("redis.call('SET', KEYS[1], ARGV[1]) return {1, 2}") },
    { NULL, { 0 } },
};

struct scene {
    uv_loop_t loop;
    struct server server;
    struct redis *redis;
    struct metrics *metrics;
    int ups, downs, answers, stopped, wanted;
    int error;      /* of the last answer */
    int64_t number; /* it gave */
    char heard[64]; /* "channel=text" */
};

static void on_changed(void *context, bool up)
{
    struct scene *s = context;
    (up ? &s->ups : &s->downs)[0]++;
}

static void on_message(void *context, struct slice channel, struct slice text)
{
    struct scene *s = context;
    snprintf(s->heard, sizeof s->heard, "%.*s=%.*s", SLICE_ARG(channel), SLICE_ARG(text));
}

static void on_answer(void *context, int error, const struct redisReply *reply)
{
    struct scene *s = context;
    s->answers++;
    s->error = error;
    s->number = reply != NULL && reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    if (reply != NULL && reply->type == REDIS_REPLY_ARRAY)
        s->number = (int64_t)reply->elements;
}

static void connect_scene(struct scene *s, const char *const *servers, const char *master,
                          const char *password)
{
    static const char *const channels[] = { "news", NULL };
    struct fault fault = { 0 };
    s->metrics = metrics_new();
    const struct redis_options options = { .loop = &s->loop,
                                           .servers = servers,
                                           .master = master,
                                           .user = "",
                                           .password = password,
                                           .sentinel_password = "",
                                           .timeout_ms = TIMEOUT_MS,
                                           .scripts = scripts,
                                           .channels = channels,
                                           .metrics = s->metrics,
                                           .metric_base = metrics_add(s->metrics, redis_metrics),
                                           .changed = on_changed,
                                           .message = on_message,
                                           .context = s };
    assert_int_equal(redis_start(&options, &s->redis, &fault), 0);
}

static bool is_up(void *context)
{
    struct scene *s = context;
    return redis_up(s->redis);
}

static bool is_down(void *context)
{
    return !is_up(context);
}

static bool is_answered(void *context)
{
    struct scene *s = context;
    return s->answers >= s->wanted;
}

static bool has_reason(void *context)
{
    struct scene *s = context;
    return redis_reason(s->redis)[0] != '\0';
}

static bool is_stopped(void *context)
{
    struct scene *s = context;
    return s->stopped > 0;
}

static void begin_with(struct scene *s, const char *const *more, const char *password)
{
    char place[32];
    const char *const servers[] = { place, NULL };
    *s = (struct scene){ 0 };
    assert_int_equal(uv_loop_init(&s->loop), 0);
    server_start(&s->server, more);
    snprintf(place, sizeof place, "127.0.0.1:%d", s->server.port);
    connect_scene(s, servers, "", password);
}

static void begin(struct scene *s)
{
    begin_with(s, NULL, "");
    assert_true(turn_until(&s->loop, is_up, s));
}

static void on_stopped(void *context)
{
    struct scene *s = context;
    s->stopped++;
}

/* A handle that was left open fails the test. */
static void close_scene(struct scene *s)
{
    redis_stop(s->redis, on_stopped, s);
    assert_true(turn_until(&s->loop, is_stopped, s));
    assert_int_equal(uv_loop_close(&s->loop), 0);
    metrics_free(s->metrics);
}

static void end(struct scene *s)
{
    close_scene(s);
    server_end(&s->server);
}

static int say(struct scene *s, enum redis_use use, int script, const char *const *text)
{
    struct slice words[8];
    int n = 0;
    for (; text[n] != NULL; n++)
        words[n] = slice_of(text[n]);
    return redis_send(s->redis, use, script, words, n, (struct redis_answer){ on_answer, s });
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Sends and waits for the answer. */
static int ask(struct scene *s, enum redis_use use, int script, const char *const *text)
{
    s->wanted = s->answers + 1;
    assert_int_equal(say(s, use, script, text), 0);
    assert_true(turn_until(&s->loop, is_answered, s));
    return s->error;
}

static void commands_scripts_and_messages_arrive(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    assert_int_equal(s.ups, 1);
    assert_int_equal(ask(&s, REDIS_PLAIN, -1, WORDS("INCR", "n")), 0);
    assert_int_equal(s.number, 1);
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "value")), 0);
    assert_int_equal(s.number, 2);
    redisReply *value = server_ask(&s.server, "GET key");
    assert_string_equal(value->str, "value");
    freeReplyObject(value);
    server_do(&s.server, "PUBLISH news fresh");
    while (s.heard[0] == '\0')
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_string_equal(s.heard, "news=fresh");
    end(&s);
}

static void an_answer_keeps_its_place_among_a_thousand(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    s.wanted = 1000;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(say(&s, REDIS_PLAIN, -1, WORDS("INCR", "n")), 0);
    assert_true(turn_until(&s.loop, is_answered, &s));
    assert_int_equal(s.number, 1000);
    assert_int_equal(s.error, 0);
    end(&s);
}

static void killed_it_is_away_and_found_again(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    server_kill(&s.server);
    assert_true(turn_until(&s.loop, is_down, &s));
    assert_int_equal(s.downs, 1);
    assert_true(redis_reason(s.redis)[0] != '\0');
    assert_int_equal(say(&s, REDIS_PROBE, -1, WORDS("PING")), GW_ECLOSED);
    server_again(&s.server, NULL);
    assert_true(turn_until(&s.loop, is_up, &s));
    assert_int_equal(s.downs, 1); /* the attempts in between are not told */
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "value")), 0);
    end(&s);
}

static void what_was_on_its_way_is_told_when_it_is_killed(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    kill(s.server.pid, SIGSTOP);
    for (int i = 0; i < 5; i++)
        assert_int_equal(say(&s, REDIS_PLAIN, -1, WORDS("PING")), 0);
    server_kill(&s.server);
    s.wanted = 5;
    assert_true(turn_until(&s.loop, is_answered, &s));
    assert_int_equal(s.error, GW_EIO);
    assert_int_equal(s.answers, 5);
    end(&s);
}

static void a_late_answer_is_a_connection_lost(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    kill(s.server.pid, SIGSTOP); /* hangs without a word, as behind a dead switch */
    uv_update_time(&s.loop);     /* from which its timers count, in whole milliseconds */
    uint64_t begun = uv_hrtime();
    assert_int_equal(ask(&s, REDIS_PLAIN, -1, WORDS("PING")), GW_EIO);
    uint64_t waited_ms = (uv_hrtime() - begun) / 1000000;
    assert_true(waited_ms + 2 >= TIMEOUT_MS);
    assert_false(redis_up(s.redis));
    assert_non_null(strstr(redis_reason(s.redis), "did not answer within"));
    kill(s.server.pid, SIGCONT);
    assert_true(turn_until(&s.loop, is_up, &s));
    end(&s);
}

static void paused_by_its_operator_it_is_away_until_the_pause_ends(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    server_do(&s.server, "CLIENT PAUSE 900 ALL");
    assert_int_equal(ask(&s, REDIS_PLAIN, -1, WORDS("INCR", "n")), GW_EIO);
    assert_true(turn_until(&s.loop, is_up, &s));
    assert_int_equal(ask(&s, REDIS_PLAIN, -1, WORDS("INCR", "n")), 0);
    end(&s);
}

static void full_it_is_left_alone_until_a_probe_is_taken(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    server_do(&s.server, "CONFIG SET maxmemory 1");
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "value")), GW_EFULL);
    assert_false(redis_up(s.redis));
    assert_int_equal(say(&s, REDIS_PLAIN, -1, WORDS("PING")), GW_ECLOSED);
    assert_int_equal(ask(&s, REDIS_PROBE, 0, WORDS("1", "key", "value")), GW_EFULL);
    server_do(&s.server, "CONFIG SET maxmemory 0");
    assert_int_equal(ask(&s, REDIS_PROBE, 0, WORDS("1", "key", "value")), 0);
    assert_true(redis_up(s.redis));
    assert_int_equal(s.ups, 2);
    assert_int_equal(s.downs, 1);
    end(&s);
}

static void another_error_makes_it_ill_too(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    server_do(&s.server, "SET text word");
    assert_int_equal(ask(&s, REDIS_PLAIN, -1, WORDS("INCR", "text")), GW_EDB);
    assert_false(redis_up(s.redis));
    assert_non_null(strstr(redis_reason(s.redis), "not an integer"));
    end(&s);
}

static void a_wrong_password_is_said_without_it(void **state)
{
    (void)state;
    struct scene s;
    begin_with(&s, WORDS("--requirepass", "right"), "wrong-one");
    assert_true(turn_until(&s.loop, has_reason, &s));
    assert_false(redis_up(s.redis));
    assert_non_null(strstr(redis_reason(s.redis), "WRONGPASS"));
    assert_null(strstr(redis_reason(s.redis), "wrong-one"));
    redisContext *c = server_open(s.server.port); /* the operator puts it right */
    freeReplyObject(redisCommand(c, "AUTH right"));
    freeReplyObject(redisCommand(c, "CONFIG SET requirepass wrong-one"));
    redisFree(c);
    assert_true(turn_until(&s.loop, is_up, &s));
    end(&s);
}

static void forgotten_scripts_are_loaded_again(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    server_do(&s.server, "SCRIPT FLUSH");
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "value")), GW_EDB);
    assert_false(redis_up(s.redis));
    assert_true(turn_until(&s.loop, is_up, &s));
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "value")), 0);
    end(&s);
}

static void a_replica_is_passed_over(void **state)
{
    (void)state;
    struct scene s = { 0 };
    struct server replica;
    char first[32], second[32], port[16];
    const char *const servers[] = { first, second, NULL };
    server_start(&s.server, NULL);
    snprintf(port, sizeof port, "%d", s.server.port);
    server_start(&replica, WORDS("--replicaof", "127.0.0.1", port));
    assert_int_equal(uv_loop_init(&s.loop), 0);
    snprintf(first, sizeof first, "localhost:%d", replica.port);
    snprintf(second, sizeof second, "localhost:%d", s.server.port);
    connect_scene(&s, servers, "", "");
    assert_true(turn_until(&s.loop, is_up, &s));
    assert_int_equal(ask(&s, REDIS_PLAIN, -1, WORDS("INCR", "n")), 0);
    end(&s);
    server_end(&replica);
}

/* The order of things in redis-sentinel's own file. */
static void start_sentinel(struct server *sentinel, int master)
{
    char file[128];
    *sentinel = (struct server){ .port = free_port() };
    snprintf(sentinel->folder, sizeof sentinel->folder, "/tmp/linli-redis-XXXXXX");
    assert_non_null(mkdtemp(sentinel->folder));
    snprintf(file, sizeof file, "%s/sentinel.conf", sentinel->folder);
    FILE *f = fopen(file, "we");
    assert_non_null(f);
    fprintf(f,
            "port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor shared 127.0.0.1 %d 1\n"
            "sentinel down-after-milliseconds shared 400\nsentinel failover-timeout shared 2000\n",
            sentinel->port, sentinel->folder, master);
    assert_int_equal(fclose(f), 0);
    char *argv[] = { (char[]){ "redis-sentinel" }, file, NULL };
    server_run(sentinel, "redis-sentinel", argv);
}

static bool has_replica(void *context)
{
    const struct server *sentinel = context;
    redisReply *r = server_ask(sentinel, "SENTINEL replicas shared");
    bool is = r->type == REDIS_REPLY_ARRAY && r->elements == 1;
    freeReplyObject(r);
    return is;
}

static void sentinel_leads_to_the_new_master(void **state)
{
    (void)state;
    struct scene s = { 0 };
    struct server replica, sentinel;
    char place[32], port[16];
    const char *const servers[] = { "127.0.0.1:1", place, NULL }; /* the first one is dead */
    server_start(&s.server, NULL);
    snprintf(port, sizeof port, "%d", s.server.port);
    server_start(&replica, WORDS("--replicaof", "127.0.0.1", port));
    start_sentinel(&sentinel, s.server.port);
    assert_int_equal(uv_loop_init(&s.loop), 0);
    snprintf(place, sizeof place, "127.0.0.1:%d", sentinel.port);
    connect_scene(&s, servers, "shared", "");
    assert_true(turn_until(&s.loop, is_up, &s));
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "before")), 0);
    assert_true(turn_until(&s.loop, has_replica, &sentinel));
    server_kill(&s.server);
    assert_true(turn_until(&s.loop, is_down, &s));
    assert_true(turn_until(&s.loop, is_up, &s));
    assert_int_equal(ask(&s, REDIS_PLAIN, 0, WORDS("1", "key", "after")), 0);
    redisReply *value = server_ask(&replica, "GET key"); /* it is the replica that took it */
    assert_string_equal(value->str, "after");
    freeReplyObject(value);
    close_scene(&s);
    server_end(&sentinel);
    server_end(&replica);
    server_end(&s.server);
}

static void a_master_made_a_replica_is_left(void **state)
{
    (void)state;
    struct scene s;
    struct server other;
    begin(&s);
    server_start(&other, NULL);
    char command[64];
    snprintf(command, sizeof command, "REPLICAOF 127.0.0.1 %d", other.port);
    server_do(&s.server, command);
    s.wanted = s.answers + 1;
    if (say(&s, REDIS_PLAIN, 0, WORDS("1", "key", "value")) == GW_OK) {
        assert_true(turn_until(&s.loop, is_answered, &s));
        assert_int_not_equal(s.error, 0);
    }
    assert_true(turn_until(&s.loop, is_down, &s));
    server_do(&s.server, "REPLICAOF NO ONE");
    assert_true(turn_until(&s.loop, is_up, &s));
    end(&s);
    server_end(&other);
}

static void nobody_there_is_no_reason_to_hang(void **state)
{
    (void)state;
    struct scene s = { 0 };
    char place[32];
    const char *const servers[] = { place, NULL };
    assert_int_equal(uv_loop_init(&s.loop), 0);
    snprintf(place, sizeof place, "127.0.0.1:%d", free_port());
    connect_scene(&s, servers, "", "");
    assert_true(turn_until(&s.loop, has_reason, &s));
    assert_non_null(strstr(redis_reason(s.redis), "refused"));
    close_scene(&s);
    s = (struct scene){ 0 };
    assert_int_equal(uv_loop_init(&s.loop), 0);
    connect_scene(&s, WORDS("no-such-host.invalid:6379"), "", "");
    assert_true(turn_until(&s.loop, has_reason, &s));
    close_scene(&s);
}

static void stopping_answers_what_waits(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    kill(s.server.pid, SIGSTOP);
    for (int i = 0; i < 3; i++)
        assert_int_equal(say(&s, REDIS_PLAIN, -1, WORDS("PING")), 0);
    close_scene(&s);
    assert_int_equal(s.answers, 3);
    assert_int_equal(s.error, GW_EIO);
    server_end(&s.server);
}

static void a_place_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           ":1",    "host",     "host:",       "host:0",
        "host:65536", "a b:1", "::1:6379", "redis://h:1", "host:1x"
    };
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct redis *r = NULL;
        struct fault fault = { 0 };
        const struct redis_options o = { .loop = &loop,
                                         .servers = WORDS(bad[i]),
                                         .master = "",
                                         .user = "",
                                         .password = "",
                                         .sentinel_password = "" };
        assert_int_equal(redis_start(&o, &r, &fault), GW_ECONFIG);
        assert_null(r);
    }
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_scripts_and_messages_arrive),
        cmocka_unit_test(an_answer_keeps_its_place_among_a_thousand),
        cmocka_unit_test(killed_it_is_away_and_found_again),
        cmocka_unit_test(what_was_on_its_way_is_told_when_it_is_killed),
        cmocka_unit_test(a_late_answer_is_a_connection_lost),
        cmocka_unit_test(paused_by_its_operator_it_is_away_until_the_pause_ends),
        cmocka_unit_test(full_it_is_left_alone_until_a_probe_is_taken),
        cmocka_unit_test(another_error_makes_it_ill_too),
        cmocka_unit_test(a_wrong_password_is_said_without_it),
        cmocka_unit_test(forgotten_scripts_are_loaded_again),
        cmocka_unit_test(a_replica_is_passed_over),
        cmocka_unit_test(sentinel_leads_to_the_new_master),
        cmocka_unit_test(a_master_made_a_replica_is_left),
        cmocka_unit_test(nobody_there_is_no_reason_to_hang),
        cmocka_unit_test(stopping_answers_what_waits),
        cmocka_unit_test(a_place_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
