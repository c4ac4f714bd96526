#include "handlers/activities.h"

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/store/timers.h"
#include "handlers/attendance.h"
#include "handlers/counters.h"
#include "handlers/fields.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"
#include "handlers/places.h"
#include "handlers/roles.h"
#include "handlers/signups.h"

enum {
    MINUTE = 60,
    DAY_SECONDS = 86400,
    TEXT_MAX = 200,
    CODE_FIRST = 10,
    CODE_LAST = 9999,
    CODE_TRIES = 200,
    PAGE = 9,
    PAGE_MAX = 50
};

#define BIT(n) (1u << (n))

static const struct {
    const char *name;
    unsigned allowed;
} states[ACTIVITY_STATES] = {
    [ACTIVITY_DRAFT] = { "draft", BIT(ACTIVITY_PUBLISHED) | BIT(ACTIVITY_CANCELLED) },
    [ACTIVITY_PUBLISHED] = { "published", BIT(ACTIVITY_FULL) | BIT(ACTIVITY_MOVED) |
                                              BIT(ACTIVITY_CLOSED) | BIT(ACTIVITY_CANCELLED) },
    [ACTIVITY_FULL] = { "full", BIT(ACTIVITY_PUBLISHED) | BIT(ACTIVITY_MOVED) |
                                    BIT(ACTIVITY_CLOSED) | BIT(ACTIVITY_CANCELLED) },
    [ACTIVITY_MOVED] = { "moved", BIT(ACTIVITY_CLOSED) | BIT(ACTIVITY_CANCELLED) },
    [ACTIVITY_CLOSED] = { "closed", BIT(ACTIVITY_CONFIRMED) },
    [ACTIVITY_CONFIRMED] = { "confirmed", 0 },
    [ACTIVITY_CANCELLED] = { "cancelled", 0 },
};

#define ACTIVITY_COLUMNS                                                                           \
    "id, code, org, state, title, place, area, starts_at, ends_at, capacity, requirements, "       \
    "bring, risk, serves, theme, min_age, hazardous, insurance, leader, leader_name, taken, "      \
    "waiting, published_at, max_age, skill, training, series"

SQL(activity_insert,
    "INSERT INTO activities (id, code, org, state, title, place, area, starts_at, ends_at, "
    "capacity, requirements, bring, risk, serves, theme, min_age, hazardous, insurance, leader, "
    "leader_name, taken, waiting, numbers, made_at, published_at, max_age, skill, training, "
    "series) VALUES ($id, $code, $org, 1, "
    "$title, $place, $area, $starts, $ends, $capacity, $requirements, $bring, $risk, $serves, "
    "$theme, $min_age, $hazardous, $insurance, $leader, $leader_name, 0, 0, 0, $now, 0, "
    "$max_age, $skill, $training, $series)");
SQL(activity_rewrite,
    "UPDATE activities SET title = $title, place = $place, area = $area, starts_at = $starts, "
    "ends_at = $ends, capacity = $capacity, requirements = $requirements, bring = $bring, "
    "risk = $risk, serves = $serves, theme = $theme, min_age = $min_age, "
    "hazardous = $hazardous, insurance = $insurance, leader = $leader, "
    "leader_name = $leader_name, max_age = $max_age, skill = $skill, training = $training, "
    "series = $series WHERE id = $id AND state = 1 AND org = $org");
SQL(codes_open, "SELECT COUNT(*) FROM activities WHERE state IN (1, 2, 3, 4, 5)");
SQL(code_used, "SELECT COUNT(*) FROM activities WHERE code = $code AND state IN (1, 2, 3, 4, 5)");
SQL(activity_one, "SELECT " ACTIVITY_COLUMNS " FROM activities WHERE id = $id");
SQL(activity_coded, "SELECT " ACTIVITY_COLUMNS " FROM activities WHERE code = $code "
                    "ORDER BY CASE WHEN state IN (6, 7) THEN 1 ELSE 0 END, id DESC LIMIT 1");
SQL(activity_set_state, "UPDATE activities SET state = $to WHERE id = $id AND state = $from");
SQL(activity_set_published, "UPDATE activities SET published_at = $now WHERE id = $id");
SQL(activities_next,
    "SELECT " ACTIVITY_COLUMNS " FROM activities WHERE state IN (2, 3, 4) "
    "AND starts_at >= $from AND starts_at < $to AND (starts_at > $after OR id > $after_id) "
    "AND area BETWEEN $lo AND $hi AND ($free = 0 OR taken < capacity) "
    "AND ($like = '' OR title LIKE $like ESCAPE '!' OR place LIKE $like ESCAPE '!' "
    "OR serves LIKE $like ESCAPE '!' OR theme LIKE $like ESCAPE '!') "
    "ORDER BY starts_at, id LIMIT CAST($limit AS BIGINT)");
