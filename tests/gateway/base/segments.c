#include "gateway/base/segments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/utf8.h"

enum { RUNS = 3, PARTS = 4 };

struct run {
    size_t times;
    const char *what;
};

struct row {
    enum segments_rule rule;
    struct run runs[RUNS];
    enum segments_alphabet alphabet;
    size_t units[PARTS]; /* of the parts, 0 ends */
};

#define UCS2(...)                                                                                  \
    SEGMENTS_UCS2,                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define GSM7(...)                                                                                  \
    SEGMENTS_GSM7,                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* The vectors of sms.md 6.1; the first is Aliyun's own example. */
static const struct row rows[] = {
    { SEGMENTS_MAINLAND, { { 160, "一" } }, UCS2(67, 67, 26) },
    { SEGMENTS_MAINLAND, { { 1, "一" } }, UCS2(1) },
    { SEGMENTS_MAINLAND, { { 70, "一" } }, UCS2(70) },
    { SEGMENTS_MAINLAND, { { 71, "一" } }, UCS2(67, 4) },
    { SEGMENTS_MAINLAND, { { 134, "一" } }, UCS2(67, 67) },
    { SEGMENTS_MAINLAND, { { 135, "一" } }, UCS2(67, 67, 1) },
    { SEGMENTS_MAINLAND, { { 66, "一" }, { 1, "😀" }, { 20, "二" } }, UCS2(66, 22) },
    { SEGMENTS_MAINLAND, { { 35, "😀" } }, UCS2(70) },
    { SEGMENTS_MAINLAND, { { 36, "😀" } }, UCS2(66, 6) },
    /* Letters and digits cost what Chinese costs. */
    { SEGMENTS_MAINLAND, { { 160, "a" } }, UCS2(67, 67, 26) },
    { SEGMENTS_MAINLAND, { { 34, "一" }, { 36, "a" } }, UCS2(70) },
    { SEGMENTS_MAINLAND, { { 0, "" } }, UCS2(0) },
    { SEGMENTS_CARRIER, { { 160, "a" } }, GSM7(160) },
    { SEGMENTS_CARRIER, { { 161, "a" } }, GSM7(153, 8) },
    { SEGMENTS_CARRIER, { { 152, "a" }, { 6, "€" } }, GSM7(152, 12) },
    { SEGMENTS_CARRIER, { { 80, "€" } }, GSM7(160) },
    { SEGMENTS_CARRIER, { { 81, "€" } }, GSM7(152, 10) },
    { SEGMENTS_CARRIER, { { 160, "a" }, { 1, "一" } }, UCS2(67, 67, 27) },
    { SEGMENTS_CARRIER, { { 160, "`" } }, UCS2(67, 67, 26) },
    { SEGMENTS_CARRIER_16, { { 161, "a" } }, GSM7(152, 9) },
    { SEGMENTS_CARRIER_16, { { 71, "一" } }, UCS2(66, 5) },
    { SEGMENTS_CARRIER_16, { { 70, "一" } }, UCS2(70) },
};

static struct slice build(const struct run *runs, char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < RUNS; i++)
        for (size_t k = 0; k < runs[i].times; k++) {
            memcpy(text + n, runs[i].what, strlen(runs[i].what));
            n += strlen(runs[i].what);
        }
    return (struct slice){ text, n };
}

/* Units, alphabet and parts are as listed, and the parts put together are the text. */
static void vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[2000];
        struct segments s;
        struct slice whole = build(rows[i].runs, text);
        segments_split(whole, rows[i].rule, &s);
        size_t count = 0, at = 0, units = 0;
        while (count < PARTS && rows[i].units[count] > 0)
            count++;
        if (s.count != count || s.alphabet != rows[i].alphabet)
            fail_msg("row %zu: %zu parts of alphabet %d", i, s.count, (int)s.alphabet);
        for (size_t k = 0; k < count; k++) {
            if (s.parts[k].units != rows[i].units[k])
                fail_msg("row %zu: part %zu has %zu units", i, k, s.parts[k].units);
            assert_ptr_equal(s.parts[k].text.p, whole.p + at);
            assert_true(utf8_valid(s.parts[k].text));
            at += s.parts[k].text.n;
            units += s.parts[k].units;
        }
        assert_int_equal(at, whole.n);
        assert_int_equal(s.units, units);
        if (rows[i].rule == SEGMENTS_MAINLAND)
            assert_int_equal(segments_mainland(whole), count);
    }
}

/* Every character of the GSM alphabet, and what each costs. */
static void gsm_alphabet(void **state)
{
    (void)state;
    const struct slice basic =
        SLICE("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
              "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
    struct segments s;
    segments_split(basic, SEGMENTS_CARRIER, &s);
    assert_int_equal(s.alphabet, SEGMENTS_GSM7);
    assert_int_equal(s.units, 127); /* 128 codes, one of them the escape */
    segments_split(SLICE("\f^{}\\[~]|€"), SEGMENTS_CARRIER, &s);
    assert_int_equal(s.alphabet, SEGMENTS_GSM7);
    assert_int_equal(s.units, 20);
    for (int c = 1; c < 0x20; c++) {
        char one = (char)c;
        segments_split((struct slice){ &one, 1 }, SEGMENTS_CARRIER, &s);
        assert_int_equal(s.alphabet,
                         c == '\n' || c == '\r' || c == '\f' ? SEGMENTS_GSM7 : SEGMENTS_UCS2);
    }
}

/* More parts than a header can count: all are counted, the first are described. */
static void too_many(void **state)
{
    (void)state;
    static char text[67 * 300];
    memset(text, 'a', sizeof(text));
    struct segments s;
    segments_split((struct slice){ text, sizeof(text) }, SEGMENTS_MAINLAND, &s);
    assert_int_equal(s.count, 300);
    assert_int_equal(s.parts[SEGMENTS_PARTS_MAX - 1].units, 67);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(gsm_alphabet),
        cmocka_unit_test(too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
