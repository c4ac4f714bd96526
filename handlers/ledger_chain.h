/* The inside of the ledger that its audit shares: columns, canonical encoding, HMAC. Everybody else
 * uses ledger.h. */
#ifndef HANDLERS_LEDGER_CHAIN_H
#define HANDLERS_LEDGER_CHAIN_H

#include <stdbool.h>

#include "handlers/ledger.h"

enum { LEDGER_MAC = 32, LEDGER_SALT = 16, LEDGER_TEXTS = 6 };

/* The columns that ledger_chain_read reads, in its order, of the alias l. */
#define LEDGER_COLUMNS                                                                             \
    "l.person, l.seq, l.id, l.kind, l.source, l.minutes, l.day, l.hours, l.activity, "             \
    "l.organization, l.leader, l.recorder, l.quality, l.evaluated, l.recorded_at, l.reverses, "    \
    "l.late, l.rules, l.text_digest, l.mac"
enum { LEDGER_COLUMN_COUNT = 20 };

struct ledger_link {
    struct ledger_entry entry;             /* without its texts */
    unsigned char text_digest[LEDGER_MAC]; /* zero when the entry has no texts */
    unsigned char mac[LEDGER_MAC];
};
/* The current row; `rules` goes to the arena. 0, or GW_EDATA when a digest has a wrong length. */
GW_MUSTCHECK int ledger_chain_read(const struct rows *rows, struct arena *a,
                                   struct ledger_link *out);
/* HMAC over every field, the text digest and the HMAC of the entry before (zeros before the first).
 * The encoding is: "linli ledger 1" and a NUL, each number in eight bytes, most significant first,
 * the length and bytes of the rules version, the text digest, the HMAC before. */
void ledger_chain_mac(const struct vault *v, const struct ledger_link *link,
                      const unsigned char before[LEDGER_MAC], struct arena *a,
                      unsigned char out[LEDGER_MAC]);
/* SHA-256(salt ‖ text). */
void ledger_chain_text(struct slice salt, struct slice text, struct arena *a,
                       unsigned char out[LEDGER_MAC]);
bool ledger_chain_has_text(const struct ledger_link *link);
/* What the texts of an entry are sealed as (see protect.h). */
extern const char ledger_chain_column[];

#endif
