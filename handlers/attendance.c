#include "handlers/attendance.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "handlers/attendance_row.h"
#include "handlers/notify.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum {
    NEXT_DAYS = 60,
    DAY_SECONDS = 86400,
    CODE_DIGITS = 6,
    CODE_RANGE = 1000000,
    CODE_TRIES = 200,
    CODE_DAYS = 31
};

SQL(attendance_code_of, "SELECT code FROM attendance_codes WHERE activity = $activity");
SQL(attendance_code_taken, "SELECT COUNT(*) FROM attendance_codes WHERE code = $code "
                           "AND made_at > $since");
SQL(attendance_code_put, "INSERT INTO attendance_codes (activity, code, made_at) "
                         "VALUES ($activity, $code, $now) ON CONFLICT (activity) DO NOTHING");

static const char *const check_names[ATTENDANCE_CHECK_OUTCOMES] = {
    [ATTENDANCE_CHECKED_IN] = "checked_in", [ATTENDANCE_AGAIN] = "again",
    [ATTENDANCE_NONE_NEAR] = "none_near",   [ATTENDANCE_CODE_WRONG] = "code_wrong",
    [ATTENDANCE_CLOSED] = "closed",         [ATTENDANCE_CHECK_NOT_ALLOWED] = "not_allowed",
    [ATTENDANCE_WALKED_IN] = "walked_in",   [ATTENDANCE_NOT_FOR] = "not_for",
    [ATTENDANCE_ELSEWHERE] = "elsewhere",   [ATTENDANCE_LOCKED] = "locked",
};

const char *attendance_check_outcome_name(enum attendance_check_outcome o)
{
    return o >= ATTENDANCE_CHECKED_IN && o < ATTENDANCE_CHECK_OUTCOMES ? check_names[o] : "?";
}

