/* Where everything is kept: connections, transactions, savepoints, migrations, backup. One connection
 * is used by one thread. SQLite in WAL mode with synchronous=FULL; PostgreSQL fits behind the same
 * header. */
#ifndef GATEWAY_STORE_STORE_H
#define GATEWAY_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/embed.h"
#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/store/sql.h"

struct store; /* one connection */

struct store_options {
    const char *path;       /* the database file, e.g. "linli-data/linli.db" */
    bool read_only;         /* for reports: never blocks the writer */
    int busy_ms;            /* how long to wait for another process's lock; 0 means 5000 */
    int64_t max_page_count; /* 0 for no limit; lets a test fill the disk */
    int cache_kib;          /* page cache; 0 means 16384 */
};

/* Opens (and for a writer makes) the database. GW_EDB, GW_EIO, with `fault` saying what to do. */
GW_MUSTCHECK int store_open(const struct store_options *options, struct store **out,
                            struct fault *fault);
void store_close(struct store *s); /* NULL is fine */

/* Applies the numbered migrations that are missing, in one transaction each. A file is named
 * …/NNNN_what.sql; numbers are unique over all tables given (NULL-terminated array of tables). In
 * the files @id stands for the 64-bit primary key type, @blob for bytes and @rowless for SQLite's
 * WITHOUT ROWID. A database newer than the program is refused. */
GW_MUSTCHECK int store_migrate(struct store *s, const struct embedded_file *const *tables,
                               struct fault *fault);

/* Transactions. There is one struct tx a connection, valid from begin to commit or rollback.
 * store_begin takes the write lock at once (BEGIN IMMEDIATE) unless the store is read-only. */
GW_MUSTCHECK int store_begin(struct store *s, struct tx **tx);
/* 0 when it is on disk; after an error nothing of it is. */
GW_MUSTCHECK int store_commit(struct tx *tx);
void store_rollback(struct tx *tx);

/* One savepoint at a time, around one message. After tx_undo the transaction is as before tx_mark
 * and its sticky error is gone, except GW_ETXGONE: the store dropped everything and the whole batch
 * has failed (SQLITE_FULL and its like; asked with sqlite3_get_autocommit after any error). */
GW_MUSTCHECK int tx_mark(struct tx *tx);
GW_MUSTCHECK int tx_keep(struct tx *tx);
GW_MUSTCHECK int tx_undo(struct tx *tx);

/* The sticky error, 0 when there is none. */
int tx_error(const struct tx *tx);
/* Words for the last error of the connection, for the log. Borrowed until the next call. */
const char *tx_error_text(const struct tx *tx);

/* Called once after the next commit of this transaction, never after a rollback: the way in which
 * the outbox wakes its dispatcher. A mark that is undone does not take the wake-up back. */
void tx_wake(struct tx *tx, unsigned what);
enum { WAKE_OUTBOX = 1, WAKE_TIMERS = 2 };
/* What was woken in the transaction that committed last; cleared by reading. */
unsigned store_woken(struct store *s);

/* A consistent copy of a running database into a new file (SQLite's online backup in steps; `step`
 * is called between them with pages done and all, may be NULL). */
GW_MUSTCHECK int store_backup(struct store *s, const char *file,
                              void (*step)(void *context, int done, int all), void *context,
                              struct fault *fault);

/* The largest id in use, for ids_init. */
GW_MUSTCHECK int store_last_id(struct tx *tx, int64_t *out);
/* Keeps the largest id handed out: called by the worker before each commit. */
GW_MUSTCHECK int store_keep_last_id(struct tx *tx, int64_t id);

#endif
