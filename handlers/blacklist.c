#include "handlers/blacklist.h"

#include "handlers/consents.h"
#include "handlers/tasks.h"

int blacklist_note(const struct service *s, const struct blacklisting *b)
{
    struct task task;
    struct task_form form = { .kind = TASK_UNREACHABLE, .asker = b->address, .said = b->text };
    int rc = opt_out(s, b->address, OPT_BROADCAST, b->reason, b->account);
    if (rc < 0 || !b->answer)
        return rc < 0 ? rc : BLACKLIST_NOTED;
    rc = task_name_people(s, b->address, &form);
    if (rc >= 0)
        rc = task_open(s, &form, &task);
    return rc < 0 ? rc : rc == TASK_NOBODY ? BLACKLIST_NOBODY : BLACKLIST_CALL;
}
