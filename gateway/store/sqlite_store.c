/* A connection to SQLite; see struct backend in connection.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "gateway/store/sqlite.h"

enum {
    DEFAULT_BUSY_MS = 5000,
    DEFAULT_CACHE_KIB = 16384,
    DEFAULT_CHECKPOINT_PAGES = 1000,
    FREE_FLOOR_MIB = 16
};

sqlite3 *sqlite_of(const struct store *s)
{
    return ((const struct sqlite_store *)s)->db;
}

int sqlite_error(int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
        return 0;
    case SQLITE_NOMEM:
        mem_exhausted();
    case SQLITE_FULL:
        return GW_EFULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return GW_EBUSY;
    default:
        return GW_EDB;
    }
}

void sqlite_note(struct store *s, const char *what)
{
    snprintf(s->error, sizeof(s->error), "%s: %s", what, sqlite3_errmsg(sqlite_of(s)));
}

int sqlite_fail(struct store *s, int code, const struct sql *sql)
{
    if (sql != NULL)
        connection_words(s, sql, sqlite3_errmsg(sqlite_of(s)));
    int rc = sqlite_error(code);
    /* SQLite rolls everything back by itself on some errors, and a statement after that would
     * commit alone. */
    if (s->tx.open && sqlite3_get_autocommit(sqlite_of(s)) != 0)
        rc = GW_ETXGONE;
    s->tx.error = rc;
    return rc;
}

int sqlite_exec_text(struct store *s, const char *text)
{
    char *message = NULL;
    int code = sqlite3_exec(sqlite_of(s), text, NULL, NULL, &message);
    if (code != SQLITE_OK)
        snprintf(s->error, sizeof(s->error), "%s",
                 message != NULL ? message : sqlite3_errstr(code));
    sqlite3_free(message);
    return sqlite_error(code);
}

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
    int code = sqlite3_prepare_v2(sqlite_of(s), "PRAGMA journal_mode=WAL", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    bool taken = code == SQLITE_ROW &&
                 slice_eq(slice_of((const char *)sqlite3_column_text(statement, 0)), SLICE("wal"));
    if (!taken)
        sqlite_note(s, "no write-ahead log here");
    sqlite3_finalize(statement);
    if (taken)
        return 0;
    return code == SQLITE_ROW || code == SQLITE_OK ? GW_EDB : sqlite_error(code);
}

static int set_pragmas(struct store *s, const struct store_options *o)
{
    char text[256];
    snprintf(text, sizeof(text),
             "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; "
             "PRAGMA cache_size=-%d;",
             o->cache_kib > 0 ? o->cache_kib : DEFAULT_CACHE_KIB);
    int rc = sqlite_exec_text(s, text);
    if (rc == 0 && o->read_only)
        rc = sqlite_exec_text(s, "PRAGMA query_only=ON;");
    if (rc == 0 && !o->read_only)
        rc = use_wal(s);
    if (rc == 0 && !o->read_only)
        rc = sqlite_exec_text(s, "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;");
    if (rc == 0 && !o->read_only)
        rc = sqlite_error(sqlite3_wal_autocheckpoint(sqlite_of(s), o->checkpoint_pages > 0
                                                                       ? o->checkpoint_pages
                                                                       : DEFAULT_CHECKPOINT_PAGES));
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
        int code = sqlite3_prepare_v3(sqlite_of(s), texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                      &((struct sqlite_store *)s)->controls[i], NULL);
        if (code != SQLITE_OK) {
            sqlite_note(s, texts[i]);
            return sqlite_error(code);
        }
    }
    return 0;
}

int sqlite_open(const struct store_options *options, struct store **out, struct fault *fault)
{
    *out = NULL;
    if (!options->read_only) {
        int rc = check_room(options, fault);
        if (rc == 0)
            rc = make_private(options->path, fault);
        if (rc != 0)
            return rc;
    }
    struct sqlite_store *own = mem_alloc(sizeof(*own));
    struct store *s = &own->base;
    s->backend = &sqlite_backend;
    s->read_only = options->read_only;
    s->tx.store = s;
    /* Counting every allocation under one lock is for nobody here. Refused once SQLite has begun,
     * so only the first store of a process has this effect. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = (s->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(options->path, &own->db, flags, NULL);
    if (code != SQLITE_OK) {
        int rc = fault_set(fault, own->db == NULL ? GW_EIO : sqlite_error(code),
                           "%s: cannot open the database: %s", options->path,
                           own->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(own->db));
        store_close(s);
        return rc;
    }
    sqlite3_extended_result_codes(own->db, 1);
    sqlite3_busy_timeout(own->db, options->busy_ms > 0 ? options->busy_ms : DEFAULT_BUSY_MS);
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

static void sqlite_close_store(struct store *s)
{
    struct sqlite_store *own = (struct sqlite_store *)s;
    for (int i = 0; i < CONTROLS; i++)
        sqlite3_finalize(own->controls[i]);
    sqlite3_close(own->db); /* everything that could keep it open was finalized */
    free(own);
}

