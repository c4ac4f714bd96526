#include "tests/conversations/support/ablation.h"

#include <stdlib.h>
#include <string.h>

#include "conversations/understand/pattern.h"
#include "gateway/base/sbuf.h"

enum { PATTERN_MAX = 64 * 1024 };

static bool in_lexicon(const struct ablation *a, struct slice word)
{
    struct slice rest = a->lexicon, line;
    while (slice_next(&rest, '\n', &line)) {
        if (slice_eq(slice_trim(line), word)) {
            return true;
        }
    }
    return false;
}

/* What an independent source holds occurs in every fold. */
static int bits_of(int fold)
{
    return fold == NO_FOLD ? (1 << FOLDS) - 1 : 1 << fold;
}

static int folds_with_word(const struct ablation *a, struct slice word)
{
    int folds = 0;
    for (int i = 0; i < a->count; i++) {
        if (slice_find(a->texts[i].low, word) >= 0 || slice_find(a->texts[i].masked, word) >= 0) {
            folds |= bits_of(a->texts[i].fold);
        }
    }
    return folds;
}

/* -1 for what does not stand by itself, as a reference to a group. */
static int folds_with_pattern(const struct ablation *a, const char *alternative)
{
    struct pattern p;
    struct fault fault = { 0 };
    int folds = 0;
    if (pattern_make(alternative, json_object_get(a->root, "vocabulary"),
                     json_object_get(a->root, "fragments"), "an alternative", &p, &fault) != 0) {
        return -1;
    }
    pcre2_match_data *data = pattern_data(a->arena);
    for (int i = 0; i < a->count; i++) {
        if (pattern_match(&p, a->texts[i].masked, data, NULL) ||
            pattern_match(&p, a->texts[i].low, data, NULL)) {
            folds |= bits_of(a->texts[i].fold);
        }
    }
    pattern_free(&p);
    return folds;
}

static bool only_in(struct ablation *a, const char *part, bool pattern, int fold)
{
    json_t *known = json_object_get(a->seen, part);
    if (known == NULL) {
        int folds = in_lexicon(a, slice_of(part)) ? -1
                    : pattern                     ? folds_with_pattern(a, part)
                                                  : folds_with_word(a, slice_of(part));
        known = json_integer(folds);
        json_object_set_new(a->seen, part, known);
        a->parts++;
    }
    bool only = json_integer_value(known) == 1 << fold;
    a->removed += only;
    return only;
}

/* The end of a class or an escape that begins at `p`, else the next byte. */
static const char *skip_atom(const char *p)
{
    if (*p == '\\' && p[1] != '\0') {
        const char *close = p[2] == '{' ? strchr(p, '}') : NULL;
        return close != NULL ? close + 1 : p + 2;
    }
    if (*p == '[') {
        p += p[1] == '^' ? 2 : 1;
        p += *p == ']';
        while (*p != '\0' && *p != ']') {
            p += *p == '\\' && p[1] != '\0' ? 2 : 1;
        }
        return *p == ']' ? p + 1 : p;
    }
    return p + 1;
}

/* What stands between "(" and the group's own text: ?:, ?=, ?!, ?<!, ?<name>. */
static const char *skip_opening(const char *p)
{
    if (*p != '?') {
        return p;
    }
    if (p[1] == '<' && p[2] != '=' && p[2] != '!') {
        const char *close = strchr(p, '>');
        return close != NULL ? close + 1 : p;
    }
    return p + (p[1] == '<' ? 3 : 2);
}

static bool may_be_left_out(const char *p)
{
    return *p == '?' || *p == '*' || (*p == '{' && p[1] == '0');
}

/* Copies the alternatives from `*p` to the end of their group without those that go; false when
 * none is left. */
static bool copy_group(struct ablation *a, const char **p, int fold, struct sbuf *out);

static bool is_ideograph(const char *p)
{
    return (unsigned char)*p >= 0xE3 && (unsigned char)*p <= 0xE9;
}

/* Whether a run of ideographs that must be there (no quantifier behind it) occurs in the fold only.
 */
static bool run_only_in(struct ablation *a, struct slice run, const char *behind, int fold)
{
    size_t n = run.n;
    if (n > 0 && (may_be_left_out(behind) || *behind == '+' || *behind == '{')) {
        n -= 3; /* the quantifier is of the last character */
    }
    if (n == 0) {
        return false;
    }
    char *word = mem_dup(slice_head(run, n));
    bool only = only_in(a, word, false, fold);
    free(word);
    return only;
}

/* One alternative: false when it goes. One without groups is a word, whatever else it holds, and is
 * counted as it stands; of one with groups each run of characters that must be there is a word, and
 * so is each alternative of its groups. */
