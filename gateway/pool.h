/* How fast an account may send when several gateways use it: one bucket in Redis, from which each
 * takes what its waiting texts need, so that together they never exceed the account's rate. Alone,
 * without a rate, or while Redis is away it is a bucket of this process (rate.h), of this gateway's
 * fair share. A grant that is not used within a quarter of a second is lost, never sent later. */
#ifndef GATEWAY_POOL_H
#define GATEWAY_POOL_H

#include "gateway/rate.h"
#include "gateway/shared.h"

struct pool;

/* The answer will say: `ready` is called. */
#define POOL_ASKS UINT64_MAX

/* `shared` NULL: alone. `name` (copied) is the same in all gateways. `ready` runs on the loop's
 * thread when asking again is worth it. Times are milliseconds of uv_hrtime. */
struct pool *pool_open(struct shared *shared, const char *name, double per_second,
                       void (*ready)(void *context), void *context, uint64_t now_ms)
    __attribute__((returns_nonnull));
void pool_close(struct pool *p); /* `ready` is not called any more */

/* How long until a text of `first` segments may go, in ms; 0: now; POOL_ASKS. `want`, at least
 * `first`: segments that would go at once. */
uint64_t pool_wait_ms(struct pool *p, bool urgent, int first, int want, uint64_t now_ms);
/* So many segments go now; after pool_wait_ms gave 0 for them. */
void pool_take(struct pool *p, int segments, uint64_t now_ms);
/* They did not go after all. */
void pool_give_back(struct pool *p, int segments);
/* As rate_slow_down, for all gateways. */
void pool_slow_down(struct pool *p, uint64_t begun_ms, uint64_t retry_after_ms, uint64_t now_ms);
/* Segments a second in force for this process; 0: no limit. */
double pool_rate(const struct pool *p);

#endif
