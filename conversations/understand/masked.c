#include "conversations/understand/masked.h"

#include <string.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

/* Numbers from so many digits on may be somebody's: an account, a door, a code. */
enum { DIGITS_LEAST = 5, HAN_DIGITS_LEAST = 7, NAMES_MAX = 8, TEXT_BYTES_MAX = 8000 };

/* The same wording with and without them. */
#define END_MARKS "!|?|.|,|;|-| |。|、|…"

struct span {
    size_t from, to;
};

struct masking {
    const struct reading *r;
    struct span names[NAMES_MAX];
    int name_count;
};

static void find_names(struct masking *m, size_t from, size_t to)
{
    struct slice part = slice_head(slice_skip(m->r->normal.text, from), to - from), name;
    size_t at;
    if (m->name_count == NAMES_MAX || !name_find(&m->r->u->names, part, &name, &at) ||
        name.n == 0 || name.n > part.n - at) {
        return;
    }
    m->names[m->name_count++] = (struct span){ from + at, from + at + name.n };
    find_names(m, from, from + at);
    find_names(m, from + at + name.n, to);
}

/* The end of a number that begins at `i` and is long enough to be somebody's; `i` otherwise. */
static size_t long_number(struct slice s, size_t i)
{
    size_t at = i;
    int digits = 0;
    while (at < s.n && scan_is_digit(s, at)) {
        at++;
        digits++;
    }
    if (digits > 0) {
        return digits >= DIGITS_LEAST ? at : i;
    }
    for (; scan_any(s, &at, "零|〇|一|幺|二|三|四|五|六|七|八|九|洞"); digits++) {
    }
    return digits >= HAN_DIGITS_LEAST ? at : i;
}

static const struct entity *entity_from(const struct reading *r, size_t at)
{
    for (int k = 0; k < r->entities.count; k++) {
        if (r->entities.list[k].from == at) {
            return &r->entities.list[k];
        }
    }
    return NULL;
}

static size_t name_end(const struct masking *m, size_t at)
{
    for (int k = 0; k < m->name_count; k++) {
        if (m->names[k].from == at) {
            return m->names[k].to;
        }
    }
    return at;
}

static bool identifies(const struct entity *e)
{
    return e->kind == ENTITY_PHONE || e->kind == ENTITY_ID;
}

static struct slice write_masked(const struct masking *m, bool all, struct arena *a)
{
    struct slice text = m->r->normal.text, low = m->r->normal.low;
    struct sbuf b;
    sbuf_init(&b, TEXT_BYTES_MAX);
    for (size_t i = 0; i < text.n;) {
        const struct entity *e = entity_from(m->r, i);
        size_t name = name_end(m, i), number = long_number(low, i);
        if (e != NULL && e->to > i && (all || identifies(e))) {
            sbuf_printf(&b, "{%s}", entity_name(e->kind));
            i = e->to;
        } else if (name > i) {
            sbuf_str(&b, "{NAME}");
            i = name;
        } else if (number > i) {
            sbuf_str(&b, "{NUMBER}");
            i = number;
        } else {
            size_t next = scan_next(text, i);
            sbuf_add(&b, (struct slice){ (all ? low.p : text.p) + i, next - i });
            i = next;
        }
    }
    struct slice out = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return out;
}

static bool has_letter(struct slice low)
{
    for (int32_t cp; (cp = utf8_next(&low)) >= 0;) {
        if (han_is(cp) || (cp >= 'a' && cp <= 'z')) {
            return true;
        }
    }
    return false;
}

void understand_mask(const struct reading *r, struct arena *a, struct masked *out)
{
    struct masking m = { .r = r };
    find_names(&m, 0, r->normal.text.n);
    out->empty = !has_letter(r->normal.low);
    out->wording = write_masked(&m, true, a);
    while (scan_behind(out->wording, out->wording.n, END_MARKS)) {
        size_t n = out->wording.n - 1;
        while (n > 0 && ((unsigned char)out->wording.p[n] & 0xC0) == 0x80) {
            n--;
        }
        out->wording.n = n;
    }
    out->example = write_masked(&m, false, a);
}
