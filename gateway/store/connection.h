/* What a SQLite connection is made of, shared by the files of gateway/store alone. */
#ifndef GATEWAY_STORE_CONNECTION_H
#define GATEWAY_STORE_CONNECTION_H

#include <stdbool.h>

#include <sqlite3.h>

#include "gateway/store/store.h"

enum { BIND_LIMIT = 32 }; /* parameters a statement, at most */

/* A statement prepared once. It is found by the address of its struct sql, and which parameter the
 * n-th bind of a call means is remembered from the call before. */
struct rows {
    const struct sql *sql;
    sqlite3_stmt *statement;
    int parameters;
    bool running;
    bool reads_only;
    const char *names[BIND_LIMIT]; /* as passed last time, compared by address */
    int indexes[BIND_LIMIT];
};

/* The cache: open addressing, a power of two, at most half full. */
struct statement_cache {
    struct rows **slots;
    size_t size;
    size_t used;
};

struct tx {
    struct store *store;
    int error; /* sticky */
    bool open;
    bool marked;
    unsigned wake;
};

enum control { CONTROL_BEGIN, CONTROL_COMMIT, CONTROL_MARK, CONTROL_KEEP, CONTROL_UNDO, CONTROLS };

struct store {
    sqlite3 *db;
    bool read_only;
    struct tx tx;
    unsigned woken;
    int running; /* statements not yet reset */
    sqlite3_stmt *controls[CONTROLS];
    struct statement_cache cache;
    char error[256];
};

/* The GW_E* of a SQLite result code, outside a transaction; ends the program without memory. */
int connection_error(int sqlite_code);
/* Keeps words about the last error of the connection. `what` is a statement's name or "COMMIT". */
void connection_note(struct store *s, const char *what, const char *file, int line);
/* Makes an error of SQLite the transaction's own: GW_ETXGONE when SQLite dropped the transaction.
 */
int connection_fail(struct store *s, int sqlite_code, const struct sql *sql);
/* Runs SQL text of one or more statements without parameters. 0 or GW_E*. */
int connection_exec(struct store *s, const char *text);

/* Resets what still runs. */
void statements_stop(struct store *s);
/* Frees all prepared statements. */
void statements_free(struct store *s);

#endif
