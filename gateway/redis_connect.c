/* Finding Redis: names, Sentinels, and what a new connection is asked before it is used. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/redis_internal.h"
#include "gateway/redis_loop.h"

enum { CONNECT_TIMEOUTS = 4 /* time-outs of a command that one attempt may take */ };

int redis_read_place(struct slice text, struct redis_place *out)
{
    int64_t port;
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon < 2 || slice_to_int(slice_skip(text, colon), &port) != 0 || port < 1 || port > 65535)
        return GW_EINVAL;
    struct slice host = slice_head(text, colon - 1);
    if (slice_starts(host, SLICE("[")) && slice_ends(host, SLICE("]")))
        host = slice_head(slice_skip(host, 1), host.n - 2);
    else if (slice_find(host, SLICE(":")) >= 0)
        return GW_EINVAL;
    if (host.n == 0 || host.n >= sizeof out->host)
        return GW_EINVAL;
    for (size_t i = 0; i < host.n; i++)
        if ((unsigned char)host.p[i] <= ' ' || host.p[i] == '/')
            return GW_EINVAL;
    memcpy(out->host, host.p, host.n);
    out->host[host.n] = '\0';
    out->port = (int)port;
    return GW_OK;
}

/* Contexts. */

static void on_connected(const redisAsyncContext *context, int status)
{
    struct redis *r = context->data;
    if (status == REDIS_OK)
        return;
    redis_gone(r, context);
    redis_lost(r, "%s:%d cannot be reached: %s", r->place.host, r->place.port, context->errstr);
}

static void on_disconnected(const redisAsyncContext *context, int status)
{
    struct redis *r = context->data;
    bool ours = context == r->main || context == r->heard;
    (void)status;
    redis_gone(r, context);
    if (ours)
        redis_lost(r, "%s:%d closed the connection%s%s", r->place.host, r->place.port,
                   context->errstr[0] ? ": " : "", context->errstr);
}

static redisAsyncContext *open_context(struct redis *r, const char *address)
{
    redisAsyncContext *context = redisAsyncConnect(address, r->place.port);
    if (context == NULL)
        mem_exhausted();
    context->data = r;
    if (context->err != 0 || redis_loop_attach(r->options.loop, context) != GW_OK) {
        redis_lost(r, "%s:%d cannot be reached: %s", r->place.host, r->place.port,
                   context->err != 0 ? context->errstr : "no more descriptors");
        redisAsyncFree(context);
        return NULL;
    }
    redisAsyncSetConnectCallback(context, on_connected);
    redisAsyncSetDisconnectCallback(context, on_disconnected);
    redisEnableKeepAlive(&context->c);
    return context;
}

/* The greeting. */

static void on_greeted(redisAsyncContext *context, void *reply, void *data)
{
    struct greeting *g = data;
    struct redis *r = g->redis;
    const redisReply *answer = reply;
    if (context != r->main && context != r->heard)
        return; /* of an attempt that is over */
    if (answer == NULL) {
        redis_gone(r, context);
        redis_lost(r, "%s:%d closed the connection", r->place.host, r->place.port);
        return;
    }
    if (answer->type == REDIS_REPLY_ERROR) {
        redis_lost(r, "%s:%d: %s", r->place.host, r->place.port, answer->str);
        return;
    }
    r->unanswered--;
    if (g->read != NULL)
        g->read(r, answer, g->index);
    if (r->stage == REDIS_GREETING && r->unanswered == 0)
        redis_settle(r);
}

static void greet(struct redis *r, redisAsyncContext *context, const struct slice *words, int n,
                  void (*read)(struct redis *r, const redisReply *reply, int index), int index)
{
    const char *argv[4];
    size_t lengths[4];
    struct greeting *g = &r->greetings[r->greeting_count++];
    *g = (struct greeting){ r, read, index };
    for (int i = 0; i < n; i++) {
        argv[i] = words[i].p;
        lengths[i] = words[i].n;
    }
    if (redisAsyncCommandArgv(context, on_greeted, g, n, argv, lengths) == REDIS_OK)
        r->unanswered++;
    else
        r->greeting_count--; /* it is on its way out: on_disconnected tells */
}

static void authenticate(struct redis *r, redisAsyncContext *context, const char *user,
                         const char *password)
{
    const struct slice words[] = { SLICE("AUTH"), slice_of(user), slice_of(password) };
    const struct slice short_words[] = { SLICE("AUTH"), slice_of(password) };
    if (password[0] != '\0' && user[0] != '\0')
        greet(r, context, words, 3, NULL, 0);
    else if (password[0] != '\0')
        greet(r, context, short_words, 2, NULL, 0);
}

static void read_role(struct redis *r, const redisReply *reply, int index)
{
    (void)index;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
        reply->element[0]->type != REDIS_REPLY_STRING ||
        strcmp(reply->element[0]->str, "master") != 0)
        redis_lost(r, "%s:%d is no master", r->place.host, r->place.port);
}

static void read_sha(struct redis *r, const redisReply *reply, int index)
{
    if (reply->type != REDIS_REPLY_STRING || reply->len != REDIS_SHA - 1) {
        redis_lost(r, "%s:%d took no script", r->place.host, r->place.port);
        return;
    }
    memcpy(r->shas[index], reply->str, REDIS_SHA);
}

