#include "tests/support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

void support_folder(char out[64])
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || strlen(base) > 40)
        base = "/tmp";
    assert_true(snprintf(out, 64, "%s/linli-test-XXXXXX", base) < 64);
    assert_non_null(mkdtemp(out));
}

void support_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        char path[512];
        assert_true(snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) < (int)sizeof(path));
        struct stat st;
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            support_remove(path);
        else
            assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(closedir(dir), 0);
    assert_int_equal(rmdir(folder), 0);
}

static int64_t fixed_clock(void *context)
{
    const struct support *s = context;
    return s->clock_ms;
}

static void open_store(struct support *s)
{
    struct fault fault = { 0 };
    const struct store_options options = { .path = s->path, .free_floor = 1 };
    if (store_open(&options, &s->store, &fault) != 0)
        fail_msg("%s", fault.text);
}

struct support *support_store(const struct embedded_file *const *tables)
{
    return support_store_limited(tables, 0);
}

struct support *support_store_limited(const struct embedded_file *const *tables, int64_t max_pages)
{
    struct support *s = mem_alloc(sizeof(*s));
    support_folder(s->folder);
    snprintf(s->path, sizeof(s->path), "%s/linli.db", s->folder);
    snprintf(s->key_path, sizeof(s->key_path), "%s/linli.key", s->folder);
    s->clock_ms = SUPPORT_NOW * 1000;
    ids_init(&s->ids, 1, 0, fixed_clock, s);
    struct fault fault = { 0 };
    if (vault_open(s->key_path, true, &s->vault, &fault) != 0)
        fail_msg("%s", fault.text);
    open_store(s);
    if (store_migrate(s->store, tables, &fault) != 0)
        fail_msg("%s", fault.text);
    if (max_pages > 0)
        assert_int_equal(store_limit_pages(s->store, max_pages), 0);
    return s;
}

void support_free(struct support *s)
{
    if (s == NULL)
        return;
    store_close(s->store);
    vault_close(s->vault);
    arena_free(&s->arena);
    support_remove(s->folder);
    free(s);
}

int support_setup(void **state)
{
    static const struct embedded_file *const tables[] = { gw_store_files, NULL };
    *state = support_store(tables);
    return 0;
}

int support_setup_begun(void **state)
{
    (void)support_setup(state);
    support_begin(*state);
    return 0;
}

int support_teardown(void **state)
{
    support_free(*state);
    return 0;
}

void support_reopen(struct support *s)
{
    store_close(s->store);
    s->tx = NULL;
    open_store(s);
}

struct tx *support_begin(struct support *s)
{
    int rc = store_begin(s->store, &s->tx);
    if (rc != 0)
        fail_msg("begin: %s (%s)", gw_error_name(rc), store_error_text(s->store));
    return s->tx;
}

void support_commit(struct support *s)
{
    int rc = store_commit(s->tx);
    if (rc != 0)
        fail_msg("commit: %s (%s)", gw_error_name(rc), store_error_text(s->store));
    s->tx = NULL;
}

void support_rollback(struct support *s)
{
    store_rollback(s->tx);
    s->tx = NULL;
}

static sqlite3 *second_connection(struct support *s)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

int64_t support_count(struct support *s, const char *query)
{
    sqlite3 *db = second_connection(s);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", query, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

void support_exec(struct support *s, const char *text)
{
    sqlite3 *db = second_connection(s);
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t support_nanoseconds(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void support_assert_slice(struct slice s, const char *text, const char *file, int line)
{
    if (slice_eq(s, slice_of(text)))
        return;
    print_error("\"%.*s\" is not \"%s\"\n", SLICE_ARG(s), text);
    _fail(file, line);
}
