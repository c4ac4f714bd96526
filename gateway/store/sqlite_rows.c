/* Statements on SQLite; see struct backend in connection.h. */
#include <stdlib.h>
#include <string.h>

#include "gateway/store/sqlite.h"

struct sqlite_rows {
    struct rows base; /* first */
    sqlite3_stmt *statement;
};

static sqlite3_stmt *of(const struct rows *rows)
{
    return ((const struct sqlite_rows *)rows)->statement;
}

struct rows *sqlite_prepare(struct tx *tx, const struct sql *sql)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = NULL;
    int code = sqlite3_prepare_v3(sqlite_of(tx->store), sql->text, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement, &tail);
    if (code != SQLITE_OK || statement == NULL) {
        sqlite_fail(tx->store, code == SQLITE_OK ? SQLITE_ERROR : code, sql);
        return NULL;
    }
    int parameters = sqlite3_bind_parameter_count(statement);
    if (parameters > BIND_LIMIT || tail[strspn(tail, " ;\n")] != '\0') {
        sqlite3_finalize(statement);
        connection_misuse(tx, sql, "more than one statement, or too many parameters");
        return NULL;
    }
    struct sqlite_rows *rows = mem_alloc(sizeof(*rows));
    rows->statement = statement;
    rows->base.parameters = parameters;
    rows->base.reads_only = sqlite3_stmt_readonly(statement) != 0;
    return &rows->base;
}

void sqlite_discard(struct store *s, struct rows *rows)
{
    (void)s;
    sqlite3_finalize(of(rows));
    free(rows);
}

struct slice sqlite_parameter(const struct rows *rows, int index)
{
    /* SQLite's name has the $ in front. */
    const char *name = sqlite3_bind_parameter_name(of(rows), index);
    return name == NULL ? SLICE("") : slice_of(name + 1);
}

static int bind_value(sqlite3_stmt *statement, int index, const struct bind *b)
{
    const char *p = b->bytes.p == NULL ? "" : b->bytes.p; /* SQLite takes a null pointer for NULL */
    switch (b->kind) {
    case BIND_KIND_INT:
        return sqlite3_bind_int64(statement, index, b->number);
    case BIND_KIND_TEXT:
        return sqlite3_bind_text64(statement, index, p, b->bytes.n, SQLITE_STATIC, SQLITE_UTF8);
    case BIND_KIND_BLOB:
        return sqlite3_bind_blob64(statement, index, p, b->bytes.n, SQLITE_STATIC);
    case BIND_KIND_NULL:
        return sqlite3_bind_null(statement, index);
    }
    return SQLITE_MISUSE;
}

int sqlite_bind(struct tx *tx, struct rows *rows, int index, const struct bind *b)
{
    int code = bind_value(of(rows), index, b);
    return code == SQLITE_OK ? 0 : sqlite_fail(tx->store, code, rows->sql);
}

/* The first step runs it. */
int sqlite_start(struct tx *tx, struct rows *rows)
{
    (void)tx;
    (void)rows;
    return 0;
}

int sqlite_next(struct tx *tx, struct rows *rows)
{
    int code = sqlite3_step(of(rows));
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : sqlite_fail(tx->store, code, rows->sql);
}

void sqlite_stop(struct rows *rows)
{
    /* The result repeats the error of the last step, which was looked at. */
    (void)sqlite3_reset(of(rows));
}

int64_t sqlite_changed(const struct store *s, const struct rows *rows)
{
    (void)rows;
    return sqlite3_changes64(sqlite_of(s));
}

int64_t sqlite_integer(const struct rows *rows, int column)
{
    return sqlite3_column_int64(of(rows), column);
}

struct slice sqlite_text(const struct rows *rows, int column)
{
    const char *p = (const char *)sqlite3_column_text(of(rows), column);
    return (struct slice){ p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(of(rows), column) };
}

struct slice sqlite_blob(const struct rows *rows, int column)
{
    const char *p = sqlite3_column_blob(of(rows), column);
    return (struct slice){ p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(of(rows), column) };
}

bool sqlite_null(const struct rows *rows, int column)
{
    return sqlite3_column_type(of(rows), column) == SQLITE_NULL;
}
