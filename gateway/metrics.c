#include "gateway/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "gateway/base/mem.h"

static const struct bucket {
    uint64_t nanoseconds;
    const char *seconds;
} buckets[] = {
    { 50000, "0.00005" },  { 100000, "0.0001" },  { 250000, "0.00025" }, { 500000, "0.0005" },
    { 1000000, "0.001" },  { 2500000, "0.0025" }, { 5000000, "0.005" },  { 10000000, "0.01" },
    { 20000000, "0.02" },  { 50000000, "0.05" },  { 100000000, "0.1" },  { 250000000, "0.25" },
    { 500000000, "0.5" },  { 1000000000, "1" },   { 2500000000, "2.5" }, { 5000000000, "5" },
    { 15000000000, "15" },
};

enum {
    BUCKETS = sizeof(buckets) / sizeof(buckets[0]),
    SLOT_MORE = BUCKETS,    /* above the last bound */
    SLOT_SUM = BUCKETS + 1, /* nanoseconds */
    SLOTS = BUCKETS + 2,
};

struct family {
    const struct metric_row *row;
    int counts[2]; /* values of each label, 1 where there is no label */
    _Atomic int64_t *slots;
};

struct metrics {
    struct family *families;
    int count;
};

static const char *const stages[] = { "receive", "read",  "queue", "batch",
                                      "commit",  "reply", "send",  NULL };
static const char *const classes[] = { "2xx", "3xx", "4xx", "5xx", NULL };
static const char *const cuts[] = { "deadline", "too_big", NULL };
static const char *const retries[] = { "conflict", "lost", NULL };
static const char *const queues[] = { "messages", "outcomes", "background", NULL };
static const char *const ends[] = { "kept", "undone", "lost", NULL };
static const char *const outcomes[] = { "ok",       "later", "refused", "unknown",
                                        "needless", "again", NULL };

static const struct metric_row platform[] = {
    [METRIC_HTTP_REQUESTS] = { "linli_http_requests_total",
                               METRIC_COUNTER,
                               "HTTP requests answered.",
                               { "code" },
                               { classes } },
    [METRIC_HTTP_CONNECTIONS] = { "linli_http_connections", METRIC_GAUGE,
                                  "Open HTTP connections." },
    [METRIC_HTTP_CUT] = { "linli_http_cut_total",
                          METRIC_COUNTER,
                          "Requests ended by a limit of the HTTP server.",
                          { "limit" },
                          { cuts } },
    [METRIC_STAGE] = { "linli_stage_seconds",
                       METRIC_HISTOGRAM,
                       "Time that messages spend in each stage.",
                       { "stage" },
                       { stages } },
    [METRIC_JOBS] = { "linli_jobs_total",
                      METRIC_COUNTER,
                      "Jobs of the writing thread by how they ended: kept, undone alone, or lost "
                      "with their transaction.",
                      { "queue", "end" },
                      { queues, ends } },
    [METRIC_COMMITS] = { "linli_commits_total", METRIC_COUNTER, "Transactions committed." },
    [METRIC_COMMITS_FAILED] = { "linli_commits_failed_total", METRIC_COUNTER,
                                "Transactions lost as a whole." },
    [METRIC_WAITING] = { "linli_jobs_waiting",
                         METRIC_GAUGE,
                         "Jobs waiting for the writing thread.",
                         { "queue" },
                         { queues } },
    [METRIC_STORE_HEALTHY] = { "linli_store_healthy", METRIC_GAUGE,
                               "1 while the store commits, 0 while it does not." },
    [METRIC_SENDS] = { "linli_sends_total",
                       METRIC_COUNTER,
                       "Attempts to send, by outcome.",
                       { "outcome" },
                       { outcomes } },
    [METRIC_SENDS_IN_FLIGHT] = { "linli_sends_in_flight", METRIC_GAUGE,
                                 "Requests to providers under way." },
    [METRIC_LEASES] = { "linli_outbox_looks_total", METRIC_COUNTER,
                        "How often the dispatcher looked for rows to send." },
    [METRIC_RETRIES] = { "linli_transactions_retried_total",
                         METRIC_COUNTER,
                         "Transactions run again: another was in the way, or the connection was lost.",
                         { "reason" },
                         { retries } },
    [METRIC_PLATFORM] = { NULL },
};

static int cells_of(const struct family *f)
{
    return f->counts[0] * f->counts[1];
}

static int slots_of(const struct family *f)
{
    return f->row->kind == METRIC_HISTOGRAM ? SLOTS : 1;
}

struct metrics *metrics_new(void)
{
    struct metrics *m = mem_alloc(sizeof(*m));
    metrics_add(m, platform);
    return m;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    for (int i = 0; i < m->count; i++)
        free((void *)(uintptr_t)m->families[i].slots);
    free(m->families);
    free(m);
}

static void family_init(struct family *f, const struct metric_row *row)
{
    f->row = row;
    for (int i = 0; i < 2; i++) {
        f->counts[i] = 0;
        while (row->labels[i] && row->values[i][f->counts[i]])
            f->counts[i]++;
        if (!row->labels[i])
            f->counts[i] = 1;
    }
    size_t cells = (size_t)cells_of(f);
    f->slots = mem_alloc((cells ? cells : 1) * (size_t)slots_of(f) * sizeof(*f->slots));
}

