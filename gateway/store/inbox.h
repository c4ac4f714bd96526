/* What came in: duplicates found by (account, key), the text kept encrypted, the reply kept as ids
 * and parameters so that a retry gets it again. */
#ifndef GATEWAY_STORE_INBOX_H
#define GATEWAY_STORE_INBOX_H

#include <stdint.h>

#include "gateway/base/ids.h"
#include "gateway/base/vault.h"
#include "gateway/store/store.h"

enum { INBOX_KEY_LIMIT = 255, INBOX_LAST_LIMIT = 20, INBOX_LAST_DAYS = 7 };

struct inbox_row {
    int64_t id;
    struct slice account; /* e.g. "demo" of /wechat/demo, with its channel: "wechat/demo" */
    struct slice key;     /* the adapter's, at most 255 bytes */
    int64_t address;      /* addresses.id */
    int64_t received_at;  /* UTC seconds */
    struct slice trace;
    struct slice text;  /* what was written, in the clear here, encrypted on disk */
    struct slice reply; /* JSON array of {id, params}; empty when there is none */
};

/* Claims (account, key). A key that begins with what rises (a message id rather than its sender)
 * makes neighbours of messages that come together, so that a commit writes fewer pages. 1 when it
 * is new, 0 when it was seen before (`*first` is then the inbox id of the first), or GW_E*
 * (GW_EINVAL for an empty or overlong key). */
GW_MUSTCHECK int inbox_claim(struct tx *tx, struct slice account, struct slice key, int64_t id,
                             int64_t now, int64_t *first);
/* Stores the message and its reply. */
GW_MUSTCHECK int inbox_put(struct tx *tx, const struct vault *v, const struct inbox_row *row,
                           struct arena *a);
/* The reply stored with a message, in the clear: 1, 0 when the row is gone, or GW_E*. */
GW_MUSTCHECK int inbox_reply(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
                             struct slice *reply, int64_t *received_at);
/* A stored message with all fields but `key` in the clear, in the arena: 1, 0 when it is gone, or
 * GW_E*. */
GW_MUSTCHECK int inbox_get(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
                           struct inbox_row *out);
/* The last `limit` texts (at most INBOX_LAST_LIMIT) of an address from the last
 * INBOX_LAST_DAYS before the newest message of all, oldest first, each given to `each` (design: the
 * third wrong answer tells a person "with the last texts"). */
GW_MUSTCHECK int inbox_last(struct tx *tx, const struct vault *v, int64_t address, int limit,
                            struct arena *a, void (*each)(void *context, struct slice text),
                            void *context);
/* The newest message of an address stored so far (back to INBOX_LAST_DAYS before the newest of
 * all): the one before the message in hand. Fills id, address, received_at and text, in the arena;
 * 1, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int inbox_previous(struct tx *tx, const struct vault *v, int64_t address,
                                struct arena *a, struct inbox_row *out);
/* Empties the texts of an address received at `since` or later (and in INBOX_LAST_DAYS): what a
 * child under 14 sent is not kept. Returns their number. */
GW_MUSTCHECK int inbox_forget(struct tx *tx, int64_t address, int64_t since);
/* Deletes what is older than its retention, at most `limit` rows of each kind a call; returns the
 * number deleted (0: nothing is left to do). Messages are as old as their ids (real clock), claims
 * as old as the `now` they were made with. */
GW_MUSTCHECK int inbox_purge(struct tx *tx, int64_t seen_before, int64_t text_before, int limit);

#endif
