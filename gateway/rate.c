#include "gateway/rate.h"

/* A bucket holds a quarter of a second's worth: whoever counts by the second sees no more than a
 * quarter above the rate. */
static const double bucket_s = 0.25;
static const double urgent_share = 0.25;
static const double least = 0.1; /* segments/s: one in ten seconds */
/* Of the ceiling a second: back from half in about a minute. */
static const double recovery = 1.0 / 120;
static const uint64_t longest_block_ms = 3600 * 1000;

static double bucket(const struct rate *r)
{
    double size = r->rate * bucket_s;
    return size < 1 ? 1 : size;
}

void rate_init(struct rate *r, double per_second, uint64_t now_ms)
{
    *r = (struct rate){ .ceiling = per_second, .rate = per_second, .at_ms = now_ms };
    r->second_ms = now_ms;
    r->tokens = bucket(r);
}

static void recover(struct rate *r, double seconds)
{
    double top = r->ceiling > 0 ? r->ceiling : r->learned;
    if (r->rate <= 0 || r->rate >= top)
        return;
    r->rate += top * recovery * seconds;
    if (r->rate < top)
        return;
    r->rate = r->ceiling; /* 0 where nobody set one: no limit again */
}

static void refill(struct rate *r, uint64_t now_ms)
{
    double seconds = now_ms > r->at_ms ? (double)(now_ms - r->at_ms) / 1000 : 0;
    r->at_ms = now_ms > r->at_ms ? now_ms : r->at_ms;
    recover(r, seconds);
    r->tokens += seconds * r->rate;
    if (r->tokens > bucket(r))
        r->tokens = bucket(r);
}

/* Tokens that must be there. One is enough where the bucket is that small. */
static double needed(const struct rate *r, bool urgent)
{
    double kept = urgent ? 0 : bucket(r) * urgent_share;
    return kept + 1 > bucket(r) ? bucket(r) : kept + 1;
}

uint64_t rate_wait_ms(struct rate *r, bool urgent, uint64_t now_ms)
{
    refill(r, now_ms);
    uint64_t blocked = r->blocked_ms > now_ms ? r->blocked_ms - now_ms : 0;
    if (r->rate <= 0)
        return blocked;
    double missing = needed(r, urgent) - r->tokens;
    uint64_t wait = missing > 1e-9 ? (uint64_t)(missing / r->rate * 1000) + 1 : 0;
    return wait > blocked ? wait : blocked;
}

static void remember(struct rate *r, int segments, uint64_t now_ms)
{
    if (now_ms >= r->second_ms + 1000) {
        r->last_second = now_ms < r->second_ms + 2000 ? r->this_second : 0;
        r->this_second = 0;
        r->second_ms = now_ms;
    }
    r->this_second += segments;
}

void rate_take(struct rate *r, int segments, uint64_t now_ms)
{
    refill(r, now_ms);
    if (r->rate > 0)
        r->tokens -= segments;
    remember(r, segments, now_ms);
}

void rate_give_back(struct rate *r, int segments)
{
    if (r->rate > 0)
        r->tokens += segments;
}

bool rate_slow_down(struct rate *r, uint64_t begun_ms, uint64_t retry_after_ms, uint64_t now_ms)
{
    refill(r, now_ms);
    if (retry_after_ms > longest_block_ms)
        retry_after_ms = longest_block_ms;
    if (now_ms + retry_after_ms > r->blocked_ms)
        r->blocked_ms = now_ms + retry_after_ms;
    if (r->cut_ms != 0 && begun_ms <= r->cut_ms)
        return false;
    double before = r->rate;
    if (before <= 0) {
        before = r->last_second > r->this_second ? r->last_second : r->this_second;
        before = before < 1 ? 1 : before;
        r->learned = before;
    }
    r->rate = before / 2 < least ? least : before / 2;
    r->cut_ms = now_ms;
    if (r->tokens > 0)
        r->tokens = 0;
    return true;
}
