/* A connection to the Redis that several gateways share, found by its address or by Sentinel.
 *
 * hiredis 0.14 knows no time-outs: here every command has a deadline, and an answer that is late is
 * a connection lost, so nobody waits longer than that once. A lost connection is looked for again
 * by itself, after 100 ms to 2 s. Redis that answers with errors (full, read-only, a wrong
 * password) is as good as none: redis_up says false until a probe (redis_send with REDIS_PROBE) is
 * answered well. TLS is a proxy's work on this machine. Loop's thread. */
#ifndef GATEWAY_REDIS_H
#define GATEWAY_REDIS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"
#include "gateway/metrics.h"

struct redis;
struct redisReply; /* hiredis/hiredis.h */
struct log;

enum {
    REDIS_ARGS = 16, /* of a command, at most */
    REDIS_REASON = 160,
    REDIS_PENDING = 10000, /* commands without an answer, at most */
};

/* A Lua script; its source is borrowed. Loaded with each connection. */
struct redis_script {
    const char *name; /* NULL ends a table */
    struct slice source;
};

struct redis_options {
    uv_loop_t *loop;
    const char *const *servers;         /* "host:port" or "[v6]:port", NULL-terminated */
    const char *master;                 /* "": they are Redis; else Sentinels, and its name there */
    const char *user, *password;        /* "": none */
    const char *sentinel_password;      /* "": none */
    int timeout_ms;                     /* of a command, and four times that of connecting */
    const struct redis_script *scripts; /* borrowed; NULL: none */
    const char *const *channels;        /* subscribed; copied, NULL-terminated; NULL: none */
    struct metrics *metrics;            /* may be NULL */
    int metric_base;                    /* of redis_metrics in it */
    struct log *log;                    /* may be NULL */
    /* Connected (with the first commands already to be sent in it) or lost, and every change of
     * redis_up. */
    void (*changed)(void *context, bool up);
    void (*message)(void *context, struct slice channel, struct slice text);
    void *context;
};

/* A table for metrics_add. */
extern const struct metric_row redis_metrics[];

/* Begins to look for it; fails only on a fault of the options, never because Redis is away. Servers
 * and words are copied. */
GW_MUSTCHECK int redis_start(const struct redis_options *options, struct redis **out,
                             struct fault *fault);

/* Connected, and the last error was followed by a probe that was answered well. */
bool redis_up(const struct redis *r);
/* Why not; "" while it is up. Borrowed until the loop turns. */
const char *redis_reason(const struct redis *r);

/* What became of a command, exactly once: GW_OK with the reply (borrowed), GW_EIO (late, or the
 * connection was lost), GW_EFULL (no memory left there), GW_EDB (another error). redis_up says
 * already what it means. */
struct redis_answer {
    void (*run)(void *context, int error, const struct redisReply *reply);
    void *context;
};

enum redis_use {
    REDIS_PLAIN,
    REDIS_PROBE /* goes also while Redis answers with errors; a good answer makes it up again */
};

/* Sends a command of `n` words, or runs script `script` (>= 0, its row) with the words: first the
 * number of keys, the keys, then arguments. GW_ECLOSED when it is not up (`answer` is not called).
 * An answer without `run` is not looked at. */
GW_MUSTCHECK int redis_send(struct redis *r, enum redis_use use, int script,
                            const struct slice *words, int n, struct redis_answer answer);

/* What the caller found out: the connection is lost. */
void redis_give_up(struct redis *r, const char *why);

/* Commands without an answer get GW_EIO now; `stopped` runs when the last handle is gone and frees
 * it. */
void redis_stop(struct redis *r, void (*stopped)(void *context), void *context);

#endif
