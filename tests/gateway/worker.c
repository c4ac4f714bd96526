#include <stdatomic.h>
#include <string.h>

#include "tests/gateway/loop_fixture.h"
#include "tests/support/support.h"

#include "gateway/metrics.h"
#include "gateway/worker.h"

SQL(test_insert, "INSERT INTO counters (name, value) VALUES ($name, $value)");
SQL(test_fill, "INSERT INTO sessions (conversation, stored_at, session) VALUES ($id, 0, $blob)");
SQL(test_empty, "DELETE FROM sessions");
SQL(test_count, "SELECT COUNT(*) FROM counters WHERE value >= 1000");
SQL(test_value, "SELECT value FROM counters WHERE name = $name");

enum behaviour {
    WRITES,
    WRITES_THEN_FAILS,
    BREAKS_A_RULE, /* a statement that the database refuses */
    IGNORES_AN_ERROR,
    FILLS_THE_DISK,
    MAKES_ROOM,
    IS_SLOW,
};

static const struct embedded_file *const tables[] = { gw_store_files, NULL };

struct fixture;

struct test_job {
    struct job job; /* first */
    struct fixture *f;
    int n;
    enum behaviour behaviour;
    bool apologizes;
    bool apology_fails;
    bool puts_again;
    int runs, dones, error, turn;
};

struct fixture {
    struct loop_fixture loop;
    struct support *s;
    struct metrics *metrics;
    struct worker *worker;
    struct worker_options options;
    uv_sem_t done, stopped;
    uv_sem_t gate; /* a slow job waits here, so that others gather behind it */
    _Atomic int turns;
    unsigned woken;
    _Atomic bool commit_fails;
    int64_t clock;
};

static int insert(struct tx *tx, const char *prefix, int n)
{
    char name[64];
    snprintf(name, sizeof(name), "%s%d", prefix, n);
    int rc = sql_run(tx, &test_insert, BINDS(BIND_STR("name", name), BIND_INT("value", 1000 + n)));
    return rc < 0 ? rc : 0;
}

