/* Listing the audience of a draft, a batch at a time (handlers/broadcasts.h). */
#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/broadcasts_row.h"
#include "handlers/consents.h"
#include "handlers/fields.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/places.h"
#include "handlers/stars.h"

enum {
    AUDIENCE_MAX = 4096,
    AGE_BAND = 10,
    AGE_BANDS = 16,
    TOWNSHIPS_MAX = 128,
    CALLS_MAX = 255,

    RECIPIENT_WAITS = 1,
    RECIPIENT_OUT = 3,

    RANDOM_FIRST = 1000,
    RANDOM_COUNT = 9000
};

/* One batch of people in order of (area, id), each with all that decides whether and when their
 * number is called. What a person does not fit is not looked up. `calls` packs how often the number
 * was called lately: in all, this week, today and within the rest, a thousand apart. */
SQL(broadcast_people,
    "WITH RECURSIVE up (id, parent, depth) AS ("
    "SELECT id, parent, 0 FROM organizations WHERE id = $org UNION ALL "
    "SELECT o.id, o.parent, up.depth + 1 FROM organizations o JOIN up "
    "ON o.id = up.parent WHERE up.depth < 16), "
    "page (id, area, birth, state, address, registered) AS ("
    "SELECT id, area, birth, state, address, registered_at FROM volunteers "
    "WHERE (area, id) > ($area, $after) AND area <= $last "
    "ORDER BY area, id LIMIT CAST($limit AS BIGINT)), "
    "fitting (id, area, birth, state, address, fits) AS ("
    "SELECT p.id, p.area, p.birth, p.state, p.address, "
    "CASE WHEN p.registered <= $snapshot AND p.state <> 4 "
    "AND p.birth BETWEEN $born_from AND $born_to "
    "AND ($skill = '' OR EXISTS (SELECT 1 FROM volunteer_fields f WHERE f.volunteer = p.id "
    "AND f.field = 7 AND f.value LIKE $skill ESCAPE '!')) "
    "AND ($free = '' OR EXISTS (SELECT 1 FROM volunteer_fields f WHERE f.volunteer = p.id "
    "AND f.field = 8 AND f.value LIKE $free ESCAPE '!')) "
    "AND ($theme = '' OR EXISTS (SELECT 1 FROM signups u JOIN activities t ON t.id = u.activity "
    "WHERE u.volunteer = p.id AND u.state = 1 AND u.ends_at <= $now "
    "AND t.theme LIKE $theme ESCAPE '!')) "
    "AND ($team = 0 OR EXISTS (SELECT 1 FROM signups u JOIN activities t ON t.id = u.activity "
    "WHERE u.volunteer = p.id AND u.state = 1 AND u.ends_at <= $now AND t.org = $team)) "
    "AND ($trained = '' OR EXISTS (SELECT 1 FROM training_people k JOIN trainings g "
    "ON g.id = k.training WHERE k.volunteer = p.id AND k.day >= $trained_from "
    "AND g.topic LIKE $trained ESCAPE '!')) "
    "AND ($took_part = 0 OR EXISTS (SELECT 1 FROM signups u WHERE u.activity = $took_part "
    "AND u.volunteer = p.id AND u.state = 1)) "
    "THEN 1 ELSE 0 END FROM page p) "
    "SELECT p.id, p.area, p.birth, p.state, p.address, p.fits, h.minutes, h.services, h.quality, "
    "d.realm, d.unreachable_at, "
    "CASE WHEN p.fits = 1 THEN (SELECT o.state FROM addresses c JOIN opt_states o "
    "ON o.address = c.id AND o.scope = 1 WHERE c.conversation = d.conversation "
    "ORDER BY o.changed_at DESC, o.state DESC LIMIT 1) ELSE 0 END, "
    "CASE WHEN p.fits = 1 AND EXISTS (SELECT 1 FROM addresses c JOIN opt_organizations q "
    "ON q.address = c.id WHERE c.conversation = d.conversation AND q.state = 2 "
    "AND q.organization IN (SELECT id FROM up)) THEN 1 ELSE 0 END, "
    "CASE WHEN p.fits = 1 THEN (SELECT u.state FROM signups u WHERE u.activity = $activity "
    "AND u.volunteer = p.id) ELSE 0 END, "
    "CASE WHEN p.fits = 1 THEN (SELECT CAST(SUM(1 + "
    "CASE WHEN r.called_at >= $week THEN 1000 ELSE 0 END + "
    "CASE WHEN r.called_at >= $today THEN 1000000 ELSE 0 END + "
    "CASE WHEN r.called_at >= $rest THEN 1000000000 ELSE 0 END) AS BIGINT) "
    "FROM broadcast_recipients r WHERE r.address = p.address AND r.called_at > 0 "
    "AND r.called_at >= $since) ELSE 0 END, "
    "CASE WHEN p.fits = 1 AND EXISTS (SELECT 1 FROM broadcast_marks m "
    "WHERE m.address = p.address) THEN 1 ELSE 0 END, "
    "CASE WHEN p.fits = 1 AND $field <> '' AND (EXISTS (SELECT 1 FROM volunteer_fields f "
    "WHERE f.volunteer = p.id AND f.field = 7 AND (f.value LIKE $field ESCAPE '!' "
    "OR f.value LIKE $craft ESCAPE '!')) "
    "OR EXISTS (SELECT 1 FROM signups u JOIN activities t ON t.id = u.activity "
    "WHERE u.volunteer = p.id AND u.state = 1 AND u.ends_at <= $now "
    "AND t.theme LIKE $field ESCAPE '!')) THEN 1 ELSE 0 END "
    "FROM fitting p LEFT JOIN ledger_heads h ON h.person = p.id "
    "LEFT JOIN addresses d ON d.id = p.address ORDER BY p.area, p.id");
