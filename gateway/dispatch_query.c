/* Asking a provider what became of a request that got no answer, before a row is left to a person
 * or sent once more. */
#include "gateway/dispatch_internal.h"

#include "gateway/log.h"

bool send_ask_later(struct send *s)
{
    struct dispatch *d = s->group->d;
    struct dispatch_plan plan = { .kind = DISPATCH_REFUSE };
    if (!d->options.query || d->stopping)
        return false;
    d->options.query(d->options.context, s->row, s->group->now, &s->group->arena, &plan);
    if (plan.kind != DISPATCH_SEND && plan.kind != DISPATCH_LATER)
        return false;
    s->plan = plan;
    s->stage = SEND_TO_BE_ASKED;
    s->query_at = dispatch_now(d) + (uint64_t)d->options.query_ms;
    d->to_be_asked++;
    dispatch_soon(d);
    return true;
}

static void on_queried(void *context, const struct http_fetched *result)
{
    struct send *s = context;
    struct dispatch *d = s->group->d;
    struct dispatch_reading reading = { 0 };
    s->transfer = NULL;
    d->options.queried(d->options.context, s->row, result, &s->group->arena, &reading);
    s->provider_id = reading.provider_id;
    s->wait_s = reading.retry_after;
    s->unreachable = reading.unreachable;
    s->opted_out = reading.opted_out;
    send_settle(s, reading.outcome, reading.reason.n > 0 ? reading.reason : s->reason,
                result->status);
}

static void ask(struct send *s)
{
    struct dispatch *d = s->group->d;
    d->to_be_asked--;
    if (d->stopping || s->plan.kind == DISPATCH_LATER) {
        send_settle(s, d->stopping ? OUTBOX_UNKNOWN : OUTBOX_LATER, s->reason, 0);
        return;
    }
    s->plan.fetch.timeout_ms = d->options.timeout_ms;
    s->stage = SEND_ASKING;
    s->transfer = http_client_send(d->options.http, &s->plan.fetch, on_queried, s);
}

uint64_t dispatch_ask_due(struct dispatch *d)
{
    uint64_t next = UINT64_MAX;
    struct send *behind;
    for (struct send *s = d->to_be_asked > 0 ? d->first : NULL; s; s = behind) {
        behind = s->next;
        if (s->stage != SEND_TO_BE_ASKED)
            continue;
        if (d->stopping || s->query_at <= dispatch_now(d))
            ask(s);
        else if (s->query_at < next)
            next = s->query_at;
    }
    return next;
}
