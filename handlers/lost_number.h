/* A number that nobody has any more, or whose phone was not reached for long: nobody else is called
 * there, and somebody has to ask its people for the new one. */
#ifndef HANDLERS_LOST_NUMBER_H
#define HANDLERS_LOST_NUMBER_H

#include "handlers/service.h"

enum lost_number_outcome {
    LOST_NUMBER_NOTED,  /* no phone, or no volunteer's */
    LOST_NUMBER_TASK,   /* the station has a task to find them (TASK_LOST_NUMBER) */
    LOST_NUMBER_NOBODY, /* and a task that nobody has, as no duty person is known */
};
/* The address was just marked unreachable (outbox_number_said). Outcome or GW_E*. */
GW_MUSTCHECK int lost_number_note(const struct service *s, int64_t address);

#endif
