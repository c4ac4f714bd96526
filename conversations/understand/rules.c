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
    out->firm = json_flag(value, "firm", false);
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

/* The number of a word in the trie of all words that any list holds; negative for an empty one. */
static int word_number(struct rules *r, const char *word)
{
    int number = words_add(r->needed, slice_of(word), r->needed_count);
    if (number == r->needed_count) {
        size_t n = (size_t)number + 1;
        r->rules_of = mem_resize(r->rules_of, n * sizeof(r->rules_of[0]));
        r->classes_of = mem_resize(r->classes_of, n * sizeof(r->classes_of[0]));
        memset(r->rules_of[number], 0, sizeof(r->rules_of[number]));
        memset(&r->classes_of[number], 0, sizeof(r->classes_of[number]));
        r->needed_count++;
    }
    return number;
}

/* What is done with each word of an item. */
typedef void (*word_taker)(struct rules *r, int word, int what);

static void try_rule(struct rules *r, int word, int rule)
{
    r->rules_of[word][rule / 64] |= UINT64_C(1) << (rule % 64);
}

static void join_class(struct rules *r, int word, int number)
{
    r->classes_of[word].bits[number / 64] |= UINT64_C(1) << (number % 64);
}

static int take_word(struct rules *r, const char *word, word_taker take, int what,
                     struct fault *fault)
{
    int number = word == NULL ? -1 : word_number(r, word);
    if (number < 0) {
        return fault_set(fault, GW_ECONFIG, "%s: %s: an empty word", file,
                         r->rules[r->count - 1].name);
    }
    take(r, number, what);
    return 0;
}

/* An item of a list: a word, {LENGTH} for a recognized thing, {vocabulary} for all of its words. */
static int take_item(struct rules *r, const char *item, word_taker take, int what,
                     struct fault *fault)
{
    size_t n = item == NULL ? 0 : strlen(item);
    char entity[4];
    if (n < 3 || item[0] != '{' || item[n - 1] != '}') {
        return take_word(r, item, take, what, fault);
    }
    if (pattern_entity((struct slice){ item + 1, n - 2 }, entity)) {
        return take_word(r, entity, take, what, fault);
    }
    char *key = mem_dup((struct slice){ item + 1, n - 2 });
    const json_t *list = json_object_get(json_object_get(r->root, "vocabulary"), key);
    free(key);
    if (!json_is_array(list)) {
        return fault_set(fault, GW_ECONFIG, "%s: %s: %s is no vocabulary", file,
                         r->rules[r->count - 1].name, item);
    }
    int error = 0;
    for (size_t k = 0; error == 0 && k < json_array_size(list); k++) {
        error = take_word(r, json_string_value(json_array_get(list, k)), take, what, fault);
    }
    return error;
}

static int class_of(struct rules *r, const char *item, int *number, struct fault *fault)
{
    json_t *known = item == NULL ? NULL : json_object_get(r->classes, item);
    *number = known != NULL ? (int)json_integer_value(known) : (int)json_object_size(r->classes);
    if (known != NULL) {
        return 0;
    }
    if (*number >= CLASSES_MAX) {
        return fault_set(fault, GW_ECONFIG, "%s: more than %d classes of words", file, CLASSES_MAX);
    }
    if (item != NULL) {
        json_object_set_new(r->classes, item, json_integer(*number));
    }
    return take_item(r, item, join_class, *number, fault);
}

/* `all` and `none`. */
static int read_classes(struct rules *r, const json_t *value, struct rule *rule,
                        struct fault *fault)
{
    const json_t *all = json_object_get(value, "all"), *none = json_object_get(value, "none");
    int error = 0, number;
    if (json_array_size(all) > RULE_CLASSES_MAX) {
        return fault_set(fault, GW_ECONFIG, "%s: %s: more than %d classes in all", file, rule->name,
                         RULE_CLASSES_MAX);
    }
    for (size_t i = 0; error == 0 && i < json_array_size(all); i++) {
        error = class_of(r, json_string_value(json_array_get(all, i)), &number, fault);
        rule->all[rule->all_count++] = number;
    }
    for (size_t i = 0; error == 0 && i < json_array_size(none); i++) {
        error = class_of(r, json_string_value(json_array_get(none, i)), &number, fault);
        if (error == 0) {
            rule->none.bits[number / 64] |= UINT64_C(1) << (number % 64);
        }
    }
    return error;
}

