#include "handlers/blacklist.h"

#include "handlers/consents.h"
#include "handlers/tasks.h"
#include "handlers/volunteers.h"

/* Whom to ask for: those of the phone, by name. */
static int name_people(const struct service *s, int64_t address, struct task_form *form)
{
    struct volunteer *people;
    int n = volunteers_by_address(s, address, &people);
    for (int i = 0; i < n; i++)
        form->name = i == 0 ? people[i].name
                            : arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(form->name),
                                           SLICE_ARG(people[i].name));
    if (n > 0) {
        form->area = people[0].area;
        form->volunteer = people[0].id;
    }
    return n < 0 ? n : 0;
}

int blacklist_note(const struct service *s, const struct blacklisting *b)
{
    struct task task;
    struct task_form form = { .kind = TASK_UNREACHABLE, .asker = b->address, .said = b->text };
    int rc = opt_out(s, b->address, OPT_BROADCAST, b->reason, b->account);
    if (rc < 0 || !b->answer)
        return rc < 0 ? rc : BLACKLIST_NOTED;
    rc = name_people(s, b->address, &form);
    if (rc >= 0)
        rc = task_open(s, &form, &task);
    return rc < 0 ? rc : rc == TASK_NOBODY ? BLACKLIST_NOBODY : BLACKLIST_CALL;
}
