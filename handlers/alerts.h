/* Hours that look invented (domain.md 6.2): what a confirmation shows by itself is flagged to the
 * organization above whoever confirmed, as a task with the reason. Nothing is refused or dropped
 * by it: the hours stand until a person says otherwise. */
#ifndef HANDLERS_ALERTS_H
#define HANDLERS_ALERTS_H

#include <jansson.h>

#include "handlers/hours.h"
#include "handlers/service.h"

/* Stored numbers; never renumber. */
enum alert_kind {
    ALERT_BURST = 1,     /* many minutes of one person confirmed within a short time */
    ALERT_OUTSIDE = 2,   /* longer than the activity, or at other times than it had */
    ALERT_STRANGERS = 3, /* one confirmer, several people of elsewhere who never signed up there */
    ALERT_PAIR = 4,      /* two phones that confirm each other's people */
    ALERT_SAMPLE = 5,    /* a share of the hours of people who had not signed up (make-up) */
    ALERT_OVERDUE = 6,   /* an activity whose list was not closed in ten working days */
};
enum { ALERT_KINDS = 7 };
const char *alert_kind_name(enum alert_kind kind); /* "burst" …; "?" for others */

struct alert {
    int64_t id;
    enum alert_kind kind;
    int64_t confirmer; /* address; of OVERDUE the leader's */
    int64_t person;    /* whose hours; 0 for STRANGERS and OVERDUE */
    int64_t activity;  /* 0 when there is none */
    int64_t hours;     /* the row that made it, 0 for OVERDUE */
    int64_t number;    /* entries (BURST) or people (STRANGERS) */
    int64_t minutes;   /* in all */
    int64_t made_at;
};

/* Looks at a row that was just confirmed by its `confirmer`. What was flagged of the same people
 * within policy.alert_days is not flagged again, a burst not within a day. 0 or GW_E*. */
GW_MUSTCHECK int alerts_look(const struct service *s, const struct hours *row);
/* Flags an activity whose list is late (attendance_due_timer). 0 or GW_E*. */
GW_MUSTCHECK int alerts_overdue(const struct service *s, int64_t activity);

/* Alerts from `since` on, latest first, at most `limit` (1 to 200), in the arena. Number or GW_E*.
 */
GW_MUSTCHECK int alerts_list(const struct service *s, int64_t since, int limit, struct alert **out);
/* Parameters of the message "staff.alert" of one, into `params`: a flag of the kind's name,
 * confirmer (name), name (the volunteer's), activity, code, date, in_month, entries, people,
 * minutes. 0 or GW_E*. */
GW_MUSTCHECK int alert_params(const struct service *s, int64_t id, json_t *params);

#endif
