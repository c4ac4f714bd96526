/* How long one text takes to understand, on one core: reading and deciding, over whole sets of
 * texts, and beside it the bare normalization, so that the figures can be read as a ratio on any
 * machine. Nothing is asserted.
 *
 *     build/tests/bench_understand [ROUNDS, default 20] [FILE.tsv…]
 *
 * Every text is read in every round; what counts of a text is its median. Last come texts of 2,000
 * characters that were made to be slow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conversations/understand/reading.h"
#include "gateway/base/sbuf.h"
#include "tests/conversations/support/score.h"
#include "tests/conversations/support/texts.h"

/* 2026-11-25T10:00:00+08:00 */
#define NOW INT64_C(1795572000)

enum { TEXTS_MAX = 4000, ROUNDS_MAX = 1000, LONG_BYTES = 8000 };

struct bench {
    struct texts texts;
    struct score_row rows[TEXTS_MAX];
    double took[TEXTS_MAX]; /* microseconds */
    int count;
    struct arena arena; /* reset for every text, as a worker does */
};

static struct bench bench;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double understand_once(struct slice text, enum context context)
{
    struct understood got;
    double start = now_us();
    struct reading *r =
        understand_read(bench.texts.understander, text, CHANNEL_SMS, NOW, &bench.arena);
    understand_decide(bench.texts.understander, r, context, &got);
    double took = now_us() - start;
    json_decref(got.slots);
    json_decref(got.also);
    arena_reset(&bench.arena);
    return took;
}

static double normalize_once(struct slice text)
{
    struct normal n;
    double start = now_us();
    normal_make(bench.texts.understander->han, text, &bench.arena, &n);
    double took = now_us() - start;
    arena_reset(&bench.arena);
    return took;
}

static double median_of(struct slice text, enum context context, int rounds, bool bare)
{
    double took[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) {
        took[i] = bare ? normalize_once(text) : understand_once(text, context);
    }
    qsort(took, (size_t)rounds, sizeof(took[0]), by_size);
    return took[rounds / 2];
}

static void read_file(const char *path, bool built_in)
{
    struct score_row row;
    struct slice rest = built_in ? texts_set(&bench.texts, path) : texts_file(&bench.texts, path);
    score_next(&rest, &row); /* the header */
    while (bench.count < TEXTS_MAX && score_next(&rest, &row)) {
        bench.rows[bench.count++] = row;
    }
}

/* The sum of the medians, and the texts by their time in `took`. */
static double measure(int rounds, bool bare, int *slowest)
{
    double sum = 0;
    *slowest = 0;
    for (int i = 0; i < bench.count; i++) {
        bench.took[i] = median_of(bench.rows[i].text, score_context(&bench.rows[i]), rounds, bare);
        sum += bench.took[i];
        *slowest = bench.took[i] > bench.took[*slowest] ? i : *slowest;
    }
    return sum;
}

static void print_line(const char *name, double sum, double most)
{
    qsort(bench.took, (size_t)bench.count, sizeof(bench.took[0]), by_size);
    printf("%-16s %8.0f texts/s   p50 %6.1f us   p99 %6.1f us   slowest %6.1f us\n", name,
           1e6 * bench.count / sum, bench.took[bench.count / 2], bench.took[bench.count * 99 / 100],
           most);
}

static void measure_long(int rounds)
{
    static const char *const units[] = { "去",     "报名", "我",         "1",          "三个小时",
                                         "不",     "昨天", "的",         "。",         "取消 ",
                                         "志愿者", "一",   "帮我修灯，", "我叫王小红 " };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        struct sbuf b;
        sbuf_init(&b, LONG_BYTES);
        for (size_t n = 0; n < 2000 && !b.failed;
             n += strlen(units[i]) > 2 ? strlen(units[i]) / 3 : 1) {
            sbuf_str(&b, units[i]);
        }
        printf("  2,000 characters of %-16s %8.1f us\n", units[i],
               median_of(sbuf_slice(&b), CONTEXT_NONE, rounds, false));
        sbuf_free(&b);
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20, slowest, unused;
    rounds = rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    if (texts_open(&bench.texts, NULL) != 0) {
        return 1;
    }
    for (int i = 2; i < argc; i++) {
        read_file(argv[i], false);
    }
    if (argc <= 2) {
        read_file("utterances_dev.tsv", true);
        read_file("utterances_more.tsv", true);
    }
    if (bench.count == 0) {
        fprintf(stderr, "no texts\n");
        return 1;
    }
    double bare = measure(rounds, true, &unused), most = bench.took[unused];
    print_line("normalization", bare, most);
    double whole = measure(rounds, false, &slowest);
    struct score_row row = bench.rows[slowest];
    most = bench.took[slowest];
    print_line("understanding", whole, most);
    printf("%d texts, %d rounds; understanding takes %.1f times the bare normalization\n",
           bench.count, rounds, whole / bare);
    printf("the slowest text: %.*s %.*s\n", SLICE_ARG(row.id), SLICE_ARG(row.text));
    measure_long(rounds < 5 ? rounds : 5);
    arena_free(&bench.arena);
    texts_close(&bench.texts);
    return 0;
}
