#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>
#include <uv.h>

#include "gateway/base/sbuf.h"
#include "gateway/log.h"
#include "tests/support/support.h"

struct fixture {
    char folder[64];
    char file[96];
    struct log *log;
    int64_t now_ms;
    struct sbuf text;
    json_t *lines; /* each line, parsed */
};

static int64_t clock_of(void *context)
{
    struct fixture *f = context;
    return f->now_ms;
}

static void start(struct fixture *f, enum log_level level, int repeats)
{
    *f = (struct fixture){ .now_ms = SUPPORT_NOW * 1000 + 7 };
    support_folder(f->folder);
    snprintf(f->file, sizeof(f->file), "%s/log", f->folder);
    const struct log_options o = {
        .file = f->file, .level = level, .repeats = repeats, .clock_ms = clock_of, .context = f
    };
    struct fault fault = { 0 };
    assert_int_equal(log_open(&o, &f->log, &fault), 0);
}

/* Reads all lines of `file`; every one must be a JSON object. */
static void read_lines(struct fixture *f, const char *file)
{
    sbuf_free(&f->text);
    sbuf_init(&f->text, 1 << 22);
    FILE *in = fopen(file, "r");
    assert_non_null(in);
    char bytes[4096];
    size_t n;
    while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
        sbuf_add(&f->text, (struct slice){ bytes, n });
    fclose(in);
    json_decref(f->lines);
    f->lines = json_array();
    struct slice rest = sbuf_slice(&f->text), line;
    if (rest.n)
        assert_true(slice_ends(rest, SLICE("\n")));
    while (slice_next(&rest, '\n', &line)) {
        json_error_t error;
        json_t *object =
            json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        if (!json_is_object(object))
            fail_msg("%.*s: %s", SLICE_ARG(line), error.text);
        json_array_append_new(f->lines, object);
    }
}

static const char *text_of(struct fixture *f, size_t line, const char *key)
{
    return json_string_value(json_object_get(json_array_get(f->lines, line), key));
}

static json_int_t int_of(struct fixture *f, size_t line, const char *key)
{
    return json_integer_value(json_object_get(json_array_get(f->lines, line), key));
}

static void stop(struct fixture *f)
{
    log_close(f->log);
    json_decref(f->lines);
    sbuf_free(&f->text);
    support_remove(f->folder);
}

static void test_one_object_a_line(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, LOG_LEVEL_INFO, 0);
    log_write(f.log, LOG_LEVEL_INFO, "message", SLICE("abc123"),
              LOG_FIELDS(LOG_TEXT("account", "sms/demo"), LOG_INT("attempt", -3),
                         LOG_ID("id", INT64_MAX), LOG_SLICE("part", SLICE("x"))));
    log_write(f.log, LOG_LEVEL_ERROR, "store.failing", NO_TRACE, NULL);
    read_lines(&f, f.file);
    assert_int_equal(json_array_size(f.lines), 2);
    assert_string_equal(text_of(&f, 0, "time"), "2026-11-25T02:00:00.007Z");
    assert_string_equal(text_of(&f, 0, "level"), "info");
    assert_string_equal(text_of(&f, 0, "event"), "message");
    assert_string_equal(text_of(&f, 0, "trace"), "abc123");
    assert_string_equal(text_of(&f, 0, "account"), "sms/demo");
    assert_int_equal(int_of(&f, 0, "attempt"), -3);
    assert_string_equal(text_of(&f, 0, "id"), "9223372036854775807");
    assert_string_equal(text_of(&f, 1, "level"), "error");
    assert_null(text_of(&f, 1, "trace"));
    stop(&f);
}

static void test_any_bytes_stay_one_line_of_json(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, LOG_LEVEL_DEBUG, 0);
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    log_write(f.log, LOG_LEVEL_INFO, "bytes", SLICE("\xff\n"),
              LOG_FIELDS(LOG_SLICE("all", ((struct slice){ all, sizeof(all) })),
                         LOG_TEXT("line", "a\nb\"c\\"), LOG_TEXT("chinese", "思茅")));
    read_lines(&f, f.file);
    assert_int_equal(json_array_size(f.lines), 1);
    assert_string_equal(text_of(&f, 0, "line"), "a\nb\"c\\");
    assert_string_equal(text_of(&f, 0, "chinese"), "思茅");
    stop(&f);
}

static void test_long_values_are_cut(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, LOG_LEVEL_DEBUG, 0);
    static char big[100000];
    for (size_t i = 0; i + 3 <= sizeof(big); i += 3)
        memcpy(big + i, "\xe6\x80\x9d", 3);
    const struct slice s = { big, sizeof(big) - 1 };
    log_write(f.log, LOG_LEVEL_INFO, "long", NO_TRACE, LOG_FIELDS(LOG_SLICE("v", s)));
    log_write(f.log, LOG_LEVEL_INFO, "longer", NO_TRACE,
              LOG_FIELDS(LOG_SLICE("a", s), LOG_SLICE("b", s), LOG_SLICE("c", s), LOG_SLICE("d", s),
                         LOG_SLICE("e", s), LOG_SLICE("f", s), LOG_SLICE("g", s), LOG_SLICE("h", s),
                         LOG_SLICE("i", s)));
    read_lines(&f, f.file);
    assert_in_range(strlen(text_of(&f, 0, "v")), 1000, 1024);
    /* What is too long as a whole keeps its head and says so. */
    assert_string_equal(text_of(&f, 1, "event"), "longer");
    assert_true(int_of(&f, 1, "too_long") > 8192);
    stop(&f);
}

