/* Calling: waves of numbers given to the outbox, best match first, until the activity is full
 * (handlers/broadcasts.h). */
#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/broadcasts_row.h"
#include "handlers/notify.h"

enum {
    CALLS = 50,       /* numbers a slice: some 5 ms */
    SWEEP_ROWS = 500, /* outbox rows a statement */
    SWEEP_ROUNDS = 3,
    WORDING_MAX = 1024
};

SQL(broadcast_next, "SELECT r.address, r.volunteer, r.variant FROM broadcast_recipients r "
                    "WHERE r.broadcast = $broadcast AND r.state = 1 ORDER BY r.score, r.address "
                    "LIMIT CAST($limit AS BIGINT)");
SQL(broadcast_waiting, "SELECT address FROM broadcast_recipients WHERE broadcast = $broadcast "
                       "AND state = 1 LIMIT 1");
SQL(broadcast_sharers,
    "SELECT v.id, v.name FROM volunteers v WHERE v.state = 2 AND v.id IN ("
    "SELECT CAST($volunteer AS BIGINT) UNION SELECT x.volunteer FROM broadcast_shared x "
    "WHERE x.broadcast = $broadcast AND x.address = $address) ORDER BY v.id LIMIT 9");
SQL(broadcast_called, "UPDATE broadcast_recipients SET state = $state, outbox = $outbox, "
                      "called_at = $at WHERE broadcast = $broadcast AND address = $address "
                      "AND state = 1");
SQL(broadcast_mark_done,
    "DELETE FROM broadcast_marks WHERE address = $address AND activity <> $activity");
/* Numbers whose text expired before it left, some of them, in one order for both. */
#define UNSENT                                                                                     \
    " FROM broadcast_recipients r JOIN outbox o ON o.id = r.outbox "                               \
    "WHERE r.broadcast = $broadcast AND r.state = 2 AND r.left_at = 0 AND o.state = 6 "            \
    "ORDER BY r.address LIMIT 500"
SQL(broadcast_unasked, "DELETE FROM prompts WHERE id IN (SELECT r.outbox" UNSENT ")");
SQL(broadcast_uncalled, "UPDATE broadcast_recipients SET state = 4, called_at = 0 "
                        "WHERE broadcast = $broadcast AND address IN (SELECT r.address" UNSENT ")");
/* A question is open from the time its text may leave; that of one that is held is far away. */
SQL(broadcast_asks_when, "UPDATE prompts SET asked_at = (SELECT o.not_before FROM outbox o "
                         "WHERE o.id = prompts.id) WHERE id IN (SELECT r.outbox "
                         "FROM broadcast_recipients r JOIN outbox o ON o.id = r.outbox "
                         "WHERE r.broadcast = $broadcast AND r.state = 2 AND r.left_at = 0 "
                         "AND o.state = 0)");

enum recipient_state { RECIPIENT_CALLED = 2, RECIPIENT_WITHDRAWN = 4 };

bool broadcast_is_quiet(const struct service *s)
{
    return notify_daytime(s, s->now) != s->now;
}

/* ---- one number ---- */

struct calling {
    const struct service *s;
    struct broadcast_row *row;
    struct activity a;
    json_t *params, *wording;
};

struct number {
    int64_t address, volunteer;
    int variant;
};

/* Who is meant on this phone, oldest registration first; their number or GW_E*. */
static int put_people(const struct calling *c, const struct number *n, json_t *params)
{
    const struct service *s = c->s;
    json_t *names = json_array(), *people = json_array();
    int rc;
    struct rows *r =
        sql_rows(s->tx, &broadcast_sharers,
                 BINDS(BIND_INT("broadcast", c->row->b.id), BIND_INT("address", n->address),
                       BIND_INT("volunteer", n->volunteer)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        struct slice name = rows_text(r, 1);
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)rows_int(r, 0));
        json_array_append_new(names, json_stringn(name.p ? name.p : "", name.n));
        json_array_append_new(people, json_string(id));
    }
    int count = (int)json_array_size(names);
    json_object_set_new(params, "names", names);
    json_object_set_new(params, "people", people);
    return rc < 0 ? rc : count;
}

/* Evenly over the wave's time, and by day. */
static int64_t leaves_at(const struct calling *c, int64_t place)
{
    const struct broadcast *b = &c->row->b;
    int64_t wave = b->wave > 0 ? b->wave : 1;
    int64_t at = c->row->wave_at + b->spread * place / wave;
    return notify_daytime(c->s, at > c->s->now ? at : c->s->now);
}

