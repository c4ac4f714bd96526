/* Transactions, savepoints, sticky errors, statements. */
#include "gateway/store/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/support.h"

SQL(put_counter, "INSERT INTO counters (name, value) VALUES ($name, $value)");
SQL(get_counter, "SELECT value FROM counters WHERE name = $name");
SQL(all_counters, "SELECT name, value FROM counters ORDER BY name");
/* The second column is of bytes by the other branch. */
SQL(echo, "SELECT CAST($text AS TEXT), COALESCE($blob, (SELECT value FROM marks LIMIT 1)), "
          "CAST($nothing AS TEXT), CAST($number AS BIGINT)");
SQL(twice, "SELECT CAST($n AS BIGINT) + CAST($n AS BIGINT)");
SQL(broken, "SELECT no_such_column FROM counters");
SQL(two_in_one, "SELECT 1; SELECT 2");

static int put(struct tx *tx, const char *name, int64_t value)
{
    return sql_run(tx, &put_counter, BINDS(BIND_STR("name", name), BIND_INT("value", value)));
}

static int get(struct tx *tx, const char *name, int64_t *value)
{
    return sql_int(tx, &get_counter, BINDS(BIND_STR("name", name)), value);
}

static void commit_keeps_and_rollback_does_not(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    support_commit(s);
    tx = support_begin(s);
    assert_int_equal(put(tx, "b", 2), 1);
    support_rollback(s);
    support_reopen(s);
    tx = support_begin(s);
    int64_t value = 0;
    assert_int_equal(get(tx, "a", &value), 1);
    assert_int_equal(value, 1);
    assert_int_equal(get(tx, "b", &value), 0);
    support_rollback(s);
}

static void a_second_begin_is_refused(void **state)
{
    struct support *s = *state;
    struct tx *again = NULL;
    support_begin(s);
    assert_int_equal(store_begin(s->store, &again), GW_EINVAL);
    assert_null(again);
    support_commit(s);
}

static void a_closed_transaction_does_not_commit_twice(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    support_commit(s);
    assert_int_equal(store_commit(tx), GW_ECLOSED);
    store_rollback(tx);
}

static void savepoint_undoes_only_its_own(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    assert_int_equal(tx_mark(tx), 0);
    assert_int_equal(put(tx, "b", 2), 1);
    assert_int_equal(tx_undo(tx), 0);
    assert_int_equal(tx_mark(tx), 0);
    assert_int_equal(put(tx, "c", 3), 1);
    assert_int_equal(tx_keep(tx), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters WHERE name IN ('a', 'c')"), 2);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters WHERE name = 'b'"), 0);
}

static void savepoints_do_not_nest(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(tx_keep(tx), GW_EINVAL);
    assert_int_equal(tx_undo(tx), GW_EINVAL);
    assert_int_equal(tx_mark(tx), 0);
    assert_int_equal(tx_mark(tx), GW_EINVAL);
    assert_int_equal(tx_keep(tx), 0);
    support_commit(s);
}

/* What a key that is taken gives: on PostgreSQL somebody else may have been faster. */
static int taken(void)
{
    return support_is_postgres() ? GW_ECONFLICT : GW_EDB;
}

static void an_error_sticks_until_undone(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "kept", 1), 1);
    assert_int_equal(tx_mark(tx), 0);
    assert_int_equal(put(tx, "x", 1), 1);
    assert_int_equal(put(tx, "x", 1), taken()); /* the key is taken */
    assert_int_equal(tx_error(tx), taken());
    assert_non_null(strstr(tx_error_text(tx), "put_counter"));
    assert_non_null(strstr(tx_error_text(tx), "store.c:"));
    int64_t value = 0;
    assert_int_equal(get(tx, "kept", &value), taken());
    assert_null(sql_rows(tx, &all_counters, NO_BINDS));
    assert_int_equal(tx_keep(tx), taken());
    assert_int_equal(tx_undo(tx), 0);
    assert_int_equal(tx_error(tx), 0);
    assert_int_equal(get(tx, "kept", &value), 1);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 1);
}

static void a_failed_transaction_does_not_commit(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "x", 1), 1);
    assert_int_equal(put(tx, "x", 1), taken());
    assert_int_equal(store_commit(tx), taken());
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 0);
    tx = support_begin(s);
    assert_int_equal(tx_error(tx), 0);
    support_commit(s);
}

