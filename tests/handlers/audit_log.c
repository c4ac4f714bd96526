#include "handlers/audit_log.h"

#include "tests/handlers/records.h"

static int put(struct records *r, int64_t org, const char *what, const char *detail)
{
    struct audit_row row = { .address = 5,
                             .role = 6,
                             .org = org,
                             .what = slice_of(what),
                             .subject = 7,
                             .detail = slice_of(detail) };
    return audit_put(&r->s, &row);
}

static void rows_come_back_newest_first(void **state)
{
    struct records *r = records_open();
    struct audit_row *rows;
    int64_t org = 4711;
    (void)state;
    for (int i = 0; i < 5; i++) {
        char what[16];
        snprintf(what, sizeof what, "act.%d", i);
        r->s.now++;
        assert_int_equal(put(r, org, what, "x"), 0);
        assert_int_equal(put(r, org + 1, "other", ""), 0);
    }
    assert_int_equal(audit_list(&r->s, org, 0, 3, &rows), 3);
    assert_slice(rows[0].what, "act.4");
    assert_slice(rows[2].what, "act.2");
    assert_int_equal(rows[0].at, r->s.now);
    assert_int_equal(rows[0].address, 5);
    assert_int_equal(rows[0].role, 6);
    assert_int_equal(rows[0].subject, 7);
    assert_slice(rows[0].detail, "x");
    assert_int_equal(audit_list(&r->s, org, rows[2].id, 50, &rows), 2);
    assert_slice(rows[0].what, "act.1");
    assert_int_equal(audit_list(&r->s, 1, 0, 50, &rows), 0);
    records_close(r);
}

static void long_details_are_cut(void **state)
{
    struct records *r = records_open();
    struct audit_row *rows;
    char text[1000];
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(put(r, 9, "x", text), 0);
    assert_int_equal(audit_list(&r->s, 9, 0, 1, &rows), 1);
    assert_int_equal(rows[0].detail.n, 200);
    records_close(r);
}

/* Nothing in the sources changes or removes a row. */
static void no_statement_touches_a_row_again(void **state)
{
    static char text[32768];
    FILE *file = fopen(LINLI_SOURCE_DIR "/handlers/audit_log.c", "r");
    (void)state;
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    assert_null(strstr(text, "UPDATE"));
    assert_null(strstr(text, "DELETE"));
    assert_non_null(strstr(text, "INSERT INTO audit_log"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_newest_first),
        cmocka_unit_test(long_details_are_cut),
        cmocka_unit_test(no_statement_touches_a_row_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
