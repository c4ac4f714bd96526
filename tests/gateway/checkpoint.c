#include <string.h>
#include <sys/stat.h>

#include "tests/gateway/loop_fixture.h"
#include "tests/support/support.h"

#include "gateway/checkpoint.h"
#include "gateway/metrics.h"

static const struct embedded_file *const tables[] = { gw_store_files, NULL };

SQL(test_put, "INSERT INTO sessions (conversation, stored_at, session) VALUES ($id, 0, $blob)");

struct fixture {
    struct loop_fixture loop;
    struct support *s;
    struct metrics *metrics;
    struct checkpoint *checkpoint;
    struct checkpoint_options options;
    uv_sem_t stopped;
    int rc;
};

static void on_start(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    f->rc = checkpoint_start(&f->options, &f->checkpoint, &fault);
}

static void on_stopped(void *context)
{
    struct fixture *f = context;
    uv_sem_post(&f->stopped);
}

static void on_stop(void *context)
{
    struct fixture *f = context;
    checkpoint_stop(f->checkpoint, on_stopped, f);
}

static void start(struct fixture *f, int every_ms)
{
    *f = (struct fixture){ .metrics = metrics_new() };
    assert_int_equal(uv_sem_init(&f->stopped, 0), 0);
    f->s = support_store(tables);
    loop_start(&f->loop);
    f->options = (struct checkpoint_options){
        .loop = &f->loop.loop, .path = f->s->path, .every_ms = every_ms, .metrics = f->metrics
    };
    loop_call(&f->loop, on_start, f);
    assert_int_equal(f->rc, 0);
}

static void stop(struct fixture *f)
{
    loop_call(&f->loop, on_stop, f);
    uv_sem_wait(&f->stopped);
    loop_stop(&f->loop);
    support_free(f->s);
    metrics_free(f->metrics);
    uv_sem_destroy(&f->stopped);
}

static void write_row(struct fixture *f, int id)
{
    static char blob[100000];
    struct tx *tx = support_begin(f->s);
    const struct slice bytes = { blob, sizeof(blob) };
    assert_true(sql_run(tx, &test_put, BINDS(BIND_INT("id", id), BIND_BLOB("blob", bytes))) >= 0);
    support_commit(f->s);
    metrics_count(f->metrics, METRIC_COMMITS, 0, 1);
}

static off_t database_size(const struct fixture *f)
{
    struct stat st;
    assert_int_equal(stat(f->s->path, &st), 0);
    return st.st_size;
}

static void test_log_is_moved_into_the_database(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 10);
    off_t before = database_size(&f);
    /* Small enough that the writer does not do it itself. */
    for (int i = 0; i < 5; i++)
        write_row(&f, i + 1);
    for (int i = 0; i < 1000 && database_size(&f) < before + 500000; i++)
        uv_sleep(10);
    assert_true(database_size(&f) >= before + 500000);
    assert_int_equal(support_count(f.s, "SELECT COUNT(*) FROM sessions"), 5);
    stop(&f);
}

static void test_writer_goes_on_meanwhile(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1);
    for (int i = 0; i < 100; i++)
        write_row(&f, i + 1);
    stop(&f);
}

static void test_missing_database(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 10);
    loop_call(&f.loop, on_stop, &f);
    uv_sem_wait(&f.stopped);
    f.options.path = "/nonexistent/linli.db";
    loop_call(&f.loop, on_start, &f);
    assert_int_not_equal(f.rc, 0);
    f.options.path = f.s->path;
    loop_call(&f.loop, on_start, &f);
    assert_int_equal(f.rc, 0);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_is_moved_into_the_database),
        cmocka_unit_test(test_writer_goes_on_meanwhile),
        cmocka_unit_test(test_missing_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