/* 1 and the code, 0 when none was made, or GW_E*. */
static int read_code(const struct service *s, int64_t activity, char out[8])
{
    struct rows *rows = sql_rows(s->tx, &attendance_code_of, BINDS(BIND_INT("activity", activity)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    struct slice code = slice_head(rows_text(rows, 0), CODE_DIGITS);
    memcpy(out, code.p, code.n);
    out[code.n] = '\0';
    rows_close(s->tx, rows);
    return 1;
}

/* A code that no other activity of these weeks has: it alone says where somebody is. */
static int free_code(const struct service *s, char out[8])
{
    int64_t taken = 1;
    int rc = 0;
    for (int i = 0; rc >= 0 && taken > 0 && i < CODE_TRIES; i++) {
        snprintf(out, 8, "%06u", (unsigned)digest_random_below(CODE_RANGE));
        rc = sql_int(s->tx, &attendance_code_taken,
                     BINDS(BIND_STR("code", out),
                           BIND_INT("since", s->now - CODE_DAYS * (int64_t)DAY_SECONDS)),
                     &taken);
    }
    return rc < 0 ? rc : taken > 0 ? GW_EFULL : 0;
}

int attendance_code(const struct service *s, int64_t activity, char out[8])
{
    int rc = read_code(s, activity, out);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = free_code(s, out);
    if (rc < 0)
        return rc;
    rc = sql_run(
        s->tx, &attendance_code_put,
        BINDS(BIND_INT("activity", activity), BIND_STR("code", out), BIND_INT("now", s->now)));
    if (rc < 0)
        return rc;
    /* Another connection may have been first. */
    return rc == 1 ? 0 : read_code(s, activity, out) == 1 ? 0 : GW_EDATA;
}

bool attendance_is_near(const struct service *s, int64_t starts_at, int64_t ends_at)
{
    return s->now >= starts_at - s->policy->checkin_early_minutes * 60 &&
           s->now <= ends_at + s->policy->checkin_late_minutes * 60;
}

static bool is_near(const struct service *s, const struct signup *up)
{
    return up->state == SIGNUP_JOINED && attendance_is_near(s, up->starts_at, up->ends_at);
}

/* What goes on comes before what is to begin; of several that go on the last begun. */
static bool nearer(const struct service *s, const struct signup *a, const struct signup *b)
{
    bool a_on = a->starts_at <= s->now && s->now <= a->ends_at;
    bool b_on = b->starts_at <= s->now && s->now <= b->ends_at;
    if (a_on != b_on)
        return a_on;
    return a_on ? a->starts_at > b->starts_at : a->starts_at < b->starts_at;
}

static void describe(const struct activity *a, struct attendance_check *out)
{
    out->activity = a->id;
    out->starts_at = a->starts_at;
    out->ends_at = a->ends_at;
    out->title = a->title;
    out->leader = a->leader_name;
}

static int show(const struct service *s, int64_t activity, struct attendance_check *out)
{
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc == 1)
        describe(&a, out);
    return rc;
}

static int none_near(const struct service *s, const struct signup *ups, int n,
                     struct attendance_check *out)
{
    for (int i = 0; i < n; i++) {
        if (ups[i].state != SIGNUP_JOINED || ups[i].starts_at <= s->now)
            continue;
        int rc = show(s, ups[i].activity, out);
        return rc < 0 ? rc : ATTENDANCE_NONE_NEAR;
    }
    return ATTENDANCE_NONE_NEAR;
}

int attendance_note(const struct service *s, int64_t activity, int64_t person, int number,
                    bool by_code, struct attendance_check *out)
{
    struct attendance_record row = { .activity = activity, .person = person, .number = number };
    int rc = attendance_row_get(s, activity, person, &row);
    if (rc < 0)
        return rc;
    out->at = row.checked_in_at;
    if (row.checked_in_at > 0)
        return ATTENDANCE_AGAIN;
    rc = attendance_is_closed(s, activity);
    if (rc != 0)
        return rc < 0 ? rc : ATTENDANCE_CLOSED;
    row.checked_in_at = out->at = s->now;
    row.by_code = by_code;
    rc = attendance_row_put(s, &row);
    return rc < 0 ? rc : ATTENDANCE_CHECKED_IN;
}

static int note(const struct service *s, const struct signup *up, bool by_code,
                struct attendance_check *out)
{
    return attendance_note(s, up->activity, up->volunteer, (int)up->number, by_code, out);
}

/* The code of another activity than the one signed up for (`expected`, 0 for none): who is there
 * walks in. */
static int walk_in_by_code(const struct service *s, int64_t person, struct slice code,
                           struct attendance_check *out, int64_t expected)
{
    struct activity a;
    int rc = attendance_by_code(s, code, &a);
    if (rc != 1)
        return rc < 0 ? rc : attendance_wrong_code(s, person, expected);
    memset(out, 0, sizeof(*out));
    describe(&a, out);
    return attendance_walk_in(s, &a, person, true, out);
}

int attendance_check_in(const struct service *s, int64_t person, struct slice code,
                        struct attendance_check *out)
{
    memset(out, 0, sizeof(*out));
    int locked = code.n > 0 ? attendance_is_locked(s, person) : 0;
    if (locked != 0)
        return locked < 0 ? locked : ATTENDANCE_LOCKED;
    struct signup *ups;
    int64_t from = s->now - s->policy->activity_max_minutes * 60 - DAY_SECONDS;
    int n = signups_of(s, person, from, s->now + NEXT_DAYS * (int64_t)DAY_SECONDS, &ups);
    if (n < 0)
        return n;
    const struct signup *best = NULL;
    for (int i = 0; i < n; i++) {
        if (is_near(s, &ups[i]) && (best == NULL || nearer(s, &ups[i], best)))
            best = &ups[i];
    }
    if (best == NULL) {
        int rc = none_near(s, ups, n, out);
        if (rc < 0 || code.n == 0)
            return rc;
        return walk_in_by_code(s, person, code, out, 0);
    }
    int rc = show(s, best->activity, out);
    if (rc < 0)
        return rc;
    if (code.n > 0) {
        char today[8];
        rc = read_code(s, best->activity, today);
        if (rc < 0)
            return rc;
        if (rc == 0 || !digest_equal(slice_of(today), code))
            return walk_in_by_code(s, person, code, out, best->activity);
    }
    return note(s, best, code.n > 0, out);
}

int attendance_arrive(const struct service *s, int64_t person, int64_t activity,
                      struct attendance_check *out)
{
    memset(out, 0, sizeof(*out));
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_NONE_NEAR;
    describe(&a, out);
    if (!attendance_is_near(s, a.starts_at, a.ends_at))
        return ATTENDANCE_NONE_NEAR;
    struct signup up;
    rc = signup_find(s, activity, person, &up);
    if (rc < 0)
        return rc;
    if (rc == 1 && up.state == SIGNUP_JOINED)
        return note(s, &up, true, out);
    return attendance_walk_in(s, &a, person, true, out);
}

/* The person has a word in it: who was not there says so. */
static int tell_noted(const struct service *s, int64_t person, struct slice leader,
                      const struct attendance_check *check)
{
    struct volunteer v;
    int rc = volunteer_get(s, person, &v);
    if (rc != 1 || v.address == 0)
        return rc < 0 ? rc : 0;
    json_t *params = json_object();
    json_put_slice(params, "name", v.name);
    json_put_slice(params, "leader", leader);
    json_put_slice(params, "title", check->title);
    notify_set_time(s, params, "date", "at", check->at);
    return notify_volunteer(s, v.address, "checkin.noted", params);
}

int attendance_mark(const struct service *s, int64_t organizer, int64_t activity, int64_t person,
                    struct attendance_check *out)
{
    memset(out, 0, sizeof(*out));
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_NONE_NEAR;
    struct role role;
    rc = role_may(s, organizer, POWER_CONFIRM, a.org, &role);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_CHECK_NOT_ALLOWED;
    describe(&a, out);
    struct signup up;
    rc = signup_find(s, activity, person, &up);
    if (rc < 0)
        return rc;
    if (rc == 1 && up.state == SIGNUP_JOINED)
        return note(s, &up, false, out);
    if (!attendance_is_near(s, a.starts_at, a.ends_at))
        return ATTENDANCE_NONE_NEAR;
    int noted = attendance_walk_in(s, &a, person, false, out);
    rc = noted == ATTENDANCE_WALKED_IN ? tell_noted(s, person, role.name, out) : 0;
    return rc < 0 ? rc : noted;
}