static int put_prompt(const struct calling *c, const struct address *to,
                      const struct outbox_row *row)
{
    const struct service *s = c->s;
    int64_t until = s->now + s->policy->question_days * BROADCAST_DAY;
    struct prompt p = { .id = row->id,
                        .conversation = to->conversation,
                        .message = row->message,
                        .params = row->params,
                        .asked_at = row->not_before,
                        .until = until < c->a.starts_at ? until : c->a.starts_at };
    return people_prompt(s->tx, s->vault, &p, s->arena);
}

static int put_call(const struct calling *c, const struct number *n, int people, json_t *params,
                    int64_t at, int64_t *id)
{
    const struct service *s = c->s;
    struct address to;
    int rc = people_by_id(s->tx, s->vault, n->address, s->arena, &to);
    if (rc <= 0)
        return rc;
    json_t *messages = json_object_get(c->wording, people > 1 ? "shared" : "message");
    struct outbox_row row = { .id = ids_next(s->ids),
                              .address = to.id,
                              .realm = to.realm,
                              .recipient = to.sender,
                              .account = to.account,
                              .message = slice_of(
                                  json_string_value(json_array_get(messages, (size_t)n->variant))),
                              .params = json_write(params, s->arena),
                              .priority = OUTBOX_BROADCAST,
                              .not_before = at,
                              .useful_until = broadcast_last_call(s, &c->a),
                              .trace = s->trace,
                              .origin = c->row->b.id };
    *id = row.id;
    rc = outbox_put(s->tx, s->vault, &row, s->now, s->arena);
    if (rc >= 0)
        rc = put_prompt(c, &to, &row);
    return rc < 0 ? rc : 1;
}

static int mark_called(const struct calling *c, const struct number *n, int state, int64_t outbox,
                       int64_t at)
{
    int rc = sql_run(c->s->tx, &broadcast_called,
                     BINDS(BIND_INT("broadcast", c->row->b.id), BIND_INT("address", n->address),
                           BIND_INT("state", state), BIND_INT("outbox", outbox),
                           BIND_INT("at", state == RECIPIENT_CALLED ? at : 0)));
    if (rc >= 0 && state == RECIPIENT_CALLED)
        rc = sql_run(c->s->tx, &broadcast_mark_done,
                     BINDS(BIND_INT("address", n->address), BIND_INT("activity", c->a.id)));
    return rc < 0 ? rc : 0;
}

/* 1 called, 0 left out because nobody is there any more, or GW_E*. */
static int call_number(const struct calling *c, const struct number *n, int64_t place)
{
    int64_t id = 0, at = leaves_at(c, place);
    json_t *params = json_deep_copy(c->params);
    json_put_id(params, "broadcast", c->row->b.id);
    int people = put_people(c, n, params);
    int rc = people <= 0 ? people : put_call(c, n, people, params, at, &id);
    json_decref(params);
    if (rc < 0)
        return rc;
    int called = rc;
    rc = mark_called(c, n, called ? RECIPIENT_CALLED : RECIPIENT_WITHDRAWN, id, at);
    return rc < 0 ? rc : called;
}

/* ---- a slice of a wave ---- */

static int read_next(const struct calling *c, int limit, struct number *out)
{
    const struct service *s = c->s;
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, &broadcast_next,
                              BINDS(BIND_INT("broadcast", c->row->b.id), BIND_INT("limit", limit)));
    while ((rc = rows_next(s->tx, r)) == 1)
        out[n++] = (struct number){ .address = rows_int(r, 0),
                                    .volunteer = rows_int(r, 1),
                                    .variant = (int)rows_int(r, 2) };
    return rc < 0 ? rc : n;
}

static int call_slice(struct calling *c)
{
    struct number numbers[CALLS];
    struct broadcast_row *row = c->row;
    int limit = row->wave_left < CALLS ? (int)row->wave_left : CALLS;
    int n = read_next(c, limit, numbers), rc = n;
    int64_t place = row->b.wave - row->wave_left, called = 0;
    for (int i = 0; rc >= 0 && i < n; i++) {
        rc = call_number(c, &numbers[i], place + called);
        called += rc == 1;
    }
    if (rc < 0)
        return rc;
    row->wave_left = n < limit ? 0 : row->wave_left - called;
    row->b.called += called;
    rc = broadcast_add_called(c->s, row->b.id, called);
    return rc < 0 ? rc : broadcast_keep_wave(c->s, row);
}

