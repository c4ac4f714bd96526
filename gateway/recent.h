/* Who wrote what in the last minute, in memory: a table of fixed size in which the oldest sender of
 * a place gives way. What it finds is written down elsewhere (store/machines.h); after a restart it
 * begins empty. One thread. */
#ifndef GATEWAY_RECENT_H
#define GATEWAY_RECENT_H

#include <stdint.h>

enum {
    RECENT_SECONDS = 60,     /* the time looked back over */
    RECENT_SAME = 3,         /* equal texts are counted up to this */
    RECENT_TEXTS = 4,        /* different texts of a sender that are told apart */
    RECENT_SENDERS = 1 << 14 /* senders at once: 3 MB */
};

struct recent;

struct recent *recent_make(void);
void recent_free(struct recent *r); /* NULL is fine */

struct recent_count {
    int same; /* how often this sender wrote this text in the last minute, this time included; at
                 most RECENT_SAME */
    int all;  /* how many texts since its minute began; the next one begins with the first text
                 after it */
};
/* Notes one text. `key` is the number of the delivery: the same delivery again (a batch that had to
 * be undone) is not counted twice. `now` in UTC seconds. */
struct recent_count recent_note(struct recent *r, int64_t sender, int64_t text, int64_t key,
                                int64_t now);

#endif
