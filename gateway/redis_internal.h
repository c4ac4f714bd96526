/* What a connection to Redis is made of, shared by its files alone. */
#ifndef GATEWAY_REDIS_INTERNAL_H
#define GATEWAY_REDIS_INTERNAL_H

#include <hiredis/async.h>

#include "gateway/base/mem.h"
#include "gateway/redis.h"

enum {
    REDIS_HOST = 256,
    REDIS_SERVERS = 16,
    REDIS_SCRIPTS = 8,
    REDIS_CHANNELS = 4,
    REDIS_SHA = 41,
};

/* Rows of redis_metrics. */
enum { REDIS_METRIC_UP, REDIS_METRIC_COMMANDS, REDIS_METRIC_CONNECTS };
enum redis_result { REDIS_RESULT_OK, REDIS_RESULT_ERROR, REDIS_RESULT_LOST };

enum redis_stage {
    REDIS_RESTING,   /* until the next attempt */
    REDIS_RESOLVING, /* the name of a server */
    REDIS_ASKING,    /* a Sentinel, for the master */
    REDIS_GREETING,  /* password, role, scripts, channels */
    REDIS_READY,
};

struct redis_place {
    char host[REDIS_HOST];
    int port;
};

struct command {
    struct command *next;
    struct redis *redis;
    struct redis_answer answer;
    enum redis_use use;
    uint64_t deadline; /* milliseconds of uv_hrtime */
};

/* A command of the greeting. */
struct greeting {
    struct redis *redis;
    void (*read)(struct redis *r, const redisReply *reply, int index);
    int index;
};

struct redis {
    struct redis_options options;
    char *words[4]; /* master, user, password, sentinel_password: owned */
    struct redis_place servers[REDIS_SERVERS];
    int server_count, turn; /* turn: the server tried next */
    char *channels[REDIS_CHANNELS + 1];
    int script_count;
    char shas[REDIS_SCRIPTS][REDIS_SHA];

    enum redis_stage stage;
    struct redis_place place;        /* of this attempt */
    redisAsyncContext *main, *heard; /* commands; subscriptions */
    struct greeting greetings[REDIS_SCRIPTS + 4];
    int greeting_count, unanswered, subscribed;
    bool ill; /* it answers with errors */
    char reason[REDIS_REASON];
    uint64_t rest_ms;

    struct command *first, *last; /* without an answer, in their order */
    int pending;

    uv_timer_t timer;    /* the end of an attempt or of a rest */
    uv_timer_t deadline; /* of the first command */
    uv_getaddrinfo_t resolver;
    bool resolving;
    int open_handles;
    bool stopping;
    void (*stopped)(void *context);
    void *stopped_context;
};

/* redis.c */
/* Everything of this connection is over: rests, then tries again. `why` for the log and readyz. */
void redis_lost(struct redis *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* hiredis is about to free this context by itself. */
void redis_gone(struct redis *r, const redisAsyncContext *context);
void redis_settle(struct redis *r); /* the greeting is over: it is up */
void redis_finish(struct redis *r); /* stopping: frees when nothing is left */

/* redis_connect.c */
void redis_attempt(struct redis *r);
/* "host:port" or "[v6]:port". 0 or GW_EINVAL. */
GW_MUSTCHECK int redis_read_place(struct slice text, struct redis_place *out);

#endif
