#include "handlers/offers.h"

#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/notify.h"

enum { MINUTE = 60, DAY_SECONDS = 86400, BEFORE_START = 30 * MINUTE, PASSED_OVER_MAX = 200 };

SQL(offer_insert, "INSERT INTO offers (id, activity, signup, address, state, made_at, until) "
                  "VALUES ($id, $activity, $signup, $address, 1, $now, $until) "
                  "ON CONFLICT DO NOTHING RETURNING id");
SQL(offer_first_waiting, "SELECT id FROM signups WHERE activity = $activity AND state = 2 "
                         "ORDER BY queued LIMIT 1");
SQL(offer_signup_move, "UPDATE signups SET state = $to, number = $number WHERE id = $signup "
                       "AND state = $from");
SQL(offer_one, "SELECT activity, signup, address, state FROM offers WHERE id = $id");
SQL(offer_end, "UPDATE offers SET state = $state WHERE id = $id AND state = 1");
SQL(offer_of_signup, "SELECT id FROM offers WHERE signup = $signup AND state = 1");
SQL(offer_at_address, "SELECT id FROM offers WHERE address = $address AND state = 1 "
                      "ORDER BY id DESC LIMIT 1");
SQL(offers_end, "UPDATE offers SET state = 5 WHERE activity = $activity AND state = 1");
SQL(offer_linked, "SELECT COUNT(*) FROM volunteer_links WHERE address = $address "
                  "AND volunteer = $volunteer");
SQL(offer_clash, "SELECT COUNT(*) FROM signups WHERE volunteer = $volunteer AND state = 1 "
                 "AND ends_at > $from AND starts_at < $to AND activity <> $activity");

