#include "conversations/understand/backtrack.h"

#include <stdlib.h>
#include <string.h>

#include "conversations/understand/regex.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"
#include "gateway/base/utf8.h"

enum {
    PLACES_MAX = 2000, /* characters a round of a repeat may be written with */
    LOOPS_MAX = 64,    /* repeats without end that may begin or end something */
    COPIES_MAX = 64    /* a longer counted repeat is taken as one without end */
};

/* ---- one round of a repeat as an automaton: a place for each character of the pattern ---- */

struct places {
    struct arena *arena;
    const struct regex *set[PLACES_MAX];
    int count;
    size_t words;    /* 64-bit words of a row */
    uint64_t *after; /* a row a place: the places that may follow */
    bool twice;      /* a place follows another in two ways */
    int twice_from, twice_to;
};

struct part {
    uint64_t *first, *last; /* rows */
    int nothing;            /* in how many ways it takes no character; 2 is "two or more" */
};

static uint64_t *row(struct places *p)
{
    return arena_alloc(p->arena, p->words * sizeof(uint64_t));
}

static bool has(const uint64_t *r, int i)
{
    return (r[i / 64] >> (i % 64) & 1) != 0;
}

static void put(uint64_t *r, int i)
{
    r[i / 64] |= UINT64_C(1) << (i % 64);
}

static void join(const struct places *p, uint64_t *to, const uint64_t *from)
{
    for (size_t i = 0; i < p->words; i++) {
        to[i] |= from[i];
    }
}

static void link_places(struct places *p, const uint64_t *last, const uint64_t *first)
{
    for (int i = 0; i < p->count; i++) {
        if (!has(last, i)) {
            continue;
        }
        uint64_t *after = p->after + (size_t)i * p->words;
        for (size_t k = 0; k < p->words; k++) {
            uint64_t again = after[k] & first[k];
            if (again != 0 && !p->twice) {
                p->twice_from = i;
                p->twice_to = (int)(k * 64) + __builtin_ctzll(again);
            }
            p->twice = p->twice || again != 0;
            after[k] |= first[k];
        }
    }
}

static int at_most_two(int n)
{
    return n > 2 ? 2 : n;
}

static int copies_of(const struct regex *r)
{
    bool endless = r->most == REGEX_ENDLESS || r->most > COPIES_MAX;
    return endless ? (r->least > 1 ? r->least : 1) : r->most;
}

/* How many places the tree needs. */
static long count_places(const struct regex *r)
{
    long n = r->kind == REGEX_SET;
    if (r->kind == REGEX_LOOK) {
        return 0;
    }
    for (const struct regex *c = r->child; c != NULL && n <= PLACES_MAX; c = c->next) {
        n += count_places(c);
    }
    return r->kind == REGEX_REPEAT ? n * copies_of(r) : n;
}

static struct part build(struct places *p, const struct regex *r);

static struct part follow(struct places *p, struct part a, struct part b)
{
    link_places(p, a.last, b.first);
    if (a.nothing > 0) {
        join(p, a.first, b.first);
    }
    if (b.nothing > 0) {
        join(p, b.last, a.last);
    }
    p->twice = p->twice || a.nothing > 1 || b.nothing > 1;
    return (struct part){ a.first, b.last, at_most_two(a.nothing * b.nothing) };
}

static struct part nothing(struct places *p)
{
    return (struct part){ row(p), row(p), 1 };
}

static struct part build_repeat(struct places *p, const struct regex *r)
{
    struct part all = nothing(p);
    int copies = copies_of(r);
    bool endless = r->most == REGEX_ENDLESS || r->most > COPIES_MAX;
    struct part before = nothing(p);
    for (int i = 0; i < copies; i++) {
        struct part one = build(p, r->child);
        if (endless && i + 1 == copies) {
            link_places(p, one.last, one.first);
        }
        if (i < r->least) {
            all = follow(p, all, one);
            before = (struct part){ NULL, row(p), 0 };
            join(p, before.last, all.last);
            continue;
        }
        /* Each that may be left out stands behind the one before it; what ended still ends. */
        link_places(p, before.last, one.first);
        if (i == r->least && all.nothing > 0) {
            join(p, all.first, one.first);
        }
        join(p, all.last, one.last);
        before = one;
        p->twice = p->twice || one.nothing > 0;
    }
    return all;
}

