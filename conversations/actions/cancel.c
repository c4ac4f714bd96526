/* Not coming: the easiest of all (Regulation Art. 22). One sign-up is given up at once, among
 * several it is asked which. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum { CHOICES_SMS = 4, CHOICES_WECHAT = 9 };

static bool meant(const struct action_call *call, const struct wanted *w, const struct signup *own)
{
    int64_t code = action_number(call->slots, "activity_no", -1);
    if (code > 0 && own->code != code)
        return false;
    return wanted_when(call->service, w, own->starts_at) && wanted_likeness(w, own->title) >= 50;
}

/* Sign-ups that the text can mean; when none fits what it says, all of them and `*sure` is false.
 */
static int candidates(struct action_call *call, struct signup **out, bool *sure)
{
    const struct wanted w = action_wanted(call);
    int n = signups_at(call->service, call->address->id, call->service->now, out);
    int fit = 0;
    for (int i = 0; i < n; i++)
        if (meant(call, &w, &(*out)[i])) {
            struct signup keep = (*out)[i];
            (*out)[i] = (*out)[fit];
            (*out)[fit++] = keep;
        }
    *sure = fit > 0;
    return n < 0 || fit == 0 ? n : fit;
}

/* 「36号取消」 of who may call 36 off: 1 when that is meant, 2 when it may as well be their own
 * place, 0, or GW_E*. */
static int leads(struct action_call *call, bool own)
{
    struct activity a;
    int64_t code = action_number(call->slots, "activity_no", 0);
    int rc = code > 0 ? activity_by_code(call->service, code, &a) : 0;
    if (rc != 1 || (own && a.leader != call->address->id))
        return rc < 0 ? rc : 0;
    rc = role_may(call->service, call->address->id, POWER_PUBLISH, a.org, NULL);
    if (rc != 1)
        return rc;
    action_set_activity(call, &a);
    return own ? 2 : 1;
}

static int cancel_find(struct action_call *call)
{
    struct signup *own = NULL;
    bool sure = false;
    int n = candidates(call, &own, &sure);
    int led = n < 0 ? n : leads(call, n > 0 && sure);
    if (led < 0)
        return led;
    if (led > 0)
        return action_end(call, led == 1 ? "lead" : "both");
    if (n == 0)
        return action_end(call, "none");
    if (json_flag(call->slots, "all", false))
        return action_end(call, "all");
    if (n > 1)
        return action_end(call, "several");
    action_put_signup(call->service, call->slots, &own[0]);
    bool ask = !sure || json_flag(call->slots, "list", false) ||
               json_flag(call->slots, "_by_sound", false);
    return action_end(call, ask ? "sure" : "one");
}

static int cancel_mine(struct action_call *call)
{
    struct signup *own = NULL;
    bool sure = false;
    int n = candidates(call, &own, &sure);
    int most = call->channel == CHANNEL_SMS ? CHOICES_SMS : CHOICES_WECHAT;
    if (n < 0)
        return n;
    call->items = json_array();
    for (int i = 0; i < n && i < most; i++) {
        json_t *set = json_object();
        action_put_signup(call->service, set, &own[i]);
        json_t *item = json_copy(set);
        json_object_set_new(item, "set", set);
        json_put_int(item, "n", i + 1);
        json_array_append_new(call->items, item);
    }
    return GW_OK;
}

/* Which of the two 「36号取消」 means. */
static int cancel_whose(struct action_call *call)
{
    call->items = json_pack("[{s:i, s:{s:b}}, {s:i, s:{s:b}}]", "n", 1, "set", "_whole", 1, "n", 2,
                            "set", "_whole", 0);
    return GW_OK;
}

static int cancel_decided(struct action_call *call)
{
    struct signup *own = NULL;
    bool sure = false;
    if (json_flag(call->slots, "_whole", false))
        return action_end(call, "lead");
    int n = candidates(call, &own, &sure);
    if (n > 0)
        action_put_signup(call->service, call->slots, &own[0]);
    return n < 0 ? n : action_end(call, n > 0 ? "one" : "none");
}

/* What this phone is signed up for, only to be read. */
static int signup_mine(struct action_call *call)
{
    struct signup *own = NULL;
    const struct service *s = call->service;
    int n = signups_at(s, call->address->id, s->now, &own);
    if (n <= 0)
        return n < 0 ? n : action_end(call, "none");
    json_t *items = json_array();
    for (int i = 0; i < n && i < CHOICES_WECHAT; i++) {
        json_t *item = json_object();
        action_put_signup(s, item, &own[i]);
        json_object_set_new(item, "queued", json_boolean(own[i].state != SIGNUP_JOINED));
        json_array_append_new(items, item);
    }
    json_object_set_new(call->slots, "items", items);
    return action_end(call, "shown");
}

static int cancel_leave(struct action_call *call)
{
    const struct service *s = call->service;
    int64_t activity = json_id(call->slots, "_activity");
    int64_t person = json_id(call->slots, "_person");
    struct signup was = { 0 };
    int rc = signup_find(s, activity, person, &was);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return action_end(call, "none");
    rc = signup_cancel(s, activity, person);
    if (rc < 0)
        return rc;
    if (rc == CANCEL_TOO_LATE)
        return action_end(call, "late");
    if (rc == CANCEL_UNCHANGED)
        return action_end(call, "none");
    return action_end(call, was.state == SIGNUP_JOINED ? "done" : "queue");
}

const struct action cancel_actions[] = {
    { "cancel.find", cancel_find,
      OUTCOMES("one", "sure", "several", "all", "none", "lead", "both") },
    { "cancel.whose", cancel_whose, CHOICES },
    { "cancel.decided", cancel_decided, OUTCOMES("one", "none", "lead") },
    { "cancel.mine", cancel_mine, CHOICES },
    { "signup.mine", signup_mine, OUTCOMES("shown", "none") },
    { "cancel.leave", cancel_leave, OUTCOMES("done", "queue", "none", "late"), FINAL },
    { .name = NULL },
};
