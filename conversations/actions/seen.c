/* 见到 李国才 0011: a station worker saw somebody in person, so that a registration by text on a
 * shared phone counts (scripts 1.3). */
#include "conversations/actions/named.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

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
    rc = named_find(call, role.org, &id, &count);
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
