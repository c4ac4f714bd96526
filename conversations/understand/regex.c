#include "conversations/understand/regex.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/slice.h"
#include "gateway/base/utf8.h"

enum { RANGES_MAX = 256, DEPTH_MAX = 48, LAST_CODE_POINT = 0x10FFFF };

struct parser {
    const char *start, *p;
    struct arena *arena;
    struct regex_fault *fault;
    int depth;
};

struct ranges {
    struct regex_range list[RANGES_MAX];
    int count;
    bool wide; /* some are wider than what PCRE2 takes: the complement is everything */
};

static void *refuse(struct parser *x, const char *reason)
{
    if (x->fault->reason == NULL) {
        *x->fault = (struct regex_fault){ reason, (size_t)(x->p - x->start) };
    }
    return NULL;
}

static struct regex *node(struct parser *x, enum regex_kind kind, const char *from)
{
    struct regex *r = arena_alloc(x->arena, sizeof(*r));
    *r = (struct regex){ .kind = kind, .from = (size_t)(from - x->start) };
    r->to = (size_t)(x->p - x->start);
    return r;
}

/* ---- sets ---- */

static void add(struct ranges *s, int32_t from, int32_t to)
{
    if (s->count < RANGES_MAX && from <= to) {
        s->list[s->count++] = (struct regex_range){ from, to };
    } else {
        s->list[0] = (struct regex_range){ 0, LAST_CODE_POINT };
        s->count = 1;
    }
}

