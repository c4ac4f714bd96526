/* Copies of a running database, and back; see store_backup and store_restore in store.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/store/sqlite.h"

enum { STEP_PAGES = 256, BUSY_WAIT_MS = 20, BUSY_ROUNDS = 500 };

static int io_fault(struct fault *fault, const char *file, const char *what)
{
    return fault_set(fault, GW_EIO, "%s: cannot %s the backup: %s", file, what, strerror(errno));
}

static int sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    return close(fd) != 0 ? -1 : rc;
}

static int sync_folder_of(const char *file)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(file, '/');
    int n = slash == NULL ? 0 : (int)(slash - file);
    snprintf(folder, sizeof(folder), "%.*s", n, file);
    return sync_path(slash == NULL ? "." : n == 0 ? "/" : folder, O_RDONLY | O_DIRECTORY);
}

static int copy(sqlite3 *to, sqlite3 *from, void (*step)(void *context, int done, int all),
                void *context)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return sqlite3_errcode(to);
    int code;
    int waited = 0;
    do {
        code = sqlite3_backup_step(backup, STEP_PAGES);
        if (step != NULL)
            step(context, sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
                 sqlite3_backup_pagecount(backup));
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            sqlite3_sleep(BUSY_WAIT_MS);
            waited++;
        }
    } while (code == SQLITE_OK ||
             ((code == SQLITE_BUSY || code == SQLITE_LOCKED) && waited < BUSY_ROUNDS));
    int finished = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? finished : code;
}

static int fill(struct store *s, const char *part, void (*step)(void *context, int done, int all),
                void *context, struct fault *fault)
{
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        /* While this read transaction is open the source stays as it is now; without it every
         * commit of the gateway would begin the copy again. */
        code = sqlite3_exec(sqlite_of(s), "BEGIN; SELECT COUNT(*) FROM sqlite_schema;", NULL, NULL,
                            NULL);
        if (code == SQLITE_OK)
            code = copy(to, sqlite_of(s), step, context);
        if (sqlite3_get_autocommit(sqlite_of(s)) == 0)
            (void)sqlite3_exec(sqlite_of(s), "ROLLBACK", NULL, NULL, NULL); /* it only read */
    }
    int rc = sqlite_error(code);
    if (rc != 0)
        fault_set(fault, rc, "%s: cannot write the backup: %s", part, sqlite3_errstr(code));
    int closed = sqlite3_close(to);
    if (rc == 0 && closed != SQLITE_OK)
        rc = fault_set(fault, GW_EDB, "%s: cannot close the backup: %s", part,
                       sqlite3_errstr(closed));
    return rc;
}

/* link() and not rename(), so that a file that appeared meanwhile is not overwritten. */
static int publish(const char *part, const char *file, struct fault *fault)
{
    if (sync_path(part, O_RDWR) != 0)
        return io_fault(fault, file, "sync");
    if (link(part, file) != 0)
        return io_fault(fault, file, "name");
    return sync_folder_of(file) == 0 ? 0 : io_fault(fault, file, "sync the folder of");
}

int store_backup(struct store *s, const char *file, void (*step)(void *context, int done, int all),
                 void *context, struct fault *fault)
{
    char part[PATH_MAX];
    if (s->backend != &sqlite_backend)
        return fault_set(
            fault, GW_EINVAL,
            "the database is PostgreSQL: make its backups with pg_dump or pg_basebackup");
    if (s->tx.open)
        return fault_set(fault, GW_EINVAL, "a backup cannot be made inside a transaction");
    if (access(file, F_OK) == 0)
        return fault_set(fault, GW_EIO, "%s: exists already: name a new file", file);
    if (snprintf(part, sizeof(part), "%s.part", file) >= (int)sizeof(part))
        return fault_set(fault, GW_EIO, "%s: the path is too long", file);
    int fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_fault(fault, file, "make");
    int rc = close(fd) == 0 ? 0 : io_fault(fault, file, "make");
    if (rc == 0)
        rc = fill(s, part, step, context, fault);
    if (rc == 0)
        rc = publish(part, file, fault);
    if (unlink(part) != 0 && rc == 0)
        rc = io_fault(fault, file, "tidy up after");
    return rc;
}

/* The result of a pragma or query that gives one text; empty when it gives none. */
static void one_text(sqlite3 *db, const char *query, char *out, size_t size)
{
    sqlite3_stmt *statement = NULL;
    out[0] = '\0';
    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        snprintf(out, size, "%s", text == NULL ? "" : (const char *)text);
    }
    sqlite3_finalize(statement);
}

/* 0 when `from` is a whole database of ours that holds nothing newer than `s`. */
static int check_source(struct store *s, sqlite3 *from, const char *file, struct fault *fault)
{
    char answer[128];
    one_text(from, "PRAGMA quick_check(1)", answer, sizeof(answer));
    if (strcmp(answer, "ok") != 0)
        return fault_set(fault, GW_EDATA, "%s: damaged or not a backup: %s", file, answer);
    one_text(from, "SELECT COUNT(*) FROM schema_migrations", answer, sizeof(answer));
    if (answer[0] == '\0' || strcmp(answer, "0") == 0)
        return fault_set(fault, GW_EDATA, "%s: not a backup of this program", file);
    sqlite3_stmt *numbers = NULL;
    if (sqlite3_prepare_v2(from, "SELECT number FROM schema_migrations ORDER BY number", -1,
                           &numbers, NULL) != SQLITE_OK)
        return fault_set(fault, GW_EDATA, "%s: not a backup of this program", file);
    int rc = 0;
    while (rc == 0 && sqlite3_step(numbers) == SQLITE_ROW) {
        char query[96];
        int number = sqlite3_column_int(numbers, 0);
        snprintf(query, sizeof(query), "SELECT 'known' FROM schema_migrations WHERE number = %d",
                 number);
        one_text(sqlite_of(s), query, answer, sizeof(answer));
        if (answer[0] == '\0')
            rc = fault_set(
                fault, GW_EDB,
                "%s: has migration %d, which this database does not know: use the version "
                "of the program that made the backup",
                file, number);
    }
    sqlite3_finalize(numbers);
    return rc;
}

int store_restore(struct store *s, const char *file, void (*step)(void *context, int done, int all),
                  void *context, struct fault *fault)
{
    if (s->backend != &sqlite_backend)
        return fault_set(fault, GW_EINVAL,
                         "the database is PostgreSQL: restore its backups with pg_restore, or move "
                         "a SQLite database over with linli import --from-sqlite");
    if (s->tx.open || s->read_only)
        return fault_set(fault, GW_EINVAL, "a backup cannot be restored here");
    sqlite3 *from = NULL;
    int code = sqlite3_open_v2(file, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    int rc = 0;
    if (code != SQLITE_OK)
        rc = fault_set(fault, GW_EIO, "%s: cannot open the backup: %s", file, sqlite3_errstr(code));
    if (rc == 0)
        rc = check_source(s, from, file, fault);
    if (rc == 0) {
        code = copy(sqlite_of(s), from, step, context);
        rc = code == SQLITE_OK
                 ? 0
                 : fault_set(fault, sqlite_error(code), "%s: cannot restore the backup: %s", file,
                             sqlite3_errstr(code));
    }
    sqlite3_close(from); /* nothing of it is open */
    return rc;
}
