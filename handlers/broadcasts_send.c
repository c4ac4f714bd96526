/* What others tell a broadcast, and its word on each text that is about to leave
 * (handlers/broadcasts.h). */
#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/broadcasts_row.h"
#include "handlers/consents.h"
#include "handlers/notify.h"

enum { ANSWER_DAYS = 7, RECIPIENT_WITHDRAWN = 4 };

SQL(broadcast_of_call, "SELECT b.state, b.activity, b.org, a.state, a.starts_at, a.taken, "
                       "a.capacity FROM broadcasts b JOIN activities a ON a.id = b.activity "
                       "WHERE b.id = $id");
SQL(broadcast_left_today,
    "SELECT COUNT(*) FROM broadcast_recipients WHERE address = $address AND called_at > 0 "
    "AND called_at >= $since AND left_at >= $from AND broadcast <> $broadcast");
SQL(broadcast_left, "UPDATE broadcast_recipients SET left_at = $now WHERE broadcast = $broadcast "
                    "AND address = $address AND outbox = $outbox");
SQL(broadcast_one_uncalled, "UPDATE broadcast_recipients SET state = 4, called_at = 0 "
                            "WHERE broadcast = $broadcast AND address = $address "
                            "AND outbox = $outbox AND state = 2");
SQL(broadcast_one_unasked, "DELETE FROM prompts WHERE id = $outbox");
SQL(broadcast_asks, "UPDATE prompts SET asked_at = $at WHERE id = $outbox");
SQL(broadcast_was_called, "SELECT state FROM broadcast_recipients WHERE broadcast = $broadcast "
                          "AND address = $address AND state = 2");
SQL(broadcast_newest_call,
    "SELECT broadcast FROM broadcast_recipients WHERE address = $address AND called_at > 0 "
    "AND called_at >= $since AND called_at <= $now ORDER BY called_at DESC LIMIT 1");
SQL(broadcast_set_replied, "UPDATE broadcast_recipients SET replied_at = $now "
                           "WHERE broadcast = $broadcast AND address = $address "
                           "AND replied_at = 0");
SQL(broadcast_set_opted, "UPDATE broadcast_recipients SET opted_at = $now "
                         "WHERE broadcast = $broadcast AND address = $address AND opted_at = 0");
SQL(broadcast_mark_late, "INSERT INTO broadcast_marks (address, activity, marked_at) "
                         "VALUES ($address, $activity, $now) ON CONFLICT (address) DO UPDATE SET "
                         "activity = $activity, marked_at = $now");
SQL(broadcast_mark_in, "DELETE FROM broadcast_marks WHERE address = $address");
SQL(broadcast_of, "SELECT id, state FROM broadcasts WHERE activity = $activity "
                  "ORDER BY id DESC LIMIT 1");

/* ---- may it still go? ---- */

struct call {
    enum broadcast_state state;
    int64_t org;
    enum activity_state activity;
    int64_t starts_at, taken, capacity;
};

