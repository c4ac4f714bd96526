/* SQL statements: written once, where they are needed, in what SQLite 3.40 and PostgreSQL 15 share.
 *
 *     SQL(star_total, "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM entries "
 *                     "WHERE person = $person");
 *     int rc = sql_int(tx, &star_total, BINDS(BIND_INT("person", id)), &minutes);
 *
 * What only PostgreSQL has stands in a comment, as in
 * "SELECT … WHERE id = $id /+pg: FOR UPDATE+/" with stars for the plus signs.
 *
 * Every statement defined with SQL() is listed in the section gw_sql, so that a test prepares all
 * of them on both databases (tests/rooms/sql). No statement is put together at run time. */
#ifndef GATEWAY_STORE_SQL_H
#define GATEWAY_STORE_SQL_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

struct sql {
    const char *name; /* the C name, for errors and metrics */
    const char *text; /* with $name parameters */
    const char *file;
    int line;
};

#define SQL(id, sql_text)                                                                          \
    static const struct sql id = { #id, sql_text, __FILE__, __LINE__ };                            \
    static const struct sql *const id##_listed __attribute__((section("gw_sql"), used)) = &id

struct bind {
    const char *name; /* without the $; NULL ends the list */
    enum { BIND_KIND_INT, BIND_KIND_TEXT, BIND_KIND_BLOB, BIND_KIND_NULL } kind;
    int64_t number;
    struct slice bytes; /* borrowed until the statement is reset */
};

#define BIND_INT(n, value)                                                                         \
    {                                                                                              \
        .name = (n), .kind = BIND_KIND_INT, .number = (value)                                      \
    }
#define BIND_TEXT(n, value)                                                                        \
    {                                                                                              \
        .name = (n), .kind = BIND_KIND_TEXT, .bytes = (value)                                      \
    }
#define BIND_STR(n, value)                                                                         \
    {                                                                                              \
        .name = (n), .kind = BIND_KIND_TEXT, .bytes = slice_of(value)                              \
    }
#define BIND_BLOB(n, value)                                                                        \
    {                                                                                              \
        .name = (n), .kind = BIND_KIND_BLOB, .bytes = (value)                                      \
    }
#define BIND_NULL(n)                                                                               \
    {                                                                                              \
        .name = (n), .kind = BIND_KIND_NULL                                                        \
    }
#define BINDS(...) ((const struct bind[]){ __VA_ARGS__, { .name = NULL } })
#define NO_BINDS   ((const struct bind[]){ { .name = NULL } })

/* Every parameter of a statement is bound exactly once by its name; a name too many, too few or
 * misspelled is GW_EDB, so that a test sees it. Bind string literals as names: the store remembers
 * their addresses, which makes the second and later bindings of a statement cheap. */

struct tx;   /* an open transaction, see store.h */
struct rows; /* a running statement */

/* Runs a statement that returns no rows, or whose rows do not matter. Returns the number of rows
 * changed (>= 0; 0 for one that only reads) or GW_EDB, GW_ETXGONE, GW_EFULL, GW_EBUSY. After an
 * error the transaction is failed: every later call on it returns the same code until the savepoint
 * is rolled back, so a handler may look once at the end (tx_error). */
GW_MUSTCHECK int sql_run(struct tx *tx, const struct sql *statement, const struct bind *binds);

/* Starts a statement that returns rows; NULL when the transaction is failed. Walk it with rows_next
 * to its end or give it up with rows_close; the same statement is not started again before that.
 * Column data are borrowed until the next rows_next. */
struct rows *sql_rows(struct tx *tx, const struct sql *statement, const struct bind *binds);
/* 1 when there is a row, 0 at the end (the statement is then closed), or GW_E*. NULL gives the
 * transaction's error. */
GW_MUSTCHECK int rows_next(struct tx *tx, struct rows *rows);
void rows_close(struct tx *tx, struct rows *rows); /* NULL is fine */

int64_t rows_int(const struct rows *rows, int column);       /* NULL gives 0 */
struct slice rows_text(const struct rows *rows, int column); /* NULL gives the empty slice */
struct slice rows_blob(const struct rows *rows, int column);
int rows_is_null(const struct rows *rows, int column);

/* One integer: 1 and `*out` when there is a row, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int sql_int(struct tx *tx, const struct sql *statement, const struct bind *binds,
                         int64_t *out);

#endif
