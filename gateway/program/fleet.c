#include "gateway/program/fleet.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/digest.h"

enum { DIGEST_BYTES = 8, DIGEST_HEX = 2 * DIGEST_BYTES + 1 };

static bool is_fleet(const struct gateway *g)
{
    return config_list(g->in.config, "redis.servers")[0] != NULL;
}

/* A short keyed digest: what is shared says nothing to whoever reads Redis. */
static struct slice short_digest(const struct gateway *g, const char *what, struct slice text,
                                 struct arena *a)
{
    unsigned char digest[32];
    char hex[DIGEST_HEX];
    vault_digest(g->in.vault, VAULT_LOOKUP, arena_printf(a, "fleet.%s:%.*s", what, SLICE_ARG(text)),
                 digest);
    digest_hex(digest, DIGEST_BYTES, hex);
    return arena_dup(a, slice_of(hex));
}

/* Of the keys in which gateways on one database may not differ, and of the key file. */
static struct slice common_digest(const struct gateway *g, struct arena *a)
{
    static const char *const keys[] = { "accounts",
                                        "policy",
                                        "signature",
                                        "zone",
                                        "public_url",
                                        "send.follow_up_s",
                                        "send.lease_s",
                                        "limits.texts_per_minute",
                                        "retention.inbox_days",
                                        "retention.seen_days" };
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = config_json(g->in.config, keys[i]);
        if (value != NULL)
            json_object_set(all, keys[i], value);
    }
    char *text = json_dumps(all, JSON_SORT_KEYS | JSON_COMPACT);
    if (text == NULL)
        mem_exhausted();
    struct slice digest = short_digest(g, "config", slice_of(text), a);
    free(text);
    json_decref(all);
    return digest;
}

static void on_woken(void *context, unsigned what)
{
    struct gateway *g = context;
    if (g->stopping)
        return;
    if (what & WAKE_OUTBOX && g->dispatch != NULL)
        dispatch_wake(g->dispatch);
    if (what & WAKE_TIMERS)
        background_wake(g);
}

void fleet_metrics(struct gateway *g)
{
    if (!is_fleet(g))
        return;
    g->redis_metrics = metrics_add(g->metrics, redis_metrics);
    g->shared_metrics = metrics_add(g->metrics, shared_metrics);
}

int fleet_start(struct gateway *g, struct fault *fault)
{
    const struct config *c = g->in.config;
    struct arena a = { 0 };
    if (!is_fleet(g))
        return GW_OK;
    const struct shared_options options = {
        .redis = { .loop = &g->loop,
                   .servers = config_list(c, "redis.servers"),
                   .master = config_text(c, "redis.master"),
                   .user = config_text(c, "redis.user"),
                   .password = config_text(c, "redis.password"),
                   .sentinel_password = config_text(c, "redis.sentinel_password"),
                   .timeout_ms = (int)config_int(c, "redis.timeout_ms"),
                   .metrics = g->metrics,
                   .metric_base = g->redis_metrics,
                   .log = g->log },
        .prefix = config_text(c, "redis.prefix"),
        .node = (int)config_int(c, "node"),
        .digest = common_digest(g, &a).p,
        .gateways = (int)config_int(c, "redis.gateways"),
        .metric_base = g->shared_metrics,
        .woken = on_woken,
        .context = g,
    };
    int rc = shared_start(&options, &g->shared, fault);
    arena_free(&a);
    return rc;
}

bool fleet_note(struct gateway *g, struct slice realm, const struct inbound *in,
                struct redis_answer answer)
{
    if (!shared_up(g->shared))
        return false;
    struct arena a = { 0 };
    struct slice sender = arena_printf(&a, "%.*s:%.*s", SLICE_ARG(realm), SLICE_ARG(in->sender));
    struct slice key = arena_printf(&a, "%.*s:%.*s", SLICE_ARG(realm), SLICE_ARG(in->key));
    const struct slice words[] = {
        SLICE("1"), shared_key(g->shared, "texts", short_digest(g, "sender", sender, &a), &a),
        short_digest(g, "text", in->text, &a), short_digest(g, "key", key, &a)
    };
    int rc = shared_send(g->shared, SHARED_NOTE, words, 4, answer);
    arena_free(&a);
    return rc == GW_OK;
}

int fleet_texts_per_minute(const struct gateway *g)
{
    int all = (int)config_int(g->in.config, "limits.texts_per_minute");
    int gateways = g->shared == NULL || shared_up(g->shared) ? 1 : shared_gateways(g->shared);
    return (all + gateways - 1) / gateways;
}
