/* intents.json without the words and alternatives that only some texts contributed.
 *
 * A part of the data is a word of a vocabulary, of an `if` list, of `sounds` or of `typos`, or an
 * alternative of a group in a pattern. Each is counted alone over all texts: a word where it
 * occurs, an alternative where it matches when it is compiled by itself. */
#ifndef TESTS_CONVERSATIONS_ABLATION_H
#define TESTS_CONVERSATIONS_ABLATION_H

#include <jansson.h>

#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum { FOLDS = 5, NO_FOLD = -1 };

struct ablation_text {
    struct slice low, masked; /* normalized, and with recognized things masked */
    int fold;                 /* NO_FOLD: of an independent source */
};

struct ablation {
    const json_t *root; /* intents.json */
    const struct ablation_text *texts;
    int count;
    struct slice lexicon; /* words that no text contributed, one a line */
    struct arena *arena;
    int parts, removed; /* how many were looked at, and taken out for the last fold */
    json_t *seen;       /* part -> bits of the folds it occurs in */
};

/* A new reference: the data without what occurs in `fold` and in no other and not in the lexicon.
 */
json_t *ablation_without(struct ablation *a, int fold);

#endif
