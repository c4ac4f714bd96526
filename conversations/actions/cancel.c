/* Not coming: the easiest of all (Regulation Art. 22). One sign-up is given up at once, among
 * several it is asked which. */
#include "conversations/actions/who.h"
#include "gateway/base/json.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum { CHOICES_SMS = 4, CHOICES_WECHAT = 9 };

static bool same_activity(const struct signup *own, int n)
{
    for (int i = 1; i < n; i++)
        if (own[i].activity != own[0].activity)
            return false;
    return n > 0;
}

static bool same_person(const struct signup *own, int n)
{
    for (int i = 1; i < n; i++)
        if (own[i].volunteer != own[0].volunteer)
            return false;
    return true;
}

/* 李国才去不了: a name is no activity. */
static void drop_name(struct action_call *call, const struct volunteer *people, int n)
{
    struct slice what = json_slice(call->slots, "activity");
    for (int i = 0; what.n > 0 && i < n; i++)
        if (slice_eq(what, people[i].name) || slice_find(people[i].name, what) > 0)
            json_object_del(call->slots, "activity");
}

static bool in_mask(const struct volunteer *people, int n, unsigned mask, int64_t id)
{
    for (int i = 0; i < n; i++)
        if (people[i].id == id)
            return (mask >> i & 1u) != 0;
    return false;
}

/* Of several on one phone only the sign-ups of those whom the text means, where it says and they
 * have any. `*mask` is whom it means. The new count, or GW_E*. */
static int of_whom(struct action_call *call, struct signup *own, int n, unsigned *mask)
{
    struct volunteer *people = NULL;
    int here = who_here(call, &people), kept = 0;
    if (here < 0)
        return here;
    *mask = here > 1 ? who_meant(call, people, here) : 0;
    for (int i = 0; i < n; i++)
        if (in_mask(people, here, *mask, own[i].volunteer)) {
            struct signup keep = own[i];
            own[i] = own[kept];
            own[kept++] = keep;
        }
    return kept > 0 ? kept : n;
}

