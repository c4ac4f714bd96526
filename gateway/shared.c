#include "gateway/shared.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/digest.h"
#include "gateway/base/embed.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/store/store.h"

enum {
    BEAT_MS = 1000,
    DEAF_MS = 3500,  /* so long without our own beat: the subscription is dead */
    LOOK_MS = 2000,  /* for rows of the others while Redis is away */
    WAKE_MS = 20,    /* wake-ups of this time go as one */
    HINT_MS = 10000, /* by then every gateway that lives has found Redis again */
    GOODBYE_MS = 300,
    SAME_NODE_MS = 5000, /* one that was started anew is listed twice for less */
    CLOCK_S = 5,         /* clocks that differ by more are said */
    INSTANCE = 17,
    MS_NS = 1000000,
    KEY_MAX = 300,
};

enum { CHANNEL_BEAT, CHANNEL_WAKE, CHANNELS };

static const char *const channel_names[CHANNELS] = { "beat", "wake" };

/* Rows of shared_metrics. */
enum { METRIC_GATEWAYS, METRIC_MISSING, METRIC_DIFFERS, METRIC_SAME_NODE, METRIC_AHEAD };

const struct metric_row shared_metrics[] = {
    [METRIC_GATEWAYS] = { "linli_gateways", METRIC_GAUGE,
                          "Gateways among which limits are divided while Redis is away." },
    [METRIC_MISSING] = { "linli_gateways_missing", METRIC_GAUGE,
                         "Gateways that fell silent in the last ten minutes; their share of the "
                         "rates is left to them." },
    [METRIC_DIFFERS] = { "linli_gateways_differing", METRIC_GAUGE,
                         "Gateways whose configuration differs from this one's." },
    [METRIC_SAME_NODE] = { "linli_gateways_same_node", METRIC_GAUGE,
                           "Other gateways with this one's node number." },
    [METRIC_AHEAD] = { "linli_clock_ahead_seconds", METRIC_GAUGE,
                       "How far this machine's clock is before that of Redis." },
    { 0 },
};

struct shared {
    struct shared_options options;
    struct redis_script scripts[SHARED_SCRIPTS + 1];
    char *prefix, *digest, *list, *facts;
    char *channels[CHANNELS + 1];
    char instance[INSTANCE], node[12];
    struct redis *redis;
    uv_timer_t beat, wake;
    int open_handles;
    unsigned woken;
    uint64_t up_ms, heard_ms, looked_ms, same_ms; /* same_ms: since when; 0: not */
    int live, missing, differing, same;
    int64_t ahead_s;
    bool ever, leaving;
    void (*stopped)(void *context);
    void *stopped_context;
};

static uint64_t now_ms(void)
{
    return uv_hrtime() / MS_NS;
}

static void gauge(const struct shared *s, int row, int64_t value)
{
    metrics_set(s->options.redis.metrics, s->options.metric_base + row, 0, value);
}

int64_t shared_number(const struct redisReply *reply, size_t i)
{
    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || i >= reply->elements ||
        reply->element[i]->type != REDIS_REPLY_INTEGER)
        return 0;
    return reply->element[i]->integer;
}

/* What is known of the others. */

bool shared_up(const struct shared *s)
{
    return s != NULL && redis_up(s->redis);
}

int shared_gateways(const struct shared *s)
{
    if (s == NULL)
        return 1;
    int seen = s->live + s->missing;
    int n = s->options.gateways > seen ? s->options.gateways : seen;
    return n > 0 ? n : 1;
}

int shared_hint(const struct shared *s)
{
    return now_ms() < s->up_ms + HINT_MS ? shared_gateways(s) : 0;
}

bool shared_same_node(const struct shared *s)
{
    return s != NULL && s->same_ms != 0 && now_ms() >= s->same_ms + SAME_NODE_MS;
}

void shared_troubles(const struct shared *s, struct sbuf *out)
{
    if (s == NULL)
        return;
    if (!shared_up(s))
        sbuf_printf(out, "redis is away (%s): limits are a %d. part\n",
                    redis_reason(s->redis)[0] ? redis_reason(s->redis) : "not found yet",
                    shared_gateways(s));
    if (shared_same_node(s))
        sbuf_printf(out, "another gateway has node %s: give each its own\n", s->node);
    if (s->differing > 0)
        sbuf_printf(out, "%d other gateways run with another configuration or key file\n",
                    s->differing);
    if (s->ahead_s >= CLOCK_S || s->ahead_s <= -CLOCK_S)
        sbuf_printf(out, "the clock is %" PRId64 " s before that of redis\n", s->ahead_s);
}

/* Says a change once. */
static void note(struct shared *s, const char *event, bool was, bool is, int64_t number)
{
    if (was != is)
        log_write(s->options.redis.log, is ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, event, NO_TRACE,
                  LOG_FIELDS(LOG_INT("now", number)));
}

static bool is_wrong(int64_t ahead_s)
{
    return ahead_s >= CLOCK_S || ahead_s <= -CLOCK_S;
}

