#include "handlers/broadcasts.h"

#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/broadcasts_row.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/protect.h"
#include "handlers/roles.h"

enum { PARAMS_MAX = 8192, LIST_MAX = 200 };

#define BIT(n) (1u << (n))

/* Allowed moves, and the timer that ends a state nobody ends. */
static const struct {
    const char *name;
    const char *deadline;
    unsigned allowed;
} states[BROADCAST_STATES] = {
    [BROADCAST_DRAFT] = { "draft", "broadcast.expires",
                          BIT(BROADCAST_PREVIEWED) | BIT(BROADCAST_CANCELLED) |
                              BIT(BROADCAST_EXPIRED) },
    [BROADCAST_PREVIEWED] = { "previewed", "broadcast.expires",
                              BIT(BROADCAST_SECOND) | BIT(BROADCAST_RECALL) |
                                  BIT(BROADCAST_CANCELLED) | BIT(BROADCAST_EXPIRED) },
    [BROADCAST_SECOND] = { "second", "broadcast.expires",
                           BIT(BROADCAST_RECALL) | BIT(BROADCAST_CANCELLED) |
                               BIT(BROADCAST_EXPIRED) },
    [BROADCAST_RECALL] = { "recall", "broadcast.begin",
                           BIT(BROADCAST_RUNNING) | BIT(BROADCAST_FULL) | BIT(BROADCAST_DONE) |
                               BIT(BROADCAST_STOPPED) | BIT(BROADCAST_CANCELLED) },
    [BROADCAST_RUNNING] = { "running", "broadcast.wave",
                            BIT(BROADCAST_PAUSED) | BIT(BROADCAST_FULL) | BIT(BROADCAST_DONE) |
                                BIT(BROADCAST_STOPPED) },
    [BROADCAST_PAUSED] = { "paused", "broadcast.expires",
                           BIT(BROADCAST_RUNNING) | BIT(BROADCAST_FULL) | BIT(BROADCAST_DONE) |
                               BIT(BROADCAST_STOPPED) },
    [BROADCAST_FULL] = { "full", "broadcast.result", BIT(BROADCAST_CLOSED) },
    [BROADCAST_DONE] = { "done", "broadcast.result", BIT(BROADCAST_CLOSED) },
    [BROADCAST_STOPPED] = { "stopped", "broadcast.result", BIT(BROADCAST_CLOSED) },
    [BROADCAST_CLOSED] = { "closed", NULL, 0 },
    [BROADCAST_CANCELLED] = { "cancelled", NULL, 0 },
    [BROADCAST_EXPIRED] = { "expired", NULL, 0 },
};

static const char *const reasons[BROADCAST_REASONS] = {
    [BROADCAST_ABLE] = "able",           [BROADCAST_NO_CHANNEL] = "no_channel",
    [BROADCAST_INACTIVE] = "inactive",   [BROADCAST_OPTED_OUT] = "opted_out",
    [BROADCAST_NEVER_YES] = "never_yes", [BROADCAST_UNREACHABLE] = "unreachable",
    [BROADCAST_UNFIT] = "unfit",         [BROADCAST_SIGNED_UP] = "signed_up",
    [BROADCAST_RESTING] = "resting",     [BROADCAST_CAPPED] = "capped",
};

static const char *const outcomes[BROADCAST_OUTCOMES] = {
    [BROADCAST_OK] = "ok",
    [BROADCAST_UNCHANGED] = "unchanged",
    [BROADCAST_COUNTING] = "counting",
    [BROADCAST_NEEDS_SECOND] = "needs_second",
    [BROADCAST_WRONG_NUMBER] = "wrong_number",
    [BROADCAST_LOCKED] = "locked",
    [BROADCAST_SAME_PERSON] = "same_person",
    [BROADCAST_NO_SECOND] = "no_second",
    [BROADCAST_NOBODY] = "nobody",
    [BROADCAST_FORBIDDEN] = "forbidden",
    [BROADCAST_OUTSIDE] = "outside",
    [BROADCAST_BAD_AUDIENCE] = "bad_audience",
    [BROADCAST_INCOMPLETE] = "incomplete",
    [BROADCAST_BAD_FORM] = "bad_form",
    [BROADCAST_PAST] = "past",
    [BROADCAST_NOT_OPEN] = "not_open",
    [BROADCAST_SEATS_FULL] = "seats_full",
    [BROADCAST_BUSY] = "busy",
    [BROADCAST_NOT_FOUND] = "not_found",
    [BROADCAST_EXPIRED_DRAFT] = "expired",
    [BROADCAST_WRONG_STATE] = "wrong_state",
};

