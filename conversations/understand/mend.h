/* Replaces words that were meant otherwise: known misspellings, and words that only sound right. */
#ifndef CONVERSATIONS_UNDERSTAND_MEND_H
#define CONVERSATIONS_UNDERSTAND_MEND_H

#include <jansson.h>

#include "conversations/understand/normal.h"

struct mender; /* immutable once made; any thread */

/* By spelling: an object of misspelling -> word. */
struct mender *mender_make(const json_t *typos);
/* By sound: an array of words of two characters or more. */
struct mender *mender_sounds(const json_t *words, const struct han *han);
void mender_free(struct mender *m);

/* Rewrites text, low and origin of `normal` in the arena; false, and nothing done, when no word is
 * to be replaced. */
bool mender_apply(const struct mender *m, const struct han *han, struct normal *normal,
                  struct arena *a);

#endif
