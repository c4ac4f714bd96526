/* Leaving: the record goes after one question, a registration that was never wanted at once. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/consents.h"
#include "handlers/followers.h"
#include "handlers/imports.h"
#include "handlers/tasks.h"
#include "handlers/volunteers.h"

/* No cooling-off and no question (scripts 1.4): frozen, and the level above looks into it. */
static int dispute(struct action_call *call, const struct person *me)
{
    const struct service *s = call->service;
    struct task task = { 0 };
    const struct task_form form = {
        .kind = TASK_DISPUTE,
        .area = me->area,
        .asker = call->address->id,
        .volunteer = me->id,
        .name = me->name,
        .said = action_words(call),
    };
    int rc = signups_leave(s, me->id);
    if (rc >= 0)
        rc = volunteer_move(s, me->id, VOLUNTEER_FROZEN);
    if (rc >= 0)
        rc = opt_out(s, call->address->id, OPT_ALL, action_words(call), action_channel(call));
    if (rc >= 0)
        rc = task_open(s, &form, &task);
    return rc < 0 ? rc : action_end(call, "disputed");
}

static int account_dispute(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    return rc == 0 ? action_end(call, "stranger") : dispute(call, &me);
}

static int account_start(struct action_call *call)
{
    struct person me;
    if (json_flag(call->slots, "dispute", false))
        return action_end(call, "disputed");
    int rc = action_person(call, &me);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "sure" : "none");
}

static int account_leave(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    rc = signups_leave(s, me.id);
    if (rc >= 0)
        rc = consents_forget(s, me.id);
    if (rc >= 0)
        rc = volunteer_leave(s, me.id);
    if (rc >= 0)
        rc = import_left(s, call->address->id);
    if (rc < 0)
        return rc;
    json_object_clear(call->slots);
    return action_end(call, "deleted");
}

/* Who stops following cannot be answered any more; nothing of the conversation is kept. */
static int account_unfollow(struct action_call *call)
{
    int rc = follower_left(call->service, call->address->id);
    if (rc < 0)
        return rc;
    call->forget_session = rc != FOLLOWER_KEPT;
    return action_end(call, "done");
}

const struct action account_actions[] = {
    { "account.start", account_start, OUTCOMES("sure", "none", "disputed") },
    { "account.dispute", account_dispute, OUTCOMES("disputed", "stranger"), FINAL },
    { "account.unfollow", account_unfollow, OUTCOMES("done"), FINAL },
    { "account.leave", account_leave, OUTCOMES("deleted", "none"), FINAL },
    { .name = NULL },
};
