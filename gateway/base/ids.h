/* 64-bit ids in order of time: 41 bits of milliseconds since 2025-01-01, 10 bits node, 12 bits
 * sequence. */
#ifndef GATEWAY_BASE_IDS_H
#define GATEWAY_BASE_IDS_H

#include <stdatomic.h>
#include <stdint.h>

/* A source of ids. It follows the real clock whatever `now` the conversations are given, and never
 * goes back behind the last id it handed out or was told of. Any thread, once ids_init is done. */
struct ids {
    int64_t (*clock_ms)(void *context); /* real milliseconds since 1970, injected */
    void *context;
    int node; /* 0 to 1023, from configuration */
    _Atomic int64_t last;
};

/* `last` is the largest id already stored (0 when none). */
void ids_init(struct ids *ids, int node, int64_t last, int64_t (*clock_ms)(void *), void *context);
int64_t ids_next(struct ids *ids);
/* What follows is larger than `stored`, an id that another process may have made. */
void ids_pass(struct ids *ids, int64_t stored);
/* When an id was made: milliseconds since 1970. */
int64_t ids_time_ms(int64_t id);
/* The smallest id that can have been made at `ms` (milliseconds since 1970) or later: "older than"
 * of rows is a comparison with it, without an index on a time. */
int64_t ids_floor(int64_t ms);
/* The real clock, for clock_ms. */
int64_t ids_real_clock(void *unused);

#endif
