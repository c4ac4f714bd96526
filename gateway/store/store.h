/* Where everything is kept: connections, transactions, savepoints, migrations, backup. One
 * connection is used by one thread. SQLite in WAL mode with synchronous=FULL, or PostgreSQL 15 in
 * READ COMMITTED with synchronous_commit=on, behind the same header. */
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
    const char *path; /* the database file, e.g. "linli-data/linli.db" */
    /* "postgresql://…": a database of PostgreSQL instead, whose collation is C; NULL or empty:
     * SQLite. Of what follows only read_only and busy_ms mean something to it. */
    const char *url;
    bool read_only;         /* for reports: never blocks the writer */
    int busy_ms;            /* how long to wait for another process's lock; 0 means 5000 */
    int64_t max_page_count; /* 0 for no limit; lets a test fill the disk */
    int cache_kib;          /* page cache; 0 means 16384 */
    int checkpoint_pages;   /* a commit that leaves more pages in the log copies them into the
                               database itself; 0 means 1000. Larger when another thread calls
                               store_checkpoint */
    int64_t free_floor;     /* bytes a writer must find free on the disk to start, so that what is
                               accepted still fits; 0 means 16 MiB */
};

/* Opens (and for a writer makes, mode 0600) the database; its folder must exist. GW_EDB, GW_EIO, or
 * GW_EFULL when the disk is nearly full, with `fault` saying what to do. The store may be handed to
 * another thread while no transaction is open. */
GW_MUSTCHECK int store_open(const struct store_options *options, struct store **out,
                            struct fault *fault);
void store_close(struct store *s); /* NULL is fine; an open transaction is rolled back */
/* Whether other connections write at the same time (PostgreSQL): rows that are read to be changed
 * have to be locked then, and a transaction may fail with GW_ECONFLICT or be lost with its
 * connection, and can be tried again. */
bool store_shared(const struct store *s);
bool tx_shared(const struct tx *tx);
/* Changes max_page_count on an open store; 0 takes the limit away. For tests of a full disk. */
GW_MUSTCHECK int store_limit_pages(struct store *s, int64_t max_page_count);

/* For SQLite alone: copies what the log holds into the database without stopping the writer: for a
 * connection of its own on another thread, so that no commit has to. Returns the pages that are
 * left in the log, or GW_E*. */
GW_MUSTCHECK int store_checkpoint(struct store *s);

/* Applies the numbered migrations that are missing, in one transaction each. A file is named
 * …/NNNN_what.sql; numbers are unique over all tables given (NULL-terminated array of tables). In
 * the files @id stands for the 64-bit primary key type, @blob for bytes and @rowless for SQLite's
 * WITHOUT ROWID (schema.h). A database that has a migration this program does not know is refused:
 * GW_EDB. A fault in the files themselves is GW_ECONFIG. */
GW_MUSTCHECK int store_migrate(struct store *s, const struct embedded_file *const *tables,
                               struct fault *fault);

/* One process at a time, across machines, between these two: for what the first that starts sets
 * up. Not inside a transaction; store_migrate does it itself. Nothing on SQLite, whose write lock
 * does. 0 or GW_E*. */
GW_MUSTCHECK int store_lock(struct store *s);
void store_unlock(struct store *s);
/* Makes `node` this gateway's own for as long as the connection lives: 1, 0 when another gateway on
 * the same database has it, or GW_E*. A connection that was lost and made again has it again, or
 * cannot be used. 1 on SQLite. */
GW_MUSTCHECK int store_claim_node(struct store *s, int node);

/* Transactions. There is one struct tx a connection, valid from begin to commit or rollback.
 * store_begin takes the write lock at once (BEGIN IMMEDIATE) unless the store is read-only:
 * GW_EBUSY when another process holds it longer than busy_ms. Statements still running when a
 * transaction or savepoint ends are closed; their struct rows is then no longer valid. */
GW_MUSTCHECK int store_begin(struct store *s, struct tx **tx);
/* 0 when it is on disk; after an error (a sticky one of a statement among them) nothing of it is.
 */
GW_MUSTCHECK int store_commit(struct tx *tx);
/* Nothing of it was ever there. Also after an error. */
void store_rollback(struct tx *tx);

/* One savepoint at a time, around one message. tx_keep ends it and keeps its writes. After tx_undo
 * the transaction is as before tx_mark and its sticky error is gone, except GW_ETXGONE: the store
 * dropped everything and the whole batch has failed (SQLITE_FULL and its like; asked with
 * sqlite3_get_autocommit after any error). */
GW_MUSTCHECK int tx_mark(struct tx *tx);
GW_MUSTCHECK int tx_keep(struct tx *tx);
GW_MUSTCHECK int tx_undo(struct tx *tx);

/* The time of the transaction in UTC seconds by the store's own clock: the database's where several
 * gateways share it, so that their leases agree, else this machine's. 0 or GW_E*. */
GW_MUSTCHECK int tx_now(struct tx *tx, int64_t *now);

/* The sticky error, 0 when there is none. */
int tx_error(const struct tx *tx);
/* Words for the last error of the connection, for the log: which statement, where, the database's
 * reason. Borrowed until the next error. */
const char *tx_error_text(const struct tx *tx);
/* The same after a commit or without a transaction. */
const char *store_error_text(const struct store *s);

/* Called once after the next commit of this transaction, never after a rollback: the way in which
 * the outbox wakes its dispatcher. A mark that is undone does not take the wake-up back. */
void tx_wake(struct tx *tx, unsigned what);
enum { WAKE_OUTBOX = 1, WAKE_TIMERS = 2 };
/* What was woken in the transactions committed since the last call; cleared by reading. */
unsigned store_woken(struct store *s);

/* A consistent copy of a running database into a new file (SQLite's online backup in steps; `step`
 * is called between them with pages done and all, may be NULL). It is the state at the moment of
 * the call, whatever is written meanwhile. The file appears under its name only when it is whole
 * and synced; one that exists is never overwritten. Not inside a transaction of `s`. */
GW_MUSTCHECK int store_backup(struct store *s, const char *file,
                              void (*step)(void *context, int done, int all), void *context,
                              struct fault *fault);

/* Puts a backup in the place of everything in `s`, which another process may be serving: one
 * transaction, so that there is the old state or the new one. The file must be whole (quick_check)
 * and hold no migration that `s` does not have; run store_migrate afterwards. Not inside a
 * transaction of `s`. */
GW_MUSTCHECK int store_restore(struct store *s, const char *file,
                               void (*step)(void *context, int done, int all), void *context,
                               struct fault *fault);

/* Writes and removes 64 KiB, so that a full disk is noticed, which an empty transaction does not.
 */
GW_MUSTCHECK int store_probe(struct tx *tx);

struct vault;
/* GW_ECRYPTO when the keys are not those with which this database was begun. The first call on a
 * new database keeps a mark of the keys. */
GW_MUSTCHECK int store_check_key(struct tx *tx, const struct vault *v, struct arena *a);

/* The largest id handed out so far as store_keep_last_id kept it, for ids_init; 0 in a new
 * database. */
GW_MUSTCHECK int store_last_id(struct tx *tx, int64_t *out);
/* Keeps the largest id handed out: called by the worker before each commit. On a shared store one
 * that lies up to a second ahead. */
GW_MUSTCHECK int store_keep_last_id(struct tx *tx, int64_t id);

#endif