int store_limit_pages(struct store *s, int64_t max_page_count)
{
    if (s->backend != &sqlite_backend)
        return GW_EINVAL;
    char text[64];
    /* 4294967294 is the most that SQLite knows. */
    snprintf(text, sizeof(text), "PRAGMA max_page_count=%" PRId64 ";",
             max_page_count > 0 ? max_page_count : INT64_C(4294967294));
    return sqlite_exec_text(s, text);
}

int store_checkpoint(struct store *s)
{
    if (s->backend != &sqlite_backend)
        return 0;
    int logged = 0;
    int copied = 0;
    int code =
        sqlite3_wal_checkpoint_v2(sqlite_of(s), NULL, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied);
    if (code != SQLITE_OK) {
        sqlite_note(s, "checkpoint");
        return sqlite_error(code);
    }
    return logged > copied ? logged - copied : 0;
}

static int control(struct store *s, enum control which)
{
    sqlite3_stmt *statement = ((struct sqlite_store *)s)->controls[which];
    int code = sqlite3_step(statement);
    if (code == SQLITE_DONE)
        code = SQLITE_OK;
    if (code != SQLITE_OK)
        sqlite_note(s, sqlite3_sql(statement));
    int again = sqlite3_reset(statement);
    return code != SQLITE_OK ? code : again;
}

static int sqlite_begin(struct store *s)
{
    return sqlite_error(control(s, CONTROL_BEGIN));
}

static int sqlite_commit(struct store *s)
{
    return sqlite_error(control(s, CONTROL_COMMIT));
}

static void sqlite_rollback(struct store *s)
{
    /* A failed ROLLBACK means that the transaction is gone already, which is what is wanted. */
    if (sqlite3_get_autocommit(sqlite_of(s)) == 0)
        (void)sqlite3_exec(sqlite_of(s), "ROLLBACK", NULL, NULL, NULL);
}

static int run_control(struct tx *tx, enum control which)
{
    int code = control(tx->store, which);
    return code == SQLITE_OK ? 0 : sqlite_fail(tx->store, code, NULL);
}

static int sqlite_savepoint(struct tx *tx, enum savepoint what)
{
    if (what == SAVEPOINT_MARK)
        return run_control(tx, CONTROL_MARK);
    int rc = what == SAVEPOINT_UNDO ? run_control(tx, CONTROL_UNDO) : 0;
    return rc != 0 ? rc : run_control(tx, CONTROL_KEEP);
}

static int sqlite_now(struct tx *tx, int64_t *now)
{
    (void)tx;
    struct timespec t = { 0 };
    clock_gettime(CLOCK_REALTIME, &t); /* cannot fail for this clock */
    *now = t.tv_sec;
    return 0;
}

/* The write lock of each transaction is enough: whoever comes second finds everything done. */
static int sqlite_lock(struct store *s)
{
    (void)s;
    return 0;
}

static void sqlite_unlock(struct store *s)
{
    (void)s;
}

/* Two gateways cannot share a data folder. */
static int sqlite_claim(struct store *s, int node)
{
    (void)s;
    (void)node;
    return 1;
}

const struct backend sqlite_backend = {
    .dialect = SCHEMA_SQLITE,
    .close = sqlite_close_store,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .savepoint = sqlite_savepoint,
    .exec = sqlite_exec_text,
    .now = sqlite_now,
    .lock = sqlite_lock,
    .unlock = sqlite_unlock,
    .claim = sqlite_claim,
    .prepare = sqlite_prepare,
    .discard = sqlite_discard,
    .parameter = sqlite_parameter,
    .bind = sqlite_bind,
    .start = sqlite_start,
    .next = sqlite_next,
    .stop = sqlite_stop,
    .changed = sqlite_changed,
    .integer = sqlite_integer,
    .text = sqlite_text,
    .blob = sqlite_blob,
    .null = sqlite_null,
};