static void test_levels(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, LOG_LEVEL_WARN, 0);
    log_write(f.log, LOG_LEVEL_DEBUG, "a", NO_TRACE, NULL);
    log_write(f.log, LOG_LEVEL_INFO, "b", NO_TRACE, NULL);
    log_write(f.log, LOG_LEVEL_WARN, "c", NO_TRACE, NULL);
    log_set_level(f.log, LOG_LEVEL_DEBUG);
    log_write(f.log, LOG_LEVEL_DEBUG, "d", NO_TRACE, NULL);
    log_write(NULL, LOG_LEVEL_ERROR, "nowhere", NO_TRACE, NULL);
    read_lines(&f, f.file);
    assert_int_equal(json_array_size(f.lines), 2);
    assert_string_equal(text_of(&f, 0, "event"), "c");
    assert_string_equal(text_of(&f, 1, "event"), "d");
    for (int i = 0; i < LOG_LEVELS; i++)
        assert_int_equal(log_level_of(slice_of(log_level_name((enum log_level)i))), i);
    assert_int_equal(log_level_of(SLICE("loud")), -1);
    stop(&f);
}

static void test_repeats_are_counted(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, LOG_LEVEL_INFO, 3);
    for (int i = 0; i < 100; i++)
        log_write(f.log, LOG_LEVEL_WARN, "flood", NO_TRACE, NULL);
    log_write(f.log, LOG_LEVEL_WARN, "other", NO_TRACE, NULL);
    for (int i = 0; i < 10; i++)
        log_write(f.log, LOG_LEVEL_INFO, "normal", NO_TRACE, NULL);
    f.now_ms += 1000;
    log_write(f.log, LOG_LEVEL_WARN, "flood", NO_TRACE, NULL);
    log_write(f.log, LOG_LEVEL_WARN, "flood", NO_TRACE, NULL);
    read_lines(&f, f.file);
    assert_int_equal(json_array_size(f.lines), 16);
    assert_string_equal(text_of(&f, 3, "event"), "other");
    assert_int_equal(int_of(&f, 14, "suppressed"), 97);
    assert_int_equal(int_of(&f, 15, "suppressed"), 0);
    stop(&f);
}

static void test_fault(void **state)
{
    (void)state;
    struct fixture f;
    struct fault fault = { 0 };
    start(&f, LOG_LEVEL_INFO, 0);
    fault_set(&fault, GW_ECONFIG, "linli.json: node: expected a number");
    log_fault(f.log, LOG_LEVEL_ERROR, "reload", NO_TRACE, &fault);
    read_lines(&f, f.file);
    assert_string_equal(text_of(&f, 0, "code"), "GW_ECONFIG");
    assert_string_equal(text_of(&f, 0, "error"), "linli.json: node: expected a number");
    stop(&f);
}

static void test_reopen_after_rotation(void **state)
{
    (void)state;
    struct fixture f;
    struct fault fault = { 0 };
    char moved[128];
    start(&f, LOG_LEVEL_INFO, 0);
    log_write(f.log, LOG_LEVEL_INFO, "before", NO_TRACE, NULL);
    snprintf(moved, sizeof(moved), "%s.1", f.file);
    assert_int_equal(rename(f.file, moved), 0);
    assert_int_equal(log_reopen(f.log, &fault), 0);
    log_write(f.log, LOG_LEVEL_INFO, "after", NO_TRACE, NULL);
    read_lines(&f, f.file);
    assert_int_equal(json_array_size(f.lines), 1);
    assert_string_equal(text_of(&f, 0, "event"), "after");
    read_lines(&f, moved);
    assert_string_equal(text_of(&f, 0, "event"), "before");
    stop(&f);
    struct log *log = NULL;
    const struct log_options o = { .file = "/nonexistent/log" };
    assert_int_equal(log_open(&o, &log, &fault), GW_EIO);
    assert_non_null(strstr(fault.text, "/nonexistent/log"));
}

static void writer(void *context)
{
    struct fixture *f = context;
    for (int i = 0; i < 500; i++)
        log_write(f->log, LOG_LEVEL_INFO, "line", SLICE("t"),
                  LOG_FIELDS(LOG_TEXT("text", "some words that make the line a little longer"),
                             LOG_INT("i", i)));
}

static void test_threads_do_not_mix_lines(void **state)
{
    (void)state;
    struct fixture f;
    uv_thread_t threads[4];
    start(&f, LOG_LEVEL_INFO, 1000000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(uv_thread_create(&threads[i], writer, &f), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(uv_thread_join(&threads[i]), 0);
    read_lines(&f, f.file);
    assert_int_equal(json_array_size(f.lines), 2000);
    stop(&f);
}

static void test_trace_ids_differ(void **state)
{
    (void)state;
    char a[TRACE_SIZE], b[TRACE_SIZE];
    log_trace(a);
    log_trace(b);
    assert_int_equal(strlen(a), 16);
    assert_int_equal(strspn(a, "0123456789abcdef"), 16);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_object_a_line),
        cmocka_unit_test(test_any_bytes_stay_one_line_of_json),
        cmocka_unit_test(test_long_values_are_cut),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_repeats_are_counted),
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_reopen_after_rotation),
        cmocka_unit_test(test_threads_do_not_mix_lines),
        cmocka_unit_test(test_trace_ids_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