static int call_some(const struct service *s, struct broadcast_row *row, const struct activity *a)
{
    struct fault fault = { 0 };
    struct calling c = { .s = s, .row = row, .a = *a };
    c.params = broadcast_wording_params(s, row->b.id);
    c.wording = json_read(row->wording, "wording", WORDING_MAX, &fault);
    int rc = c.params && c.wording ? call_slice(&c) : GW_EDATA;
    json_decref(c.params);
    json_decref(c.wording);
    return rc;
}

/* When the wave had its time to answer. */
static int64_t wave_ends(const struct service *s, const struct broadcast_row *row)
{
    int64_t last = row->wave_at + row->b.spread;
    return notify_daytime(s, last > s->now ? last : s->now) +
           s->policy->broadcast_wave_minutes * BROADCAST_MINUTE;
}

static int set_wave_end(const struct service *s, struct broadcast_row *row)
{
    row->b.due = wave_ends(s, row);
    int rc = broadcast_keep_wave(s, row);
    return rc < 0 ? rc : timers_set(s->tx, "broadcast.wave", row->b.id, row->b.due);
}

int broadcast_call_timer(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    struct activity a;
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0 || row.b.state != BROADCAST_RUNNING || row.wave_left <= 0)
        return rc < 0 ? rc : 0;
    if (broadcast_is_quiet(s))
        return timers_set(s->tx, "broadcast.call", id, notify_daytime(s, s->now));
    rc = activity_get(s, row.b.activity, &a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EDATA;
    if (a.taken >= a.capacity)
        return broadcast_end(s, &row, BROADCAST_FULL, "", true);
    if (broadcast_last_call(s, &a) <= s->now)
        return broadcast_end(s, &row, BROADCAST_DONE, "", true);
    rc = call_some(s, &row, &a);
    if (rc < 0)
        return rc;
    return row.wave_left > 0 ? timers_set(s->tx, "broadcast.call", id, s->now)
                             : set_wave_end(s, &row);
}

/* ---- waves ---- */

int broadcast_run(const struct service *s, struct broadcast_row *row)
{
    struct broadcast *b = &row->b;
    int rc = b->state == BROADCAST_RUNNING ? 1 : broadcast_move(s, b, BROADCAST_RUNNING, 0);
    if (rc <= 0)
        return rc;
    rc = set_wave_end(s, row);
    if (rc >= 0)
        rc = timers_set(s->tx, "broadcast.progress", b->id,
                        s->now + s->policy->broadcast_progress_minutes * BROADCAST_MINUTE);
    if (rc >= 0 && row->wave_left > 0)
        rc = timers_set(s->tx, "broadcast.call", b->id, s->now);
    return rc < 0 ? rc : 0;
}

static int open_wave(const struct service *s, struct broadcast_row *row)
{
    row->b.waves++;
    row->wave_left = row->b.wave;
    row->wave_at = s->now;
    return broadcast_run(s, row);
}

/* Nobody is left to call: what was sent may still be answered. */
static int all_called(const struct service *s, struct broadcast_row *row, const struct activity *a)
{
    int rc = broadcast_end(s, row, BROADCAST_DONE, "", false);
    if (rc < 0)
        return rc;
    json_t *p = broadcast_named(&row->b);
    json_put_int(p, "called", row->b.called);
    json_put_int(p, "joined", a->taken);
    json_put_int(p, "capacity", a->capacity);
    return notify_tell(s, row->b.organizer, "broadcast.done", p);
}

/* Opens a wave, or ends: when it is full, too late, or everybody was called. */
static int next_wave(const struct service *s, struct broadcast_row *row)
{
    struct activity a;
    int64_t waiting = 0;
    int rc = activity_get(s, row->b.activity, &a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EDATA;
    if (!activity_is_open(a.state) || broadcast_last_call(s, &a) <= s->now)
        return broadcast_end(s, row, BROADCAST_DONE, "", true);
    if (a.taken >= a.capacity)
        return broadcast_end(s, row, BROADCAST_FULL, "", true);
    rc = sql_int(s->tx, &broadcast_waiting, BINDS(BIND_INT("broadcast", row->b.id)), &waiting);
    if (rc < 0)
        return rc;
    return rc == 0 ? all_called(s, row, &a) : open_wave(s, row);
}

/* At night nothing is begun: by morning the answer may be another one. */
static int not_at_night(const struct service *s, const char *timer, struct broadcast_row *row)
{
    return timers_set(s->tx, timer, row->b.id, notify_daytime(s, s->now));
}

int broadcast_begin_timer(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0 || row.b.state != BROADCAST_RECALL)
        return rc < 0 ? rc : 0;
    return broadcast_is_quiet(s) ? not_at_night(s, "broadcast.begin", &row) : next_wave(s, &row);
}