static void wake_is_told_after_commit_only(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    tx_wake(tx, WAKE_OUTBOX);
    assert_int_equal(store_woken(s->store), 0);
    support_rollback(s);
    assert_int_equal(store_woken(s->store), 0);
    tx = support_begin(s);
    tx_wake(tx, WAKE_OUTBOX);
    assert_int_equal(tx_mark(tx), 0);
    tx_wake(tx, WAKE_TIMERS);
    assert_int_equal(tx_undo(tx), 0);
    support_commit(s);
    assert_int_equal(store_woken(s->store), WAKE_OUTBOX | WAKE_TIMERS);
    assert_int_equal(store_woken(s->store), 0);
}

static void last_id_only_rises(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    int64_t id = -1;
    assert_int_equal(store_last_id(tx, &id), 0);
    assert_int_equal(id, 0);
    assert_int_equal(store_keep_last_id(tx, 70), 0);
    assert_int_equal(store_keep_last_id(tx, 50), 0);
    support_commit(s);
    tx = support_begin(s);
    assert_int_equal(store_last_id(tx, &id), 0);
    if (support_is_postgres()) /* written ahead, so that one row does not hold up all writers */
        assert_true(id >= 70);
    else
        assert_int_equal(id, 70);
    support_rollback(s);
}

static void values_come_back_as_they_were_bound(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    const char bytes[] = { 'a', 0, 'b' };
    for (int round = 0; round < 2; round++) { /* the second time from the cache */
        struct rows *rows = sql_rows(tx, &echo,
                                     BINDS(BIND_STR("text", "老年"),
                                           BIND_BLOB("blob", ((struct slice){ bytes, 3 })),
                                           BIND_NULL("nothing"), BIND_INT("number", INT64_MIN)));
        assert_int_equal(rows_next(tx, rows), 1);
        assert_slice(rows_text(rows, 0), "老年");
        assert_int_equal(rows_blob(rows, 1).n, 3);
        assert_memory_equal(rows_blob(rows, 1).p, bytes, 3);
        assert_true(rows_is_null(rows, 2));
        assert_int_equal(rows_text(rows, 2).n, 0);
        assert_int_equal(rows_int(rows, 2), 0);
        assert_true(rows_int(rows, 3) == INT64_MIN);
        assert_int_equal(rows_next(tx, rows), 0);
    }
    support_rollback(s);
}

static void the_empty_slice_is_not_null(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    const struct slice empty = { 0 };
    struct rows *rows = sql_rows(tx, &echo,
                                 BINDS(BIND_TEXT("text", empty), BIND_BLOB("blob", empty),
                                       BIND_NULL("nothing"), BIND_INT("number", 0)));
    assert_int_equal(rows_next(tx, rows), 1);
    assert_false(rows_is_null(rows, 0));
    assert_false(rows_is_null(rows, 1));
    rows_close(tx, rows);
    rows_close(tx, rows);
    rows_close(tx, NULL);
    support_rollback(s);
}

static void binds_go_by_name_in_any_order(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    int64_t value = 0;
    assert_int_equal(put(tx, "a", 1), 1);
    assert_int_equal(sql_run(tx, &put_counter, BINDS(BIND_INT("value", 2), BIND_STR("name", "b"))),
                     1);
    assert_int_equal(put(tx, "c", 3), 1);
    assert_int_equal(get(tx, "b", &value), 1);
    assert_int_equal(value, 2);
    assert_int_equal(sql_int(tx, &twice, BINDS(BIND_INT("n", 21)), &value), 1);
    assert_int_equal(value, 42);
    support_rollback(s);
}

static void wrong_binds_are_errors(void **state)
{
    struct support *s = *state;
    const struct bind *const wrong[] = {
        NO_BINDS,
        BINDS(BIND_STR("name", "a")),
        BINDS(BIND_STR("name", "a"), BIND_INT("valu", 1)),
        BINDS(BIND_STR("name", "a"), BIND_STR("name", "a")),
        BINDS(BIND_STR("name", "a"), BIND_INT("value", 1), BIND_INT("value", 1)),
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct tx *tx = support_begin(s);
        assert_int_equal(sql_run(tx, &put_counter, wrong[i]), GW_EDB);
        assert_non_null(strstr(tx_error_text(tx), "put_counter"));
        support_rollback(s);
        tx = support_begin(s);
        assert_int_equal(put(tx, "good", 1), 1);
        support_rollback(s);
    }
}

static void wrong_statements_are_errors(void **state)
{
    struct support *s = *state;
    const struct sql *const wrong[] = { &broken, &two_in_one };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct tx *tx = support_begin(s);
        assert_int_equal(sql_run(tx, wrong[i], NO_BINDS), GW_EDB);
        assert_int_equal(tx_error(tx), GW_EDB);
        support_rollback(s);
    }
}

