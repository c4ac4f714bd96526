/* Commands to Redis and their deadlines; what is lost and when it is looked for again. */
#include "gateway/redis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/redis_internal.h"

enum { REST_FIRST_MS = 100, REST_MAX_MS = 2000, MS_NS = 1000000 };

static const char *const results[] = { "ok", "error", "lost", NULL };
static const char *const connects[] = { "ok", "failed", NULL };

const struct metric_row redis_metrics[] = {
    [REDIS_METRIC_UP] = { "linli_redis_up", METRIC_GAUGE,
                          "1 while Redis is used; at 0 each gateway keeps to its share." },
    [REDIS_METRIC_COMMANDS] = { "linli_redis_commands_total",
                                METRIC_COUNTER,
                                "Commands to Redis; lost: without an answer in time.",
                                { "result" },
                                { results } },
    [REDIS_METRIC_CONNECTS] = { "linli_redis_connects_total",
                                METRIC_COUNTER,
                                "Attempts to find Redis.",
                                { "result" },
                                { connects } },
    { 0 },
};

static uint64_t now_ms(void)
{
    return uv_hrtime() / MS_NS;
}

static void count(struct redis *r, int what, int cell)
{
    metrics_count(r->options.metrics, r->options.metric_base + what, cell, 1);
}

bool redis_up(const struct redis *r)
{
    return r->stage == REDIS_READY && !r->ill;
}

const char *redis_reason(const struct redis *r)
{
    return r->reason;
}

/* Up and down. */

static void say(struct redis *r)
{
    bool up = redis_up(r);
    metrics_set(r->options.metrics, r->options.metric_base + REDIS_METRIC_UP, 0, up);
    log_write(r->options.log, up ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, up ? "redis.up" : "redis.away",
              NO_TRACE,
              LOG_FIELDS(LOG_TEXT("server", r->place.host), LOG_INT("port", r->place.port),
                         LOG_TEXT("reason", r->reason)));
    if (r->options.changed != NULL)
        r->options.changed(r->options.context, up);
}

void redis_gone(struct redis *r, const redisAsyncContext *context)
{
    if (context == r->main)
        r->main = NULL;
    if (context == r->heard)
        r->heard = NULL;
}

/* Frees both contexts; commands without an answer are told. */
static void drop(struct redis *r)
{
    redisAsyncContext *a = r->main, *b = r->heard;
    r->main = r->heard = NULL;
    if (a != NULL)
        redisAsyncFree(a);
    if (b != NULL)
        redisAsyncFree(b);
}

static void on_rested(uv_timer_t *timer)
{
    redis_attempt(timer->data);
}

void redis_lost(struct redis *r, const char *format, ...)
{
    va_list args;
    bool was_up = redis_up(r), known = r->reason[0] != '\0' && r->stage != REDIS_READY;
    if (r->stage == REDIS_RESTING || r->stopping)
        return;
    if (r->stage != REDIS_READY)
        count(r, REDIS_METRIC_CONNECTS, 1);
    r->stage = REDIS_RESTING;
    r->ill = false;
    va_start(args, format);
    vsnprintf(r->reason, sizeof r->reason, format, args);
    va_end(args);
    uv_timer_start(&r->timer, on_rested, r->rest_ms, 0);
    r->rest_ms = r->rest_ms * 2 < REST_MAX_MS ? r->rest_ms * 2 : REST_MAX_MS;
    if (was_up || !known) /* said once, not at every attempt */
        say(r);
    drop(r);
}

void redis_give_up(struct redis *r, const char *why)
{
    redis_lost(r, "%s:%d: %s", r->place.host, r->place.port, why);
}

void redis_settle(struct redis *r)
{
    r->stage = REDIS_READY;
    r->rest_ms = REST_FIRST_MS;
    r->reason[0] = '\0';
    uv_timer_stop(&r->timer);
    count(r, REDIS_METRIC_CONNECTS, 0);
    say(r);
}

/* Commands. */

static void set_reason(struct redis *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void set_reason(struct redis *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->reason, sizeof r->reason, format, args);
    va_end(args);
}

