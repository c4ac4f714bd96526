/* The program's own metrics, beside the platform's. */
#ifndef GATEWAY_PROGRAM_COUNTERS_H
#define GATEWAY_PROGRAM_COUNTERS_H

#include "adapters/adapter.h"
#include "gateway/metrics.h"
#include "gateway/program/message.h"

/* Row numbers behind gateway->counters. */
enum counter {
    COUNT_MESSAGES, /* by enum inbound_kind */
    COUNT_REFUSED,  /* by enum webhook_refusal, and the three below */
    COUNT_DUPLICATES,
    COUNT_APOLOGIES,    /* messages whose turn failed */
    COUNT_UNAVAILABLE,  /* webhooks answered 503 */
    COUNT_RECEIPTS,     /* by enum outbox_reported */
    COUNT_LATE_REPLIES, /* passive replies that did not go out and were followed up */
    COUNT_TIMERS,
    COUNT_SKIPPED,    /* entries of a batch that nobody can read */
    COUNT_UNANSWERED, /* by enum loop_kind */
    COUNT_PARTS,      /* by enum message_parts, and the one below */
    COUNT_REROUTED,
    COUNT_BLACKLISTED,
    COUNT_NUMBERS_LOST,
    COUNTERS
};
/* Further labels of COUNT_REFUSED. */
enum { REFUSED_ACCOUNT = WEBHOOK_REFUSAL_COUNT, REFUSED_SECRET, REFUSED_NETWORK };
/* A further label of COUNT_PARTS. */
enum { PARTS_BAD_HEADER = MESSAGE_TIMED_OUT + 1 };

/* The table for metrics_add. */
extern const struct metric_row counter_rows[];

#endif