SQL(broadcast_recipient_add,
    "INSERT INTO broadcast_recipients (broadcast, address, reason, state, volunteer, people, "
    "score, variant, outbox, called_at, left_at, replied_at, opted_at) VALUES ($broadcast, "
    "$address, $reason, $state, $volunteer, 1, $score, $variant, 0, 0, 0, 0, 0) "
    "ON CONFLICT (broadcast, address) DO NOTHING");
SQL(broadcast_recipient_of, "SELECT reason, people, score FROM broadcast_recipients "
                            "WHERE broadcast = $broadcast AND address = $address");
SQL(broadcast_recipient_able,
    "UPDATE broadcast_recipients SET reason = 0, state = 1, volunteer = $volunteer, "
    "score = $score WHERE broadcast = $broadcast AND address = $address");
SQL(broadcast_recipient_more, "UPDATE broadcast_recipients SET people = people + 1, score = $score "
                              "WHERE broadcast = $broadcast AND address = $address");
SQL(broadcast_share_add, "INSERT INTO broadcast_shared (broadcast, address, volunteer) "
                         "VALUES ($broadcast, $address, $volunteer) "
                         "ON CONFLICT (broadcast, address, volunteer) DO NOTHING");
SQL(broadcast_count_add, "INSERT INTO broadcast_counts (broadcast, kind, key, numbers) "
                         "VALUES ($broadcast, $kind, $key, $numbers) "
                         "ON CONFLICT (broadcast, kind, key) DO UPDATE SET "
                         "numbers = broadcast_counts.numbers + $numbers");

/* What one person of a batch says. */
struct person {
    int64_t id, area, birth, address;
    bool fits;
    enum broadcast_reason reason;
    int stars;
    enum audience_channel channel;
    int64_t score;
};

/* What a batch adds to the counts. */
struct tally {
    int64_t reasons[BROADCAST_REASONS];
    int64_t townships[TOWNSHIPS_MAX], township_keys[TOWNSHIPS_MAX];
    int township_count;
    int64_t ages[AGE_BANDS];
    int64_t channels[3];
    int64_t stars[POLICY_STARS + 1];
    int64_t shared;
};

struct counting {
    const struct service *s;
    struct broadcast_row *row;
    struct audience audience;
    struct activity a;
    struct slice field; /* LIKE pattern of the activity's service field */
    struct slice craft; /* likewise of the word that says what is done: a skill may be told so */
    struct tally *tally;
};

/* ---- judging a person ---- */