int broadcast_wave_timer(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0 || row.b.state != BROADCAST_RUNNING)
        return rc < 0 ? rc : 0;
    if (row.wave_left > 0)
        return set_wave_end(s, &row); /* it is still being called */
    return broadcast_is_quiet(s) ? not_at_night(s, "broadcast.wave", &row) : next_wave(s, &row);
}

/* ---- the end ---- */

static int64_t result_at(const struct service *s)
{
    return notify_moment(s, civil_day_of(s->now, s->zone) + 1, s->policy->broadcast_result_at);
}

int broadcast_end(const struct service *s, struct broadcast_row *row, enum broadcast_state to,
                  const char *why, bool withdraw)
{
    static const char *const timers[] = { "broadcast.begin", "broadcast.wave", "broadcast.call",
                                          "broadcast.progress", "broadcast.expires" };
    int64_t id = row->b.id, due = result_at(s);
    row->b.why = slice_of(why);
    int rc = broadcast_move(s, &row->b, to, due);
    if (rc <= 0)
        return rc;
    for (size_t i = 0; rc >= 0 && i < sizeof timers / sizeof timers[0]; i++)
        rc = timers_cancel(s->tx, timers[i], id);
    if (rc >= 0)
        rc = timers_set(s->tx, "broadcast.result", id, due);
    if (rc >= 0 && to == BROADCAST_FULL)
        rc = timers_set(s->tx, "broadcast.full", id,
                        s->now + s->policy->broadcast_full_minutes * BROADCAST_MINUTE);
    if (rc >= 0 && withdraw)
        rc = broadcast_sweep_timer(s, id);
    if (rc >= 0)
        rc = broadcast_get(s, id, &row->b);
    return rc < 0 ? rc : 0;
}

/* Numbers whose text did not leave were not called: it does not count against them, and their
 * question is not open. Number of them, or GW_E*. */
static int uncall(const struct service *s, int64_t id)
{
    int rc = sql_run(s->tx, &broadcast_unasked, BINDS(BIND_INT("broadcast", id)));
    if (rc >= 0)
        rc = sql_run(s->tx, &broadcast_uncalled, BINDS(BIND_INT("broadcast", id)));
    if (rc <= 0)
        return rc;
    int kept = broadcast_add_called(s, id, -rc);
    return kept < 0 ? kept : rc;
}

/* What the state asks of rows that wait in the outbox, some of them. Number changed or GW_E*. */
static int sweep(const struct service *s, const struct broadcast_row *row)
{
    int64_t id = row->b.id;
    switch (row->b.state) {
    case BROADCAST_PAUSED:
        return outbox_hold(s->tx, id, s->now, SWEEP_ROWS);
    case BROADCAST_RUNNING:
        return outbox_release(s->tx, id, row->resume_delay, s->now, SWEEP_ROWS);
    case BROADCAST_FULL:
        return outbox_withdraw(s->tx, id, SLICE("full"), s->now, SWEEP_ROWS);
    case BROADCAST_STOPPED:
        return outbox_withdraw(s->tx, id, SLICE("stopped"), s->now, SWEEP_ROWS);
    case BROADCAST_DONE:
        return outbox_withdraw(s->tx, id, SLICE("stale"), s->now, SWEEP_ROWS);
    default:
        return 0;
    }
}

/* One round: rows, then the numbers they belong to. More to do while it is not 0. */
static int sweep_round(const struct service *s, const struct broadcast_row *row)
{
    bool ended = row->b.state == BROADCAST_FULL || row->b.state == BROADCAST_STOPPED ||
                 row->b.state == BROADCAST_DONE;
    int rc = sweep(s, row);
    return rc != 0 || !ended ? rc : uncall(s, row->b.id);
}

int broadcast_sweep_timer(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row), rounds = 0;
    if (rc <= 0)
        return rc;
    do
        rc = sweep_round(s, &row);
    while (rc > 0 && ++rounds < SWEEP_ROUNDS);
    if (rc < 0)
        return rc;
    if (rc > 0)
        return timers_set(s->tx, "broadcast.sweep", id, s->now);
    rc = sql_run(s->tx, &broadcast_asks_when, BINDS(BIND_INT("broadcast", id)));
    return rc < 0 ? rc : 0;
}
