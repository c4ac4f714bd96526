/* Codes that are not the one: counted and limited, as those of roles and of binding are; and a
 * number alone that is a code (handlers/attendance.h). */
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/attendance_row.h"
#include "handlers/notify.h"
#include "handlers/signups.h"

enum { MINUTE = 60 };

SQL(checkin_failed, "SELECT failures FROM checkin_failures WHERE subject = $subject "
                    "AND since > $since");
SQL(checkin_fail, "INSERT INTO checkin_failures (subject, since, failures) "
                  "VALUES ($subject, $now, 1) ON CONFLICT (subject) DO UPDATE SET "
                  "failures = CASE WHEN checkin_failures.since > $since "
                  "THEN checkin_failures.failures + 1 ELSE 1 END, "
                  "since = CASE WHEN checkin_failures.since > $since "
                  "THEN checkin_failures.since ELSE $now END RETURNING failures");

static int64_t since(const struct service *s)
{
    return s->now - s->policy->checkin_tries_minutes * MINUTE;
}

int attendance_is_locked(const struct service *s, int64_t subject)
{
    int64_t failures = 0;
    int rc = sql_int(s->tx, &checkin_failed,
                     BINDS(BIND_INT("subject", subject), BIND_INT("since", since(s))), &failures);
    return rc < 0 ? rc : failures >= s->policy->checkin_tries;
}

/* How many there are now. */
static int count(const struct service *s, int64_t subject, int64_t *failures)
{
    return sql_int(
        s->tx, &checkin_fail,
        BINDS(BIND_INT("subject", subject), BIND_INT("now", s->now), BIND_INT("since", since(s))),
        failures);
}

/* Who leads what the person signed up for may see whether they are there. */
static int tell_leader(const struct service *s, int64_t person, int64_t activity)
{
    struct activity a;
    struct volunteer v;
    int rc = activity_get(s, activity, &a);
    if (rc == 1)
        rc = volunteer_get(s, person, &v);
    if (rc != 1)
        return rc;
    json_t *params = json_object();
    json_put_slice(params, "name", v.name);
    json_put_int(params, "code", a.code);
    json_put_int(params, "tries", s->policy->checkin_tries);
    rc = notify_set_tail(s, params, v.address);
    if (rc >= 0)
        return notify_tell(s, a.leader, "checkin.many_wrong", params);
    json_decref(params);
    return rc;
}

int attendance_wrong_code(const struct service *s, int64_t person, int64_t activity)
{
    int64_t failures = 0;
    int rc = count(s, person, &failures);
    if (rc < 0 || failures < s->policy->checkin_tries)
        return rc < 0 ? rc : ATTENDANCE_CODE_WRONG;
    if (failures == s->policy->checkin_tries && activity != 0)
        rc = tell_leader(s, person, activity);
    return rc < 0 ? rc : ATTENDANCE_LOCKED;
}

/* Whether somebody on the phone is expected about now. */
static int is_expected(const struct service *s, int64_t address)
{
    struct signup *own = NULL;
    int64_t from = s->now - s->policy->checkin_late_minutes * MINUTE;
    int n = signups_at(s, address, from, &own);
    for (int i = 0; i < n; i++)
        if (own[i].state == SIGNUP_JOINED &&
            attendance_is_near(s, own[i].starts_at, own[i].ends_at))
            return 1;
    return n < 0 ? n : 0;
}

int attendance_is_code(const struct service *s, int64_t address, struct slice code, bool asked)
{
    struct activity a;
    int64_t failures;
    int rc = asked ? 0 : is_expected(s, address);
    if (rc != 0)
        return rc;
    rc = attendance_is_locked(s, address);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = attendance_by_code(s, code, &a);
    if (rc != 0)
        return rc;
    rc = count(s, address, &failures);
    return rc < 0 ? rc : 0;
}
