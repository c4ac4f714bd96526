/* One seal as a line of text, both ways. Pure; any thread.
 *
 *     linli-seal 1 NUMBER MADE_AT LAST_ID PEOPLE ENTRIES MINUTES BEFORE HEADS MAC
 *
 * Fields are parted by one blank. BEFORE is the MAC of the line before (64 zeros at first), HEADS
 * is "-" or PERSON:SEQ:MAC joined by commas, MAC is the HMAC-SHA256 (VAULT_SEAL) of all bytes
 * before its blank. PEOPLE, ENTRIES and MINUTES count everything up to LAST_ID. */
#ifndef HANDLERS_SEAL_LINE_H
#define HANDLERS_SEAL_LINE_H

#include "gateway/base/mem.h"
#include "gateway/base/vault.h"
#include "handlers/ledger_chain.h"

struct seal_head {
    int64_t person, seq;
    unsigned char mac[LEDGER_MAC];
};
struct seal {
    int64_t number, made_at, last_id;
    int64_t people, entries, minutes;
    unsigned char before[LEDGER_MAC];
    unsigned char mac[LEDGER_MAC]; /* set by seal_line_write */
    struct seal_head *heads;
    int count;
};
/* The line without a newline, in the arena. GW_ETOOBIG when it would pass SEAL_LINE_MAX. */
GW_MUSTCHECK int seal_line_write(const struct vault *v, struct seal *seal, struct arena *a,
                                 struct slice *line);
/* Reads and verifies; heads are in the arena. 0, GW_EPROTO when it is no seal, GW_EAUTH when its
 * MAC does not fit (`out` then holds what could be read). */
GW_MUSTCHECK int seal_line_read(const struct vault *v, struct slice line, struct arena *a,
                                struct seal *out);

#endif
