/* No rule stands in the shadow of a better one: for each a text is looked for that it wins.
 * Declared in rules.h. */
#include <stdlib.h>
#include <string.h>

#include "conversations/understand/regex.h"
#include "conversations/understand/rules.h"
#include "conversations/understand/understand.h"
#include "gateway/base/json.h"

enum { SAMPLES = 3000, SAMPLE_BYTES = 400, PADDED = 3 };

/* Contexts in which a candidate may win; one that needs a day that is over may also not count. */
static unsigned contexts_of(const struct rule *rule)
{
    return rule->contexts != 0 ? rule->contexts : (1u << CONTEXT_COUNT) - 1;
}

/* Whether `rule` is the best of the matches in one of its contexts; `winner` is who is better. */
static bool wins(const struct rules *r, const struct rule *rule, struct slice text,
                 pcre2_match_data *data, const struct rule **winner)
{
    struct candidate found[CANDIDATES_MAX];
    int n = rules_match(r, text, data, found, NULL);
    unsigned left = contexts_of(rule);
    for (int i = 0; i < n; i++) {
        if (found[i].rule == rule) {
            return left != 0;
        }
        if (!found[i].rule->past || rule->past) {
            left &= ~contexts_of(found[i].rule);
            *winner = found[i].rule;
        }
    }
    return false;
}

/* What may stand around a text: a day and a length make a report of it, more words a sentence. */
static struct slice pad(struct arena *a, struct slice text, int way)
{
    static const char *const around[PADDED][2] = { { "", "" },
                                                   { "\xEE\x80\x80 ", "" },
                                                   { "", "\xEE\x80\x83" } };
    return arena_printf(a, "%s%.*s%s", around[way][0], SLICE_ARG(text), around[way][1]);
}

static bool has_witness(const struct rules *r, const struct rule *rule, const char *full,
                        const struct rule **winner)
{
    struct arena arena = { 0 };
    struct regex_fault fault;
    char text[SAMPLE_BYTES];
    const struct regex *root = regex_parse(full, &arena, &fault);
    pcre2_match_data *data = pattern_data(&arena);
    bool found = false;
    for (uint32_t i = 0; root != NULL && i < SAMPLES && !found; i++) {
        struct arena padded = { 0 };
        struct slice s = { text, regex_sample(root, i, text, sizeof(text)) };
        for (int way = 0; way < PADDED && !found; way++) {
            found = wins(r, rule, pad(&padded, s, way), data, winner);
        }
        arena_free(&padded);
    }
    arena_free(&arena);
    return found;
}

void rules_shadowed(const struct rules *r, json_t *findings)
{
    const json_t *list = json_object_get(r->root, "rules");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        const char *name = json_text(value, "name", "?");
        const struct rule *rule = NULL, *winner = NULL;
        for (int k = 0; k < r->count && rule == NULL; k++) {
            rule = strcmp(r->rules[k].name, name) == 0 ? &r->rules[k] : NULL;
        }
        char *full =
            pattern_expand(json_text(value, "match", ""), json_object_get(r->root, "vocabulary"),
                           json_object_get(r->root, "fragments"), name, NULL);
        if (rule != NULL && full != NULL && !has_witness(r, rule, full, &winner)) {
            json_array_append_new(
                findings,
                json_sprintf("conversations/intents.json: %s: no text was found that it wins; %s%s",
                             name,
                             winner != NULL ? "it stands in the shadow of "
                                            : "its `if` words "
                                              "or its own "
                                              "looks aside "
                                              "shut it out",
                             winner != NULL ? winner->name : ""));
        }
        free(full);
    }
}