static bool copy_alternative(struct ablation *a, const char **p, int fold, struct sbuf *out)
{
    const char *start = *p;
    bool whole = true, groups = false, lost = false;
    while (**p != '\0' && **p != '|' && **p != ')') {
        if (is_ideograph(*p)) {
            const char *from = *p;
            while (is_ideograph(*p)) {
                *p += 3;
            }
            struct slice run = { from, (size_t)(*p - from) };
            lost = run_only_in(a, run, *p, fold) || lost;
            sbuf_add(out, run);
            continue;
        }
        if (**p != '(') {
            const char *end = skip_atom(*p);
            sbuf_add(out, (struct slice){ *p, (size_t)(end - *p) });
            *p = end;
            continue;
        }
        groups = true;
        const char *inner = skip_opening(*p + 1);
        bool negative = strncmp(*p, "(?!", 3) == 0 || strncmp(*p, "(?<!", 4) == 0;
        struct sbuf group;
        sbuf_init(&group, PATTERN_MAX);
        sbuf_add(&group, (struct slice){ *p, (size_t)(inner - *p) });
        *p = inner;
        bool left = copy_group(a, p, fold, &group);
        *p += **p == ')';
        sbuf_char(&group, ')');
        const char *behind = *p;
        while (**p == '?' || **p == '*' || **p == '+' ||
               (**p == '{' && (*p)[1] >= '0' && (*p)[1] <= '9')) {
            *p = **p == '{' ? strchr(*p, '}') + 1 : *p + 1;
        }
        if (left) {
            sbuf_add(out, sbuf_slice(&group));
            sbuf_add(out, (struct slice){ behind, (size_t)(*p - behind) });
        } else if (!may_be_left_out(behind) && !negative) {
            whole = false;
        }
        sbuf_free(&group);
    }
    char *text = mem_dup((struct slice){ start, (size_t)(*p - start) });
    if (groups) {
        whole = whole && !lost;
    } else {
        whole = *text == '\0' || !only_in(a, text, true, fold);
    }
    free(text);
    return whole;
}

static bool copy_group(struct ablation *a, const char **p, int fold, struct sbuf *out)
{
    int left = 0;
    for (;;) {
        struct sbuf alternative;
        sbuf_init(&alternative, PATTERN_MAX);
        if (copy_alternative(a, p, fold, &alternative)) {
            sbuf_str(out, left++ > 0 ? "|" : "");
            sbuf_add(out, sbuf_slice(&alternative));
        }
        sbuf_free(&alternative);
        if (**p != '|') {
            return left > 0;
        }
        (*p)++;
    }
}

static json_t *pattern_without(struct ablation *a, const char *text, int fold)
{
    struct sbuf out;
    sbuf_init(&out, PATTERN_MAX);
    bool left = copy_group(a, &text, fold, &out);
    struct slice s = sbuf_slice(&out);
    json_t *value = left ? json_stringn(s.p, s.n) : json_string("(?!)");
    sbuf_free(&out);
    return value;
}

static json_t *words_without(struct ablation *a, const json_t *list, int fold)
{
    json_t *left = json_array(), *word;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)list, i, word)
    {
        const char *text = json_string_value(word);
        if (*text == '{' || !only_in(a, text, false, fold)) {
            json_array_append(left, word);
        }
    }
    return left;
}

static json_t *each_without(struct ablation *a, const char *key, int fold)
{
    json_t *out = json_object(), *value;
    const char *name;
    json_object_foreach(json_object_get(a->root, key), name, value)
    {
        if (json_is_array(value)) {
            json_object_set_new(out, name, words_without(a, value, fold));
        } else if (strcmp(key, "typos") != 0) {
            json_object_set_new(out, name, pattern_without(a, json_string_value(value), fold));
        } else if (!only_in(a, name, false, fold)) {
            json_object_set(out, name, value);
        }
    }
    return out;
}

/* NULL for a rule that can no longer match: no word of `if` or not every word of `all` is left. */
static json_t *rule_without(struct ablation *a, const json_t *rule, int fold)
{
    const json_t *match = json_object_get(rule, "match"), *needed = json_object_get(rule, "if"),
                 *all = json_object_get(rule, "all"), *none = json_object_get(rule, "none");
    json_t *left = json_copy((json_t *)(uintptr_t)rule), *words = words_without(a, needed, fold),
           *kept = words_without(a, all, fold);
    bool lost = (json_array_size(needed) > 0 && json_array_size(words) == 0) ||
                json_array_size(kept) < json_array_size(all);
    if (match != NULL) {
        json_object_set_new(left, "match", pattern_without(a, json_string_value(match), fold));
    }
    json_object_set(left, "if", words);
    json_object_set(left, "all", kept);
    json_object_set_new(left, "none", words_without(a, none, fold));
    json_decref(words);
    json_decref(kept);
    if (lost) {
        json_decref(left);
    }
    return lost ? NULL : left;
}

json_t *ablation_without(struct ablation *a, int fold)
{
    json_t *out = json_copy((json_t *)(uintptr_t)a->root), *rules = json_array(), *rule;
    size_t i;
    a->removed = 0;
    if (a->seen == NULL) {
        a->seen = json_object();
    }
    json_object_set_new(out, "vocabulary", each_without(a, "vocabulary", fold));
    json_object_set_new(out, "fragments", each_without(a, "fragments", fold));
    json_object_set_new(out, "phrases", each_without(a, "phrases", fold));
    json_object_set_new(out, "typos", each_without(a, "typos", fold));
    json_object_set_new(out, "sounds", words_without(a, json_object_get(a->root, "sounds"), fold));
    json_array_foreach(json_object_get(a->root, "rules"), i, rule)
    {
        json_t *left = rule_without(a, rule, fold);
        if (left != NULL) {
            json_array_append_new(rules, left);
        }
    }
    json_object_set_new(out, "rules", rules);
    return out;
}
