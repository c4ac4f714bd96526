#include "conversations/understand/normal.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <string.h>

#include "gateway/base/utf8.h"

enum { STICKER_BYTES_MAX = 24 };

struct builder {
    const struct han *han;
    char *text;
    uint16_t *origin;
    size_t n;
    size_t cap;
    int32_t last; /* code point put last, 0 at the beginning */
    struct normal *out;
};

static void put(struct builder *b, int32_t cp, size_t at)
{
    if (b->n + 4 > b->cap) {
        return;
    }
    if (cp == ' ' && (b->n == 0 || b->last == ' ')) {
        return;
    }
    int n = utf8_put(b->text + b->n, cp);
    for (int i = 0; i < n; i++) {
        b->origin[b->n++] = (uint16_t)at;
    }
    b->last = cp;
}

/* Marks that mean yes or no wherever they stand; other pictures mean nothing. */
static enum normal_mark picture_mark(int32_t cp)
{
    switch (cp) {
    case 0x1F44C: /* 👌 */
    case 0x1F44D: /* 👍 */
    case 0x1F64B: /* 🙋 */
    case 0x1F91D: /* 🤝 */
    case 0x2705:
    case 0x2713:
    case 0x2714:
    case 0x221A: /* √, typed for a tick */
    case 0x2611:
    case 0x2B55:
        return MARK_YES;
    case 0x1F44E: /* 👎 */
    case 0x274C:
    case 0x274E:
    case 0x2716:
    case 0x2717:
    case 0x2718:
    case 0x1F645: /* 🙅 */
        return MARK_NO;
    default:
        return MARK_NONE;
    }
}

static bool is_picture(int32_t cp)
{
    if (picture_mark(cp) != MARK_NONE) {
        return true;
    }
    return cp > 0x2100 && (u_hasBinaryProperty(cp, UCHAR_EXTENDED_PICTOGRAPHIC) ||
                           u_hasBinaryProperty(cp, UCHAR_EMOJI_MODIFIER) ||
                           u_hasBinaryProperty(cp, UCHAR_REGIONAL_INDICATOR));
}

/* Joiners, variation selectors, the keycap, byte order marks, controls. U+E000 to U+E03F are
 * dropped because the masked text uses them (entities.h). */
static bool is_invisible(int32_t cp)
{
    return cp == 0x200B || cp == 0x200C || cp == 0x200D || (cp >= 0xFE00 && cp <= 0xFE0F) ||
           cp == 0x20E3 || cp == 0xFEFF || (cp < 0x20 && cp != '\n' && cp != '\t' && cp != '\r') ||
           cp == 0x7F || (cp >= 0x200E && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0xE000 && cp <= 0xE03F);
}

static int32_t fold_punctuation(int32_t cp)
{
    switch (cp) {
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
    case '~':
    case 0x301C:
        return '-';
    case 0x3001: /* 、 stays: it joins the members of one list */
        return cp;
    case 0x2018:
    case 0x2019:
    case 0x201C:
    case 0x201D:
    case 0x300C:
    case 0x300D:
    case 0x300E:
    case 0x300F:
        return '"';
    case 0x2022:
    case 0x2027:
    case 0x30FB:
    case 0x0387:
    case 0x16EB:
    case 0x2219:
    case 0x22C5:
        return 0xB7;
    case 0x3014:
        return '(';
    case 0x3015:
        return ')';
    case '\r':
    case '\n':
        return ';';
    case '\t':
    case 0xA0:
    case 0x3000:
        return ' ';
    default:
        return cp;
    }
}

static void put_folded(struct builder *b, int32_t cp, size_t at)
{
    if (is_invisible(cp)) {
        return;
    }
    if (is_picture(cp)) {
        enum normal_mark mark = picture_mark(cp);
        b->out->mark = mark != MARK_NONE ? mark : b->out->mark;
        return;
    }
    cp = fold_punctuation(cp);
    if (cp == ' ' || cp < 0x2E80) {
        put(b, u_isUWhiteSpace(cp) ? ' ' : cp, at);
    } else {
        put(b, han_simplify(b->han, cp), at);
    }
}

/* Stickers as WeChat writes them: a yes, a no, something unsupported, or decoration. */
static bool put_sticker(struct builder *b, struct slice rest, size_t *n)
{
    static const struct {
        const char *name;
        enum normal_mark mark;
        bool placeholder;
    } known[] = {
        { "OK", MARK_YES, false },       { "ok", MARK_YES, false },
        { "强", MARK_YES, false },       { "握手", MARK_YES, false },
        { "好的", MARK_YES, false },     { "赞", MARK_YES, false },
        { "對", MARK_YES, false },       { "弱", MARK_NO, false },
        { "语音", MARK_NONE, true },     { "图片", MARK_NONE, true },
        { "视频", MARK_NONE, true },     { "位置", MARK_NONE, true },
        { "文件", MARK_NONE, true },     { "表情", MARK_NONE, true },
        { "動畫表情", MARK_NONE, true }, { "动画表情", MARK_NONE, true },
    };
    struct slice body = slice_skip(rest, 1);
    ptrdiff_t end = slice_find(slice_head(body, STICKER_BYTES_MAX), SLICE("]"));
    if (end <= 0) {
        return false;
    }
    struct slice name = slice_head(body, (size_t)end);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (slice_eq(name, slice_of(known[i].name))) {
            b->out->mark = known[i].mark != MARK_NONE ? known[i].mark : b->out->mark;
            b->out->placeholder = b->out->placeholder || known[i].placeholder;
        }
    }
    *n = (size_t)end + 2;
    /* Only words are stickers: [3] or [a-b] stays. */
    struct slice walk = name;
    int32_t first = utf8_next(&walk);
    return han_is(first) || slice_eq_nocase(name, SLICE("ok"));
}

