/* The phrases of the development set, one recognizer each, and the exact ones held to be all right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <jansson.h>

#include "conversations/understand/clock.h"
#include "conversations/understand/date.h"
#include "conversations/understand/duration.h"
#include "conversations/understand/normal.h"
#include "gateway/base/civil.h"
#include "tests/conversations/understand/tsv.h"

static struct arena arena;
static struct han *han;
static struct lunar *lunar;
static struct calendar calendar;

static int setup(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    assert_int_equal(han_make(tsv_file("conversations/understand/data/simplified.txt", &arena),
                              tsv_file("conversations/understand/data/pinyin.txt", &arena), &han,
                              &fault),
                     0);
    assert_int_equal(lunar_make(tsv_file("conversations/understand/data/lunar_months.tsv", &arena),
                                &lunar, &fault),
                     0);
    calendar = (struct calendar){ lunar, civil_day(2026, 11, 25) };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    han_free(han);
    lunar_free(lunar);
    arena_free(&arena);
    return 0;
}

static void put_date(json_t *out, const char *key, int64_t day)
{
    char text[16];
    civil_format_date(day, text);
    json_object_set_new(out, key, json_string(text));
}

static void read_date(struct slice low, struct slice direction, bool range, json_t *out)
{
    struct when w;
    enum direction d = slice_eq(direction, SLICE("past"))     ? DIRECTION_PAST
                       : slice_eq(direction, SLICE("future")) ? DIRECTION_FUTURE
                                                              : DIRECTION_ANY;
    int64_t from, to;
    if (!date_answer(&calendar, low, &w)) {
        return;
    }
    if (!date_resolve(&calendar, &w, d, &from, &to)) {
        json_object_set_new(out, "date_text", json_stringn(low.p, low.n));
    } else if (range) {
        put_date(out, "date_from", from);
        put_date(out, "date_to", to);
    } else {
        assert_int_equal(from, to);
        put_date(out, "date", from);
    }
}

static void read_time(struct slice low, json_t *out)
{
    struct clock_span span;
    int start, end;
    size_t i = 0;
    char text[8];
    int64_t digits;
    if (low.n == 4 && slice_to_int(low, &digits) == 0) {
        span = (struct clock_span){ 0 };
        span.start.minutes = (int)(digits / 100 * 60 + digits % 100);
    } else if (!clock_read(low, &i, &span) || i != low.n) {
        return;
    }
    clock_resolve(&span, PART_NONE, &start, &end);
    clock_format(start, text);
    json_object_set_new(out, "time_start", json_string(text));
    if (end >= 0) {
        clock_format(end, text);
        json_object_set_new(out, "time_end", json_string(text));
    }
}

static void read_duration(struct slice low, json_t *out)
{
    struct duration d;
    size_t i = 0;
    if (!duration_read(low, &i, &d) || i != low.n) {
        if (!duration_answer(low, &d)) {
            json_object_set_new(out, "unread", json_true());
            return;
        }
    }
    if (d.least > 0) {
        json_object_set_new(out, "minutes_min", json_integer(d.least));
        json_object_set_new(out, "minutes_max", json_integer(d.most));
    } else if (!d.vague) {
        json_object_set_new(out, "minutes", json_integer(d.minutes));
    }
    if (d.approx) {
        json_object_set_new(out, "approx", json_true());
    }
}

static void every_phrase_is_read(void **state)
{
    (void)state;
    struct slice rest =
        tsv_file("tests/conversations/understand/data/time_expressions.tsv", &arena);
    struct slice f[TSV_FIELDS];
    int rows = 0, wrong = 0;
    assert_true(tsv_row(&rest, f));
    while (tsv_row(&rest, f)) {
        struct normal normal;
        normal_make(han, f[0], &arena, &normal);
        json_t *want = json_loadb(f[3].p, f[3].n, 0, NULL), *got = json_object();
        assert_non_null(want);
        if (slice_eq(f[1], SLICE("duration"))) {
            read_duration(normal.low, got);
        } else if (slice_eq(f[1], SLICE("time"))) {
            read_time(normal.low, got);
        } else {
            read_date(normal.low, f[2], slice_eq(f[1], SLICE("range")), got);
        }
        rows++;
        if (!json_equal(want, got)) {
            char *text = json_dumps(got, JSON_SORT_KEYS);
            print_message("%.*s: %s, not %.*s\n", SLICE_ARG(f[0]), text, SLICE_ARG(f[3]));
            free(text);
            wrong++;
        }
        json_decref(want);
        json_decref(got);
    }
    print_message("%d of %d phrases\n", rows - wrong, rows);
    assert_int_equal(rows, 405);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phrase_is_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
