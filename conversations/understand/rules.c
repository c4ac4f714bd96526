#include "conversations/understand/rules.h"

#include <stdlib.h>
#include <string.h>

#include "conversations/understand/vocabulary.h"
#include "gateway/base/json.h"
#include "gateway/base/mem.h"

enum { FRAGMENTS_DEEP = 6 }; /* as pattern.c expands them */

static const char file[] = "conversations/intents.json";

static int make_intent(const char *name, const json_t *value, struct intent *out,
                       struct fault *fault)
{
    const char *looks = json_text(value, "looks", "any");
    const json_t *readers = json_object_get(value, "slots");
    out->name = name;
    out->looks = strcmp(looks, "past") == 0     ? DIRECTION_PAST
                 : strcmp(looks, "future") == 0 ? DIRECTION_FUTURE
                                                : DIRECTION_ANY;
    for (size_t i = 0; i < json_array_size(readers); i++) {
        const char *reader = json_string_value(json_array_get(readers, i));
        out->readers[i] = reader == NULL ? NULL : slot_reader_find(reader);
        if (out->readers[i] == NULL || i + 1 >= INTENT_READERS_MAX) {
            return fault_set(fault, GW_ECONFIG, "%s: intent %s: no reader of slots is called %s",
                             file, name, reader == NULL ? "this" : reader);
        }
    }
    return 0;
}

static int make_intents(struct rules *r, struct fault *fault)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(r->root, "intents"), name, value)
    {
        if (r->intent_count == INTENTS_MAX) {
            return fault_set(fault, GW_ECONFIG, "%s: more than %d intents", file, INTENTS_MAX);
        }
        int error = make_intent(name, value, &r->intents[r->intent_count++], fault);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

const struct intent *rules_intent(const struct rules *r, const char *name)
{
    for (int i = 0; i < r->intent_count; i++) {
        if (strcmp(r->intents[i].name, name) == 0) {
            return &r->intents[i];
        }
    }
    return NULL;
}

/* Words of an `if` list: a word, or {vocabulary} for all of its words. */
static int need_word(struct rules *r, const char *word, int rule)
{
    int number = words_add(r->needed, slice_of(word), r->needed_count);
    if (number == r->needed_count) {
        r->rules_of = mem_resize(r->rules_of, (size_t)(number + 1) * sizeof(r->rules_of[0]));
        memset(r->rules_of[number], 0, sizeof(r->rules_of[number]));
        r->needed_count++;
    }
    if (number < 0) {
        return GW_EINVAL;
    }
    r->rules_of[number][rule / 64] |= UINT64_C(1) << (rule % 64);
    return 0;
}

static int need_words(struct rules *r, const json_t *words, int rule, struct fault *fault)
{
    const json_t *vocabulary = json_object_get(r->root, "vocabulary");
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        size_t n = word == NULL ? 0 : strlen(word);
        char entity[4];
        if (n > 2 && word[0] == '{' && pattern_entity((struct slice){ word + 1, n - 2 }, entity)) {
            if (need_word(r, entity, rule) != 0) {
                return fault_set(fault, GW_ECONFIG, "%s: an empty word", file);
            }
        } else if (n > 2 && word[0] == '{' && word[n - 1] == '}') {
            char *key = mem_dup((struct slice){ word + 1, n - 2 });
            const json_t *list = json_object_get(vocabulary, key);
            free(key);
            if (!json_is_array(list)) {
                return fault_set(fault, GW_ECONFIG, "%s: %s: %s is no vocabulary", file,
                                 r->rules[rule].name, word);
            }
            for (size_t k = 0; k < json_array_size(list); k++) {
                const char *text = json_string_value(json_array_get(list, k));
                if (text == NULL || need_word(r, text, rule) != 0) {
                    return fault_set(fault, GW_ECONFIG, "%s: %s has an empty word", file, word);
                }
            }
        } else if (n == 0 || need_word(r, word, rule) != 0) {
            return fault_set(fault, GW_ECONFIG, "%s: %s: an empty word", file, r->rules[rule].name);
        }
    }
    if (json_array_size(words) == 0) {
        r->always[rule / 64] |= UINT64_C(1) << (rule % 64);
    }
    return 0;
}

/* A word that a file added to a vocabulary leads to every pattern that uses the vocabulary,
 * whatever the words its `if` lists by themselves. */
static int need_added(struct rules *r, const char *match, int rule, int depth)
{
    const json_t *fragments = json_object_get(r->root, "fragments");
    for (const char *p = strchr(match, '{'); p != NULL; p = strchr(p + 1, '{')) {
        const char *end = strchr(p, '}');
        if (end == NULL || end - p > 60) {
            continue;
        }
        char *name = mem_dup((struct slice){ p + 1, (size_t)(end - p - 1) });
        const char *fragment = json_string_value(json_object_get(fragments, name)), *word;
        json_t *where;
        int error = fragment != NULL && depth < FRAGMENTS_DEEP
                        ? need_added(r, fragment, rule, depth + 1)
                        : 0;
        json_object_foreach((json_t *)(uintptr_t)vocabulary_added(r->root, name), word, where)
        {
            error = error != 0 ? error : need_word(r, word, rule);
        }
        free(name);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static int read_contexts(const json_t *list, struct rule *rule, struct fault *fault)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct slice name = slice_of(json_string_value(json_array_get(list, i)));
        int context = context_find(name);
        if (context < 0) {
            return fault_set(fault, GW_ECONFIG, "%s: %s: no context is called %.*s", file,
                             rule->name, SLICE_ARG(name));
        }
        rule->contexts |= 1u << context;
    }
    return 0;
}

