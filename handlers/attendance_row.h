/* The inside of attendance: rows of the table and the one mover of their state. For the files
 * attendance*.c; everybody else uses attendance.h. */
#ifndef HANDLERS_ATTENDANCE_ROW_H
#define HANDLERS_ATTENDANCE_ROW_H

#include "handlers/activities.h"
#include "handlers/attendance.h"
#include "handlers/hours.h"
#include "handlers/volunteers.h"

struct attendance_record {
    int64_t activity, person;
    int64_t id; /* what tasks and sealed words refer to; 0 before it is stored */
    int number;
    int64_t checked_in_at;
    bool by_code;
    int64_t checked_out_at; /* 0 when not */
    enum attendance_state state;
    int64_t hours;
    int64_t decided_by; /* address that closed the list or decided last */
    struct slice words; /* of an objection, in the clear here */
    int64_t changed_at;
};

/* 1 and the row, 0 when there is none, or GW_E*. */
GW_MUSTCHECK int attendance_row_get(const struct service *s, int64_t activity, int64_t person,
                                    struct attendance_record *out);
/* The latest row of a person in `state`: 1, 0 or GW_E*. */
GW_MUSTCHECK int attendance_row_latest(const struct service *s, int64_t person,
                                       enum attendance_state state, struct attendance_record *out);
/* Inserts or replaces; gives a new one its id. The state must be allowed: see attendance_row_move.
 */
GW_MUSTCHECK int attendance_row_put(const struct service *s, struct attendance_record *row);
/* Moves the state and stores the row: 1, 0 when the table forbids it, or GW_E*. */
GW_MUSTCHECK int attendance_row_move(const struct service *s, struct attendance_record *row,
                                     enum attendance_state to);
/* Notes a check-in unless there is one: ATTENDANCE_CHECKED_IN, _AGAIN or _CLOSED, or GW_E*. */
GW_MUSTCHECK int attendance_note(const struct service *s, int64_t activity, int64_t person,
                                 int number, bool by_code, struct attendance_check *out);
/* Whether `now` lies in the time in which one checks in. Pure. */
bool attendance_is_near(const struct service *s, int64_t starts_at, int64_t ends_at);
/* Who had not signed up, at an activity that is near: see attendance_check_in. (attendance_walk.c)
 */
GW_MUSTCHECK int attendance_walk_in(const struct service *s, const struct activity *a,
                                    int64_t person, bool by_code, struct attendance_check *out);
/* The activity that is near and has this code: 1, 0 or GW_E*. (attendance_walk.c) */
GW_MUSTCHECK int attendance_by_code(const struct service *s, struct slice code,
                                    struct activity *out);
/* Counts a wrong code of a person, who is expected at `activity` (0: nowhere): CODE_WRONG or
 * LOCKED, or GW_E*. (attendance_code.c) */
GW_MUSTCHECK int attendance_wrong_code(const struct service *s, int64_t person, int64_t activity);
/* Whether that was once too often; of a person, or an address where nobody is: 1, 0 or GW_E*. */
GW_MUSTCHECK int attendance_is_locked(const struct service *s, int64_t subject);
/* 1 when the list of an activity was closed, 0, or GW_E*. */
GW_MUSTCHECK int attendance_is_closed(const struct service *s, int64_t activity);

/* Whole minutes between check-in and check-out, as far as they lie in the activity's time and the
 * slack around it; 0 without both. Pure. */
int64_t attendance_stay(const struct service *s, const struct activity *a, int64_t in, int64_t out);

/* What one person's service at an activity becomes. */
struct attendance_service {
    const struct activity *activity;
    int64_t person;
    int64_t organizer; /* who confirms */
    struct slice organizer_name;
    int64_t organization; /* whose record it is */
    enum ledger_source source;
    int64_t minutes;
    int quality;
};
/* The hours row as it would be recorded, not stored. Pure but for the arena. */
void attendance_hours(const struct service *s, const struct attendance_service *in,
                      struct hours *row);
/* Records it: replaces the person's own claim for the activity, keeps what was confirmed before.
 * Somebody not seen before counts as seen. `*row` is what stands; 1 confirmed, 0 when it only waits
 * (a record that does not count yet or that nobody agreed to, or the organizer's own), or GW_E*. */
GW_MUSTCHECK int attendance_record_hours(const struct service *s,
                                         const struct attendance_service *in, bool own,
                                         const struct volunteer *v, struct hours *row);
/* "hours.confirmed" or, for less than the activity's length, "hours.confirmed_less". */
GW_MUSTCHECK int attendance_tell_hours(const struct service *s, const struct hours *row,
                                       const struct volunteer *v, bool less);

/* What each of a list is told. */
struct attendance_told {
    struct volunteer person;
    struct hours row;
    bool less;
};
/* Tells all of a list, one text a phone: several people on one get "hours.confirmed_many" {date,
 * in_month, activity, confirmer, items [{name, minutes, total, less}]}. 0 or GW_E*. */
GW_MUSTCHECK int attendance_tell_all(const struct service *s, const struct attendance_told *told,
                                     int n);

#endif
