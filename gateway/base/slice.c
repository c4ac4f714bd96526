#include "gateway/base/slice.h"

#include <string.h>

#include "gateway/base/error.h"

struct slice slice_of(const char *text)
{
    return (struct slice){ text, text == NULL ? 0 : strlen(text) };
}

bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool slice_starts(struct slice s, struct slice head)
{
    return s.n >= head.n && slice_eq(slice_head(s, head.n), head);
}

bool slice_ends(struct slice s, struct slice tail)
{
    return s.n >= tail.n && slice_eq(slice_skip(s, s.n - tail.n), tail);
}

static bool white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && white(s.p[0]))
        s = slice_skip(s, 1);
    while (s.n > 0 && white(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct slice slice_skip(struct slice s, size_t n)
{
    if (n > s.n)
        n = s.n;
    /* Adding to a null pointer is undefined, even zero. */
    return n == 0 ? s : (struct slice){ s.p + n, s.n - n };
}

struct slice slice_head(struct slice s, size_t n)
{
    return (struct slice){ s.p, n < s.n ? n : s.n };
}

ptrdiff_t slice_find(struct slice s, struct slice needle)
{
    if (needle.n == 0)
        return 0;
    for (size_t at = 0; at + needle.n <= s.n;) {
        const char *hit = memchr(s.p + at, needle.p[0], s.n - needle.n - at + 1);
        if (hit == NULL)
            return -1;
        at = (size_t)(hit - s.p);
        if (memcmp(hit, needle.p, needle.n) == 0)
            return (ptrdiff_t)at;
        at++;
    }
    return -1;
}

bool slice_next(struct slice *rest, char c, struct slice *part)
{
    if (rest->n == 0)
        return false;
    const char *hit = memchr(rest->p, c, rest->n);
    if (hit == NULL) {
        *part = *rest;
        *rest = slice_skip(*rest, rest->n);
        return true;
    }
    size_t at = (size_t)(hit - rest->p);
    *part = slice_head(*rest, at);
    *rest = slice_skip(*rest, at + 1);
    return true;
}

int slice_to_int(struct slice s, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    s = slice_skip(s, negative ? 1 : 0);
    if (s.n == 0 || s.n > 19)
        return GW_EINVAL;
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return GW_EINVAL;
        value = value * 10 + (uint64_t)(s.p[i] - '0'); /* 19 digits fit in 64 bits */
    }
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return GW_EINVAL;
    if (negative)
        *out = value == 0 ? 0 : -(int64_t)(value - 1) - 1;
    else
        *out = (int64_t)value;
    return 0;
}

uint64_t slice_hash(struct slice s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    return h;
}
