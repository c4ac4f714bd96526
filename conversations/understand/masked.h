/* A text without what tells who wrote it or of whom: for what is kept to learn from. */
#ifndef CONVERSATIONS_UNDERSTAND_MASKED_H
#define CONVERSATIONS_UNDERSTAND_MASKED_H

#include "conversations/understand/understand.h"

struct masked {
    struct slice wording; /* everything recognized replaced by what patterns call it: {DATE} */
    struct slice example; /* as written after normalization, with phones, document numbers, names
                             and other long numbers replaced: {PHONE}, {ID}, {NAME}, {NUMBER} */
    bool empty;           /* no letter and no ideograph: there is nothing to learn */
};

/* Both texts in the arena. Any thread. */
void understand_mask(const struct reading *r, struct arena *a, struct masked *out);

#endif
