/* intents.json compiled: which texts mean which intent. A rule says which words must occur before
 * it is tried at all (`if`: any of them), which classes of words must occur in any order (`all`),
 * which may not (`none`), and which pattern must match; an item of a list is a word, {vocabulary}
 * or {DATE}, a recognized thing. Immutable once made; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_RULES_H
#define CONVERSATIONS_UNDERSTAND_RULES_H

#include "conversations/understand/date.h"
#include "conversations/understand/pattern.h"
#include "conversations/understand/slots.h"
#include "conversations/understand/words.h"

enum {
    RULES_MAX = 384,
    INTENTS_MAX = 96,
    INTENT_READERS_MAX = 16,
    CANDIDATES_MAX = 16,
    CLASSES_MAX = 512,
    RULE_CLASSES_MAX = 8,
};

/* Classes of words that a text holds: a bit each. */
struct classes {
    uint64_t bits[CLASSES_MAX / 64];
};

struct intent {
    const char *name; /* owned by the JSON */
    enum direction looks;
    bool firm; /* no answer to a question that takes free text */
    const struct slot_reader *readers[INTENT_READERS_MAX]; /* NULL ends */
};

struct rule {
    const char *name; /* owned by the JSON */
    const struct intent *intent;
    int priority;
    unsigned contexts; /* bit of each enum context in which it counts; 0: in all */
    bool safety;
    bool past;        /* counts only beside a day that is over or today */
    bool has_pattern; /* else its words alone decide */
    struct pattern pattern;
    int all[RULE_CLASSES_MAX]; /* a word of each of these classes must occur, in any order */
    int all_count;
    struct classes none; /* no word of these may */
    const json_t *set;   /* slots it sets; NULL when none */
};

struct rules {
    json_t *root; /* keeps every name alive */
    struct intent intents[INTENTS_MAX];
    int intent_count;
    struct rule rules[RULES_MAX]; /* by priority, highest first */
    int count;
    struct words *needed;                 /* the words of all `if`, `all` and `none` lists */
    uint64_t (*rules_of)[RULES_MAX / 64]; /* of each needed word: the rules to try */
    struct classes *classes_of;           /* and the classes it belongs to */
    int needed_count;
    json_t *classes;                 /* item of an `all` or `none` list: number of its class */
    uint64_t always[RULES_MAX / 64]; /* rules without `if` */
};

struct candidate {
    const struct rule *rule;
    struct pattern_match match;
};

/* Takes over `root`, also on failure. */
GW_MUSTCHECK int rules_make(json_t *root, struct rules *out, struct fault *fault);
void rules_free(struct rules *r);
/* Fills `out` with the rules that match, by priority; returns how many. `tried` (NULL: not wanted)
 * gets the bits of those whose words occur. */
int rules_match(const struct rules *r, struct slice masked, pcre2_match_data *data,
                struct candidate out[CANDIDATES_MAX], uint64_t tried[RULES_MAX / 64]);
const struct intent *rules_intent(const struct rules *r, const char *name);
/* Appends to `findings` what is wrong though it compiled: shadowed rules, intents without a rule.
 */
void rules_check(const struct rules *r, json_t *findings);
/* Appends the rules that no text was found for which they win: each is written out in many ways, as
 * patterns see texts, and must once be the best match in one of its contexts (shadow.c). */
void rules_shadowed(const struct rules *r, json_t *findings);

#endif
