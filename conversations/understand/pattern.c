#include "conversations/understand/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/understand/entities.h"
#include "gateway/base/mem.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum { PATTERN_BYTES_MAX = 64 * 1024, DEPTH_MAX = 6, OVECTOR = 40, EXCERPT_BYTES = 60 };

static const char *const entity_names[] = {
#define ENTITY_NAME(name, text) text,
    ENTITY_MAP(ENTITY_NAME)
#undef ENTITY_NAME
};

/* \x{E000} for {DATE}; {DATE} is also what {DAY} is, as 15号 is a date more often than a number. */
static bool put_entity(struct sbuf *out, struct slice name)
{
    if (slice_eq(name, SLICE("DATE"))) {
        sbuf_str(out, "[\\x{E000}\\x{E001}]");
        return true;
    }
    if (slice_eq(name, SLICE("WHEN"))) {
        sbuf_str(out, "[\\x{E000}\\x{E001}\\x{E002}\\x{E006}\\x{E007}]");
        return true;
    }
    if (slice_eq(name, SLICE("ANY"))) {
        sbuf_str(out, "[\\x{E000}-\\x{E00A}]");
        return true;
    }
    for (int kind = 0; kind < ENTITY_KINDS; kind++) {
        if (slice_eq(name, slice_of(entity_names[kind]))) {
            sbuf_printf(out, "\\x{E%03X}", (unsigned)kind);
            return true;
        }
    }
    return false;
}

bool pattern_entity(struct slice name, char out[4])
{
    for (int kind = 0; kind < ENTITY_KINDS; kind++) {
        if (slice_eq(name, slice_of(entity_names[kind]))) {
            entity_character((enum entity_kind)kind, out);
            out[3] = '\0';
            return true;
        }
    }
    return false;
}

/* A word of a vocabulary is text: its special characters are quoted. */
static void put_word(struct sbuf *out, const char *word)
{
    for (; *word != '\0'; word++) {
        if (strchr("\\^$.[]|()?*+{}", *word) != NULL) {
            sbuf_char(out, '\\');
        }
        sbuf_char(out, *word);
    }
}

struct expansion {
    const json_t *vocabulary, *fragments;
    const char *where;
    struct fault *fault;
};

static int expand(const struct expansion *x, const char *text, int depth, struct sbuf *out);

static int put_reference(const struct expansion *x, struct slice name, int depth, struct sbuf *out)
{
    char key[64];
    snprintf(key, sizeof(key), "%.*s", SLICE_ARG(name));
    if (put_entity(out, name)) {
        return 0;
    }
    const char *fragment = json_string_value(json_object_get(x->fragments, key));
    const json_t *words = json_object_get(x->vocabulary, key);
    if (depth >= DEPTH_MAX || (fragment != NULL) == json_is_array(words)) {
        return fault_set(x->fault, GW_ECONFIG,
                         "conversations/intents.json: %s: {%s} is no vocabulary%s", x->where, key,
                         fragment != NULL && words != NULL ? ", but a fragment as well" : "");
    }
    sbuf_str(out, "(?:");
    int error = fragment != NULL ? expand(x, fragment, depth + 1, out) : 0;
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        sbuf_str(out, i > 0 ? "|" : "");
        put_word(out, word == NULL ? "" : word);
    }
    sbuf_char(out, ')');
    return error;
}

static int expand(const struct expansion *x, const char *text, int depth, struct sbuf *out)
{
    while (*text != '\0') {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        bool letter = end != NULL &&
                      ((text[1] >= 'a' && text[1] <= 'z') || (text[1] >= 'A' && text[1] <= 'Z'));
        if (*text == '\\' && text[1] != '\0') {
            const char *close = text[2] == '{' ? strchr(text, '}') : NULL; /* \p{Han}, \x{4e00} */
            size_t n = close != NULL ? (size_t)(close - text) + 1 : 2;
            sbuf_add(out, (struct slice){ text, n });
            text += n;
        } else if (letter) {
            struct slice name = { text + 1, (size_t)(end - text - 1) };
            int error = put_reference(x, name, depth, out);
            if (error != 0) {
                return error;
            }
            text = end + 1;
        } else {
            sbuf_char(out, *text++);
        }
    }
    return 0;
}

char *pattern_expand(const char *text, const json_t *vocabulary, const json_t *fragments,
                     const char *where, struct fault *fault)
{
    struct expansion x = { vocabulary, fragments, where, fault };
    struct sbuf full;
    sbuf_init(&full, PATTERN_BYTES_MAX);
    int error = expand(&x, text, 0, &full);
    if (error == 0 && full.failed) {
        error = fault_set(fault, GW_ECONFIG,
                          "conversations/intents.json: %s: the pattern is too "
                          "long",
                          where);
    }
    char *out = error == 0 ? mem_dup(sbuf_slice(&full)) : NULL;
    sbuf_free(&full);
    return out;
}