static int64_t nearness(const struct activity *a, int64_t area)
{
    if (a->area != 0 && places_within(area, a->area))
        return 0;
    if (area != 0 && places_township(area) == places_township(a->area))
        return 1;
    return area != 0 ? 2 : 3;
}

/* Small is called first: the mark of who came too late, the way, the field, how often it was
 * called; the number itself decides what is equal. */
static int64_t score_of(const struct counting *c, int64_t area, bool marked, bool matches,
                        int64_t calls)
{
    int64_t score = marked ? 0 : 1;
    score = score * 4 + nearness(&c->a, area);
    score = score * 2 + (matches ? 0 : 1);
    return score * (CALLS_MAX + 1) + (calls < CALLS_MAX ? calls : CALLS_MAX);
}

static int stars_in(const struct service *s, const struct rows *r)
{
    struct star star = { .minutes = rows_int(r, 6), .services = rows_int(r, 7) };
    star.quality = star.services > 0 ? (int)(rows_int(r, 8) * 100 / star.services) : 0;
    stars_level(s->policy, &star);
    return star.level;
}

static bool is_young(const struct counting *c, int64_t birth)
{
    const struct volunteer v = { .birth = birth };
    return !activity_fits_age(c->s, &c->a, volunteer_age(c->s, &v));
}

static enum broadcast_reason reason_of(const struct counting *c, const struct rows *r,
                                       const struct person *p)
{
    const struct policy *policy = c->s->policy;
    int64_t opt = rows_int(r, 11), signup = rows_int(r, 13), calls = rows_int(r, 14);
    if (p->channel == AUDIENCE_ANY_CHANNEL)
        return BROADCAST_NO_CHANNEL;
    if (rows_int(r, 3) != VOLUNTEER_ACTIVE)
        return BROADCAST_INACTIVE;
    if (opt == OPT_NO || rows_int(r, 12) != 0)
        return BROADCAST_OPTED_OUT;
    if (opt != OPT_YES)
        return BROADCAST_NEVER_YES;
    if (rows_int(r, 10) != 0)
        return BROADCAST_UNREACHABLE;
    if (is_young(c, p->birth))
        return BROADCAST_UNFIT;
    if (signup == SIGNUP_JOINED || signup == SIGNUP_QUEUED || signup == SIGNUP_OFFERED)
        return BROADCAST_SIGNED_UP;
    if (calls / 1000000000 > 0)
        return BROADCAST_RESTING;
    if (calls / 1000000 % 1000 >= policy->broadcast_day_max ||
        calls / 1000 % 1000 >= policy->broadcast_week_max)
        return BROADCAST_CAPPED;
    return BROADCAST_ABLE;
}

static struct person read_person(const struct counting *c, const struct rows *r)
{
    struct slice realm = rows_text(r, 9);
    struct person p = { .id = rows_int(r, 0),
                        .area = rows_int(r, 1),
                        .birth = rows_int(r, 2),
                        .address = rows_int(r, 4),
                        .fits = rows_int(r, 5) != 0 };
    if (!p.fits)
        return p;
    p.channel = realm.n == 0                        ? AUDIENCE_ANY_CHANNEL
                : slice_starts(realm, SLICE("sms")) ? AUDIENCE_SMS
                                                    : AUDIENCE_WECHAT;
    p.stars = stars_in(c->s, r);
    p.fits = p.stars >= c->audience.star &&
             (c->audience.channel == AUDIENCE_ANY_CHANNEL || p.channel == c->audience.channel);
    if (p.channel == AUDIENCE_ANY_CHANNEL)
        p.address = -p.id;
    p.reason = reason_of(c, r, &p);
    p.score =
        score_of(c, p.area, rows_int(r, 15) != 0, rows_int(r, 16) != 0, rows_int(r, 14) % 1000);
    return p;
}

/* ---- counts ---- */

static void tally_township(struct tally *t, int64_t key)
{
    int i = 0;
    while (i < t->township_count && t->township_keys[i] != key)
        i++;
    if (i == t->township_count && i < TOWNSHIPS_MAX) {
        t->township_keys[i] = key;
        t->township_count++;
    }
    if (i < TOWNSHIPS_MAX)
        t->townships[i]++;
}

