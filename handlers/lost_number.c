#include "handlers/lost_number.h"

#include "gateway/store/people.h"
#include "handlers/tasks.h"
#include "handlers/volunteers.h"

int lost_number_note(const struct service *s, int64_t address)
{
    struct address at;
    struct task task;
    struct task_form form = { .kind = TASK_LOST_NUMBER, .asker = address };
    int rc = people_by_id(s->tx, s->vault, address, s->arena, &at);
    if (rc <= 0 || !slice_eq(at.realm, SLICE("sms")))
        return rc < 0 ? rc : LOST_NUMBER_NOTED;
    rc = task_name_people(s, address, &form);
    if (rc <= 0)
        return rc < 0 ? rc : LOST_NUMBER_NOTED;
    rc = task_open(s, &form, &task);
    return rc < 0 ? rc : rc == TASK_NOBODY ? LOST_NUMBER_NOBODY : LOST_NUMBER_TASK;
}
