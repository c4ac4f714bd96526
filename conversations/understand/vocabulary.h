/* Words added to intents.json by small files of their own, so that whoever runs a gateway edits
 * five lines and not four hundred (conversations/README.md, "Vocabulary"). */
#ifndef CONVERSATIONS_UNDERSTAND_VOCABULARY_H
#define CONVERSATIONS_UNDERSTAND_VOCABULARY_H

#include <jansson.h>

#include "conversations/understand/date.h"
#include "conversations/understand/han.h"
#include "conversations/understand/words.h"
#include "gateway/base/error.h"
#include "gateway/base/slice.h"

enum {
    VOCABULARY_BYTES_MAX = 64 * 1024, /* of one file */
    VOCABULARY_WORD_MAX = 24,         /* characters of a word */
    VOCABULARY_WORDS_MAX = 2000,      /* words that all files may add */
};

/* What a word is held to: patterns see normalized text with recognized things masked. */
struct vocabulary_view {
    const struct han *han;
    const struct calendar *calendar;
    const struct words *starters;
};

/* Puts the words of one file (`text`, called `path` in faults) into `root`, a parsed intents.json:
 * `synonyms` (a word, and the understood one it stands for) beside its `typos`, `vocabulary` words
 * behind those of the same name, `sounds` behind its own, each as normalization writes it. Which
 * words a vocabulary got is kept in `root`, for vocabulary_added. GW_ECONFIG names file, line and
 * reason; `root` is then half changed and of no use. */
GW_MUSTCHECK int vocabulary_extend(json_t *root, struct slice text, const char *path,
                                   const struct vocabulary_view *view, struct fault *fault);

/* Whether a pattern or a recognizer uses the vocabulary, and not only a rule's `if`: whether a word
 * more would be understood. */
bool vocabulary_is_used(const json_t *root, const char *name);

/* The words that files added to a vocabulary, an object word -> "file:line"; NULL when none.
 * Borrowed. */
const json_t *vocabulary_added(const json_t *root, const char *name);

#endif