static struct part build(struct places *p, const struct regex *r)
{
    struct part all = nothing(p);
    const struct regex *c = r->child;
    switch (r->kind) {
    case REGEX_SET:
        if (p->count < PLACES_MAX) {
            p->set[p->count] = r;
            put(all.first, p->count);
            put(all.last, p->count++);
        }
        all.nothing = 0;
        return all;
    case REGEX_CAT:
    case REGEX_ATOMIC:
        for (; c != NULL; c = c->next) {
            all = follow(p, all, build(p, c));
        }
        return all;
    case REGEX_ALT:
        all.nothing = 0;
        for (; c != NULL; c = c->next) {
            struct part one = build(p, c);
            join(p, all.first, one.first);
            join(p, all.last, one.last);
            all.nothing = at_most_two(all.nothing + one.nothing);
        }
        return all;
    case REGEX_REPEAT:
        return build_repeat(p, r);
    default:
        return all;
    }
}

/* Pairs of places reached by the same text, in the order found; `seen` is a matrix of bits. */
struct pair {
    int a, b;
    int from; /* the pair before it; -1: both followed place `a0` */
    int a0;
};

struct pairs {
    const struct places *places;
    uint64_t *overlap, *seen;
    struct pair *list;
    int count, room;
};

static void add_pair(struct pairs *x, struct pair pair)
{
    int low = pair.a < pair.b ? pair.a : pair.b, high = pair.a < pair.b ? pair.b : pair.a;
    uint64_t *seen = x->seen + (size_t)low * x->places->words;
    if (has(seen, high)) {
        return;
    }
    put(seen, high);
    if (x->count == x->room) {
        x->room = x->room * 2 + 256;
        x->list = mem_resize(x->list, (size_t)x->room * sizeof(x->list[0]));
    }
    x->list[x->count++] = pair;
}

/* Goes on from two places by every character that both take; the place where they meet again, or
 * -1. */
static int advance(struct pairs *x, int from_a, int from_b, int parent)
{
    const struct places *p = x->places;
    const uint64_t *after_a = p->after + (size_t)from_a * p->words,
                   *after_b = p->after + (size_t)from_b * p->words;
    for (int a = 0; a < p->count; a++) {
        if (!has(after_a, a)) {
            continue;
        }
        const uint64_t *same = x->overlap + (size_t)a * p->words;
        for (size_t k = 0; k < p->words; k++) {
            for (uint64_t bits = after_b[k] & same[k]; bits != 0; bits &= bits - 1) {
                int b = (int)(k * 64) + __builtin_ctzll(bits);
                if (a == b && from_a != from_b) {
                    return a;
                }
                if (a != b) {
                    add_pair(x, (struct pair){ a, b, parent, from_a });
                }
            }
        }
    }
    return -1;
}

/* A character that both sets take. */
static int32_t common(const struct regex *a, const struct regex *b)
{
    for (int i = 0; i < a->range_count; i++) {
        for (int k = 0; k < b->range_count; k++) {
            int32_t from =
                a->ranges[i].from > b->ranges[k].from ? a->ranges[i].from : b->ranges[k].from;
            if (from <= a->ranges[i].to && from <= b->ranges[k].to) {
                return from;
            }
        }
    }
    return -1;
}

struct word {
    char text[BACKTRACK_WORD_MAX];
    size_t n;
};

static void append(struct word *w, int32_t cp)
{
    if (cp > 0 && w->n + 5 < sizeof(w->text)) {
        w->n += (size_t)utf8_put(w->text + w->n, cp);
        w->text[w->n] = '\0';
    }
}

/* The text that leads to a pair, from where its two ways part. */
static void spell(const struct pairs *x, int at, struct word *w)
{
    const struct pair *pair = &x->list[at];
    const struct regex *const *set = x->places->set;
    if (pair->from < 0) {
        append(w, common(set[pair->a0], set[pair->a0]));
    } else {
        spell(x, pair->from, w);
    }
    append(w, common(set[pair->a], set[pair->b]));
}

/* Whether two ways through the rounds of a repeat read the same text: they part somewhere and meet
 * again. `w` is then such a text. */
