#include "handlers/signups.h"

#include "handlers/broadcasts.h"
#include "handlers/list.h"
#include "handlers/offers.h"

enum { MINUTE = 60, DAY_SECONDS = 86400, PEOPLE_MAX = 9 };

#define BIT(n) (1u << (n))

static const struct {
    const char *name;
    unsigned allowed;
} states[SIGNUP_STATES] = {
    [SIGNUP_JOINED] = { "joined", BIT(SIGNUP_CANCELLED) },
    [SIGNUP_QUEUED] = { "queued", BIT(SIGNUP_OFFERED) | BIT(SIGNUP_JOINED) | BIT(SIGNUP_CANCELLED) |
                                      BIT(SIGNUP_LAPSED) },
    [SIGNUP_OFFERED] = { "offered", BIT(SIGNUP_JOINED) | BIT(SIGNUP_QUEUED) |
                                        BIT(SIGNUP_CANCELLED) | BIT(SIGNUP_LAPSED) },
    [SIGNUP_CANCELLED] = { "cancelled", BIT(SIGNUP_JOINED) | BIT(SIGNUP_QUEUED) },
    [SIGNUP_LAPSED] = { "lapsed", BIT(SIGNUP_JOINED) | BIT(SIGNUP_QUEUED) },
};

#define SIGNUP_COLUMNS                                                                             \
    "u.id, u.activity, u.volunteer, v.name, u.address, u.state, u.number, u.signed_at, "           \
    "u.unsure, a.code, u.starts_at, u.ends_at, a.title, "                                          \
    "CASE WHEN u.state IN (2, 3) THEN (SELECT COUNT(*) FROM signups q "                            \
    "WHERE q.activity = u.activity AND q.state IN (2, 3) AND q.queued <= u.queued) ELSE 0 END"
#define SIGNUP_FROM                                                                                \
    " FROM signups u JOIN volunteers v ON v.id = u.volunteer "                                     \
    "JOIN activities a ON a.id = u.activity "

SQL(signup_state_of, "SELECT id, state FROM signups WHERE activity = $activity "
                     "AND volunteer = $volunteer");
SQL(signup_put,
    "INSERT INTO signups (id, activity, volunteer, address, state, number, queued, signed_at, "
    "unsure, reminded_at, starts_at, ends_at) VALUES ($id, $activity, $volunteer, $address, "
    "$state, $number, $queued, $now, 0, 0, $starts, $ends) "
    "ON CONFLICT (activity, volunteer) DO UPDATE SET address = $address, state = $state, "
    "number = $number, queued = $queued, signed_at = $now, unsure = 0, reminded_at = 0, "
    "starts_at = $starts, ends_at = $ends RETURNING id");
SQL(signup_clash, "SELECT activity FROM signups WHERE volunteer = $volunteer AND state = 1 "
                  "AND ends_at > $from AND starts_at < $to AND activity <> $activity "
                  "ORDER BY starts_at LIMIT 1");
SQL(signup_load, "SELECT CAST(COALESCE(SUM(ends_at - starts_at), 0) AS BIGINT) FROM signups "
                 "WHERE volunteer = $volunteer AND state = 1 AND ends_at > $from "
                 "AND starts_at < $to");
SQL(signup_position, "SELECT COUNT(*) FROM signups WHERE activity = $activity "
                     "AND state IN (2, 3) AND queued <= $queued");
SQL(signup_set_state, "UPDATE signups SET state = $to, number = CASE WHEN CAST($to AS BIGINT) = 1 "
                      "THEN number ELSE 0 END WHERE id = $id AND state = $from");
SQL(signup_of_pair, "SELECT " SIGNUP_COLUMNS SIGNUP_FROM
                    "WHERE u.activity = $activity AND u.volunteer = $volunteer");
SQL(signup_one, "SELECT " SIGNUP_COLUMNS SIGNUP_FROM "WHERE u.id = $id");
SQL(signups_of_address, "SELECT " SIGNUP_COLUMNS " FROM volunteer_links l "
                        "JOIN signups u ON u.volunteer = l.volunteer "
                        "JOIN volunteers v ON v.id = u.volunteer "
                        "JOIN activities a ON a.id = u.activity "
                        "WHERE l.address = $address AND u.state IN (1, 2, 3) "
                        "AND u.ends_at > $from ORDER BY u.starts_at, u.activity, u.volunteer "
                        "LIMIT 50");
