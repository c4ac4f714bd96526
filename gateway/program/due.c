#include "gateway/program/due.h"

enum { POSTPONE_S = 600 };

int due_run(const struct service *s, const struct timer_row *row)
{
    for (const struct timer_handler *h = handler_timers; h->kind != NULL; h++)
        if (slice_eq(row->kind, slice_of(h->kind)))
            return h->run(s, row->subject);
    return GW_OK;
}

int due_postpone(struct tx *tx, const struct timer_row *row, int64_t now, struct arena *a)
{
    return timers_set(tx, arena_str(a, row->kind), row->subject, now + POSTPONE_S);
}
