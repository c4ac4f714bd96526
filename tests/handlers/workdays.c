/* Working days with the holidays of 2026. */
#include "handlers/workdays.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/civil.h"
#include "tests/support/support.h"

static int64_t day(const char *text)
{
    int64_t d;
    assert_int_equal(civil_parse_date(slice_of(text), &d), 0);
    return d;
}

static int setup(void **state)
{
    struct workdays *w = mem_alloc(sizeof(*w));
    struct fault fault = { 0 };
    if (workdays_load(handlers_files, w, &fault) != 0)
        fail_msg("%s", fault.text);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void assert_works(const struct workdays *w, const char *text, bool works)
{
    if (workdays_is(w, day(text)) != works)
        fail_msg("%s should %s a working day", text, works ? "be" : "not be");
}

static void ordinary_weeks(void **state)
{
    const struct workdays *w = *state;
    assert_works(w, "2026-11-25", true);
    assert_works(w, "2026-11-27", true);
    assert_works(w, "2026-11-28", false);
    assert_works(w, "2026-11-29", false);
    assert_works(w, "2026-11-30", true);
    assert_works(w, "2031-06-06", true); /* a year without a table */
    assert_works(w, "2031-06-07", false);
}

/* Every line of the notice: first and last day off, the days around, the weekends worked. */
static void holidays_of_2026(void **state)
{
    static const struct {
        const char *day;
        bool works;
    } cases[] = {
        { "2026-01-01", false }, { "2026-01-02", false }, { "2026-01-03", false },
        { "2026-01-04", true },  { "2026-01-05", true },  { "2026-02-13", true },
        { "2026-02-14", true },  { "2026-02-15", false }, { "2026-02-16", false },
        { "2026-02-23", false }, { "2026-02-24", true },  { "2026-02-28", true },
        { "2026-03-01", false }, { "2026-04-03", true },  { "2026-04-06", false },
        { "2026-04-07", true },  { "2026-04-30", true },  { "2026-05-01", false },
        { "2026-05-05", false }, { "2026-05-06", true },  { "2026-05-09", true },
        { "2026-05-10", false }, { "2026-06-19", false }, { "2026-06-22", true },
        { "2026-09-20", true },  { "2026-09-25", false }, { "2026-09-28", true },
        { "2026-09-30", true },  { "2026-10-01", false }, { "2026-10-07", false },
        { "2026-10-08", true },  { "2026-10-10", true },  { "2026-10-11", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_works(*state, cases[i].day, cases[i].works);
}

static void ten_working_days(void **state)
{
    const struct workdays *w = *state;
    /* A Saturday in November: Monday 30th is the first day, Friday 11 December the tenth. */
    assert_int_equal(workdays_after(w, day("2026-11-28"), 10), day("2026-12-11"));
    assert_int_equal(workdays_after(w, day("2026-11-25"), 10), day("2026-12-09"));
    assert_int_equal(workdays_after(w, day("2026-11-25"), 1), day("2026-11-26"));
    /* Over the National Day: 8, 9, 10 (worked Saturday), 12 … 16, 19, 20 October. */
    assert_int_equal(workdays_after(w, day("2026-09-30"), 10), day("2026-10-20"));
    /* Over the Spring Festival, with both Saturdays worked. */
    assert_int_equal(workdays_after(w, day("2026-02-13"), 2), day("2026-02-24"));
}

/* What ended on workdays_before(today) has its last day today; a day later it has not. */
static void before_is_the_inverse_of_after(void **state)
{
    const struct workdays *w = *state;
    for (int64_t today = day("2026-01-01"); today <= day("2026-12-31"); today++) {
        int64_t end = workdays_before(w, today, 10);
        assert_true(workdays_after(w, end, 10) <= today);
        assert_true(workdays_after(w, end + 1, 10) > today);
    }
}

static int load_text(const char *text, struct workdays *out)
{
    struct embedded_file files[] = {
        { "handlers/data/other.json", "]", NULL },
        { "handlers/data/holidays_2030.json", text, text + strlen(text) },
        { NULL, NULL, NULL },
    };
    files[0].end = files[0].start + 1;
    struct fault fault = { 0 };
    int rc = workdays_load(files, out, &fault);
    assert_int_equal(rc == 0, fault.code == 0);
    if (rc != 0)
        assert_non_null(strstr(fault.text, "holidays_2030.json"));
    return rc;
}

static void bad_tables_are_refused(void **state)
{
    static const char *const bad[] = {
        "{\"off\": [[\"2030-01-01\"]]}",
        "{\"off\": [[\"2030-01-05\", \"2030-01-01\"]]}",
        "{\"off\": [[\"2030-01-01\", \"2030-12-01\"]]}",
        "{\"off\": [[\"2030-02-30\", \"2030-03-01\"]]}",
        "{\"off\": [\"2030-01-01\"]}",
        "{\"worked\": [\"2030-01-01\"]}", /* a Tuesday is worked anyway */
        "{\"worked\": [20300105]}",
        "{\"worked\": [\"2030-01-05\"",
        "[]]",
    };
    (void)state;
    struct workdays w;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(load_text(bad[i], &w), GW_ECONFIG);
    assert_int_equal(load_text("{\"worked\": [\"2030-01-05\"]}", &w), 0);
    assert_int_equal(w.count, 1);
    assert_int_equal(load_text("{}", &w), 0);
    assert_int_equal(w.count, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(ordinary_weeks),         T(holidays_of_2026),
        T(ten_working_days),       T(before_is_the_inverse_of_after),
        T(bad_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
