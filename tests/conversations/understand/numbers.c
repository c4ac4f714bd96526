/* Numerals, phone and document numbers, the word set. */
#include "tests/conversations/understand/world.h"

#include "conversations/understand/codes.h"
#include "conversations/understand/numeral.h"
#include "conversations/understand/words.h"

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        { "3", 3 },           { "十", 10 },      { "十五", 15 },       { "二十三", 23 },
        { "一百零五", 105 },  { "一百二", 120 }, { "一百二十", 120 },  { "两千", 2000 },
        { "三万", 30000 },    { "叁", 3 },       { "俩", 2 },          { "仨", 3 },
        { "二〇二六", 2026 }, { "廿三", 23 },    { "一千零一", 1001 }, { "3万", 30000 },
        { "两三", -1 },       { "2.5", -1 },     { "人", -1 },         { "", -1 },
        { "12人", -1 },       { "幺三九", 139 }, { "九十九", 99 },     { "十一", 11 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(numeral_whole(slice_of(cases[i].text)), cases[i].value);
    }
}

static void ranges_and_decimals(void **state)
{
    (void)state;
    struct numeral n;
    size_t i = 0;
    assert_true(numeral_read(SLICE("七八个"), &i, &n));
    assert_int_equal(n.thousandths, 7000);
    assert_int_equal(n.second, 8000);
    assert_int_equal(i, 6);
    i = 0;
    assert_true(numeral_read(SLICE("2.75小时"), &i, &n));
    assert_int_equal(n.thousandths, 2750);
    assert_true(n.decimal);
    i = 0;
    assert_false(numeral_read(SLICE("小时"), &i, &n));
    assert_int_equal(i, 0);
}

static void expect_code(const char *text, enum code_kind kind, const char *value)
{
    struct code c;
    size_t i = 0;
    bool read = code_read(slice_of(text), &i, &c);
    assert_int_equal(read, kind != CODE_NONE);
    if (read) {
        assert_int_equal(c.kind, kind);
        assert_string_equal(c.text, value);
    }
}

static void numbers_in_any_spelling(void **state)
{
    (void)state;
    expect_code("13800000123", CODE_PHONE, "13800000123");
    expect_code("138 0000 0022", CODE_PHONE, "13800000022");
    expect_code("+86 138-0000-0777", CODE_PHONE, "13800000777");
    expect_code("008613800000777", CODE_PHONE, "13800000777");
    expect_code("一三八零零零零零二三四", CODE_PHONE, "13800000234");
    expect_code("幺五九零零零零七七八八", CODE_PHONE, "15900007788");
    expect_code("138000001234", CODE_NONE, "");
    expect_code("1380000012", CODE_NONE, "");
    expect_code("12345678901", CODE_NONE, "");
    expect_code("53080219650312998x", CODE_RESIDENT_ID, "53080219650312998X");
    expect_code("530802 19650312 998x", CODE_RESIDENT_ID, "53080219650312998X");
    expect_code("530802196503129981 13800000456", CODE_RESIDENT_ID, "530802196503129981");
    expect_code("532701580907997", CODE_RESIDENT_ID_15, "532701580907997");
    expect_code("h12345678", CODE_HKMO_PERMIT, "H12345678");
    expect_code("m1234567801", CODE_HKMO_PERMIT, "M1234567801");
    expect_code("2024010118", CODE_NONE, "");
    expect_code("110", CODE_NONE, "");
}

struct found {
    int count;
    int numbers[8];
};

static void on_found(void *context, size_t at, size_t n, int number)
{
    struct found *f = context;
    (void)at;
    (void)n;
    f->numbers[f->count++ % 8] = number;
}

static void words_in_one_pass(void **state)
{
    (void)state;
    struct words *w = words_make();
    int number;
    struct found f = { 0 };
    assert_int_equal(words_add(w, SLICE("报名"), 1), 1);
    assert_int_equal(words_add(w, SLICE("取消报名"), 2), 2);
    assert_int_equal(words_add(w, SLICE("取消"), 3), 3);
    assert_int_equal(words_add(w, SLICE("取消"), 9), 3); /* the first number stays */
    assert_int_equal(words_at(w, SLICE("取消报名了"), &number), strlen("取消报名"));
    assert_int_equal(number, 2);
    assert_int_equal(words_at(w, SLICE("我要取消"), &number), 0);
    words_each(w, SLICE("我要取消报名"), on_found, &f);
    assert_int_equal(f.count, 3);
    assert_int_equal(f.numbers[0], 3);
    assert_int_equal(f.numbers[1], 2);
    assert_int_equal(f.numbers[2], 1);
    for (int i = 0; i < 2000; i++) { /* grows without losing a word */
        struct slice word = arena_printf(&world_arena, "w%d", i);
        assert_int_equal(words_add(w, word, 100 + i), 100 + i);
    }
    assert_int_equal(words_at(w, SLICE("w1999 "), &number), 5);
    assert_int_equal(number, 2099);
    words_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(ranges_and_decimals),
        cmocka_unit_test(numbers_in_any_spelling),
        cmocka_unit_test(words_in_one_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
