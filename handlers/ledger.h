/* The record of service: append-only entries in one chain a volunteer (design, promise 7).
 *
 * Each entry carries an HMAC-SHA256 (vault, VAULT_LEDGER) over the canonical encoding of its fields
 * and the HMAC of the entry before it. Words that may be personal (what was done, where, for whom)
 * enter the chain only as SHA-256(salt ‖ text); text and salt lie encrypted in a row of their own
 * that ledger_forget_texts deletes, and the chain still verifies. A head row a volunteer holds the
 * last HMAC and the running totals, so that a star query reads one indexed row. Nothing here edits
 * or deletes an entry: a correction is a reversal and a new entry. */
#ifndef HANDLERS_LEDGER_H
#define HANDLERS_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "handlers/service.h"

enum ledger_kind {
    LEDGER_CONFIRMED = 1, /* minutes of service, all fields of `struct ledger_entry` filled */
    LEDGER_REVERSAL = 2,  /* takes back the entry named by `reverses`: minutes are its negative */
    LEDGER_CORRECTION =
        3,                /* the right value after a reversal; the same fields as a confirmed one */
    LEDGER_FORGOTTEN = 4, /* the texts of all entries before it were deleted; 0 minutes */
    LEDGER_KINDS          /* one more than the last */
};

/* How the minutes came about. Kept apart because an organizer's word alone weighs less (domain.md
 * section 6, "two keys for hours"). */
enum ledger_source {
    LEDGER_SIGNED_UP = 1, /* signed up, and the organizer says they came */
    LEDGER_CHECKED_IN,    /* checked in by text, and the organizer confirmed */
    LEDGER_CLAIMED        /* claimed by the volunteer, then confirmed */
};

/* One entry. A confirmed entry or a correction is refused while a field marked * is empty: the nine
 * fields of the district's record rules (Opinion 2015 no. 3, part 5: name, date, place, recipient,
 * content, time, quality, person in charge, recorder) and what MCA Order 67, articles 7 and 10 add
 * (organizing unit, date of the evaluation). Strings are borrowed on append, in the arena on read.
 */
struct ledger_entry {
    int64_t person; /* * volunteers' id */
    int64_t seq;    /* set by ledger_append: 1, 2, 3 … without a gap */
    int64_t id;     /* set by ledger_append; rises over all volunteers */
    enum ledger_kind kind;
    enum ledger_source source;
    int64_t minutes;        /* * whole minutes, 1 to 1440; negative in a reversal */
    int64_t day;            /* * date of service, epoch day */
    int64_t hours;          /* the row of `hours` this came from */
    int64_t activity;       /* 0 for service without an activity of ours */
    int64_t organization;   /* * organizing unit: it records and proves */
    int64_t leader;         /* * person in charge: addresses.id */
    int64_t recorder;       /* * who wrote it down: addresses.id */
    int quality;            /* * 1 to 5 */
    int64_t evaluated;      /* * date of the evaluation, epoch day */
    int64_t recorded_at;    /* set by ledger_append: service now, UTC seconds */
    int64_t reverses;       /* seq of the entry taken back, else 0 */
    bool late;              /* recorded after ten working days (Order 67, article 11) */
    struct slice rules;     /* set by ledger_append: version of the record rules (M34) */
    struct slice name;      /* * */
    struct slice place;     /* * */
    struct slice recipient; /* * whom it served */
    struct slice content;   /* * what was done */
    struct slice leader_name, recorder_name; /* may be empty */
    bool forgotten; /* on read: the texts were deleted and the four slices are empty */
};

/* Fields that are missing, as bits, in the order in which to ask for them. */
enum ledger_field {
    LEDGER_NAME = 1 << 0,
    LEDGER_DAY = 1 << 1,
    LEDGER_PLACE = 1 << 2,
    LEDGER_RECIPIENT = 1 << 3,
    LEDGER_CONTENT = 1 << 4,
    LEDGER_MINUTES = 1 << 5,
    LEDGER_QUALITY = 1 << 6,
    LEDGER_LEADER = 1 << 7,
    LEDGER_RECORDER = 1 << 8,
    LEDGER_ORGANIZATION = 1 << 9,
    LEDGER_EVALUATED = 1 << 10,
    LEDGER_FIELD_COUNT = 11
};

/* The mandatory fields that are empty or out of range, 0 when the entry may be appended. Pure. */
unsigned ledger_missing(const struct ledger_entry *e);

enum ledger_outcome {
    LEDGER_APPENDED,
    LEDGER_INCOMPLETE, /* a mandatory field is empty: see ledger_missing */
    LEDGER_NO_ENTRY,   /* there is no such entry to reverse */
    LEDGER_REVERSED    /* that entry was reversed before: nothing changed */
};
/* Appends a confirmed entry or a correction and moves the head. Fills in seq, id, recorded_at and
 * rules. Returns an outcome or GW_E*. */
GW_MUSTCHECK int ledger_append(const struct service *s, struct ledger_entry *e);
/* Appends the reversal of (person, seq), recorded by `recorder`. `*out` (may be NULL) is the entry
 * that was reversed, with its texts, ready to be changed and appended as a correction. */
GW_MUSTCHECK int ledger_reverse(const struct service *s, int64_t person, int64_t seq,
                                int64_t recorder, struct ledger_entry *out);

/* The running totals of a volunteer: all years, confirmed only. */
struct ledger_totals {
    int64_t minutes;  /* of confirmed entries and corrections less reversals */
    int64_t services; /* how many of them stand */
    int64_t quality;  /* the sum of their qualities; divided by `services` the average */
    int64_t entries;  /* length of the chain */
};
/* One indexed row. 1, 0 when nothing was ever recorded (`*out` is then zero), or GW_E*. */
GW_MUSTCHECK int ledger_total(const struct service *s, int64_t person, struct ledger_totals *out);

/* One entry with its texts: 1, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int ledger_get(const struct service *s, int64_t person, int64_t seq,
                            struct ledger_entry *out);
/* Up to `limit` (at most 500) entries with seq < `before` (0: from the newest), newest first, every
 * kind, in the arena. Returns their number or GW_E*. */
GW_MUSTCHECK int ledger_list(const struct service *s, int64_t person, int64_t before, int limit,
                             struct ledger_entry **out);

/* Deletes the words and salts of all entries of a volunteer and appends a LEDGER_FORGOTTEN entry
 * that says so, recorded by `recorder`. Returns the number of texts deleted (0 appends nothing) or
 * GW_E*. */
GW_MUSTCHECK int ledger_forget_texts(const struct service *s, int64_t person, int64_t recorder);

const char *ledger_kind_name(enum ledger_kind kind);    /* "confirmed", "reversal" … */
const char *ledger_field_name(enum ledger_field field); /* "name", "place" …: a slot's name */

#endif
