#include "gateway/base/ids.h"

#include <time.h>

enum { NODE_BITS = 10, SEQUENCE_BITS = 12, SHIFT = NODE_BITS + SEQUENCE_BITS };

/* 2025-01-01T00:00:00Z in milliseconds since 1970. */
static const int64_t epoch_ms = INT64_C(1735689600000);

void ids_init(struct ids *ids, int node, int64_t last, int64_t (*clock_ms)(void *), void *context)
{
    *ids = (struct ids){
        .clock_ms = clock_ms,
        .context = context,
        .node = node & ((1 << NODE_BITS) - 1),
        .last = last,
    };
}

static int64_t first_of(int64_t ms, int node)
{
    return ms << SHIFT | (int64_t)node << SEQUENCE_BITS;
}

static int64_t behind(const struct ids *ids, int64_t last)
{
    int64_t ms = ids->clock_ms(ids->context) - epoch_ms;
    int64_t id = first_of(ms < 0 ? 0 : ms, ids->node);
    if (id <= last) {
        int64_t next = last + 1;
        /* One more in the sequence of this node, or the first of the following millisecond. */
        if (next >> SEQUENCE_BITS == last >> SEQUENCE_BITS &&
            (next >> SEQUENCE_BITS & ((1 << NODE_BITS) - 1)) == ids->node)
            id = next;
        else
            id = first_of((last >> SHIFT) + 1, ids->node);
    }
    return id == 0 ? 1 : id; /* 0 means "none" everywhere */
}

int64_t ids_next(struct ids *ids)
{
    int64_t last = atomic_load(&ids->last);
    int64_t id = behind(ids, last);
    while (!atomic_compare_exchange_weak(&ids->last, &last, id))
        id = behind(ids, last);
    return id;
}

void ids_pass(struct ids *ids, int64_t stored)
{
    int64_t last = atomic_load(&ids->last);
    while (last < stored && !atomic_compare_exchange_weak(&ids->last, &last, stored))
        ;
}

int64_t ids_time_ms(int64_t id)
{
    return (id >> SHIFT) + epoch_ms;
}

int64_t ids_floor(int64_t ms)
{
    return ms <= epoch_ms ? 0 : (ms - epoch_ms) << SHIFT;
}

int64_t ids_real_clock(void *unused)
{
    (void)unused;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t); /* cannot fail for this clock */
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
