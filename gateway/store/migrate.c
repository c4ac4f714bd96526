/* Numbered migrations; see store_migrate in store.h. */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/store/connection.h"
#include "gateway/store/schema.h"

SQL(migrate_known, "SELECT number, path FROM schema_migrations ORDER BY number");
SQL(migrate_applied, "SELECT COUNT(*) FROM schema_migrations WHERE number = $number");
SQL(migrate_note, "INSERT INTO schema_migrations (number, path) VALUES ($number, $path)");

static bool has_number(const struct migration *all, int n, int64_t number)
{
    for (int i = 0; i < n; i++)
        if (all[i].number == number)
            return true;
    return false;
}

static int db_fault(struct store *s, int rc, const char *where, struct fault *fault)
{
    return fault_set(fault, rc, "%s: %s", where, s->error);
}

/* 0 when the database knows nothing that this program does not. */
static int refuse_newer(struct tx *tx, const struct migration *all, int n, struct fault *fault)
{
    int rc = 0;
    struct rows *rows = sql_rows(tx, &migrate_known, NO_BINDS);
    int more;
    while (rc == 0 && (more = rows_next(tx, rows)) != 0) {
        if (more < 0)
            return db_fault(tx->store, more, "schema_migrations", fault);
        if (has_number(all, n, rows_int(rows, 0)))
            continue;
        struct slice path = rows_text(rows, 1);
        rc = fault_set(fault, GW_EDB,
                       "the database has migration %" PRId64 " (%.*s), which this program does not "
                       "know: it was used by a newer version, start that one",
                       rows_int(rows, 0), SLICE_ARG(path));
    }
    rows_close(tx, rows);
    return rc;
}

/* Looked at again under the write lock: another process may have been faster. */
static int apply_in(struct tx *tx, const struct migration *m, const char *text)
{
    int64_t done = 0;
    int rc = sql_int(tx, &migrate_applied, BINDS(BIND_INT("number", m->number)), &done);
    if (rc < 0 || done != 0)
        return rc < 0 ? rc : 0;
    rc = tx->store->backend->exec(tx->store, text);
    if (rc != 0)
        return rc;
    rc =
        sql_run(tx, &migrate_note, BINDS(BIND_INT("number", m->number), BIND_STR("path", m->path)));
    return rc < 0 ? rc : 0;
}

static int apply(struct store *s, const struct migration *m, struct arena *a, struct fault *fault)
{
    struct slice text;
    int rc = schema_render(m, s->backend->dialect, a, &text, fault);
    if (rc != 0)
        return rc;
    struct tx *tx;
    rc = store_begin(s, &tx);
    if (rc != 0)
        return db_fault(s, rc, m->path, fault);
    rc = apply_in(tx, m, text.p);
    if (rc != 0) {
        store_rollback(tx);
        return db_fault(s, rc, m->path, fault);
    }
    rc = store_commit(tx);
    return rc == 0 ? 0 : db_fault(s, rc, m->path, fault);
}

/* Fills `missing` with whether each migration is still to be applied. */
static int find_missing(struct store *s, const struct migration *all, int n, bool *missing,
                        struct arena *a, struct fault *fault)
{
    struct tx *tx;
    struct slice text;
    int rc = schema_render(&schema_list, s->backend->dialect, a, &text, fault);
    if (rc == 0)
        rc = s->backend->exec(s, text.p);
    if (rc == 0)
        rc = store_begin(s, &tx);
    if (rc != 0)
        return db_fault(s, rc, "schema_migrations", fault);
    rc = refuse_newer(tx, all, n, fault);
    for (int i = 0; rc == 0 && i < n; i++) {
        int64_t done = 0;
        int got = sql_int(tx, &migrate_applied, BINDS(BIND_INT("number", all[i].number)), &done);
        if (got < 0)
            rc = db_fault(s, got, "schema_migrations", fault);
        missing[i] = done == 0;
    }
    store_rollback(tx);
    return rc;
}

static int migrate(struct store *s, const struct embedded_file *const *tables, struct arena *a,
                   struct fault *fault)
{
    struct migration *all = NULL;
    int n = schema_migrations(tables, a, &all, fault);
    if (n < 0)
        return n;
    bool *missing = arena_alloc(a, n > 0 ? (size_t)n * sizeof(bool) : 1);
    int rc = find_missing(s, all, n, missing, a, fault);
    for (int i = 0; rc == 0 && i < n; i++)
        if (missing[i])
            rc = apply(s, &all[i], a, fault);
    return rc;
}

int store_migrate(struct store *s, const struct embedded_file *const *tables, struct fault *fault)
{
    struct arena a = { 0 };
    int rc = s->backend->lock(s);
    if (rc != 0)
        return db_fault(s, rc, "the lock around the migrations", fault);
    rc = migrate(s, tables, &a, fault);
    s->backend->unlock(s);
    arena_free(&a);
    return rc;
}
