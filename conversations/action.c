#include "conversations/action.h"

#include <string.h>

#include "gateway/base/error.h"

int action_end(struct action_call *call, const char *outcome)
{
    call->outcome = outcome;
    return GW_OK;
}

const struct action *action_find(const struct action *const *tables, const char *name)
{
    for (; *tables != NULL; tables++)
        for (const struct action *a = *tables; a->name != NULL; a++)
            if (strcmp(a->name, name) == 0)
                return a;
    return NULL;
}