static const char *const charts[CHARTS] = {
    [CHART_TOWNSHIP] = "township",
    [CHART_AGE] = "age",
    [CHART_CHANNEL] = "channel",
    [CHART_STAR] = "star",
};

#define BROADCAST_COLUMNS                                                                          \
    "b.id, b.activity, a.code, b.org, b.state, b.organizer, b.second, b.audience, b.everybody, "   \
    "b.made_at, b.due, b.start_at, b.begun_at, b.ended_at, b.why, b.seen, b.listed, b.able, "      \
    "b.called, b.waves, b.wave, b.segments, b.shared_segments, b.price, b.signed_pushes, "         \
    "b.second_needed, b.spread, b.variants, b.wording, b.cursor_area, b.cursor_id, "               \
    "b.wave_left, b.wave_at, b.paused_at, b.confirm, b.confirm_second, b.wrong, b.told, "          \
    "b.resume_delay"
#define BROADCAST_FROM " FROM broadcasts b JOIN activities a ON a.id = b.activity "

SQL(broadcast_one, "SELECT " BROADCAST_COLUMNS BROADCAST_FROM "WHERE b.id = $id");
SQL(broadcast_newest, "SELECT " BROADCAST_COLUMNS BROADCAST_FROM "WHERE b.activity = $activity "
                      "ORDER BY b.id DESC LIMIT 1");
SQL(broadcast_live, "SELECT " BROADCAST_COLUMNS BROADCAST_FROM "WHERE b.activity = $activity "
                    "AND b.state IN (4, 5, 6) ORDER BY b.id DESC LIMIT 1");
SQL(broadcast_open, "SELECT " BROADCAST_COLUMNS BROADCAST_FROM "WHERE b.organizer = $organizer "
                    "AND b.state IN (2, 3, 4, 5, 6) ORDER BY b.id DESC LIMIT 1");
SQL(broadcasts_below,
    "WITH RECURSIVE down (id, depth) AS (SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
    "SELECT o.id, down.depth + 1 FROM organizations o JOIN down ON o.parent = down.id "
    "WHERE down.depth < 16) "
    "SELECT " BROADCAST_COLUMNS " FROM down JOIN broadcasts b ON b.org = down.id "
    "JOIN activities a ON a.id = b.activity ORDER BY b.id DESC LIMIT CAST($limit AS BIGINT)");
SQL(broadcasts_all,
    "SELECT " BROADCAST_COLUMNS BROADCAST_FROM "ORDER BY b.id DESC LIMIT CAST($limit AS BIGINT)");
SQL(broadcast_insert,
    "INSERT INTO broadcasts (id, activity, org, state, organizer, second, audience, everybody, "
    "wording, params, made_at, due, start_at, begun_at, ended_at, paused_at, why, cursor_area, "
    "cursor_id, seen, listed, able, called, waves, wave, wave_left, wave_at, segments, "
    "shared_segments, price, signed_pushes, second_needed, spread, variants, confirm, "
    "confirm_second, wrong, told, resume_delay) VALUES ($id, $activity, $org, 1, $organizer, 0, $audience, "
    "$everybody, $wording, $params, $now, $due, $start, 0, 0, 0, '', $area, 0, 0, 0, 0, 0, 0, "
    "$wave, 0, 0, $segments, $shared, $price, $signed, $second, $spread, $variants, 0, 0, 0, 0, 0)");
SQL(broadcast_set_state,
    "UPDATE broadcasts SET state = $to, due = $due, why = $why, "
    "begun_at = CASE WHEN CAST($to AS BIGINT) = 5 AND begun_at = 0 THEN $now ELSE begun_at END, "
    "paused_at = CASE WHEN CAST($to AS BIGINT) = 6 THEN $now ELSE 0 END, "
    "ended_at = CASE WHEN CAST($to AS BIGINT) IN (7, 8, 9, 11, 12) THEN $now ELSE ended_at END "
    "WHERE id = $id AND state = $from");