static int fill_disk(struct tx *tx)
{
    static char blob[20000];
    for (int i = 100000; i < 110000; i++) {
        int rc = sql_run(
            tx, &test_fill,
            BINDS(BIND_INT("id", i), BIND_BLOB("blob", ((struct slice){ blob, sizeof(blob) }))));
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int on_run(struct job *job, struct tx *tx, int64_t now)
{
    struct test_job *t = (struct test_job *)job;
    t->runs++;
    t->turn = atomic_fetch_add(&t->f->turns, 1);
    if (now != SUPPORT_NOW)
        return GW_EINVAL;
    int rc;
    switch (t->behaviour) {
    case WRITES:
        tx_wake(tx, WAKE_OUTBOX);
        return insert(tx, "job", t->n);
    case WRITES_THEN_FAILS:
        rc = insert(tx, "bad", t->n);
        return rc < 0 ? rc : GW_EINVAL;
    case BREAKS_A_RULE:
        rc = insert(tx, "twice", t->n);
        return rc < 0 ? rc : insert(tx, "twice", t->n);
    case IGNORES_AN_ERROR:
        (void)!insert(tx, "ignored", t->n);
        (void)!insert(tx, "ignored", t->n);
        return 0;
    case FILLS_THE_DISK:
        return fill_disk(tx);
    case MAKES_ROOM:
        rc = sql_run(tx, &test_empty, NO_BINDS);
        return rc < 0 ? rc : 0;
    case IS_SLOW:
        uv_sem_wait(&t->f->gate);
        return 0;
    }
    return GW_EINVAL;
}

static int on_failed(struct job *job, struct tx *tx, int64_t now, int error)
{
    struct test_job *t = (struct test_job *)job;
    (void)now;
    int rc = insert(tx, "sorry", t->n);
    if (rc < 0)
        return rc;
    return t->apology_fails ? error : 0;
}

static void on_job_done(struct job *job, int error)
{
    struct test_job *t = (struct test_job *)job;
    t->dones++;
    t->error = error;
    if (t->puts_again)
        t->error = worker_put(t->f->worker, WORKER_MESSAGES, job);
    uv_sem_post(&t->f->done);
}

static void on_woken(void *context, unsigned what)
{
    struct fixture *f = context;
    f->woken |= what;
}

static int on_before_commit(void *context, struct tx *tx)
{
    struct fixture *f = context;
    (void)tx;
    return atomic_load(&f->commit_fails) ? GW_EDB : 0;
}

static int64_t on_now(void *context)
{
    struct fixture *f = context;
    return f->clock;
}

static void on_start(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    f->options.loop = &f->loop.loop;
    f->options.store = f->s->store;
    f->options.metrics = f->metrics;
    f->options.woken = on_woken;
    f->options.before_commit = on_before_commit;
    f->options.now = on_now;
    f->options.context = f;
    if (worker_start(&f->options, &f->worker, &fault) != 0)
        print_error("%s\n", fault.text);
}

static void start(struct fixture *f, struct worker_options options)
{
    *f = (struct fixture){ .options = options, .metrics = metrics_new(), .clock = SUPPORT_NOW };
    assert_int_equal(uv_sem_init(&f->done, 0), 0);
    assert_int_equal(uv_sem_init(&f->stopped, 0), 0);
    assert_int_equal(uv_sem_init(&f->gate, 0), 0);
    f->s = support_store(tables);
    loop_start(&f->loop);
    loop_call(&f->loop, on_start, f);
    assert_non_null(f->worker);
}

static void on_stopped(void *context)
{
    struct fixture *f = context;
    uv_sem_post(&f->stopped);
}

static void on_stop(void *context)
{
    struct fixture *f = context;
    worker_stop(f->worker, on_stopped, f);
}

/* Afterwards the store is the test's own again. */
static void stop_worker(struct fixture *f)
{
    loop_call(&f->loop, on_stop, f);
    uv_sem_wait(&f->stopped);
    loop_stop(&f->loop);
}

static void stop(struct fixture *f)
{
    support_free(f->s);
    metrics_free(f->metrics);
    uv_sem_destroy(&f->done);
    uv_sem_destroy(&f->stopped);
    uv_sem_destroy(&f->gate);
}

static void prepare(struct fixture *f, struct test_job *t, int n, enum behaviour behaviour)
{
    t->job = (struct job){ .run = on_run,
                           .failed = t->apologizes ? on_failed : NULL,
                           .done = on_job_done };
    t->f = f;
    t->n = n;
    t->behaviour = behaviour;
}

static void put(struct fixture *f, struct test_job *t, int n, enum behaviour behaviour)
{
    prepare(f, t, n, behaviour);
    assert_int_equal(worker_put(f->worker, WORKER_MESSAGES, &t->job), 0);
}

static void wait_done(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++)
        uv_sem_wait(&f->done);
}

static int64_t read_int(struct fixture *f, const struct sql *sql, const char *name)
{
    struct tx *tx;
    int64_t value = -1;
    assert_int_equal(store_begin(f->s->store, &tx), 0);
    int rc = name ? sql_int(tx, sql, BINDS(BIND_STR("name", name)), &value)
                  : sql_int(tx, sql, NO_BINDS, &value);
    assert_true(rc >= 0);
    store_rollback(tx);
    return rc == 1 ? value : -1;
}

static void test_group_commit(void **state)
{
    (void)state;
    enum { JOBS = 200 };
    static struct test_job jobs[JOBS + 1];
    memset(jobs, 0, sizeof(jobs));
    struct fixture f;
    start(&f, (struct worker_options){ .batch = 64 });
    /* The slow one holds the first transaction open while the others gather. */
    put(&f, &jobs[JOBS], JOBS, IS_SLOW);
    while (atomic_load(&f.turns) == 0)
        ;
    for (int i = 0; i < JOBS; i++)
        put(&f, &jobs[i], i, WRITES);
    assert_int_equal(worker_waiting(f.worker), JOBS);
    uv_sem_post(&f.gate);
    wait_done(&f, JOBS + 1);
    assert_int_equal(worker_waiting(f.worker), 0);
    /* One for the slow job, then 64 + 64 + 64 + 8. */
    assert_int_equal(metrics_value(f.metrics, METRIC_COMMITS, 0), 5);
    assert_true(worker_healthy(f.worker));
    stop_worker(&f);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].error, 0);
        assert_int_equal(jobs[i].runs, 1);
        assert_int_equal(jobs[i].dones, 1);
        assert_int_equal(jobs[i].turn, i + 1);
    }
    assert_int_equal(f.woken, WAKE_OUTBOX);
    assert_int_equal(read_int(&f, &test_count, NULL), JOBS);
    stop(&f);
}