static bool two_ways(struct places *p, struct word *w)
{
    struct pairs x = { .places = p };
    int met = -1;
    x.overlap = arena_alloc(p->arena, (size_t)p->count * p->words * sizeof(uint64_t));
    x.seen = arena_alloc(p->arena, (size_t)p->count * p->words * sizeof(uint64_t));
    for (int a = 0; a < p->count; a++) {
        for (int b = 0; b < p->count; b++) {
            if (a == b || regex_overlap(p->set[a], p->set[b])) {
                put(x.overlap + (size_t)a * p->words, b);
            }
        }
    }
    for (int a = 0; a < p->count; a++) {
        (void)advance(&x, a, a, -1);
    }
    for (int i = 0; i < x.count && met < 0; i++) {
        met = advance(&x, x.list[i].a, x.list[i].b, i);
        if (met >= 0) {
            spell(&x, i, w);
            append(w, common(p->set[met], p->set[met]));
        }
    }
    free(x.list);
    return met >= 0;
}

/* ---- the tree ---- */

struct proof {
    struct arena arena;
    struct backtrack *out;
};

/* Repeats without end that may stand at the very beginning, or at the very end, of something. */
struct loops {
    const struct regex *list[LOOPS_MAX];
    int count;
};

struct edges {
    struct loops lead, trail;
    bool nullable;
    int endless; /* on the way with the most of them */
};

static bool refuse(struct proof *x, const struct regex *r, const char *reason, const char *advice)
{
    if (x->out->reason == NULL) {
        *x->out = (struct backtrack){ reason, advice, r->from, r->to, 0, "" };
    }
    return false;
}

static bool is_endless(const struct regex *r)
{
    return r->kind == REGEX_REPEAT && (r->most == REGEX_ENDLESS || r->most > COPIES_MAX);
}

/* A repeat without end, inside, that gives back what it took. */
static bool holds_endless(const struct regex *r)
{
    if (r->kind == REGEX_ATOMIC || r->kind == REGEX_LOOK) {
        return false;
    }
    if (is_endless(r) && !r->possessive) {
        return true;
    }
    for (const struct regex *c = r->child; c != NULL && !r->possessive; c = c->next) {
        if (holds_endless(c)) {
            return true;
        }
    }
    return false;
}

/* One round of a repeat must be read in one way. A single set always is. */
static bool prove_rounds(struct proof *x, const struct regex *r)
{
    static const char advice[] =
        "write the shared part once, leave out words that another one begins with or that two of "
        "them make up, or let the repeat keep what it took: (?:…)*+";
    if (count_places(r->child) > PLACES_MAX) {
        return refuse(x, r, "a repeat without end is too large to be proven",
                      "use fewer words in it, or a count like {0,8}");
    }
    struct places *p = arena_alloc(&x->arena, sizeof(*p));
    p->arena = &x->arena;
    p->words = (size_t)(count_places(r->child) * 1 + 63) / 64 + 1;
    p->after = arena_alloc(&x->arena, p->words * 64 * p->words * sizeof(uint64_t));
    struct part round = build(p, r->child);
    link_places(p, round.last, round.first);
    struct word w = { .n = 0 };
    if (!p->twice && round.nothing < 2 && !two_ways(p, &w)) {
        return true;
    }
    if (p->twice_from != p->twice_to) {
        append(&w, common(p->set[p->twice_from], p->set[p->twice_from]));
        append(&w, common(p->set[p->twice_to], p->set[p->twice_to]));
    }
    refuse(x, r, "a repeat without end can read the same text in two ways", advice);
    if (x->out->text[0] == '\0') {
        memcpy(x->out->text, w.text, w.n + 1);
    }
    return false;
}

/* The first characters of anything. */
static bool firsts_overlap(const struct regex *a, const struct regex *b);

