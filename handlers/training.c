#include "handlers/training.h"

#include "gateway/base/utf8.h"
#include "handlers/list.h"
#include "handlers/places.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

enum { LIMIT_MAX = 50 };

#define TRAINING_COLUMNS "t.id, t.org, t.day, t.topic, t.minutes, t.made_by"

SQL(training_insert, "INSERT INTO trainings (id, org, day, topic, minutes, made_by, made_at) "
                     "VALUES ($id, $org, $day, $topic, $minutes, $by, $now) "
                     "ON CONFLICT (org, day, topic) DO NOTHING");
SQL(training_same, "SELECT " TRAINING_COLUMNS " FROM trainings t WHERE t.org = $org "
                   "AND t.day = $day AND t.topic = $topic");
SQL(training_person_insert,
    "INSERT INTO training_people (training, volunteer, day, recorded_by, recorded_at) "
    "VALUES ($training, $volunteer, $day, $by, $now) ON CONFLICT (training, volunteer) DO NOTHING");
SQL(training_has, "SELECT COUNT(*) FROM training_people WHERE training = $training "
                  "AND volunteer = $volunteer");
SQL(training_named, "SELECT id, address FROM volunteers WHERE name = $name AND state = 2 "
                    "AND ($all = 1 OR area BETWEEN $lo AND $hi) ORDER BY id LIMIT 10");
SQL(training_year, "SELECT COUNT(*) FROM training_people WHERE volunteer = $volunteer "
                   "AND day BETWEEN $from AND $to");
SQL(training_own, "SELECT " TRAINING_COLUMNS " FROM training_people p "
                  "JOIN trainings t ON t.id = p.training WHERE p.volunteer = $volunteer "
                  "ORDER BY p.day DESC, p.training DESC LIMIT CAST($limit AS BIGINT)");
SQL(training_of_host, "SELECT " TRAINING_COLUMNS " FROM trainings t WHERE t.org = $org "
                      "ORDER BY t.day DESC, t.topic LIMIT CAST($limit AS BIGINT)");

static const char *const outcomes[] = {
    [TRAINING_RECORDED] = "recorded",
    [TRAINING_UNCHANGED] = "unchanged",
    [TRAINING_BAD_TOPIC] = "bad_topic",
    [TRAINING_BAD_MINUTES] = "bad_minutes",
    [TRAINING_FUTURE] = "future",
    [TRAINING_TOO_OLD] = "too_old",
    [TRAINING_NOBODY] = "nobody",
    [TRAINING_OUTSIDE] = "outside",
    [TRAINING_OTHER_LENGTH] = "other_length",
    [TRAINING_FORBIDDEN] = "forbidden",
};

const char *training_outcome_name(enum training_outcome outcome)
{
    return (size_t)outcome < sizeof outcomes / sizeof outcomes[0] ? outcomes[outcome] : "?";
}

static struct training read_training(const struct service *s, const struct rows *r)
{
    return (struct training){ .id = rows_int(r, 0),
                              .org = rows_int(r, 1),
                              .day = rows_int(r, 2),
                              .topic = arena_dup(s->arena, rows_text(r, 3)),
                              .minutes = rows_int(r, 4),
                              .made_by = rows_int(r, 5) };
}

/* ---- recording ---- */

enum training_outcome training_check_day(const struct service *s, int64_t day)
{
    int64_t today = civil_day_of(s->now, s->zone);
    if (day > today)
        return TRAINING_FUTURE;
    return day < today - s->policy->training_days_back ? TRAINING_TOO_OLD : TRAINING_RECORDED;
}

static enum training_outcome check(const struct service *s, const struct training *t, int count)
{
    if (t->topic.n == 0 || t->topic.n > TRAINING_TOPIC_MAX || !utf8_valid(t->topic))
        return TRAINING_BAD_TOPIC;
    if (t->minutes < 1 || t->minutes > s->policy->day_max_minutes)
        return TRAINING_BAD_MINUTES;
    if (count < 1 || count > TRAINING_PEOPLE_MAX)
        return TRAINING_NOBODY;
    return training_check_day(s, t->day);
}

/* Who lives elsewhere belongs to the highest organization, as org_for_area says. */
static bool reaches(const struct organization *org, const struct volunteer *v)
{
    return org->parent == 0 || places_within(v->area, org->area);
}

static int check_people(const struct service *s, const struct organization *org,
                        const int64_t *people, int count, int64_t *outside)
{
    for (int i = 0; i < count; i++) {
        struct volunteer v;
        int rc = volunteer_get(s, people[i], &v);
        if (rc < 0)
            return rc;
        *outside = people[i];
        if (rc == 0 || v.state != VOLUNTEER_ACTIVE || !reaches(org, &v))
            return TRAINING_OUTSIDE;
    }
    *outside = 0;
    return TRAINING_RECORDED;
}

static int find_same(const struct service *s, const struct training *t, struct training *out)
{
    struct rows *r = sql_rows(
        s->tx, &training_same,
        BINDS(BIND_INT("org", t->org), BIND_INT("day", t->day), BIND_TEXT("topic", t->topic)));
    int rc = rows_next(s->tx, r);
    if (rc == 1) {
        *out = read_training(s, r);
        rows_close(s->tx, r);
    }
    return rc;
}

/* How many of them it has. */
static int count_known(const struct service *s, int64_t training, const int64_t *people, int count)
{
    int64_t known = 0;
    for (int i = 0; i < count; i++) {
        int64_t has = 0;
        int rc =
            sql_int(s->tx, &training_has,
                    BINDS(BIND_INT("training", training), BIND_INT("volunteer", people[i])), &has);
        if (rc < 0)
            return rc;
        known += has;
    }
    return (int)known;
}