SQL(signups_of_person,
    "SELECT " SIGNUP_COLUMNS SIGNUP_FROM "WHERE u.volunteer = $volunteer AND u.state IN (1, 2, 3) "
    "AND u.ends_at > $from AND u.starts_at >= $from AND u.starts_at < $to "
    "ORDER BY u.starts_at, u.id LIMIT 50");
SQL(signups_in, "SELECT " SIGNUP_COLUMNS SIGNUP_FROM "WHERE u.activity = $activity "
                "AND u.state = 1 ORDER BY u.number LIMIT CAST($limit AS BIGINT)");
SQL(signups_waiting, "SELECT " SIGNUP_COLUMNS SIGNUP_FROM "WHERE u.activity = $activity "
                     "AND u.state IN (2, 3) ORDER BY u.state DESC, u.queued "
                     "LIMIT CAST($limit AS BIGINT)");
SQL(signups_sure, "UPDATE signups SET unsure = 0 WHERE activity = $activity AND state = 1 "
                  "AND address = $address");
SQL(signups_of_phone, "SELECT volunteer FROM signups WHERE activity = $activity "
                      "AND state IN (1, 2, 3) AND address = $address");
SQL(signups_end_waiting, "UPDATE signups SET state = 5 WHERE activity = $activity "
                         "AND state IN (2, 3)");
SQL(signups_end_all, "UPDATE signups SET state = 4, number = 0 WHERE activity = $activity "
                     "AND state IN (1, 2, 3)");
SQL(waiting_none, "UPDATE activities SET waiting = 0 WHERE id = $activity");

const char *signup_state_name(enum signup_state state)
{
    return state > 0 && (int)state < SIGNUP_STATES ? states[state].name : "?";
}

bool signup_may_move(enum signup_state from, enum signup_state to)
{
    return from > 0 && (int)from < SIGNUP_STATES && (states[from].allowed & BIT(to)) != 0;
}

/* ---- reading ---- */

