/* From the preview to the start: numbers shown, a number typed, taken back in time
 * (handlers/broadcasts.h). */
#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/audit_log.h"
#include "handlers/broadcasts_row.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/roles.h"

enum { TOWNSHIP_BARS = 20 };

SQL(broadcast_reasons, "SELECT key, numbers FROM broadcast_counts WHERE broadcast = $broadcast "
                       "AND kind = 0 AND numbers > 0");
SQL(broadcast_bars, "SELECT key, numbers FROM broadcast_counts WHERE broadcast = $broadcast "
                    "AND kind = $kind AND numbers > 0 ORDER BY numbers DESC, key");
SQL(broadcast_bars_rising, "SELECT key, numbers FROM broadcast_counts WHERE broadcast = $broadcast "
                           "AND kind = $kind AND numbers > 0 ORDER BY key");

/* ---- preview ---- */

static int read_reasons(const struct service *s, int64_t id, struct broadcast_preview *out)
{
    int rc;
    struct rows *r = sql_rows(s->tx, &broadcast_reasons, BINDS(BIND_INT("broadcast", id)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        int64_t reason = rows_int(r, 0), n = rows_int(r, 1);
        out->audience += n;
        if (reason == BROADCAST_ABLE)
            out->able = n;
        else if (reason > 0 && reason < BROADCAST_REASONS)
            out->out[reason] = n;
    }
    return rc;
}

static int read_chart(const struct service *s, int64_t id, int kind, bool rising,
                      struct broadcast_share **out)
{
    struct broadcast_share *list = NULL;
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, rising ? &broadcast_bars_rising : &broadcast_bars,
                              BINDS(BIND_INT("broadcast", id), BIND_INT("kind", kind)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = (struct broadcast_share){ rows_int(r, 0), rows_int(r, 1) };
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int64_t bar(const struct broadcast_preview *p, enum broadcast_chart chart, int64_t key)
{
    for (int i = 0; i < p->chart_count[chart]; i++)
        if (p->chart[chart][i].key == key)
            return p->chart[chart][i].count;
    return 0;
}

/* WeChat costs nothing; a phone that several share gets the longer text. */
static int read_cost(const struct service *s, const struct broadcast *b,
                     struct broadcast_preview *p)
{
    struct broadcast_share *shared;
    int n = read_chart(s, b->id, COUNT_SHARED, false, &shared);
    if (n < 0)
        return n;
    int64_t sharing = n > 0 ? shared[0].count : 0;
    int64_t phones = bar(p, CHART_CHANNEL, AUDIENCE_SMS);
    p->all_cost = ((phones - sharing) * b->segments + sharing * b->shared_segments) * b->price;
    p->first_cost = p->able > 0 ? (p->all_cost * p->first + p->able / 2) / p->able : 0;
    p->segments =
        sharing > 0 && b->shared_segments > b->segments ? b->shared_segments : b->segments;
    return 0;
}

static void show_number(const struct broadcast_row *row, int64_t address,
                        struct broadcast_preview *out)
{
    const struct broadcast *b = &row->b;
    out->random = !b->signed_pushes;
    if (b->state == BROADCAST_PREVIEWED && address == b->organizer)
        out->confirm = row->confirm;
    if (b->state == BROADCAST_SECOND && address == b->second)
        out->confirm = row->confirm_second;
}

int broadcast_preview(const struct service *s, int64_t id, int64_t address,
                      struct broadcast_preview *out)
{
    struct broadcast_row row;
    *out = (struct broadcast_preview){ 0 };
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    rc = broadcast_may(s, &row.b, address, NULL);
    if (rc != BROADCAST_OK)
        return rc;
    rc = read_reasons(s, id, out);
    for (int i = 0; rc >= 0 && i < CHARTS; i++) {
        rc = read_chart(s, id, COUNT_CHART + i, i == CHART_AGE, &out->chart[i]);
        out->chart_count[i] = rc;
    }
    out->first = out->able < row.b.wave ? out->able : row.b.wave;
    out->second_needed = row.b.second_needed;
    if (rc >= 0)
        rc = read_cost(s, &row.b, out);
    if (rc < 0)
        return rc;
    show_number(&row, address, out);
    return row.b.state == BROADCAST_DRAFT ? BROADCAST_COUNTING : BROADCAST_OK;
}

static json_t *reasons_json(const struct broadcast_preview *p)
{
    json_t *list = json_array();
    bool used[BROADCAST_REASONS] = { false };
    for (int round = 1; round < BROADCAST_REASONS; round++) {
        int most = 0;
        for (int i = 1; i < BROADCAST_REASONS; i++)
            if (!used[i] && p->out[i] > 0 && (most == 0 || p->out[i] > p->out[most]))
                most = i;
        if (most == 0)
            break;
        used[most] = true;
        const char *name = broadcast_reason_name((enum broadcast_reason)most);
        json_array_append_new(list, json_pack("{s:s, s:b, s:I}", "reason", name, name, 1, "count",
                                              (json_int_t)p->out[most]));
    }
    return list;
}

/* The skill that everybody of the audience told, so that the preview says why it is so small. */
static void put_skill(json_t *params, const struct broadcast *b)
{
    enum { AUDIENCE_MAX = 4096 };
    struct fault fault = { 0 };
    json_t *audience = json_read(b->audience, "audience", AUDIENCE_MAX, &fault);
    if (json_object_get(audience, "skill") != NULL)
        json_put_slice(params, "skill", json_slice(audience, "skill"));
    json_decref(audience);
}

json_t *broadcast_preview_params(const struct broadcast *b, const struct broadcast_preview *p)
{
    json_t *o = broadcast_named(b);
    json_put_int(o, "people", p->audience);
    json_put_int(o, "able", p->able);
    put_skill(o, b);
    json_object_set_new(o, "out", reasons_json(p));
    json_put_int(o, "first", p->first);
    json_put_int(o, "later", p->able - p->first);
    json_put_int(o, "segments", p->segments);
    json_put_int(o, "cost", p->first_cost);
    json_put_int(o, "cost_all", p->all_cost);
    if (p->confirm != 0)
        json_put_int(o, "confirm", p->confirm);
    json_object_set_new(o, "keep", json_boolean(p->confirm != BROADCAST_KEEP));
    json_object_set_new(o, "random", json_boolean(p->random));
    json_object_set_new(o, "second", json_boolean(p->second_needed));
    return o;
}

/* ---- confirm ---- */

/* Somebody else with the power, in the organization or above it: 1, 0 or GW_E*. */
static int find_second(const struct service *s, const struct broadcast *b, int64_t *address)
{
    struct organization org = { .parent = b->org };
    while (org.parent != 0) {
        struct role *roles;
        int rc = org_get(s, org.parent, &org);
        if (rc <= 0)
            return rc;
        int n = roles_list(s, org.id, &roles);
        for (int i = 0; i < n; i++) {
            if (roles[i].org != org.id || roles[i].address == b->organizer)
                continue;
            rc = role_may(s, roles[i].address, POWER_BROADCAST, b->org, NULL);
            if (rc != 0) {
                *address = roles[i].address;
                return rc;
            }
        }
        if (n < 0)
            return n;
    }
    return 0;
}

static int ask_second(const struct service *s, struct broadcast_row *row, int64_t by)
{
    struct activity a;
    struct role role = { 0 };
    struct broadcast *b = &row->b;
    int rc = activity_get(s, b->activity, &a);
    if (rc >= 0)
        rc = role_may(s, by, POWER_BROADCAST, b->org, &role);
    if (rc < 0)
        return rc;
    json_t *p = broadcast_named(b);
    json_put_slice(p, "title", a.title);
    json_put_slice(p, "by", role.name);
    json_put_int(p, "people", b->able);
    json_put_int(p, "first", b->able < b->wave ? b->able : b->wave);
    json_put_int(p, "confirm", row->confirm_second);
    json_object_set_new(p, "random", json_boolean(!b->signed_pushes));
    return notify_put(s, b->second, "broadcast.second", p, OUTBOX_NOTICE, 0, b->due, b->due);
}

static int confirm_first(const struct service *s, struct broadcast_row *row, int64_t by)
{
    struct broadcast *b = &row->b;
    int rc = find_second(s, b, &b->second);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NO_SECOND;
    rc = broadcast_keep_confirm(s, row);
    if (rc >= 0)
        rc = broadcast_move(s, b, BROADCAST_SECOND, b->due);
    if (rc >= 0)
        rc = ask_second(s, row, by);
    return rc < 0 ? rc : BROADCAST_NEEDS_SECOND;
}

static int start_recall(const struct service *s, struct broadcast_row *row, int64_t by)
{
    struct broadcast *b = &row->b;
    int64_t due = s->now + s->policy->broadcast_recall_seconds;
    if (b->state == BROADCAST_SECOND)
        b->second = by;
    if (due < b->start_at)
        due = b->start_at;
    int rc = broadcast_keep_confirm(s, row);
    if (rc >= 0)
        rc = broadcast_move(s, b, BROADCAST_RECALL, due);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "broadcast.expires", b->id);
    if (rc >= 0)
        rc = timers_set(s->tx, "broadcast.begin", b->id, due);
    return rc < 0 ? rc : BROADCAST_OK;
}

static int wrong_number(const struct service *s, struct broadcast_row *row)
{
    row->wrong++;
    int rc = broadcast_keep_confirm(s, row);
    if (rc < 0 || row->wrong < s->policy->broadcast_tries)
        return rc < 0 ? rc : BROADCAST_WRONG_NUMBER;
    rc = timers_cancel(s->tx, "broadcast.expires", row->b.id);
    if (rc >= 0)
        rc = broadcast_move(s, &row->b, BROADCAST_EXPIRED, 0);
    return rc < 0 ? rc : BROADCAST_LOCKED;
}

/* What the state says to a number: BROADCAST_OK when it is waited for. */
static enum broadcast_outcome waits_for(const struct service *s, const struct broadcast *b,
                                        int64_t address)
{
    switch (b->state) {
    case BROADCAST_DRAFT:
        return BROADCAST_COUNTING;
    case BROADCAST_PREVIEWED:
        return b->due > s->now ? BROADCAST_OK : BROADCAST_EXPIRED_DRAFT;
    case BROADCAST_SECOND:
        return b->due <= s->now          ? BROADCAST_EXPIRED_DRAFT
               : address == b->organizer ? BROADCAST_SAME_PERSON
                                         : BROADCAST_OK;
    case BROADCAST_CANCELLED:
    case BROADCAST_EXPIRED:
        return BROADCAST_EXPIRED_DRAFT;
    default:
        return BROADCAST_UNCHANGED;
    }
}

/* Whether the activity can still be called for. */
static int still_useful(const struct service *s, const struct broadcast *b)
{
    struct activity a;
    int rc = activity_get(s, b->activity, &a);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    if (!activity_is_open(a.state))
        return BROADCAST_NOT_OPEN;
    if (broadcast_last_call(s, &a) <= s->now)
        return BROADCAST_PAST;
    return a.taken >= a.capacity ? BROADCAST_SEATS_FULL : BROADCAST_OK;
}

static int take_number(const struct service *s, struct broadcast_row *row, int64_t address,
                       int64_t number)
{
    struct broadcast *b = &row->b;
    bool second = b->state == BROADCAST_SECOND;
    int rc = waits_for(s, b, address);
    if (rc == BROADCAST_OK && number != (second ? row->confirm_second : row->confirm))
        return wrong_number(s, row);
    if (rc == BROADCAST_OK)
        rc = still_useful(s, b);
    if (rc == BROADCAST_OK)
        rc = broadcast_may(s, b, address, "broadcast.confirm");
    if (rc != BROADCAST_OK)
        return rc;
    return b->second_needed && !second ? confirm_first(s, row, address)
                                       : start_recall(s, row, address);
}

int broadcast_confirm(const struct service *s, int64_t id, int64_t address, int64_t number,
                      struct broadcast *out)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row);
    *out = row.b;
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    rc = broadcast_may(s, &row.b, address, NULL);
    if (rc == BROADCAST_OK)
        rc = take_number(s, &row, address, number);
    *out = row.b;
    return rc;
}

