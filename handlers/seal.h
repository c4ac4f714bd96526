/* The daily seal of the ledger, and the audit that proves it (design, promise 7).
 *
 * A seal names the head (volunteer, seq, HMAC) of every chain that grew since the seal before, the
 * counts of all chains, and the seal before; it carries an HMAC of its own (VAULT_SEAL). It is one
 * line of text, kept in a row of the database and, byte for byte the same, in a file outside it, so
 * that entries cut off together with their head row and even with the seal rows are still found.
 * A line holds no name and no text: ids and digests only. */
#ifndef HANDLERS_SEAL_H
#define HANDLERS_SEAL_H

#include <stdint.h>

#include "handlers/service.h"

/* Heads in one seal at most: a busy day makes several, so that none holds the writer longer than a
 * slice of 20 ms (design, "One writer"). */
enum { SEAL_HEADS_MAX = 1000 };
/* The longest line, newline included. */
enum { SEAL_LINE_MAX = 192 * 1024 };

/* Seals what was appended since the last seal, at most SEAL_HEADS_MAX entries. Returns 1 when more
 * is waiting, 0 when all is sealed (a day without entries gets a seal too: "nothing was added"), or
 * GW_E*. */
GW_MUSTCHECK int seal_make(const struct service *s);
/* Sets the timer "ledger.seal" to the next time `policy` names. Call it once at start and after a
 * change of configuration; the timer sets itself again. */
GW_MUSTCHECK int seal_schedule(const struct service *s);
/* The timer "ledger.seal". */
GW_MUSTCHECK int seal_timer(const struct service *s, int64_t subject);

struct seal_line {
    int64_t number;    /* 1, 2, 3 … */
    struct slice line; /* with its newline: what the file gets */
};
/* Lines that are not marked as written outside, oldest first, in the arena. The caller appends them
 * to the file, syncs it, and then marks them; after a crash in between a line stands there twice,
 * which the audit allows. Returns their number or GW_E*. */
GW_MUSTCHECK int seal_unwritten(const struct service *s, int limit, struct seal_line **out);
/* Marks all lines up to and with `number` as written outside at s->now. 0 or GW_E*. */
GW_MUSTCHECK int seal_written(const struct service *s, int64_t number);

/* What the audit found first. Ids only. */
enum audit_finding {
    AUDIT_SOUND,
    AUDIT_CHANGED,      /* an entry's fields do not fit its HMAC, or its words their digest */
    AUDIT_REMOVED,      /* an entry in the middle is gone */
    AUDIT_CUT_OFF,      /* the newest entries of a chain are gone */
    AUDIT_TEXT_REMOVED, /* words are gone and no LEDGER_FORGOTTEN entry says so */
    AUDIT_HEAD,         /* the head row is gone, or its totals are not the sum of the entries */
    AUDIT_SEAL,         /* a seal was changed, or is gone from the database or the file */
    AUDIT_FINDINGS      /* the count */
};
const char *audit_finding_name(enum audit_finding f); /* "sound", "changed" … */

struct audit_bad {
    enum audit_finding finding;
    int64_t person; /* 0 for a seal */
    int64_t seq;    /* of the first bad entry; of a seal its number */
};

struct audit_report {
    struct audit_bad first; /* in order of volunteer and seq, seals last */
    int64_t bad;            /* how many findings in all */
    int64_t people, entries, minutes, seals, outside;
    int64_t forgotten; /* entries whose words were deleted lawfully */
};

/* Where the lines outside come from, and whom to tell how far it is. Callbacks may be NULL. */
struct audit_input {
    /* The next line of the file, with or without newline, borrowed until the next call: 1, 0 at the
     * end, or GW_E*. Lines in any number; the oldest may be missing when the file was begun later.
     */
    int (*next)(void *context, struct slice *line);
    void (*progress)(void *context, int64_t done, int64_t all); /* entries */
    void *context;
};
/* Verifies every chain, head, total, text and seal, reading in one stream: memory does not grow
 * with the number of entries. 0 with the report filled (sound or not), or GW_E* when it could not
 * be done. */
GW_MUSTCHECK int ledger_audit(const struct service *s, const struct audit_input *in,
                              struct audit_report *out);

#endif