static int read_list(const struct service *s, struct rows *r, struct signup **out)
{
    struct signup *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = (struct signup){
            .id = rows_int(r, 0),
            .activity = rows_int(r, 1),
            .volunteer = rows_int(r, 2),
            .name = arena_dup(s->arena, rows_text(r, 3)),
            .address = rows_int(r, 4),
            .state = (enum signup_state)rows_int(r, 5),
            .number = rows_int(r, 6),
            .signed_at = rows_int(r, 7),
            .unsure = rows_int(r, 8) != 0,
            .code = rows_int(r, 9),
            .starts_at = rows_int(r, 10),
            .ends_at = rows_int(r, 11),
            .title = arena_dup(s->arena, rows_text(r, 12)),
            .position = rows_int(r, 13),
        };
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int read_one(const struct service *s, struct rows *r, struct signup *out)
{
    struct signup *list;
    int n = read_list(s, r, &list);
    *out = n > 0 ? list[0] : (struct signup){ 0 };
    return n;
}

int signup_find(const struct service *s, int64_t activity, int64_t volunteer, struct signup *out)
{
    return read_one(
        s,
        sql_rows(s->tx, &signup_of_pair,
                 BINDS(BIND_INT("activity", activity), BIND_INT("volunteer", volunteer))),
        out);
}

int signup_get(const struct service *s, int64_t id, struct signup *out)
{
    return read_one(s, sql_rows(s->tx, &signup_one, BINDS(BIND_INT("id", id))), out);
}

int signups_at(const struct service *s, int64_t address, int64_t from, struct signup **out)
{
    return read_list(s,
                     sql_rows(s->tx, &signups_of_address,
                              BINDS(BIND_INT("address", address), BIND_INT("from", from))),
                     out);
}

int signups_of(const struct service *s, int64_t volunteer, int64_t from, int64_t to,
               struct signup **out)
{
    return read_list(s,
                     sql_rows(s->tx, &signups_of_person,
                              BINDS(BIND_INT("volunteer", volunteer), BIND_INT("from", from),
                                    BIND_INT("to", to ? to : INT64_MAX))),
                     out);
}

int signups_roster(const struct service *s, int64_t activity, enum signup_state state,
                   struct signup **out)
{
    const struct sql *which = state == SIGNUP_JOINED ? &signups_in : &signups_waiting;
    return read_list(
        s,
        sql_rows(s->tx, which,
                 BINDS(BIND_INT("activity", activity), BIND_INT("limit", s->policy->capacity_max))),
        out);
}

/* ---- signing up ---- */

/* What the activity says to anybody: SIGNUP_DONE when it can be joined. */
static enum signup_outcome activity_allows(const struct service *s, const struct activity *a)
{
    if (a->state == ACTIVITY_DRAFT)
        return SIGNUP_NOT_FOUND;
    if (!activity_is_open(a->state) || a->ends_at <= s->now)
        return SIGNUP_CLOSED;
    return a->starts_at <= s->now ? SIGNUP_STARTED : SIGNUP_DONE;
}

/* What it says to this person: an outcome or GW_E*. */
static int person_allows(const struct service *s, const struct activity *a,
                         const struct volunteer *v)
{
    if (v->state == VOLUNTEER_PENDING_GUARDIAN)
        return SIGNUP_PENDING;
    if (v->state != VOLUNTEER_ACTIVE)
        return SIGNUP_NOT_FOUND;
    return signup_requires(s, a, v);
}

static int find_clash(const struct service *s, const struct activity *a, int64_t volunteer,
                      int64_t *other)
{
    int64_t gap = s->policy->clash_gap_minutes * MINUTE;
    return sql_int(s->tx, &signup_clash,
                   BINDS(BIND_INT("volunteer", volunteer), BIND_INT("activity", a->id),
                         BIND_INT("from", a->starts_at - gap), BIND_INT("to", a->ends_at + gap)),
                   other);
}

static int planned(const struct service *s, int64_t volunteer, int64_t from, int64_t to,
                   int64_t *minutes)
{
    int64_t seconds = 0;
    int rc =
        sql_int(s->tx, &signup_load,
                BINDS(BIND_INT("volunteer", volunteer), BIND_INT("from", from), BIND_INT("to", to)),
                &seconds);
    *minutes = seconds / MINUTE;
    return rc;
}

/* Whether the day of the activity or its week (Monday to Sunday) holds more than is sensible
 * (M33). */
static int is_heavy(const struct service *s, const struct activity *a, int64_t volunteer,
                    bool *heavy)
{
    struct civil c;
    int64_t day = civil_day_of(a->starts_at, s->zone), in_week = 0, in_day = 0;
    civil_at(a->starts_at, s->zone, &c);
    int64_t midnight = civil_day_start(day, s->zone);
    int64_t monday = civil_day_start(day - (c.weekday + 6) % 7, s->zone);
    int rc = planned(s, volunteer, monday, monday + 7 * DAY_SECONDS, &in_week);
    if (rc >= 0)
        rc = planned(s, volunteer, midnight, midnight + DAY_SECONDS, &in_day);
    *heavy = in_week > s->policy->week_load_minutes || in_day > s->policy->day_load_minutes;
    return rc < 0 ? rc : 0;
}

static int put_row(const struct service *s, const struct activity *a, int64_t address,
                   struct signup_result *r, int64_t number, int64_t queued)
{
    int rc = sql_int(s->tx, &signup_put,
                     BINDS(BIND_INT("id", ids_next(s->ids)), BIND_INT("activity", a->id),
                           BIND_INT("volunteer", r->volunteer), BIND_INT("address", address),
                           BIND_INT("state", r->state), BIND_INT("number", number),
                           BIND_INT("queued", queued), BIND_INT("now", s->now),
                           BIND_INT("starts", a->starts_at), BIND_INT("ends", a->ends_at)),
                     &r->id);
    return rc < 0 ? rc : 0;
}

static int take_seat(const struct service *s, const struct activity *a, int64_t address,
                     int64_t number, struct signup_result *r)
{
    r->state = SIGNUP_JOINED;
    r->outcome = SIGNUP_DONE;
    int rc = put_row(s, a, address, r, number, 0);
    return rc < 0 ? rc : is_heavy(s, a, r->volunteer, &r->heavy);
}

/* Tickets are ids: they rise with time. */
static int take_ticket(const struct service *s, const struct activity *a, int64_t address,
                       struct signup_result *r)
{
    int64_t ticket = ids_next(s->ids);
    if (a->waiting >= s->policy->queue_max) {
        r->outcome = SIGNUP_FULL;
        return 0;
    }
    r->state = SIGNUP_QUEUED;
    r->outcome = SIGNUP_WAITS;
    int rc = put_row(s, a, address, r, 0, ticket);
    if (rc >= 0)
        rc = activity_waiting(s, a->id, 1);
    if (rc < 0)
        return rc;
    rc = sql_int(s->tx, &signup_position,
                 BINDS(BIND_INT("activity", a->id), BIND_INT("queued", ticket)), &r->position);
    return rc < 0 ? rc : 0;
}

/* The present state of the pair: 1 when it is joined, waiting or offered, else 0, or GW_E*. */
static int is_in(const struct service *s, int64_t activity, struct signup_result *r)
{
    struct signup now;
    struct rows *rows =
        sql_rows(s->tx, &signup_state_of,
                 BINDS(BIND_INT("activity", activity), BIND_INT("volunteer", r->volunteer)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    r->id = rows_int(rows, 0);
    r->state = (enum signup_state)rows_int(rows, 1);
    rows_close(s->tx, rows);
    if (r->state == SIGNUP_CANCELLED || r->state == SIGNUP_LAPSED)
        return 0;
    rc = r->state == SIGNUP_JOINED ? 0 : signup_get(s, r->id, &now);
    if (rc == 1)
        r->position = now.position;
    return rc < 0 ? rc : 1;
}

static int join_one(const struct service *s, struct activity *a, int64_t address,
                    const struct volunteer *v, struct signup_result *r)
{
    int64_t other = 0, number = 0;
    r->outcome = activity_allows(s, a);
    int rc = r->outcome == SIGNUP_DONE ? person_allows(s, a, v) : (int)r->outcome;
    if (rc < 0)
        return rc;
    r->outcome = (enum signup_outcome)rc;
    if (r->outcome == SIGNUP_NOT_FOUND)
        return 0;
    rc = is_in(s, a->id, r);
    if (rc == 1)
        r->outcome = SIGNUP_UNCHANGED;
    if (rc != 0 || r->outcome != SIGNUP_DONE)
        return rc < 0 ? rc : 0;
    rc = find_clash(s, a, r->volunteer, &other);
    if (rc == 1) {
        r->outcome = SIGNUP_CLASH;
        rc = activity_get(s, other, &r->other);
        return rc < 0 ? rc : 0;
    }
    if (rc == 0)
        rc = activity_seat_take(s, a->id, &number);
    if (rc < 0)
        return rc;
    return rc == 1 ? take_seat(s, a, address, number, r) : take_ticket(s, a, address, r);
}

/* The person from those of the address, else by id. 1, 0 or GW_E*. */
static int find_person(const struct service *s, const struct volunteer *people, int count,
                       int64_t id, struct volunteer *out)
{
    for (int i = 0; i < count; i++)
        if (people[i].id == id) {
            *out = people[i];
            return 1;
        }
    return volunteer_get(s, id, out);
}

int signup_join(const struct service *s, int64_t activity, int64_t address,
                const int64_t *volunteers, int count, struct signup_result *results,
                struct activity *a)
{
    struct volunteer *people, v;
    int there = volunteers_by_address(s, address, &people);
    int rc = there < 0 ? there : activity_get(s, activity, a);
    for (int i = 0; rc >= 0 && i < count && i < PEOPLE_MAX; i++) {
        results[i] =
            (struct signup_result){ .volunteer = volunteers[i], .outcome = SIGNUP_NOT_FOUND };
        int found = find_person(s, people, there, volunteers[i], &v);
        if (found < 0)
            return found;
        if (a->id == 0 || found == 0)
            continue;
        results[i].name = v.name;
        rc = join_one(s, a, address, &v, &results[i]);
        if (rc >= 0 && results[i].outcome <= SIGNUP_WAITS)
            rc = activity_get(s, activity, a);
    }
    if (rc >= 0 && a->id != 0)
        rc = broadcast_joined(s, a, address, results, count < PEOPLE_MAX ? count : PEOPLE_MAX);
    return rc < 0 ? rc : 0;
}

int signup_walk_in(const struct service *s, const struct activity *a, const struct volunteer *v,
                   struct signup_result *result, int64_t *number)
{
    *result = (struct signup_result){ .volunteer = v->id, .name = v->name };
    int rc = person_allows(s, a, v);
    if (rc < 0)
        return rc;
    result->outcome = (enum signup_outcome)rc;
    if (result->outcome != SIGNUP_DONE)
        return 0;
    rc = is_in(s, a->id, result);
    if (rc == 1)
        rc = signup_cancel(s, a->id, v->id); /* out of the waiting list */
    if (rc >= 0)
        rc = activity_seat_add(s, a->id, number);
    if (rc != 1) {
        result->outcome = SIGNUP_CLOSED;
        return rc < 0 ? rc : 0;
    }
    return take_seat(s, a, v->address, *number, result);
}

/* ---- leaving ---- */

static int leave_now(const struct service *s, const struct activity *a, const struct signup *u)
{
    int rc = sql_run(
        s->tx, &signup_set_state,
        BINDS(BIND_INT("id", u->id), BIND_INT("from", u->state), BIND_INT("to", SIGNUP_CANCELLED)));
    if (rc <= 0)
        return rc;
    if (u->state == SIGNUP_JOINED)
        return offer_next(s, a);
    rc = activity_waiting(s, a->id, -1);
    if (rc >= 0 && u->state == SIGNUP_OFFERED)
        rc = offer_withdraw(s, a, u->id);
    return rc;
}

int signup_cancel(const struct service *s, int64_t activity, int64_t volunteer)
{
    struct activity a;
    struct signup u;
    int rc = signup_find(s, activity, volunteer, &u);
    if (rc < 0)
        return rc;
    if (rc == 0 || u.state == SIGNUP_CANCELLED || u.state == SIGNUP_LAPSED)
        return CANCEL_UNCHANGED;
    rc = activity_get(s, activity, &a);
    if (rc < 0)
        return rc;
    if (!activity_is_open(a.state) || a.ends_at <= s->now)
        return CANCEL_TOO_LATE;
    rc = leave_now(s, &a, &u);
    return rc < 0 ? rc : CANCEL_DONE;
}

int signups_leave(const struct service *s, int64_t volunteer)
{
    struct signup *list;
    int n = signups_of(s, volunteer, s->now, 0, &list), rc = n;
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = signup_cancel(s, list[i].activity, volunteer);
    return rc < 0 ? rc : 0;
}

int signup_answer_move(const struct service *s, int64_t activity, int64_t address, bool yes)
{
    int64_t people[PEOPLE_MAX];
    int n = 0, rc;
    if (yes)
        return sql_run(s->tx, &signups_sure,
                       BINDS(BIND_INT("activity", activity), BIND_INT("address", address)));
    struct rows *r = sql_rows(s->tx, &signups_of_phone,
                              BINDS(BIND_INT("activity", activity), BIND_INT("address", address)));
    while ((rc = rows_next(s->tx, r)) == 1)
        if (n < PEOPLE_MAX)
            people[n++] = rows_int(r, 0);
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = signup_cancel(s, activity, people[i]);
    return rc < 0 ? rc : n;
}

int signups_end(const struct service *s, int64_t activity, bool all)
{
    int rc = offers_void(s, activity);
    if (rc >= 0)
        rc = sql_run(s->tx, all ? &signups_end_all : &signups_end_waiting,
                     BINDS(BIND_INT("activity", activity)));
    if (rc >= 0)
        rc = sql_run(s->tx, &waiting_none, BINDS(BIND_INT("activity", activity)));
    return rc < 0 ? rc : 0;
}