static void on_beat_answered(void *context, int error, const struct redisReply *reply)
{
    struct shared *s = context;
    struct timespec here;
    if (error != GW_OK || s->leaving)
        return;
    int64_t there_ms = shared_number(reply, 0);
    int same = (int)shared_number(reply, 3), differing = (int)shared_number(reply, 4);
    clock_gettime(CLOCK_REALTIME, &here);
    int64_t ahead_ms = (int64_t)here.tv_sec * 1000 + here.tv_nsec / MS_NS - there_ms;
    int64_t ahead_s = (ahead_ms + (ahead_ms < 0 ? -500 : 500)) / 1000;
    bool was_same = shared_same_node(s);
    s->live = (int)shared_number(reply, 1);
    s->missing = (int)shared_number(reply, 2);
    s->same_ms = same == 0 ? 0 : s->same_ms != 0 ? s->same_ms : now_ms();
    note(s, "gateways.same_node", was_same, shared_same_node(s), same);
    note(s, "gateways.differ", s->differing > 0, differing > 0, differing);
    note(s, "clock.differs", is_wrong(s->ahead_s), is_wrong(ahead_s), ahead_s);
    s->differing = differing;
    s->ahead_s = ahead_s;
    s->same = same;
    gauge(s, METRIC_GATEWAYS, shared_gateways(s));
    gauge(s, METRIC_MISSING, s->missing);
    gauge(s, METRIC_DIFFERS, differing);
    gauge(s, METRIC_SAME_NODE, same);
    gauge(s, METRIC_AHEAD, ahead_s);
}

static void send_beat(struct shared *s, struct redis_answer answer, bool leave)
{
    const struct slice words[] = { SLICE("2"),
                                   slice_of(s->list),
                                   slice_of(s->facts),
                                   slice_of(s->instance),
                                   slice_of(s->node),
                                   slice_of(s->digest),
                                   slice_of(s->channels[CHANNEL_BEAT]),
                                   leave ? SLICE("1") : SLICE("0") };
    int rc = redis_send(s->redis, REDIS_PROBE, SHARED_BEAT, words, 8, answer);
    if (rc != GW_OK && leave)
        answer.run(answer.context, rc, NULL);
}

static void on_beat(uv_timer_t *timer)
{
    struct shared *s = timer->data;
    uint64_t now = now_ms();
    if (shared_up(s) && now > s->heard_ms + DEAF_MS)
        redis_give_up(s->redis, "nothing is heard of what is published");
    send_beat(s, (struct redis_answer){ on_beat_answered, s }, false);
    if (!shared_up(s) && now >= s->looked_ms + LOOK_MS) {
        s->looked_ms = now;
        s->options.woken(s->options.context, WAKE_OUTBOX | WAKE_TIMERS);
    }
}

/* Connection. */

static void on_changed(void *context, bool up)
{
    struct shared *s = context;
    if (s->redis == NULL || s->leaving)
        return; /* redis_start has not returned yet, or it is all over */
    if (!up)
        return;
    s->up_ms = s->heard_ms = now_ms();
    /* First of all on this connection, so that whoever asks for a rate is counted. */
    send_beat(s, (struct redis_answer){ on_beat_answered, s }, false);
    s->options.woken(s->options.context, WAKE_OUTBOX | WAKE_TIMERS);
}

static void on_message(void *context, struct slice channel, struct slice text)
{
    struct shared *s = context;
    struct slice from;
    int64_t what;
    if (s->leaving)
        return;
    bool ours = slice_starts(text, slice_of(s->instance));
    if (slice_eq(channel, slice_of(s->channels[CHANNEL_BEAT])) && ours)
        s->heard_ms = now_ms();
    if (ours || !slice_next(&text, ' ', &from))
        return;
    if (slice_eq(channel, slice_of(s->channels[CHANNEL_WAKE])) && slice_to_int(text, &what) == 0)
        s->options.woken(s->options.context, (unsigned)what & (WAKE_OUTBOX | WAKE_TIMERS));
}

static void publish(struct shared *s, int channel, struct slice text)
{
    struct arena a = { 0 };
    const struct slice words[] = { SLICE("PUBLISH"), slice_of(s->channels[channel]),
                                   arena_printf(&a, "%s %.*s", s->instance, SLICE_ARG(text)) };
    int rc = redis_send(s->redis, REDIS_PLAIN, -1, words, 3, (struct redis_answer){ NULL, NULL });
    (void)rc; /* the others look by themselves while it is away */
    arena_free(&a);
}

static void on_wake(uv_timer_t *timer)
{
    struct shared *s = timer->data;
    char text[16];
    snprintf(text, sizeof text, "%u", s->woken);
    s->woken = 0;
    publish(s, CHANNEL_WAKE, slice_of(text));
}

