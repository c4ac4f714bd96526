/* Rows of the outbox in the states a test needs; for the files beside this one. */
#ifndef TESTS_GATEWAY_STORE_OUTBOX_ROWS_H
#define TESTS_GATEWAY_STORE_OUTBOX_ROWS_H

#include <stdio.h>
#include <string.h>

#include "gateway/store/outbox.h"
#include "tests/support/support.h"

enum { OWNER = 7, OTHER = 8, LEASE = 30 };

static inline int64_t put(struct support *s, enum outbox_priority priority, int64_t not_before)
{
    const struct outbox_row row = {
        .id = ids_next(&s->ids),
        .address = 5,
        .realm = SLICE("sms"),
        .recipient = SLICE("13800000011"),
        .message = SLICE("queue.offer"),
        .params = SLICE("{\"name\":\"杨秀兰\"}"),
        .priority = priority,
        .not_before = not_before,
        .useful_until = not_before + 1000,
        .trace = SLICE("t1"),
    };
    assert_int_equal(outbox_put(s->tx, s->vault, &row, SUPPORT_NOW, &s->arena), 0);
    return row.id;
}

/* Up to `limit` rows of all priorities, best first. */
static inline int lease(struct support *s, int64_t owner, int64_t now, int limit,
                        struct outbox_row **rows)
{
    struct outbox_lease l = {
        .owner = owner, .lane = SLICE("sms"), .seconds = LEASE, .urgent = limit
    };
    struct outbox_row *others = NULL;
    int64_t *uncertain;
    assert_true(outbox_take_back(s->tx, now, &s->arena, &uncertain) >= 0);
    int n = outbox_lease(s->tx, s->vault, &l, now, &s->arena, rows);
    if (n < 0 || n >= limit)
        return n;
    struct outbox_row *all = arena_alloc(&s->arena, (size_t)limit * sizeof(*all));
    memcpy(all, *rows, (size_t)n * sizeof(*all));
    l.urgent = 0;
    l.other = limit - n;
    int m = outbox_lease(s->tx, s->vault, &l, now, &s->arena, &others);
    if (m > 0)
        memcpy(all + n, others, (size_t)m * sizeof(*all));
    *rows = all;
    return m < 0 ? m : n + m;
}

static inline enum outbox_state state_of(struct support *s, int64_t id)
{
    struct outbox_row row;
    assert_int_equal(outbox_get(s->tx, s->vault, id, &s->arena, &row), 1);
    return row.state;
}

/* One row, leased by OWNER at `now`. */
static inline int64_t leased(struct support *s, enum outbox_priority priority, int64_t now)
{
    struct outbox_row *rows = NULL;
    int64_t id = put(s, priority, now);
    assert_int_equal(lease(s, OWNER, now, 1, &rows), 1);
    assert_true(rows[0].id == id);
    return id;
}

static inline int64_t sending(struct support *s, enum outbox_priority priority, int64_t now)
{
    int64_t id = leased(s, priority, now);
    assert_int_equal(outbox_sending(s->tx, id, OWNER, 1, now, LEASE, 1, 5), 1);
    return id;
}

static inline int outcome(struct support *s, int64_t id, int attempt, enum outbox_outcome what,
                          int64_t at)
{
    return outbox_outcome(s->tx, id, OWNER, attempt, what, SLICE("p1"), SLICE("why"), at, at);
}

static inline int report(struct support *s, const struct outbox_report *r, int64_t now)
{
    return outbox_report(s->tx, r, now);
}

static inline int by_id(struct support *s, int64_t id, bool delivered, int64_t now)
{
    const struct outbox_report r = { .realm = SLICE("sms"),
                                     .id = id,
                                     .final = true,
                                     .delivered = delivered,
                                     .reason = SLICE("by id") };
    return report(s, &r, now);
}

static inline int by_provider_id(struct support *s, const char *realm, const char *provider_id,
                                 bool delivered, int64_t now)
{
    const struct outbox_report r = { .realm = slice_of(realm),
                                     .provider_id = slice_of(provider_id),
                                     .final = true,
                                     .delivered = delivered,
                                     .reason = SLICE("by provider") };
    return report(s, &r, now);
}

static inline int next_due(struct support *s, int64_t *at)
{
    int64_t found;
    int any = 0;
    for (int i = 0; i < 3; i++) {
        int rc = i < 2 ? outbox_next_due(s->tx, SLICE("sms"), i == 0, &found)
                       : outbox_next_lapse(s->tx, OTHER, &found);
        assert_true(rc >= 0);
        if (rc == 1 && (!any || found < *at))
            *at = found;
        any = any || rc == 1;
    }
    return any;
}

#endif
