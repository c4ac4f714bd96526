#include "conversations/understand/reading.h"

#include <string.h>

#include "conversations/understand/scan.h"

enum {
    SHORT_BYTES = 90,      /* longer texts are no bare word */
    SOUND_BYTES_MAX = 900, /* 300 characters: longer ones are not read again by their sound */
};

bool reading_is(const struct reading *r, enum phrase phrase, struct slice text,
                struct pattern_match *match)
{
    return pattern_match(&r->u->phrases[phrase], text, r->data, match);
}

struct slice reading_part(const struct reading *r, size_t from, size_t to)
{
    size_t a = r->entities.back[from], b = r->entities.back[to];
    const struct entity *last = to >= 3 ? entities_at(&r->entities, to - 3) : NULL;
    if (last != NULL) {
        b = last->to;
    }
    struct slice text = r->normal.text;
    return a < b && b <= text.n ? (struct slice){ text.p + a, b - a } : (struct slice){ "", 0 };
}

void reading_trim(const struct reading *r, enum phrase head, enum phrase tail, size_t *from,
                  size_t *to)
{
    struct pattern_match m;
    struct slice piece = { r->entities.masked.p + *from, *to - *from };
    if (piece.n > 0 && reading_is(r, head, piece, &m)) {
        *from += m.end;
        piece = slice_skip(piece, m.end);
    }
    if (piece.n > 0 && reading_is(r, tail, piece, &m)) {
        *to = *from + m.start;
    }
}

struct slice reading_without_codes(const struct reading *r)
{
    char *copy = arena_str(r->arena, r->normal.low);
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        if (e->kind == ENTITY_PHONE || e->kind == ENTITY_ID) {
            memset(copy + e->from, ' ', e->to - e->from);
        }
    }
    return (struct slice){ copy, r->normal.low.n };
}

/* How many bytes of a separator begin here, 0 for none. By bytes, as it runs over whole texts: 。is
 * E3 80 82, 【】are E3 80 90 and 91, the characters of entities EE 80 80 to BF. */
static size_t separator_at(struct slice s, size_t i)
{
    static const bool ascii[0x80] = {
        [' '] = true, [','] = true, [';'] = true, ['.'] = true, ['!'] = true, ['?'] = true,
        [':'] = true, ['+'] = true, ['('] = true, [')'] = true, ['"'] = true, ['/'] = true
    };
    unsigned char c = (unsigned char)s.p[i];
    if (c < 0x80)
        return ascii[c];
    if ((c != 0xE3 && c != 0xEE) || i + 3 > s.n || (unsigned char)s.p[i + 1] != 0x80)
        return 0;
    unsigned char last = (unsigned char)s.p[i + 2];
    return c == 0xEE || last == 0x82 || last == 0x90 || last == 0x91 ? 3 : 0;
}

bool reading_piece(const struct reading *r, size_t *at, size_t *from, size_t *to)
{
    struct slice s = r->entities.masked;
    size_t n;
    while (*at < s.n && (n = separator_at(s, *at)) > 0)
        *at += n;
    *from = *at;
    while (*at < s.n && separator_at(s, *at) == 0)
        (*at)++;
    *to = *at;
    return *to > *from;
}

struct global_phrase {
    enum phrase phrase;
    enum global_word word;
};

/* In the order in which they win. */
static const struct global_phrase global_phrases[] = {
    { PHRASE_OPT_OUT, GLOBAL_OPT_OUT },     { PHRASE_OPT_OUT_ALL, GLOBAL_OPT_OUT_ALL },
    { PHRASE_OFFER, GLOBAL_OPT_OUT_OFFER }, { PHRASE_N, GLOBAL_N },
    { PHRASE_STOP, GLOBAL_STOP },           { PHRASE_CANCEL, GLOBAL_CANCEL },
    { PHRASE_BACK, GLOBAL_BACK },           { PHRASE_HELP, GLOBAL_HELP },
    { PHRASE_HUMAN, GLOBAL_HUMAN },         { PHRASE_FIX, GLOBAL_FIX },
};

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return s.n > 0 && s.n <= 8;
}

static enum global_word find_global(const struct reading *r)
{
    struct slice low = r->normal.low;
    const struct pattern *phrases = r->u->phrases;
    if (low.n == 0) {
        return r->normal.mark == MARK_YES  ? GLOBAL_YES
               : r->normal.mark == MARK_NO ? GLOBAL_NO
                                           : GLOBAL_NONE;
    }
    if (low.n > SHORT_BYTES) {
        return GLOBAL_NONE;
    }
    for (size_t i = 0; i < sizeof(global_phrases) / sizeof(global_phrases[0]); i++) {
        if (pattern_match(&phrases[global_phrases[i].phrase], low, r->data, NULL)) {
            return global_phrases[i].word;
        }
    }
    if (all_digits(low)) {
        return GLOBAL_DIGIT;
    }
    if (pattern_match(&phrases[PHRASE_THANKS], low, r->data, NULL)) {
        return GLOBAL_THANKS; /* may be a yes as well: understand_answer tells */
    }
    if (pattern_match(&phrases[PHRASE_YES], low, r->data, NULL)) {
        return GLOBAL_YES;
    }
    return pattern_match(&phrases[PHRASE_NO], low, r->data, NULL) ? GLOBAL_NO : GLOBAL_NONE;
}

