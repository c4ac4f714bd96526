/* intents.json compiled: which texts mean which intent, with the words that must occur before a
 * pattern is tried at all. Immutable once made; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_RULES_H
#define CONVERSATIONS_UNDERSTAND_RULES_H

#include "conversations/understand/date.h"
#include "conversations/understand/pattern.h"
#include "conversations/understand/slots.h"
#include "conversations/understand/words.h"

enum { RULES_MAX = 384, INTENTS_MAX = 96, INTENT_READERS_MAX = 16, CANDIDATES_MAX = 16 };

struct intent {
    const char *name; /* owned by the JSON */
    enum direction looks;
    const struct slot_reader *readers[INTENT_READERS_MAX]; /* NULL ends */
};

struct rule {
    const char *name; /* owned by the JSON */
    const struct intent *intent;
    int priority;
    unsigned contexts; /* bit of each enum context in which it counts; 0: in all */
    bool safety;
    bool past; /* counts only beside a day that is over or today */
    struct pattern pattern;
    const json_t *set; /* slots it sets; NULL when none */
};

struct rules {
    json_t *root; /* keeps every name alive */
    struct intent intents[INTENTS_MAX];
    int intent_count;
    struct rule rules[RULES_MAX]; /* by priority, highest first */
    int count;
    struct words *needed;                 /* the words of all `if` lists */
    uint64_t (*rules_of)[RULES_MAX / 64]; /* of each needed word: the rules to try */
    int needed_count;
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

#endif
