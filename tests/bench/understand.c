/* How long one text takes to understand, on one core: reading and deciding, over whole sets of
 * texts, and beside it the bare normalization, so that the figures can be read as a ratio on any
 * machine. Nothing is asserted.
 *
 *     build/tests/bench_understand [ROUNDS, default 20] [FILE.tsv…]
 *
 * Every text is read in every round; what counts of a text is its median. Last come texts of 2,000
 * characters: pieces of the sets repeated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "gateway/base/sbuf.h"
#include "tests/conversations/support/score.h"
#include "tests/conversations/support/texts.h"

/* 2026-11-25T10:00:00+08:00 */
#define NOW INT64_C(1795572000)

enum {
    TEXTS_MAX = 4000,
    ROUNDS_MAX = 1000,
    LONG_POINTS = 2000,
    LONG_BYTES = 4 * LONG_POINTS,
    TEXT_BYTES_MAX = 4000,
    WORST = 10,
    WORST_ROUNDS = 15,
};

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

/* The time of 2,000 characters of nothing but `unit`. */
static double repeated(struct slice unit, int rounds)
{
    struct sbuf b;
    size_t points = 0;
    for (size_t i = 0; i < unit.n; i++) {
        points += ((unsigned char)unit.p[i] & 0xC0) != 0x80;
    }
    sbuf_init(&b, LONG_BYTES + TEXT_BYTES_MAX);
    for (size_t n = 0; n < LONG_POINTS && points > 0 && !b.failed; n += points) {
        sbuf_add(&b, unit);
    }
    double took = median_of(sbuf_slice(&b), CONTEXT_NONE, rounds, false);
    sbuf_free(&b);
    return took;
}

struct worst {
    struct slice unit;
    double took;
};

/* Keeps the slowest, the slowest first. */
static void keep_worst(struct worst list[WORST], struct slice unit, double took)
{
    if (took <= list[WORST - 1].took) {
        return;
    }
    int i = WORST - 1;
    for (; i > 0 && list[i - 1].took < took; i--) {
        list[i] = list[i - 1];
    }
    list[i] = (struct worst){ unit, took };
}

/* Every text of the sets, every clause of them and every two characters side by side, each repeated
 * to 2,000 characters: what a person would try who wants to be slow. */
static void measure_long(int rounds)
{
    struct worst worst[WORST] = { 0 };
    int tried = 0;
    for (int k = 0; k < bench.count; k++) {
        struct slice text = bench.rows[k].text;
        size_t from = 0, pair = 0;
        keep_worst(worst, text, repeated(text, rounds));
        for (size_t i = 0, next; i < text.n; i = next) {
            next = scan_next(text, i);
            keep_worst(worst, (struct slice){ text.p + pair, next - pair },
                       repeated((struct slice){ text.p + pair, next - pair }, 1));
            pair = i;
            tried++;
            if (next == text.n || scan_is_any(text, i, " |，|。|！|？|、|,")) {
                struct slice clause = { text.p + from, next - from };
                keep_worst(worst, clause, repeated(clause, rounds));
                from = next;
                tried++;
            }
        }
    }
    printf("the slowest of %d pieces repeated to 2,000 characters:\n", tried + bench.count);
    for (int i = 0; i < WORST; i++) {
        printf("  %8.1f us (again: %8.1f)  %.*s\n", worst[i].took,
               repeated(worst[i].unit, WORST_ROUNDS), SLICE_ARG(worst[i].unit));
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
    measure_long(rounds < 3 ? rounds : 3);
    arena_free(&bench.arena);
    texts_close(&bench.texts);
    return 0;
}