/* One run that ICU must see together: a character and the marks behind it. */
static void put_composed(struct builder *b, const UNormalizer2 *nfkc, struct slice run, size_t at)
{
    UChar in[64], out[256];
    int32_t n = 0;
    while (run.n > 0 && n + 2 < 64) {
        int32_t cp = utf8_next(&run);
        if (!is_invisible(cp)) {
            U16_APPEND_UNSAFE(in, n, cp);
        }
    }
    UErrorCode error = U_ZERO_ERROR;
    int32_t length = unorm2_normalize(nfkc, in, n, out, 256, &error);
    if (U_FAILURE(error)) {
        return; /* a run that does not fit is no text */
    }
    for (int32_t i = 0; i < length;) {
        UChar32 cp;
        U16_NEXT(out, i, length, cp);
        put_folded(b, cp, at);
    }
}

static void walk(struct builder *b, const UNormalizer2 *nfkc, struct slice raw)
{
    struct slice rest = raw;
    while (rest.n > 0) {
        size_t at = raw.n - rest.n, skip = 0;
        if (rest.p[0] == '[' && put_sticker(b, rest, &skip)) {
            rest = slice_skip(rest, skip);
            continue;
        }
        struct slice run = rest;
        int32_t cp = utf8_next(&rest);
        struct slice next = rest;
        int32_t follower = utf8_next(&next);
        bool alone = follower < 0 || follower < 0x300 || unorm2_hasBoundaryBefore(nfkc, follower);
        if (alone && (cp < 0x80 || unorm2_isInert(nfkc, cp))) {
            put_folded(b, cp, at);
            continue;
        }
        while (follower >= 0 && !unorm2_hasBoundaryBefore(nfkc, follower)) {
            rest = next;
            follower = utf8_next(&next);
        }
        run.n = raw.n - rest.n - at;
        put_composed(b, nfkc, run, at);
    }
}

/* A dot between two ideographs is the interpunct of a name typed with the wrong key. */
static void mend_interpunct(struct builder *b)
{
    for (size_t i = 3; i + 4 <= b->n; i++) {
        struct slice before = { b->text + i - 3, 3 }, after = { b->text + i + 1, b->n - i - 1 };
        if (b->text[i] == '.' && han_is(utf8_next(&before)) && han_is(utf8_next(&after))) {
            b->text[i] = '\x01';
        }
    }
}

static struct slice lower(struct slice text, struct arena *a)
{
    char *low = arena_alloc(a, text.n + 1);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        low[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return (struct slice){ low, text.n };
}

/* The placeholder of mend_interpunct grows to the two bytes of U+00B7. */
static void expand_interpunct(struct builder *b, struct arena *a)
{
    size_t dots = 0;
    for (size_t i = 0; i < b->n; i++) {
        dots += b->text[i] == '\x01';
    }
    if (dots == 0) {
        return;
    }
    char *text = arena_alloc(a, b->n + dots + 1);
    uint16_t *origin = arena_alloc(a, (b->n + dots + 1) * sizeof(origin[0]));
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        origin[n] = b->origin[i];
        if (b->text[i] == '\x01') {
            text[n++] = '\xC2';
            origin[n] = b->origin[i];
            text[n++] = '\xB7';
        } else {
            text[n++] = b->text[i];
        }
    }
    b->text = text;
    b->origin = origin;
    b->n = n;
}

void normal_make(const struct han *han, struct slice raw, struct arena *a, struct normal *out)
{
    *out = (struct normal){ 0 };
    raw = utf8_cut(raw, NORMAL_INPUT_MAX);
    out->original = arena_dup(a, raw);
    /* Most texts keep their length; NFKC triples at most the short runs that people type. */
    size_t room = raw.n * 4 + 16 < NORMAL_OUTPUT_MAX ? raw.n * 4 + 16 : NORMAL_OUTPUT_MAX;
    struct builder b = { .han = han, .out = out };
    b.cap = room;
    b.text = arena_alloc(a, room + 1);
    b.origin = arena_alloc(a, (room + 1) * sizeof(b.origin[0]));
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&error);
    if (U_SUCCESS(error)) {
        walk(&b, nfkc, out->original);
    }
    while (b.n > 0 && b.text[b.n - 1] == ' ') {
        b.n--;
    }
    mend_interpunct(&b);
    expand_interpunct(&b, a);
    b.origin[b.n] = (uint16_t)out->original.n;
    out->text = (struct slice){ b.text, b.n };
    out->low = lower(out->text, a);
    out->origin = b.origin;
}

struct slice normal_original(const struct normal *normal, size_t from, size_t to)
{
    if (to > normal->text.n || from >= to) {
        return (struct slice){ "", 0 };
    }
    size_t a = normal->origin[from], b = normal->origin[to];
    return b < a ? (struct slice){ "", 0 } : (struct slice){ normal->original.p + a, b - a };
}
