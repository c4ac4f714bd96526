/* Every statement of the program, as SQL() lists them in the section gw_sql, is PREPAREd on SQLite
 * and on a PostgreSQL 15 that this test starts itself, after all migrations were applied to both.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "gateway/store/schema.h"
#include "tests/support/support.h"

extern const struct sql *const __start_gw_sql[];
extern const struct sql *const __stop_gw_sql[];

static const struct embedded_file *const tables[] = { gw_store_files, handlers_files, NULL };

enum { START_SECONDS = 60, POLL_MS = 50 };
#define SERVER_FOLDER "/usr/lib/postgresql/15/bin"

struct server {
    char folder[64];
    pid_t pid;
    PGconn *connection;
};

/* In the child: PostgreSQL refuses to run as root, so as root it becomes the package's own user. */
static void become_ordinary(const struct passwd *user)
{
    if (user == NULL)
        return;
    if (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
        _exit(126);
}

static const struct passwd *ordinary_user(void)
{
    if (geteuid() != 0)
        return NULL;
    const struct passwd *user = getpwnam("postgres");
    if (user == NULL)
        user = getpwnam("nobody");
    assert_non_null(user);
    return user;
}

/* Starts a program with its output in FOLDER/log. */
static pid_t start(const char *folder, const char *const argv[])
{
    const struct passwd *user = ordinary_user();
    char log[96];
    snprintf(log, sizeof(log), "%s/log", folder);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    become_ordinary(user);
    (void)prctl(PR_SET_PDEATHSIG, SIGQUIT); /* a test that is killed leaves no server behind */
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || chdir(folder) != 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(126);
    execv(argv[0], (char *const *)(uintptr_t)argv); /* execv changes nothing, but says so nowhere */
    _exit(127);
}

static void show_log(const char *folder)
{
    char path[96];
    char line[512];
    snprintf(path, sizeof(path), "%s/log", folder);
    FILE *log = fopen(path, "r");
    if (log == NULL)
        return;
    while (fgets(line, sizeof(line), log) != NULL)
        print_error("%s", line);
    (void)fclose(log);
}

static void init_folder(const struct server *server)
{
    char data[96];
    snprintf(data, sizeof(data), "%s/data", server->folder);
    const char *const argv[] = { SERVER_FOLDER "/initdb",
                                 "-D",
                                 data,
                                 "-U",
                                 "linli",
                                 "--auth=trust",
                                 "--no-sync",
                                 "-E",
                                 "UTF8",
                                 "--locale=C",
                                 NULL };
    int status = 0;
    pid_t pid = start(server->folder, argv);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        show_log(server->folder);
        fail_msg("initdb failed (apt-get install postgresql-15)");
    }
}

/* Waits until the server takes connections or ends. */
static PGconn *connect_to(const struct server *server)
{
    char where[160];
    snprintf(where, sizeof(where), "host=%s user=linli dbname=postgres client_encoding=UTF8",
             server->folder);
    for (int waited = 0; waited < START_SECONDS * 1000; waited += POLL_MS) {
        PGconn *connection = PQconnectdb(where);
        if (PQstatus(connection) == CONNECTION_OK)
            return connection;
        PQfinish(connection);
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid)
            break;
        (void)poll(NULL, 0, POLL_MS);
    }
    show_log(server->folder);
    (void)kill(server->pid, SIGKILL);
    fail_msg("PostgreSQL did not start");
    return NULL;
}

static int start_server(void **state)
{
    static struct server server;
    *state = &server;
    support_folder(server.folder);
    const struct passwd *user = ordinary_user();
    if (user != NULL)
        assert_int_equal(chown(server.folder, user->pw_uid, user->pw_gid), 0);
    init_folder(&server);
    char data[96];
    snprintf(data, sizeof(data), "%s/data", server.folder);
    const char *const argv[] = { SERVER_FOLDER "/postgres",
                                 "-D",
                                 data,
                                 "-k",
                                 server.folder,
                                 "-h",
                                 "",
                                 "-c",
                                 "fsync=off",
                                 NULL };
    server.pid = start(server.folder, argv);
    server.connection = connect_to(&server);
    return 0;
}