void shared_wake(struct shared *s, unsigned what)
{
    if (s == NULL || s->leaving)
        return;
    s->woken |= what;
    if (!uv_is_active((uv_handle_t *)&s->wake))
        uv_timer_start(&s->wake, on_wake, WAKE_MS, 0);
}

int shared_send(struct shared *s, int script, const struct slice *words, int n,
                struct redis_answer answer)
{
    return s != NULL ? redis_send(s->redis, REDIS_PLAIN, script, words, n, answer) : GW_ECLOSED;
}

struct slice shared_key(const struct shared *s, const char *kind, struct slice name,
                        struct arena *a)
{
    return arena_printf(a, "%s:%s:%.*s", s->prefix, kind, SLICE_ARG(name));
}

const char *shared_instance(const struct shared *s)
{
    return s->instance;
}

struct slice shared_list(const struct shared *s)
{
    return slice_of(s->list);
}

/* Starting and stopping. */

static char *word(struct shared *s, const char *name)
{
    char text[KEY_MAX];
    snprintf(text, sizeof text, "%s:%s", s->options.prefix, name);
    return mem_dup(slice_of(text));
}

static void release(struct shared *s)
{
    free(s->prefix);
    free(s->digest);
    free(s->list);
    free(s->facts);
    for (int i = 0; i < CHANNELS; i++)
        free(s->channels[i]);
    free(s);
}

static void find_scripts(struct shared *s)
{
    static const char *const names[SHARED_SCRIPTS] = {
        [SHARED_BEAT] = "gateway/scripts/beat.lua",
        [SHARED_RATE] = "gateway/scripts/rate.lua",
        [SHARED_NOTE] = "gateway/scripts/note.lua",
        [SHARED_RELEASE] = "gateway/scripts/release.lua",
    };
    for (int i = 0; i < SHARED_SCRIPTS; i++) {
        const struct embedded_file *f = gw_platform_files;
        while (f->path != NULL && strcmp(f->path, names[i]) != 0)
            f++;
        if (f->path == NULL)
            abort(); /* the build has embedded every file of the folder */
        s->scripts[i] =
            (struct redis_script){ names[i], { f->start, (size_t)(f->end - f->start) } };
    }
}

int shared_start(const struct shared_options *options, struct shared **out, struct fault *fault)
{
    struct shared *s = mem_alloc(sizeof *s);
    s->options = *options;
    s->prefix = mem_dup(slice_of(options->prefix));
    s->digest = mem_dup(slice_of(options->digest));
    s->list = word(s, "gateways");
    s->facts = word(s, "gateway_facts");
    for (int i = 0; i < CHANNELS; i++)
        s->channels[i] = word(s, channel_names[i]);
    unsigned char random[(INSTANCE - 1) / 2];
    digest_random(random, sizeof random);
    digest_hex(random, sizeof random, s->instance);
    snprintf(s->node, sizeof s->node, "%d", options->node);
    find_scripts(s);
    struct redis_options redis = options->redis;
    redis.scripts = s->scripts;
    redis.channels = (const char *const *)s->channels;
    redis.changed = on_changed;
    redis.message = on_message;
    redis.context = s;
    int rc = redis_start(&redis, &s->redis, fault);
    if (rc != GW_OK) {
        release(s);
        return rc;
    }
    uv_timer_init(redis.loop, &s->beat);
    uv_timer_init(redis.loop, &s->wake);
    s->beat.data = s->wake.data = s;
    uv_timer_start(&s->beat, on_beat, BEAT_MS, BEAT_MS);
    gauge(s, METRIC_GATEWAYS, shared_gateways(s));
    *out = s;
    return GW_OK;
}

static void on_closed(uv_handle_t *handle)
{
    struct shared *s = handle->data;
    if (--s->open_handles > 0)
        return;
    void (*stopped)(void *context) = s->stopped;
    void *context = s->stopped_context;
    release(s);
    stopped(context);
}

static void on_redis_stopped(void *context)
{
    struct shared *s = context;
    s->open_handles = 2;
    uv_close((uv_handle_t *)&s->beat, on_closed);
    uv_close((uv_handle_t *)&s->wake, on_closed);
}

static void on_goodbye_over(uv_timer_t *timer)
{
    struct shared *s = timer->data;
    uv_timer_stop(&s->beat);
    redis_stop(s->redis, on_redis_stopped, s);
}

static void on_goodbye(void *context, int error, const struct redisReply *reply)
{
    struct shared *s = context;
    (void)error;
    (void)reply;
    if (uv_is_active((uv_handle_t *)&s->beat)) /* not from within hiredis */
        uv_timer_start(&s->beat, on_goodbye_over, 0, 0);
}

void shared_stop(struct shared *s, void (*stopped)(void *context), void *context)
{
    s->stopped = stopped;
    s->stopped_context = context;
    s->leaving = true;
    uv_timer_stop(&s->wake);
    uv_timer_start(&s->beat, on_goodbye_over, GOODBYE_MS, 0);
    send_beat(s, (struct redis_answer){ on_goodbye, s }, true);
}