static int by_from(const void *a, const void *b)
{
    const struct regex_range *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static void complement(struct ranges *s)
{
    struct ranges out = { .wide = s->wide };
    int32_t next = 0;
    qsort(s->list, (size_t)s->count, sizeof(s->list[0]), by_from);
    for (int i = 0; i < s->count; i++) {
        if (s->list[i].from > next) {
            add(&out, next, s->list[i].from - 1);
        }
        next = s->list[i].to >= next ? s->list[i].to + 1 : next;
    }
    if (next <= LAST_CODE_POINT) {
        add(&out, next, LAST_CODE_POINT);
    }
    *s = out;
    if (s->wide) {
        s->count = 0;
        add(s, 0, LAST_CODE_POINT);
    }
}

static struct regex *set_node(struct parser *x, struct ranges *s, const char *from)
{
    qsort(s->list, (size_t)s->count, sizeof(s->list[0]), by_from);
    struct regex *r = node(x, REGEX_SET, from);
    struct regex_range *list = arena_alloc(x->arena, (size_t)(s->count + 1) * sizeof(*list));
    memcpy(list, s->list, (size_t)s->count * sizeof(*list));
    r->ranges = list;
    r->range_count = s->count;
    return r;
}

static void add_han(struct ranges *s)
{
    add(s, 0x2E80, 0x2FDF);
    add(s, 0x3005, 0x3007);
    add(s, 0x3021, 0x303B);
    add(s, 0x3400, 0x4DBF);
    add(s, 0x4E00, 0x9FFF);
    add(s, 0xF900, 0xFAFF);
    add(s, 0x16FE0, 0x16FFF);
    add(s, 0x20000, 0x3FFFF);
}

/* Decimal digits beyond ASCII stand here and there: the blocks that hold them. */
static void add_digits(struct ranges *s)
{
    add(s, '0', '9');
    add(s, 0x660, 0x1C59);
    add(s, 0xA620, 0xABF9);
    add(s, 0xFF10, 0xFF19);
    add(s, 0x104A0, 0x1FBF9);
    s->wide = true;
}

static void add_spaces(struct ranges *s)
{
    add(s, 9, 13);
    add(s, ' ', ' ');
    add(s, 0x85, 0x85);
    add(s, 0xA0, 0xA0);
    add(s, 0x1680, 0x180E);
    add(s, 0x2000, 0x2029);
    add(s, 0x202F, 0x205F);
    add(s, 0x3000, 0x3000);
    s->wide = true;
}

static void add_word(struct ranges *s)
{
    add(s, '0', '9');
    add(s, 'A', 'Z');
    add(s, '_', '_');
    add(s, 'a', 'z');
    add(s, 0x80, LAST_CODE_POINT);
    s->wide = true;
}

/* A class escape behind the backslash: \d, \p{Han}; false when the letter is none. */
static bool class_escape(struct parser *x, struct ranges *s)
{
    char c = *x->p;
    struct ranges inner = { 0 };
    if (c == 'd' || c == 'D') {
        add_digits(&inner);
    } else if (c == 's' || c == 'S') {
        add_spaces(&inner);
    } else if (c == 'w' || c == 'W') {
        add_word(&inner);
    } else if (c == 'p' || c == 'P') {
        static const char han[] = "{Han}";
        if (strncmp(x->p + 1, han, sizeof(han) - 1) != 0) {
            refuse(x, "uses a property other than \\p{Han}");
            return true;
        }
        add_han(&inner);
        x->p += sizeof(han) - 1;
        inner.wide = true;
    } else {
        return false;
    }
    x->p++;
    if (c == 'D' || c == 'S' || c == 'W' || c == 'P') {
        complement(&inner);
    }
    for (int i = 0; i < inner.count; i++) {
        add(s, inner.list[i].from, inner.list[i].to);
    }
    s->wide = s->wide || inner.wide;
    return true;
}

/* One literal character, behind a backslash or not. */
static int32_t literal(struct parser *x, bool escaped)
{
    if (escaped && *x->p == 'x' && x->p[1] == '{') {
        char *end;
        long value = strtol(x->p + 2, &end, 16);
        if (*end != '}' || value < 0 || value > LAST_CODE_POINT) {
            refuse(x, "holds a \\x{…} that is no character");
            return -1;
        }
        x->p = end + 1;
        return (int32_t)value;
    }
    char c = *x->p;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (escaped && letter) {
        static const char known[] = "nrtfea", value[] = "\n\r\t\f\033\a";
        const char *at = strchr(known, c);
        if (at == NULL) {
            refuse(x, "refers back to a group or uses an escape that cannot be bounded");
            return -1;
        }
        x->p++;
        return value[at - known];
    }
    struct slice rest = slice_of(x->p);
    size_t before = rest.n;
    int32_t cp = utf8_next(&rest);
    x->p += before - rest.n;
    return cp;
}

static struct regex *parse_class(struct parser *x)
{
    const char *from = x->p++;
    struct ranges s = { 0 };
    bool negated = *x->p == '^';
    x->p += negated;
    for (bool first = true; *x->p != '\0' && (*x->p != ']' || first); first = false) {
        if (x->p[0] == '[' && x->p[1] == ':') {
            return refuse(x, "uses a named class like [:alpha:]");
        }
        bool escaped = *x->p == '\\' && x->p[1] != '\0';
        x->p += escaped;
        if (escaped && class_escape(x, &s)) {
            continue;
        }
        int32_t a = literal(x, escaped), b = a;
        if (x->p[0] == '-' && x->p[1] != ']' && x->p[1] != '\0') {
            x->p++;
            escaped = *x->p == '\\' && x->p[1] != '\0';
            x->p += escaped;
            b = literal(x, escaped);
        }
        if (x->fault->reason != NULL) {
            return NULL;
        }
        add(&s, a, b);
    }
    if (*x->p != ']') {
        return refuse(x, "has a [ without its ]");
    }
    x->p++;
    if (negated) {
        complement(&s);
    }
    return set_node(x, &s, from);
}

/* ---- structure ---- */

static struct regex *parse_alternatives(struct parser *x);

/* What stands behind "(?" and the kind of the group; false for a group that is not known. */
static bool group_head(struct parser *x, enum regex_kind *kind)
{
    static const struct {
        const char *head;
        enum regex_kind kind;
    } heads[] = {
        { "?:", REGEX_CAT },   { "?=", REGEX_LOOK },  { "?!", REGEX_LOOK },
        { "?<=", REGEX_LOOK }, { "?<!", REGEX_LOOK }, { "?>", REGEX_ATOMIC },
    };
    *kind = REGEX_CAT;
    if (*x->p == '*') {
        return false;
    }
    if (*x->p != '?') {
        return true;
    }
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        size_t n = strlen(heads[i].head);
        if (strncmp(x->p, heads[i].head, n) == 0) {
            *kind = heads[i].kind;
            x->p += n;
            return true;
        }
    }
    const char *end =
        x->p[1] == '<' || (x->p[1] == 'P' && x->p[2] == '<') ? strchr(x->p, '>') : NULL;
    if (end != NULL) {
        x->p = end + 1;
    }
    return end != NULL;
}

