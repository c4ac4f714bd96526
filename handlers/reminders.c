/* The reminder of the evening before, one a phone (handlers/signups.h). */
#include "gateway/base/json.h"
#include "gateway/store/notices.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/notify.h"
#include "handlers/signups.h"

enum { REMIND_ROWS = 200 };

SQL(signups_to_remind, "SELECT u.address, v.name, v.id FROM signups u "
                       "JOIN volunteers v ON v.id = u.volunteer WHERE u.activity = $activity "
                       "AND u.state = 1 AND u.reminded_at = 0 "
                       "ORDER BY u.address, u.number LIMIT 200");
/* Who was missed last time they signed up, and did not come to anything since. */
SQL(signups_to_remind_early,
    "SELECT u.address, v.name, v.id FROM signups u JOIN volunteers v ON v.id = u.volunteer "
    "WHERE u.activity = $activity AND u.state = 1 AND EXISTS (SELECT 1 FROM attendance t "
    "WHERE t.person = u.volunteer AND t.state IN (3, 5, 7) AND NOT EXISTS (SELECT 1 "
    "FROM attendance c WHERE c.person = u.volunteer AND c.state = 1 "
    "AND c.changed_at > t.changed_at)) ORDER BY u.address, u.number LIMIT 200");
SQL(signups_reminded, "UPDATE signups SET reminded_at = $now WHERE activity = $activity "
                      "AND state = 1 AND address = $address");

static const char *const ways[] = {
    [REMIND_ANY] = "", [REMIND_WECHAT] = "wechat", [REMIND_SMS] = "sms", [REMIND_NONE] = "none"
};
enum { WAYS = sizeof ways / sizeof *ways };

const char *reminder_way_name(enum reminder_way way)
{
    return ways[way];
}

bool reminder_way_parse(struct slice name, enum reminder_way *out)
{
    *out = REMIND_ANY;
    for (int i = 0; i < WAYS; i++) {
        if (!slice_eq(name, slice_of(ways[i])))
            continue;
        *out = (enum reminder_way)i;
        return true;
    }
    return false;
}

int reminder_way_of(const struct service *s, int64_t person, enum reminder_way *out)
{
    struct slice value = { 0 };
    *out = REMIND_ANY;
    int rc = volunteer_field(s, person, FIELD_REMINDER, &value);
    if (rc == 1)
        (void)reminder_way_parse(value, out);
    return rc < 0 ? rc : 0;
}

int64_t reminder_moment(const struct service *s, const struct activity *a)
{
    return notify_moment(s, civil_day_of(a->starts_at, s->zone) - 1, s->policy->reminder_at);
}

static bool is_wechat(struct slice realm)
{
    return slice_starts(realm, SLICE("wechat/"));
}

/* The address of the same person that takes what is sent this way; `address` itself where there is
 * none. 0 or GW_E*. */
static int by_way(const struct service *s, int64_t address, enum reminder_way way, int64_t *out)
{
    int64_t *all;
    struct address one;
    *out = address;
    if (way != REMIND_WECHAT && way != REMIND_SMS)
        return 0;
    int n = people_channels(s->tx, address, s->arena, &all);
    for (int i = 0; i < n; i++) {
        int rc = people_by_id(s->tx, s->vault, all[i], s->arena, &one);
        if (rc < 0)
            return rc;
        if (rc == 1 && is_wechat(one.realm) == (way == REMIND_WECHAT)) {
            *out = one.id;
            return 0;
        }
    }
    return n < 0 ? n : 0;
}

int reminder_reaches(const struct service *s, const struct activity *a, int64_t address,
                     int64_t person)
{
    enum reminder_way way;
    struct address phone;
    int64_t at = reminder_moment(s, a);
    if (s->terms == NULL || !s->terms->bare || at <= s->now || s->now + s->terms->writes_s > at)
        return 1;
    int rc = reminder_way_of(s, person, &way);
    if (rc < 0 || way == REMIND_NONE)
        return rc < 0 ? rc : 1;
    rc = people_other(s->tx, s->vault, address, SLICE("sms"), s->arena, &phone);
    if (rc == 0 && s->terms->consent.n > 0)
        rc = notice_left(s->tx, address, s->terms->consent);
    return rc < 0 ? rc : rc > 0;
}