SQL(activities_of_leader, "SELECT " ACTIVITY_COLUMNS " FROM activities WHERE leader = $leader "
                          "AND (state = $state OR ($state = 0 AND state < 6)) "
                          "ORDER BY starts_at DESC, id DESC LIMIT CAST($limit AS BIGINT)");
SQL(activities_past,
    "SELECT " ACTIVITY_COLUMNS " FROM activities WHERE state IN (2, 3, 4, 5, 6) "
    "AND starts_at >= $earliest AND starts_at < $to AND ends_at > $from "
    "AND ($like = '' OR title LIKE $like ESCAPE '!' OR place LIKE $like ESCAPE '!') "
    "ORDER BY starts_at DESC, id DESC LIMIT CAST($limit AS BIGINT)");

/* Seats. The condition and the change are one statement, so that two takers never share one; full
 * is where no place is left, and only here it is entered and left. */
SQL(seat_take, "UPDATE activities SET taken = taken + 1, numbers = numbers + 1, "
               "state = CASE WHEN state = 2 AND taken + 1 >= capacity THEN 3 ELSE state END "
               "WHERE id = $id AND taken < capacity AND state IN (2, 4) RETURNING numbers");
SQL(seat_add, "UPDATE activities SET taken = taken + 1, numbers = numbers + 1, "
              "capacity = CASE WHEN taken + 1 > capacity THEN taken + 1 ELSE capacity END, "
              "state = CASE WHEN state = 2 AND taken + 1 >= capacity THEN 3 ELSE state END "
              "WHERE id = $id AND state IN (2, 3, 4, 5) RETURNING numbers");
SQL(seat_keep, "UPDATE activities SET numbers = numbers + 1 WHERE id = $id RETURNING numbers");
SQL(seat_free, "UPDATE activities SET taken = taken - 1, "
               "state = CASE WHEN state = 3 THEN 2 ELSE state END "
               "WHERE id = $id AND taken > 0");
SQL(waiting_change, "UPDATE activities SET waiting = waiting + $change WHERE id = $id "
                    "AND waiting + $change >= 0");

const char *activity_state_name(enum activity_state state)
{
    return state > 0 && (int)state < ACTIVITY_STATES ? states[state].name : "?";
}

bool activity_may_move(enum activity_state from, enum activity_state to)
{
    return from > 0 && (int)from < ACTIVITY_STATES && (states[from].allowed & BIT(to)) != 0;
}

bool activity_is_open(enum activity_state state)
{
    return state == ACTIVITY_PUBLISHED || state == ACTIVITY_FULL || state == ACTIVITY_MOVED;
}

/* ---- drafts ---- */

unsigned draft_missing(const struct activity *a)
{
    unsigned bits = 0;
    bits |= a->title.n == 0 ? MISSING_WHAT : 0;
    bits |= a->starts_at == 0 || a->ends_at == 0 ? MISSING_WHEN : 0;
    bits |= a->place.n == 0 ? MISSING_WHERE : 0;
    bits |= a->capacity <= 0 ? MISSING_COUNT : 0;
    bits |= a->requirements.n == 0 && a->bring.n == 0 ? MISSING_REQUIREMENTS : 0;
    bits |= a->risk.n == 0 ? MISSING_RISK : 0;
    bits |= a->serves.n == 0 ? MISSING_SERVES : 0;
    return bits;
}

const char *draft_missing_name(unsigned bit)
{
    static const char *const names[] = { "what",         "when", "where", "count",
                                         "requirements", "risk", "serves" };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bit == BIT(i))
            return names[i];
    return "?";
}

/* Keeps a code that was asked for when it is free. */
static int free_code(const struct service *s, int64_t *code)
{
    int64_t open = 0, used = 1;
    int rc = sql_int(s->tx, &codes_open, NO_BINDS, &open);
    if (rc >= 0 && *code >= CODE_FIRST && *code <= CODE_LAST)
        rc = sql_int(s->tx, &code_used, BINDS(BIND_INT("code", *code)), &used);
    for (int i = 0; rc >= 0 && used > 0 && i < CODE_TRIES; i++) {
        rc = counter_short(s, "activity", CODE_FIRST, open, code);
        if (rc >= 0)
            rc = sql_int(s->tx, &code_used, BINDS(BIND_INT("code", *code)), &used);
    }
    return rc < 0 ? rc : used > 0 ? GW_EFULL : 0;
}