static struct regex *parse_group(struct parser *x)
{
    const char *from = x->p++;
    enum regex_kind kind;
    if (!group_head(x, &kind)) {
        return refuse(x, "has a group of a kind that cannot be bounded (a condition, recursion, an "
                         "option, a verb)");
    }
    if (++x->depth > DEPTH_MAX) {
        return refuse(x, "has groups nested too deeply");
    }
    struct regex *inside = parse_alternatives(x);
    if (inside == NULL) {
        return NULL;
    }
    if (*x->p != ')') {
        return refuse(x, "has a ( without its )");
    }
    x->p++;
    x->depth--;
    struct regex *group = node(x, kind, from);
    group->child = inside;
    return group;
}

static struct regex *parse_escape(struct parser *x)
{
    const char *from = x->p++;
    struct ranges s = { 0 };
    if (strchr("bBAzZG", *x->p) != NULL && *x->p != '\0') {
        x->p++;
        return node(x, REGEX_EMPTY, from);
    }
    if (!class_escape(x, &s)) {
        int32_t cp = literal(x, true);
        add(&s, cp, cp);
    }
    return x->fault->reason != NULL ? NULL : set_node(x, &s, from);
}

static struct regex *parse_atom(struct parser *x)
{
    const char *from = x->p;
    struct ranges s = { 0 };
    switch (*x->p) {
    case '(':
        return parse_group(x);
    case '[':
        return parse_class(x);
    case '\\':
        return parse_escape(x);
    case '^':
    case '$':
        x->p++;
        return node(x, REGEX_EMPTY, from);
    case '.':
        x->p++;
        add(&s, '\n', '\n');
        complement(&s);
        return set_node(x, &s, from);
    case '*':
    case '+':
    case '?':
        return refuse(x, "has a quantifier with nothing before it");
    default: {
        int32_t cp = literal(x, false);
        add(&s, cp, cp);
        return set_node(x, &s, from);
    }
    }
}

/* {2}, {2,}, {2,5}; false, and nothing moved, when it is plain text. */
static bool counted(const char **p, int *least, int *most)
{
    char *end;
    if ((*p)[0] != '{' || (*p)[1] < '0' || (*p)[1] > '9') {
        return false;
    }
    *least = *most = (int)strtol(*p + 1, &end, 10);
    if (*end == ',') {
        const char *second = end + 1;
        *most = *second == '}' ? REGEX_ENDLESS : (int)strtol(second, &end, 10);
        end = *second == '}' ? (char *)(uintptr_t)second : end;
    }
    if (*end != '}') {
        return false;
    }
    *p = end + 1;
    return true;
}

static struct regex *parse_repeat(struct parser *x)
{
    const char *from = x->p;
    struct regex *atom = parse_atom(x);
    while (atom != NULL) {
        int least = 0, most = REGEX_ENDLESS;
        if (*x->p == '*' || *x->p == '+' || *x->p == '?') {
            least = *x->p == '+';
            most = *x->p == '?' ? 1 : REGEX_ENDLESS;
            x->p++;
        } else if (!counted(&x->p, &least, &most)) {
            return atom;
        }
        bool possessive = *x->p == '+';
        x->p += *x->p == '?' || *x->p == '+';
        struct regex *repeat = node(x, REGEX_REPEAT, from);
        repeat->child = atom;
        repeat->least = least;
        repeat->most = most;
        repeat->possessive = possessive;
        atom = repeat;
    }
    return NULL;
}

static struct regex *parse_sequence(struct parser *x)
{
    struct regex *first = NULL, **end = &first;
    const char *from = x->p;
    while (*x->p != '\0' && *x->p != '|' && *x->p != ')') {
        *end = parse_repeat(x);
        if (*end == NULL) {
            return NULL;
        }
        end = &(*end)->next;
    }
    struct regex *sequence = node(x, first == NULL ? REGEX_EMPTY : REGEX_CAT, from);
    sequence->child = first;
    return sequence;
}

