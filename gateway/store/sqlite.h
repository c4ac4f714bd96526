/* SQLite's own part of a connection, shared by sqlite_*.c and backup.c. */
#ifndef GATEWAY_STORE_SQLITE_H
#define GATEWAY_STORE_SQLITE_H

#include <sqlite3.h>

#include "gateway/store/connection.h"

enum control { CONTROL_BEGIN, CONTROL_COMMIT, CONTROL_MARK, CONTROL_KEEP, CONTROL_UNDO, CONTROLS };

struct sqlite_store {
    struct store base; /* first */
    sqlite3 *db;
    sqlite3_stmt *controls[CONTROLS];
};

/* The connection of a store that is known to be SQLite's. */
sqlite3 *sqlite_of(const struct store *s);
/* The GW_E* of a SQLite result code, outside a transaction; ends the program without memory. */
int sqlite_error(int code);
/* Keeps words about the last error of the connection. */
void sqlite_note(struct store *s, const char *what);
/* Makes an error of SQLite the transaction's own: GW_ETXGONE when SQLite dropped the transaction.
 * `sql` may be NULL. */
int sqlite_fail(struct store *s, int code, const struct sql *sql);
int sqlite_exec_text(struct store *s, const char *text);

/* The statements of struct backend, in sqlite_rows.c. */
struct rows *sqlite_prepare(struct tx *tx, const struct sql *sql);
void sqlite_discard(struct store *s, struct rows *rows);
struct slice sqlite_parameter(const struct rows *rows, int index);
int sqlite_bind(struct tx *tx, struct rows *rows, int index, const struct bind *b);
int sqlite_start(struct tx *tx, struct rows *rows);
int sqlite_next(struct tx *tx, struct rows *rows);
void sqlite_stop(struct rows *rows);
int64_t sqlite_changed(const struct store *s, const struct rows *rows);
int64_t sqlite_integer(const struct rows *rows, int column);
struct slice sqlite_text(const struct rows *rows, int column);
struct slice sqlite_blob(const struct rows *rows, int column);
bool sqlite_null(const struct rows *rows, int column);

#endif
