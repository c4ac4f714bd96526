#include "gateway/base/utf8.h"

/* Decodes the character at the front: its length in bytes, or 0 when malformed (Unicode 15, table
 * 3-7). `s` is not empty. */
static size_t decode(struct slice s, int32_t *cp)
{
    const unsigned char *p = (const unsigned char *)s.p;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    size_t n = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : 4;
    if (n == 4 && (p[0] < 0xF0 || p[0] > 0xF4))
        return 0;
    if (s.n < n)
        return 0;
    int32_t value = p[0] & (0xFF >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3F);
    }
    if ((n == 3 && value < 0x800) || (n == 4 && (value < 0x10000 || value > 0x10FFFF)) ||
        (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *cp = value;
    return n;
}

bool utf8_valid(struct slice s)
{
    int32_t cp;
    while (s.n > 0) {
        size_t n = decode(s, &cp);
        if (n == 0)
            return false;
        s = slice_skip(s, n);
    }
    return true;
}

int32_t utf8_next(struct slice *s)
{
    if (s->n == 0)
        return -1;
    int32_t cp = 0xFFFD;
    size_t n = decode(*s, &cp);
    *s = slice_skip(*s, n == 0 ? 1 : n);
    return cp;
}

int utf8_put(char out[4], int32_t cp)
{
    if (cp < 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        return 0;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    int n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3F));
        cp >>= 6;
    }
    out[0] = (char)((0xF00 >> n & 0xFF) | cp);
    return n;
}

size_t utf8_count(struct slice s)
{
    size_t n = 0;
    while (utf8_next(&s) >= 0)
        n++;
    return n;
}

size_t utf8_utf16_units(struct slice s)
{
    size_t n = 0;
    for (int32_t cp; (cp = utf8_next(&s)) >= 0;)
        n += cp > 0xFFFF ? 2 : 1;
    return n;
}

struct slice utf8_cut(struct slice s, size_t max)
{
    return s.n <= max ? s : utf8_whole(slice_head(s, max));
}

struct slice utf8_whole(struct slice s)
{
    /* At most three bytes at the end can belong to a character that was cut. */
    for (size_t back = 1; back <= 4 && back <= s.n; back++) {
        struct slice last = slice_skip(s, s.n - back);
        unsigned char c = (unsigned char)last.p[0];
        if ((c & 0xC0) == 0x80)
            continue;
        size_t length = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        return length > back ? slice_head(s, s.n - back) : s;
    }
    return s;
}