int broadcast_expires_timer(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0)
        return rc;
    struct broadcast *b = &row.b;
    if (b->due > s->now)
        return timers_set(s->tx, "broadcast.expires", id, b->due);
    if (b->state == BROADCAST_PAUSED)
        return broadcast_end(s, &row, BROADCAST_DONE, "", true);
    if (broadcast_may_move(b->state, BROADCAST_EXPIRED))
        rc = broadcast_move(s, b, BROADCAST_EXPIRED, 0);
    return rc < 0 ? rc : 0;
}

/* ---- stop, pause, resume ---- */

static int cancel(const struct service *s, struct broadcast *b)
{
    static const char *const timers[] = { "broadcast.count", "broadcast.expires",
                                          "broadcast.begin" };
    int rc = broadcast_move(s, b, BROADCAST_CANCELLED, 0);
    for (size_t i = 0; rc >= 0 && i < sizeof timers / sizeof timers[0]; i++)
        rc = timers_cancel(s->tx, timers[i], b->id);
    return rc;
}

int broadcast_stop(const struct service *s, int64_t id, int64_t address, struct broadcast *out)
{
    struct broadcast_row row;
    int rc = broadcast_row(s, id, &row);
    *out = row.b;
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    bool live = row.b.state == BROADCAST_RUNNING || row.b.state == BROADCAST_PAUSED;
    if (!live && !broadcast_may_move(row.b.state, BROADCAST_CANCELLED)) {
        rc = broadcast_may(s, &row.b, address, NULL);
        return rc == BROADCAST_OK ? BROADCAST_UNCHANGED : rc;
    }
    rc = broadcast_may(s, &row.b, address, live ? "broadcast.stop" : "broadcast.cancel");
    if (rc != BROADCAST_OK)
        return rc;
    rc = live ? broadcast_end(s, &row, BROADCAST_STOPPED, "person", true) : cancel(s, &row.b);
    if (rc >= 0)
        rc = broadcast_get(s, id, out);
    return rc < 0 ? rc : BROADCAST_OK;
}

