/* Sums and lists of one's own service; nobody else's are shown. */
#include "conversations/actions/service_rows.h"
#include "gateway/base/json.h"
#include "handlers/evaluations.h"
#include "handlers/notify.h"

enum { SHOWN_SMS = 4, SHOWN_WECHAT = 12, LOOKED_AT = 50, LAST_DAY = 1000000 };

/* The days a text names; all of them when it names none. */
static bool period(struct action_call *call, int64_t *from, int64_t *to)
{
    int64_t day;
    *from = 0;
    *to = LAST_DAY;
    if (action_day(call->slots, "date", &day)) {
        *from = *to = day;
        return true;
    }
    bool begins = action_day(call->slots, "date_from", from);
    bool ends = action_day(call->slots, "date_to", to);
    return begins || ends;
}

/* Somebody else's name or relation: whose hours those are is not ours to tell by phone. */
static bool asks_for_others(const struct action_call *call, const struct person *me)
{
    struct slice person = json_slice(call->slots, "person");
    return person.n > 0 && !slice_eq(person, me->name);
}

static int begin(struct action_call *call, struct person *me, int64_t *from, int64_t *to)
{
    int rc = action_person(call, me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    json_put_slice(call->slots, "name", me->name);
    if (period(call, from, to)) {
        int64_t last = civil_day_of(call->service->now, call->service->zone);
        notify_set_day(call->slots, "from", *from);
        notify_set_day(call->slots, "to", *to < last ? *to : last);
    }
    return GW_OK;
}

static int records_sum(struct action_call *call)
{
    struct person me;
    struct hours_sums sums;
    int64_t from, to;
    int rc = begin(call, &me, &from, &to);
    if (rc < 0)
        return rc;
    if (asks_for_others(call, &me))
        return action_end(call, "others");
    rc = hours_sum(call->service, me.id, from, to, &sums);
    if (rc < 0)
        return rc;
    json_put_int(call->slots, "confirmed", sums.confirmed);
    json_put_int(call->slots, "count", sums.confirmed_count);
    json_put_int(call->slots, "waiting", sums.waiting);
    return action_end(call, "sum");
}

/* What those who were helped said of each (M45). */
static int put_evaluations(const struct service *s, const struct hours *rows, json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        struct evaluation e;
        int rc = evaluation_of(s, &rows[i], &e);
        if (rc < 0)
            return rc;
        json_put_int(item, "rated", e.rating);
        json_put_slice(item, "paper", e.reference);
        json_put_int(item, "absent", e.reason == EVALUATION_ABSENT);
    }
    return GW_OK;
}

static int records_list(struct action_call *call)
{
    struct person me;
    struct hours *rows = NULL;
    int64_t from, to;
    int rc = begin(call, &me, &from, &to);
    if (rc < 0)
        return rc;
    if (asks_for_others(call, &me))
        return action_end(call, "others");
    int n = hours_recent(call->service, me.id, false, LOOKED_AT, &rows);
    int fit = 0;
    for (int i = 0; i < n; i++)
        if (rows[i].day >= from && rows[i].day <= to)
            rows[fit++] = rows[i];
    if (n < 0)
        return n;
    if (fit == 0)
        return action_end(call, "none");
    int shown = call->channel == CHANNEL_SMS ? SHOWN_SMS : SHOWN_WECHAT;
    int64_t limit = json_int(call->slots, "limit", shown);
    shown = limit > 0 && limit < shown ? (int)limit : shown;
    json_t *items = rows_describe(call->service, rows, fit, shown);
    json_object_set_new(call->slots, "items", items);
    rc = put_evaluations(call->service, rows, items);
    if (rc < 0)
        return rc;
    json_put_int(call->slots, "more", fit > shown ? fit - shown : 0);
    return action_end(call, "some");
}

const struct action records_actions[] = {
    { "records.sum", records_sum, OUTCOMES("sum", "others") },
    { "records.list", records_list, OUTCOMES("some", "none", "others") },
    { .name = NULL },
};
