/* Backup of a database that is written meanwhile, and restore into one that is served meanwhile. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/store/store.h"

#include "tests/support/support.h"

SQL(put_counter, "INSERT INTO counters (name, value) VALUES ($name, $value)");
SQL(put_mark, "INSERT INTO marks (name, value) VALUES ($name, $value)");

struct work {
    struct support *support;
    struct store *writer;
    int steps;
    int64_t next;
};

static void put(struct store *store, int64_t value)
{
    char name[16];
    struct tx *tx = NULL;
    snprintf(name, sizeof(name), "n%d", (int)value);
    assert_int_equal(store_begin(store, &tx), 0);
    assert_int_equal(
        sql_run(tx, &put_counter, BINDS(BIND_STR("name", name), BIND_INT("value", value))), 1);
    assert_int_equal(store_commit(tx), 0);
}

/* Enough pages for several steps. */
static void fill(struct support *s)
{
    static const char filler[2 * 1024 * 1024];
    struct tx *tx = support_begin(s);
    assert_int_equal(sql_run(tx, &put_mark,
                             BINDS(BIND_STR("name", "filler"),
                                   BIND_BLOB("value", ((struct slice){ filler, sizeof(filler) })))),
                     1);
    support_commit(s);
}

static void while_stepping(void *context, int done, int all)
{
    struct work *w = context;
    assert_true(done >= 0 && done <= all);
    w->steps++;
    if (w->writer != NULL)
        put(w->writer, w->next++);
}

static struct store *open_other(const char *path, bool read_only)
{
    struct store *store = NULL;
    struct fault fault = { 0 };
    const struct store_options options = { .path = path, .read_only = read_only, .free_floor = 1 };
    if (store_open(&options, &store, &fault) != 0)
        fail_msg("%s", fault.text);
    return store;
}

static int64_t counters_in(const char *path)
{
    SQL(count, "SELECT COUNT(*) FROM counters");
    struct store *store = open_other(path, true);
    struct tx *tx = NULL;
    int64_t n = -1;
    assert_int_equal(store_begin(store, &tx), 0);
    assert_int_equal(sql_int(tx, &count, NO_BINDS, &n), 1);
    store_rollback(tx);
    store_close(store);
    return n;
}

static void path_in(struct support *s, const char *name, char out[128])
{
    assert_true(snprintf(out, 128, "%s/%s", s->folder, name) < 128);
}

static void a_backup_is_the_moment_of_the_call(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    struct work work = { .support = s, .next = 100 };
    char file[128];
    path_in(s, "backup.db", file);
    fill(s);
    put(s->store, 1);
    put(s->store, 2);
    struct store *reader = open_other(s->path, true);
    work.writer = s->store; /* the gateway goes on writing */
    assert_int_equal(store_backup(reader, file, while_stepping, &work, &fault), 0);
    store_close(reader);
    assert_true(work.steps > 2);
    assert_int_equal(counters_in(file), 2);
    assert_int_equal(counters_in(s->path), 2 + work.steps);
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    path_in(s, "backup.db.part", file);
    assert_int_not_equal(stat(file, &st), 0);
}

static void a_file_is_never_overwritten(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    assert_int_equal(store_backup(s->store, s->key_path, NULL, NULL, &fault), GW_EIO);
    assert_non_null(strstr(fault.text, "exists"));
    fault = (struct fault){ 0 };
    assert_int_equal(store_backup(s->store, "/nonexistent/folder/b.db", NULL, NULL, &fault),
                     GW_EIO);
    fault = (struct fault){ 0 };
    char file[128];
    path_in(s, "b.db", file);
    support_begin(s);
    assert_int_equal(store_backup(s->store, file, NULL, NULL, &fault), GW_EINVAL);
    assert_int_equal(store_restore(s->store, file, NULL, NULL, &fault), GW_EINVAL);
    support_rollback(s);
    assert_int_not_equal(access(file, F_OK), 0);
}

static void a_restore_brings_back_the_old_state(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    struct work work = { .support = s };
    char file[128];
    path_in(s, "backup.db", file);
    fill(s);
    put(s->store, 1);
    assert_int_equal(store_backup(s->store, file, NULL, NULL, &fault), 0);
    put(s->store, 2);
    put(s->store, 3);
    struct store *other = open_other(s->path, false); /* another process on the served database */
    assert_int_equal(store_restore(other, file, while_stepping, &work, &fault), 0);
    store_close(other);
    assert_true(work.steps > 2);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 1);
    put(s->store, 4); /* the first connection goes on with its prepared statements */
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 2);
    support_reopen(s);
    put(s->store, 5);
    assert_int_equal(counters_in(s->path), 3);
}

static void refused(struct support *s, const char *file, int code, const char *says)
{
    struct fault fault = { 0 };
    assert_int_equal(store_restore(s->store, file, NULL, NULL, &fault), code);
    if (strstr(fault.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.text, says);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 1);
}

static void what_is_no_backup_is_refused(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    char file[128];
    put(s->store, 1);
    refused(s, "/nonexistent.db", GW_EIO, "cannot open");
    refused(s, s->key_path, GW_EDATA, "not a backup");
    path_in(s, "empty.db", file);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    refused(s, file, GW_EDATA, "not a backup");

    path_in(s, "newer.db", file);
    support_exec(s, "INSERT INTO schema_migrations VALUES (9999, 'x/9999_future.sql')");
    assert_int_equal(store_backup(s->store, file, NULL, NULL, &fault), 0);
    support_exec(s, "DELETE FROM schema_migrations WHERE number = 9999");
    refused(s, file, GW_EDB, "migration 9999");

    path_in(s, "cut.db", file);
    fill(s);
    assert_int_equal(store_backup(s->store, file, NULL, NULL, &fault), 0);
    assert_int_equal(truncate(file, 300 * 1024), 0);
    refused(s, file, GW_EDATA, "damaged");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_backup_is_the_moment_of_the_call),
        TEST(a_file_is_never_overwritten),
        TEST(a_restore_brings_back_the_old_state),
        TEST(what_is_no_backup_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