static void test_a_failing_job_harms_no_other(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job jobs[8] = { 0 };
    start(&f, (struct worker_options){ 0 });
    put(&f, &jobs[0], 0, IS_SLOW);
    jobs[2].apologizes = jobs[3].apologizes = jobs[4].apologizes = true;
    jobs[4].apology_fails = true;
    put(&f, &jobs[1], 1, WRITES);
    put(&f, &jobs[2], 2, WRITES_THEN_FAILS);
    put(&f, &jobs[3], 3, BREAKS_A_RULE);
    put(&f, &jobs[4], 4, WRITES_THEN_FAILS);
    put(&f, &jobs[5], 5, WRITES_THEN_FAILS);
    put(&f, &jobs[6], 6, IGNORES_AN_ERROR);
    put(&f, &jobs[7], 7, WRITES);
    uv_sem_post(&f.gate);
    wait_done(&f, 8);
    assert_true(worker_healthy(f.worker));
    stop_worker(&f);
    static const int errors[8] = { 0, 0, 0, 0, GW_EINVAL, GW_EINVAL, GW_EDB, 0 };
    for (int i = 0; i < 8; i++)
        assert_int_equal(jobs[i].error, errors[i]);
    assert_int_equal(read_int(&f, &test_value, "job1"), 1001);
    assert_int_equal(read_int(&f, &test_value, "job7"), 1007);
    assert_int_equal(read_int(&f, &test_value, "sorry2"), 1002);
    assert_int_equal(read_int(&f, &test_value, "sorry3"), 1003);
    /* Nothing else: neither what failed had written, nor the apology that failed. */
    assert_int_equal(read_int(&f, &test_count, NULL), 4);
    stop(&f);
}

static void test_a_lost_transaction_is_told_to_all(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job jobs[3] = { 0 };
    start(&f, (struct worker_options){ 0 });
    atomic_store(&f.commit_fails, true);
    put(&f, &jobs[0], 0, WRITES);
    put(&f, &jobs[1], 1, WRITES);
    wait_done(&f, 2);
    assert_int_equal(jobs[0].error, GW_EDB);
    assert_int_equal(jobs[1].error, GW_EDB);
    assert_false(worker_healthy(f.worker));
    atomic_store(&f.commit_fails, false);
    put(&f, &jobs[2], 2, WRITES);
    wait_done(&f, 1);
    assert_int_equal(jobs[2].error, 0);
    assert_true(worker_healthy(f.worker));
    stop_worker(&f);
    assert_int_equal(read_int(&f, &test_count, NULL), 1);
    stop(&f);
}

/* Waits for the probe, which comes once a second. */
static bool becomes_healthy(struct fixture *f)
{
    uint64_t begin = uv_hrtime();
    while (!worker_healthy(f->worker) && uv_hrtime() - begin < 10000000000u)
        uv_sleep(10);
    return worker_healthy(f->worker);
}

