#include "adapters/form.h"

#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(struct slice in, struct arena *a, struct slice *out)
{
    char *p = arena_str(a, in);
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c != '%') {
            p[n++] = (char)(c == '+' ? ' ' : c);
            continue;
        }
        int high = in.n - i > 2 ? hex(in.p[i + 1]) : -1;
        int low = in.n - i > 2 ? hex(in.p[i + 2]) : -1;
        if (high < 0 || low < 0)
            return GW_EPROTO;
        p[n++] = (char)(high << 4 | low);
        i += 2;
    }
    p[n] = '\0';
    *out = (struct slice){ p, n };
    return 0;
}

static int read_field(struct slice part, struct arena *a, struct form_field *out)
{
    struct slice name = part;
    struct slice value = SLICE("");
    ptrdiff_t equals = slice_find(part, SLICE("="));
    if (equals >= 0) {
        name = slice_head(part, (size_t)equals);
        value = slice_skip(part, (size_t)equals + 1);
    }
    int rv = decode(name, a, &out->name);
    if (rv != 0)
        return rv;
    if (out->name.n > FORM_NAME_MAX)
        return GW_ETOOBIG;
    return decode(value, a, &out->value);
}

static size_t count_fields(struct slice text)
{
    size_t n = 0;
    for (struct slice part; slice_next(&text, '&', &part);)
        n += part.n > 0;
    return n;
}

int form_parse(struct slice text, struct arena *a, struct form *out)
{
    *out = (struct form){ 0 };
    if (text.n > FORM_BYTES_MAX)
        return GW_ETOOBIG;
    size_t count = count_fields(text);
    if (count > FORM_FIELDS_MAX)
        return GW_ETOOBIG;
    out->fields = arena_alloc(a, count * sizeof(*out->fields));
    for (struct slice part; slice_next(&text, '&', &part);) {
        if (part.n == 0)
            continue;
        int rv = read_field(part, a, &out->fields[out->count]);
        if (rv != 0)
            return rv;
        out->count++;
    }
    return 0;
}

struct slice form_get(const struct form *form, const char *name)
{
    struct slice wanted = slice_of(name);
    for (size_t i = 0; i < form->count; i++)
        if (slice_eq(form->fields[i].name, wanted))
            return form->fields[i].value;
    return (struct slice){ NULL, 0 };
}
