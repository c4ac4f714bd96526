/* Texts that were not understood, kept so that an organizer can teach the words that were missing
 * (`linli misses`). A row is a wording, not a person: neither who wrote it nor from where is kept,
 * the caller masks what identifies somebody, and both texts are sealed. */
#ifndef HANDLERS_MISSES_H
#define HANDLERS_MISSES_H

#include "handlers/service.h"

enum {
    MISSES_KEPT = 2000,      /* wordings; the one that was seen last longest ago falls out */
    MISS_TEXT_MAX = 300,     /* bytes of each text; the rest is cut at a character */
    MISSES_LISTED_MAX = 1000 /* of one list */
};

enum miss_why {
    MISS_UNKNOWN = 1,   /* nothing was understood, or nothing that answers the open question */
    MISS_CORRECTED = 2, /* something was, and the person took it back or called a person at once */
};
const char *miss_why_name(enum miss_why why); /* "unknown", "corrected" */

struct miss {
    int64_t id; /* of the row; ignored by miss_note */
    enum miss_why why;
    struct slice
        wording; /* recognized things replaced, as patterns name them: {DATE}整了{LENGTH} */
    struct slice example; /* the newest one, with only numbers and names replaced */
    struct slice intent;  /* what it was taken for; empty for nothing */
    struct slice context; /* of understanding (conversations/understand/understand.h) */
    struct slice asked;   /* the open question, "report_hours.date"; empty for none */
    int64_t times;
    int64_t first_at, last_at; /* UTC seconds */
};

/* Counts a text under its wording, the newest with its example and circumstances. An empty wording
 * is not kept. 0 or GW_E*. */
GW_MUSTCHECK int miss_note(const struct service *s, const struct miss *m);

/* Wordings seen at `since` or later, the most frequent first, at most `limit` (capped at
 * MISSES_LISTED_MAX): their number, in the arena, or GW_E*. */
GW_MUSTCHECK int misses_list(const struct service *s, int64_t since, int limit, struct miss **out);

/* Deletes wordings last seen before `before`, at most `limit`; returns their number, or GW_E*. */
GW_MUSTCHECK int misses_purge(struct tx *tx, int64_t before, int limit);

#endif