static void test_full_disk_and_recovery(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job jobs[6] = { 0 };
    start(&f, (struct worker_options){ 0 });
    put(&f, &jobs[0], 0, WRITES);
    wait_done(&f, 1);
    stop_worker(&f);
    assert_int_equal(store_limit_pages(f.s->store, 400), 0);
    loop_start(&f.loop);
    loop_call(&f.loop, on_start, &f);

    /* One job after the other is refused for lack of room, apologies are not even tried. */
    jobs[1].apologizes = true;
    put(&f, &jobs[1], 1, FILLS_THE_DISK);
    wait_done(&f, 1);
    assert_true(jobs[1].error == GW_EFULL || jobs[1].error == GW_ETXGONE);
    assert_false(worker_healthy(f.worker));
    /* It was undone as a whole, so the probe finds room again, without any message. */
    assert_true(becomes_healthy(&f));
    put(&f, &jobs[2], 2, WRITES);
    wait_done(&f, 1);
    assert_int_equal(jobs[2].error, 0);
    stop_worker(&f);
    assert_int_equal(read_int(&f, &test_value, "sorry1"), -1);
    assert_int_equal(read_int(&f, &test_count, NULL), 2);
    stop(&f);
}

SQL(test_fill_one, "INSERT INTO sessions (conversation, stored_at, session) "
                   "VALUES ($id, 0, $blob) ON CONFLICT (conversation) DO NOTHING");

/* Fills the database until nothing more fits, and keeps it so. */
static void fill_for_good(struct fixture *f)
{
    static char blob[20000];
    size_t n = sizeof(blob);
    for (int id = 1; n > 100;) {
        struct tx *tx;
        assert_int_equal(store_begin(f->s->store, &tx), 0);
        int rc = sql_run(tx, &test_fill_one,
                         BINDS(BIND_INT("id", id), BIND_BLOB("blob", ((struct slice){ blob, n }))));
        if (rc < 0) {
            store_rollback(tx);
            n /= 2;
            continue;
        }
        assert_int_equal(store_commit(tx), 0);
        id++;
    }
}

static void test_stays_unhealthy_while_the_disk_is_full(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job jobs[4] = { 0 };
    start(&f, (struct worker_options){ 0 });
    stop_worker(&f);
    assert_int_equal(store_limit_pages(f.s->store, 400), 0);
    fill_for_good(&f);
    loop_start(&f.loop);
    loop_call(&f.loop, on_start, &f);
    put(&f, &jobs[0], 0, FILLS_THE_DISK);
    wait_done(&f, 1);
    assert_int_not_equal(jobs[0].error, 0);
    assert_false(worker_healthy(f.worker));
    /* Something that writes nothing succeeds, which is no sign of health; nor is an empty
     * transaction. */
    uv_sem_post(&f.gate);
    put(&f, &jobs[1], 1, IS_SLOW);
    wait_done(&f, 1);
    assert_int_equal(jobs[1].error, 0);
    uv_sleep(1500);
    assert_false(worker_healthy(f.worker));
    put(&f, &jobs[2], 2, MAKES_ROOM);
    wait_done(&f, 1);
    assert_int_equal(jobs[2].error, 0);
    assert_true(becomes_healthy(&f));
    put(&f, &jobs[3], 3, WRITES);
    wait_done(&f, 1);
    assert_int_equal(jobs[3].error, 0);
    stop_worker(&f);
    stop(&f);
}

