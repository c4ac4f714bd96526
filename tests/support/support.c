#include "tests/support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>
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

/* Databases of PostgreSQL: each test has one of its own, copied from one in which the migrations of
 * the test's tables were applied once. */

enum { TEMPLATES = 4 };

static struct {
    const struct embedded_file *const *tables;
    char name[64];
} templates[TEMPLATES];
static char server_url[512];
static int databases;

static bool is_postgres(void)
{
    const char *where = getenv("LINLI_TEST_STORE");
    if (where == NULL || where[0] == '\0')
        return false;
    if (server_url[0] != '\0')
        return true;
    if (strncmp(where, "postgresql://", 13) == 0) {
        assert_true(snprintf(server_url, sizeof(server_url), "%s", where) <
                    (int)sizeof(server_url));
        return true;
    }
    FILE *file = fopen(where, "r");
    if (file == NULL || fgets(server_url, sizeof(server_url), file) == NULL)
        fail_msg("LINLI_TEST_STORE=%s names no file with a URL (tests/support/postgres start)",
                 where);
    assert_int_equal(fclose(file), 0);
    server_url[strcspn(server_url, "\n")] = '\0';
    return true;
}

bool support_is_postgres(void)
{
    return is_postgres();
}

static PGconn *postgres_connection(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    if (PQstatus(connection) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(connection));
    (void)PQsetErrorVerbosity(connection, PQERRORS_TERSE);
    return connection;
}

static void on_server(const char *command, const char *name, const char *rest)
{
    char text[256];
    snprintf(text, sizeof(text), "%s \"%s\" %s", command, name, rest);
    PGconn *connection = postgres_connection(server_url);
    PGresult *result = PQexec(connection, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", text, PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(connection);
}

/* The server's URL with another database in the place of the one it names. */
static void url_of(const char *name, char *out, size_t size)
{
    const char *path = strstr(server_url, "://") + 3;
    path += strcspn(path, "/");
    const char *behind = path + strcspn(path, "?");
    assert_true(snprintf(out, size, "%.*s/%s%s", (int)(path - server_url), server_url, name,
                         behind) < (int)size);
}

static void drop_templates(void)
{
    for (int i = 0; i < TEMPLATES; i++)
        if (templates[i].tables != NULL)
            on_server("DROP DATABASE IF EXISTS", templates[i].name, "WITH (FORCE)");
}

/* What tests write in SQL of their own and only SQLite knows. */
static const char sqlite_words[] =
    "CREATE DOMAIN blob AS bytea;"
    "CREATE FUNCTION instr(bytea, bytea) RETURNS integer LANGUAGE sql AS 'SELECT position($2 IN $1)';"
    "CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql AS 'SELECT strpos($1, $2)';";

static void postgres_script(const char *url, const char *text)
{
    PGconn *connection = postgres_connection(url);
    PGresult *result = PQexec(connection, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", text, PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(connection);
}

static const char *template_of(const struct embedded_file *const *tables)
{
    int i = 0;
    while (i < TEMPLATES && templates[i].tables != NULL && templates[i].tables != tables)
        i++;
    assert_true(i < TEMPLATES);
    if (templates[i].tables == tables)
        return templates[i].name;
    struct fault fault = { 0 };
    struct store *store = NULL;
    char url[512];
    snprintf(templates[i].name, sizeof(templates[i].name), "template_%d_%d", (int)getpid(), i);
    on_server("CREATE DATABASE", templates[i].name, "TEMPLATE template0");
    if (i == 0)
        assert_int_equal(atexit(drop_templates), 0);
    templates[i].tables = tables;
    url_of(templates[i].name, url, sizeof(url));
    const struct store_options options = { .url = url };
    if (store_open(&options, &store, &fault) != 0 || store_migrate(store, tables, &fault) != 0)
        fail_msg("%s", fault.text);
    store_close(store);
    postgres_script(url, sqlite_words);
    return templates[i].name;
}

static void make_database(struct support *s, const struct embedded_file *const *tables)
{
    char rest[160];
    snprintf(rest, sizeof(rest), "TEMPLATE \"%s\" STRATEGY file_copy", template_of(tables));
    snprintf(s->database, sizeof(s->database), "test_%d_%d", (int)getpid(), ++databases);
    on_server("CREATE DATABASE", s->database, rest);
    url_of(s->database, s->url, sizeof(s->url));
}

struct store_options support_options(const struct support *s)
{
    return (struct store_options){ .path = s->path, .url = s->url, .free_floor = 1 };
}

static void open_store(struct support *s)
{
    struct fault fault = { 0 };
    const struct store_options options = support_options(s);
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
    if (is_postgres())
        make_database(s, tables);
    open_store(s);
    if (!is_postgres() && store_migrate(s->store, tables, &fault) != 0)
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
    if (s->database[0] != '\0')
        on_server("DROP DATABASE", s->database, "WITH (FORCE)");
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

static int64_t postgres_count(struct support *s, const char *query)
{
    PGconn *connection = postgres_connection(s->url);
    PGresult *result = PQexec(connection, query);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) < 1)
        fail_msg("%s: %s", query, PQresultErrorMessage(result));
    const char *text = PQgetvalue(result, 0, 0);
    int64_t value = strcmp(text, "t") == 0 ? 1 : strtoll(text, NULL, 10);
    PQclear(result);
    PQfinish(connection);
    return value;
}

int64_t support_count(struct support *s, const char *query)
{
    if (is_postgres())
        return postgres_count(s, query);
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
    if (is_postgres()) {
        postgres_script(s->url, text);
        return;
    }
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
