/* The inside of hours: rows in and out of the table, and the one mover of their state. For the
 * files hours*.c and attendance*.c; everybody else uses hours.h. */
#ifndef HANDLERS_HOURS_ROW_H
#define HANDLERS_HOURS_ROW_H

#include "handlers/activities.h"
#include "handlers/hours.h"

enum { HOURS_NAME_MAX = 120, HOURS_DAY = 1440 };

/* The columns hours_row_read reads, in its order, of the alias h. */
#define HOURS_COLUMNS                                                                              \
    "h.id, h.person, h.day, h.start_min, h.end_min, h.minutes, h.activity, h.organization, "       \
    "h.state, h.flags, h.source, h.quality, h.confirmer, h.decided_at, h.claimed_at, h.address, "  \
    "h.replaces, h.instead, h.seq, h.words, h.reason"

/* The current row, its texts opened, in the arena. 0 or GW_E*. */
GW_MUSTCHECK int hours_row_read(const struct service *s, const struct rows *rows,
                                struct hours *out);
/* Inserts; sets id and claimed_at. 0 or GW_E*. */
GW_MUSTCHECK int hours_row_insert(const struct service *s, struct hours *row);
/* Moves the state and stores what a decision adds (quality, confirmer, decided_at, seq, flags,
 * texts): 1 moved, 0 when the table forbids it or the row has moved meanwhile, or GW_E*. */
GW_MUSTCHECK int hours_row_move(const struct service *s, struct hours *row, enum hours_state to);
/* Names the ledger entry of a confirmed row just inserted. 0 or GW_E*. */
GW_MUSTCHECK int hours_row_set_seq(const struct service *s, const struct hours *row);
/* The rows that stand (claimed, confirmed) of a person from `from` to `to`, in the arena, and the
 * confirmed total. Number or GW_E*. */
GW_MUSTCHECK int hours_row_near(const struct service *s, int64_t person, int64_t from, int64_t to,
                                struct hours **out, int64_t *total);
/* The open claim that would replace `id`: 1, 0 or GW_E*. */
GW_MUSTCHECK int hours_row_pending(const struct service *s, int64_t person, int64_t id,
                                   struct hours *out);
/* Minutes that stand on `day`, without the row `except` and what would replace it. Pure. */
int64_t hours_row_sum(const struct hours *rows, int count, int64_t day, int64_t except);
/* Length of an activity in minutes; its local date. Pure. */
int64_t hours_length(const struct activity *a);
int64_t hours_day_of(const struct service *s, const struct activity *a);
/* Two different names for one thing are two things, blanks apart. */
bool hours_same_name(struct slice a, struct slice b);
/* Parameters of hours.confirmed and its like: name, date, activity, minutes, confirmer, total,
 * hours (id), quality once confirmed, in_month where it is not this month. A new reference. */
json_t *hours_row_params(const struct service *s, const struct hours *row, struct slice name,
                         int64_t total);
/* Adds what a channel with more room than an SMS tells of confirmed hours: "several" people at the
 * address, "past" when not of today, the day's other service ("same", "same_minutes",
 * "same_start"), and the next star ("next_level", "next_minutes", "missing"), each where there is
 * one. 0 or GW_E*.
 */
GW_MUSTCHECK int hours_row_standing(const struct service *s, const struct hours *row,
                                    int64_t address, json_t *params);
/* What hours_fix, hours_withdraw and hours_report tell of a row. */
void hours_row_receipt(const struct hours *row, struct hours_receipt *out);
/* True when one of the people of `address` is `person`: 1, 0 or GW_E*. */
GW_MUSTCHECK int hours_is_own(const struct service *s, int64_t address, int64_t person);

/* The ledger entry a row becomes; what is missing shows ledger_missing. */
void hours_row_entry(const struct service *s, const struct hours *row, int64_t leader,
                     struct slice leader_name, struct ledger_entry *out);
/* Writes the entry (after a reversal when the row replaces a confirmed one) and moves the row to
 * confirmed. `entry` is complete. 0 or GW_E*. */
GW_MUSTCHECK int hours_row_record(const struct service *s, struct hours *row,
                                  struct ledger_entry *entry);

#endif
