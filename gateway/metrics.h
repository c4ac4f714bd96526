/* Counters, gauges and histograms described in tables and shown in Prometheus' text format.
 * Counting is a relaxed atomic add: any thread, no lock. */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include <stdint.h>

#include "gateway/base/sbuf.h"

struct metrics;

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* One family. A table of them ends with a row without a name. Everything is borrowed for as long as
 * the metrics live. */
struct metric_row {
    const char *name; /* e.g. "linli_http_requests_total" */
    enum metric_kind kind;
    const char *help;             /* one line */
    const char *labels[2];        /* names of up to two labels; NULL: none */
    const char *const *values[2]; /* the values of each, NULL-terminated */
};

/* The platform's own table; row numbers are the ids given to the functions below. */
enum platform_metric {
    METRIC_HTTP_REQUESTS,    /* by enum http_class */
    METRIC_HTTP_CONNECTIONS, /* gauge */
    METRIC_HTTP_CUT,         /* by enum http_cut */
    METRIC_STAGE,            /* histogram by enum stage */
    METRIC_JOBS,             /* by enum worker_queue and enum job_end */
    METRIC_COMMITS,          /* transactions committed */
    METRIC_COMMITS_FAILED,   /* transactions lost as a whole */
    METRIC_WAITING,          /* gauge by enum worker_queue */
    METRIC_STORE_HEALTHY,    /* gauge, 1 or 0 */
    METRIC_SENDS,            /* by enum outbox_outcome */
    METRIC_SENDS_IN_FLIGHT,  /* gauge */
    METRIC_LEASES,           /* how often the dispatcher looked for rows */
    METRIC_RETRIES,          /* by enum retry */
    METRIC_PLATFORM          /* the count */
};

enum stage {
    STAGE_RECEIVE, /* request line to whole body */
    STAGE_READ,    /* verify, decode, understand; observed by the program */
    STAGE_QUEUE,   /* handed to the worker to taken by it */
    STAGE_BATCH,   /* all jobs of a transaction */
    STAGE_COMMIT,  /* the commit with its fsync */
    STAGE_REPLY,   /* body complete to response given to the kernel */
    STAGE_SEND,    /* a request to a provider, written to answered */
};
enum http_class { HTTP_2XX, HTTP_3XX, HTTP_4XX, HTTP_5XX };
enum http_cut { HTTP_CUT_DEADLINE, HTTP_CUT_TOO_BIG };
enum retry { RETRY_CONFLICT, RETRY_LOST };
enum job_end { JOB_KEPT, JOB_UNDONE, JOB_LOST };

/* Begins with the platform's table. The caller frees. */
struct metrics *metrics_new(void) __attribute__((returns_nonnull));
void metrics_free(struct metrics *m); /* NULL is fine */

/* Adds a table and returns the id of its first row. Before other threads count. */
int metrics_add(struct metrics *m, const struct metric_row *rows);

/* The cell of a pair of label values (0 where the family has no such label). */
int metrics_cell(const struct metrics *m, int id, int first, int second);

/* `cell` is the number of the label's value, for two labels what metrics_cell gives, else 0. With
 * NULL metrics, or a cell that does not exist, nothing happens. Any thread. */
void metrics_count(struct metrics *m, int id, int cell, int64_t n);
void metrics_set(struct metrics *m, int id, int cell, int64_t value);
void metrics_observe(struct metrics *m, int id, int cell, uint64_t nanoseconds);
/* A counter's or gauge's value, or a histogram's number of observations. */
int64_t metrics_value(const struct metrics *m, int id, int cell);

/* Appends all families in the text format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). */
void metrics_render(const struct metrics *m, struct sbuf *out);

#endif