static void rows_are_walked_and_given_up(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    assert_int_equal(put(tx, "b", 2), 1);
    struct rows *rows = sql_rows(tx, &all_counters, NO_BINDS);
    assert_int_equal(rows_next(tx, rows), 1);
    assert_slice(rows_text(rows, 0), "a");
    assert_int_equal(put(tx, "c", 3), 1); /* another statement while one runs */
    rows_close(tx, rows);
    rows = sql_rows(tx, &all_counters, NO_BINDS);
    int n = 0;
    while (rows_next(tx, rows) == 1)
        n++;
    assert_int_equal(n, 3);
    assert_int_equal(rows_next(tx, rows), 0);
    support_commit(s);
}

static void a_running_statement_is_not_started_again(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    struct rows *rows = sql_rows(tx, &all_counters, NO_BINDS);
    assert_int_equal(rows_next(tx, rows), 1);
    assert_null(sql_rows(tx, &all_counters, NO_BINDS));
    assert_int_equal(tx_error(tx), GW_EDB);
    support_rollback(s); /* closes it */
    tx = support_begin(s);
    rows = sql_rows(tx, &all_counters, NO_BINDS);
    assert_non_null(rows);
    assert_int_equal(rows_next(tx, rows), 0);
    support_commit(s);
}

static void commit_closes_what_still_runs(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    assert_int_equal(put(tx, "b", 1), 1);
    assert_int_equal(rows_next(tx, sql_rows(tx, &all_counters, NO_BINDS)), 1);
    support_commit(s);
    tx = support_begin(s);
    assert_int_equal(rows_next(tx, sql_rows(tx, &all_counters, NO_BINDS)), 1);
    support_commit(s);
}

/* A statement that one message forgot must not fail the next one of the batch. */
static void a_savepoint_closes_what_still_runs(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(tx_mark(tx), 0);
        assert_int_equal(rows_next(tx, sql_rows(tx, &all_counters, NO_BINDS)), 1);
        assert_int_equal(i % 2 == 0 ? tx_keep(tx) : tx_undo(tx), 0);
    }
    support_commit(s);
}

/* More statements than the table of the cache begins with. */
static void the_statement_cache_grows(void **state)
{
    enum { MANY = 300 };
    static struct sql many[MANY];
    static char texts[MANY][32];
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
            many[i] = (struct sql){ "many", texts[i], __FILE__, __LINE__ };
            int64_t value = -1;
            assert_int_equal(sql_int(tx, &many[i], NO_BINDS, &value), 1);
            assert_int_equal(value, i);
        }
    }
    support_rollback(s);
}

static void reading_returns_no_changes(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    assert_int_equal(sql_run(tx, &all_counters, NO_BINDS), 0);
    support_rollback(s);
}

static void a_reader_sees_the_past_and_never_waits(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    struct store *reader = NULL;
    struct fault fault = { 0 };
    const struct store_options options = {
        .path = s->path, .url = s->url, .read_only = true, .busy_ms = 1
    };
    assert_int_equal(store_open(&options, &reader, &fault), 0);
    struct tx *read = NULL;
    assert_int_equal(store_begin(reader, &read), 0);
    int64_t value = 0;
    assert_int_equal(get(read, "a", &value), 0);
    support_commit(s);
    assert_int_equal(get(read, "a", &value), 0); /* still the moment at which it began */
    assert_int_equal(put(read, "b", 1), GW_EDB);
    store_rollback(read);
    assert_int_equal(store_begin(reader, &read), 0);
    assert_int_equal(get(read, "a", &value), 1);
    assert_int_equal(store_commit(read), 0);
    store_close(reader);
}

static void a_second_writer_waits_and_gives_up(void **state)
{
    struct support *s = *state;
    if (support_is_postgres())
        skip();
    support_begin(s);
    struct store *other = NULL;
    struct fault fault = { 0 };
    const struct store_options options = { .path = s->path, .busy_ms = 20, .free_floor = 1 };
    assert_int_equal(store_open(&options, &other, &fault), 0);
    struct tx *tx = NULL;
    assert_int_equal(store_begin(other, &tx), GW_EBUSY);
    assert_null(tx);
    support_commit(s);
    assert_int_equal(store_begin(other, &tx), 0);
    assert_int_equal(put(tx, "other", 1), 1);
    assert_int_equal(store_commit(tx), 0);
    store_close(other);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 1);
}

static void durability_is_full(void **state)
{
    struct support *s = *state;
    if (support_is_postgres())
        skip();
    SQL(journal, "SELECT CAST(journal_mode = 'wal' AS BIGINT) FROM pragma_journal_mode");
    SQL(synchronous, "SELECT synchronous FROM pragma_synchronous");
    struct tx *tx = support_begin(s);
    int64_t value = 0;
    assert_int_equal(sql_int(tx, &journal, NO_BINDS, &value), 1);
    assert_int_equal(value, 1);
    assert_int_equal(sql_int(tx, &synchronous, NO_BINDS, &value), 1);
    assert_int_equal(value, 2);
    support_rollback(s);
}