static struct slice cut(struct slice text)
{
    return utf8_cut(slice_trim(text), TEXT_MAX);
}

/* The parameters that insert and rewrite share. */
#define DRAFT_BINDS(a)                                                                             \
    BIND_INT("id", (a)->id), BIND_INT("org", (a)->org), BIND_TEXT("title", cut((a)->title)),       \
        BIND_TEXT("place", cut((a)->place)), BIND_INT("area", (a)->area),                          \
        BIND_INT("starts", (a)->starts_at), BIND_INT("ends", (a)->ends_at),                        \
        BIND_INT("capacity", (a)->capacity), BIND_TEXT("requirements", cut((a)->requirements)),    \
        BIND_TEXT("bring", cut((a)->bring)), BIND_TEXT("risk", cut((a)->risk)),                    \
        BIND_TEXT("serves", cut((a)->serves)), BIND_TEXT("theme", cut((a)->theme)),                \
        BIND_INT("min_age", (a)->min_age), BIND_INT("hazardous", (a)->hazardous),                  \
        BIND_TEXT("insurance", cut((a)->insurance)), BIND_INT("leader", (a)->leader),              \
        BIND_TEXT("leader_name", cut((a)->leader_name)), BIND_INT("max_age", (a)->max_age),        \
        BIND_TEXT("skill", cut((a)->skill)), BIND_TEXT("training", cut((a)->training)),            \
        BIND_INT("series", (a)->series)

/* The service field by what is done, where nobody named it. */
static int set_theme(const struct service *s, struct activity *a)
{
    struct service_field field;
    if (a->theme.n > 0)
        return 0;
    int rc = fields_find(a->title, s->arena, &field);
    a->theme = field.name;
    return rc;
}