static void tally_able(const struct counting *c, const struct person *p)
{
    const struct volunteer v = { .birth = p->birth };
    int band = volunteer_age(c->s, &v) / AGE_BAND;
    tally_township(c->tally, places_township(p->area));
    c->tally->ages[band < 0 ? 0 : band < AGE_BANDS ? band : AGE_BANDS - 1]++;
    c->tally->channels[p->channel]++;
    c->tally->stars[p->stars]++;
    c->row->b.able++;
}

static int add_count(const struct counting *c, int64_t kind, int64_t key, int64_t numbers)
{
    if (numbers == 0)
        return 0;
    int rc = sql_run(c->s->tx, &broadcast_count_add,
                     BINDS(BIND_INT("broadcast", c->row->b.id), BIND_INT("kind", kind),
                           BIND_INT("key", key), BIND_INT("numbers", numbers)));
    return rc < 0 ? rc : 0;
}

static int keep_tally(const struct counting *c)
{
    const struct tally *t = c->tally;
    int rc = add_count(c, COUNT_SHARED, 0, t->shared);
    for (int i = 0; rc == 0 && i < BROADCAST_REASONS; i++)
        rc = add_count(c, COUNT_REASON, i, t->reasons[i]);
    for (int i = 0; rc == 0 && i < t->township_count; i++)
        rc = add_count(c, COUNT_CHART + CHART_TOWNSHIP, t->township_keys[i], t->townships[i]);
    for (int i = 0; rc == 0 && i < AGE_BANDS; i++)
        rc = add_count(c, COUNT_CHART + CHART_AGE, i * AGE_BAND, t->ages[i]);
    for (int i = 0; rc == 0 && i < 3; i++)
        rc = add_count(c, COUNT_CHART + CHART_CHANNEL, i, t->channels[i]);
    for (int i = 0; rc == 0 && i <= POLICY_STARS; i++)
        rc = add_count(c, COUNT_CHART + CHART_STAR, i, t->stars[i]);
    return rc;
}

/* ---- rows ---- */

/* Which of two wordings a number gets: a mix of its id that no order of registration shows through
 * (the finalizer of splitmix64). */
static int variant_of(const struct broadcast *b, int64_t address)
{
    uint64_t x = (uint64_t)address ^ ((uint64_t)b->id << 1);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (int)((x ^ (x >> 31)) % (uint64_t)(b->variants > 0 ? b->variants : 1));
}

/* A second person of a number that has its row: whoever can be called makes the number one that
 * can.
 */