/* What one evening is about. */
struct evening {
    const struct sql *people; /* whom it is for */
    const char *message;
    bool early; /* two evenings before, one more (scripts 3.6) */
};

struct reminder {
    int64_t address; /* of the sign-ups */
    json_t *names[WAYS];
};

static void reminder_drop(struct reminder *m)
{
    for (int i = 0; i < WAYS; i++)
        json_decref(m->names[i]);
    *m = (struct reminder){ 0 };
}

static int send_one(const struct service *s, const struct evening *e, const struct activity *a,
                    int64_t address, json_t *names)
{
    int rc = opt_allows(s, address, OPT_REMINDER);
    if (rc != 1)
        return rc;
    json_t *params = activity_params(s, a);
    json_object_set(params, "names", names);
    /* It says 明天, which the quiet hours would make wrong. */
    int64_t tonight = notify_moment(s, civil_day_of(s->now, s->zone), s->policy->quiet_from);
    return notify_put(s, address, e->message, params, OUTBOX_NOTICE, 0, tonight, 0);
}

/* What goes to the people of one address whose names are complete: one message a way. */
static int send_reminder(const struct service *s, const struct evening *e, const struct activity *a,
                         struct reminder *m)
{
    int rc = 0;
    if (m->address != 0 && !e->early)
        rc = sql_run(s->tx, &signups_reminded,
                     BINDS(BIND_INT("activity", a->id), BIND_INT("address", m->address),
                           BIND_INT("now", s->now)));
    for (int way = 0; way < WAYS && rc >= 0; way++) {
        int64_t to;
        if (m->names[way] == NULL || way == REMIND_NONE)
            continue;
        rc = by_way(s, m->address, (enum reminder_way)way, &to);
        if (rc >= 0)
            rc = send_one(s, e, a, to, m->names[way]);
    }
    reminder_drop(m);
    return rc < 0 ? rc : 0;
}

struct person_row {
    int64_t address, id;
    struct slice name;
};

static int people_to_remind(const struct service *s, const struct sql *query, int64_t activity,
                            struct person_row *people)
{
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, query, BINDS(BIND_INT("activity", activity)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        if (n < REMIND_ROWS)
            people[n++] = (struct person_row){ rows_int(r, 0), rows_int(r, 2),
                                               arena_dup(s->arena, rows_text(r, 1)) };
    }
    return rc < 0 ? rc : n;
}

static int add_person(const struct service *s, const struct person_row *person, struct reminder *m)
{
    enum reminder_way way;
    int rc = reminder_way_of(s, person->id, &way);
    if (rc < 0)
        return rc;
    if (m->names[way] == NULL)
        m->names[way] = json_array();
    json_array_append_new(m->names[way],
                          json_stringn(person->name.p ? person->name.p : "", person->name.n));
    return 0;
}

static int remind(const struct service *s, int64_t activity, const struct evening *e)
{
    struct activity a;
    struct reminder m = { 0 };
    int rc = activity_get(s, activity, &a);
    if (rc <= 0 || !activity_is_open(a.state) || a.starts_at <= s->now)
        return rc < 0 ? rc : 0;
    struct person_row *people = arena_alloc(s->arena, REMIND_ROWS * sizeof *people);
    int n = people_to_remind(s, e->people, activity, people);
    rc = n;
    for (int i = 0; rc >= 0 && i < n; i++) {
        if (people[i].address != m.address) {
            rc = send_reminder(s, e, &a, &m);
            m.address = people[i].address;
        }
        if (rc >= 0)
            rc = add_person(s, &people[i], &m);
    }
    if (rc < 0 || n < REMIND_ROWS || e->early) {
        rc = rc < 0 ? rc : send_reminder(s, e, &a, &m);
        reminder_drop(&m);
        return rc;
    }
    /* The last phone's people may go on behind the limit: the next slice has them all. */
    reminder_drop(&m);
    return timers_set(s->tx, "activity.reminder", activity, s->now);
}

int signups_remind(const struct service *s, int64_t activity)
{
    const struct evening before = { &signups_to_remind, "reminder.tomorrow", false };
    return remind(s, activity, &before);
}

int signups_remind_early(const struct service *s, int64_t activity)
{
    const struct evening early = { &signups_to_remind_early, "reminder.early", true };
    return remind(s, activity, &early);
}