/* A part of a pattern, short enough for a line. */
static struct slice excerpt(const char *full, const struct backtrack *b)
{
    struct slice part = { full + b->from, b->to > b->from ? b->to - b->from : 0 };
    return utf8_cut(part, EXCERPT_BYTES);
}

int pattern_fault(const char *where, const char *full, const struct backtrack *b,
                  struct fault *fault)
{
    struct slice part = excerpt(full, b);
    bool cut = part.n < b->to - b->from;
    return fault_set(fault, GW_ECONFIG, "conversations/intents.json: %s: %s%s%s%s: in %.*s%s; %s",
                     where, b->reason, b->text[0] != '\0' ? " (" : "", b->text,
                     b->text[0] != '\0' ? "…)" : "", SLICE_ARG(part), cut ? "…" : "", b->advice);
}

static void read_groups(struct pattern *p)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count && p->group_count < PATTERN_GROUPS_MAX; i++) {
        struct pattern_group *g = &p->groups[p->group_count++];
        g->number = table[i * size] << 8 | table[i * size + 1];
        snprintf(g->name, sizeof(g->name), "%s", (const char *)table + i * size + 2);
    }
}

static int compile(const char *full, const char *where, pcre2_code **out, struct fault *fault)
{
    struct sbuf limited;
    int number;
    PCRE2_SIZE offset;
    sbuf_init(&limited, PATTERN_BYTES_MAX + 64);
    sbuf_printf(&limited, "(*LIMIT_MATCH=%d)", PATTERN_MATCH_LIMIT);
    sbuf_str(&limited, full);
    struct slice s = sbuf_slice(&limited);
    *out = pcre2_compile((PCRE2_SPTR)s.p, s.n,
                         PCRE2_UTF | PCRE2_UCP | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C, &number,
                         &offset, NULL);
    sbuf_free(&limited);
    if (*out == NULL) {
        PCRE2_UCHAR words[160];
        pcre2_get_error_message(number, words, sizeof(words));
        return fault_set(fault, GW_ECONFIG, "conversations/intents.json: %s: %s at byte %zu", where,
                         (const char *)words, (size_t)offset);
    }
    return 0;
}

int pattern_make(const char *text, const json_t *vocabulary, const json_t *fragments,
                 const char *where, struct pattern *out, struct fault *fault)
{
    struct backtrack proof;
    *out = (struct pattern){ 0 };
    char *full = pattern_expand(text, vocabulary, fragments, where, fault);
    if (full == NULL) {
        return GW_ECONFIG;
    }
    int error = compile(full, where, &out->code, fault);
    if (error == 0 && !backtrack_proven(full, &proof)) {
        error = pattern_fault(where, full, &proof, fault);
        pattern_free(out);
    }
    if (error == 0) {
        /* Without JIT the same pattern runs, only slower. */
        (void)pcre2_jit_compile(out->code, PCRE2_JIT_COMPLETE);
        read_groups(out);
    }
    free(full);
    return error;
}

int pattern_try(const char *text, const json_t *vocabulary, const json_t *fragments,
                const char *where, struct fault *fault)
{
    struct backtrack trial;
    char *full = pattern_expand(text, vocabulary, fragments, where, fault);
    int error = full == NULL ? GW_ECONFIG : 0;
    if (error == 0 && !backtrack_tried(full, &trial)) {
        error = pattern_fault(where, full, &trial, fault);
    }
    free(full);
    return error;
}

void pattern_free(struct pattern *p)
{
    pcre2_code_free(p->code);
    p->code = NULL;
}

static void *in_arena(PCRE2_SIZE n, void *arena)
{
    return arena_alloc(arena, n);
}

static void stays_in_arena(void *block, void *arena)
{
    (void)block;
    (void)arena;
}

pcre2_match_data *pattern_data(struct arena *a)
{
    pcre2_general_context *context = pcre2_general_context_create(in_arena, stays_in_arena, a);
    return pcre2_match_data_create(OVECTOR, context);
}

bool pattern_match(const struct pattern *p, struct slice text, pcre2_match_data *data,
                   struct pattern_match *match)
{
    if (p->code == NULL || data == NULL) {
        return false;
    }
    int found = pcre2_match(p->code, (PCRE2_SPTR)(text.p == NULL ? "" : text.p), text.n, 0,
                            PCRE2_NO_UTF_CHECK, data, NULL);
    if (found < 0) {
        return false;
    }
    if (match == NULL) {
        return true;
    }
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
    uint32_t pairs = pcre2_get_ovector_count(data);
    match->start = ends[0];
    match->end = ends[1];
    for (int i = 0; i < p->group_count; i++) {
        uint32_t n = (uint32_t)p->groups[i].number;
        bool set = n < pairs && (found == 0 || n < (uint32_t)found) && ends[2 * n] != PCRE2_UNSET;
        match->from[i] = set ? ends[2 * n] : 0;
        match->to[i] = set ? ends[2 * n + 1] : 0;
    }
    return true;
}