static bool begins(const redisReply *reply, const char *word)
{
    return strncmp(reply->str, word, strlen(word)) == 0;
}

/* An answer that is an error: another server is looked for where it says that this one is not the
 * one to ask, else it is left alone until a probe is answered well. */
static int judge(struct redis *r, const redisReply *reply)
{
    static const char *const elsewhere[] = { "READONLY", "LOADING", "MASTERDOWN", "NOSCRIPT",
                                             "NOAUTH" };
    int error =
        begins(reply, "OOM") || strstr(reply->str, "OOM command") != NULL ? GW_EFULL : GW_EDB;
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (begins(reply, elsewhere[i]) || (i == 0 && strstr(reply->str, "-READONLY") != NULL)) {
            redis_lost(r, "%s:%d: %s", r->place.host, r->place.port, reply->str);
            return error;
        }
    }
    bool was_up = redis_up(r);
    r->ill = true;
    set_reason(r, "%s:%d: %s", r->place.host, r->place.port, reply->str);
    if (was_up)
        say(r);
    return error;
}

static void recovered(struct redis *r)
{
    if (!r->ill || r->stage != REDIS_READY)
        return;
    r->ill = false;
    r->reason[0] = '\0';
    say(r);
}

static void take_first(struct redis *r, struct command *c)
{
    r->first = c->next; /* answers come in the order of the commands */
    if (r->first == NULL)
        r->last = NULL;
    r->pending--;
}

static void on_reply(redisAsyncContext *context, void *reply, void *data)
{
    struct command *c = data;
    struct redis *r = c->redis;
    const redisReply *answer = reply;
    int error = GW_OK;
    take_first(r, c);
    if (answer == NULL) {
        error = GW_EIO;
        if (context == r->main) {
            redis_gone(r, context);
            redis_lost(r, "%s:%d closed the connection", r->place.host, r->place.port);
        }
    } else if (answer->type == REDIS_REPLY_ERROR) {
        error = judge(r, answer);
    } else if (c->use == REDIS_PROBE) {
        recovered(r);
    }
    count(r, REDIS_METRIC_COMMANDS,
          error == GW_OK    ? REDIS_RESULT_OK
          : error == GW_EIO ? REDIS_RESULT_LOST
                            : REDIS_RESULT_ERROR);
    if (c->answer.run != NULL)
        c->answer.run(c->answer.context, error, error == GW_OK ? answer : NULL);
    free(c);
}

static void on_deadline(uv_timer_t *timer);

static void arm(struct redis *r)
{
    uint64_t now = now_ms();
    if (r->first == NULL)
        uv_timer_stop(&r->deadline);
    else
        uv_timer_start(&r->deadline, on_deadline,
                       r->first->deadline > now ? r->first->deadline - now : 1, 0);
}

static void on_deadline(uv_timer_t *timer)
{
    struct redis *r = timer->data;
    /* When it is us who were held up, the answers have long been there. */
    if (r->main != NULL)
        redisAsyncHandleRead(r->main);
    if (r->first != NULL && r->stage == REDIS_READY && r->first->deadline <= now_ms())
        redis_lost(r, "%s:%d did not answer within %d ms", r->place.host, r->place.port,
                   r->options.timeout_ms);
    arm(r);
}

int redis_send(struct redis *r, enum redis_use use, int script, const struct slice *words, int n,
               struct redis_answer answer)
{
    const char *argv[REDIS_ARGS + 2];
    size_t lengths[REDIS_ARGS + 2];
    int argc = 0;
    if (r->stage != REDIS_READY || (r->ill && use != REDIS_PROBE) || r->main == NULL ||
        n > REDIS_ARGS || r->pending >= REDIS_PENDING)
        return GW_ECLOSED;
    if (script >= 0) {
        argv[0] = "EVALSHA";
        argv[1] = r->shas[script];
        lengths[0] = strlen("EVALSHA");
        lengths[1] = REDIS_SHA - 1;
        argc = 2;
    }
    for (int i = 0; i < n; i++, argc++) {
        argv[argc] = words[i].n > 0 ? words[i].p : "";
        lengths[argc] = words[i].n;
    }
    struct command *c = mem_alloc(sizeof *c);
    *c = (struct command){ .redis = r,
                           .answer = answer,
                           .use = use,
                           .deadline = now_ms() + (uint64_t)r->options.timeout_ms };
    if (redisAsyncCommandArgv(r->main, on_reply, c, argc, argv, lengths) != REDIS_OK) {
        free(c);
        return GW_ECLOSED;
    }
    *(r->last != NULL ? &r->last->next : &r->first) = c;
    r->last = c;
    r->pending++;
    if (r->first == c)
        arm(r);
    return GW_OK;
}

