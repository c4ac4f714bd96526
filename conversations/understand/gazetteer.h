/* The places of the district: exact names, short names and aliases, and by sound when asked. */
#ifndef CONVERSATIONS_UNDERSTAND_GAZETTEER_H
#define CONVERSATIONS_UNDERSTAND_GAZETTEER_H

#include "conversations/understand/han.h"
#include "gateway/base/error.h"
#include "gateway/base/mem.h"

struct gazetteer; /* immutable once made; any thread */

/* Reads data/divisions_530802.tsv: code, level, name, parent, short, aliases. `dialect` are pairs
 * of a character and a second sound of it ("街 gai\n…"). The caller frees. */
GW_MUSTCHECK int gazetteer_make(struct slice table, struct slice dialect, const struct han *han,
                                struct gazetteer **out, struct fault *fault);
void gazetteer_free(struct gazetteer *g);

struct place {
    struct slice
        name; /* short name; a township before its village where both are said. In the arena */
    size_t from, to; /* bytes of the text */
    bool full;       /* said with 社区, 镇, 村 …, not as an alias alone */
    bool by_sound;
};

/* The first place in `s` from `from` on: 1, or 0 when there is none. Townships are joined with the
 * village that follows. */
int gazetteer_find(const struct gazetteer *g, struct slice s, size_t from, struct arena *a,
                   struct place *out);
/* The place that `s` begins with: 1, or 0. */
int gazetteer_head(const struct gazetteer *g, struct slice s, struct arena *a, struct place *out);
/* The place whose name sounds like a part of `s` (two characters or more); 0 when there is none. */
int gazetteer_sounds(const struct gazetteer *g, const struct han *han, struct slice s,
                     struct arena *a, struct place *out);

#endif
