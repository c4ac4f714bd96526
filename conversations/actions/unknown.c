/* Nothing is open and the text was not understood: what is offered, the first, second and third
 * time. */
#include <string.h>

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

/* A bare number from here on may be an activity's code (2 to 4 digits); one digit never is. */
enum { CODE_LEAST = 10, CODE_MOST = 9999 };

enum { SCANNED = 50, NAME_LEAST = 2 };

static int unknown_code(struct action_call *call, bool *is_code)
{
    int64_t code;
    struct activity a = { 0 };
    *is_code = false;
    if (!call->reading || slice_to_int(reading_text(call->reading), &code) != GW_OK ||
        code < CODE_LEAST || code > CODE_MOST)
        return GW_OK;
    int rc = activity_by_code(call->service, code, &a);
    if (rc < 0)
        return rc;
    *is_code = rc == 1 && activity_is_open(a.state);
    call->understood = *is_code;
    if (*is_code)
        json_put_slice(call->slots, "activity_no", reading_text(call->reading));
    return GW_OK;
}

/* The bare name of an activity: 1 when exactly one open title is all of what was written, or holds
 * it. */
static int names_activity(struct action_call *call)
{
    const struct activity_filter open = { .limit = SCANNED };
    struct activity *all = NULL;
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    int found = -1, n = 0;
    if (utf8_count(text) < NAME_LEAST)
        return 0;
    n = activities_list(call->service, &open, &all);
    for (int i = 0; i < n; i++)
        if (slice_find(text, all[i].title) >= 0 || slice_find(all[i].title, text) >= 0) {
            if (found >= 0)
                return 0;
            found = i;
        }
    if (n < 0 || found < 0)
        return n < 0 ? n : 0;
    call->understood = true;
    json_put_id(call->slots, "_activity", all[found].id);
    json_object_set_new(call->slots, "_by_sound", json_true());
    return 1;
}

static int unknown_times(struct action_call *call)
{
    if (json_flag(call->slots, "digit", false)) {
        bool is_code;
        int rc = unknown_code(call, &is_code);
        return rc < 0 ? rc : action_end(call, is_code ? "code" : "digit");
    }
    int named = names_activity(call);
    if (named != 0)
        return named < 0 ? named : action_end(call, "activity");
    int64_t times = json_int(call->slots, "times", 1);
    if (times >= 3)
        json_put_slice(call->slots, "topic", SLICE("stuck"));
    if (times >= 2)
        return action_end(call, times >= 3 ? "third" : "second");
    struct person me;
    int rc = action_person(call, &me);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "first" : "new");
}

static const char *const wishes[] = { "activities", "report_hours", "query_star", "human" };
enum { WISHES = sizeof(wishes) / sizeof(wishes[0]) };

static int offer(struct action_call *call, int count)
{
    call->items = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(
            call->items, json_pack("{s:i, s:{s:s}}", "n", i + 1, "set", "_wish_for", wishes[i]));
    return GW_OK;
}

static int unknown_wishes(struct action_call *call)
{
    return offer(call, WISHES);
}

static int unknown_three(struct action_call *call)
{
    return offer(call, 3);
}

static int unknown_go(struct action_call *call)
{
    const char *wish = json_text(call->slots, "_wish_for", "");
    for (int i = 0; i < WISHES; i++)
        if (strcmp(wish, wishes[i]) == 0)
            return action_end(call, wishes[i]);
    return action_end(call, "none");
}

const struct action unknown_actions[] = {
    { "unknown.times", unknown_times,
      OUTCOMES("first", "new", "second", "third", "digit", "code", "activity") },
    { "unknown.wishes", unknown_wishes, CHOICES },
    { "unknown.three", unknown_three, CHOICES },
    { "unknown.go", unknown_go,
      OUTCOMES("activities", "report_hours", "query_star", "human", "none") },
    { .name = NULL },
};
