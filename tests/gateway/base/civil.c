/* Dates and times, compared with the C library's calendar. */
#include "gateway/base/civil.h"

#include <time.h>

#include "gateway/base/error.h"
#include "tests/support/support.h"

static const struct zone shanghai = { .offset_minutes = 480 };

/* Every day of four centuries, against gmtime_r and against the day before. */
static void every_day(void **state)
{
    (void)state;
    for (int64_t day = -60000; day < 120000; day++) {
        struct civil c;
        struct tm tm;
        time_t t = (time_t)(day * 86400);
        civil_from_day(day, &c);
        assert_non_null(gmtime_r(&t, &tm));
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_int_equal(c.weekday, tm.tm_wday);
        assert_int_equal(c.hour + c.minute + c.second, 0);
        assert_true(civil_valid(c.year, c.month, c.day));
        assert_int_equal(civil_day(c.year, c.month, c.day), day);
    }
}

static void validity(void **state)
{
    (void)state;
    assert_true(civil_valid(2024, 2, 29));
    assert_true(civil_valid(2000, 2, 29));
    assert_false(civil_valid(2026, 2, 29));
    assert_false(civil_valid(1900, 2, 29));
    assert_false(civil_valid(2026, 4, 31));
    assert_false(civil_valid(2026, 0, 1));
    assert_false(civil_valid(2026, 13, 1));
    assert_false(civil_valid(2026, 1, 0));
    assert_false(civil_valid(0, 1, 1));
    assert_false(civil_valid(10000, 1, 1));
}

static void local_time(void **state)
{
    (void)state;
    struct civil c;
    civil_at(SUPPORT_NOW, shanghai, &c);
    assert_int_equal(c.year, 2026);
    assert_int_equal(c.month, 11);
    assert_int_equal(c.day, 25);
    assert_int_equal(c.hour, 10);
    assert_int_equal(c.minute, 0);
    assert_int_equal(c.weekday, 3);
    assert_int_equal(civil_utc(&c, shanghai), SUPPORT_NOW);
    assert_int_equal(civil_day_of(SUPPORT_NOW, shanghai), SUPPORT_TODAY);
    /* Midnight in Shanghai is 16:00 of the day before in UTC. */
    int64_t start = civil_day_start(SUPPORT_TODAY, shanghai);
    assert_int_equal(start, SUPPORT_NOW - 10 * 3600);
    assert_int_equal(civil_day_of(start, shanghai), SUPPORT_TODAY);
    assert_int_equal(civil_day_of(start - 1, shanghai), SUPPORT_TODAY - 1);
    civil_at(-1, (struct zone){ 0 }, &c); /* before 1970 */
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.second, 59);
    assert_int_equal(civil_utc(&c, (struct zone){ 0 }), -1);
}

static void rfc3339(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t utc;
    } good[] = {
        { "2026-11-25T10:00:00+08:00", SUPPORT_NOW },
        { "2026-11-25T02:00:00Z", SUPPORT_NOW },
        { "2026-11-25t02:00:00.999z", SUPPORT_NOW },
        { "2026-11-24T20:30:00-05:30", SUPPORT_NOW },
        { "1970-01-01T00:00:00Z", 0 },
        { "1969-12-31T23:59:59Z", -1 },
    };
    static const char *const bad[] = {
        "",
        "2026-11-25",
        "2026-11-25T10:00:00",
        "2026-11-25 10:00:00Z",
        "2026-11-25T24:00:00Z",
        "2026-11-25T10:60:00Z",
        "2026-11-25T10:00:60Z",
        "2026-02-29T10:00:00Z",
        "2026-11-25T10:00:00.Z",
        "2026-11-25T10:00:00+0800",
        "2026-11-25T10:00:00+24:00",
        "2026-11-25T10:00:00+08:60",
        "2026-11-25T10:00:00Zx",
        "26-11-25T10:00:00Z",
        "2026-11-2５T10:00:00Z",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t utc = 99;
        assert_int_equal(civil_parse_rfc3339(slice_of(good[i].text), &utc), 0);
        assert_int_equal(utc, good[i].utc);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t utc = 99;
        assert_int_equal(civil_parse_rfc3339(slice_of(bad[i]), &utc), GW_EINVAL);
        assert_int_equal(utc, 99);
    }
}

static void formatting(void **state)
{
    (void)state;
    char out[32];
    civil_format_rfc3339(SUPPORT_NOW, shanghai, out);
    assert_string_equal(out, "2026-11-25T10:00:00+08:00");
    civil_format_rfc3339(SUPPORT_NOW, (struct zone){ .offset_minutes = -210 }, out);
    assert_string_equal(out, "2026-11-24T22:30:00-03:30");
    civil_format_rfc3339(INT64_C(999999999999), shanghai, out);
    assert_int_equal(slice_of(out).n, 25); /* a year beyond 9999 still fits */
    char date[16];
    civil_format_date(SUPPORT_TODAY, date);
    assert_string_equal(date, "2026-11-25");
    civil_format_date(-1, date);
    assert_string_equal(date, "1969-12-31");
}

static void dates(void **state)
{
    (void)state;
    int64_t day = 0;
    assert_int_equal(civil_parse_date(SLICE("2026-11-25"), &day), 0);
    assert_int_equal(day, SUPPORT_TODAY);
    static const char *const bad[] = { "2026-11-31", "2026-1-1", "20261125", "2026-11-25 ", "" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(civil_parse_date(slice_of(bad[i]), &day), GW_EINVAL);
}

static void times_of_day(void **state)
{
    (void)state;
    int minutes = 0;
    assert_int_equal(civil_parse_hhmm(SLICE("09:30"), &minutes), 0);
    assert_int_equal(minutes, 570);
    assert_int_equal(civil_parse_hhmm(SLICE("24:00"), &minutes), 0);
    assert_int_equal(minutes, 1440);
    static const char *const bad[] = { "24:01", "9:30", "09:60",  "25:00",
                                       "09-30", "09:3", "09:300", "" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(civil_parse_hhmm(slice_of(bad[i]), &minutes), GW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day),    cmocka_unit_test(validity),   cmocka_unit_test(local_time),
        cmocka_unit_test(rfc3339),      cmocka_unit_test(formatting), cmocka_unit_test(dates),
        cmocka_unit_test(times_of_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
