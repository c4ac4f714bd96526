/* This gateway among others: the configuration's redis.* keys, what must be equal in all of them,
 * and how often a sender wrote at any of them. Without redis.servers nothing of it happens. Loop's
 * thread. */
#ifndef GATEWAY_PROGRAM_FLEET_H
#define GATEWAY_PROGRAM_FLEET_H

#include "gateway/program/gateway.h"
#include "gateway/shared.h"

/* Adds the metrics: before another thread counts anything. */
void fleet_metrics(struct gateway *g);
GW_MUSTCHECK int fleet_start(struct gateway *g, struct fault *fault);

/* Notes a text at all gateways and asks how often its sender wrote lately: true, and `answer` gets
 * the reply of scripts/note.lua or an error; false: nobody can be asked. Only keyed digests leave
 * this process. */
bool fleet_note(struct gateway *g, struct slice realm, const struct inbound *in,
                struct redis_answer answer);

/* The part of a sender's texts that this gateway allows by itself: all while the count is common.
 */
int fleet_texts_per_minute(const struct gateway *g);

#endif