static int make_rule(struct rules *r, const json_t *value, struct fault *fault)
{
    int number = r->count;
    struct rule *rule = &r->rules[r->count++];
    rule->name = json_text(value, "name", "?");
    rule->intent = rules_intent(r, json_text(value, "intent", ""));
    rule->priority = (int)json_int(value, "priority", 50);
    rule->safety = json_flag(value, "safety", false);
    rule->past = json_flag(value, "past", false);
    rule->set = json_object_get(value, "set");
    if (rule->intent == NULL) {
        return fault_set(fault, GW_ECONFIG, "%s: %s: the intent is not among the intents", file,
                         rule->name);
    }
    int error = read_contexts(json_object_get(value, "contexts"), rule, fault);
    if (error == 0) {
        error =
            pattern_make(json_text(value, "match", ""), json_object_get(r->root, "vocabulary"),
                         json_object_get(r->root, "fragments"), rule->name, &rule->pattern, fault);
    }
    if (error == 0) {
        error = need_words(r, json_object_get(value, "if"), number, fault);
    }
    bool always = json_array_size(json_object_get(value, "if")) == 0;
    return error != 0 || always ? error : need_added(r, json_text(value, "match", ""), number, 0);
}

/* The order in which rules are tried is the order of the array, so it is sorted before compiling.
 */
static json_t *sorted_rules(const json_t *root)
{
    json_t *list = json_array(), *given = json_object_get(root, "rules");
    size_t n = json_array_size(given);
    bool *taken = mem_alloc(n + 1);
    for (size_t k = 0; k < n; k++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++) {
            if (!taken[i] &&
                (best == n || json_int(json_array_get(given, i), "priority", 50) >
                                  json_int(json_array_get(given, best), "priority", 50))) {
                best = i;
            }
        }
        taken[best] = true;
        json_array_append(list, json_array_get(given, best));
    }
    free(taken);
    return list;
}

int rules_make(json_t *root, struct rules *out, struct fault *fault)
{
    *out = (struct rules){ .root = root, .needed = words_make() };
    int error = make_intents(out, fault);
    json_t *list = sorted_rules(root);
    for (size_t i = 0; error == 0 && i < json_array_size(list); i++) {
        error = out->count == RULES_MAX
                    ? fault_set(fault, GW_ECONFIG, "%s: more than %d rules", file, RULES_MAX)
                    : make_rule(out, json_array_get(list, i), fault);
    }
    json_decref(list);
    if (error != 0) {
        rules_free(out);
    }
    return error;
}

void rules_free(struct rules *r)
{
    for (int i = 0; i < r->count; i++) {
        pattern_free(&r->rules[i].pattern);
    }
    words_free(r->needed);
    free(r->rules_of);
    json_decref(r->root);
    *r = (struct rules){ 0 };
}

struct trial {
    const struct rules *rules;
    uint64_t tried[RULES_MAX / 64];
};

static void on_word(void *context, size_t at, size_t n, int number)
{
    struct trial *t = context;
    (void)at;
    (void)n;
    for (int i = 0; i < RULES_MAX / 64; i++) {
        t->tried[i] |= t->rules->rules_of[number][i];
    }
}

int rules_match(const struct rules *r, struct slice masked, pcre2_match_data *data,
                struct candidate out[CANDIDATES_MAX], uint64_t tried_out[RULES_MAX / 64])
{
    struct trial trial = { .rules = r };
    int count = 0;
    memcpy(trial.tried, r->always, sizeof(trial.tried));
    words_each(r->needed, masked, on_word, &trial);
    if (tried_out != NULL) {
        memcpy(tried_out, trial.tried, sizeof(trial.tried));
    }
    for (int i = 0; i < r->count && count < CANDIDATES_MAX; i++) {
        bool tried = (trial.tried[i / 64] >> (i % 64) & 1) != 0;
        if (tried && pattern_match(&r->rules[i].pattern, masked, data, &out[count].match)) {
            out[count++].rule = &r->rules[i];
        }
    }
    return count;
}

/* A rule is shadowed by a higher one of the same pattern, or of the same name. */
void rules_check(const struct rules *r, json_t *findings)
{
    const json_t *list = json_object_get(r->root, "rules");
    for (size_t i = 0; i < json_array_size(list); i++) {
        for (size_t k = i + 1; k < json_array_size(list); k++) {
            const json_t *a = json_array_get(list, i), *b = json_array_get(list, k);
            bool same = json_equal(json_object_get(a, "match"), json_object_get(b, "match")) &&
                        json_equal(json_object_get(a, "contexts"), json_object_get(b, "contexts"));
            if (same || strcmp(json_text(a, "name", ""), json_text(b, "name", "")) == 0) {
                json_array_append_new(findings, json_sprintf("%s: rule %s is shadowed by %s", file,
                                                             json_text(b, "name", "?"),
                                                             json_text(a, "name", "?")));
            }
        }
    }
}
