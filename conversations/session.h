/* What is kept of a conversation between turns: a stack of open flows, newest last. Stored as JSON,
 * so that it survives a restart, a reload and a change of channel. */
#ifndef CONVERSATIONS_SESSION_H
#define CONVERSATIONS_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "conversations/catalogue.h"
#include "handlers/service.h"

enum {
    SESSION_FRAMES = 5, /* conversations/README.md, "Open questions" */
    SESSION_TRAIL = 16  /* questions one can go back over */
};

/* One open flow. */
struct frame {
    const struct flow *flow;
    int step;                    /* where it waits; -1: it has not begun (it waits for a gate) */
    json_t *slots;               /* owned */
    json_t *items;               /* choices shown; owned, NULL when there are none */
    const struct message *asked; /* the question as it was put */
    int64_t asked_at, until;     /* UTC seconds */
    int64_t tap;                 /* the number of the question's links (tap_number); 0: none yet */
    int tries;                   /* misunderstandings of this question */
    uint64_t answered;           /* pure questions that are answered, a bit a step */
    int trail[SESSION_TRAIL];    /* steps answered so far, in order */
    int trail_count;
    bool by_us;  /* asked by a message of our own, not by a reply */
    bool gated;  /* it waits below the flow that lets it through (registration) */
    bool talked; /* it asked something: what it leaves is worth keeping */
};

struct session {
    struct frame frames[SESSION_FRAMES];
    int count;
    int unknowns;    /* texts in a row that were not understood with nothing open */
    json_t *crossed; /* {"text", "at"} while it is asked which of two is meant; owned, or NULL */
    json_t *kept;    /* slots that an ended flow left behind; owned, or NULL */
    int64_t kept_until;
    json_t *more; /* {"id", "params"}: the rest of a reply that was too long; owned, or NULL */
    int64_t more_until;
    json_t *last; /* how the last text was taken: {"context", "asked"}, true when it was not; owned,
                     NULL when not known */
    int64_t silent_since; /* when it was stored last; 0 for a new one */
    bool stored;          /* there is a row */
    struct slice before;  /* as stored, to see whether anything changed */
};

/* Reads the session of an address. What has expired, and flows that are no more, fall away; a step
 * that is no more becomes the first unfilled one. Damaged text is an empty session: GW_EDATA never.
 */
void session_load(struct session *se, const struct catalogue *c, const struct address *address,
                  const struct service *s);
/* Writes it when it changed; removes the row when nothing is left to keep. */
GW_MUSTCHECK int session_store(struct session *se, const struct service *s, int64_t conversation);
void session_free(struct session *se);

/* The newest open flow, or NULL. */
struct frame *session_top(struct session *se);
/* A new empty frame on top; the oldest falls out when there are too many. Takes `slots`. */
struct frame *session_push(struct session *se, const struct flow *flow, json_t *slots);
void session_remove(struct session *se, int index);
/* Moves a frame to the top. */
struct frame *session_raise(struct session *se, int index);

#endif