static int stop_server(void **state)
{
    struct server *server = *state;
    PQfinish(server->connection);
    assert_int_equal(kill(server->pid, SIGINT), 0); /* fast shutdown */
    assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
    support_remove(server->folder);
    return 0;
}

static void pg_exec(PGconn *connection, const char *text, const char *what)
{
    PGresult *result = PQexec(connection, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", what, PQresultErrorMessage(result));
    PQclear(result);
}

static void migrate_postgres(PGconn *connection, struct arena *a)
{
    struct fault fault = { 0 };
    struct slice text;
    struct migration *all = NULL;
    assert_int_equal(schema_render(&schema_list, SCHEMA_POSTGRES, a, &text, &fault), 0);
    pg_exec(connection, text.p, schema_list.path);
    int n = schema_migrations(tables, a, &all, &fault);
    if (n < 0)
        fail_msg("%s", fault.text);
    for (int i = 0; i < n; i++) {
        if (schema_render(&all[i], SCHEMA_POSTGRES, a, &text, &fault) != 0)
            fail_msg("%s", fault.text);
        pg_exec(connection, text.p, all[i].path);
    }
}

static void the_section_lists_the_statements(void **state)
{
    (void)state;
    int platform = 0;
    int handlers = 0;
    assert_true(__stop_gw_sql - __start_gw_sql > 30);
    for (const struct sql *const *s = __start_gw_sql; s < __stop_gw_sql; s++) {
        assert_non_null(*s); /* no gap: the section is one array */
        assert_non_null((*s)->text);
        platform += strstr((*s)->file, "gateway/store/") != NULL;
        handlers += strstr((*s)->file, "handlers/") != NULL;
    }
    assert_true(platform > 0);
    assert_true(handlers > 0);
}

static void every_statement_prepares_on_sqlite(void **state)
{
    (void)state;
    struct support *s = support_store(tables);
    sqlite3 *db = NULL;
    int refused = 0;
    assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    for (const struct sql *const *q = __start_gw_sql; q < __stop_gw_sql; q++) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, (*q)->text, -1, &statement, NULL) != SQLITE_OK) {
            print_error("%s:%d: %s: SQLite: %s\n", (*q)->file, (*q)->line, (*q)->name,
                        sqlite3_errmsg(db));
            refused++;
        }
        sqlite3_finalize(statement);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    support_free(s);
    assert_int_equal(refused, 0);
}

static int prepare_on_postgres(PGconn *connection, const struct sql *q, struct arena *a)
{
    struct slice text;
    struct slice names[SCHEMA_PARAMETERS];
    if (schema_number(q->text, a, &text, names) < 0) {
        print_error("%s:%d: %s: too many parameters\n", q->file, q->line, q->name);
        return 1;
    }
    PGresult *result = PQprepare(connection, "", text.p, 0, NULL);
    int refused = PQresultStatus(result) != PGRES_COMMAND_OK;
    if (refused)
        print_error("%s:%d: %s: PostgreSQL: %s", q->file, q->line, q->name,
                    PQresultErrorMessage(result));
    PQclear(result);
    return refused;
}

static void every_statement_prepares_on_postgres(void **state)
{
    const struct server *server = *state;
    struct arena a = { 0 };
    int refused = 0;
    migrate_postgres(server->connection, &a);
    for (const struct sql *const *q = __start_gw_sql; q < __stop_gw_sql; q++)
        refused += prepare_on_postgres(server->connection, *q, &a);
    arena_free(&a);
    assert_int_equal(refused, 0);
}

/* The test itself can fail: a statement that only SQLite takes is refused. */
static void postgres_refuses_what_only_sqlite_takes(void **state)
{
    const struct server *server = *state;
    struct arena a = { 0 };
    const struct sql wrong = { "wrong", "INSERT OR IGNORE INTO counters VALUES ($a, $b)", "here",
                               1 };
    assert_int_equal(prepare_on_postgres(server->connection, &wrong, &a), 1);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_section_lists_the_statements),
        cmocka_unit_test(every_statement_prepares_on_sqlite),
        cmocka_unit_test(every_statement_prepares_on_postgres),
        cmocka_unit_test(postgres_refuses_what_only_sqlite_takes),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
