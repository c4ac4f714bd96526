/* Who comes without having signed up, and who signs out (handlers/attendance.h). */
#include <string.h>

#include "handlers/attendance.h"
#include "handlers/attendance_row.h"
#include "handlers/signups.h"

enum { CODES = 5 };

SQL(attendance_coded, "SELECT activity FROM attendance_codes WHERE code = $code "
                      "ORDER BY made_at DESC LIMIT 5");
SQL(attendance_elsewhere,
    "SELECT t.activity FROM attendance t JOIN activities a ON a.id = t.activity "
    "WHERE t.person = $person AND t.state = 0 AND t.changed_at > $since AND t.checked_in_at > 0 "
    "AND t.checked_out_at = 0 AND t.activity <> $activity AND a.starts_at < $to "
    "AND a.ends_at > $from LIMIT 1");
SQL(attendance_last_in,
    "SELECT activity FROM attendance WHERE person = $person AND state IN (0, 1, 8) "
    "AND checked_in_at > 0 AND changed_at > $since "
    "ORDER BY changed_at DESC LIMIT 1");

static const char *const leave_names[ATTENDANCE_LEAVE_OUTCOMES] = {
    [ATTENDANCE_LEFT] = "left",
    [ATTENDANCE_LEFT_AGAIN] = "again",
    [ATTENDANCE_NOT_IN] = "not_in",
    [ATTENDANCE_LEAVE_CLOSED] = "closed",
};

const char *attendance_leave_outcome_name(enum attendance_leave_outcome o)
{
    return o >= ATTENDANCE_LEFT && o < ATTENDANCE_LEAVE_OUTCOMES ? leave_names[o] : "?";
}

int attendance_by_code(const struct service *s, struct slice code, struct activity *out)
{
    int64_t ids[CODES];
    int n = 0, rc;
    struct rows *rows = sql_rows(s->tx, &attendance_coded, BINDS(BIND_TEXT("code", code)));
    while ((rc = rows_next(s->tx, rows)) == 1)
        ids[n++] = rows_int(rows, 0);
    for (int i = 0; rc >= 0 && i < n; i++) {
        rc = activity_get(s, ids[i], out);
        if (rc == 1 && out->state != ACTIVITY_CANCELLED &&
            attendance_is_near(s, out->starts_at, out->ends_at))
            return 1;
    }
    return rc < 0 ? rc : 0;
}

/* How far back somebody who is still there can have checked in. */
static int64_t since(const struct service *s)
{
    return s->now - (s->policy->activity_max_minutes + s->policy->checkin_early_minutes +
                     s->policy->checkin_late_minutes) *
                        60;
}

int attendance_walk_in(const struct service *s, const struct activity *a, int64_t person,
                       bool by_code, struct attendance_check *out)
{
    struct volunteer v;
    struct signup_result result;
    int64_t other, number = 0;
    int rc = attendance_is_closed(s, a->id);
    if (rc != 0)
        return rc < 0 ? rc : ATTENDANCE_CLOSED;
    rc = sql_int(s->tx, &attendance_elsewhere,
                 BINDS(BIND_INT("person", person), BIND_INT("activity", a->id),
                       BIND_INT("since", since(s)), BIND_INT("from", a->starts_at),
                       BIND_INT("to", a->ends_at)),
                 &other);
    if (rc != 0)
        return rc < 0 ? rc : ATTENDANCE_ELSEWHERE;
    rc = volunteer_get(s, person, &v);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_NONE_NEAR;
    rc = signup_walk_in(s, a, &v, &result, &number);
    if (rc < 0)
        return rc;
    out->why = (int)result.outcome;
    if (result.outcome == SIGNUP_CLOSED)
        return ATTENDANCE_NONE_NEAR;
    if (result.outcome != SIGNUP_DONE)
        return ATTENDANCE_NOT_FOR;
    rc = attendance_note(s, a->id, person, (int)number, by_code, out);
    return rc == ATTENDANCE_CHECKED_IN ? ATTENDANCE_WALKED_IN : rc;
}

int attendance_is_in(const struct service *s, int64_t person)
{
    struct attendance_record row;
    int64_t activity = 0;
    int rc = sql_int(s->tx, &attendance_last_in,
                     BINDS(BIND_INT("person", person), BIND_INT("since", since(s))), &activity);
    if (rc == 1)
        rc = attendance_row_get(s, activity, person, &row);
    return rc == 1 ? row.checked_out_at == 0 : rc;
}

int attendance_leave(const struct service *s, int64_t person, int64_t activity,
                     struct attendance_left *out)
{
    struct attendance_record row;
    struct activity a;
    memset(out, 0, sizeof *out);
    int rc = activity != 0 ? 1
                           : sql_int(s->tx, &attendance_last_in,
                                     BINDS(BIND_INT("person", person), BIND_INT("since", since(s))),
                                     &activity);
    if (rc == 1)
        rc = attendance_row_get(s, activity, person, &row);
    if (rc == 1)
        rc = activity_get(s, activity, &a);
    if (rc != 1 || row.checked_in_at == 0)
        return rc < 0 ? rc : ATTENDANCE_NOT_IN;
    bool again = row.checked_out_at > 0;
    *out = (struct attendance_left){ .activity = activity,
                                     .in_at = row.checked_in_at,
                                     .out_at = again ? row.checked_out_at : s->now,
                                     .title = a.title,
                                     .leader = a.leader_name };
    out->minutes = attendance_stay(s, &a, out->in_at, out->out_at);
    if (again)
        return ATTENDANCE_LEFT_AGAIN;
    rc = attendance_is_closed(s, activity);
    if (rc != 0 || row.state != ATTENDANCE_OPEN)
        return rc < 0 ? rc : ATTENDANCE_LEAVE_CLOSED;
    row.checked_out_at = s->now;
    rc = attendance_row_put(s, &row);
    return rc < 0 ? rc : ATTENDANCE_LEFT;
}