SQL(broadcast_params_of, "SELECT params FROM broadcasts WHERE id = $id");
SQL(broadcast_set_cursor,
    "UPDATE broadcasts SET cursor_area = $area, cursor_id = $at, seen = $seen, listed = $listed, "
    "able = $able WHERE id = $id");
SQL(broadcast_set_wave,
    "UPDATE broadcasts SET waves = $waves, wave_left = $left, wave_at = $at, due = $due, "
    "resume_delay = $delay WHERE id = $id");
SQL(broadcast_set_confirm,
    "UPDATE broadcasts SET confirm = $confirm, confirm_second = $confirm_second, "
    "second = $second, second_needed = $needed, wrong = $wrong WHERE id = $id");
SQL(broadcast_set_told, "UPDATE broadcasts SET told = $told WHERE id = $id");
SQL(broadcast_count_called, "UPDATE broadcasts SET called = called + $change WHERE id = $id");
SQL(broadcast_drafts,
    "SELECT id FROM broadcasts WHERE activity = $activity AND state IN (1, 2, 3)");

const char *broadcast_state_name(enum broadcast_state state)
{
    return state > 0 && (int)state < BROADCAST_STATES ? states[state].name : "?";
}

bool broadcast_may_move(enum broadcast_state from, enum broadcast_state to)
{
    return from > 0 && (int)from < BROADCAST_STATES && (states[from].allowed & BIT(to)) != 0;
}

bool broadcast_is_final(enum broadcast_state state)
{
    return state > 0 && (int)state < BROADCAST_STATES && states[state].allowed == 0;
}

const char *broadcast_deadline(enum broadcast_state state)
{
    return state > 0 && (int)state < BROADCAST_STATES ? states[state].deadline : NULL;
}

const char *broadcast_reason_name(enum broadcast_reason reason)
{
    return (int)reason < BROADCAST_REASONS ? reasons[reason] : "?";
}

const char *broadcast_outcome_name(enum broadcast_outcome outcome)
{
    return outcome < BROADCAST_OUTCOMES ? outcomes[outcome] : "?";
}

const char *broadcast_chart_name(enum broadcast_chart chart)
{
    return chart < CHARTS ? charts[chart] : "?";
}

/* ---- rows ---- */

static void read_row(const struct service *s, const struct rows *r, struct broadcast_row *out)
{
    *out = (struct broadcast_row){
        .b = { .id = rows_int(r, 0),
               .activity = rows_int(r, 1),
               .code = rows_int(r, 2),
               .org = rows_int(r, 3),
               .state = (enum broadcast_state)rows_int(r, 4),
               .organizer = rows_int(r, 5),
               .second = rows_int(r, 6),
               .audience = arena_dup(s->arena, rows_text(r, 7)),
               .everybody = rows_int(r, 8) != 0,
               .made_at = rows_int(r, 9),
               .snapshot = rows_int(r, 9),
               .due = rows_int(r, 10),
               .start_at = rows_int(r, 11),
               .begun_at = rows_int(r, 12),
               .ended_at = rows_int(r, 13),
               .why = arena_dup(s->arena, rows_text(r, 14)),
               .seen = rows_int(r, 15),
               .listed = rows_int(r, 16),
               .able = rows_int(r, 17),
               .called = rows_int(r, 18),
               .waves = rows_int(r, 19),
               .wave = rows_int(r, 20),
               .segments = rows_int(r, 21),
               .shared_segments = rows_int(r, 22),
               .price = rows_int(r, 23),
               .signed_pushes = rows_int(r, 24) != 0,
               .second_needed = rows_int(r, 25) != 0,
               .spread = rows_int(r, 26),
               .variants = (int)rows_int(r, 27) },
        .wording = arena_dup(s->arena, rows_text(r, 28)),
        .cursor_area = rows_int(r, 29),
        .cursor_id = rows_int(r, 30),
        .wave_left = rows_int(r, 31),
        .wave_at = rows_int(r, 32),
        .paused_at = rows_int(r, 33),
        .confirm = rows_int(r, 34),
        .confirm_second = rows_int(r, 35),
        .wrong = rows_int(r, 36),
        .told = rows_int(r, 37),
        .resume_delay = rows_int(r, 38),
    };
}

