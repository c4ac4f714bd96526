#include "adapters/charset.h"

#include <string.h>

#include "gateway/base/utf8.h"

static const struct {
    const char *name;
    enum charset charset;
} names[] = {
    { "utf-8", CHARSET_UTF8 },
    { "utf8", CHARSET_UTF8 },
    { "us-ascii", CHARSET_UTF8 },
    { "ascii", CHARSET_UTF8 },
    { "utf-16be", CHARSET_UTF16BE },
    { "utf16be", CHARSET_UTF16BE },
    { "utf-16", CHARSET_UTF16BE },
    { "ucs-2", CHARSET_UTF16BE },
    { "ucs-2be", CHARSET_UTF16BE },
    { "ucs2", CHARSET_UTF16BE },
    { "iso-10646-ucs-2", CHARSET_UTF16BE },
};

int charset_find(struct slice name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_eq_nocase(name, slice_of(names[i].name)))
            return (int)names[i].charset;
    return -1;
}

static int32_t unit(struct slice bytes, size_t i)
{
    return (unsigned char)bytes.p[i] << 8 | (unsigned char)bytes.p[i + 1];
}

static bool is_high(int32_t u)
{
    return (u & 0xFC00) == 0xD800;
}

static bool is_low(int32_t u)
{
    return (u & 0xFC00) == 0xDC00;
}

static int decode_utf16be(struct slice bytes, struct arena *a, struct slice *out)
{
    if (bytes.n % 2 != 0)
        return GW_EPROTO;
    char *p = arena_alloc(a, bytes.n / 2 * 3 + 1); /* a unit never needs more than three bytes */
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i += 2) {
        int32_t cp = unit(bytes, i);
        if (cp == 0)
            return GW_EPROTO;
        if (is_high(cp) && bytes.n - i >= 4 && is_low(unit(bytes, i + 2))) {
            cp = 0x10000 + ((cp & 0x3FF) << 10 | (unit(bytes, i + 2) & 0x3FF));
            i += 2;
        } else if (is_high(cp) || is_low(cp)) {
            cp = 0xFFFD;
        }
        char encoded[4];
        size_t length = (size_t)utf8_put(encoded, cp);
        memcpy(p + n, encoded, length);
        n += length;
    }
    *out = (struct slice){ p, n };
    return 0;
}

int charset_decode(enum charset charset, struct slice bytes, struct arena *a, struct slice *out)
{
    if (charset == CHARSET_UTF16BE)
        return decode_utf16be(bytes, a, out);
    if (!utf8_valid(bytes) || (bytes.n > 0 && memchr(bytes.p, '\0', bytes.n) != NULL))
        return GW_EPROTO;
    *out = arena_dup(a, bytes);
    return 0;
}

struct slice charset_mend(struct slice bytes, struct arena *a)
{
    if (utf8_valid(bytes))
        return bytes;
    char *p = arena_alloc(a, 3 * bytes.n + 1);
    size_t n = 0;
    for (int32_t cp; (cp = utf8_next(&bytes)) >= 0;)
        n += (size_t)utf8_put(p + n, cp);
    return (struct slice){ p, n };
}

static bool unwanted(int32_t cp)
{
    return (cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7F && cp <= 0x9F) || cp == 0xFFFE ||
           cp == 0xFFFF;
}

static bool is_clean(struct slice text)
{
    for (int32_t cp; (cp = utf8_next(&text)) >= 0;)
        if (unwanted(cp))
            return false;
    return true;
}

struct slice charset_clean(struct slice text, struct arena *a)
{
    if (is_clean(text))
        return text;
    char *p = arena_str(a, text);
    size_t n = 0;
    for (struct slice rest = text; rest.n > 0;) {
        struct slice here = rest;
        int32_t cp = utf8_next(&rest);
        if (cp == '\r' && !(rest.n > 0 && rest.p[0] == '\n'))
            p[n++] = '\n';
        if (unwanted(cp))
            continue;
        memcpy(p + n, here.p, here.n - rest.n);
        n += here.n - rest.n;
    }
    p[n] = '\0';
    return (struct slice){ p, n };
}

static bool forbidden(char c)
{
    return c > 0 && c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

struct slice charset_strip_controls(struct slice bytes, struct arena *a)
{
    size_t i = 0;
    while (i < bytes.n && !forbidden(bytes.p[i]))
        i++;
    if (i == bytes.n)
        return bytes;
    char *p = arena_str(a, bytes);
    size_t n = i;
    for (; i < bytes.n; i++)
        if (!forbidden(bytes.p[i]))
            p[n++] = bytes.p[i];
    p[n] = '\0';
    return (struct slice){ p, n };
}