static void put_chosen(struct action_call *call, const struct signup *own, int n)
{
    json_t *chosen = json_array();
    for (int i = 0; i < n; i++) {
        json_t *one = json_object();
        action_put_signup(call->service, one, &own[i]);
        json_array_append_new(chosen, one);
    }
    json_object_set_new(call->slots, "chosen", chosen);
}

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
    struct volunteer *people = NULL;
    bool sure = false;
    unsigned mask = 0;
    int here = who_here(call, &people);
    if (here < 0)
        return here;
    if (here > 1)
        drop_name(call, people, here);
    int n = candidates(call, &own, &sure);
    if (n > 0 && !same_person(own, n))
        n = of_whom(call, own, n, &mask);
    if (n < 0)
        return n;
    int led = n < 0 ? n : leads(call, n > 0 && sure);
    if (led < 0)
        return led;
    if (led > 0)
        return action_end(call, led == 1 ? "lead" : "both");
    if (n == 0)
        return action_end(call, "none");
    if (json_flag(call->slots, "all", false) && mask == 0)
        return action_end(call, "all");
    if (n > 1 && same_activity(own, n) && mask != 0) {
        put_chosen(call, own, n);
        return action_end(call, "chosen");
    }
    if (n > 1 && same_activity(own, n)) {
        json_put_slice(call->slots, "title", own[0].title);
        json_put_id(call->slots, "_activity", own[0].activity);
        return action_end(call, "who");
    }
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
    bool several = n > 1 && !same_person(own, n);
    if (n < 0)
        return n;
    call->items = json_array();
    for (int i = 0; i < n && i < most; i++) {
        json_t *set = json_object();
        action_put_signup(call->service, set, &own[i]);
        json_t *item = json_copy(set);
        json_object_set_new(item, "set", set);
        json_put_int(item, "n", i + 1);
        json_object_set_new(item, "whose", json_boolean(several));
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

/* Sign-ups of this phone for the one activity that is asked about. */
static int of_activity(struct action_call *call, struct signup **own)
{
    int64_t activity = json_id(call->slots, "_activity");
    int n = signups_at(call->service, call->address->id, call->service->now, own), kept = 0;
    for (int i = 0; i < n; i++)
        if ((*own)[i].activity == activity)
            (*own)[kept++] = (*own)[i];
    return n < 0 ? n : kept;
}

static int cancel_people(struct action_call *call)
{
    struct signup *own = NULL;
    int n = of_activity(call, &own);
    if (n < 0)
        return n;
    call->items = json_array();
    for (int i = 0; i < n && i < CHOICES_WECHAT - 1; i++) {
        json_t *set = json_object(), *item = json_object();
        action_put_signup(call->service, set, &own[i]);
        json_put_int(item, "n", i + 1);
        json_put_slice(item, "name", own[i].name);
        json_object_set_new(item, "set", set);
        json_array_append_new(call->items, item);
    }
    if (n > 1)
        json_array_append_new(call->items, json_pack("{s:i, s:b, s:{s:b}}", "n",
                                                     (int)json_array_size(call->items) + 1, "more",
                                                     1, "set", "_everybody", 1));
    return GW_OK;
}

/* Of one activity: everybody is all that this phone has there. */
static int cancel_picked(struct action_call *call)
{
    struct signup *own = NULL;
    json_t *chosen = json_object_get(call->slots, "chosen"), *one;
    bool all = json_flag(call->slots, "all", false) || json_flag(call->slots, "_everybody", false);
    size_t i;
    json_array_foreach(chosen, i, one) all = all || json_flag(one, "_everybody", false);
    if (!all)
        return action_end(call, json_array_size(chosen) > 0 ? "several" : "one");
    int n = of_activity(call, &own);
    if (n < 0)
        return n;
    if (n > 0)
        put_chosen(call, own, n);
    return action_end(call, "several");
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

/* Those of this phone who still come, and how one who is ill is spoken of. */
static int put_others(struct action_call *call, int64_t person, bool *any)
{
    static const char *const ill[] = { "疼", "痛", "病", "不舒服", "感冒", "发烧", "住院", "摔" };
    struct signup *own = NULL;
    struct volunteer v;
    json_t *stay = json_array();
    struct slice reason = json_slice(call->slots, "reason");
    bool rest = false;
    int n = of_activity(call, &own);
    for (int i = 0; i < n; i++)
        json_array_append_new(stay, json_stringn(own[i].name.p, own[i].name.n));
    *any = n > 0;
    json_object_set_new(call->slots, "stay", stay);
    int rc = n < 0 ? n : volunteer_get(call->service, person, &v);
    if (rc <= 0)
        return rc;
    for (size_t i = 0; i < sizeof ill / sizeof *ill; i++)
        rest = rest || slice_find(reason, slice_of(ill[i])) >= 0;
    json_object_set_new(call->slots, "rest", json_boolean(rest));
    json_object_set_new(call->slots, "he", json_boolean(v.gender == GENDER_MALE));
    json_object_set_new(call->slots, "she", json_boolean(v.gender == GENDER_FEMALE));
    return GW_OK;
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
    bool others = false;
    rc = put_others(call, person, &others);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", was.name);
    if (others)
        return action_end(call, "one_of");
    return action_end(call, was.state == SIGNUP_JOINED ? "done" : "queue");
}

const struct action cancel_actions[] = {
    { "cancel.find", cancel_find,
      OUTCOMES("one", "sure", "several", "all", "who", "chosen", "none", "lead", "both") },
    { "cancel.people", cancel_people, CHOICES },
    { "cancel.picked", cancel_picked, OUTCOMES("one", "several") },
    { "cancel.whose", cancel_whose, CHOICES },
    { "cancel.decided", cancel_decided, OUTCOMES("one", "none", "lead") },
    { "cancel.mine", cancel_mine, CHOICES },
    { "signup.mine", signup_mine, OUTCOMES("shown", "none") },
    { "cancel.leave", cancel_leave, OUTCOMES("done", "one_of", "queue", "none", "late"), FINAL },
    { .name = NULL },
};
