/* Which help fits: the subject that was asked about, else what this person can do. */
#include <string.h>

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/roles.h"

#define TOPICS                                                                                     \
    "register", "sign_up", "cancel_sign_up", "report_hours", "query_star", "query_hours",          \
        "certificate", "opt_out", "trust", "pay", "cost", "insurance", "place"

static int help_topic(struct action_call *call)
{
    static const char *const topics[] = { TOPICS };
    const char *topic = json_text(call->slots, "topic", "");
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        if (strcmp(topic, topics[i]) == 0)
            return action_end(call, topics[i]);
    struct person me;
    int rc = role_any(call->service, call->address->id, POWER_CONFIRM, NULL);
    if (rc != 0)
        return rc < 0 ? rc : action_end(call, "organizer");
    rc = action_person(call, &me);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "main" : "new");
}

const struct action help_actions[] = {
    { "help.topic", help_topic, OUTCOMES("main", "new", "organizer", TOPICS) },
    { .name = NULL },
};
