#include "handlers/misses.h"

#include <stdio.h>

#include "tests/handlers/records.h"

static void note(struct records *r, const char *wording, enum miss_why why)
{
    const struct miss m = { .why = why,
                            .wording = slice_of(wording),
                            .example = slice_of(wording),
                            .intent = SLICE("sign_up"),
                            .context = SLICE("none"),
                            .asked = SLICE("report_hours.date") };
    assert_int_equal(miss_note(&r->s, &m), 0);
}

static int list(struct records *r, int64_t since, int limit, struct miss **out)
{
    return misses_list(&r->s, since, limit, out);
}

static void the_same_wording_is_counted(void **state)
{
    struct records *r = records_open();
    struct miss *all;
    (void)state;
    note(r, "我的{NUMBER}呢", MISS_UNKNOWN);
    r->s.now += 100;
    note(r, "克哪点", MISS_UNKNOWN);
    const struct miss again = { .why = MISS_UNKNOWN,
                                .wording = SLICE("我的{NUMBER}呢"),
                                .example = SLICE("我的{NUMBER}呢嘛"),
                                .context = SLICE("menu") };
    assert_int_equal(miss_note(&r->s, &again), 0);
    note(r, "克哪点", MISS_CORRECTED);
    assert_int_equal(list(r, 0, 10, &all), 3);
    assert_int_equal(all[0].times, 2);
    assert_slice(all[0].wording, "我的{NUMBER}呢");
    assert_slice(all[0].example, "我的{NUMBER}呢嘛");
    assert_slice(all[0].context, "menu");
    assert_int_equal(all[0].intent.n, 0);
    assert_int_equal(all[0].last_at - all[0].first_at, 100);
    assert_int_equal(all[1].why + all[2].why, MISS_UNKNOWN + MISS_CORRECTED);
    assert_slice(all[2].asked, "report_hours.date");
    assert_string_equal(miss_why_name(MISS_UNKNOWN), "unknown");
    assert_string_equal(miss_why_name(MISS_CORRECTED), "corrected");
    records_close(r);
}

static void lists_are_limited_and_begin_somewhere(void **state)
{
    struct records *r = records_open();
    struct miss *all;
    int64_t begin = r->s.now;
    (void)state;
    for (int i = 0; i < 5; i++, r->s.now += 60) {
        char text[16];
        snprintf(text, sizeof text, "话%d", i);
        note(r, text, MISS_UNKNOWN);
    }
    assert_int_equal(list(r, 0, 3, &all), 3);
    assert_slice(all[0].wording, "话4");
    assert_int_equal(list(r, begin + 180, 10, &all), 2);
    assert_int_equal(list(r, begin + 241, 10, &all), 0);
    assert_int_equal(list(r, 0, 0, &all), 0);
    records_close(r);
}

static void nothing_is_no_wording(void **state)
{
    struct records *r = records_open();
    struct miss *all;
    (void)state;
    note(r, "", MISS_UNKNOWN);
    assert_int_equal(list(r, 0, 10, &all), 0);
    records_close(r);
}

static void long_ones_are_cut_at_a_character(void **state)
{
    struct records *r = records_open();
    struct miss *all;
    char text[3 * 400 + 1] = "";
    (void)state;
    for (int i = 0; i < 400; i++)
        snprintf(text + 3 * i, 4, "好");
    note(r, text, MISS_UNKNOWN);
    note(r, text, MISS_UNKNOWN);
    assert_int_equal(list(r, 0, 10, &all), 1);
    assert_int_equal(all[0].times, 2);
    assert_int_equal(all[0].wording.n, MISS_TEXT_MAX);
    assert_int_equal(all[0].example.n, MISS_TEXT_MAX);
    records_close(r);
}

static void the_oldest_fall_out(void **state)
{
    struct records *r = records_open();
    struct miss *all;
    (void)state;
    note(r, "头一条", MISS_UNKNOWN);
    for (int i = 0; i < MISSES_KEPT; i++, r->s.now++) {
        char text[16];
        snprintf(text, sizeof text, "话%d", i);
        note(r, text, MISS_UNKNOWN);
        arena_reset(r->s.arena);
    }
    assert_int_equal(list(r, 0, MISSES_LISTED_MAX + 5, &all), MISSES_LISTED_MAX);
    int64_t purged = 0;
    for (int n; (n = misses_purge(r->s.tx, r->s.now + 1, 300)) != 0; purged += n)
        assert_in_range(n, 1, 300);
    assert_int_equal(purged, MISSES_KEPT);
    records_close(r);
}

static void old_ones_are_purged(void **state)
{
    struct records *r = records_open();
    struct miss *all;
    (void)state;
    note(r, "旧", MISS_UNKNOWN);
    note(r, "又来", MISS_UNKNOWN);
    r->s.now += 1000;
    note(r, "又来", MISS_UNKNOWN);
    assert_int_equal(misses_purge(r->s.tx, r->s.now, 100), 1);
    assert_int_equal(list(r, 0, 10, &all), 1);
    assert_slice(all[0].wording, "又来");
    records_close(r);
}

static void texts_are_sealed(void **state)
{
    struct records *r = records_open();
    (void)state;
    note(r, "plainly visible", MISS_UNKNOWN);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM misses"), 1);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM misses WHERE "
                                               "instr(wording, CAST('visible' AS BLOB)) > 0 OR "
                                               "instr(example, CAST('visible' AS BLOB)) > 0"),
                     0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_wording_is_counted),
        cmocka_unit_test(lists_are_limited_and_begin_somewhere),
        cmocka_unit_test(nothing_is_no_wording),
        cmocka_unit_test(long_ones_are_cut_at_a_character),
        cmocka_unit_test(the_oldest_fall_out),
        cmocka_unit_test(old_ones_are_purged),
        cmocka_unit_test(texts_are_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