static bool any_first(const struct regex *r, bool (*test)(const struct regex *, const void *),
                      const void *context)
{
    const struct regex *c = r->child;
    switch (r->kind) {
    case REGEX_SET:
        return test(r, context);
    case REGEX_CAT:
    case REGEX_ATOMIC:
        for (; c != NULL; c = c->next) {
            if (any_first(c, test, context)) {
                return true;
            }
            if (!regex_nullable(c)) {
                return false;
            }
        }
        return false;
    case REGEX_ALT:
    case REGEX_REPEAT:
        for (; c != NULL; c = c->next) {
            if (any_first(c, test, context)) {
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

static bool same_set(const struct regex *set, const void *other)
{
    return regex_overlap(set, other);
}

static bool meets(const struct regex *set, const void *other)
{
    return any_first(other, same_set, set);
}

static bool firsts_overlap(const struct regex *a, const struct regex *b)
{
    return any_first(a, meets, b);
}

static void add_loops(struct loops *to, const struct loops *from)
{
    for (int i = 0; i < from->count && to->count < LOOPS_MAX; i++) {
        to->list[to->count++] = from->list[i];
    }
}

static bool prove_beside(struct proof *x, const struct loops *before, const struct loops *behind)
{
    for (int i = 0; i < before->count; i++) {
        for (int k = 0; k < behind->count; k++) {
            if (firsts_overlap(before->list[i]->child, behind->list[k]->child)) {
                refuse(x, before->list[i],
                       "two repeats without end stand beside each other and take the same "
                       "characters",
                       "make them one, put something that must stand there between them, use a "
                       "count like {0,8}, or let the first keep what it took: (?:…)*+");
                x->out->to = behind->list[k]->to;
                return false;
            }
        }
    }
    return true;
}

static bool prove(struct proof *x, const struct regex *r, struct edges *out);

static bool prove_sequence(struct proof *x, const struct regex *r, struct edges *out)
{
    out->nullable = true;
    for (const struct regex *c = r->child; c != NULL; c = c->next) {
        struct edges e = { 0 };
        if (!prove(x, c, &e) || !prove_beside(x, &out->trail, &e.lead)) {
            return false;
        }
        if (out->nullable) {
            add_loops(&out->lead, &e.lead);
        }
        if (!e.nullable) {
            out->trail.count = 0;
        }
        add_loops(&out->trail, &e.trail);
        out->nullable = out->nullable && e.nullable;
        out->endless += e.endless;
    }
    if (r->kind == REGEX_ATOMIC) {
        out->trail.count = 0;
        out->endless = 0;
    }
    return true;
}

static bool prove_choice(struct proof *x, const struct regex *r, struct edges *out)
{
    for (const struct regex *c = r->child; c != NULL; c = c->next) {
        struct edges e = { 0 };
        if (!prove(x, c, &e)) {
            return false;
        }
        add_loops(&out->lead, &e.lead);
        add_loops(&out->trail, &e.trail);
        out->nullable = out->nullable || e.nullable;
        out->endless = e.endless > out->endless ? e.endless : out->endless;
    }
    return true;
}

static bool prove_repeat(struct proof *x, const struct regex *r, struct edges *out)
{
    if (!prove(x, r->child, out)) {
        return false;
    }
    if (is_endless(r) && !r->possessive && holds_endless(r->child)) {
        return refuse(x, r, "a repeat without end stands inside another",
                      "take the inner or the outer * or + away, give the inner one a count like "
                      "{1,8}, or let it keep what it took: (?:…)++");
    }
    if (is_endless(r) && !r->possessive && r->child->kind != REGEX_SET && !prove_rounds(x, r)) {
        return false;
    }
    if (r->most != 1 && !prove_beside(x, &out->trail, &out->lead)) {
        return false;
    }
    out->nullable = out->nullable || r->least == 0;
    if (is_endless(r) && out->lead.count < LOOPS_MAX) {
        out->lead.list[out->lead.count++] = r;
    }
    if (r->possessive) {
        out->trail.count = 0;
        out->endless = 0;
    } else if (is_endless(r)) {
        out->trail.list[0] = r;
        out->trail.count = 1;
        out->endless++;
    }
    return true;
}

static bool prove(struct proof *x, const struct regex *r, struct edges *out)
{
    struct edges inside = { 0 };
    switch (r->kind) {
    case REGEX_CAT:
    case REGEX_ATOMIC:
        return prove_sequence(x, r, out);
    case REGEX_ALT:
        return prove_choice(x, r, out);
    case REGEX_REPEAT:
        return prove_repeat(x, r, out);
    case REGEX_LOOK:
        out->nullable = true;
        return prove(x, r->child, &inside);
    case REGEX_EMPTY:
        out->nullable = true;
        return true;
    default:
        return true;
    }
}

bool backtrack_proven(const char *pattern, struct backtrack *out)
{
    struct proof x = { .out = out };
    struct regex_fault fault;
    struct edges edges = { 0 };
    *out = (struct backtrack){ 0 };
    const struct regex *root = regex_parse(pattern, &x.arena, &fault);
    bool proven = root != NULL;
    if (root == NULL) {
        *out = (struct backtrack){ fault.reason,
                                   "write it with (?:…), […], counts and plain text",
                                   fault.at,
                                   strlen(pattern),
                                   0,
                                   "" };
    } else {
        proven = prove(&x, root, &edges);
        if (proven && edges.endless > BACKTRACK_ENDLESS_MAX) {
            proven = refuse(&x, root, "more than four repeats without end follow each other",
                            "give some of them a count like {0,8}");
        }
    }
    arena_free(&x.arena);
    return proven;
}
