/* A full disk in the middle of a batch, made with max_page_count: nothing half done, everything
 * told, and work goes on once there is room. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/store.h"

#include "tests/support/support.h"

static const struct embedded_file *const tables[] = { gw_store_files, NULL };

SQL(put_mark, "INSERT INTO marks (name, value) VALUES ($name, $value)");
SQL(count_marks, "SELECT COUNT(*) FROM marks");
SQL(pages, "SELECT page_count FROM pragma_page_count");

enum { ROOM_PAGES = 40, BIG = 200 * 1024 };

static int64_t page_count(struct support *s)
{
    int64_t n = 0;
    struct tx *tx = support_begin(s);
    assert_int_equal(sql_int(tx, &pages, NO_BINDS, &n), 1);
    support_rollback(s);
    return n;
}

static int setup(void **state)
{
    struct support *s = support_store(tables);
    assert_int_equal(store_limit_pages(s->store, page_count(s) + ROOM_PAGES), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    support_free(*state);
    return 0;
}

static int put(struct tx *tx, const char *name, size_t size)
{
    char *bytes = mem_alloc(size);
    int rc =
        sql_run(tx, &put_mark,
                BINDS(BIND_STR("name", name), BIND_BLOB("value", ((struct slice){ bytes, size }))));
    free(bytes);
    return rc;
}

/* Runs the savepoint of one message. */
static int message(struct tx *tx, const char *name, size_t size)
{
    int rc = tx_mark(tx);
    if (rc != 0)
        return rc;
    rc = put(tx, name, size);
    if (rc >= 0)
        return tx_keep(tx);
    int undone = tx_undo(tx);
    return undone != 0 ? undone : rc;
}

/* SQLite drops the whole transaction here, savepoint and all: no later statement may run by itself.
 */
static void the_batch_fails_as_a_whole(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    int64_t n = 0;
    assert_int_equal(message(tx, "first", 100), 0);
    assert_int_equal(message(tx, "big", BIG), GW_ETXGONE);
    assert_int_equal(tx_error(tx), GW_ETXGONE);
    assert_int_equal(tx_undo(tx), GW_ETXGONE);
    assert_int_equal(message(tx, "later", 100), GW_ETXGONE);
    assert_int_equal(put(tx, "later", 100), GW_ETXGONE);
    assert_int_equal(sql_int(tx, &count_marks, NO_BINDS, &n), GW_ETXGONE);
    assert_int_equal(store_commit(tx), GW_ETXGONE);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM marks"), 0);
}

/* A statement that SQLite can take back alone leaves the transaction alive: the savepoint is undone
 * and the batch goes on. */
static void a_statement_taken_back_harms_no_other(void **state)
{
    struct support *s = *state;
    SQL(many_rows, "INSERT INTO marks (name, value) SELECT 'n' || value, $filler FROM counters");
    support_exec(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
                    "INSERT INTO counters (name, value) SELECT 'c' || i, i FROM n");
    struct tx *tx = support_begin(s);
    char filler[1000] = { 0 };
    assert_int_equal(message(tx, "first", 100), 0);
    assert_int_equal(tx_mark(tx), 0);
    int rc = sql_run(tx, &many_rows,
                     BINDS(BIND_BLOB("filler", ((struct slice){ filler, sizeof(filler) }))));
    if (rc == GW_ETXGONE)
        skip(); /* this version of SQLite chose otherwise */
    assert_int_equal(rc, GW_EFULL);
    assert_int_equal(tx_undo(tx), 0);
    assert_int_equal(message(tx, "later", 100), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM marks"), 2);
}

/* Fills the disk row by row in one transaction until SQLite gives up. */
static void filling_row_by_row_leaves_nothing(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    char name[16];
    int rc = 0;
    for (int i = 0; i < 2000 && rc >= 0; i++) {
        snprintf(name, sizeof(name), "%d", i);
        rc = put(tx, name, 1000);
    }
    assert_int_equal(rc, GW_ETXGONE);
    assert_int_equal(tx_error(tx), rc);
    assert_non_null(strstr(tx_error_text(tx), "full"));
    assert_int_equal(store_commit(tx), rc);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM marks"), 0);
}

static void work_goes_on_when_there_is_room(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_true(put(tx, "big", BIG) < 0);
    assert_true(store_commit(tx) < 0);
    tx = support_begin(s);
    assert_true(put(tx, "big", BIG) < 0); /* still full, still told */
    support_rollback(s);
    assert_int_equal(store_limit_pages(s->store, 0), 0);
    tx = support_begin(s);
    assert_int_equal(tx_error(tx), 0);
    assert_int_equal(put(tx, "big", BIG), 1);
    assert_int_equal(put(tx, "small", 10), 1);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM marks"), 2);
}

/* Without a savepoint and in the middle of statements that run. */
static void running_statements_end_with_the_transaction(void **state)
{
    struct support *s = *state;
    SQL(names, "SELECT name FROM marks ORDER BY name");
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 10), 1);
    assert_int_equal(put(tx, "b", 10), 1);
    struct rows *rows = sql_rows(tx, &names, NO_BINDS);
    assert_int_equal(rows_next(tx, rows), 1);
    int rc = put(tx, "big", BIG);
    assert_int_equal(rc, GW_ETXGONE);
    assert_int_equal(rows_next(tx, rows), rc);
    support_rollback(s);
    tx = support_begin(s);
    rows = sql_rows(tx, &names, NO_BINDS);
    assert_int_equal(rows_next(tx, rows), 0);
    support_commit(s);
}

static void the_probe_notices(void **state)
{
    struct support *s = *state;
    assert_int_equal(store_limit_pages(s->store, page_count(s) + 4), 0);
    struct tx *tx = support_begin(s);
    assert_true(store_probe(tx) < 0);
    support_rollback(s);
    support_begin(s);
    support_commit(s); /* an empty transaction does not notice */
    assert_int_equal(store_limit_pages(s->store, 0), 0);
    tx = support_begin(s);
    assert_int_equal(store_probe(tx), 0);
    support_commit(s);
}

static void a_failed_batch_wakes_nobody(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    tx_wake(tx, WAKE_OUTBOX);
    assert_true(put(tx, "big", BIG) < 0);
    assert_true(store_commit(tx) < 0);
    assert_int_equal(store_woken(s->store), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_batch_fails_as_a_whole),
        TEST(a_statement_taken_back_harms_no_other),
        TEST(filling_row_by_row_leaves_nothing),
        TEST(work_goes_on_when_there_is_room),
        TEST(running_statements_end_with_the_transaction),
        TEST(the_probe_notices),
        TEST(a_failed_batch_wakes_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