static int read_one(const struct service *s, struct rows *r, struct broadcast_row *out)
{
    int rc = rows_next(s->tx, r);
    *out = (struct broadcast_row){ 0 };
    if (rc == 1) {
        read_row(s, r, out);
        rows_close(s->tx, r);
    }
    return rc;
}

int broadcast_row(const struct service *s, int64_t id, struct broadcast_row *out)
{
    return read_one(s, sql_rows(s->tx, &broadcast_one, BINDS(BIND_INT("id", id))), out);
}

int broadcast_live_of(const struct service *s, int64_t activity, struct broadcast_row *out)
{
    return read_one(s, sql_rows(s->tx, &broadcast_live, BINDS(BIND_INT("activity", activity))),
                    out);
}

int broadcast_get(const struct service *s, int64_t id, struct broadcast *out)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row);
    *out = row.b;
    return rc;
}

int broadcast_open_of(const struct service *s, int64_t address, struct broadcast *out)
{
    struct broadcast_row row;
    int rc =
        read_one(s, sql_rows(s->tx, &broadcast_open, BINDS(BIND_INT("organizer", address))), &row);
    *out = row.b;
    return rc;
}

int broadcast_of_activity(const struct service *s, int64_t activity, struct broadcast *out)
{
    struct broadcast_row row;
    int rc = read_one(s, sql_rows(s->tx, &broadcast_newest, BINDS(BIND_INT("activity", activity))),
                      &row);
    *out = row.b;
    return rc;
}

