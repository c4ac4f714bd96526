/* Numbered migrations, and the two databases' differences in one place. */
#include <stdio.h>
#include <string.h>

#include "gateway/store/schema.h"
#include "gateway/store/store.h"

#include "tests/support/support.h"

#define FILE_OF(path, text)                                                                        \
    {                                                                                              \
        path, text, &(text)[sizeof(text) - 1]                                                      \
    }

static const struct embedded_file first[] = {
    FILE_OF("x/0001_things.sql",
            "CREATE TABLE things (id @id, data @blob NOT NULL) ;\n"
            "CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b)) @rowless;"),
    { 0 },
};
static const struct embedded_file second[] = {
    FILE_OF("y/0100_more.sql", "CREATE TABLE more (id @id);"),
    FILE_OF("y/0003_name.sql", "ALTER TABLE things ADD COLUMN name TEXT;"),
    FILE_OF("y/names.json", "not SQL"),
    { 0 },
};
static const struct embedded_file halves[] = {
    FILE_OF("z/0200_halves.sql", "CREATE TABLE half (id @id); CREATE TABLE things (id @id);"),
    { 0 },
};
static const struct embedded_file macro[] = {
    FILE_OF("z/0201_macro.sql", "CREATE TABLE m (id @serial);"),
    { 0 },
};
static const struct embedded_file unnumbered[] = { FILE_OF("z/one.sql", "SELECT 1;"), { 0 } };
static const struct embedded_file again[] = { FILE_OF("z/0001_again.sql", "SELECT 1;"), { 0 } };

#define TABLES(...) ((const struct embedded_file *const[]){ __VA_ARGS__, NULL })

static int setup(void **state)
{
    *state = support_store(TABLES(first));
    return 0;
}

static int teardown(void **state)
{
    support_free(*state);
    return 0;
}

static void what_is_missing_is_applied_in_order(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM schema_migrations"), 1);
    assert_int_equal(store_migrate(s->store, TABLES(second, first), &fault), 0);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM schema_migrations"), 3);
    support_exec(s, "INSERT INTO things (id, data, name) VALUES (1, x'00', 'n')");
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM more"), 0);
    assert_int_equal(store_migrate(s->store, TABLES(second, first), &fault), 0);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM things"), 1);
}

static void a_newer_database_is_refused(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    assert_int_equal(store_migrate(s->store, TABLES(first, second), &fault), 0);
    assert_int_equal(store_migrate(s->store, TABLES(first), &fault), GW_EDB);
    assert_non_null(strstr(fault.text, "migration 3"));
    assert_non_null(strstr(fault.text, "newer version"));
}

static void a_failing_migration_leaves_nothing(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    assert_int_equal(store_migrate(s->store, TABLES(first, halves), &fault), GW_EDB);
    assert_non_null(strstr(fault.text, "0200_halves.sql"));
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM schema_migrations"), 1);
    fault = (struct fault){ 0 };
    assert_int_equal(store_migrate(s->store, TABLES(first), &fault), 0);
}

static void faults_in_the_files_are_named(void **state)
{
    struct support *s = *state;
    const struct {
        const struct embedded_file *table;
        const char *says;
    } cases[] = {
        { macro, "@serial" },
        { unnumbered, "four digits" },
        { again, "same number" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fault fault = { 0 };
        assert_int_equal(store_migrate(s->store, TABLES(first, cases[i].table), &fault),
                         GW_ECONFIG);
        assert_non_null(strstr(fault.text, cases[i].says));
    }
}

static void both_renderings_come_from_one_text(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct fault fault = { 0 };
    struct slice out;
    const struct migration m = { 1, "m", SLICE("t (id @id, b @blob) @rowless; @id") };
    assert_int_equal(schema_render(&m, SCHEMA_SQLITE, &a, &out, &fault), 0);
    assert_slice(out, "t (id INTEGER PRIMARY KEY, b BLOB) WITHOUT ROWID; INTEGER PRIMARY KEY");
    assert_int_equal(schema_render(&m, SCHEMA_POSTGRES, &a, &out, &fault), 0);
    assert_slice(out, "t (id BIGINT PRIMARY KEY, b BYTEA) ; BIGINT PRIMARY KEY");
    const struct migration plain = { 1, "m", SLICE("SELECT 1;") };
    assert_int_equal(schema_render(&plain, SCHEMA_POSTGRES, &a, &out, &fault), 0);
    assert_slice(out, "SELECT 1;");
    const struct migration empty = { 1, "m", SLICE("") };
    assert_int_equal(schema_render(&empty, SCHEMA_POSTGRES, &a, &out, &fault), 0);
    assert_slice(out, "");
    const struct migration bare = { 1, "m", SLICE("a @") };
    assert_int_equal(schema_render(&bare, SCHEMA_POSTGRES, &a, &out, &fault), GW_ECONFIG);
    arena_free(&a);
}

static void parameters_are_numbered(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct slice text;
    struct slice names[SCHEMA_PARAMETERS];
    assert_int_equal(schema_number("SELECT $a, $b_2, '$c', $a || 'it''s $d' FROM t WHERE x=$b", &a,
                                   &text, names),
                     3);
    assert_slice(text, "SELECT $1, $2, '$c', $1 || 'it''s $d' FROM t WHERE x=$3");
    assert_slice(names[0], "a");
    assert_slice(names[1], "b_2");
    assert_slice(names[2], "b");
    assert_int_equal(schema_number("SELECT 1", &a, &text, names), 0);
    assert_slice(text, "SELECT 1");

    char many[1024] = "SELECT 0";
    for (int i = 0; i <= SCHEMA_PARAMETERS; i++)
        snprintf(many + strlen(many), sizeof(many) - strlen(many), ", $p%d", i);
    assert_int_equal(schema_number(many, &a, &text, names), GW_ETOOBIG);
    arena_free(&a);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_missing_is_applied_in_order),
        TEST(a_newer_database_is_refused),
        TEST(a_failing_migration_leaves_nothing),
        TEST(faults_in_the_files_are_named),
        cmocka_unit_test(both_renderings_come_from_one_text),
        cmocka_unit_test(parameters_are_numbered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
