/* No statement reads a whole table that grows: SQLite's plan of every statement in the section
 * gw_sql is looked at, and a SCAN of a table fails unless the statement is listed here with its
 * reason. */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "gateway/store/sql.h"
#include "tests/support/support.h"

extern const struct sql *const __start_gw_sql[];
extern const struct sql *const __stop_gw_sql[];

static const struct embedded_file *const tables[] = { gw_store_files, handlers_files, NULL };

enum { PLAN_LINES = 256, PLAN_WIDTH = 256 };

/* Statements that may read a whole table. */
static const struct {
    const char *name;
    const char *because;
} allowed[] = {
    { "store_empty_probe", "one row at most" },
    { "outbox_restore_uncertain", "once after a restore" },
    { "outbox_restore_expired", "once after a restore" },
    { "outbox_all_totals", "linli outbox: for a person who asks" },
    { "migrate_known", "at start; a row a migration" },
    { "audit_count", "linli audit looks at everything" },
    { "org_all", "organizations of one district: about a hundred" },
    { "position_all", "places of organizations: about a hundred" },
    { "district_orgs", "at start; organizations of one district" },
    { "codes_kill", "linli admin; a row a role ever offered" },
    { "demo_activities", "linli demo" },
};

static bool may_scan(const char *name)
{
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        if (strcmp(allowed[i].name, name) == 0)
            return true;
    return false;
}

/* Whether `name` in a plan is a table of the schema or its alias in the statement, and not a WITH
 * or a subquery. */
static bool is_table(sqlite3 *db, const char *text, struct slice name)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table'",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    while (!found && sqlite3_step(statement) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(statement, 0);
        char alias[256];
        snprintf(alias, sizeof(alias), " %s %.*s", table, SLICE_ARG(name));
        struct slice rest = slice_of(text);
        ptrdiff_t at = slice_find(rest, slice_of(alias));
        struct slice behind = slice_skip(rest, at < 0 ? rest.n : (size_t)at + strlen(alias));
        bool whole_word = at >= 0 && (behind.n == 0 || strchr(" ,)", behind.p[0]) != NULL);
        found = slice_eq(name, slice_of(table)) || whole_word;
    }
    sqlite3_finalize(statement);
    return found;
}

/* Partial indexes hold what is open, which is little. */
static bool by_partial_index(sqlite3 *db, const char *detail)
{
    const char *index = strstr(detail, "INDEX ");
    if (index == NULL)
        return false;
    struct slice rest = slice_of(index + strlen("INDEX "));
    struct slice name;
    if (!slice_next(&rest, ' ', &name))
        return false;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT 1 FROM sqlite_schema WHERE type = 'index' "
                                        "AND name = ? AND sql LIKE '% WHERE %'",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, name.p, (int)name.n, SQLITE_STATIC),
                     SQLITE_OK);
    bool partial = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return partial;
}

/* Whether a line of a plan reads all of a table that can grow. */
static bool reads_whole_table(sqlite3 *db, const char *detail, const char *text, bool sorts)
{
    if (strncmp(detail, "SCAN ", 5) != 0)
        return false;
    struct slice rest = slice_of(detail + 5);
    struct slice name;
    if (!slice_next(&rest, ' ', &name) || !is_table(db, text, name))
        return false;
    if (by_partial_index(db, detail))
        return false;
    /* In the order that is asked for, up to a limit: it stops early. */
    return sorts || strstr(text, "LIMIT") == NULL;
}

/* The lines of a plan; returns their number. */
static int plan_of(sqlite3 *db, const struct sql *q, char lines[][PLAN_WIDTH])
{
    char explain[8192];
    int n = snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", q->text);
    assert_true(n > 0 && n < (int)sizeof(explain));
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, explain, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s:%d: %s: %s", q->file, q->line, q->name, sqlite3_errmsg(db));
    int count = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        assert_true(count < PLAN_LINES);
        snprintf(lines[count++], PLAN_WIDTH, "%s", (const char *)sqlite3_column_text(statement, 3));
    }
    sqlite3_finalize(statement);
    return count;
}

static int look_at(sqlite3 *db, const struct sql *q)
{
    char lines[PLAN_LINES][PLAN_WIDTH];
    int n = plan_of(db, q, lines);
    bool sorts = false;
    int found = 0;
    for (int i = 0; i < n; i++)
        sorts = sorts || strcmp(lines[i], "USE TEMP B-TREE FOR ORDER BY") == 0;
    for (int i = 0; i < n; i++) {
        if (!reads_whole_table(db, lines[i], q->text, sorts) || may_scan(q->name))
            continue;
        print_error("%s:%d: %s: %s\n", q->file, q->line, q->name, lines[i]);
        found++;
    }
    return found;
}

static void no_statement_reads_a_whole_table(void **state)
{
    (void)state;
    struct support *s = support_store(tables);
    sqlite3 *db = NULL;
    int found = 0;
    assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    for (const struct sql *const *q = __start_gw_sql; q < __stop_gw_sql; q++)
        found += look_at(db, *q);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    support_free(s);
    assert_int_equal(found, 0);
}

/* The test itself can fail, and the list names what exists. */
static void the_list_is_true(void **state)
{
    (void)state;
    struct support *s = support_store(tables);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    static const struct {
        const char *text;
        int found;
    } cases[] = {
        { "SELECT COUNT(*) FROM inbox", 1 },
        { "SELECT id FROM inbox ORDER BY account LIMIT 1", 1 },
        { "SELECT id FROM inbox ORDER BY id LIMIT 1", 0 },
        { "SELECT i.id FROM inbox i WHERE i.trace = $t", 1 },
        { "SELECT id FROM inbox WHERE id = $id", 0 },
        { "WITH w(id) AS (SELECT 1 UNION SELECT 2) SELECT w.id FROM w", 0 },
        { "SELECT id FROM outbox WHERE state = 0", 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sql q = { "case", cases[i].text, "cases", (int)i };
        assert_int_equal(look_at(db, &q), cases[i].found);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    support_free(s);
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        bool exists = false;
        for (const struct sql *const *q = __start_gw_sql; q < __stop_gw_sql; q++)
            exists = exists || strcmp((*q)->name, allowed[i].name) == 0;
        if (!exists)
            fail_msg("%s (%s) is no statement any more", allowed[i].name, allowed[i].because);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_statement_reads_a_whole_table),
        cmocka_unit_test(the_list_is_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
