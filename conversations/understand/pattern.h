/* One PCRE2 pattern written with the data's vocabularies, compiled once, matched by any thread.
 *
 * In a pattern {word} stands for a vocabulary or fragment of intents.json and {DATE} for a
 * recognized thing (entities.h). Patterns run on normalized, masked, lower-case text of at most
 * 4,000 bytes. */
#ifndef CONVERSATIONS_UNDERSTAND_PATTERN_H
#define CONVERSATIONS_UNDERSTAND_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <jansson.h>

#include "conversations/understand/backtrack.h"
#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum {
    PATTERN_GROUPS_MAX = 12,
    PATTERN_MATCH_LIMIT = 20000, /* steps from one place; a text that needs more matches nothing */
};

struct pattern_group {
    char name[32];
    int number;
};

struct pattern {
    pcre2_code *code;
    struct pattern_group groups[PATTERN_GROUPS_MAX]; /* named ones; a name may occur twice */
    int group_count;
};

/* Where the named groups of one match stand; from == to when a group took no part. */
struct pattern_match {
    size_t from[PATTERN_GROUPS_MAX], to[PATTERN_GROUPS_MAX];
    size_t start, end;
};

/* Compiles `text` after putting in `vocabulary` (object: name -> array of words) and `fragments`
 * (object: name
 * -> pattern). `where` names the rule in a fault. Refuses unknown names and patterns that are not
 * proven to be bounded (backtrack.h), with the part that is at fault and what to write instead. */
GW_MUSTCHECK int pattern_make(const char *text, const json_t *vocabulary, const json_t *fragments,
                              const char *where, struct pattern *out, struct fault *fault);
void pattern_free(struct pattern *p);
/* True when it occurs in `text`; `match` may be NULL. `data` is the caller's, one a thread. */
bool pattern_match(const struct pattern *p, struct slice text, pcre2_match_data *data,
                   struct pattern_match *match);
/* The pattern with everything put in, malloc'ed; NULL with the fault set. */
char *pattern_expand(const char *text, const json_t *vocabulary, const json_t *fragments,
                     const char *where, struct fault *fault);
/* Tries the pattern on texts that are made to be hard for it (backtrack.h; some milliseconds): 0,
 * or GW_ECONFIG with what took too long. */
GW_MUSTCHECK int pattern_try(const char *text, const json_t *vocabulary, const json_t *fragments,
                             const char *where, struct fault *fault);
/* The fault of a pattern that is refused; returns GW_ECONFIG. */
int pattern_fault(const char *where, const char *full, const struct backtrack *b,
                  struct fault *fault);
/* The character that stands for a recognized thing called `name` ("LENGTH"), NUL-terminated; false
 * when nothing is called so. */
bool pattern_entity(struct slice name, char out[4]);
/* A block for pattern_match that lives as long as the arena: nothing is to be freed. */
pcre2_match_data *pattern_data(struct arena *a);

#endif
