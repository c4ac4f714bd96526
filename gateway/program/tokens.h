/* Access tokens of accounts whose provider wants one in every call. Asked for when the first
 * message wants to go, one request at a time for each account however many wait, kept over restarts
 * (sealed), and asked for anew when a send says that its token was not taken: only when it was the
 * token now in use, and not for ever: after a second refusal the account stands still and a person
 * is told. Loop's thread. */
#ifndef GATEWAY_PROGRAM_TOKENS_H
#define GATEWAY_PROGRAM_TOKENS_H

#include "gateway/program/gateway.h"

struct tokens;

void tokens_start(struct gateway *g);
/* After the worker and the client have stopped; NULL is fine. */
void tokens_free(struct gateway *g);

/* The token for a row of this account: 1 and `*token` (borrowed until the loop turns), 0 when there
 * is none yet: `*at` is when to look again. */
int tokens_get(struct gateway *g, const struct account *account, int64_t row, int64_t now,
               struct slice *token, int64_t *at);
/* What became of the send of a row: its token was refused, or was taken. */
void tokens_refused(struct gateway *g, const struct account *account, int64_t row, int64_t now);
void tokens_taken(struct gateway *g, const struct account *account);

#endif
