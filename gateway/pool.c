#include "gateway/pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/mem.h"

enum { GRANT_MS = 250, WORDS = 10, NUMBER = 32 };

struct pool {
    struct shared *shared; /* NULL: this process alone */
    char *name;
    double ceiling;
    double force; /* of all gateways, as the last answer said */
    struct rate local;
    bool away;   /* `local` is in use */
    int granted; /* segments that may go now */
    uint64_t granted_ms;
    uint64_t not_before[2]; /* by urgency: asking again before is no use */
    uint64_t blocked_ms;
    struct question *question; /* without an answer yet */
    void (*ready)(void *context);
    void *context;
};

struct question {
    struct pool *pool; /* NULL once it was closed */
    bool urgent;
};

struct pool *pool_open(struct shared *shared, const char *name, double per_second,
                       void (*ready)(void *context), void *context, uint64_t now_ms)
{
    struct pool *p = mem_alloc(sizeof *p);
    *p = (struct pool){ .shared = per_second > 0 ? shared : NULL,
                        .name = mem_dup(slice_of(name)),
                        .ceiling = per_second,
                        .force = per_second,
                        .ready = ready,
                        .context = context };
    rate_init(&p->local, per_second, now_ms);
    return p;
}

void pool_close(struct pool *p)
{
    if (p->question != NULL)
        p->question->pool = NULL;
    free(p->name);
    free(p);
}

/* Redis went: this gateway's share, from an empty bucket, as its own may just have been used. */
static void go_alone(struct pool *p, uint64_t now_ms)
{
    double share = p->ceiling / shared_gateways(p->shared);
    p->away = true;
    rate_init(&p->local, share, now_ms);
    if (p->force > 0 && p->force < p->ceiling)
        p->local.rate = share * p->force / p->ceiling;
    p->local.tokens = 0;
    p->local.blocked_ms = p->blocked_ms;
}

static bool is_alone(struct pool *p, uint64_t now_ms)
{
    if (p->shared == NULL)
        return true;
    bool up = shared_up(p->shared);
    if (!up && !p->away)
        go_alone(p, now_ms);
    else if (up)
        p->away = false;
    return !up;
}

/* The script with its own arguments behind the common ones. */
static int ask(struct pool *p, const char *what, const char *const *numbers, int n,
               struct redis_answer answer)
{
    struct arena a = { 0 };
    struct slice words[WORDS] = { SLICE("2"), shared_key(p->shared, "rate", slice_of(p->name), &a),
                                  shared_list(p->shared), slice_of(what),
                                  arena_printf(&a, "%.6f", p->ceiling) };
    for (int i = 0; i < n; i++)
        words[5 + i] = slice_of(numbers[i]);
    int rc = shared_send(p->shared, SHARED_RATE, words, 5 + n, answer);
    arena_free(&a);
    return rc;
}

static void on_granted(void *context, int error, const struct redisReply *reply)
{
    struct question *q = context;
    struct pool *p = q->pool;
    if (p != NULL) {
        uint64_t now_ms = uv_hrtime() / 1000000;
        p->question = NULL;
        if (error == GW_OK) {
            int granted = (int)shared_number(reply, 0);
            p->granted += granted;
            if (granted > 0)
                p->granted_ms = now_ms;
            /* Others have to wait at least as long as the urgent. */
            p->not_before[0] = now_ms + (uint64_t)shared_number(reply, 1);
            if (q->urgent)
                p->not_before[1] = p->not_before[0];
            p->force = (double)shared_number(reply, 2) / 1000;
        }
        p->ready(p->context);
    }
    free(q);
}

static uint64_t request(struct pool *p, bool urgent, int first, int want)
{
    char words[5][NUMBER];
    const char *numbers[5] = { words[0], words[1], words[2], words[3], words[4] };
    double owed = p->local.tokens < 0 ? -p->local.tokens : 0;
    snprintf(words[0], NUMBER, "%d", want - p->granted);
    snprintf(words[1], NUMBER, "%d", first - p->granted);
    snprintf(words[2], NUMBER, "%d", urgent);
    snprintf(words[3], NUMBER, "%.6f", owed);
    snprintf(words[4], NUMBER, "%d", shared_hint(p->shared));
    struct question *q = mem_alloc(sizeof *q);
    *q = (struct question){ p, urgent };
    if (ask(p, "take", numbers, 5, (struct redis_answer){ on_granted, q }) != GW_OK) {
        free(q);
        return 1;
    }
    p->question = q;
    p->local.tokens = 0; /* what was sent on credit is paid with this */
    return POOL_ASKS;
}

uint64_t pool_wait_ms(struct pool *p, bool urgent, int first, int want, uint64_t now_ms)
{
    if (is_alone(p, now_ms))
        return rate_wait_ms(&p->local, urgent, now_ms);
    if (now_ms > p->granted_ms + GRANT_MS)
        p->granted = 0;
    if (p->granted >= first)
        return 0;
    if (p->question != NULL)
        return POOL_ASKS;
    uint64_t from = p->not_before[urgent];
    return from > now_ms ? from - now_ms : request(p, urgent, first, want);
}

void pool_take(struct pool *p, int segments, uint64_t now_ms)
{
    if (p->shared == NULL || p->away)
        rate_take(&p->local, segments, now_ms);
    else
        p->granted -= segments;
}

void pool_give_back(struct pool *p, int segments)
{
    if (p->shared == NULL || p->away)
        rate_give_back(&p->local, segments);
    else
        p->granted += segments;
}

void pool_slow_down(struct pool *p, uint64_t begun_ms, uint64_t retry_after_ms, uint64_t now_ms)
{
    char words[2][NUMBER];
    const char *numbers[2] = { words[0], words[1] };
    if (now_ms + retry_after_ms > p->blocked_ms)
        p->blocked_ms = now_ms + retry_after_ms;
    if (is_alone(p, now_ms)) {
        rate_slow_down(&p->local, begun_ms, retry_after_ms, now_ms);
        return;
    }
    p->granted = 0;
    snprintf(words[0], NUMBER, "%llu", (unsigned long long)(now_ms - begun_ms));
    snprintf(words[1], NUMBER, "%llu", (unsigned long long)retry_after_ms);
    if (ask(p, "slow", numbers, 2, (struct redis_answer){ NULL, NULL }) != GW_OK && !p->away)
        go_alone(p, now_ms);
}

double pool_rate(const struct pool *p)
{
    return p->shared == NULL || p->away ? p->local.rate : p->force;
}
