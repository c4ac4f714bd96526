/* Every kind of timer that a handler understands. */
#include "handlers/activities.h"
#include "handlers/attendance.h"
#include "handlers/broadcasts.h"
#include "handlers/guardians.h"
#include "handlers/imports.h"
#include "handlers/offers.h"
#include "handlers/scans.h"
#include "handlers/proxies.h"
#include "handlers/requests.h"
#include "handlers/seal.h"
#include "handlers/service.h"
#include "handlers/signups.h"
#include "handlers/tasks.h"
#include "handlers/training.h"

const struct timer_handler handler_timers[] = {
    { "activity.ends", activity_ends },
    { "activity.eve", attendance_eve_timer },
    { "activity.over", attendance_over_timer },
    { "activity.reminder", signups_remind },
    { "activity.reminder_early", signups_remind_early },
    { "activity.scanned", scan_over_timer },
    { "attendance.due", attendance_due_timer },
    { "broadcast.begin", broadcast_begin_timer },
    { "broadcast.call", broadcast_call_timer },
    { "broadcast.count", broadcast_count_timer },
    { "broadcast.expires", broadcast_expires_timer },
    { "broadcast.full", broadcast_full_timer },
    { "broadcast.progress", broadcast_progress_timer },
    { "broadcast.result", broadcast_result_timer },
    { "broadcast.sweep", broadcast_sweep_timer },
    { "broadcast.wave", broadcast_wave_timer },
    { "guardian.expires", guardian_expires },
    { "guardian.unasked", guardian_unasked },
    { "import.ask", import_ask_timer },
    { "ledger.seal", seal_timer },
    { "offer.expires", offer_expires },
    { "proxy.expires", proxy_expires },
    { "request.over", request_over },
    { "task.overdue", task_overdue },
    { "training.due", training_due_timer },
    { 0 },
};
