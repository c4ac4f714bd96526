/* Gateways that share one Redis, all on one loop of the test's. */
#ifndef TESTS_GATEWAY_SHARED_FIXTURE_H
#define TESTS_GATEWAY_SHARED_FIXTURE_H

#include "tests/gateway/redis_fixture.h"

#include "gateway/metrics.h"
#include "gateway/shared.h"
#include "gateway/store/store.h"

enum { SHARED_TIMEOUT_MS = 150, GATEWAYS_MAX = 4 };

struct member {
    struct shared *shared; /* NULL when it is gone */
    struct metrics *metrics;
    int metric_base; /* of shared_metrics */
    int wakes;
    unsigned woken;
    bool stopped;
};

struct fleet {
    uv_loop_t loop;
    struct server server;
    struct member members[GATEWAYS_MAX];
    int count;
    int wanted; /* what the wait is for */
};

static inline void fleet_woken(void *context, unsigned what)
{
    struct member *m = context;
    m->wakes++;
    m->woken |= what;
}

static inline void fleet_stopped(void *context)
{
    struct member *m = context;
    m->stopped = true;
    m->shared = NULL;
}

static inline struct member *fleet_join(struct fleet *f, int node, const char *digest, int gateways)
{
    char place[32];
    const char *const servers[] = { place, NULL };
    struct fault fault = { 0 };
    struct member *m = &f->members[f->count++];
    m->metrics = metrics_new();
    int redis = metrics_add(m->metrics, redis_metrics);
    m->metric_base = metrics_add(m->metrics, shared_metrics);
    snprintf(place, sizeof place, "127.0.0.1:%d", f->server.port);
    const struct shared_options options = {
        .redis = { .loop = &f->loop,
                   .servers = servers,
                   .master = "",
                   .user = "",
                   .password = "",
                   .sentinel_password = "",
                   .timeout_ms = SHARED_TIMEOUT_MS,
                   .metrics = m->metrics,
                   .metric_base = redis },
        .prefix = "test",
        .node = node,
        .digest = digest,
        .gateways = gateways,
        .metric_base = m->metric_base,
        .woken = fleet_woken,
        .context = m,
    };
    assert_int_equal(shared_start(&options, &m->shared, &fault), 0);
    return m;
}

static inline bool all_up(void *context)
{
    const struct fleet *f = context;
    for (int i = 0; i < f->count; i++)
        if (f->members[i].shared != NULL && !shared_up(f->members[i].shared))
            return false;
    return true;
}

static inline bool all_down(void *context)
{
    const struct fleet *f = context;
    for (int i = 0; i < f->count; i++)
        if (f->members[i].shared != NULL && shared_up(f->members[i].shared))
            return false;
    return true;
}

/* Each knows of `wanted` gateways. */
static inline bool all_know(void *context)
{
    const struct fleet *f = context;
    for (int i = 0; i < f->count; i++)
        if (f->members[i].shared != NULL && shared_gateways(f->members[i].shared) != f->wanted)
            return false;
    return true;
}

static inline bool all_stopped(void *context)
{
    const struct fleet *f = context;
    for (int i = 0; i < f->count; i++)
        if (f->members[i].shared != NULL)
            return false;
    return true;
}

static inline void fleet_begin(struct fleet *f, const char *const *more)
{
    *f = (struct fleet){ 0 };
    assert_int_equal(uv_loop_init(&f->loop), 0);
    server_start(&f->server, more);
}

static inline void fleet_know(struct fleet *f, int gateways)
{
    f->wanted = gateways;
    assert_true(turn_until(&f->loop, all_up, f));
    assert_true(turn_until(&f->loop, all_know, f));
}

static inline void fleet_leave(struct fleet *f, struct member *m)
{
    if (m->shared != NULL)
        shared_stop(m->shared, fleet_stopped, m);
    (void)f;
}

static inline void fleet_end(struct fleet *f)
{
    for (int i = 0; i < f->count; i++)
        fleet_leave(f, &f->members[i]);
    assert_true(turn_until(&f->loop, all_stopped, f));
    assert_int_equal(uv_loop_close(&f->loop), 0);
    for (int i = 0; i < f->count; i++)
        metrics_free(f->members[i].metrics);
    server_end(&f->server);
}

static inline int64_t fleet_metric(const struct member *m, int row)
{
    return metrics_value(m->metrics, m->metric_base + row, 0);
}

#endif
