/* The two tables against ICU's transliterators, from which they were written out. */
#include "tests/conversations/understand/world.h"

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "conversations/understand/han.h"
#include "gateway/base/utf8.h"

static struct han *han;

static int setup(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    return han_make(tsv_file("conversations/understand/data/simplified.txt", &world_arena),
                    tsv_file("conversations/understand/data/pinyin.txt", &world_arena), &han,
                    &fault);
}

static int teardown(void **state)
{
    (void)state;
    han_free(han);
    arena_free(&world_arena);
    return 0;
}

static UTransliterator *transliterator(const char *id)
{
    UErrorCode error = U_ZERO_ERROR;
    UChar name[64];
    u_uastrcpy(name, id);
    UTransliterator *t = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
    assert_true(U_SUCCESS(error));
    return t;
}

/* The transliteration of one character, as UTF-8. */
static void apply(UTransliterator *t, int32_t cp, char out[64])
{
    UErrorCode error = U_ZERO_ERROR;
    UChar text[64] = { (UChar)cp };
    int32_t length = 1, limit = 1;
    utrans_transUChars(t, text, &length, 64, 0, &limit, &error);
    u_strToUTF8(out, 64, NULL, text, length, &error);
    assert_true(U_SUCCESS(error));
}

static void simplified_forms_are_those_of_icu(void **state)
{
    (void)state;
    UTransliterator *t = transliterator("Hant-Hans");
    for (int32_t cp = 0x4E00; cp <= 0x9FFF; cp += 3) {
        char want[64], got[8] = { 0 };
        apply(t, cp, want);
        utf8_put(got, han_simplify(han, cp));
        struct slice rest = slice_of(want);
        utf8_next(&rest);
        if (rest.n == 0 && cp != 0x5B43) { /* 孃 is kept; what becomes several characters is, too */
            assert_string_equal(got, want);
        }
    }
    utrans_close(t);
}

static void sounds_are_those_of_icu(void **state)
{
    (void)state;
    UTransliterator *t = transliterator("Han-Latin; Latin-ASCII");
    for (int32_t cp = 0x4E00; cp <= 0x9FA5; cp += 7) {
        char want[64];
        apply(t, cp, want);
        int sound = han_sound(han, cp);
        if (sound > 0) {
            assert_int_equal(sound, han_syllable(han, slice_of(want)));
        }
    }
    utrans_close(t);
}

static void what_sounds_alike_has_one_number(void **state)
{
    (void)state;
    assert_int_equal(han_syllable(han, SLICE("zhi")), han_syllable(han, SLICE("zi")));
    assert_int_equal(han_syllable(han, SLICE("sheng")), han_syllable(han, SLICE("sen")));
    assert_int_equal(han_syllable(han, SLICE("ling")), han_syllable(han, SLICE("nin")));
    assert_int_not_equal(han_syllable(han, SLICE("ma")), han_syllable(han, SLICE("mo")));
    assert_int_equal(han_syllable(han, SLICE("qqq")), 0);
    assert_int_equal(han_sound(han, 'a'), 0);
    assert_true(han_is(0x20164)); /* beyond the BMP */
    assert_false(han_is('a'));
}

static void a_missing_table_is_a_fault(void **state)
{
    (void)state;
    struct han *none;
    struct fault fault = { 0 };
    assert_int_equal(han_make((struct slice){ 0 }, SLICE("a 啊\n"), &none, &fault), GW_ECONFIG);
    assert_null(none);
    assert_non_null(strstr(fault.text, "missing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simplified_forms_are_those_of_icu),
        cmocka_unit_test(sounds_are_those_of_icu),
        cmocka_unit_test(what_sounds_alike_has_one_number),
        cmocka_unit_test(a_missing_table_is_a_fault),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
