/* How fast an account may send: a token bucket in segments that slows down when a provider asks for
 * it and recovers by and by. Pure: the clock (milliseconds of any steady clock) is passed in. */
#ifndef GATEWAY_RATE_H
#define GATEWAY_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    double ceiling;      /* segments a second as configured; 0: none */
    double rate;         /* in force: the ceiling, or less after a slow-down; 0: no limit */
    double learned;      /* with no ceiling: what was sent a second when it was first too much */
    double tokens;       /* may be below 0: a long text goes whole and is paid off afterwards */
    uint64_t at_ms;      /* of `tokens` */
    uint64_t cut_ms;     /* of the last slow-down */
    uint64_t blocked_ms; /* nothing goes before: what the provider asked for */
    /* What was sent lately, to learn from. */
    uint64_t second_ms;
    double this_second, last_second;
};

/* `per_second` 0 is no limit until a provider asks to slow down. */
void rate_init(struct rate *r, double per_second, uint64_t now_ms);

/* How long until a segment may go, in ms; 0: now. A quarter of the bucket is kept for `urgent`
 * texts, so that a reply does not wait for what a broadcast used up. */
uint64_t rate_wait_ms(struct rate *r, bool urgent, uint64_t now_ms);
/* So many segments go now. */
void rate_take(struct rate *r, int segments, uint64_t now_ms);
/* They did not go after all. */
void rate_give_back(struct rate *r, int segments);

/* The provider found a request too much that was begun at `begun_ms`: half the rate, and nothing
 * for `retry_after_ms`. Many requests were on their way at the old rate, so those begun before the
 * last halving do not halve again. Returns whether this one did. */
bool rate_slow_down(struct rate *r, uint64_t begun_ms, uint64_t retry_after_ms, uint64_t now_ms);

#endif
