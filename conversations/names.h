/* Names to things: the small hash table in which a catalogue finds flows, intents and messages.
 * Filled while loading by one thread; looking up changes nothing, so any thread may afterwards. */
#ifndef CONVERSATIONS_NAMES_H
#define CONVERSATIONS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/slice.h"

struct name_row {
    struct slice name; /* borrowed; p NULL when the place is free */
    void *thing;
};

/* Zero-initialised is a valid empty table. */
struct names {
    struct name_row *rows;
    size_t cap, count;
};

/* False when the name is there already; the table is then unchanged. `name` must outlive the table.
 */
bool names_put(struct names *t, struct slice name, void *thing);
void *names_get(const struct names *t, struct slice name); /* NULL when unknown */
void names_free(struct names *t);

#endif
