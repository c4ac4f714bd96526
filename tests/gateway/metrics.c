#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uv.h>

#include "gateway/metrics.h"

static const char *const colours[] = { "red", "green \"light\"\\\n", NULL };
static const char *const sizes[] = { "s", "m", "l", NULL };
static const struct metric_row rows[] = {
    { "test_plain_total", METRIC_COUNTER, "Plain." },
    { "test_colour", METRIC_GAUGE, "By colour.", { "colour" }, { colours } },
    { "test_both_total", METRIC_COUNTER, "By both.", { "colour", "size" }, { colours, sizes } },
    { "test_seconds", METRIC_HISTOGRAM, "Time.", { "size" }, { sizes } },
    { NULL },
};

static char *render(const struct metrics *m, struct sbuf *b)
{
    sbuf_init(b, 1 << 20);
    metrics_render(m, b);
    assert_false(b->failed);
    return b->p;
}

static void test_text_format(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    struct sbuf b;
    int id = metrics_add(m, rows);
    assert_int_equal(id, METRIC_PLATFORM);
    metrics_count(m, id, 0, 3);
    metrics_set(m, id + 1, 1, -7);
    metrics_count(m, id + 2, metrics_cell(m, id + 2, 0, 2), 5);
    char *text = render(m, &b);
    assert_non_null(strstr(text, "# HELP test_plain_total Plain.\n# TYPE test_plain_total counter\n"
                                 "test_plain_total 3\n"));
    assert_non_null(strstr(text, "# TYPE test_colour gauge\ntest_colour{colour=\"red\"} 0\n"
                                 "test_colour{colour=\"green \\\"light\\\"\\\\\\n\"} -7\n"));
    assert_non_null(strstr(text, "test_both_total{colour=\"red\",size=\"l\"} 5\n"));
    sbuf_free(&b);
    metrics_free(m);
}

static void test_histogram(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    struct sbuf b;
    int id = metrics_add(m, rows) + 3;
    metrics_observe(m, id, 1, 1);           /* below the first bound */
    metrics_observe(m, id, 1, 50000);       /* on it: bounds are inclusive */
    metrics_observe(m, id, 1, 2000000);     /* 2 ms */
    metrics_observe(m, id, 1, 60000000000); /* above the last */
    assert_int_equal(metrics_value(m, id, 1), 4);
    assert_int_equal(metrics_value(m, id, 0), 0);
    char *text = render(m, &b);
    assert_non_null(strstr(text, "test_seconds_bucket{size=\"m\",le=\"0.00005\"} 2\n"));
    assert_non_null(strstr(text, "test_seconds_bucket{size=\"m\",le=\"0.001\"} 2\n"));
    assert_non_null(strstr(text, "test_seconds_bucket{size=\"m\",le=\"0.0025\"} 3\n"));
    assert_non_null(strstr(text, "test_seconds_bucket{size=\"m\",le=\"15\"} 3\n"));
    assert_non_null(strstr(text, "test_seconds_bucket{size=\"m\",le=\"+Inf\"} 4\n"));
    assert_non_null(strstr(text, "test_seconds_sum{size=\"m\"} 60.002050001\n"));
    assert_non_null(strstr(text, "test_seconds_count{size=\"m\"} 4\n"));
    sbuf_free(&b);
    metrics_free(m);
}

/* Walks the whole output as a scraper does. */
static void test_every_line_is_well_formed(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    struct sbuf b;
    metrics_add(m, rows);
    render(m, &b);
    struct slice rest = sbuf_slice(&b), line;
    int series = 0;
    while (slice_next(&rest, '\n', &line)) {
        assert_true(line.n > 0);
        if (slice_starts(line, SLICE("# HELP ")) || slice_starts(line, SLICE("# TYPE ")))
            continue;
        size_t name = 0;
        while (name < line.n &&
               (line.p[name] == '_' || (line.p[name] >= 'a' && line.p[name] <= 'z')))
            name++;
        assert_true(name > 0 && (line.p[name] == '{' || line.p[name] == ' '));
        size_t space = line.n;
        while (space > 0 && line.p[space - 1] != ' ')
            space--;
        char number[64], *end;
        assert_true(space > 0 && line.n - space < sizeof(number));
        memcpy(number, line.p + space, line.n - space);
        number[line.n - space] = '\0';
        strtod(number, &end);
        assert_true(*end == '\0' && end > number);
        series++;
    }
    assert_true(series > 100);
    sbuf_free(&b);
    metrics_free(m);
}

static void test_what_does_not_exist_is_ignored(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    int id = metrics_add(m, rows);
    metrics_count(NULL, 0, 0, 1);
    metrics_observe(NULL, 0, 0, 1);
    metrics_count(m, -1, 0, 1);
    metrics_count(m, 9999, 0, 1);
    metrics_count(m, id, 1, 1);
    metrics_set(m, id + 1, -1, 1);
    metrics_observe(m, id, 0, 1); /* not a histogram */
    assert_int_equal(metrics_value(m, id, 0), 0);
    assert_int_equal(metrics_cell(m, id + 2, 2, 0), -1);
    assert_int_equal(metrics_cell(m, id + 2, 1, 3), -1);
    assert_int_equal(metrics_cell(m, id + 2, 1, 2), 5);
    metrics_free(m);
    metrics_free(NULL);
}

/* Every cell of the platform's own table can be counted: the enums and the tables agree. */
static void test_platform_table(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    static const struct {
        int id, cell;
    } last[] = {
        { METRIC_HTTP_REQUESTS, HTTP_5XX },    { METRIC_HTTP_CONNECTIONS, 0 },
        { METRIC_HTTP_CUT, HTTP_CUT_TOO_BIG }, { METRIC_COMMITS, 0 },
        { METRIC_COMMITS_FAILED, 0 },          { METRIC_WAITING, 2 },
        { METRIC_STORE_HEALTHY, 0 },           { METRIC_SENDS, 5 },
        { METRIC_SENDS_IN_FLIGHT, 0 },
    };
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
        metrics_count(m, last[i].id, last[i].cell, 1);
        assert_int_equal(metrics_value(m, last[i].id, last[i].cell), 1);
        metrics_count(m, last[i].id, last[i].cell + 1, 1);
        assert_int_equal(metrics_value(m, last[i].id, last[i].cell + 1), 0);
    }
    metrics_observe(m, METRIC_STAGE, STAGE_SEND, 1);
    assert_int_equal(metrics_value(m, METRIC_STAGE, STAGE_SEND), 1);
    assert_int_equal(metrics_cell(m, METRIC_JOBS, 2, JOB_LOST), 8);
    metrics_free(m);
}

static void counter(void *context)
{
    struct metrics *m = context;
    for (int i = 0; i < 10000; i++) {
        metrics_count(m, METRIC_COMMITS, 0, 1);
        metrics_observe(m, METRIC_STAGE, STAGE_QUEUE, (uint64_t)i);
    }
}

static void test_threads_count_exactly(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    uv_thread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(uv_thread_create(&threads[i], counter, m), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(uv_thread_join(&threads[i]), 0);
    assert_int_equal(metrics_value(m, METRIC_COMMITS, 0), 40000);
    assert_int_equal(metrics_value(m, METRIC_STAGE, STAGE_QUEUE), 40000);
    metrics_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_format),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_every_line_is_well_formed),
        cmocka_unit_test(test_what_does_not_exist_is_ignored),
        cmocka_unit_test(test_platform_table),
        cmocka_unit_test(test_threads_count_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
