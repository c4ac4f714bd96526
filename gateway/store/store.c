#include "gateway/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gateway/store/connection.h"

enum {
    DEFAULT_BUSY_MS = 5000,
    DEFAULT_CACHE_KIB = 16384,
    DEFAULT_CHECKPOINT_PAGES = 1000,
    FREE_FLOOR_MIB = 16
};

/* The bytes that can still be written where `path` lies; INT64_MAX when the system cannot tell. */
static int64_t free_bytes(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int n = slash == NULL ? 0 : (int)(slash - path);
    snprintf(folder, sizeof(folder), "%.*s", n, path);
    struct statvfs fs;
    if (statvfs(slash == NULL ? "." : n == 0 ? "/" : folder, &fs) != 0)
        return INT64_MAX;
    return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

static int check_room(const struct store_options *o, struct fault *fault)
{
    int64_t floor = o->free_floor != 0 ? o->free_floor : (int64_t)FREE_FLOOR_MIB * 1024 * 1024;
    int64_t left = free_bytes(o->path);
    if (left >= floor)
        return 0;
    return fault_set(fault, GW_EFULL,
                     "%s: only %" PRId64 " KiB are free on its disk, %" PRId64
                     " KiB are needed: make room and start again",
                     o->path, left / 1024, floor / 1024);
}

/* SQLite would make the file readable by others; its -wal and -shm take the mode of the file. A
 * file that is there already is not opened here: closing it would drop the locks that this
 * process's other connections hold on it (fcntl(2)), and another process could then delete the log
 * under them. */
static int make_private(const char *path, struct fault *fault)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return 0;
    if (fd < 0)
        return fault_set(fault, GW_EIO, "%s: cannot make the database: %s", path, strerror(errno));
    if (close(fd) != 0)
        return fault_set(fault, GW_EIO, "%s: cannot make the database: %s", path, strerror(errno));
    return 0;
}

/* SQLite says which journal it took, and takes another one without an error where the file system
 * has no shared memory. */
static int use_wal(struct store *s)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    bool taken = code == SQLITE_ROW &&
                 slice_eq(slice_of((const char *)sqlite3_column_text(statement, 0)), SLICE("wal"));
    if (!taken)
        connection_note(s, "no write-ahead log here", NULL, 0);
    sqlite3_finalize(statement);
    if (taken)
        return 0;
    return code == SQLITE_ROW || code == SQLITE_OK ? GW_EDB : connection_error(code);
}

static int set_pragmas(struct store *s, const struct store_options *o)
{
    char text[256];
    snprintf(text, sizeof(text),
             "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; "
             "PRAGMA cache_size=-%d;",
             o->cache_kib > 0 ? o->cache_kib : DEFAULT_CACHE_KIB);
    int rc = connection_exec(s, text);
    if (rc == 0 && o->read_only)
        rc = connection_exec(s, "PRAGMA query_only=ON;");
    if (rc == 0 && !o->read_only)
        rc = use_wal(s);
    if (rc == 0 && !o->read_only)
        rc = connection_exec(s, "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;");
    if (rc == 0 && !o->read_only)
        rc = connection_error(sqlite3_wal_autocheckpoint(
            s->db, o->checkpoint_pages > 0 ? o->checkpoint_pages : DEFAULT_CHECKPOINT_PAGES));
    if (rc == 0 && o->max_page_count > 0)
        rc = store_limit_pages(s, o->max_page_count);
    return rc;
}

static int prepare_controls(struct store *s)
{
    const char *const texts[CONTROLS] = {
        [CONTROL_BEGIN] = s->read_only ? "BEGIN" : "BEGIN IMMEDIATE",
        [CONTROL_COMMIT] = "COMMIT",
        [CONTROL_MARK] = "SAVEPOINT message",
        [CONTROL_KEEP] = "RELEASE message",
        [CONTROL_UNDO] = "ROLLBACK TO message",
    };
    for (int i = 0; i < CONTROLS; i++) {
        int code = sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                      &s->controls[i], NULL);
        if (code != SQLITE_OK) {
            connection_note(s, texts[i], NULL, 0);
            return connection_error(code);
        }
    }
    return 0;
}

