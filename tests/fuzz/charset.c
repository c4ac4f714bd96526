/* The first byte chooses the charset. What is decoded is clean after cleaning, cleaning twice
 * changes nothing, and UTF-16 without lone surrogates can be encoded back to the same bytes. */
#include "adapters/charset.h"

#include "tests/fuzz/fuzz.h"

static void put_unit(uint8_t *out, size_t *n, int32_t unit)
{
    out[(*n)++] = (uint8_t)(unit >> 8);
    out[(*n)++] = (uint8_t)unit;
}

static void check_round_trip(struct slice bytes, struct slice text, struct arena *arena)
{
    uint8_t *out = arena_alloc(arena, 2 * text.n + 2);
    size_t n = 0;
    for (int32_t cp; (cp = utf8_next(&text)) >= 0;) {
        if (cp == 0xFFFD)
            return; /* may stand for a lone surrogate */
        if (cp > 0xFFFF) {
            put_unit(out, &n, 0xD800 + ((cp - 0x10000) >> 10));
            put_unit(out, &n, 0xDC00 + ((cp - 0x10000) & 0x3FF));
        } else {
            put_unit(out, &n, cp);
        }
    }
    require(slice_eq(input(out, n), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct slice text;
    if (size == 0)
        return 0;
    enum charset charset = data[0] % 2 == 0 ? CHARSET_UTF8 : CHARSET_UTF16BE;
    struct slice bytes = input(data + 1, size - 1);
    if (charset_decode(charset, bytes, &arena, &text) == 0) {
        require(utf8_valid(text));
        if (charset == CHARSET_UTF16BE)
            check_round_trip(bytes, text, &arena);
        else
            require(slice_eq(text, bytes));
        struct slice clean = charset_clean(text, &arena);
        require(is_clean_text(clean) && clean.n <= text.n);
        require(slice_eq(charset_clean(clean, &arena), clean));
    }
    struct slice stripped = charset_strip_controls(bytes, &arena);
    require(stripped.n <= bytes.n);
    require(slice_eq(charset_strip_controls(stripped, &arena), stripped));
    arena_free(&arena);
    return 0;
}
