/* What decides over a row's next state, and the only place that changes it: shared by the files of
 * the outbox alone. */
#ifndef GATEWAY_STORE_OUTBOX_ENTRY_H
#define GATEWAY_STORE_OUTBOX_ENTRY_H

#include "gateway/store/outbox.h"

/* A held row's not_before is its own plus this: far beyond any time, and found by the index. */
#define OUTBOX_HELD_S INT64_C(1099511627776)

struct outbox_entry {
    int64_t id;
    enum outbox_state state;
    int64_t owner;
    int attempt;
    enum outbox_priority priority;
    int64_t not_before;
    int64_t useful_until;
    int64_t lease_until;
    struct slice realm;
    struct slice provider_id;
    struct slice reason;
    int segments;
    int64_t price;
    int spared;
};

/* 1, 0 when there is no such row, or GW_E*. */
GW_MUSTCHECK int outbox_entry_load(struct tx *tx, int64_t id, struct arena *a,
                                   struct outbox_entry *e);
/* Writes `next` when the row still is as `was` and the table allows the move, or when the state
 * stays and something else of it changed. 1, 0 when not, or GW_E*. */
GW_MUSTCHECK int outbox_entry_move(struct tx *tx, const struct outbox_entry *was,
                                   const struct outbox_entry *next, int64_t now);

/* Whether a row that goes at `at` (held or not) is of no use any more. Pure. */
bool outbox_entry_too_late(const struct outbox_entry *e, int64_t at);
/* Makes it queued again at `at`, or expired when that is too late. Without an owner a late answer
 * of this attempt finds nobody. Pure. */
void outbox_entry_requeue(struct outbox_entry *e, int64_t at);
/* Whether a row of this priority goes again when nobody knows what came of it. Pure. */
bool outbox_retried(enum outbox_priority priority);

/* Applies the report that came before the outcome which told this provider's id, if there is one.
 * What it says of the number (enum outbox_number), 0 too when there is none, or GW_E*. */
GW_MUSTCHECK int outbox_report_parked(struct tx *tx, int64_t id, struct slice realm,
                                      struct slice provider_id, int64_t now);

/* Reads ids from the first column, at most `limit`, and closes the rows: into an array first,
 * because moving a row changes the index that is being walked. Their number or GW_E*. */
GW_MUSTCHECK int outbox_collect(struct tx *tx, struct rows *rows, int64_t *ids, int limit);

#endif
