/* The reminder of the evening before, one a phone (handlers/signups.h). */
#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/notify.h"
#include "handlers/signups.h"

enum { REMIND_ROWS = 200 };

SQL(signups_to_remind, "SELECT u.address, v.name FROM signups u "
                       "JOIN volunteers v ON v.id = u.volunteer WHERE u.activity = $activity "
                       "AND u.state = 1 AND u.reminded_at = 0 "
                       "ORDER BY u.address, u.number LIMIT 200");
/* Who was missed last time they signed up, and did not come to anything since. */
SQL(signups_to_remind_early,
    "SELECT u.address, v.name FROM signups u JOIN volunteers v ON v.id = u.volunteer "
    "WHERE u.activity = $activity AND u.state = 1 AND EXISTS (SELECT 1 FROM attendance t "
    "WHERE t.person = u.volunteer AND t.state IN (3, 5, 7) AND NOT EXISTS (SELECT 1 "
    "FROM attendance c WHERE c.person = u.volunteer AND c.state = 1 "
    "AND c.changed_at > t.changed_at)) ORDER BY u.address, u.number LIMIT 200");
SQL(signups_reminded, "UPDATE signups SET reminded_at = $now WHERE activity = $activity "
                      "AND state = 1 AND address = $address");

struct reminder {
    const struct sql *people; /* whom it is for */
    bool early;               /* two evenings before, one more (scripts 3.6) */
    int64_t address;
    json_t *names;
};

/* One message for the phone whose names are complete. Takes the names over. */
static int send_reminder(const struct service *s, const struct activity *a, struct reminder *m)
{
    if (m->address == 0)
        return 0;
    int rc = m->early ? 0
                      : sql_run(s->tx, &signups_reminded,
                                BINDS(BIND_INT("activity", a->id), BIND_INT("address", m->address),
                                      BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = opt_allows(s, m->address, OPT_REMINDER);
    if (rc == 1) {
        json_t *params = activity_params(s, a);
        json_object_set(params, "names", m->names);
        /* It says 明天, which the quiet hours would make wrong. */
        int64_t tonight = notify_moment(s, civil_day_of(s->now, s->zone), s->policy->quiet_from);
        rc = notify_put(s, m->address, m->early ? "reminder.early" : "reminder.tomorrow", params,
                        OUTBOX_NOTICE, 0, tonight, 0);
    }
    json_decref(m->names);
    m->address = 0;
    m->names = NULL;
    return rc < 0 ? rc : 0;
}

struct person_row {
    int64_t address;
    struct slice name;
};

static int people_to_remind(const struct service *s, const struct sql *query, int64_t activity,
                            struct person_row *people)
{
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, query, BINDS(BIND_INT("activity", activity)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        if (n < REMIND_ROWS)
            people[n++] =
                (struct person_row){ rows_int(r, 0), arena_dup(s->arena, rows_text(r, 1)) };
    }
    return rc < 0 ? rc : n;
}

static int remind(const struct service *s, int64_t activity, struct reminder m)
{
    struct activity a;
    int rc = activity_get(s, activity, &a);
    if (rc <= 0 || !activity_is_open(a.state) || a.starts_at <= s->now)
        return rc < 0 ? rc : 0;
    struct person_row *people = arena_alloc(s->arena, REMIND_ROWS * sizeof *people);
    int n = people_to_remind(s, m.people, activity, people);
    rc = n;
    for (int i = 0; rc >= 0 && i < n; i++) {
        if (people[i].address != m.address) {
            rc = send_reminder(s, &a, &m);
            m.address = people[i].address;
            m.names = json_array();
        }
        json_array_append_new(
            m.names, json_stringn(people[i].name.p ? people[i].name.p : "", people[i].name.n));
    }
    if (rc < 0 || n < REMIND_ROWS || m.early) {
        rc = rc < 0 ? rc : send_reminder(s, &a, &m);
        json_decref(m.names);
        return rc;
    }
    /* The last phone's people may go on behind the limit: the next slice has them all. */
    json_decref(m.names);
    return timers_set(s->tx, "activity.reminder", activity, s->now);
}

int signups_remind(const struct service *s, int64_t activity)
{
    return remind(s, activity, (struct reminder){ .people = &signups_to_remind });
}

int signups_remind_early(const struct service *s, int64_t activity)
{
    const struct reminder early = { .people = &signups_to_remind_early, .early = true };
    return remind(s, activity, early);
}
