/* Several activities in one text (报1和3, 两个都去不了): each is signed up for or given up on its
 * own, and told together. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/signups.h"

enum { SEVERAL_MAX = 9, SHOWN_MAX = 4 };

/* The activity that the i-th of several means, chosen from a list or told by its number: 1, 0, or
 * GW_E*. */
static int wanted_at(struct action_call *call, size_t i, struct activity *a)
{
    const json_t *chosen = json_object_get(call->slots, "chosen");
    const json_t *numbers = json_object_get(call->slots, "activity_nos");
    int64_t number = 0;
    if (json_array_size(chosen) > 0) {
        int64_t id = json_id(json_array_get(chosen, i), "_activity");
        return id == 0 ? 0 : activity_get(call->service, id, a);
    }
    const char *text = json_string_value(json_array_get(numbers, i));
    if (!text || slice_to_int(slice_of(text), &number) != GW_OK)
        return 0;
    return action_numbered(call, number, a);
}

static size_t wanted_count(const json_t *slots)
{
    size_t n = json_array_size(json_object_get(slots, "chosen"));
    if (n == 0)
        n = json_array_size(json_object_get(slots, "activity_nos"));
    return n < SEVERAL_MAX ? n : SEVERAL_MAX;
}

static bool is_in(const struct signup_result *r)
{
    return r->outcome == SIGNUP_DONE || r->outcome == SIGNUP_WAITS ||
           (r->outcome == SIGNUP_UNCHANGED && r->state <= SIGNUP_OFFERED);
}

/* One of several: told among `items`, or among `left` when it did not go. */
static int join_one(struct action_call *call, const struct person *me, struct activity *a,
                    json_t *items, json_t *left)
{
    struct signup_result result = { .outcome = SIGNUP_NOT_FOUND };
    int rc = signup_join(call->service, a->id, call->address->id, &me->id, 1, &result, a);
    if (rc < 0)
        return rc;
    if (!is_in(&result)) {
        json_array_append_new(left, json_stringn(a->title.p, a->title.n));
        return GW_OK;
    }
    json_t *item = activity_params(call->service, a);
    json_object_set_new(item, "queued", json_boolean(result.state != SIGNUP_JOINED));
    json_array_append_new(items, item);
    return GW_OK;
}

static int signup_several(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    json_t *items = json_array(), *left = json_array();
    size_t count = wanted_count(call->slots);
    for (size_t i = 0; i < count && rc >= 0; i++) {
        struct activity a = { 0 };
        rc = wanted_at(call, i, &a);
        if (rc == 1)
            rc = join_one(call, &me, &a, items, left);
    }
    bool any = json_array_size(items) > 0;
    json_put_slice(call->slots, "name", me.name);
    json_object_set_new(call->slots, "items", items);
    json_object_set_new(call->slots, "left", left);
    return rc < 0 ? rc : action_end(call, any ? "done" : "none");
}

static int leave_one(struct action_call *call, json_t *signup, json_t *items)
{
    int rc = signup_cancel(call->service, json_id(signup, "_activity"), json_id(signup, "_person"));
    if (rc == CANCEL_DONE && json_array_size(items) < SHOWN_MAX)
        json_array_append(items, signup);
    return rc < 0 ? rc : GW_OK;
}

/* All that this phone is signed up for, as action_put_signup describes it. */
static int own_signups(struct action_call *call, json_t *out)
{
    struct signup *own = NULL;
    int n = signups_at(call->service, call->address->id, call->service->now, &own);
    for (int i = 0; i < n; i++) {
        json_t *one = json_object();
        action_put_signup(call->service, one, &own[i]);
        json_array_append_new(out, one);
    }
    return n < 0 ? n : GW_OK;
}

static int cancel_several(struct action_call *call)
{
    json_t *items = json_array(), *own = json_array(), *signup;
    json_t *chosen = json_object_get(call->slots, "chosen");
    bool all = json_array_size(chosen) == 0;
    size_t i;
    int rc = all ? own_signups(call, own) : GW_OK;
    json_array_foreach(all ? own : chosen, i, signup)
    {
        if (rc == GW_OK)
            rc = leave_one(call, signup, items);
    }
    json_decref(own);
    bool any = json_array_size(items) > 0;
    json_object_set_new(call->slots, "items", items);
    return rc < 0 ? rc : action_end(call, any ? "done" : "none");
}

/* After the list of one's own: one of them, or several. */
static int cancel_chosen(struct action_call *call)
{
    bool several = json_flag(call->slots, "all", false) ||
                   json_array_size(json_object_get(call->slots, "chosen")) > 0;
    return action_end(call, several ? "several" : "one");
}

const struct action several_actions[] = {
    { "signup.several", signup_several, OUTCOMES("done", "none"), FINAL },
    { "cancel.several", cancel_several, OUTCOMES("done", "none"), FINAL },
    { "cancel.chosen", cancel_chosen, OUTCOMES("one", "several") },
    { .name = NULL },
};
