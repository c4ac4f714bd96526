/* The states of an outbox row and their allowed moves; see outbox.h. */
#include "gateway/store/outbox.h"

#define TO(state) (1u << (OUTBOX_##state))

/* `leaves` says by what a state is left when nobody does anything, or that it is final. */
enum leaves { BY_NOT_BEFORE, BY_LEASE, BY_RECEIPT, BY_PERSON, NEVER };

static const struct {
    const char *name;
    unsigned allowed;
    enum leaves leaves;
} states[OUTBOX_STATES] = {
    /* A receipt of an earlier attempt may still say that it arrived. */
    [OUTBOX_QUEUED] = { "queued",
                        TO(LEASED) | TO(DELIVERED) | TO(EXPIRED) | TO(FAILED) | TO(UNCERTAIN),
                        BY_NOT_BEFORE },
    [OUTBOX_LEASED] = { "leased",
                        TO(QUEUED) | TO(SENDING) | TO(DELIVERED) | TO(FAILED) | TO(EXPIRED) |
                            TO(UNCERTAIN),
                        BY_LEASE },
    [OUTBOX_SENDING] = { "sending",
                         TO(QUEUED) | TO(SENT) | TO(DELIVERED) | TO(FAILED) | TO(EXPIRED) |
                             TO(UNCERTAIN),
                         BY_LEASE },
    [OUTBOX_SENT] = { "sent", TO(DELIVERED) | TO(FAILED), BY_RECEIPT },
    [OUTBOX_DELIVERED] = { "delivered", 0, NEVER },
    [OUTBOX_FAILED] = { "failed", 0, NEVER },
    [OUTBOX_EXPIRED] = { "expired", 0, NEVER },
    [OUTBOX_UNCERTAIN] = { "uncertain",
                           TO(QUEUED) | TO(SENT) | TO(DELIVERED) | TO(FAILED) | TO(EXPIRED),
                           BY_PERSON },
};

const char *outbox_state_name(enum outbox_state state)
{
    return (unsigned)state < OUTBOX_STATES ? states[state].name : "unknown";
}

bool outbox_may_move(enum outbox_state from, enum outbox_state to)
{
    return (unsigned)from < OUTBOX_STATES && (unsigned)to < OUTBOX_STATES &&
           (states[from].allowed & (1u << to)) != 0;
}

bool outbox_is_final(enum outbox_state state)
{
    return (unsigned)state < OUTBOX_STATES && states[state].leaves == NEVER;
}

bool outbox_has_lease(enum outbox_state state)
{
    return (unsigned)state < OUTBOX_STATES && states[state].leaves == BY_LEASE;
}