int metrics_add(struct metrics *m, const struct metric_row *rows)
{
    int first = m->count;
    int n = 0;
    while (rows[n].name)
        n++;
    m->families = mem_resize(m->families, (size_t)(first + n) * sizeof(*m->families));
    for (int i = 0; i < n; i++)
        family_init(&m->families[first + i], &rows[i]);
    m->count = first + n;
    return first;
}

/* The slots of a cell, or NULL when there is no such cell. */
static _Atomic int64_t *cell_slots(const struct metrics *m, int id, int cell)
{
    if (!m || id < 0 || id >= m->count)
        return NULL;
    const struct family *f = &m->families[id];
    if (cell < 0 || cell >= cells_of(f))
        return NULL;
    return f->slots + (ptrdiff_t)cell * slots_of(f);
}

int metrics_cell(const struct metrics *m, int id, int first, int second)
{
    if (!m || id < 0 || id >= m->count)
        return -1;
    const struct family *f = &m->families[id];
    if (first < 0 || first >= f->counts[0] || second < 0 || second >= f->counts[1])
        return -1;
    return first * f->counts[1] + second;
}

void metrics_count(struct metrics *m, int id, int cell, int64_t n)
{
    _Atomic int64_t *slot = cell_slots(m, id, cell);
    if (slot)
        atomic_fetch_add_explicit(slot, n, memory_order_relaxed);
}

void metrics_set(struct metrics *m, int id, int cell, int64_t value)
{
    _Atomic int64_t *slot = cell_slots(m, id, cell);
    if (slot)
        atomic_store_explicit(slot, value, memory_order_relaxed);
}

void metrics_observe(struct metrics *m, int id, int cell, uint64_t nanoseconds)
{
    _Atomic int64_t *slots = cell_slots(m, id, cell);
    if (!slots || m->families[id].row->kind != METRIC_HISTOGRAM)
        return;
    int b = 0;
    while (b < BUCKETS && nanoseconds > buckets[b].nanoseconds)
        b++;
    atomic_fetch_add_explicit(&slots[b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&slots[SLOT_SUM], (int64_t)nanoseconds, memory_order_relaxed);
}

static int64_t load(const _Atomic int64_t *slot)
{
    return atomic_load_explicit(slot, memory_order_relaxed);
}

int64_t metrics_value(const struct metrics *m, int id, int cell)
{
    const _Atomic int64_t *slots = cell_slots(m, id, cell);
    if (!slots)
        return 0;
    if (m->families[id].row->kind != METRIC_HISTOGRAM)
        return load(slots);
    int64_t n = 0;
    for (int b = 0; b <= SLOT_MORE; b++)
        n += load(&slots[b]);
    return n;
}

/* Label values escape backslash, quote and line feed (exposition format). */
static void put_label(struct sbuf *out, const char *name, const char *value)
{
    sbuf_printf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\n') {
            sbuf_str(out, "\\n");
            continue;
        }
        if (*value == '\\' || *value == '"')
            sbuf_char(out, '\\');
        sbuf_char(out, *value);
    }
    sbuf_char(out, '"');
}

static void put_series(struct sbuf *out, const struct family *f, int cell, const char *suffix,
                       const char *le)
{
    const int at[2] = { cell / f->counts[1], cell % f->counts[1] };
    sbuf_printf(out, "%s%s", f->row->name, suffix);
    char before = '{';
    for (int i = 0; i < 2; i++) {
        if (!f->row->labels[i])
            continue;
        sbuf_char(out, before);
        put_label(out, f->row->labels[i], f->row->values[i][at[i]]);
        before = ',';
    }
    if (le) {
        sbuf_char(out, before);
        put_label(out, "le", le);
        before = ',';
    }
    sbuf_str(out, before == ',' ? "} " : " ");
}

static void put_histogram(struct sbuf *out, const struct family *f, int cell)
{
    const _Atomic int64_t *slots = f->slots + (ptrdiff_t)cell * SLOTS;
    int64_t n = 0;
    for (int b = 0; b < BUCKETS; b++) {
        n += load(&slots[b]);
        put_series(out, f, cell, "_bucket", buckets[b].seconds);
        sbuf_printf(out, "%" PRId64 "\n", n);
    }
    n += load(&slots[SLOT_MORE]);
    put_series(out, f, cell, "_bucket", "+Inf");
    sbuf_printf(out, "%" PRId64 "\n", n);
    put_series(out, f, cell, "_sum", NULL);
    sbuf_printf(out, "%.9f\n", (double)load(&slots[SLOT_SUM]) / 1e9);
    put_series(out, f, cell, "_count", NULL);
    sbuf_printf(out, "%" PRId64 "\n", n);
}

void metrics_render(const struct metrics *m, struct sbuf *out)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    for (int i = 0; i < m->count; i++) {
        const struct family *f = &m->families[i];
        sbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->row->name, f->row->help, f->row->name,
                    kinds[f->row->kind]);
        for (int cell = 0; cell < cells_of(f); cell++) {
            if (f->row->kind == METRIC_HISTOGRAM) {
                put_histogram(out, f, cell);
                continue;
            }
            put_series(out, f, cell, "", NULL);
            sbuf_printf(out, "%" PRId64 "\n", load(&f->slots[cell]));
        }
    }
}
