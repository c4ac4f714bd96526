/* The answer to a recruitment: joining the very activity it was about, for whom of those on one
 * phone, or not coming (scripts 1.5). */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/signups.h"
#include "handlers/volunteers.h"

enum { PEOPLE_MAX = 9 };

/* The recruitment's parameters become what signing up begins with: its own id, and the person. */
static int recruited_take(struct action_call *call)
{
    int64_t activity = json_id(call->slots, "activity");
    const char *name = json_string_value(json_array_get(json_object_get(call->slots, "names"), 0));
    json_t *slots = json_object();
    json_put_id(slots, "_activity", activity);
    if (name != NULL)
        json_object_set_new(slots, "name", json_string(name));
    json_object_clear(call->slots);
    json_object_update(call->slots, slots);
    json_decref(slots);
    return action_end(call, "taken");
}

/* Those the text named, by their ids: who left or was frozen since falls out. */
static int recruited_people(struct action_call *call)
{
    json_t *ids = json_object_get(call->slots, "people"),
           *names = json_object_get(call->slots, "names");
    size_t n = json_array_size(ids) < PEOPLE_MAX ? json_array_size(ids) : PEOPLE_MAX - 1;
    call->items = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *person = json_pack("{s:O}", "_person", json_array_get(ids, i));
        json_array_append_new(call->items, json_pack("{s:i, s:O, s:o}", "n", (int)i + 1, "name",
                                                     json_array_get(names, i), "set", person));
    }
    json_array_append_new(call->items, json_pack("{s:i, s:b, s:{s:b}}", "n", (int)n + 1, "more", 1,
                                                 "set", "_everybody", 1));
    return GW_OK;
}

static size_t chosen(struct action_call *call, int64_t *people)
{
    json_t *list = json_object_get(call->slots, "chosen");
    json_t *all = json_object_get(call->slots, "people");
    bool everybody = json_flag(call->slots, "_everybody", false);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        everybody = everybody || json_flag(json_array_get(list, i), "_everybody", false);
    if (!everybody && json_array_size(list) == 0) {
        people[0] = json_id(call->slots, "_person");
        if (people[0] == 0)
            people[0] = json_id(call->slots, "_who");
        return people[0] != 0;
    }
    json_t *from = everybody ? all : list;
    for (size_t i = 0; i < json_array_size(from) && n < PEOPLE_MAX; i++) {
        json_t *one = json_array_get(from, i);
        int64_t id = 0;
        if (everybody)
            (void)!slice_to_int(slice_of(json_is_string(one) ? json_string_value(one) : ""), &id);
        else
            id = json_id(one, json_object_get(one, "_person") ? "_person" : "_who");
        if (id != 0)
            people[n++] = id;
    }
    return n;
}

static void sort_out(struct action_call *call, const struct signup_result *r, size_t n)
{
    json_t *in = json_array(), *waiting = json_array(), *out = json_array();
    int64_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        bool joined = r[i].outcome == SIGNUP_DONE ||
                      (r[i].outcome == SIGNUP_UNCHANGED && r[i].state == SIGNUP_JOINED);
        bool queued = r[i].outcome == SIGNUP_WAITS ||
                      (r[i].outcome == SIGNUP_UNCHANGED && r[i].state != SIGNUP_JOINED);
        if (queued && rank == 0)
            rank = r[i].position;
        json_array_append_new(joined   ? in
                              : queued ? waiting
                                       : out,
                              json_stringn(r[i].name.p ? r[i].name.p : "", r[i].name.n));
    }
    json_put_int(call->slots, "rank", rank);
    json_object_set_new(call->slots, "names", in);
    json_object_set_new(call->slots, "waiting_names", waiting);
    json_object_set_new(call->slots, "left", out);
}

/* What a text for several says when nobody of them got in or waits. */
static const char *refused(const struct signup_result *r, size_t n, const struct activity *a)
{
    if (a->state == ACTIVITY_CANCELLED)
        return "cancelled";
    for (size_t i = 0; i < n; i++)
        switch (r[i].outcome) {
        case SIGNUP_CLASH:
            return "clash";
        case SIGNUP_FULL:
            return "full";
        case SIGNUP_STARTED:
            return "started";
        case SIGNUP_CLOSED:
            return "closed";
        case SIGNUP_TOO_YOUNG:
            return "too_young";
        case SIGNUP_TOO_OLD:
        case SIGNUP_MINOR:
        case SIGNUP_NO_SKILL:
        case SIGNUP_UNTRAINED:
        case SIGNUP_UNINSURED:
            return "unfit";
        default:
            break;
        }
    return "gone";
}

/* One of them alone signs up as everybody does, with what may then be asked. */
static int recruited_join(struct action_call *call)
{
    int64_t people[PEOPLE_MAX];
    struct signup_result results[PEOPLE_MAX] = { 0 };
    struct activity a = { 0 };
    size_t n = chosen(call, people);
    int64_t activity = json_id(call->slots, "activity");
    if (n == 1) {
        struct volunteer v;
        int rc = volunteer_get(call->service, people[0], &v);
        if (rc < 0)
            return rc;
        json_object_clear(call->slots);
        json_put_id(call->slots, "_activity", activity);
        json_put_slice(call->slots, "name", rc == 1 ? v.name : SLICE(""));
        json_put_id(call->slots, "_who", people[0]);
        return action_end(call, "one");
    }
    int rc = signup_join(call->service, activity, call->address->id, people, (int)n, results, &a);
    if (rc < 0)
        return rc;
    if (a.id != 0)
        action_set_activity(call, &a);
    sort_out(call, results, n);
    if (json_array_size(json_object_get(call->slots, "names")) > 0)
        return action_end(call, "done");
    if (json_array_size(json_object_get(call->slots, "waiting_names")) > 0)
        return action_end(call, "queued");
    return action_end(call, refused(results, n, &a));
}

const struct action recruited_actions[] = {
    { "recruited.take", recruited_take, OUTCOMES("taken") },
    { "recruited.people", recruited_people, CHOICES },
    { "recruited.join", recruited_join,
      OUTCOMES("one", "done", "queued", "clash", "full", "closed", "cancelled", "started",
               "too_young", "unfit", "gone"),
      FINAL },
    { .name = NULL },
};
