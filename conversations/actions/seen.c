/* 见到 李国才 0011: a station worker saw somebody in person, so that a registration by text on a
 * shared phone counts (scripts 1.3). */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/roles.h"
#include "handlers/training.h"
#include "handlers/volunteers.h"

enum { TAIL = 4 };

/* The digits at the end of the text, as many as a tail has: 尾号0011, 0011, 13800000011. */
static struct slice tail_of(struct slice text)
{
    text = slice_trim(text);
    size_t n = 0;
    while (n < text.n && text.p[text.n - 1 - n] >= '0' && text.p[text.n - 1 - n] <= '9')
        n++;
    return n >= TAIL ? slice_skip(text, text.n - TAIL) : SLICE("");
}

/* Whether the phone of a volunteer ends so; its tail becomes the slot. 1, 0 or GW_E*. */
static int has_tail(struct action_call *call, int64_t address, struct slice tail)
{
    int rc = notify_set_tail(call->service, call->slots, address);
    if (rc < 0)
        return rc;
    return tail.n == 0 || slice_eq(json_slice(call->slots, "tail"), tail);
}

static int find(struct action_call *call, int64_t org, int64_t *id, int *count)
{
    struct training_person *people = NULL;
    struct slice tail = tail_of(action_words(call));
    int n = training_find(call->service, org, json_slice(call->slots, "name"), &people);
    *count = 0;
    for (int i = 0; i < n; i++) {
        int rc = has_tail(call, people[i].address, tail);
        if (rc < 0)
            return rc;
        if (rc == 1 && ++*count == 1)
            *id = people[i].id;
    }
    return n < 0 ? n : GW_OK;
}

static int seen_mark(struct action_call *call)
{
    const struct service *s = call->service;
    struct role role;
    struct volunteer v;
    int64_t id = 0;
    int count = 0;
    int rc = role_any(s, call->address->id, POWER_REGISTER, &role);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    rc = find(call, role.org, &id, &count);
    json_put_int(call->slots, "count", count);
    if (rc < 0 || count != 1)
        return rc < 0 ? rc : action_end(call, count == 0 ? "none" : "several");
    rc = volunteer_get(s, id, &v);
    if (rc == 1)
        rc = notify_set_tail(s, call->slots, v.address);
    if (rc < 0)
        return rc;
    rc = volunteer_seen(s, id, false);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "unchanged");
    rc = role_use(s, call->address->id, POWER_REGISTER, role.org, "volunteer.seen", id, &role);
    return rc < 0 ? rc : action_end(call, "done");
}

const struct action seen_actions[] = {
    { "seen.mark", seen_mark, OUTCOMES("done", "unchanged", "several", "none", "forbidden"),
      FINAL },
    { .name = NULL },
};
