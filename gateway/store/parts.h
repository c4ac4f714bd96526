/* Parts of long messages, where a provider pushes them one by one, in any order, some twice, some
 * never (sms.md 5.A.5): kept until the message is whole or its time is over. */
#ifndef GATEWAY_STORE_PARTS_H
#define GATEWAY_STORE_PARTS_H

#include "gateway/base/ids.h"
#include "gateway/base/vault.h"
#include "gateway/store/store.h"

enum {
    PARTS_MOST = 32,          /* of one message; a text of ADAPTER_TEXT_MAX bytes has at most 15 */
    PARTS_REFERENCE_MAX = 64, /* bytes */
    PARTS_WAIT_S =
        120, /* from the newest part on; Kannel waits 1800, but she waits for an answer */
    PARTS_OPEN_S = 600,    /* from the first part on, whatever still comes */
    PARTS_KEEP_S = 600,    /* after it was handled, to know a part that comes late or twice */
    PARTS_OPEN_EACH = 4,   /* unfinished messages of one address; one more ends the oldest */
    PARTS_OPEN_ALL = 2000, /* of all addresses, likewise */
};

/* Timer of a group: its time is over; later, it can be forgotten. The subject is the group's id. */
#define PARTS_TIMER "message.parts"

struct part {
    struct slice account;
    int64_t address;
    struct slice reference; /* what the parts of one message share: recipient and their number */
    int number, total;      /* 1 <= number <= total, 2 <= total <= PARTS_MOST */
    struct slice text;      /* in the clear here, encrypted on disk */
};

enum part_outcome {
    PART_WAITS,     /* kept: others are missing */
    PART_COMPLETES, /* the last that was missing: here is the whole text */
    PART_REPEATED,  /* the same part of this message was here before */
    PART_LATE,      /* its message was handled without it */
    PART_OUTCOMES
};
const char *part_outcome_name(enum part_outcome outcome); /* static */

/* Takes in a part. With PART_COMPLETES `*text` is the message, in the arena, and it is closed. A
 * part whose place is taken by another text belongs to a new message (references are used again):
 * the earlier one ends at once by its timer. Outcome, or GW_E* (GW_EINVAL for numbers or a
 * reference out of bounds). */
GW_MUSTCHECK int parts_put(struct tx *tx, const struct vault *v, struct ids *ids,
                           const struct part *part, int64_t now, struct arena *a,
                           struct slice *text);

/* What is there of a message whose timer ran. */
struct part_message {
    struct slice account; /* in the arena */
    int64_t address;
    struct slice text; /* "…" stands where parts are missing */
    int64_t opened_at;
    int have, total;
};
/* 1: the message is now closed and `*out` is to be handled; 0: there was nothing left to do (it was
 * handled before, and is forgotten now); or GW_E*. */
GW_MUSTCHECK int parts_end(struct tx *tx, const struct vault *v, int64_t id, int64_t now,
                           struct arena *a, struct part_message *out);

#endif
