/* Answers to what we asked about an activity: a place that came free, another time. */
#include "handlers/offers.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"

static int offer_take(struct action_call *call)
{
    const struct service *s = call->service;
    struct signup mine = { 0 };
    int rc = offer_answer(s, json_id(call->slots, "offer"), call->address->id, true, &mine);
    if (rc < 0)
        return rc;
    if (rc != OFFER_JOINED)
        return action_end(call, rc == OFFER_CLASH ? "clash" : "gone");
    struct activity a = { 0 };
    rc = activity_get(s, mine.activity, &a);
    if (rc < 0)
        return rc;
    if (rc == 1)
        action_set_activity(call, &a);
    json_put_slice(call->slots, "name", mine.name);
    return action_end(call, "joined");
}

static int offer_drop(struct action_call *call)
{
    int rc =
        offer_answer(call->service, json_id(call->slots, "offer"), call->address->id, false, NULL);
    return rc < 0 ? rc : action_end(call, "done");
}

static int moved(struct action_call *call, bool yes)
{
    int rc =
        signup_answer_move(call->service, json_id(call->slots, "activity"), call->address->id, yes);
    if (rc < 0)
        return rc;
    return action_end(call, rc == 0 ? "gone" : yes ? "kept" : "left");
}

static int moved_keep(struct action_call *call)
{
    return moved(call, true);
}

static int moved_leave(struct action_call *call)
{
    return moved(call, false);
}

const struct action offers_actions[] = {
    { "offer.take", offer_take, OUTCOMES("joined", "gone", "clash"), FINAL },
    { "offer.drop", offer_drop, OUTCOMES("done"), FINAL },
    { "moved.keep", moved_keep, OUTCOMES("kept", "gone"), FINAL },
    { "moved.leave", moved_leave, OUTCOMES("left", "gone"), FINAL },
    { .name = NULL },
};