static struct regex *parse_alternatives(struct parser *x)
{
    struct regex *first = NULL, **end = &first;
    const char *from = x->p;
    for (;;) {
        *end = parse_sequence(x);
        if (*end == NULL) {
            return NULL;
        }
        end = &(*end)->next;
        if (*x->p != '|') {
            break;
        }
        x->p++;
    }
    if (first->next == NULL) {
        return first;
    }
    struct regex *alternatives = node(x, REGEX_ALT, from);
    alternatives->child = first;
    return alternatives;
}

struct regex *regex_parse(const char *pattern, struct arena *a, struct regex_fault *fault)
{
    struct parser x = { pattern, pattern, a, fault, 0 };
    *fault = (struct regex_fault){ 0 };
    struct regex *root = parse_alternatives(&x);
    if (root != NULL && *x.p != '\0') {
        return refuse(&x, "has a ) without its (");
    }
    return root;
}

bool regex_overlap(const struct regex *a, const struct regex *b)
{
    for (int i = 0, k = 0; i < a->range_count && k < b->range_count;) {
        const struct regex_range *x = &a->ranges[i], *y = &b->ranges[k];
        if (x->from <= y->to && y->from <= x->to) {
            return true;
        }
        if (x->to < y->to) {
            i++;
        } else {
            k++;
        }
    }
    return false;
}

bool regex_nullable(const struct regex *r)
{
    const struct regex *c = r->child;
    switch (r->kind) {
    case REGEX_SET:
        return false;
    case REGEX_CAT:
    case REGEX_ATOMIC:
        for (; c != NULL; c = c->next) {
            if (!regex_nullable(c)) {
                return false;
            }
        }
        return true;
    case REGEX_ALT:
        for (; c != NULL; c = c->next) {
            if (regex_nullable(c)) {
                return true;
            }
        }
        return false;
    case REGEX_REPEAT:
        return r->least == 0 || regex_nullable(c);
    default:
        return true;
    }
}

struct sample {
    char *out;
    size_t n, room;
    uint32_t seed;
};

/* A small number of its own for each choice; never below 0. */
static int choose(struct sample *x, int most)
{
    x->seed = x->seed * 1664525u + 1013904223u;
    return most > 0 ? (int)((x->seed >> 16) % (uint32_t)most) : 0;
}

static void sample_set(struct sample *x, const struct regex *r)
{
    static const int32_t usual[] = { 0x5C0F, 0x5F20, 0x597D, '3', 'a' };
    const struct regex_range *range = &r->ranges[choose(x, r->range_count)];
    int32_t cp =
        range->from + choose(x, range->to - range->from < 10 ? range->to - range->from + 1 : 1);
    bool wide = r->range_count > 0 && r->ranges[r->range_count - 1].to > 0x4E00 &&
                r->ranges[r->range_count - 1].to - r->ranges[r->range_count - 1].from > 100;
    for (size_t i = 0; wide && i < sizeof(usual) / sizeof(usual[0]); i++) {
        const struct regex_range one = { usual[i], usual[i] };
        const struct regex probe = { .ranges = &one, .range_count = 1 };
        if (regex_overlap(r, &probe)) {
            cp = usual[i];
            break;
        }
    }
    if (x->n + 4 <= x->room && cp > 0 && (cp < 0xD800 || cp > 0xDFFF)) {
        x->n += (size_t)utf8_put(x->out + x->n, cp);
    }
}

static void sample(struct sample *x, const struct regex *r)
{
    int count = 0, k;
    switch (r->kind) {
    case REGEX_SET:
        sample_set(x, r);
        return;
    case REGEX_ALT:
        for (const struct regex *c = r->child; c != NULL; c = c->next) {
            count++;
        }
        k = choose(x, count);
        for (const struct regex *c = r->child; c != NULL; c = c->next, k--) {
            if (k == 0) {
                sample(x, c);
            }
        }
        return;
    case REGEX_REPEAT:
        count = r->least + (r->most != r->least && choose(x, 4) == 0);
        for (int i = 0; i < count; i++) {
            sample(x, r->child);
        }
        return;
    case REGEX_CAT:
    case REGEX_ATOMIC:
        for (const struct regex *c = r->child; c != NULL; c = c->next) {
            sample(x, c);
        }
        return;
    default:
        return;
    }
}

size_t regex_sample(const struct regex *r, uint32_t seed, char *out, size_t room)
{
    struct sample x = { out, 0, room, seed * 2654435761u };
    sample(&x, r);
    return x.n;
}