static void a_checkpoint_beside_the_writer(void **state)
{
    struct support *s = *state;
    if (support_is_postgres())
        skip();
    struct store *beside = NULL;
    struct fault fault = { 0 };
    const struct store_options options = { .path = s->path, .free_floor = 1 };
    assert_int_equal(store_open(&options, &beside, &fault), 0);
    struct tx *tx = support_begin(s);
    assert_int_equal(put(tx, "a", 1), 1);
    support_commit(s);
    tx = support_begin(s); /* while the writer writes */
    assert_int_equal(put(tx, "b", 2), 1);
    assert_int_equal(store_checkpoint(beside), 0);
    support_commit(s);
    store_close(beside);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM counters"), 2);
}

static void the_files_are_private(void **state)
{
    struct support *s = *state;
    if (support_is_postgres())
        skip();
    char wal[128];
    struct stat st;
    snprintf(wal, sizeof(wal), "%s-wal", s->path);
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void opening_says_what_is_wrong(void **state)
{
    struct support *s = *state;
    if (support_is_postgres())
        skip();
    struct store *store = NULL;
    struct fault fault = { 0 };
    const struct store_options nowhere = { .path = "/nonexistent/folder/linli.db" };
    assert_int_equal(store_open(&nowhere, &store, &fault), GW_EIO);
    assert_null(store);
    assert_non_null(strstr(fault.text, "/nonexistent/folder/linli.db"));

    fault = (struct fault){ 0 };
    const struct store_options no_room = { .path = s->path, .free_floor = INT64_MAX - 1 };
    assert_int_equal(store_open(&no_room, &store, &fault), GW_EFULL);
    assert_non_null(strstr(fault.text, "free"));

    fault = (struct fault){ 0 };
    const struct store_options absent = { .path = "/nonexistent.db", .read_only = true };
    assert_true(store_open(&absent, &store, &fault) < 0);
    assert_true(fault.code < 0);

    fault = (struct fault){ 0 };
    const struct store_options key = { .path = s->key_path, .free_floor = 1 };
    assert_int_equal(store_open(&key, &store, &fault), GW_EDB); /* not a database */
    assert_non_null(strstr(fault.text, "is it a database"));
}

static void the_key_belongs_to_the_database(void **state)
{
    struct support *s = *state;
    char path[96];
    struct vault *other = NULL;
    struct fault fault = { 0 };
    snprintf(path, sizeof(path), "%s/other.key", s->folder);
    assert_int_equal(vault_open(path, true, &other, &fault), 0);
    struct tx *tx = support_begin(s);
    assert_int_equal(store_check_key(tx, s->vault, &s->arena), 0);
    support_commit(s);
    tx = support_begin(s);
    assert_int_equal(store_check_key(tx, s->vault, &s->arena), 0);
    assert_int_equal(store_check_key(tx, other, &s->arena), GW_ECRYPTO);
    support_commit(s);
    vault_close(other);
}

static void a_probe_leaves_nothing(void **state)
{
    struct support *s = *state;
    struct tx *tx = support_begin(s);
    assert_int_equal(store_probe(tx), 0);
    assert_int_equal(store_probe(tx), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM probe"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(commit_keeps_and_rollback_does_not),
        TEST(a_second_begin_is_refused),
        TEST(a_closed_transaction_does_not_commit_twice),
        TEST(savepoint_undoes_only_its_own),
        TEST(savepoints_do_not_nest),
        TEST(an_error_sticks_until_undone),
        TEST(a_failed_transaction_does_not_commit),
        TEST(wake_is_told_after_commit_only),
        TEST(last_id_only_rises),
        TEST(values_come_back_as_they_were_bound),
        TEST(the_empty_slice_is_not_null),
        TEST(binds_go_by_name_in_any_order),
        TEST(wrong_binds_are_errors),
        TEST(wrong_statements_are_errors),
        TEST(rows_are_walked_and_given_up),
        TEST(a_running_statement_is_not_started_again),
        TEST(commit_closes_what_still_runs),
        TEST(a_savepoint_closes_what_still_runs),
        TEST(the_statement_cache_grows),
        TEST(reading_returns_no_changes),
        TEST(a_reader_sees_the_past_and_never_waits),
        TEST(a_second_writer_waits_and_gives_up),
        TEST(durability_is_full),
        TEST(a_checkpoint_beside_the_writer),
        TEST(the_files_are_private),
        TEST(opening_says_what_is_wrong),
        TEST(the_key_belongs_to_the_database),
        TEST(a_probe_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
