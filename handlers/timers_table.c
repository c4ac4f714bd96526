/* Every kind of timer that a handler understands. */
#include "handlers/activities.h"
#include "handlers/attendance.h"
#include "handlers/guardians.h"
#include "handlers/offers.h"
#include "handlers/seal.h"
#include "handlers/service.h"
#include "handlers/signups.h"
#include "handlers/tasks.h"

const struct timer_handler handler_timers[] = {
    { "activity.ends", activity_ends },
    { "activity.eve", attendance_eve_timer },
    { "activity.over", attendance_over_timer },
    { "activity.reminder", signups_remind },
    { "guardian.expires", guardian_expires },
    { "guardian.unasked", guardian_unasked },
    { "ledger.seal", seal_timer },
    { "offer.expires", offer_expires },
    { "task.overdue", task_overdue },
    { 0 },
};
