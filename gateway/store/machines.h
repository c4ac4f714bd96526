/* Senders that are machines: what of an address is not answered for a while, because answering it
 * would make a loop. Kept in the database, so that a restart does not begin to answer again; knows
 * no text, only digests. */
#ifndef GATEWAY_STORE_MACHINES_H
#define GATEWAY_STORE_MACHINES_H

#include <stdint.h>

#include "gateway/store/store.h"

/* What is held: one of these, or a digest of the text (machines_text). */
enum machine_habit {
    MACHINE_AUTO_REPLY = 0, /* its automatic replies */
    MACHINE_FLOOD = 1       /* everything */
};
/* The number of a text by its digest; never one of the above. Pure. */
int64_t machines_text(const unsigned char digest[32]);

/* Holds it back for `seconds` from now on. 0 or GW_E*. */
GW_MUSTCHECK int machines_hold(struct tx *tx, int64_t address, int64_t what, int64_t now,
                               int seconds);
/* 1 when it is held at `now`: counted, and the time begins anew; 0 when it is not, or GW_E*. */
GW_MUSTCHECK int machines_held(struct tx *tx, int64_t address, int64_t what, int64_t now,
                               int seconds);
/* 1 when this text or, by a flood, everything of the sender is held at `now`: counted and held
 * longer; 0 or GW_E*. One statement, as it is on the way of every message. */
GW_MUSTCHECK int machines_silent(struct tx *tx, int64_t address, int64_t text, int64_t now,
                                 int seconds);
/* Deletes at most `limit` of those that are over; their number or GW_E*. */
GW_MUSTCHECK int machines_purge(struct tx *tx, int64_t now, int limit);

#endif