static int read_call(const struct service *s, int64_t id, struct call *out)
{
    struct rows *r = sql_rows(s->tx, &broadcast_of_call, BINDS(BIND_INT("id", id)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    *out = (struct call){ .state = (enum broadcast_state)rows_int(r, 0),
                          .org = rows_int(r, 2),
                          .activity = (enum activity_state)rows_int(r, 3),
                          .starts_at = rows_int(r, 4),
                          .taken = rows_int(r, 5),
                          .capacity = rows_int(r, 6) };
    rows_close(s->tx, r);
    return 1;
}

/* Why it is of no use any more, NULL when it is. */
static const char *useless(const struct service *s, const struct call *c)
{
    const struct activity a = { .starts_at = c->starts_at };
    if (c->state == BROADCAST_FULL || c->taken >= c->capacity)
        return "full";
    if (c->state != BROADCAST_RUNNING && c->state != BROADCAST_DONE && c->state != BROADCAST_PAUSED)
        return "stopped";
    if (!activity_is_open(c->activity) || broadcast_last_call(s, &a) <= s->now)
        return "stale";
    return NULL;
}

/* What the person has said and got meanwhile: NULL when nothing is in the way; or GW_E* in `*rc`.
 */
static const char *unwelcome(const struct service *s, const struct outbox_row *row,
                             const struct call *c, int *rc)
{
    int64_t left = 0, midnight = notify_moment(s, civil_day_of(s->now, s->zone), 0);
    *rc = opt_recruits(s, row->address, c->org);
    if (*rc <= 0)
        return *rc == 0 ? "opted out" : NULL;
    /* What leaves today was called at most some days ago: the index needs a lower bound. */
    *rc = sql_int(s->tx, &broadcast_left_today,
                  BINDS(BIND_INT("address", row->address), BIND_INT("broadcast", row->origin),
                        BIND_INT("since", midnight - ANSWER_DAYS * BROADCAST_DAY),
                        BIND_INT("from", midnight)),
                  &left);
    return *rc >= 0 && left >= s->policy->broadcast_day_max ? "cap" : NULL;
}

static int refuse(const struct service *s, const struct outbox_row *row, const char *reason,
                  struct broadcast_admission *out)
{
    *out = (struct broadcast_admission){ .verdict = BROADCAST_NEVER, .reason = reason };
    int rc = sql_run(s->tx, &broadcast_one_uncalled,
                     BINDS(BIND_INT("broadcast", row->origin), BIND_INT("address", row->address),
                           BIND_INT("outbox", row->id)));
    if (rc == 1)
        rc = broadcast_add_called(s, row->origin, -1);
    if (rc >= 0)
        rc = sql_run(s->tx, &broadcast_one_unasked, BINDS(BIND_INT("outbox", row->id)));
    return rc < 0 ? rc : 0;
}

/* A question is open from the moment its text leaves: an answer to another one may come before. */
static int asks_at(const struct service *s, const struct outbox_row *row, int64_t at)
{
    int rc =
        sql_run(s->tx, &broadcast_asks, BINDS(BIND_INT("outbox", row->id), BIND_INT("at", at)));
    return rc < 0 ? rc : 0;
}

/* A fresh question has the next answer: 1 it waits, 0, or GW_E*. */
static int is_asked(const struct service *s, const struct outbox_row *row,
                    struct broadcast_admission *out)
{
    int64_t asked = 0;
    int rc = people_asked_at(s->tx, row->address, s->now, &asked);
    int64_t until = asked + s->policy->broadcast_question_minutes * BROADCAST_MINUTE;
    if (rc <= 0 || until <= s->now)
        return rc < 0 ? rc : 0;
    *out = (struct broadcast_admission){ .verdict = BROADCAST_LATER,
                                         .at = until,
                                         .reason = "a question is open" };
    rc = asks_at(s, row, until);
    return rc < 0 ? rc : 1;
}

static int leaves(const struct service *s, const struct outbox_row *row)
{
    int rc = asks_at(s, row, s->now);
    if (rc == 0)
        rc = sql_run(s->tx, &broadcast_left,
                     BINDS(BIND_INT("broadcast", row->origin), BIND_INT("address", row->address),
                           BIND_INT("outbox", row->id), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

int broadcast_admit(const struct service *s, const struct outbox_row *row,
                    struct broadcast_admission *out)
{
    struct call c = { 0 };
    int rc =
        row->priority == OUTBOX_BROADCAST && row->origin != 0 ? read_call(s, row->origin, &c) : 0;
    *out = (struct broadcast_admission){ .verdict = BROADCAST_SEND };
    if (rc <= 0)
        return rc;
    const char *reason = useless(s, &c);
    if (!reason)
        reason = unwelcome(s, row, &c, &rc);
    if (rc < 0 || reason)
        return rc < 0 ? rc : refuse(s, row, reason, out);
    if (c.state == BROADCAST_PAUSED) {
        *out = (struct broadcast_admission){ .verdict = BROADCAST_LATER,
                                             .at = outbox_held(row->not_before),
                                             .reason = "paused" };
        return asks_at(s, row, row->useful_until);
    }
    rc = is_asked(s, row, out);
    return rc < 0 ? rc : rc == 1 ? 0 : leaves(s, row);
}

/* ---- sign-ups ---- */

static int mark(const struct service *s, int64_t broadcast, const struct activity *a,
                int64_t address, const struct signup_result *results, int count)
{
    bool in = false, late = false;
    int64_t state = 0;
    for (int i = 0; i < count; i++) {
        in = in || results[i].outcome == SIGNUP_DONE;
        late = late || results[i].outcome == SIGNUP_WAITS || results[i].outcome == SIGNUP_FULL;
    }
    int rc = 0;
    if (in)
        rc = sql_run(s->tx, &broadcast_mark_in, BINDS(BIND_INT("address", address)));
    else if (late)
        rc = sql_int(s->tx, &broadcast_was_called,
                     BINDS(BIND_INT("broadcast", broadcast), BIND_INT("address", address)), &state);
    if (rc == 1 && late && !in)
        rc = sql_run(s->tx, &broadcast_mark_late,
                     BINDS(BIND_INT("address", address), BIND_INT("activity", a->id),
                           BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

int broadcast_joined(const struct service *s, const struct activity *a, int64_t address,
                     const struct signup_result *results, int count)
{
    struct broadcast_row row;
    int64_t id = 0;
    int rc = sql_int(s->tx, &broadcast_of, BINDS(BIND_INT("activity", a->id)), &id);
    if (rc <= 0)
        return rc;
    rc = mark(s, id, a, address, results, count);
    if (rc < 0 || a->taken < a->capacity)
        return rc;
    rc = broadcast_live_of(s, a->id, &row);
    return rc <= 0 ? rc : broadcast_end(s, &row, BROADCAST_FULL, "", true);
}

int broadcast_full_timer(const struct service *s, int64_t id)
{
    struct broadcast b;
    struct activity a;
    int rc = broadcast_get(s, id, &b);
    if (rc <= 0 || b.state != BROADCAST_FULL)
        return rc < 0 ? rc : 0;
    rc = activity_get(s, b.activity, &a);
    if (rc <= 0)
        return rc;
    int64_t spared = b.able - b.called;
    json_t *p = broadcast_named(&b);
    json_put_int(p, "joined", a.taken);
    json_put_int(p, "waiting", a.waiting);
    json_put_int(p, "called", b.called);
    json_put_int(p, "spared", spared);
    json_put_int(p, "saved", spared * b.segments * b.price);
    return notify_tell(s, b.organizer, "broadcast.full", p);
}

/* ---- answers ---- */

static int note(const struct service *s, int64_t address, const struct sql *what)
{
    int64_t id = 0;
    int rc = sql_int(s->tx, &broadcast_newest_call,
                     BINDS(BIND_INT("address", address),
                           BIND_INT("since", s->now - ANSWER_DAYS * BROADCAST_DAY),
                           BIND_INT("now", s->now)),
                     &id);
    if (rc == 1)
        rc = sql_run(s->tx, what,
                     BINDS(BIND_INT("broadcast", id), BIND_INT("address", address),
                           BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

int broadcast_replied(const struct service *s, int64_t address)
{
    return note(s, address, &broadcast_set_replied);
}

int broadcast_opted_out(const struct service *s, int64_t address)
{
    int64_t *channels;
    int n = people_channels(s->tx, address, s->arena, &channels), rc = 0;
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = note(s, channels[i], &broadcast_set_opted);
    return n < 0 ? n : rc;
}

/* ---- the activity ---- */

int broadcast_activity_changed(const struct service *s, int64_t activity, const char *why)
{
    struct broadcast_row row;
    struct broadcast b;
    int rc = broadcast_of_activity(s, activity, &b);
    if (rc <= 0)
        return rc;
    if (b.state < BROADCAST_RECALL) {
        rc = broadcast_move(s, &b, BROADCAST_CANCELLED, 0);
        return rc < 0 ? rc : 0;
    }
    rc = broadcast_live_of(s, activity, &row);
    if (rc == 0) /* everybody was called: what still waits for its provider is wrong now */
        return b.state == BROADCAST_DONE ? broadcast_sweep_timer(s, b.id) : 0;
    if (rc == 1)
        rc = broadcast_end(s, &row, BROADCAST_STOPPED, why, true);
    if (rc < 0)
        return rc;
    json_t *p = broadcast_named(&row.b);
    json_object_set_new(p, "reason", json_string(why));
    json_put_int(p, "called", row.b.called);
    json_put_int(p, "spared", row.b.able - row.b.called);
    return notify_tell(s, row.b.organizer, "broadcast.stopped", p);
}
