/* Opting out at once and without a question, and in again (scripts 1.8). */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/consents.h"
#include "handlers/volunteers.h"

/* The next activity that somebody on this phone has a place in: 1, 0 or GW_E*. */
static int next_signup(struct action_call *call, struct signup *out)
{
    struct signup *own = NULL;
    int n = signups_at(call->service, call->address->id, call->service->now, &own);
    for (int i = 0; i < n; i++)
        if (own[i].state == SIGNUP_JOINED) {
            *out = own[i];
            return 1;
        }
    return n < 0 ? n : 0;
}

static int set_people(struct action_call *call)
{
    struct volunteer *own = NULL;
    int n = volunteers_by_address(call->service, call->address->id, &own);
    json_t *names = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(names, json_stringn(own[i].name.p, own[i].name.n));
    json_object_set_new(call->slots, "people", names);
    return n < 0 ? n : GW_OK;
}

static int broadcast_ended(struct action_call *call, bool changed)
{
    struct signup next = { 0 };
    int rc = next_signup(call, &next);
    if (rc < 0)
        return rc;
    if (rc == 1)
        action_put_signup(call->service, call->slots, &next);
    if (rc == 1 && json_flag(call->slots, "offer", false))
        return action_end(call, "offer");
    if (!changed)
        return action_end(call, "again");
    if (rc == 1)
        return action_end(call, "keep");
    rc = set_people(call);
    return rc < 0 ? rc : action_end(call, "done");
}

static int optout_now(struct action_call *call)
{
    enum opt_scope scope = OPT_BROADCAST;
    struct slice said = json_slice(call->slots, "scope");
    if (said.n > 0 && !opt_scope_parse(said, &scope))
        scope = OPT_BROADCAST;
    if (scope == OPT_FREQUENCY)
        return action_end(call, "fewer"); /* there is nothing between all and none yet */
    int rc =
        opt_out(call->service, call->address->id, scope, action_words(call), action_channel(call));
    if (rc < 0)
        return rc;
    switch (scope) {
    case OPT_ALL:
        return action_end(call, rc == OPT_CHANGED ? "all" : "again");
    case OPT_NIGHT:
        return action_end(call, "night");
    case OPT_REMINDER:
        return action_end(call, "reminder");
    case OPT_WECHAT:
        return action_end(call, "wechat");
    default:
        return broadcast_ended(call, rc == OPT_CHANGED);
    }
}

static int optin_now(struct action_call *call)
{
    const struct service *s = call->service;
    struct slice words = action_words(call), channel = action_channel(call);
    int rc = opt_in(s, call->address->id, OPT_BROADCAST, words, channel);
    if (rc >= 0)
        rc = opt_in(s, call->address->id, OPT_REMINDER, words, channel);
    struct person me;
    if (rc >= 0)
        rc = action_person(call, &me);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "done" : "stranger");
}

const struct action subscription_actions[] = {
    { "optout.now", optout_now,
      OUTCOMES("done", "keep", "offer", "again", "all", "reminder", "night", "wechat", "fewer"),
      FINAL },
    { "optin.now", optin_now, OUTCOMES("done", "stranger"), FINAL },
    { .name = NULL },
};
