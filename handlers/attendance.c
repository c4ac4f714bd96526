#include "handlers/attendance.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "handlers/attendance_row.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum { NEXT_DAYS = 60, DAY_SECONDS = 86400, CODE_DIGITS = 6, CODE_RANGE = 1000000 };

SQL(attendance_code_of, "SELECT code FROM attendance_codes WHERE activity = $activity");
SQL(attendance_code_put, "INSERT INTO attendance_codes (activity, code, made_at) "
                         "VALUES ($activity, $code, $now) ON CONFLICT (activity) DO NOTHING");

static const char *const check_names[ATTENDANCE_CHECK_OUTCOMES] = {
    [ATTENDANCE_CHECKED_IN] = "checked_in", [ATTENDANCE_AGAIN] = "again",
    [ATTENDANCE_NONE_NEAR] = "none_near",   [ATTENDANCE_CODE_WRONG] = "code_wrong",
    [ATTENDANCE_CLOSED] = "closed",         [ATTENDANCE_CHECK_NOT_ALLOWED] = "not_allowed",
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

int attendance_code(const struct service *s, int64_t activity, char out[8])
{
    int rc = read_code(s, activity, out);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    snprintf(out, 8, "%06u", (unsigned)digest_random_below(CODE_RANGE));
    rc = sql_run(
        s->tx, &attendance_code_put,
        BINDS(BIND_INT("activity", activity), BIND_STR("code", out), BIND_INT("now", s->now)));
    if (rc < 0)
        return rc;
    /* Another connection may have been first. */
    return rc == 1 ? 0 : read_code(s, activity, out) == 1 ? 0 : GW_EDATA;
}

static bool is_near(const struct service *s, const struct signup *up)
{
    int64_t from = up->starts_at - s->policy->checkin_early_minutes * 60;
    int64_t to = up->ends_at + s->policy->checkin_late_minutes * 60;
    return up->state == SIGNUP_JOINED && s->now >= from && s->now <= to;
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

/* Notes the check-in unless there is one already. */
static int note(const struct service *s, const struct signup *up, bool by_code,
                struct attendance_check *out)
{
    struct attendance_record row = { .activity = up->activity,
                                     .person = up->volunteer,
                                     .number = (int)up->number };
    int rc = attendance_row_get(s, up->activity, up->volunteer, &row);
    if (rc < 0)
        return rc;
    out->at = row.checked_in_at;
    if (row.checked_in_at > 0)
        return ATTENDANCE_AGAIN;
    rc = attendance_is_closed(s, up->activity);
    if (rc != 0)
        return rc < 0 ? rc : ATTENDANCE_CLOSED;
    row.checked_in_at = out->at = s->now;
    row.by_code = by_code;
    rc = attendance_row_put(s, &row);
    return rc < 0 ? rc : ATTENDANCE_CHECKED_IN;
}

int attendance_check_in(const struct service *s, int64_t person, struct slice code,
                        struct attendance_check *out)
{
    memset(out, 0, sizeof(*out));
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
    if (best == NULL)
        return none_near(s, ups, n, out);
    int rc = show(s, best->activity, out);
    if (rc < 0)
        return rc;
    if (code.n > 0) {
        char today[8];
        rc = read_code(s, best->activity, today);
        if (rc < 0)
            return rc;
        if (rc == 0 || !digest_equal(slice_of(today), code))
            return ATTENDANCE_CODE_WRONG;
    }
    return note(s, best, code.n > 0, out);
}

int attendance_mark(const struct service *s, int64_t organizer, int64_t activity, int64_t person,
                    struct attendance_check *out)
{
    memset(out, 0, sizeof(*out));
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_NONE_NEAR;
    rc = role_may(s, organizer, POWER_CONFIRM, a.org, NULL);
    if (rc != 1)
        return rc < 0 ? rc : ATTENDANCE_CHECK_NOT_ALLOWED;
    struct signup up;
    rc = signup_find(s, activity, person, &up);
    if (rc < 0)
        return rc;
    if (rc == 0 || up.state != SIGNUP_JOINED)
        return ATTENDANCE_NONE_NEAR;
    describe(&a, out);
    return note(s, &up, false, out);
}