static void test_order_of_the_queues(void **state)
{
    (void)state;
    struct fixture f;
    static struct test_job slow, background[3], outcomes[60], messages[20];
    memset(background, 0, sizeof(background));
    memset(outcomes, 0, sizeof(outcomes));
    memset(messages, 0, sizeof(messages));
    memset(&slow, 0, sizeof(slow));
    start(&f, (struct worker_options){ .batch = 16 });
    put(&f, &slow, 0, IS_SLOW);
    while (atomic_load(&f.turns) == 0)
        ;
    for (int i = 0; i < 3; i++) {
        prepare(&f, &background[i], 100 + i, WRITES);
        assert_int_equal(worker_put(f.worker, WORKER_BACKGROUND, &background[i].job), 0);
    }
    for (int i = 0; i < 60; i++) {
        prepare(&f, &outcomes[i], 200 + i, WRITES);
        assert_int_equal(worker_put(f.worker, WORKER_OUTCOMES, &outcomes[i].job), 0);
    }
    for (int i = 0; i < 20; i++)
        put(&f, &messages[i], 300 + i, WRITES);
    uv_sem_post(&f.gate);
    wait_done(&f, 84);
    /* First batch: 16 messages and three times as many outcomes; then the rest of both. */
    assert_int_equal(messages[15].turn, 16);
    assert_int_equal(outcomes[0].turn, 17);
    assert_int_equal(outcomes[47].turn, 64);
    assert_int_equal(messages[16].turn, 65);
    assert_true(messages[19].turn < outcomes[48].turn);
    assert_true(outcomes[59].turn < background[0].turn);
    stop_worker(&f);
    assert_int_equal(read_int(&f, &test_count, NULL), 83);
    stop(&f);
}

/* A broadcast is expanded in the background while the outcomes of its sends pour in. */
static void test_background_goes_on_under_outcomes(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job slow = { 0 }, background[2] = { 0 }, outcomes[80] = { 0 };
    start(&f, (struct worker_options){ .batch = 4 });
    put(&f, &slow, 0, IS_SLOW);
    while (atomic_load(&f.turns) == 0)
        ;
    for (int i = 0; i < 2; i++) {
        prepare(&f, &background[i], 100 + i, WRITES);
        assert_int_equal(worker_put(f.worker, WORKER_BACKGROUND, &background[i].job), 0);
    }
    for (int i = 0; i < 80; i++) {
        prepare(&f, &outcomes[i], 200 + i, WRITES);
        assert_int_equal(worker_put(f.worker, WORKER_OUTCOMES, &outcomes[i].job), 0);
    }
    uv_sem_post(&f.gate);
    wait_done(&f, 83);
    assert_true(background[0].turn < outcomes[32].turn);
    assert_true(background[1].turn > outcomes[47].turn);
    assert_true(background[1].turn < outcomes[64].turn);
    stop_worker(&f);
    stop(&f);
}

static void test_background_gives_way_to_messages(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job background[3] = { 0 }, message = { 0 };
    start(&f, (struct worker_options){ 0 });
    struct test_job slow = { 0 };
    put(&f, &slow, 0, IS_SLOW);
    while (atomic_load(&f.turns) == 0)
        ;
    for (int i = 0; i < 3; i++) {
        prepare(&f, &background[i], i, IS_SLOW);
        assert_int_equal(worker_put(f.worker, WORKER_BACKGROUND, &background[i].job), 0);
    }
    uv_sem_post(&f.gate);
    while (atomic_load(&f.turns) < 2)
        ;
    /* The first of three background jobs is running when a message arrives. */
    put(&f, &message, 50, WRITES);
    uv_sem_post(&f.gate);
    uv_sem_post(&f.gate);
    uv_sem_post(&f.gate);
    wait_done(&f, 5);
    assert_int_equal(message.turn, 2);
    assert_int_equal(background[1].turn, 3);
    assert_int_equal(background[2].turn, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(background[i].runs, 1);
        assert_int_equal(background[i].error, 0);
    }
    stop_worker(&f);
    stop(&f);
}