/* Starting and stopping. */

static const char *keep(struct redis *r, int i, const char *text)
{
    r->words[i] = mem_dup(slice_of(text));
    return r->words[i];
}

static void release(struct redis *r)
{
    for (size_t i = 0; i < sizeof r->words / sizeof *r->words; i++) {
        if (r->words[i] != NULL)
            memset(r->words[i], 0, strlen(r->words[i]));
        free(r->words[i]);
    }
    for (int i = 0; i < REDIS_CHANNELS; i++)
        free(r->channels[i]);
    free(r);
}

static int take_options(struct redis *r, const struct redis_options *o, struct fault *fault)
{
    r->options = *o;
    r->options.master = keep(r, 0, o->master);
    r->options.user = keep(r, 1, o->user);
    r->options.password = keep(r, 2, o->password);
    r->options.sentinel_password = keep(r, 3, o->sentinel_password);
    for (int i = 0; o->servers[i] != NULL; i++) {
        if (i == REDIS_SERVERS)
            return fault_set(fault, GW_ECONFIG, "more than %d Redis servers", REDIS_SERVERS);
        if (redis_read_place(slice_of(o->servers[i]), &r->servers[i]) != GW_OK)
            return fault_set(fault, GW_ECONFIG, "%s: expected a Redis server as HOST:PORT",
                             o->servers[i]);
        r->server_count = i + 1;
    }
    for (int i = 0; o->channels != NULL && o->channels[i] != NULL && i < REDIS_CHANNELS; i++)
        r->channels[i] = mem_dup(slice_of(o->channels[i]));
    for (int i = 0; o->scripts != NULL && o->scripts[i].name != NULL && i < REDIS_SCRIPTS; i++)
        r->script_count = i + 1;
    return r->server_count > 0 ? GW_OK : fault_set(fault, GW_ECONFIG, "no Redis server is named");
}

int redis_start(const struct redis_options *options, struct redis **out, struct fault *fault)
{
    struct redis *r = mem_alloc(sizeof *r);
    int rc = take_options(r, options, fault);
    if (rc != GW_OK) {
        release(r);
        return rc;
    }
    uv_timer_init(options->loop, &r->timer);
    uv_timer_init(options->loop, &r->deadline);
    r->timer.data = r->deadline.data = r;
    r->open_handles = 2;
    r->rest_ms = REST_FIRST_MS;
    *out = r;
    uv_timer_start(&r->timer, on_rested, 0, 0);
    return GW_OK;
}

void redis_finish(struct redis *r)
{
    if (r->open_handles > 0 || r->resolving)
        return;
    void (*stopped)(void *context) = r->stopped;
    void *context = r->stopped_context;
    release(r);
    stopped(context);
}

static void on_closed(uv_handle_t *handle)
{
    struct redis *r = handle->data;
    r->open_handles--;
    redis_finish(r);
}

void redis_stop(struct redis *r, void (*stopped)(void *context), void *context)
{
    r->stopping = true;
    r->stage = REDIS_RESTING;
    r->stopped = stopped;
    r->stopped_context = context;
    drop(r);
    if (r->resolving)
        uv_cancel((uv_req_t *)&r->resolver);
    uv_close((uv_handle_t *)&r->timer, on_closed);
    uv_close((uv_handle_t *)&r->deadline, on_closed);
}