/* Behind 另外, 顺便问下 stands a wish of its own. */
static size_t second_wish(const struct reading *r, size_t *end)
{
    struct pattern_match m;
    if (!pattern_match(&r->u->phrases[PHRASE_SECOND], r->normal.low, r->data, &m) || m.start == 0 ||
        r->normal.low.n - m.end < 6) {
        return 0;
    }
    *end = m.end;
    return m.start;
}

static struct normal normal_part(const struct normal *n, size_t from, size_t to)
{
    struct normal part = *n;
    part.text = slice_head(slice_skip(n->text, from), to - from);
    part.low = slice_head(slice_skip(n->low, from), to - from);
    part.origin = n->origin + from;
    return part;
}

static void analyse(struct reading *r)
{
    const struct understander *u = r->u;
    entities_find(&r->calendar, u->starters, r->normal.low, r->arena, &r->entities);
    r->global = find_global(r);
    if (r->trace != NULL) {
        r->tried = arena_alloc(r->arena, RULES_MAX / 64 * sizeof(r->tried[0]));
    }
    r->candidate_count =
        rules_match(&u->rules, r->entities.masked, r->data, r->candidates, r->tried);
}

static struct reading *blank(const struct reading *like, const struct normal *normal)
{
    struct reading *r = arena_alloc(like->arena, sizeof(*r));
    r->u = like->u;
    r->arena = like->arena;
    r->data = like->data;
    r->channel = like->channel;
    r->calendar = like->calendar;
    r->trace = like->trace;
    r->normal = *normal;
    return r;
}

static void split(struct reading *r)
{
    size_t end = 0, start = second_wish(r, &end);
    if (start == 0) {
        return;
    }
    struct normal head = normal_part(&r->normal, 0, start);
    struct normal tail = normal_part(&r->normal, end, r->normal.low.n);
    struct reading *first = blank(r, &head), *second = blank(r, &tail);
    analyse(first);
    analyse(second);
    if (first->candidate_count > 0 && second->candidate_count > 0) {
        r->entities = first->entities;
        r->normal = head;
        r->tried = first->tried;
        memcpy(r->candidates, first->candidates, sizeof(r->candidates));
        r->candidate_count = first->candidate_count;
        r->second = second;
    }
}

/* Where the right words begin: behind the 是 (or 叫, 住) that follows what was denied; 0 when
 * nothing was denied so. */
static size_t right_words(struct slice low)
{
    static const char denials[] = "不是|不叫|不在|不住|没在", starts[] = "应该是|是|叫|在|住";
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (!scan_any(low, &at, denials)) {
            continue;
        }
        for (at = scan_next(low, at); at < low.n; at = scan_next(low, at)) {
            size_t to = at;
            if (!scan_behind(low, at, "不|就|没") && scan_any(low, &to, starts) && to < low.n) {
                scan_any(low, &to, "在");
                return to;
            }
        }
        return 0;
    }
    return 0;
}

static struct reading *put_right(const struct reading *r)
{
    size_t from = right_words(r->normal.low);
    if (from == 0) {
        return NULL;
    }
    struct normal part = normal_part(&r->normal, from, r->normal.low.n);
    struct reading *right = blank(r, &part);
    analyse(right);
    return right;
}

struct reading *understand_read(const struct understander *u, struct slice text,
                                enum text_channel channel, int64_t now, struct arena *a)
{
    return understand_read_traced(u, text, channel, now, a, NULL);
}

struct reading *understand_read_traced(const struct understander *u, struct slice text,
                                       enum text_channel channel, int64_t now, struct arena *a,
                                       struct trace *trace)
{
    struct reading *r = arena_alloc(a, sizeof(*r));
    r->u = u;
    r->arena = a;
    r->channel = channel;
    r->calendar = (struct calendar){ u->lunar, civil_day_of(now, u->zone) };
    r->trace = trace;
    normal_make(u->han, text, a, &r->normal);
    if (trace != NULL) {
        *trace = (struct trace){ .folded = r->normal };
    }
    mender_apply(u->typos, u->han, &r->normal, a);
    if (trace != NULL) {
        trace->mended = r->normal;
    }
    r->data = pattern_data(a);
    analyse(r);
    split(r);
    r->corrected = put_right(r);
    if (r->candidate_count == 0 && r->global == GLOBAL_NONE && r->normal.low.n <= SOUND_BYTES_MAX) {
        struct normal mended = r->normal;
        if (mender_apply(u->sounds, u->han, &mended, a)) {
            r->by_sound = blank(r, &mended);
            analyse(r->by_sound);
        }
    }
    return r;
}

struct slice reading_text(const struct reading *r)
{
    return r->normal.text;
}

struct slice reading_original(const struct reading *r)
{
    return r->normal.original;
}

enum global_word understand_global(const struct reading *r)
{
    return r->global;
}

/* [自动回复] in front looks like a sticker's name, which is not read as words. */
static bool is_marked_automatic(struct slice text)
{
    static const char *const marks[] = { "[自动回复]", "【自动回复】", "［自动回复］",
                                         "(自动回复)", "（自动回复）", "[自动答复]",
                                         NULL };
    text = slice_trim(text);
    for (int i = 0; marks[i] != NULL; i++) {
        if (slice_starts(text, slice_of(marks[i]))) {
            return true;
        }
    }
    return false;
}

bool understand_is_automatic(const struct reading *r)
{
    if (is_marked_automatic(reading_original(r))) {
        return true;
    }
    return reading_is(r, PHRASE_AUTO_REPLY, r->normal.low, NULL);
}

bool understand_refuses(const struct reading *r)
{
    return reading_is(r, PHRASE_REFUSE, r->normal.low, NULL);
}
