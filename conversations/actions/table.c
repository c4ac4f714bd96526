/* Every table of actions: one line a file, in order of name. */
#include "conversations/action.h"

extern const struct action account_actions[];
extern const struct action activities_actions[];
extern const struct action appoint_actions[];
extern const struct action attendance_actions[];
extern const struct action bind_actions[];
extern const struct action calling_actions[];
extern const struct action cancel_actions[];
extern const struct action change_actions[];
extern const struct action checkin_actions[];
extern const struct action claims_actions[];
extern const struct action evaluation_actions[];
extern const struct action fix_actions[];
extern const struct action gate_actions[];
extern const struct action help_actions[];
extern const struct action helping_actions[];
extern const struct action hours_actions[];
extern const struct action human_actions[];
extern const struct action noshow_actions[];
extern const struct action offers_actions[];
extern const struct action place_actions[];
extern const struct action powers_actions[];
extern const struct action profile_actions[];
extern const struct action proxy_actions[];
extern const struct action records_actions[];
extern const struct action propose_actions[];
extern const struct action recruit_actions[];
extern const struct action imported_actions[];
extern const struct action recruited_actions[];
extern const struct action register_actions[];
extern const struct action register_child_actions[];
extern const struct action reminder_actions[];
extern const struct action role_actions[];
extern const struct action roster_actions[];
extern const struct action seen_actions[];
extern const struct action scan_actions[];
extern const struct action several_actions[];
extern const struct action series_actions[];
extern const struct action signup_actions[];
extern const struct action star_actions[];
extern const struct action subscription_actions[];
extern const struct action tasks_actions[];
extern const struct action training_actions[];
extern const struct action unknown_actions[];
extern const struct action who_actions[];

const struct action *const action_tables[] = {
    account_actions,      activities_actions, attendance_actions,
    cancel_actions,       checkin_actions,    claims_actions,
    fix_actions,          gate_actions,       help_actions,
    hours_actions,        human_actions,      noshow_actions,
    offers_actions,       profile_actions,    records_actions,
    recruit_actions,      register_actions,   register_child_actions,
    reminder_actions,     role_actions,       roster_actions,
    several_actions,      signup_actions,     star_actions,
    subscription_actions, tasks_actions,      unknown_actions,
    calling_actions,      recruited_actions,  place_actions,
    imported_actions,     training_actions,   change_actions,
    who_actions,          seen_actions,       proxy_actions,
    appoint_actions,      powers_actions,     helping_actions,
    evaluation_actions,   series_actions,     propose_actions,
    bind_actions,         scan_actions,       NULL,
};
