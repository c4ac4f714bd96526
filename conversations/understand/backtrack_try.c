/* Texts that are made to be hard for a pattern, and its steps over them. Declared in backtrack.h.
 */
#include "conversations/understand/backtrack.h"

#include <stdlib.h>
#include <string.h>

#include "conversations/understand/regex.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"
#include "gateway/base/utf8.h"

enum { TAIL_BYTES = 200 };

struct maker {
    char text[BACKTRACK_TEXT_MAX + TAIL_BYTES + 8];
    size_t n;
    int turn;                   /* which of several words is taken */
    const struct regex *target; /* the repeat that is filled up; NULL: none */
    bool stopped;               /* behind the target nothing more is written */
};

static void write_set(struct maker *m, const struct regex *set)
{
    static const int32_t usual[] = { 0x597D, 'a', '1', ' ' };
    int32_t cp = set->range_count > 0 ? set->ranges[m->turn % set->range_count].from : 0;
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]) && set->range_count > 1; i++) {
        const struct regex_range one = { usual[i], usual[i] };
        const struct regex probe = { .ranges = &one, .range_count = 1 };
        if (regex_overlap(set, &probe)) {
            cp = usual[i];
            break;
        }
    }
    if (m->n + 4 <= BACKTRACK_TEXT_MAX && cp > 0 && (cp < 0xD800 || cp > 0xDFFF)) {
        m->n += (size_t)utf8_put(m->text + m->n, cp);
    }
}

static bool holds(const struct regex *r, const struct regex *target)
{
    if (r == target) {
        return true;
    }
    for (const struct regex *c = r->child; c != NULL; c = c->next) {
        if (holds(c, target)) {
            return true;
        }
    }
    return false;
}

static void write_word(struct maker *m, const struct regex *r);

static void write_choice(struct maker *m, const struct regex *r)
{
    int count = 0;
    for (const struct regex *c = r->child; c != NULL; c = c->next) {
        count++;
    }
    int k = count > 0 ? m->turn % count : 0;
    for (const struct regex *c = r->child; c != NULL; c = c->next, k--) {
        if (m->target != NULL ? holds(c, m->target) : k == 0) {
            write_word(m, c);
            return;
        }
    }
}

static void write_repeat(struct maker *m, const struct regex *r)
{
    if (r == m->target) {
        size_t before = m->n + 1;
        m->target = NULL;
        for (int i = 0; m->n + 12 < BACKTRACK_TEXT_MAX && m->n != before && i < 2000; i++) {
            before = m->n;
            write_word(m, r->child);
            m->turn += m->turn > 1;
        }
        m->stopped = true;
        return;
    }
    int times = r->least == 0 && m->target != NULL && holds(r, m->target) ? 1 : r->least;
    for (int i = 0; i < times && i < 8; i++) {
        write_word(m, r->child);
    }
}

/* The shortest text of a part, with the target filled up. */
static void write_word(struct maker *m, const struct regex *r)
{
    if (m->stopped || r->kind == REGEX_EMPTY || (r->kind == REGEX_LOOK && !holds(r, m->target))) {
        return;
    }
    switch (r->kind) {
    case REGEX_SET:
        write_set(m, r);
        return;
    case REGEX_REPEAT:
        write_repeat(m, r);
        return;
    case REGEX_ALT: {
        const struct regex *target = m->target;
        write_choice(m, r);
        m->target = target != NULL && !m->stopped ? target : m->target;
        return;
    }
    default:
        for (const struct regex *c = r->child; c != NULL && !m->stopped; c = c->next) {
            const struct regex *target = m->target;
            m->target = target != NULL && holds(c, target) ? target : NULL;
            write_word(m, c);
            m->target = target;
        }
    }
}

struct trial {
    const pcre2_code *code;
    const struct regex *root;
    struct backtrack *out;
    struct maker maker;
    int texts;
};

enum { TEXTS_MAX = 64 };

pcre2_code *backtrack_compile(const char *pattern)
{
    int number;
    PCRE2_SIZE offset;
    return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                         PCRE2_UTF | PCRE2_UCP | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C |
                             PCRE2_AUTO_CALLOUT,
                         &number, &offset, NULL);
}

struct counter {
    uint32_t steps, most;
};