struct offer_row {
    int64_t id, activity, signup, address;
    enum offer_state state;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool offer_window(const struct service *s, int64_t at, int64_t starts_at, int64_t *from,
                  int64_t *until)
{
    const struct policy *p = s->policy;
    *from = notify_daytime(s, at);
    for (int tries = 0; tries < 2; tries++) {
        int64_t day = civil_day_of(*from, s->zone);
        *until = least(*from + p->offer_minutes * MINUTE, notify_moment(s, day, p->offer_until));
        *until = least(*until, starts_at - BEFORE_START);
        if (*until - *from >= p->offer_min_minutes * MINUTE)
            return true;
        *from = notify_moment(s, day + 1, p->quiet_to);
    }
    return false;
}

/* ---- making ---- */

static int move_signup(const struct service *s, int64_t id, enum signup_state from,
                       enum signup_state to, int64_t number)
{
    return sql_run(s->tx, &offer_signup_move,
                   BINDS(BIND_INT("signup", id), BIND_INT("from", from), BIND_INT("to", to),
                         BIND_INT("number", number)));
}

static int send_offer(const struct service *s, const struct activity *a, const struct signup *u,
                      int64_t offer, int64_t from, int64_t until)
{
    json_t *params = activity_params(s, a);
    json_put_id(params, "offer", offer);
    json_put_slice(params, "name", u->name);
    notify_set_time(s, params, "until_date", "until_time", until);
    /* It is worth nothing after the day it leaves, so that day may be what it counts from. */
    int64_t today = civil_day_of(from, s->zone);
    bool today_only = civil_day_of(until, s->zone) == today;
    json_put_int(params, "today", today_only);
    json_put_int(params, "tomorrow",
                 today_only && civil_day_of(a->starts_at, s->zone) == today + 1);
    /* A yes that comes too late still finds the question, and is told so. */
    return notify_put(s, u->address, "queue.offer", params, OUTBOX_NOTICE, from, until,
                      until + DAY_SECONDS);
}

static int make_offer(const struct service *s, const struct activity *a, const struct signup *u,
                      int64_t from, int64_t until)
{
    int64_t id = 0;
    int rc = move_signup(s, u->id, SIGNUP_QUEUED, SIGNUP_OFFERED, 0);
    if (rc >= 0)
        rc = sql_int(s->tx, &offer_insert,
                     BINDS(BIND_INT("id", ids_next(s->ids)), BIND_INT("activity", a->id),
                           BIND_INT("signup", u->id), BIND_INT("address", u->address),
                           BIND_INT("now", s->now), BIND_INT("until", until)),
                     &id);
    if (rc >= 0)
        rc = timers_set(s->tx, "offer.expires", id, until);
    if (rc >= 0)
        rc = send_offer(s, a, u, id, from, until);
    return rc < 0 ? rc : 1;
}

/* The first who waits and may be texted; those who stopped all texts cannot be asked and lose their
 * turn. 1, 0 when nobody waits, or GW_E*. */
static int first_waiting(const struct service *s, int64_t activity, struct signup *out)
{
    for (int i = 0; i < PASSED_OVER_MAX; i++) {
        int64_t id = 0;
        int rc = sql_int(s->tx, &offer_first_waiting, BINDS(BIND_INT("activity", activity)), &id);
        if (rc == 1)
            rc = signup_get(s, id, out);
        if (rc <= 0)
            return rc;
        rc = opt_allows(s, out->address, OPT_ALL);
        if (rc != 0)
            return rc;
        rc = move_signup(s, id, SIGNUP_QUEUED, SIGNUP_LAPSED, 0);
        if (rc >= 0)
            rc = activity_waiting(s, activity, -1);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int offer_next(const struct service *s, const struct activity *a)
{
    int64_t from, until;
    struct signup u;
    int rc = 0;
    if (activity_is_open(a->state) && offer_window(s, s->now, a->starts_at, &from, &until))
        rc = first_waiting(s, a->id, &u);
    if (rc < 0)
        return rc;
    if (rc == 1)
        return make_offer(s, a, &u, from, until);
    rc = activity_seat_free(s, a->id);
    return rc < 0 ? rc : 0;
}

/* ---- ending ---- */

static int get_offer(const struct service *s, int64_t id, struct offer_row *out)
{
    struct rows *r = sql_rows(s->tx, &offer_one, BINDS(BIND_INT("id", id)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    *out = (struct offer_row){ .id = id,
                               .activity = rows_int(r, 0),
                               .signup = rows_int(r, 1),
                               .address = rows_int(r, 2),
                               .state = (enum offer_state)rows_int(r, 3) };
    rows_close(s->tx, r);
    return 1;
}

static int end_offer(const struct service *s, int64_t id, enum offer_state state)
{
    int rc = sql_run(s->tx, &offer_end, BINDS(BIND_INT("id", id), BIND_INT("state", state)));
    if (rc == 1) {
        int late = timers_cancel(s->tx, "offer.expires", id);
        return late < 0 ? late : 1;
    }
    return rc;
}

/* The place goes on; who had it offered is out of the list. */
static int give_up(const struct service *s, const struct offer_row *o, enum offer_state state,
                   enum signup_state signup)
{
    struct activity a;
    int rc = end_offer(s, o->id, state);
    if (rc <= 0)
        return rc;
    rc = move_signup(s, o->signup, SIGNUP_OFFERED, signup, 0);
    if (rc == 1)
        rc = activity_waiting(s, o->activity, -1);
    if (rc >= 0)
        rc = activity_get(s, o->activity, &a);
    if (rc >= 0)
        rc = offer_next(s, &a);
    return rc < 0 ? rc : 1;
}

static int is_theirs(const struct service *s, const struct offer_row *o, const struct signup *u,
                     int64_t address)
{
    int64_t linked = 0;
    if (o->address == address)
        return 1;
    int rc =
        sql_int(s->tx, &offer_linked,
                BINDS(BIND_INT("address", address), BIND_INT("volunteer", u->volunteer)), &linked);
    return rc < 0 ? rc : linked > 0;
}

static int accept(const struct service *s, const struct offer_row *o, const struct signup *u)
{
    int64_t clashes = 0, number = 0, gap = s->policy->clash_gap_minutes * MINUTE;
    int rc = sql_int(s->tx, &offer_clash,
                     BINDS(BIND_INT("volunteer", u->volunteer), BIND_INT("activity", u->activity),
                           BIND_INT("from", u->starts_at - gap), BIND_INT("to", u->ends_at + gap)),
                     &clashes);
    if (rc < 0)
        return rc;
    if (clashes > 0) {
        rc = give_up(s, o, OFFER_DECLINED, SIGNUP_CANCELLED);
        return rc < 0 ? rc : OFFER_CLASH;
    }
    rc = end_offer(s, o->id, OFFER_ACCEPTED);
    if (rc >= 0)
        rc = activity_seat_keep(s, o->activity, &number);
    if (rc >= 0)
        rc = move_signup(s, o->signup, SIGNUP_OFFERED, SIGNUP_JOINED, number);
    if (rc >= 0)
        rc = activity_waiting(s, o->activity, -1);
    return rc < 0 ? rc : OFFER_JOINED;
}

int offer_answer(const struct service *s, int64_t offer, int64_t address, bool yes,
                 struct signup *signup)
{
    struct offer_row o;
    struct signup u;
    int rc = get_offer(s, offer, &o);
    if (rc == 1)
        rc = signup_get(s, o.signup, &u);
    if (rc == 1)
        rc = is_theirs(s, &o, &u, address);
    if (rc <= 0)
        return rc < 0 ? rc : OFFER_GONE;
    if (o.state != OFFER_OPEN) {
        if (signup)
            *signup = u;
        return OFFER_GONE;
    }
    if (yes) {
        rc = accept(s, &o, &u);
    } else {
        rc = give_up(s, &o, OFFER_DECLINED, SIGNUP_CANCELLED);
        rc = rc < 0 ? rc : OFFER_REFUSED;
    }
    if (rc >= 0 && signup) {
        int found = signup_get(s, o.signup, signup);
        return found < 0 ? found : rc;
    }
    return rc;
}

int offer_open_at(const struct service *s, int64_t address, int64_t *offer)
{
    return sql_int(s->tx, &offer_at_address, BINDS(BIND_INT("address", address)), offer);
}

int offer_withdraw(const struct service *s, const struct activity *a, int64_t signup)
{
    int64_t id = 0;
    int rc = sql_int(s->tx, &offer_of_signup, BINDS(BIND_INT("signup", signup)), &id);
    if (rc == 1)
        rc = end_offer(s, id, OFFER_DECLINED);
    if (rc == 1)
        rc = offer_next(s, a);
    return rc < 0 ? rc : 0;
}

int offers_void(const struct service *s, int64_t activity)
{
    int rc = sql_run(s->tx, &offers_end, BINDS(BIND_INT("activity", activity)));
    return rc < 0 ? rc : 0;
}

int offer_expires(const struct service *s, int64_t offer)
{
    struct offer_row o;
    int rc = get_offer(s, offer, &o);
    if (rc <= 0 || o.state != OFFER_OPEN)
        return rc < 0 ? rc : 0;
    rc = give_up(s, &o, OFFER_LAPSED, SIGNUP_LAPSED);
    return rc < 0 ? rc : 0;
}