static int put_training(const struct service *s, int64_t address, struct training *t)
{
    t->id = ids_next(s->ids);
    t->made_by = address;
    int rc = sql_run(s->tx, &training_insert,
                     BINDS(BIND_INT("id", t->id), BIND_INT("org", t->org), BIND_INT("day", t->day),
                           BIND_TEXT("topic", t->topic), BIND_INT("minutes", t->minutes),
                           BIND_INT("by", address), BIND_INT("now", s->now)));
    if (rc == 0) /* another worker was first */
        rc = find_same(s, t, t);
    return rc < 0 ? rc : 0;
}

static int put_people(const struct service *s, int64_t address, const int64_t *people, int count,
                      struct training_result *result)
{
    const struct training *t = &result->training;
    for (int i = 0; i < count; i++) {
        int rc = sql_run(s->tx, &training_person_insert,
                         BINDS(BIND_INT("training", t->id), BIND_INT("volunteer", people[i]),
                               BIND_INT("day", t->day), BIND_INT("by", address),
                               BIND_INT("now", s->now)));
        if (rc < 0)
            return rc;
        result->added += rc;
    }
    result->known = count - result->added;
    return 0;
}

/* What is checked before anything is written; `result->training.id` is 0 when it is a new one. */
static int prepare(const struct service *s, int64_t address, const int64_t *people, int count,
                   struct training_result *result)
{
    struct training *t = &result->training;
    struct organization org;
    int rc = org_get(s, t->org, &org);
    if (rc == 1)
        rc = role_may(s, address, POWER_CONFIRM, t->org, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : TRAINING_FORBIDDEN;
    rc = check_people(s, &org, people, count, &result->outside);
    if (rc != TRAINING_RECORDED)
        return rc;
    int64_t minutes = t->minutes;
    rc = find_same(s, t, t);
    if (rc <= 0)
        return rc < 0 ? rc : TRAINING_RECORDED;
    if (t->minutes != minutes)
        return TRAINING_OTHER_LENGTH;
    result->known = count_known(s, t->id, people, count);
    return result->known < 0        ? result->known
           : result->known == count ? TRAINING_UNCHANGED
                                    : TRAINING_RECORDED;
}

int training_record(const struct service *s, int64_t address, const struct training *t,
                    const int64_t *people, int count, struct training_result *result)
{
    *result = (struct training_result){ .training = *t };
    result->training.id = 0;
    result->training.topic = slice_trim(t->topic);
    int rc = (int)check(s, &result->training, count);
    if (rc == TRAINING_RECORDED)
        rc = prepare(s, address, people, count, result);
    if (rc != TRAINING_RECORDED)
        return rc;
    if (result->training.id == 0)
        rc = put_training(s, address, &result->training);
    if (rc == 0)
        rc = put_people(s, address, people, count, result);
    if (rc == 0)
        rc = role_use(s, address, POWER_CONFIRM, t->org, "training.record", result->training.id,
                      NULL);
    return rc < 0 ? rc : TRAINING_RECORDED;
}

int training_find(const struct service *s, int64_t org, struct slice name,
                  struct training_person **out)
{
    struct organization host;
    int64_t lo, hi;
    struct training_person *list = NULL;
    int n = 0, rc = org_get(s, org, &host);
    *out = NULL;
    if (rc <= 0 || name.n == 0)
        return rc < 0 ? rc : 0;
    places_range(host.area, &lo, &hi);
    struct rows *r = sql_rows(s->tx, &training_named,
                              BINDS(BIND_TEXT("name", name), BIND_INT("all", host.parent == 0),
                                    BIND_INT("lo", lo), BIND_INT("hi", hi)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = (struct training_person){ rows_int(r, 0), rows_int(r, 1) };
    }
    *out = list;
    return rc < 0 ? rc : n;
}

/* ---- looking ---- */

int training_count(const struct service *s, int64_t volunteer, int year)
{
    int64_t n = 0;
    int rc =
        sql_int(s->tx, &training_year,
                BINDS(BIND_INT("volunteer", volunteer), BIND_INT("from", civil_day(year, 1, 1)),
                      BIND_INT("to", civil_day(year, 12, 31))),
                &n);
    return rc < 0 ? rc : (int)n;
}

int training_due(const struct service *s, int64_t volunteer)
{
    struct civil today;
    civil_at(s->now, s->zone, &today);
    int n = training_count(s, volunteer, today.year);
    int needed = (int)s->policy->trainings_per_year;
    return n < 0 ? n : n < needed ? needed - n : 0;
}

static int read_list(const struct service *s, struct rows *r, struct training **out)
{
    struct training *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = read_training(s, r);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

static int within_limit(int limit)
{
    return limit < 1 || limit > LIMIT_MAX ? LIMIT_MAX : limit;
}

int trainings_of(const struct service *s, int64_t volunteer, int limit, struct training **out)
{
    return read_list(
        s,
        sql_rows(s->tx, &training_own,
                 BINDS(BIND_INT("volunteer", volunteer), BIND_INT("limit", within_limit(limit)))),
        out);
}

int trainings_held(const struct service *s, int64_t org, int limit, struct training **out)
{
    return read_list(s,
                     sql_rows(s->tx, &training_of_host,
                              BINDS(BIND_INT("org", org), BIND_INT("limit", within_limit(limit)))),
                     out);
}
