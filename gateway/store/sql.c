#include "gateway/store/sql.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/connection.h"

enum { FIRST_SLOTS = 128 };

int connection_error(int sqlite_code)
{
    switch (sqlite_code & 0xFF) {
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

void connection_note(struct store *s, const char *what, const char *file, int line)
{
    const char *reason = sqlite3_errmsg(s->db);
    if (file != NULL)
        snprintf(s->error, sizeof(s->error), "%s (%s:%d): %s", what, file, line, reason);
    else
        snprintf(s->error, sizeof(s->error), "%s: %s", what, reason);
}

int connection_fail(struct store *s, int sqlite_code, const struct sql *sql)
{
    if (sql != NULL)
        connection_note(s, sql->name, sql->file, sql->line);
    int rc = connection_error(sqlite_code);
    /* SQLite rolls everything back by itself on some errors, and a statement after that would
     * commit alone. */
    if (s->tx.open && sqlite3_get_autocommit(s->db) != 0)
        rc = GW_ETXGONE;
    s->tx.error = rc;
    return rc;
}

int connection_exec(struct store *s, const char *text)
{
    char *message = NULL;
    int code = sqlite3_exec(s->db, text, NULL, NULL, &message);
    if (code != SQLITE_OK)
        snprintf(s->error, sizeof(s->error), "%s",
                 message != NULL ? message : sqlite3_errstr(code));
    sqlite3_free(message);
    return connection_error(code);
}

/* A mistake in the program, not in the database. */
static int misuse(struct tx *tx, const struct sql *sql, const char *what)
{
    snprintf(tx->store->error, sizeof(tx->store->error), "%s (%s:%d): %s", sql->name, sql->file,
             sql->line, what);
    tx->error = GW_EDB;
    return GW_EDB;
}

static size_t slot_of(const struct sql *sql, size_t size)
{
    uint64_t h = (uint64_t)(uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h >> 32) & (size - 1);
}

static void cache_put(struct statement_cache *c, struct rows *rows)
{
    size_t at = slot_of(rows->sql, c->size);
    while (c->slots[at] != NULL)
        at = (at + 1) & (c->size - 1);
    c->slots[at] = rows;
    c->used++;
}

static void cache_grow(struct statement_cache *c)
{
    struct statement_cache bigger = { .size = c->size == 0 ? FIRST_SLOTS : c->size * 2 };
    bigger.slots = mem_alloc(bigger.size * sizeof(*bigger.slots));
    for (size_t i = 0; i < c->size; i++)
        if (c->slots[i] != NULL)
            cache_put(&bigger, c->slots[i]);
    free(c->slots);
    *c = bigger;
}

static struct rows *cache_find(const struct statement_cache *c, const struct sql *sql)
{
    if (c->size == 0)
        return NULL;
    size_t at = slot_of(sql, c->size);
    while (c->slots[at] != NULL && c->slots[at]->sql != sql)
        at = (at + 1) & (c->size - 1);
    return c->slots[at];
}

/* The prepared statement, or NULL with the transaction failed. */
static struct rows *statement_get(struct tx *tx, const struct sql *sql)
{
    struct store *s = tx->store;
    struct rows *rows = cache_find(&s->cache, sql);
    if (rows != NULL)
        return rows;
    sqlite3_stmt *statement = NULL;
    const char *tail = NULL;
    int code =
        sqlite3_prepare_v3(s->db, sql->text, -1, SQLITE_PREPARE_PERSISTENT, &statement, &tail);
    if (code != SQLITE_OK || statement == NULL) {
        connection_fail(s, code == SQLITE_OK ? SQLITE_ERROR : code, sql);
        return NULL;
    }
    int parameters = sqlite3_bind_parameter_count(statement);
    if (parameters > BIND_LIMIT || tail[strspn(tail, " ;\n")] != '\0') {
        sqlite3_finalize(statement);
        misuse(tx, sql, "more than one statement, or too many parameters");
        return NULL;
    }
    rows = mem_alloc(sizeof(*rows));
    rows->sql = sql;
    rows->statement = statement;
    rows->parameters = parameters;
    rows->reads_only = sqlite3_stmt_readonly(statement) != 0;
    if (s->cache.used * 2 >= s->cache.size)
        cache_grow(&s->cache);
    cache_put(&s->cache, rows);
    return rows;
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

/* Which parameter a name means; 0 for none. SQLite's own look-up wants the $ in front. */
static int index_of(const struct rows *rows, const char *name)
{
    for (int i = 1; i <= rows->parameters; i++) {
        const char *known = sqlite3_bind_parameter_name(rows->statement, i);
        if (known != NULL && strcmp(known + 1, name) == 0)
            return i;
    }
    return 0;
}

/* Binds all; 0, or the transaction failed. */
static int bind_all(struct tx *tx, struct rows *rows, const struct bind *binds)
{
    uint64_t seen = 0;
    int n = 0;
    for (; binds[n].name != NULL; n++) {
        if (n == rows->parameters)
            return misuse(tx, rows->sql, "more values than parameters");
        if (rows->names[n] != binds[n].name) {
            rows->indexes[n] = index_of(rows, binds[n].name);
            rows->names[n] = binds[n].name;
        }
        int index = rows->indexes[n];
        if (index == 0) {
            rows->names[n] = NULL;
            return misuse(tx, rows->sql, "a value for a parameter it does not have");
        }
        if ((seen >> index & 1) != 0)
            return misuse(tx, rows->sql, "two values for one parameter");
        seen |= UINT64_C(1) << index;
        int code = bind_value(rows->statement, index, &binds[n]);
        if (code != SQLITE_OK)
            return connection_fail(tx->store, code, rows->sql);
    }
    return n == rows->parameters ? 0 : misuse(tx, rows->sql, "a parameter without a value");
}

static void stop(struct store *s, struct rows *rows)
{
    /* The result repeats the error of the last step, which was looked at. */
    (void)sqlite3_reset(rows->statement);
    rows->running = false;
    s->running--;
}

struct rows *sql_rows(struct tx *tx, const struct sql *statement, const struct bind *binds)
{
    if (tx->error != 0)
        return NULL;
    struct rows *rows = statement_get(tx, statement);
    if (rows == NULL)
        return NULL;
    if (rows->running) {
        misuse(tx, statement, "started again while it runs");
        return NULL;
    }
    if (bind_all(tx, rows, binds) != 0)
        return NULL;
    rows->running = true;
    tx->store->running++;
    return rows;
}

int rows_next(struct tx *tx, struct rows *rows)
{
    if (tx->error != 0) {
        rows_close(tx, rows);
        return tx->error;
    }
    if (rows == NULL || !rows->running)
        return rows == NULL ? GW_EDB : 0;
    int code = sqlite3_step(rows->statement);
    if (code == SQLITE_ROW)
        return 1;
    int rc = code == SQLITE_DONE ? 0 : connection_fail(tx->store, code, rows->sql);
    stop(tx->store, rows);
    return rc;
}

void rows_close(struct tx *tx, struct rows *rows)
{
    if (rows != NULL && rows->running)
        stop(tx->store, rows);
}

int sql_run(struct tx *tx, const struct sql *statement, const struct bind *binds)
{
    struct rows *rows = sql_rows(tx, statement, binds);
    int rc;
    while ((rc = rows_next(tx, rows)) == 1)
        ;
    if (rc < 0 || rows->reads_only)
        return rc;
    sqlite3_int64 changed = sqlite3_changes64(tx->store->db);
    return changed > INT_MAX ? INT_MAX : (int)changed;
}

int sql_int(struct tx *tx, const struct sql *statement, const struct bind *binds, int64_t *out)
{
    struct rows *rows = sql_rows(tx, statement, binds);
    int rc = rows_next(tx, rows);
    if (rc == 1) {
        *out = rows_int(rows, 0);
        rows_close(tx, rows);
    }
    return rc;
}

int64_t rows_int(const struct rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

struct slice rows_text(const struct rows *rows, int column)
{
    const char *p = (const char *)sqlite3_column_text(rows->statement, column);
    return (struct slice){ p,
                           p == NULL ? 0 : (size_t)sqlite3_column_bytes(rows->statement, column) };
}

struct slice rows_blob(const struct rows *rows, int column)
{
    const char *p = sqlite3_column_blob(rows->statement, column);
    return (struct slice){ p,
                           p == NULL ? 0 : (size_t)sqlite3_column_bytes(rows->statement, column) };
}

int rows_is_null(const struct rows *rows, int column)
{
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

void statements_stop(struct store *s)
{
    for (size_t i = 0; s->running > 0 && i < s->cache.size; i++)
        if (s->cache.slots[i] != NULL && s->cache.slots[i]->running)
            stop(s, s->cache.slots[i]);
}

void statements_free(struct store *s)
{
    for (size_t i = 0; i < s->cache.size; i++) {
        if (s->cache.slots[i] == NULL)
            continue;
        sqlite3_finalize(s->cache.slots[i]->statement);
        free(s->cache.slots[i]);
    }
    free(s->cache.slots);
    s->cache = (struct statement_cache){ 0 };
    s->running = 0;
}
