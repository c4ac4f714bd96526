#include "gateway/store/sql.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/connection.h"

enum { FIRST_SLOTS = 128 };

void connection_words(struct store *s, const struct sql *sql, const char *reason)
{
    snprintf(s->error, sizeof(s->error), "%s (%s:%d): %s", sql->name, sql->file, sql->line, reason);
}

int connection_misuse(struct tx *tx, const struct sql *sql, const char *what)
{
    connection_words(tx->store, sql, what);
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
    rows = s->backend->prepare(tx, sql);
    if (rows == NULL)
        return NULL;
    rows->backend = s->backend;
    rows->sql = sql;
    if (s->cache.used * 2 >= s->cache.size)
        cache_grow(&s->cache);
    cache_put(&s->cache, rows);
    return rows;
}

/* Which parameter a name means; 0 for none. */
static int index_of(const struct rows *rows, const char *name)
{
    for (int i = 1; i <= rows->parameters; i++)
        if (slice_eq(rows->backend->parameter(rows, i), slice_of(name)))
            return i;
    return 0;
}

/* Binds all; 0, or the transaction failed. */
static int bind_all(struct tx *tx, struct rows *rows, const struct bind *binds)
{
    uint64_t seen = 0;
    int n = 0;
    for (; binds[n].name != NULL; n++) {
        if (n == rows->parameters)
            return connection_misuse(tx, rows->sql, "more values than parameters");
        if (rows->names[n] != binds[n].name) {
            rows->indexes[n] = index_of(rows, binds[n].name);
            rows->names[n] = binds[n].name;
        }
        int index = rows->indexes[n];
        if (index == 0) {
            rows->names[n] = NULL;
            return connection_misuse(tx, rows->sql, "a value for a parameter it does not have");
        }
        if ((seen >> index & 1) != 0)
            return connection_misuse(tx, rows->sql, "two values for one parameter");
        seen |= UINT64_C(1) << index;
        int rc = rows->backend->bind(tx, rows, index, &binds[n]);
        if (rc != 0)
            return rc;
    }
    return n == rows->parameters ? 0
                                 : connection_misuse(tx, rows->sql, "a parameter without a value");
}

static void stop(struct store *s, struct rows *rows)
{
    rows->backend->stop(rows);
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
        connection_misuse(tx, statement, "started again while it runs");
        return NULL;
    }
    if (bind_all(tx, rows, binds) != 0 || rows->backend->start(tx, rows) != 0)
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
    int rc = rows->backend->next(tx, rows);
    if (rc != 1)
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
    int64_t changed = rows->backend->changed(tx->store, rows);
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
    return rows->backend->integer(rows, column);
}

struct slice rows_text(const struct rows *rows, int column)
{
    return rows->backend->text(rows, column);
}

struct slice rows_blob(const struct rows *rows, int column)
{
    return rows->backend->blob(rows, column);
}

int rows_is_null(const struct rows *rows, int column)
{
    return rows->backend->null(rows, column);
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
        if (s->cache.slots[i] != NULL)
            s->backend->discard(s, s->cache.slots[i]);
    }
    free(s->cache.slots);
    s->cache = (struct statement_cache){ 0 };
    s->running = 0;
}