static void test_full_queue_is_busy(void **state)
{
    (void)state;
    struct fixture f;
    struct test_job jobs[4] = { 0 };
    start(&f, (struct worker_options){ .queue_limit = 2 });
    put(&f, &jobs[0], 0, IS_SLOW);
    while (atomic_load(&f.turns) == 0)
        ;
    put(&f, &jobs[1], 1, WRITES);
    put(&f, &jobs[2], 2, WRITES);
    prepare(&f, &jobs[3], 3, WRITES);
    assert_int_equal(worker_put(f.worker, WORKER_MESSAGES, &jobs[3].job), GW_EBUSY);
    /* Outcomes are not refused: their number is bounded by what is in flight. */
    assert_int_equal(worker_put(f.worker, WORKER_OUTCOMES, &jobs[3].job), 0);
    uv_sem_post(&f.gate);
    wait_done(&f, 4);
    stop_worker(&f);
    stop(&f);
}

static void test_stop_finishes_the_queue(void **state)
{
    (void)state;
    enum { JOBS = 150 };
    static struct test_job jobs[JOBS + 1];
    memset(jobs, 0, sizeof(jobs));
    struct fixture f;
    start(&f, (struct worker_options){ 0 });
    put(&f, &jobs[JOBS], JOBS, IS_SLOW);
    while (atomic_load(&f.turns) == 0)
        ;
    jobs[0].puts_again = true;
    for (int i = 0; i < JOBS; i++)
        put(&f, &jobs[i], i, WRITES);
    loop_call(&f.loop, on_stop, &f);
    struct test_job late = { 0 };
    prepare(&f, &late, 999, WRITES);
    assert_int_equal(worker_put(f.worker, WORKER_MESSAGES, &late.job), GW_ECLOSED);
    uv_sem_post(&f.gate);
    uv_sem_wait(&f.stopped);
    loop_stop(&f.loop);
    assert_int_equal(jobs[0].error, GW_ECLOSED); /* it was put again from done */
    assert_int_equal(late.dones, 0);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(jobs[i].dones, 1);
    assert_int_equal(read_int(&f, &test_count, NULL), JOBS);
    stop(&f);
}

static void putter(void *context)
{
    struct test_job *jobs = context;
    for (int i = 0; i < 500; i++) {
        while (worker_put(jobs[i].f->worker, WORKER_MESSAGES, &jobs[i].job) == GW_EBUSY)
            uv_sleep(1);
    }
}

static void test_many_threads_put(void **state)
{
    (void)state;
    enum { THREADS = 4, EACH = 500 };
    static struct test_job jobs[THREADS][EACH];
    memset(jobs, 0, sizeof(jobs));
    struct fixture f;
    uv_thread_t threads[THREADS];
    start(&f, (struct worker_options){ .queue_limit = 100 });
    for (int t = 0; t < THREADS; t++) {
        for (int i = 0; i < EACH; i++)
            prepare(&f, &jobs[t][i], t * EACH + i, WRITES);
        assert_int_equal(uv_thread_create(&threads[t], putter, jobs[t]), 0);
    }
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(uv_thread_join(&threads[t]), 0);
    wait_done(&f, THREADS * EACH);
    stop_worker(&f);
    assert_int_equal(read_int(&f, &test_count, NULL), THREADS * EACH);
    int64_t commits = metrics_value(f.metrics, METRIC_COMMITS, 0);
    assert_in_range(commits, THREADS * EACH / 64, THREADS * EACH);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group_commit),
        cmocka_unit_test(test_a_failing_job_harms_no_other),
        cmocka_unit_test(test_a_lost_transaction_is_told_to_all),
        cmocka_unit_test(test_full_disk_and_recovery),
        cmocka_unit_test(test_stays_unhealthy_while_the_disk_is_full),
        cmocka_unit_test(test_order_of_the_queues),
        cmocka_unit_test(test_background_goes_on_under_outcomes),
        cmocka_unit_test(test_background_gives_way_to_messages),
        cmocka_unit_test(test_full_queue_is_busy),
        cmocka_unit_test(test_stop_finishes_the_queue),
        cmocka_unit_test(test_many_threads_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
