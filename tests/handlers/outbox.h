/* What somebody was told: the outbox rows to an address, for the tests of handlers. */
#ifndef TESTS_HANDLERS_OUTBOX_H
#define TESTS_HANDLERS_OUTBOX_H

#include <jansson.h>

#include "gateway/base/json.h"
#include "gateway/store/outbox.h"
#include "gateway/store/timers.h"
#include "tests/handlers/records.h"

/* How many messages of this id went to the address; `*last` (may be NULL) is the newest one. */
LOCAL int told(struct records *r, int64_t address, const char *message, struct outbox_row *last)
{
    struct outbox_row *rows;
    int n = outbox_to(r->s.tx, r->s.vault, address, 0, r->s.arena, &rows), found = 0;
    assert_true(n >= 0);
    for (int i = 0; i < n; i++)
        if (slice_eq(rows[i].message, slice_of(message))) {
            found++;
            if (last)
                *last = rows[i];
        }
    return found;
}

/* A parameter of the newest message of this id, as text in the arena; fails when there is none. */
LOCAL const char *told_param(struct records *r, int64_t address, const char *message,
                             const char *key)
{
    struct outbox_row row;
    struct fault fault = { 0 };
    assert_true(told(r, address, message, &row) > 0);
    json_t *params = json_read(row.params, "params", 65536, &fault);
    assert_non_null(params);
    json_t *value = json_object_get(params, key);
    assert_non_null(value);
    struct slice text = json_is_string(value)
                            ? arena_dup(r->s.arena, slice_of(json_string_value(value)))
                            : json_write(value, r->s.arena);
    json_decref(params);
    return arena_str(r->s.arena, text);
}

/* Runs every timer due by `now`, as the worker does. */
LOCAL void run_timers(struct records *r, int64_t now)
{
    struct timer_row *rows;
    for (int round = 0; round < 100; round++) {
        int n = timers_due(r->s.tx, now, 20, r->s.arena, &rows);
        assert_true(n >= 0);
        if (n == 0)
            break;
        for (int i = 0; i < n; i++) {
            int rc = timers_take(r->s.tx, &rows[i]);
            assert_true(rc >= 0);
            if (rc == 0)
                continue;
            bool known = false;
            if (rows[i].due > r->s.now)
                r->s.now = rows[i].due;
            for (const struct timer_handler *h = handler_timers; h->kind; h++)
                if (slice_eq(rows[i].kind, slice_of(h->kind))) {
                    known = true;
                    assert_int_equal(h->run(&r->s, rows[i].subject), 0);
                }
            assert_true(known);
        }
    }
    r->s.now = now;
}

/* A moment on the reference Wednesday plus `days`. */
LOCAL int64_t at(int days, int hour, int minute)
{
    return civil_day_start(SUPPORT_TODAY + days, SUPPORT_ZONE) + hour * 3600 + minute * 60;
}

#endif
