/* No rule stands in the shadow of a better one: for each a text is looked for that it wins.
 * Declared in rules.h. */
#include <stdlib.h>
#include <string.h>

#include "conversations/understand/regex.h"
#include "conversations/understand/rules.h"
#include "conversations/understand/understand.h"
#include "gateway/base/json.h"
#include "gateway/base/mem.h"
#include "gateway/base/sbuf.h"

enum { SAMPLES = 3000, SAMPLE_BYTES = 400, PADDED = 3, WAYS = 3, RECIPE_BYTES = 64 * 1024 };

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

/* An item of a list as a pattern: {vocabulary} as it is, a word as text. */
static void put_item(struct sbuf *out, const char *item)
{
    if (item != NULL && item[0] == '{') {
        sbuf_str(out, item);
        return;
    }
    for (; item != NULL && *item != '\0'; item++) {
        if (strchr("\\^$.[]|()?*+{}", *item) != NULL) {
            sbuf_char(out, '\\');
        }
        sbuf_char(out, *item);
    }
}

static void put_one_of(struct sbuf *out, const json_t *items)
{
    sbuf_str(out, "(?:");
    for (size_t i = 0; i < json_array_size(items); i++) {
        sbuf_str(out, i > 0 ? "|" : "");
        put_item(out, json_string_value(json_array_get(items, i)));
    }
    sbuf_char(out, ')');
}

/* What a text of the rule is made of: its pattern, and before or behind it a word of `if` and one
 * of each class in `all`. Malloc'ed; NULL when something is no vocabulary. */
static char *recipe(const struct rules *r, const json_t *value, int way)
{
    struct sbuf b;
    const json_t *all = json_object_get(value, "all");
    const char *match = json_text(value, "match", "");
    sbuf_init(&b, RECIPE_BYTES);
    if (way == 1) {
        sbuf_str(&b, match);
    }
    if (way > 0) {
        put_one_of(&b, json_object_get(value, "if"));
        for (size_t i = 0; i < json_array_size(all); i++) {
            put_item(&b, json_string_value(json_array_get(all, i)));
        }
    }
    if (way != 1) {
        sbuf_str(&b, match);
    }
    char *text = mem_dup(sbuf_slice(&b));
    char *full =
        pattern_expand(text, json_object_get(r->root, "vocabulary"),
                       json_object_get(r->root, "fragments"), json_text(value, "name", "?"), NULL);
    free(text);
    sbuf_free(&b);
    return full;
}

static const struct rule *rule_called(const struct rules *r, const char *name)
{
    for (int k = 0; k < r->count; k++) {
        if (strcmp(r->rules[k].name, name) == 0) {
            return &r->rules[k];
        }
    }
    return NULL;
}

void rules_shadowed(const struct rules *r, json_t *findings)
{
    const json_t *list = json_object_get(r->root, "rules");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        const char *name = json_text(value, "name", "?");
        const struct rule *rule = rule_called(r, name), *winner = NULL;
        bool won = rule == NULL;
        for (int way = 0; way < WAYS && !won; way++) {
            char *full = recipe(r, value, way);
            won = full != NULL && has_witness(r, rule, full, &winner);
            free(full);
        }
        if (!won) {
            const char *why = winner != NULL ? "it stands in the shadow of "
                                             : "its own words and looks aside shut it out";
            json_array_append_new(
                findings, json_sprintf("conversations/intents.json: %s: no text was found that it "
                                       "wins; %s%s",
                                       name, why, winner != NULL ? winner->name : ""));
        }
    }
}
