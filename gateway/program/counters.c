#include "gateway/program/counters.h"

#include "gateway/program/loops.h"

static const char *const kinds[] = { "text",      "voice",       "image", "location", "link",
                                     "subscribe", "unsubscribe", "scan",  "click",    "other",
                                     "video",     "revoked",     "view",  "position", "consent",
                                     "notice",    NULL };

static const char *const refusals[] = {
#define REFUSAL_LABEL(name, status, text) text,
    WEBHOOK_REFUSALS(REFUSAL_LABEL)
#undef REFUSAL_LABEL
        "account",
    "secret", "network", NULL
};

/* As enum outbox_reported. */
static const char *const receipts[] = { "unknown", "noted", "again", "parked", NULL };

static const char *const parts[] = { "whole", "waits",     "joined",     "repeated",
                                     "late",  "timed_out", "bad_header", NULL };

const struct metric_row counter_rows[] = {
    [COUNT_MESSAGES] = { "linli_messages_total",
                         METRIC_COUNTER,
                         "Messages and events received.",
                         { "kind" },
                         { kinds } },
    [COUNT_REFUSED] = { "linli_webhooks_refused_total",
                        METRIC_COUNTER,
                        "Webhooks refused before anything was stored.",
                        { "reason" },
                        { refusals } },
    [COUNT_DUPLICATES] = { "linli_duplicates_total", METRIC_COUNTER,
                           "Messages seen before: answered with the stored reply." },
    [COUNT_APOLOGIES] = { "linli_apologies_total", METRIC_COUNTER,
                          "Messages whose turn failed and was handed to a person." },
    [COUNT_UNAVAILABLE] = { "linli_unavailable_total", METRIC_COUNTER,
                            "Webhooks answered 503 because the store could not commit." },
    [COUNT_RECEIPTS] = { "linli_receipts_total",
                         METRIC_COUNTER,
                         "Delivery receipts by what became of them; unknown: nothing we sent.",
                         { "result" },
                         { receipts } },
    [COUNT_LATE_REPLIES] = { "linli_late_replies_total", METRIC_COUNTER,
                             "Passive replies that nobody fetched, sent by the outbox." },
    [COUNT_TIMERS] = { "linli_timers_total", METRIC_COUNTER, "Timers run." },
    [COUNT_SKIPPED] = { "linli_entries_skipped_total", METRIC_COUNTER,
                        "Entries of a provider's batch that could not be read; the others were taken." },
    [COUNT_UNANSWERED] = { "linli_unanswered_total",
                           METRIC_COUNTER,
                           "Messages taken for those of a machine: kept, and answered once at most.",
                           { "reason" },
                           { loop_names } },
    [COUNT_REROUTED] = { "linli_sends_rerouted_total", METRIC_COUNTER,
                         "Messages of our own that went by another account, as theirs did not work." },
    [COUNT_BLACKLISTED] = { "linli_numbers_blacklisted_total", METRIC_COUNTER,
                            "Messages that a provider's blacklist stopped: each an opt-out." },
    [COUNT_NUMBERS_LOST] = { "linli_numbers_lost_total", METRIC_COUNTER,
                             "Numbers given up: nobody has them, or their phone was off for long." },
    [COUNT_PARTS] = { "linli_message_parts_total",
                      METRIC_COUNTER,
                      "Parts of long messages that came one by one.",
                      { "result" },
                      { parts } },
    [COUNTERS] = { 0 },
};