static void on_heard(redisAsyncContext *context, void *reply, void *data)
{
    struct redis *r = data;
    const redisReply *m = reply;
    if (context != r->heard)
        return;
    if (m == NULL) {
        redis_gone(r, context);
        redis_lost(r, "%s:%d closed the connection", r->place.host, r->place.port);
        return;
    }
    if (m->type != REDIS_REPLY_ARRAY || m->elements != 3 ||
        m->element[0]->type != REDIS_REPLY_STRING || m->element[1]->type != REDIS_REPLY_STRING)
        return;
    if (strcmp(m->element[0]->str, "subscribe") == 0) {
        if (r->stage == REDIS_GREETING && --r->unanswered == 0)
            redis_settle(r);
    } else if (strcmp(m->element[0]->str, "message") == 0 && r->options.message != NULL &&
               r->stage == REDIS_READY && m->element[2]->type == REDIS_REPLY_STRING) {
        r->options.message(r->options.context,
                           (struct slice){ m->element[1]->str, m->element[1]->len },
                           (struct slice){ m->element[2]->str, m->element[2]->len });
    }
}

static void subscribe(struct redis *r)
{
    for (int i = 0; r->channels[i] != NULL && r->heard != NULL; i++) {
        const char *argv[] = { "SUBSCRIBE", r->channels[i] };
        const size_t lengths[] = { strlen(argv[0]), strlen(argv[1]) };
        if (redisAsyncCommandArgv(r->heard, on_heard, r, 2, argv, lengths) == REDIS_OK)
            r->unanswered++;
    }
}

static void greet_master(struct redis *r, const char *address)
{
    const struct slice role[] = { SLICE("ROLE") };
    r->stage = REDIS_GREETING;
    r->greeting_count = r->unanswered = 0;
    r->main = open_context(r, address);
    if (r->main != NULL && r->channels[0] != NULL)
        r->heard = open_context(r, address);
    if (r->stage != REDIS_GREETING)
        return;
    authenticate(r, r->main, r->options.user, r->options.password);
    greet(r, r->main, role, 1, read_role, 0);
    for (int i = 0; i < r->script_count; i++) {
        const struct slice load[] = { SLICE("SCRIPT"), SLICE("LOAD"),
                                      r->options.scripts[i].source };
        greet(r, r->main, load, 3, read_sha, i);
    }
    if (r->heard == NULL)
        return;
    authenticate(r, r->heard, r->options.user, r->options.password);
    subscribe(r);
}

/* Sentinel. */

static void resolve(struct redis *r);

static void read_master(struct redis *r, const redisReply *reply, int index)
{
    int64_t port;
    (void)index;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING ||
        reply->element[0]->len >= sizeof r->place.host ||
        slice_to_int((struct slice){ reply->element[1]->str, reply->element[1]->len }, &port) !=
            0) {
        redis_lost(r, "the Sentinel %s:%d knows no master %s", r->place.host, r->place.port,
                   r->options.master);
        return;
    }
    redisAsyncContext *sentinel = r->main;
    r->main = NULL;
    memcpy(r->place.host, reply->element[0]->str, reply->element[0]->len + 1);
    r->place.port = (int)port;
    r->stage = REDIS_RESOLVING;
    redisAsyncFree(sentinel);
    resolve(r);
}

static void ask_sentinel(struct redis *r, const char *address)
{
    const struct slice words[] = { SLICE("SENTINEL"), SLICE("get-master-addr-by-name"),
                                   slice_of(r->options.master) };
    r->greeting_count = r->unanswered = 0;
    r->main = open_context(r, address);
    if (r->main == NULL)
        return;
    authenticate(r, r->main, "", r->options.sentinel_password);
    greet(r, r->main, words, 3, read_master, 0);
}

/* Names. */

static void connect_to(struct redis *r, const char *address)
{
    if (r->stage == REDIS_ASKING)
        ask_sentinel(r, address);
    else
        greet_master(r, address);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct redis *r = request->data;
    char address[INET6_ADDRSTRLEN] = "";
    int rc = status;
    r->resolving = false;
    if (rc == 0 && found->ai_family == AF_INET)
        rc = uv_ip4_name((struct sockaddr_in *)(void *)found->ai_addr, address, sizeof address);
    else if (rc == 0)
        rc = uv_ip6_name((struct sockaddr_in6 *)(void *)found->ai_addr, address, sizeof address);
    uv_freeaddrinfo(found);
    if (r->stopping)
        redis_finish(r);
    else if (r->stage != REDIS_RESOLVING && r->stage != REDIS_ASKING)
        return; /* that attempt is over: the next one is not begun before this */
    else if (rc != 0)
        redis_lost(r, "%s: the name is not known: %s", r->place.host, uv_strerror(rc));
    else
        connect_to(r, address);
}

/* The loop does not wait for a name. */
static void resolve(struct redis *r)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, r->place.host, bytes) == 1 ||
        inet_pton(AF_INET6, r->place.host, bytes) == 1) {
        connect_to(r, r->place.host);
        return;
    }
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    r->resolver.data = r;
    int rc =
        uv_getaddrinfo(r->options.loop, &r->resolver, on_resolved, r->place.host, NULL, &hints);
    if (rc == 0)
        r->resolving = true;
    else
        redis_lost(r, "%s: the name is not known: %s", r->place.host, uv_strerror(rc));
}

static void on_too_slow(uv_timer_t *timer)
{
    struct redis *r = timer->data;
    redis_lost(r, "%s:%d did not answer within %d ms", r->place.host, r->place.port,
               CONNECT_TIMEOUTS * r->options.timeout_ms);
}

void redis_attempt(struct redis *r)
{
    if (r->resolving) { /* the resolver still has the last name */
        redis_lost(r, "%s: the name servers do not answer", r->place.host);
        return;
    }
    r->place = r->servers[r->turn];
    r->turn = (r->turn + 1) % r->server_count;
    r->stage = r->options.master[0] != '\0' ? REDIS_ASKING : REDIS_RESOLVING;
    uv_timer_start(&r->timer, on_too_slow, (uint64_t)(CONNECT_TIMEOUTS * r->options.timeout_ms), 0);
    resolve(r);
}
