/* Who may use a flow marked "for": asked by the engine before the flow begins (menu.json). */
#include "conversations/actions/common.h"
#include "handlers/roles.h"

static int gate_volunteer(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    return action_end(call, rc == 1 ? "pass" : "none");
}

static int gate_organizer(struct action_call *call)
{
    int rc = role_any(call->service, call->address->id, POWER_CONFIRM, NULL);
    if (rc < 0)
        return rc;
    return action_end(call, rc == 1 ? "pass" : "none");
}

const struct action gate_actions[] = {
    { "gate.volunteer", gate_volunteer, OUTCOMES("pass", "none") },
    { "gate.organizer", gate_organizer, OUTCOMES("pass", "none") },
    { .name = NULL },
};
