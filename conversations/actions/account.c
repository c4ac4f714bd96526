/* Leaving: the record goes after one question, a registration that was never wanted at once. */
#include "conversations/actions/who.h"
#include "gateway/base/json.h"
#include "handlers/consents.h"
#include "handlers/followers.h"
#include "handlers/imports.h"
#include "handlers/proxies.h"
#include "handlers/roles.h"
#include "handlers/tasks.h"
#include "handlers/volunteers.h"

/* Whose registration it is about: the one that somebody else made, else whom the text names, else
 * of several those whom nobody has seen, else the first. */
static int disputed(struct action_call *call, const struct proxy_giver *giver,
                    struct volunteer out[WHO_MAX])
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people), count = 0;
    unsigned mask = n > 0 ? who_meant(call, people, n) : 0;
    for (int i = 0; i < n; i++)
        if (giver->volunteer != 0 && people[i].id == giver->volunteer)
            mask = 1u << i;
    for (int i = 0; mask == 0 && i < n; i++)
        if (people[i].provisional)
            out[count++] = people[i];
    for (int i = 0; i < n; i++)
        if (mask >> i & 1u)
            out[count++] = people[i];
    if (count == 0 && n > 0)
        out[count++] = people[0];
    return n < 0 ? n : count;
}

static int freeze(struct action_call *call, const struct volunteer *v)
{
    int rc = signups_leave(call->service, v->id);
    return rc < 0 ? rc : volunteer_freeze(call->service, v->id);
}

/* No cooling-off and no question (scripts 1.4): frozen and erased, and the level above looks into
 * it. */
static int dispute(struct action_call *call, const struct proxy_giver *giver, int64_t area)
{
    const struct service *s = call->service;
    struct task task = { 0 };
    const struct task_form form = {
        .kind = TASK_DISPUTE,
        .org = giver->org,
        .area = area,
        .asker = call->address->id,
        .name = giver->name,
        .said = action_words(call),
    };
    int rc = opt_out(s, call->address->id, OPT_ALL, action_words(call), action_channel(call));
    if (rc >= 0)
        rc = task_open(s, &form, &task);
    if (rc >= 0)
        rc = people_drop_session(s->tx, call->address->conversation);
    if (rc < 0)
        return rc;
    call->forget_session = true; /* the question about it, with the name, is over */
    struct slice by = arena_dup(s->arena, giver->name);
    json_object_clear(call->slots);
    json_put_slice(call->slots, "by", by);
    return action_end(call, by.n > 0 ? "by" : "disputed");
}

static int account_dispute(struct action_call *call)
{
    struct proxy_giver giver = { 0 };
    struct volunteer people[WHO_MAX];
    int given = proxy_dispute(call->service, call->address->id, &giver);
    if (given < 0)
        return given;
    /* A question that was never answered made no record: nobody of the phone is meant. */
    int n = given == 1 && giver.volunteer == 0 ? 0 : disputed(call, &giver, people);
    if (n < 0)
        return n;
    if (given == 0 && n == 0)
        return action_end(call, "stranger");
    int rc = GW_OK;
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = freeze(call, &people[i]);
    return rc < 0 ? rc : dispute(call, &giver, n > 0 ? people[0].area : 0);
}

static int account_start(struct action_call *call)
{
    struct person me;
    if (json_flag(call->slots, "dispute", false))
        return action_end(call, "disputed");
    int rc = action_person(call, &me);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "sure" : "none");
}

static int sure_of(struct action_call *call, const struct person *me, const char *outcome)
{
    json_put_id(call->slots, "_sure", me->id);
    int rc = who_put_whose(call, me->name);
    return rc < 0 ? rc : action_end(call, outcome);
}

static int account_name(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    return sure_of(call, &me, "named");
}

/* The roles of the phone sleep when nobody of it is left, or the one who held them leaves: another
 * on the same phone keeps theirs. */
static int sleep_roles(struct action_call *call, const struct person *me, int people)
{
    struct role *list;
    int n = roles_of(call->service, call->address->id, &list);
    bool held = people <= 1;
    for (int i = 0; i < n; i++)
        held |= slice_eq(list[i].name, me->name);
    if (n < 0 || !held)
        return n < 0 ? n : GW_OK;
    return role_sleep(call->service, call->address->id, "left");
}

static int account_leave(struct action_call *call)
{
    const struct service *s = call->service;
    struct volunteer *people = NULL;
    struct person me;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    /* 李国才 1, where it was asked about another: it is asked about him first. */
    if (json_id(call->slots, "_sure") != me.id)
        return sure_of(call, &me, "other");
    int here = who_here(call, &people);
    if (here < 0)
        return here;
    struct slice whose = here > 1 ? arena_dup(s->arena, me.name) : SLICE("");
    rc = signups_leave(s, me.id);
    if (rc >= 0)
        rc = consents_forget(s, me.id);
    if (rc >= 0)
        rc = volunteer_leave(s, me.id);
    if (rc >= 0)
        rc = import_left(s, call->address->id);
    if (rc >= 0)
        rc = sleep_roles(call, &me, here);
    if (rc < 0)
        return rc;
    json_object_clear(call->slots);
    if (whose.n > 0)
        json_put_slice(call->slots, "whose", whose);
    return action_end(call, "deleted");
}

/* Who stops following cannot be answered any more; nothing of the conversation is kept. */
static int account_unfollow(struct action_call *call)
{
    int rc = follower_left(call->service, call->address->id);
    int slept = rc < 0 ? rc : role_sleep(call->service, call->address->id, "unfollowed");
    if (slept < 0)
        return slept;
    call->forget_session = rc != FOLLOWER_KEPT;
    return action_end(call, "done");
}

const struct action account_actions[] = {
    { "account.start", account_start, OUTCOMES("sure", "none", "disputed") },
    { "account.dispute", account_dispute, OUTCOMES("disputed", "by", "stranger"), FINAL },
    { "account.unfollow", account_unfollow, OUTCOMES("done"), FINAL },
    { "account.name", account_name, OUTCOMES("named", "none") },
    { "account.leave", account_leave, OUTCOMES("deleted", "other", "none"), FINAL },
    { .name = NULL },
};