/* Without `if` the words of the first class of `all` have a rule tried. */
static int need_words(struct rules *r, const json_t *value, int rule, struct fault *fault)
{
    const json_t *words = json_object_get(value, "if"), *all = json_object_get(value, "all");
    int error = 0;
    for (size_t i = 0; error == 0 && i < json_array_size(words); i++) {
        error = take_item(r, json_string_value(json_array_get(words, i)), try_rule, rule, fault);
    }
    if (error == 0 && json_array_size(words) == 0 && json_array_size(all) > 0) {
        error = take_item(r, json_string_value(json_array_get(all, 0)), try_rule, rule, fault);
    } else if (json_array_size(words) == 0) {
        r->always[rule / 64] |= UINT64_C(1) << (rule % 64);
    }
    return error;
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
            int number = word_number(r, word);
            if (number >= 0) {
                try_rule(r, number, rule);
            }
            error = error != 0 ? error : number < 0 ? GW_EINVAL : 0;
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
        error = read_classes(r, value, rule, fault);
    }
    const char *match = json_text(value, "match", NULL);
    rule->has_pattern = match != NULL;
    if (error == 0 && match == NULL && rule->all_count == 0) {
        return fault_set(fault, GW_ECONFIG, "%s: %s: neither match nor all", file, rule->name);
    }
    if (error == 0 && match != NULL) {
        error =
            pattern_make(match, json_object_get(r->root, "vocabulary"),
                         json_object_get(r->root, "fragments"), rule->name, &rule->pattern, fault);
    }
    if (error == 0) {
        error = need_words(r, value, number, fault);
    }
    bool always = json_array_size(json_object_get(value, "if")) == 0;
    return error != 0 || always || match == NULL ? error : need_added(r, match, number, 0);
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
    *out = (struct rules){ .root = root, .needed = words_make(), .classes = json_object() };
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
    free(r->classes_of);
    json_decref(r->classes);
    json_decref(r->root);
    *r = (struct rules){ 0 };
}

struct trial {
    const struct rules *rules;
    uint64_t tried[RULES_MAX / 64];
    struct classes said;
};

static void on_word(void *context, size_t at, size_t n, int number)
{
    struct trial *t = context;
    (void)at;
    (void)n;
    for (int i = 0; i < RULES_MAX / 64; i++) {
        t->tried[i] |= t->rules->rules_of[number][i];
    }
    for (int i = 0; i < CLASSES_MAX / 64; i++) {
        t->said.bits[i] |= t->rules->classes_of[number].bits[i];
    }
}

static bool words_fit(const struct rule *rule, const struct classes *said)
{
    for (int i = 0; i < rule->all_count; i++) {
        if ((said->bits[rule->all[i] / 64] >> (rule->all[i] % 64) & 1) == 0) {
            return false;
        }
    }
    for (int i = 0; i < CLASSES_MAX / 64; i++) {
        if ((said->bits[i] & rule->none.bits[i]) != 0) {
            return false;
        }
    }
    return true;
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
        const struct rule *rule = &r->rules[i];
        bool tried = (trial.tried[i / 64] >> (i % 64) & 1) != 0;
        if (!tried || !words_fit(rule, &trial.said)) {
            continue;
        }
        out[count].match = (struct pattern_match){ 0 };
        if (!rule->has_pattern || pattern_match(&rule->pattern, masked, data, &out[count].match)) {
            out[count++].rule = rule;
        }
    }
    return count;
}

static bool same_key(const json_t *a, const json_t *b, const char *key)
{
    const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);
    return x == y || json_equal(x, y);
}

/* A rule is shadowed by a higher one of the same words and pattern, or of the same name. */
void rules_check(const struct rules *r, json_t *findings)
{
    const json_t *list = json_object_get(r->root, "rules");
    for (size_t i = 0; i < json_array_size(list); i++) {
        for (size_t k = i + 1; k < json_array_size(list); k++) {
            const json_t *a = json_array_get(list, i), *b = json_array_get(list, k);
            bool same = same_key(a, b, "match") && same_key(a, b, "all") &&
                        same_key(a, b, "none") && same_key(a, b, "contexts");
            if (same || strcmp(json_text(a, "name", ""), json_text(b, "name", "")) == 0) {
                json_array_append_new(findings, json_sprintf("%s: rule %s is shadowed by %s", file,
                                                             json_text(b, "name", "?"),
                                                             json_text(a, "name", "?")));
            }
        }
    }
}