int broadcasts_list(const struct service *s, int64_t org, int limit, struct broadcast **out)
{
    struct broadcast *list = NULL;
    struct broadcast_row row;
    int n = 0, rc;
    limit = limit <= 0 || limit > LIST_MAX ? LIST_MAX : limit;
    struct rows *r = org == 0 ? sql_rows(s->tx, &broadcasts_all, BINDS(BIND_INT("limit", limit)))
                              : sql_rows(s->tx, &broadcasts_below,
                                         BINDS(BIND_INT("org", org), BIND_INT("limit", limit)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        read_row(s, r, &row);
        list[n++] = row.b;
    }
    *out = list;
    return rc < 0 ? rc : n;
}

int broadcast_move(const struct service *s, struct broadcast *b, enum broadcast_state to,
                   int64_t due)
{
    if (!broadcast_may_move(b->state, to))
        return 0;
    int rc =
        sql_run(s->tx, &broadcast_set_state,
                BINDS(BIND_INT("id", b->id), BIND_INT("from", b->state), BIND_INT("to", to),
                      BIND_INT("due", due), BIND_TEXT("why", b->why), BIND_INT("now", s->now)));
    if (rc != 1)
        return rc;
    b->state = to;
    b->due = due;
    if (to == BROADCAST_RUNNING && b->begun_at == 0)
        b->begun_at = s->now;
    return 1;
}

int broadcast_keep_cursor(const struct service *s, const struct broadcast_row *row)
{
    int rc = sql_run(s->tx, &broadcast_set_cursor,
                     BINDS(BIND_INT("id", row->b.id), BIND_INT("area", row->cursor_area),
                           BIND_INT("at", row->cursor_id), BIND_INT("seen", row->b.seen),
                           BIND_INT("listed", row->b.listed), BIND_INT("able", row->b.able)));
    return rc < 0 ? rc : 0;
}

int broadcast_keep_wave(const struct service *s, const struct broadcast_row *row)
{
    int rc = sql_run(s->tx, &broadcast_set_wave,
                     BINDS(BIND_INT("id", row->b.id), BIND_INT("waves", row->b.waves),
                           BIND_INT("left", row->wave_left), BIND_INT("at", row->wave_at),
                           BIND_INT("due", row->b.due), BIND_INT("delay", row->resume_delay)));
    return rc < 0 ? rc : 0;
}

int broadcast_keep_confirm(const struct service *s, const struct broadcast_row *row)
{
    int rc = sql_run(
        s->tx, &broadcast_set_confirm,
        BINDS(BIND_INT("id", row->b.id), BIND_INT("confirm", row->confirm),
              BIND_INT("confirm_second", row->confirm_second), BIND_INT("second", row->b.second),
              BIND_INT("needed", row->b.second_needed), BIND_INT("wrong", row->wrong)));
    return rc < 0 ? rc : 0;
}

int broadcast_keep_told(const struct service *s, const struct broadcast_row *row)
{
    int rc = sql_run(s->tx, &broadcast_set_told,
                     BINDS(BIND_INT("id", row->b.id), BIND_INT("told", row->told)));
    return rc < 0 ? rc : 0;
}

int broadcast_add_called(const struct service *s, int64_t id, int64_t change)
{
    int rc = change == 0 ? 0
                         : sql_run(s->tx, &broadcast_count_called,
                                   BINDS(BIND_INT("id", id), BIND_INT("change", change)));
    return rc < 0 ? rc : 0;
}

json_t *broadcast_wording_params(const struct service *s, int64_t id)
{
    struct fault fault = { 0 };
    struct slice sealed, clear;
    struct rows *r = sql_rows(s->tx, &broadcast_params_of, BINDS(BIND_INT("id", id)));
    if (rows_next(s->tx, r) != 1)
        return NULL;
    sealed = arena_dup(s->arena, rows_blob(r, 0));
    rows_close(s->tx, r);
    if (protect_open(s, "broadcasts.params", id, sealed, &clear) < 0)
        return NULL;
    return json_read(clear, "parameters", PARAMS_MAX, &fault);
}

int broadcast_may(const struct service *s, const struct broadcast *b, int64_t address,
                  const char *what)
{
    int rc = what ? role_use(s, address, POWER_BROADCAST, b->org, what, b->id, NULL)
                  : role_may(s, address, POWER_BROADCAST, b->org, NULL);
    return rc < 0 ? rc : rc == 1 ? BROADCAST_OK : BROADCAST_FORBIDDEN;
}

json_t *broadcast_named(const struct broadcast *b)
{
    json_t *p = json_object();
    json_put_id(p, "broadcast", b->id);
    json_put_int(p, "code", b->code);
    return p;
}

int64_t broadcast_last_call(const struct service *s, const struct activity *a)
{
    return a->starts_at - s->policy->broadcast_lead_minutes * BROADCAST_MINUTE;
}

/* ---- draft ---- */

json_t *broadcast_params(const struct service *s, const struct activity *a)
{
    json_t *p = activity_params(s, a);
    json_object_set_new(p, "hours",
                        json_sprintf("%s-%s", json_text(p, "time", ""), json_text(p, "end", "")));
    json_object_set_new(p, "names", json_array());
    json_object_set_new(p, "people", json_array());
    return p;
}

static int check_form(const struct broadcast_form *f, struct fault *fault)
{
    static const char *const where = "broadcast";
    if (f->segments < 1 || f->segments > 10 || f->shared_segments < 1 || f->shared_segments > 10)
        fault_set(fault, GW_EINVAL, "%s: segments: expected 1 to 10", where);
    else if (f->price < 0 || f->price > 10000)
        fault_set(fault, GW_EINVAL, "%s: price: expected 0 to 10000 fen", where);
    else if (f->spread_minutes < 0 || f->spread_minutes > 720)
        fault_set(fault, GW_EINVAL, "%s: spread: expected 0 to 720 minutes", where);
    else if (f->wave < 0 || f->wave > 1000000)
        fault_set(fault, GW_EINVAL, "%s: wave: expected 1 to 1000000 people", where);
    else if (f->need_count < 0 || f->need_count > BROADCAST_NEEDS_MAX)
        fault_set(fault, GW_EINVAL, "%s: parameters: expected at most %d", where,
                  BROADCAST_NEEDS_MAX);
    else
        return BROADCAST_OK;
    return BROADCAST_BAD_FORM;
}

/* What each recipient's row has of its own is added when it is called. */
static bool is_own(struct slice name)
{
    return slice_eq(name, SLICE("names")) || slice_eq(name, SLICE("people")) ||
           slice_eq(name, SLICE("broadcast"));
}

struct slice broadcast_lacks(const struct broadcast_form *form, const json_t *params)
{
    for (int i = 0; i < form->need_count; i++) {
        struct slice name = form->needs[i];
        const json_t *value = json_object_getn(params, name.p, name.n);
        bool empty = value == NULL || json_is_null(value) ||
                     (json_is_string(value) && json_string_length(value) == 0);
        if (empty && !is_own(name))
            return name;
    }
    return (struct slice){ 0 };
}

static int check_params(const struct broadcast_form *f, const json_t *params, struct fault *fault)
{
    struct slice lacks = broadcast_lacks(f, params);
    if (lacks.n == 0)
        return BROADCAST_OK;
    fault_set(fault, GW_EINVAL, "broadcast: the wording needs '%.*s', which is not filled in",
              SLICE_ARG(lacks));
    return BROADCAST_INCOMPLETE;
}

static int check_activity(const struct service *s, const struct activity *a,
                          const struct broadcast_form *f)
{
    if (!activity_is_open(a->state))
        return BROADCAST_NOT_OPEN;
    int64_t last = broadcast_last_call(s, a);
    if (last <= s->now || (f->start_at != 0 && (f->start_at < s->now || f->start_at >= last)))
        return BROADCAST_PAST;
    return a->taken >= a->capacity ? BROADCAST_SEATS_FULL : BROADCAST_OK;
}

static int audience_of(const struct service *s, const struct activity *a, int64_t org,
                       const json_t *wished, json_t **out)
{
    if (!wished)
        return audience_propose(s, a, org, out);
    *out = json_incref((json_t *)(uintptr_t)wished);
    return 0;
}

static int outcome_of(int audience)
{
    switch (audience) {
    case AUDIENCE_OK:
        return BROADCAST_OK;
    case AUDIENCE_OUTSIDE:
        return BROADCAST_OUTSIDE;
    default:
        return audience < 0 ? audience : BROADCAST_BAD_AUDIENCE;
    }
}

static int cancel_drafts(const struct service *s, int64_t activity)
{
    int64_t id = 0;
    struct broadcast_row row;
    int rc = 0;
    while (rc >= 0 && (rc = sql_int(s->tx, &broadcast_drafts, BINDS(BIND_INT("activity", activity)),
                                    &id)) == 1) {
        rc = broadcast_row(s, id, &row);
        if (rc == 1)
            rc = broadcast_move(s, &row.b, BROADCAST_CANCELLED, 0);
        if (rc == 0)
            return GW_EDATA;
    }
    return rc < 0 ? rc : 0;
}

static void put_text(json_t *array, struct slice text, struct slice fallback)
{
    struct slice chosen = text.n > 0 ? text : fallback;
    json_array_append_new(array, json_stringn(chosen.p, chosen.n));
}

static struct slice wording_of(const struct broadcast_form *f, int variants, struct arena *a)
{
    const struct slice message = SLICE("recruit.call"), shared = SLICE("recruit.shared");
    json_t *o = json_object();
    json_t *messages = json_array(), *shareds = json_array();
    for (int i = 0; i < variants; i++) {
        put_text(messages, f->message[i], message);
        put_text(shareds, f->shared[i], shared);
    }
    json_object_set_new(o, "message", messages);
    json_object_set_new(o, "shared", shareds);
    struct slice text = json_write(o, a);
    json_decref(o);
    return text;
}

static int insert(const struct service *s, const struct broadcast_form *f,
                  const struct audience *audience, const json_t *conditions, const json_t *params,
                  struct broadcast *b)
{
    int64_t due = s->now + s->policy->broadcast_preview_hours * BROADCAST_HOUR;
    struct slice sealed = protect_text(s, "broadcasts.params", b->id, json_write(params, s->arena));
    int variants = f->message[1].n > 0 || f->shared[1].n > 0 ? 2 : 1;
    int rc =
        sql_run(s->tx, &broadcast_insert,
                BINDS(BIND_INT("id", b->id), BIND_INT("activity", b->activity),
                      BIND_INT("org", b->org), BIND_INT("organizer", b->organizer),
                      BIND_TEXT("audience", json_write(conditions, s->arena)),
                      BIND_INT("everybody", audience->everybody),
                      BIND_TEXT("wording", wording_of(f, variants, s->arena)),
                      BIND_BLOB("params", sealed), BIND_INT("now", s->now), BIND_INT("due", due),
                      BIND_INT("start", f->start_at), BIND_INT("area", audience->ranges[0].lo),
                      BIND_INT("wave", f->wave ? f->wave : s->policy->broadcast_wave),
                      BIND_INT("segments", f->segments), BIND_INT("shared", f->shared_segments),
                      BIND_INT("price", f->price), BIND_INT("signed", f->signed_pushes),
                      BIND_INT("second", audience->everybody),
                      BIND_INT("spread", f->spread_minutes * BROADCAST_MINUTE),
                      BIND_INT("variants", variants)));
    if (rc >= 0)
        rc = timers_set(s->tx, "broadcast.expires", b->id, due);
    return rc < 0 ? rc : 0;
}

/* Lists what can be listed in one go; the timer does the rest. */
static int list_now(const struct service *s, struct broadcast *b)
{
    int rc = 1;
    for (int seen = 0; rc == 1 && seen < BROADCAST_NOW; seen += BROADCAST_BATCH)
        rc = broadcast_count_step(s, b->id);
    int more = rc;
    if (rc == 1)
        rc = timers_set(s->tx, "broadcast.count", b->id, s->now);
    if (rc >= 0)
        rc = broadcast_get(s, b->id, b);
    if (rc < 0)
        return rc;
    return more == 1 ? BROADCAST_COUNTING : b->able > 0 ? BROADCAST_OK : BROADCAST_NOBODY;
}

/* Everything that may refuse a draft, before anything is written. */
static int check_draft(const struct service *s, int64_t address, const struct broadcast_form *f,
                       struct activity *a, struct role *role, struct broadcast *out,
                       struct fault *fault)
{
    struct broadcast_row live;
    int rc = activity_get(s, f->activity, a);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    rc = role_may(s, address, POWER_BROADCAST, f->org ? f->org : a->org, role);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_FORBIDDEN;
    if (f->org)
        role->org = f->org;
    rc = org_within(s, a->org, role->org);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_OUTSIDE;
    rc = check_form(f, fault);
    if (rc == BROADCAST_OK)
        rc = check_activity(s, a, f);
    if (rc != BROADCAST_OK)
        return rc;
    rc = broadcast_live_of(s, a->id, &live);
    if (rc == 1)
        *out = live.b;
    return rc < 0 ? rc : rc == 1 ? BROADCAST_BUSY : BROADCAST_OK;
}

int broadcast_draft(const struct service *s, int64_t address, const struct broadcast_form *form,
                    struct broadcast *out, struct fault *fault)
{
    struct activity a;
    struct role role;
    struct audience audience;
    json_t *conditions = NULL, *own = NULL;
    *out = (struct broadcast){ 0 };
    int rc = check_draft(s, address, form, &a, &role, out, fault);
    if (rc != BROADCAST_OK)
        return rc;
    const json_t *params = form->params ? form->params : (own = broadcast_params(s, &a));
    rc = check_params(form, params, fault);
    if (rc == BROADCAST_OK)
        rc = audience_of(s, &a, role.org, form->audience, &conditions);
    if (rc == BROADCAST_OK)
        rc = outcome_of(audience_read(s, conditions, role.org, &audience, fault));
    if (rc == BROADCAST_OK)
        rc = cancel_drafts(s, a.id);
    if (rc == BROADCAST_OK) {
        *out = (struct broadcast){
            .id = ids_next(s->ids), .activity = a.id, .org = role.org, .organizer = address
        };
        rc = insert(s, form, &audience, conditions, params, out);
    }
    if (rc == BROADCAST_OK)
        rc = role_use(s, address, POWER_BROADCAST, role.org, "broadcast.draft", out->id, NULL);
    if (rc == 1)
        rc = list_now(s, out);
    json_decref(conditions);
    json_decref(own);
    return rc;
}