static int add_sharer(const struct counting *c, const struct person *p)
{
    const struct service *s = c->s;
    int64_t id = c->row->b.id;
    struct rows *r = sql_rows(s->tx, &broadcast_recipient_of,
                              BINDS(BIND_INT("broadcast", id), BIND_INT("address", p->address)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc < 0 ? rc : GW_EDATA;
    int64_t before = rows_int(r, 0), people = rows_int(r, 1), score = rows_int(r, 2);
    rows_close(s->tx, r);
    if (p->reason != BROADCAST_ABLE)
        return 0;
    if (before != BROADCAST_ABLE) {
        c->tally->reasons[before]--;
        c->tally->reasons[BROADCAST_ABLE]++;
        tally_able(c, p);
        rc = sql_run(s->tx, &broadcast_recipient_able,
                     BINDS(BIND_INT("broadcast", id), BIND_INT("address", p->address),
                           BIND_INT("volunteer", p->id), BIND_INT("score", p->score)));
        return rc < 0 ? rc : 0;
    }
    c->tally->shared += people == 1 && p->channel == AUDIENCE_SMS;
    rc = sql_run(s->tx, &broadcast_recipient_more,
                 BINDS(BIND_INT("broadcast", id), BIND_INT("address", p->address),
                       BIND_INT("score", p->score < score ? p->score : score)));
    if (rc >= 0)
        rc = sql_run(s->tx, &broadcast_share_add,
                     BINDS(BIND_INT("broadcast", id), BIND_INT("address", p->address),
                           BIND_INT("volunteer", p->id)));
    return rc < 0 ? rc : 0;
}

static int add_person(const struct counting *c, const struct person *p)
{
    struct broadcast *b = &c->row->b;
    int state = p->reason == BROADCAST_ABLE ? RECIPIENT_WAITS : RECIPIENT_OUT;
    int rc = sql_run(c->s->tx, &broadcast_recipient_add,
                     BINDS(BIND_INT("broadcast", b->id), BIND_INT("address", p->address),
                           BIND_INT("reason", p->reason), BIND_INT("state", state),
                           BIND_INT("volunteer", p->id), BIND_INT("score", p->score),
                           BIND_INT("variant", variant_of(b, p->address))));
    if (rc < 0)
        return rc;
    if (rc == 0)
        return add_sharer(c, p);
    b->listed++;
    c->tally->reasons[p->reason]++;
    if (p->reason == BROADCAST_ABLE)
        tally_able(c, p);
    return 0;
}

/* ---- a batch ---- */

/* People of one range behind the cursor, in the arena; their number or GW_E*. */
static int read_page(const struct counting *c, int64_t last, int limit, struct person **out)
{
    const struct service *s = c->s;
    const struct policy *policy = s->policy;
    const struct audience *a = &c->audience;
    int64_t today = civil_day_of(s->now, s->zone);
    int64_t midnight = notify_moment(s, today, 0);
    struct rows *r =
        sql_rows(s->tx, &broadcast_people,
                 BINDS(BIND_INT("org", c->row->b.org), BIND_INT("area", c->row->cursor_area),
                       BIND_INT("after", c->row->cursor_id), BIND_INT("last", last),
                       BIND_INT("limit", limit), BIND_INT("snapshot", c->row->b.snapshot),
                       BIND_INT("born_from", a->born_from), BIND_INT("born_to", a->born_to),
                       BIND_TEXT("skill", a->skill), BIND_TEXT("free", a->free),
                       BIND_TEXT("theme", a->theme), BIND_INT("team", a->team),
                       BIND_TEXT("trained", a->trained), BIND_INT("trained_from", a->trained_from),
                       BIND_INT("took_part", a->took_part), BIND_INT("now", s->now),
                       BIND_INT("activity", c->a.id), BIND_INT("today", midnight),
                       BIND_INT("week", midnight - 6 * BROADCAST_DAY),
                       BIND_INT("rest", policy->broadcast_rest_days > 0
                                            ? midnight - policy->broadcast_rest_days * BROADCAST_DAY
                                            : INT64_MAX),
                       BIND_INT("since", s->now - policy->broadcast_weeks * 7 * BROADCAST_DAY),
                       BIND_TEXT("field", c->field), BIND_TEXT("craft", c->craft)));
    struct person *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = read_person(c, r);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int list_page(struct counting *c, int64_t last, int limit)
{
    struct person *people;
    int n = read_page(c, last, limit, &people), rc = n;
    for (int i = 0; rc >= 0 && i < n; i++) {
        c->row->cursor_area = people[i].area;
        c->row->cursor_id = people[i].id;
        c->row->b.seen++;
        if (people[i].fits)
            rc = add_person(c, &people[i]);
    }
    return rc < 0 ? rc : n;
}

/* Up to `limit` people from the ranges behind the cursor: 1 when there may be more, 0 at the end.
 */
static int list_batch(struct counting *c, int limit)
{
    int left = limit;
    for (int i = 0; left > 0 && i < c->audience.range_count; i++) {
        const struct audience_range *range = &c->audience.ranges[i];
        if (c->row->cursor_area > range->hi)
            continue;
        if (c->row->cursor_area < range->lo) {
            c->row->cursor_area = range->lo;
            c->row->cursor_id = 0;
        }
        int n = list_page(c, range->hi, left);
        if (n < 0)
            return n;
        if (n == left)
            return 1;
        left -= n;
    }
    return 0;
}

static int set_field(struct counting *c)
{
    struct service_field field;
    int rc = fields_find(c->a.title, c->s->arena, &field);
    if (rc < 0)
        return rc;
    if (c->a.theme.n > 0)
        c->field = audience_pattern(c->s->arena, c->a.theme);
    c->craft = field.word.n > 0 ? audience_pattern(c->s->arena, field.word) : c->field;
    return 0;
}

static int prepare(struct counting *c, const struct service *s, struct broadcast_row *row)
{
    struct fault fault = { 0 };
    *c = (struct counting){ .s = s, .row = row };
    c->tally = arena_alloc(s->arena, sizeof *c->tally);
    int rc = activity_get(s, row->b.activity, &c->a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EDATA;
    rc = set_field(c);
    if (rc < 0)
        return rc;
    json_t *conditions = json_read(row->b.audience, "audience", AUDIENCE_MAX, &fault);
    rc = audience_read(s, conditions, row->b.org, &c->audience, &fault);
    json_decref(conditions);
    return rc < 0 ? rc : rc == AUDIENCE_OK ? 0 : GW_EDATA;
}

int broadcast_count_step(const struct service *s, int64_t id)
{
    struct broadcast_row row;
    struct counting c;
    int rc = broadcast_row(s, id, &row);
    if (rc <= 0 || row.b.state != BROADCAST_DRAFT)
        return rc < 0 ? rc : 0;
    rc = prepare(&c, s, &row);
    int more = rc < 0 ? rc : list_batch(&c, BROADCAST_BATCH);
    rc = more < 0 ? more : keep_tally(&c);
    if (rc == 0)
        rc = broadcast_keep_cursor(s, &row);
    if (rc == 0 && more == 0)
        rc = broadcast_listed(s, &row);
    return rc < 0 ? rc : more;
}

/* ---- the list is whole ---- */

static int64_t first_wave(const struct broadcast *b)
{
    return b->able < b->wave ? b->able : b->wave;
}

/* Four digits that are not the number everybody could guess. */
static int64_t random_number(int64_t known)
{
    int64_t n = known;
    while (n == known)
        n = RANDOM_FIRST + (int64_t)digest_random_below(RANDOM_COUNT);
    return n;
}

int broadcast_listed(const struct service *s, struct broadcast_row *row)
{
    struct broadcast *b = &row->b;
    int64_t due = s->now + s->policy->broadcast_preview_hours * BROADCAST_HOUR;
    int rc = timers_cancel(s->tx, "broadcast.count", b->id);
    if (rc < 0)
        return rc;
    if (b->able == 0) {
        rc = timers_cancel(s->tx, "broadcast.expires", b->id);
        if (rc >= 0)
            rc = broadcast_move(s, b, BROADCAST_CANCELLED, 0);
        return rc < 0 ? rc : BROADCAST_NOBODY;
    }
    int64_t first = first_wave(b);
    b->second_needed = b->everybody || b->able > s->policy->broadcast_second_over;
    row->confirm = b->signed_pushes ? first : random_number(first);
    row->confirm_second = b->signed_pushes ? first : random_number(first);
    rc = broadcast_keep_confirm(s, row);
    if (rc >= 0)
        rc = broadcast_move(s, b, BROADCAST_PREVIEWED, due);
    if (rc >= 0)
        rc = timers_set(s->tx, "broadcast.expires", b->id, due);
    return rc < 0 ? rc : BROADCAST_OK;
}

/* What took longer than the reply to the draft is told when it is there. */
static int tell_preview(const struct service *s, int64_t id)
{
    struct broadcast b;
    struct broadcast_preview p;
    int rc = broadcast_get(s, id, &b);
    if (rc <= 0)
        return rc;
    if (b.state == BROADCAST_CANCELLED)
        return notify_tell(s, b.organizer, "broadcast.nobody", broadcast_named(&b));
    rc = broadcast_preview(s, id, b.organizer, &p);
    if (rc != BROADCAST_OK)
        return rc < 0 ? rc : 0;
    return notify_put(s, b.organizer, "broadcast.preview", broadcast_preview_params(&b, &p),
                      OUTBOX_REPLY, 0, b.due, b.due);
}

int broadcast_count_timer(const struct service *s, int64_t id)
{
    struct broadcast b;
    int rc = broadcast_get(s, id, &b);
    if (rc <= 0 || b.state != BROADCAST_DRAFT)
        return rc < 0 ? rc : 0;
    rc = broadcast_count_step(s, id);
    if (rc == 1)
        return timers_set(s->tx, "broadcast.count", id, s->now);
    return rc < 0 ? rc : tell_preview(s, id);
}