/* The state it must have, the same power for both ways. */
static int begin_switch(const struct service *s, int64_t id, int64_t address,
                        enum broadcast_state from, enum broadcast_state to, const char *what,
                        struct broadcast_row *row)
{
    int rc = broadcast_row(s, id, row);
    if (rc <= 0)
        return rc < 0 ? rc : BROADCAST_NOT_FOUND;
    if (row->b.state == from)
        return broadcast_may(s, &row->b, address, what);
    rc = broadcast_may(s, &row->b, address, NULL);
    return rc != BROADCAST_OK   ? rc
           : row->b.state == to ? BROADCAST_UNCHANGED
                                : BROADCAST_WRONG_STATE;
}

int broadcast_pause(const struct service *s, int64_t id, int64_t address, struct broadcast *out)
{
    struct broadcast_row row;
    struct activity a;
    int rc =
        begin_switch(s, id, address, BROADCAST_RUNNING, BROADCAST_PAUSED, "broadcast.pause", &row);
    *out = row.b;
    if (rc != BROADCAST_OK)
        return rc;
    rc = activity_get(s, row.b.activity, &a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EDATA;
    rc = broadcast_move(s, &row.b, BROADCAST_PAUSED, broadcast_last_call(s, &a));
    if (rc >= 0)
        rc = timers_set(s->tx, "broadcast.expires", id, row.b.due);
    if (rc >= 0)
        rc = timers_cancel(s->tx, "broadcast.wave", id);
    if (rc >= 0)
        rc = broadcast_sweep_timer(s, id);
    *out = row.b;
    return rc < 0 ? rc : BROADCAST_OK;
}

int broadcast_resume(const struct service *s, int64_t id, int64_t address, struct broadcast *out)
{
    struct broadcast_row row;
    int rc =
        begin_switch(s, id, address, BROADCAST_PAUSED, BROADCAST_RUNNING, "broadcast.resume", &row);
    *out = row.b;
    if (rc != BROADCAST_OK)
        return rc;
    row.resume_delay = s->now - row.paused_at;
    row.wave_at += row.resume_delay;
    rc = timers_cancel(s->tx, "broadcast.expires", id);
    if (rc >= 0)
        rc = broadcast_run(s, &row);
    if (rc >= 0)
        rc = broadcast_sweep_timer(s, id);
    *out = row.b;
    return rc < 0 ? rc : BROADCAST_OK;
}