/* Called before each item of the pattern that is tried. */
static int on_step(pcre2_callout_block *block, void *context)
{
    struct counter *c = context;
    (void)block;
    return ++c->steps >= c->most ? PCRE2_ERROR_CALLOUT : 0;
}

uint32_t backtrack_steps(const pcre2_code *code, const char *text, size_t n, uint32_t most)
{
    struct counter counter = { 0, most };
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_set_callout(context, on_step, &counter);
    (void)pcre2_match(code, (PCRE2_SPTR)text, n, 0, PCRE2_NO_UTF_CHECK, data, context);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return counter.steps;
}

/* Ends what was made with something that fits nothing, and matches it once. Behind it stands what
 * the pattern looks for, or PCRE2 would see at once that a character is missing. */
static bool try_text(struct trial *t, const struct regex *part)
{
    struct maker *m = &t->maker;
    m->n += (size_t)utf8_put(m->text + m->n, 0xFFFD);
    m->n += regex_sample(t->root, 0, m->text + m->n, TAIL_BYTES);
    t->texts++;
    if (backtrack_steps(t->code, m->text, m->n, BACKTRACK_STEPS_MAX) < BACKTRACK_STEPS_MAX) {
        return true;
    }
    *t->out = (struct backtrack){
        .reason = "takes too many steps over a text of its own words",
        .advice = "begin it with ^, put what is rare first, use smaller counts, or let repeats "
                  "keep what they took: (?:…)*+",
        .from = part->from,
        .to = part->to,
        .steps = BACKTRACK_STEPS_MAX,
    };
    struct slice head = utf8_cut((struct slice){ m->text, m->n }, sizeof(t->out->text) - 1);
    memcpy(t->out->text, head.p, head.n);
    return false;
}

/* Every repeat of some length filled up, with its words in turn. */
static bool try_repeats(struct trial *t, const struct regex *r)
{
    if (r->kind == REGEX_REPEAT && (r->most == REGEX_ENDLESS || r->most >= 8)) {
        for (int turn = 0; turn < 3 && t->texts < TEXTS_MAX; turn++) {
            t->maker = (struct maker){ .turn = turn, .target = r };
            write_word(&t->maker, t->root);
            if (!try_text(t, r)) {
                return false;
            }
        }
    }
    for (const struct regex *c = r->child; c != NULL; c = c->next) {
        if (!try_repeats(t, c)) {
            return false;
        }
    }
    return true;
}

/* How each alternative begins, again and again: every place of the text is a new beginning. */
static bool try_beginnings(struct trial *t, const struct regex *r)
{
    if (r->kind == REGEX_ALT) {
        for (const struct regex *c = r->child; c != NULL; c = c->next) {
            if (!try_beginnings(t, c)) {
                return false;
            }
        }
        return true;
    }
    int most = 0;
    for (const struct regex *c = r->child; c != NULL; c = c->next) {
        most++;
    }
    for (int length = 1; length <= most && t->texts < TEXTS_MAX; length++) {
        struct maker *m = &t->maker;
        *m = (struct maker){ .turn = length };
        for (size_t before = 1; m->n + 64 < BACKTRACK_TEXT_MAX && m->n != before;) {
            before = m->n;
            const struct regex *c = r->child;
            for (int i = 0; i < length; i++, c = c->next) {
                write_word(m, c);
            }
        }
        if (!try_text(t, r)) {
            return false;
        }
    }
    return true;
}

bool backtrack_tried(const char *pattern, struct backtrack *out)
{
    struct arena arena = { 0 };
    struct regex_fault fault;
    *out = (struct backtrack){ 0 };
    const struct regex *root = regex_parse(pattern, &arena, &fault);
    bool bounded = false;
    if (root == NULL) {
        *out = (struct backtrack){ .reason = fault.reason, .advice = "", .from = fault.at };
    } else {
        struct trial *t = arena_alloc(&arena, sizeof(*t));
        pcre2_code *code = backtrack_compile(pattern);
        *t = (struct trial){ .code = code, .root = root, .out = out };
        /* One that is too large to be counted (PCRE2 writes a call before each item) stays with its
         * proof and the limit on steps. */
        bounded = code == NULL || try_repeats(t, root);
        t->texts = 0;
        bounded = bounded && (code == NULL || try_beginnings(t, root));
        pcre2_code_free(code);
    }
    arena_free(&arena);
    return bounded;
}
