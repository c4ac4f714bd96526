#include "gateway/base/sbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/mem.h"

enum { URL_MOST = 3 /* bytes that one becomes */ };

void sbuf_init(struct sbuf *b, size_t max)
{
    *b = (struct sbuf){ .max = max };
}

void sbuf_free(struct sbuf *b)
{
    free(b->p);
    *b = (struct sbuf){ .max = b->max };
}

void sbuf_clear(struct sbuf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p != NULL)
        b->p[0] = '\0';
}

/* Makes room for `n` more bytes and the NUL; false, and the builder failed, over the limit. */
static bool reserve(struct sbuf *b, size_t n)
{
    if (b->failed || n > b->max - b->n) {
        b->failed = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap == 0 ? 128 : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    b->p = mem_resize(b->p, cap);
    b->cap = cap;
    return true;
}

void sbuf_add(struct sbuf *b, struct slice s)
{
    if (!reserve(b, s.n))
        return;
    if (s.n > 0)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = '\0';
}

void sbuf_str(struct sbuf *b, const char *text)
{
    sbuf_add(b, slice_of(text));
}

void sbuf_char(struct sbuf *b, char c)
{
    sbuf_add(b, (struct slice){ &c, 1 });
}

void sbuf_printf(struct sbuf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        b->failed = true;
        return;
    }
    if (!reserve(b, (size_t)n))
        return;
    va_start(args, format);
    vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

/* Takes back what a compound append added before it went over the limit. */
static void settle(struct sbuf *b, size_t before)
{
    if (b->failed && b->p != NULL) {
        b->n = before;
        b->p[before] = '\0';
    }
}

static const char *xml_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void sbuf_xml(struct sbuf *b, struct slice s)
{
    size_t before = b->n;
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *entity = xml_entity(s.p[i]);
        bool drop = (unsigned char)s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\n';
        if (entity == NULL && !drop)
            continue;
        sbuf_add(b, (struct slice){ s.p + from, i - from });
        if (entity != NULL)
            sbuf_str(b, entity);
        from = i + 1;
    }
    sbuf_add(b, slice_skip(s, from));
    settle(b, before);
}

static bool url_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static size_t url_put(char *out, char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char c = (unsigned char)byte;
    out[0] = url_plain(byte) ? byte : '%';
    out[1] = digits[c >> 4];
    out[2] = digits[c & 15];
    return url_plain(byte) ? 1 : URL_MOST;
}

void sbuf_url(struct sbuf *b, struct slice s)
{
    size_t before = b->n;
    char out[URL_MOST];
    if (!b->failed && s.n <= (b->max - b->n) / URL_MOST) {
        (void)reserve(b, s.n * URL_MOST); /* at once: it fits whatever it is */
        for (size_t i = 0; i < s.n; i++)
            b->n += url_put(b->p + b->n, s.p[i]);
        b->p[b->n] = '\0';
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        sbuf_add(b, (struct slice){ out, url_put(out, s.p[i]) });
    settle(b, before);
}

struct slice sbuf_slice(const struct sbuf *b)
{
    return (struct slice){ b->p == NULL ? "" : b->p, b->n };
}
