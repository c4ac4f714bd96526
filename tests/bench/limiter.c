/* One rate for several processes: each always has texts waiting and sends all that the shared
 * bucket lets go. Prints what they sent together, the error against the rate, the busiest second,
 * and what it costs; nothing is asserted. usage: limiter PORT [SEGMENTS/S PROCESSES SECONDS], on a
 * Redis at 127.0.0.1:PORT */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "gateway/metrics.h"
#include "gateway/pool.h"

enum { PROCESSES_MAX = 16, SLOT_MS = 10, SLOTS_MAX = 60000, START_MS = 5000, PLACES = 64 };

/* Between the processes: what each sent in each hundredth of a second. */
struct board {
    _Atomic int sent[PROCESSES_MAX];
    _Atomic int asked[PROCESSES_MAX];
    _Atomic int slots[SLOTS_MAX];
};

struct sender {
    struct board *board;
    int me;
    uv_loop_t loop;
    struct shared *shared;
    struct pool *pool;
    uv_timer_t again, end;
    uint64_t from_ms, until_ms;
};

static uint64_t now_ms(void)
{
    return uv_hrtime() / 1000000;
}

static void pump(struct sender *s);

static void on_again(uv_timer_t *timer)
{
    pump(timer->data);
}

static void pump(struct sender *s)
{
    for (uint64_t now = now_ms(); now < s->until_ms; now = now_ms()) {
        uint64_t wait =
            now < s->from_ms ? s->from_ms - now : pool_wait_ms(s->pool, false, 1, PLACES, now);
        if (wait == POOL_ASKS) {
            s->board->asked[s->me]++;
            return;
        }
        if (wait > 0) {
            uv_timer_start(&s->again, on_again, wait, 0);
            return;
        }
        pool_take(s->pool, 1, now);
        s->board->sent[s->me]++;
        s->board->slots[(now - s->from_ms) / SLOT_MS]++;
    }
}

static void on_ready(void *context)
{
    pump(context);
}

static void on_woken(void *context, unsigned what)
{
    (void)context;
    (void)what;
}

static void on_stopped(void *context)
{
    struct sender *s = context;
    uv_close((uv_handle_t *)&s->again, NULL);
    uv_close((uv_handle_t *)&s->end, NULL);
}

static void on_end(uv_timer_t *timer)
{
    struct sender *s = timer->data;
    pool_close(s->pool);
    shared_stop(s->shared, on_stopped, s);
}

static int run(struct board *board, int me, const char *place, double rate, uint64_t from_ms,
               int seconds)
{
    struct sender s = {
        .board = board, .me = me, .from_ms = from_ms, .until_ms = from_ms + (uint64_t)seconds * 1000
    };
    const char *const servers[] = { place, NULL };
    struct metrics *metrics = metrics_new();
    struct fault fault = { 0 };
    int redis = metrics_add(metrics, redis_metrics), shared = metrics_add(metrics, shared_metrics);
    const struct shared_options options = {
        .redis = { .loop = &s.loop,
                   .servers = servers,
                   .master = "",
                   .user = "",
                   .password = "",
                   .sentinel_password = "",
                   .timeout_ms = 1000,
                   .metrics = metrics,
                   .metric_base = redis },
        .prefix = "bench",
        .node = me,
        .digest = "-",
        .metric_base = shared,
        .woken = on_woken,
    };
    if (uv_loop_init(&s.loop) != 0 || shared_start(&options, &s.shared, &fault) != GW_OK) {
        fprintf(stderr, "limiter: %s\n", fault.text);
        return 1;
    }
    s.pool = pool_open(s.shared, "sms/bench", rate, on_ready, &s, now_ms());
    uv_timer_init(&s.loop, &s.again);
    uv_timer_init(&s.loop, &s.end);
    s.again.data = s.end.data = &s;
    uv_timer_start(&s.again, on_again, from_ms - now_ms(), 0);
    uv_timer_start(&s.end, on_end, s.until_ms - now_ms() + 500, 0);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    metrics_free(metrics);
    return uv_loop_close(&s.loop) == 0 ? 0 : 1;
}

static void report(const struct board *b, double rate, int processes, int seconds)
{
    int all = 0, asked = 0, second = 1000 / SLOT_MS, window = 0, busiest = 0;
    for (int i = 0; i < processes; i++) {
        all += b->sent[i];
        asked += b->asked[i];
    }
    for (int i = 0; i < seconds * second; i++) {
        window += b->slots[i] - (i >= second ? b->slots[i - second] : 0);
        busiest = window > busiest ? window : busiest;
    }
    printf("limiter: %d segments in %d s by %d processes: %.1f/s of %.0f/s, error %+.2f%%\n", all,
           seconds, processes, (double)all / seconds, rate,
           ((double)all / seconds / rate - 1) * 100);
    printf("limiter: busiest second %d (%+.2f%%), questions %.0f/s, share of each:", busiest,
           (busiest / rate - 1) * 100, (double)asked / seconds);
    for (int i = 0; i < processes; i++)
        printf(" %.0f%%", all > 0 ? 100.0 * b->sent[i] / all : 0);
    printf("\n");
}

int main(int argc, char **argv)
{
    char place[32];
    double rate = argc > 2 ? strtod(argv[2], NULL) : 1000;
    int processes = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 4;
    int seconds = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 10;
    if (argc < 2 || rate <= 0 || processes < 1 || processes > PROCESSES_MAX || seconds < 1 ||
        seconds * (1000 / SLOT_MS) > SLOTS_MAX) {
        fprintf(stderr, "usage: limiter PORT [SEGMENTS/S PROCESSES SECONDS]\n");
        return 2;
    }
    FILE *file = tmpfile(); /* POSIX has no shared memory without a file */
    if (file == NULL || ftruncate(fileno(file), sizeof(struct board)) != 0)
        return 1;
    struct board *board =
        mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    if (board == MAP_FAILED)
        return 1;
    snprintf(place, sizeof place, "127.0.0.1:%s", argv[1]);
    uint64_t from_ms = now_ms() + START_MS;
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(run(board, i, place, rate, from_ms, seconds));
        if (child < 0)
            return 1;
    }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed += status != 0;
    report(board, rate, processes, seconds);
    return failed > 0;
}
