/* What several gateways on one database share through Redis, and what may be lost there without
 * losing a record: who lives, wake-ups, and (pool.h and the program) rates, floods and
 * tokens. Redis keeps the time of all of it, so gateways whose clocks differ agree.
 *
 * While Redis is away each gateway keeps to its fair share of every limit and looks for rows of the
 * others every two seconds. Loop's thread. */
#ifndef GATEWAY_SHARED_H
#define GATEWAY_SHARED_H

#include "gateway/base/mem.h"
#include "gateway/base/sbuf.h"
#include "gateway/redis.h"

struct shared;

/* Rows of the table of scripts, for redis_send. */
enum shared_script { SHARED_BEAT, SHARED_RATE, SHARED_NOTE, SHARED_RELEASE, SHARED_SCRIPTS };

struct shared_options {
    struct redis_options redis; /* loop, servers, words, time-out, metrics, log */
    const char *prefix;         /* of every key and channel; copied */
    int node;
    const char *digest; /* of what must be equal in all gateways, without a blank; copied */
    int gateways;       /* that there should be; 0: as many as were seen last */
    int metric_base;    /* of shared_metrics in redis.metrics */
    /* Another gateway's commit woke something (WAKE_*), or it is time to look, as Redis is away. */
    void (*woken)(void *context, unsigned what);
    void *context;
};

extern const struct metric_row shared_metrics[];

GW_MUSTCHECK int shared_start(const struct shared_options *options, struct shared **out,
                              struct fault *fault);
/* Says good-bye (what the others keep for us is theirs again), then closes. */
void shared_stop(struct shared *s, void (*stopped)(void *context), void *context);

/* NULL is one gateway alone, and never up. */
bool shared_up(const struct shared *s);
/* Among how many a limit is divided while Redis is away; at least 1. */
int shared_gateways(const struct shared *s);
/* How many there were lately, for a script that finds fewer listed as Redis has lost the list; 0
 * once all had time to say that they live. */
int shared_hint(const struct shared *s);
/* Another gateway uses our node number: ids may collide. */
bool shared_same_node(const struct shared *s);
/* Appends a line for each thing an operator has to know. */
void shared_troubles(const struct shared *s, struct sbuf *out);

/* A commit woke something: the others are told, at most every 20 ms. */
void shared_wake(struct shared *s, unsigned what);

/* "PREFIX:kind:name" in the arena. */
struct slice shared_key(const struct shared *s, const char *kind, struct slice name,
                        struct arena *a);
/* The random name of this process. */
const char *shared_instance(const struct shared *s);
/* The key of the list of gateways. */
struct slice shared_list(const struct shared *s);
/* redis_send on its connection; GW_ECLOSED also for NULL. */
GW_MUSTCHECK int shared_send(struct shared *s, int script, const struct slice *words, int n,
                             struct redis_answer answer);

/* Element `i` of a reply that is an array of integers; 0 when there is no such. */
int64_t shared_number(const struct redisReply *reply, size_t i);

#endif