int store_open(const struct store_options *options, struct store **out, struct fault *fault)
{
    *out = NULL;
    if (!options->read_only) {
        int rc = check_room(options, fault);
        if (rc == 0)
            rc = make_private(options->path, fault);
        if (rc != 0)
            return rc;
    }
    struct store *s = mem_alloc(sizeof(*s));
    s->read_only = options->read_only;
    s->tx.store = s;
    /* Counting every allocation under one lock is for nobody here. Refused once SQLite has begun,
     * so only the first store of a process has this effect. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = (s->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(options->path, &s->db, flags, NULL);
    if (code != SQLITE_OK) {
        int rc = fault_set(fault, s->db == NULL ? GW_EIO : connection_error(code),
                           "%s: cannot open the database: %s", options->path,
                           s->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(s->db));
        store_close(s);
        return rc;
    }
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, options->busy_ms > 0 ? options->busy_ms : DEFAULT_BUSY_MS);
    int rc = set_pragmas(s, options);
    if (rc == 0)
        rc = prepare_controls(s);
    if (rc != 0) {
        fault_set(fault, rc, "%s: cannot use the database (%s): is it a database of this program?",
                  options->path, s->error);
        store_close(s);
        return rc;
    }
    *out = s;
    return 0;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    if (s->tx.open)
        store_rollback(&s->tx);
    statements_free(s);
    for (int i = 0; i < CONTROLS; i++)
        sqlite3_finalize(s->controls[i]);
    sqlite3_close(s->db); /* everything that could keep it open was finalized */
    free(s);
}

int store_limit_pages(struct store *s, int64_t max_page_count)
{
    char text[64];
    /* 4294967294 is the most that SQLite knows. */
    snprintf(text, sizeof(text), "PRAGMA max_page_count=%" PRId64 ";",
             max_page_count > 0 ? max_page_count : INT64_C(4294967294));
    return connection_exec(s, text);
}

int store_checkpoint(struct store *s)
{
    int logged = 0;
    int copied = 0;
    int code = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied);
    if (code != SQLITE_OK) {
        connection_note(s, "checkpoint", NULL, 0);
        return connection_error(code);
    }
    return logged > copied ? logged - copied : 0;
}

static int control(struct store *s, enum control which)
{
    sqlite3_stmt *statement = s->controls[which];
    int code = sqlite3_step(statement);
    if (code == SQLITE_DONE)
        code = SQLITE_OK;
    if (code != SQLITE_OK)
        connection_note(s, sqlite3_sql(statement), NULL, 0);
    int again = sqlite3_reset(statement);
    return code != SQLITE_OK ? code : again;
}

int store_begin(struct store *s, struct tx **tx)
{
    *tx = NULL;
    if (s->tx.open)
        return GW_EINVAL;
    int code = control(s, CONTROL_BEGIN);
    if (code != SQLITE_OK)
        return connection_error(code);
    s->tx = (struct tx){ .store = s, .open = true };
    *tx = &s->tx;
    return 0;
}

int store_commit(struct tx *tx)
{
    struct store *s = tx->store;
    if (!tx->open)
        return GW_ECLOSED;
    int rc = tx->error;
    if (rc == 0) {
        statements_stop(s);
        int code = control(s, CONTROL_COMMIT);
        rc = code == SQLITE_OK ? 0 : connection_error(code);
    }
    if (rc != 0) {
        store_rollback(tx);
        return rc;
    }
    s->woken |= tx->wake;
    tx->open = false;
    return 0;
}

void store_rollback(struct tx *tx)
{
    struct store *s = tx->store;
    if (!tx->open)
        return;
    tx->open = false;
    statements_stop(s);
    /* A failed ROLLBACK means that the transaction is gone already, which is what is wanted. */
    if (sqlite3_get_autocommit(s->db) == 0)
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Runs a savepoint statement, whose failure fails the transaction. */
static int savepoint(struct tx *tx, enum control which)
{
    int code = control(tx->store, which);
    return code == SQLITE_OK ? 0 : connection_fail(tx->store, code, NULL);
}

int tx_mark(struct tx *tx)
{
    if (tx->error != 0)
        return tx->error;
    if (tx->marked)
        return GW_EINVAL;
    int rc = savepoint(tx, CONTROL_MARK);
    tx->marked = rc == 0;
    return rc;
}

int tx_keep(struct tx *tx)
{
    if (tx->error != 0)
        return tx->error;
    if (!tx->marked)
        return GW_EINVAL;
    tx->marked = false;
    statements_stop(tx->store); /* what one message left running is no concern of the next */
    return savepoint(tx, CONTROL_KEEP);
}

int tx_undo(struct tx *tx)
{
    if (tx->error == GW_ETXGONE)
        return GW_ETXGONE;
    if (!tx->marked)
        return GW_EINVAL;
    tx->marked = false;
    tx->error = 0;
    statements_stop(tx->store);
    int rc = savepoint(tx, CONTROL_UNDO);
    return rc != 0 ? rc : savepoint(tx, CONTROL_KEEP);
}

int tx_error(const struct tx *tx)
{
    return tx->error;
}

const char *tx_error_text(const struct tx *tx)
{
    return tx->store->error;
}

const char *store_error_text(const struct store *s)
{
    return s->error;
}

void tx_wake(struct tx *tx, unsigned what)
{
    tx->wake |= what;
}

unsigned store_woken(struct store *s)
{
    unsigned woken = s->woken;
    s->woken = 0;
    return woken;
}
