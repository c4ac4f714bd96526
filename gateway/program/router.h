/* Failover: while an account is ill, messages that wait for it go by another that can reach their
 * number, before they are of no use any more. */
#ifndef GATEWAY_PROGRAM_ROUTER_H
#define GATEWAY_PROGRAM_ROUTER_H

#include "gateway/program/gateway.h"
#include "gateway/store/outbox.h"

/* Begins to look while account `i` is ill; its `health` was changed. Loop's thread. */
void router_wake(struct gateway *g);
GW_MUSTCHECK int router_start(struct gateway *g, struct fault *fault);
/* No further job; closes its timer. Before the worker stops. */
void router_stop(struct gateway *g);
/* After the worker stopped and the loop has closed its handles. */
void router_free(struct gateway *g);

/* Worker's thread, in the transaction that marks a row: chooses for one that asks for no account,
 * or for one that cannot send. 1 when it waits for another account from now on, 0, or GW_E*. */
GW_MUSTCHECK int router_assign(struct gateway *g, struct tx *tx, const struct outbox_row *row,
                               const struct account *planned, int64_t now);

#endif