int activity_draft(const struct service *s, struct activity *a)
{
    struct organization org;
    if (a->area == 0) {
        int rc = org_get(s, a->org, &org);
        if (rc < 0)
            return rc;
        a->area = org.area;
    }
    int rc = set_theme(s, a);
    if (rc == 0)
        rc = free_code(s, &a->code);
    if (rc < 0)
        return rc;
    a->id = ids_next(s->ids);
    a->state = ACTIVITY_DRAFT;
    rc = sql_run(s->tx, &activity_insert,
                 BINDS(DRAFT_BINDS(a), BIND_INT("code", a->code), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

int activity_redraft(const struct service *s, const struct activity *a)
{
    struct activity now, written = *a;
    int rc = set_theme(s, &written);
    if (rc == 0)
        rc = sql_run(s->tx, &activity_rewrite, BINDS(DRAFT_BINDS(&written)));
    if (rc != 0)
        return rc < 0 ? rc : ACTIVITY_OK;
    rc = activity_get(s, a->id, &now);
    return rc < 0 ? rc : rc == 0 ? ACTIVITY_NOT_FOUND : ACTIVITY_WRONG_STATE;
}

/* ---- publishing ---- */

enum activity_outcome activity_check_time(const struct service *s, int64_t starts_at,
                                          int64_t ends_at)
{
    if (starts_at <= s->now || ends_at <= starts_at)
        return ACTIVITY_PAST;
    if (ends_at - starts_at > s->policy->activity_max_minutes * MINUTE)
        return ACTIVITY_TOO_LONG;
    if (starts_at > s->now + s->policy->ahead_days * DAY_SECONDS)
        return ACTIVITY_TOO_FAR;
    return ACTIVITY_OK;
}

static enum activity_outcome check_draft(const struct service *s, const struct activity *a)
{
    if (activity_is_open(a->state))
        return ACTIVITY_UNCHANGED;
    if (a->state != ACTIVITY_DRAFT)
        return ACTIVITY_WRONG_STATE;
    if (draft_missing(a))
        return ACTIVITY_MISSING;
    if (a->capacity > s->policy->capacity_max)
        return ACTIVITY_TOO_BIG;
    if (a->hazardous && a->insurance.n == 0)
        return ACTIVITY_UNINSURED;
    return activity_check_time(s, a->starts_at, a->ends_at);
}

int activity_set_timers(const struct service *s, const struct activity *a)
{
    int64_t eve = civil_day_of(a->starts_at, s->zone) - 1;
    int64_t remind = notify_moment(s, eve, s->policy->reminder_at);
    int64_t early = notify_moment(s, eve - 1, s->policy->reminder_at);
    int rc = timers_set(s->tx, "activity.ends", a->id, a->ends_at);
    if (rc >= 0)
        rc = early > s->now ? timers_set(s->tx, "activity.reminder_early", a->id, early)
                            : timers_cancel(s->tx, "activity.reminder_early", a->id);
    if (rc >= 0 && remind > s->now)
        rc = timers_set(s->tx, "activity.reminder", a->id, remind);
    else if (rc >= 0)
        rc = timers_cancel(s->tx, "activity.reminder", a->id);
    if (rc >= 0)
        rc = attendance_schedule(s, a->id, a->starts_at, a->ends_at);
    return rc < 0 ? rc : 0;
}

int activity_publish(const struct service *s, int64_t id, int64_t address, struct activity *out)
{
    struct activity a;
    int rc = activity_get(s, id, &a);
    if (rc <= 0)
        return rc < 0 ? rc : ACTIVITY_NOT_FOUND;
    if (out)
        *out = a;
    enum activity_outcome outcome = check_draft(s, &a);
    if (outcome != ACTIVITY_OK)
        return outcome;
    rc = role_use(s, address, POWER_PUBLISH, a.org, "activity.publish", id, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : ACTIVITY_FORBIDDEN;
    rc = activity_move(s, id, ACTIVITY_PUBLISHED);
    if (rc >= 0)
        rc = sql_run(s->tx, &activity_set_published,
                     BINDS(BIND_INT("id", id), BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = activity_set_timers(s, &a);
    if (out) {
        out->state = ACTIVITY_PUBLISHED;
        out->published_at = s->now;
    }
    return rc < 0 ? rc : ACTIVITY_OK;
}

int activity_move(const struct service *s, int64_t id, enum activity_state to)
{
    struct activity a;
    int rc = activity_get(s, id, &a);
    if (rc <= 0 || !activity_may_move(a.state, to))
        return rc < 0 ? rc : 0;
    return sql_run(s->tx, &activity_set_state,
                   BINDS(BIND_INT("id", id), BIND_INT("from", a.state), BIND_INT("to", to)));
}

int activity_ends(const struct service *s, int64_t id)
{
    struct activity a;
    int rc = activity_get(s, id, &a);
    if (rc <= 0 || !activity_is_open(a.state) || a.ends_at > s->now)
        return rc < 0 ? rc : 0;
    rc = signups_end(s, id, false);
    if (rc >= 0)
        rc = activity_move(s, id, ACTIVITY_CLOSED);
    return rc < 0 ? rc : 0;
}

/* ---- reading ---- */

static void read_activity(const struct service *s, const struct rows *r, struct activity *out)
{
    struct arena *a = s->arena;
    *out = (struct activity){
        .id = rows_int(r, 0),
        .code = rows_int(r, 1),
        .org = rows_int(r, 2),
        .state = (enum activity_state)rows_int(r, 3),
        .title = arena_dup(a, rows_text(r, 4)),
        .place = arena_dup(a, rows_text(r, 5)),
        .area = rows_int(r, 6),
        .starts_at = rows_int(r, 7),
        .ends_at = rows_int(r, 8),
        .capacity = rows_int(r, 9),
        .requirements = arena_dup(a, rows_text(r, 10)),
        .bring = arena_dup(a, rows_text(r, 11)),
        .risk = arena_dup(a, rows_text(r, 12)),
        .serves = arena_dup(a, rows_text(r, 13)),
        .theme = arena_dup(a, rows_text(r, 14)),
        .min_age = rows_int(r, 15),
        .hazardous = rows_int(r, 16) != 0,
        .insurance = arena_dup(a, rows_text(r, 17)),
        .leader = rows_int(r, 18),
        .leader_name = arena_dup(a, rows_text(r, 19)),
        .taken = rows_int(r, 20),
        .waiting = rows_int(r, 21),
        .published_at = rows_int(r, 22),
        .max_age = rows_int(r, 23),
        .skill = arena_dup(a, rows_text(r, 24)),
        .training = arena_dup(a, rows_text(r, 25)),
        .series = rows_int(r, 26),
    };
}

static int read_list(const struct service *s, struct rows *r, struct activity **out)
{
    struct activity *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        read_activity(s, r, &list[n++]);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int read_one(const struct service *s, struct rows *r, struct activity *out)
{
    struct activity *list;
    int n = read_list(s, r, &list);
    *out = n > 0 ? list[0] : (struct activity){ 0 };
    return n;
}

int activity_get(const struct service *s, int64_t id, struct activity *out)
{
    return read_one(s, sql_rows(s->tx, &activity_one, BINDS(BIND_INT("id", id))), out);
}

int activity_by_code(const struct service *s, int64_t code, struct activity *out)
{
    return read_one(s, sql_rows(s->tx, &activity_coded, BINDS(BIND_INT("code", code))), out);
}

/* "%word%" with ! before what LIKE would read as a pattern; empty for no word. */
static struct slice like_of(const struct service *s, struct slice word)
{
    word = cut(word);
    if (word.n == 0)
        return word;
    char *text = arena_alloc(s->arena, 2 * word.n + 2);
    size_t n = 0;
    text[n++] = '%';
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '%' || word.p[i] == '_' || word.p[i] == '!')
            text[n++] = '!';
        text[n++] = word.p[i];
    }
    text[n++] = '%';
    return (struct slice){ text, n };
}

int activities_list(const struct service *s, const struct activity_filter *f, struct activity **out)
{
    int64_t lo, hi, from = f->from > s->now ? f->from : s->now;
    int limit = f->limit <= 0 ? PAGE : f->limit > PAGE_MAX ? PAGE_MAX : f->limit;
    places_range(f->area, &lo, &hi);
    /* Behind a page: the range begins at its last start, so that the index does the skipping. */
    int64_t after = f->after_start > 0 ? f->after_start : 0;
    if (after > from)
        from = after;
    return read_list(
        s,
        sql_rows(s->tx, &activities_next,
                 BINDS(BIND_INT("from", from), BIND_INT("to", f->to ? f->to : INT64_MAX),
                       BIND_INT("after", after), BIND_INT("after_id", f->after_id),
                       BIND_INT("lo", lo), BIND_INT("hi", hi), BIND_INT("free", f->free_only),
                       BIND_TEXT("like", like_of(s, f->word)), BIND_INT("limit", limit))),
        out);
}

int activities_led(const struct service *s, int64_t address, enum activity_state state, int limit,
                   struct activity **out)
{
    return read_list(s,
                     sql_rows(s->tx, &activities_of_leader,
                              BINDS(BIND_INT("leader", address), BIND_INT("state", state),
                                    BIND_INT("limit", limit))),
                     out);
}

int activities_between(const struct service *s, int64_t from, int64_t to, struct slice word,
                       int limit, struct activity **out)
{
    int64_t earliest = from - s->policy->activity_max_minutes * MINUTE;
    return read_list(
        s,
        sql_rows(s->tx, &activities_past,
                 BINDS(BIND_INT("from", from), BIND_INT("to", to), BIND_INT("earliest", earliest),
                       BIND_TEXT("like", like_of(s, word)), BIND_INT("limit", limit))),
        out);
}

/* ---- places ---- */

int activity_seat_take(const struct service *s, int64_t id, int64_t *number)
{
    return sql_int(s->tx, &seat_take, BINDS(BIND_INT("id", id)), number);
}

int activity_seat_add(const struct service *s, int64_t id, int64_t *number)
{
    return sql_int(s->tx, &seat_add, BINDS(BIND_INT("id", id)), number);
}

int activity_seat_keep(const struct service *s, int64_t id, int64_t *number)
{
    return sql_int(s->tx, &seat_keep, BINDS(BIND_INT("id", id)), number);
}

int activity_seat_free(const struct service *s, int64_t id)
{
    return sql_run(s->tx, &seat_free, BINDS(BIND_INT("id", id)));
}

int activity_waiting(const struct service *s, int64_t id, int64_t change)
{
    return sql_run(s->tx, &waiting_change, BINDS(BIND_INT("id", id), BIND_INT("change", change)));
}

json_t *activity_params(const struct service *s, const struct activity *a)
{
    json_t *p = json_object();
    json_put_id(p, "activity", a->id);
    json_put_int(p, "code", a->code);
    json_put_slice(p, "title", a->title);
    json_put_slice(p, "place", a->place);
    json_put_slice(p, "bring", a->bring);
    json_put_slice(p, "risk", a->risk);
    json_put_slice(p, "leader", a->leader_name);
    notify_set_time(s, p, "date", "time", a->starts_at);
    notify_set_time(s, p, NULL, "end", a->ends_at);
    json_put_int(p, "capacity", a->capacity);
    json_put_int(p, "free", a->capacity > a->taken ? a->capacity - a->taken : 0);
    return p;
}
