/* 我想组织…: what a resident proposes becomes a draft of their station, and the station is told; it
 * completes and sends it, or does not. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/organizations.h"
#include "handlers/tasks.h"

enum { TITLE_BYTES = 60, MINUTE_SECONDS = 60 };

/* The times as far as they are said; a start alone is not enough for a draft. */
static void set_moment(const struct action_call *call, struct activity *a)
{
    int64_t day;
    int start = -1, end = -1;
    if (!action_day(call->slots, "date", &day) ||
        civil_parse_hhmm(json_slice(call->slots, "time_start"), &start) != GW_OK ||
        civil_parse_hhmm(json_slice(call->slots, "time_end"), &end) != GW_OK || end <= start)
        return;
    int64_t midnight = civil_day_start(day, call->service->zone);
    a->starts_at = midnight + start * (int64_t)MINUTE_SECONDS;
    a->ends_at = midnight + end * (int64_t)MINUTE_SECONDS;
}

static int tell_station(struct action_call *call, const struct activity *a, const struct person *me)
{
    struct task task;
    struct task_form form = { .kind = TASK_PROPOSAL,
                              .org = a->org,
                              .asker = call->address->id,
                              .volunteer = me->id,
                              .name = me->name,
                              .said =
                                  arena_printf(call->service->arena, "%.*s (草稿%lld)",
                                               SLICE_ARG(action_words(call)), (long long)a->code),
                              .subject = a->id };
    int rc = task_open(call->service, &form, &task);
    return rc < 0 ? rc : GW_OK;
}

static int propose_draft(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    struct organization org;
    struct duty duty;
    struct slice title = utf8_cut(slice_trim(json_slice(call->slots, "what")), TITLE_BYTES);
    if (title.n == 0)
        return action_end(call, "what");
    int rc = action_person(call, &me);
    if (rc == 1)
        rc = org_for_area(s, me.area, &org);
    if (rc == 1)
        rc = org_duty(s, org.id, 0, &duty);
    if (rc != 1)
        return rc < 0 ? rc : action_end(call, "nobody");
    struct activity a = { .org = org.id,
                          .title = title,
                          .capacity = json_int(call->slots, "persons", 0),
                          .leader = duty.address,
                          .leader_name = duty.name };
    set_moment(call, &a);
    rc = activity_draft(s, &a);
    if (rc == 0)
        rc = tell_station(call, &a, &me);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", me.name);
    json_put_slice(call->slots, "title", title);
    json_put_int(call->slots, "code", a.code);
    json_put_slice(call->slots, "org", duty.org_shown);
    json_put_slice(call->slots, "duty", duty.name);
    return action_end(call, "kept");
}

const struct action propose_actions[] = {
    { "propose.draft", propose_draft, OUTCOMES("kept", "what", "nobody"), FINAL },
    { .name = NULL },
};
