/* The yearly notice to who lacks trainings, a slice of volunteers at a time (handlers/training.h).
 *
 * The cursor, the numbers that were told and their texts are written by one transaction, so a slice
 * that was cut off begins anew and no number gets a second text. */
#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/training.h"
#include "handlers/volunteers.h"

enum { USEFUL_SECONDS = 7 * 86400 };

SQL(training_round_open, "SELECT year, after FROM training_rounds WHERE done_at = 0 "
                         "ORDER BY year LIMIT 1");
SQL(training_round_of, "SELECT after FROM training_rounds WHERE year = $year AND done_at = 0");
SQL(training_round_known, "SELECT COUNT(*) FROM training_rounds WHERE year = $year");
SQL(training_round_begin, "INSERT INTO training_rounds (year, after, done_at) "
                          "VALUES ($year, 0, 0) ON CONFLICT (year) DO NOTHING");
SQL(training_round_step, "UPDATE training_rounds SET after = $after, done_at = $done "
                         "WHERE year = $year");
SQL(training_page, "SELECT v.id, v.address, (SELECT COUNT(*) FROM training_people p "
                   "WHERE p.volunteer = v.id AND p.day BETWEEN $from AND $to) FROM volunteers v "
                   "WHERE v.id > $after AND v.state = 2 ORDER BY v.id "
                   "LIMIT CAST($limit AS BIGINT)");
SQL(training_tell_once, "INSERT INTO training_told (year, address, told_at) "
                        "VALUES ($year, $address, $now) ON CONFLICT (year, address) DO NOTHING");

/* ---- when ---- */

static int64_t moment_of(const struct service *s, int64_t year)
{
    const struct policy *p = s->policy;
    int64_t day = civil_day((int)year, (int)p->training_notice_month, (int)p->training_notice_day);
    return notify_moment(s, day, p->training_notice_at);
}

/* The year of the next round: this one, unless its moment is past or it was held. */
static int next_year(const struct service *s, int64_t *year)
{
    struct civil today;
    int64_t known = 0;
    civil_at(s->now, s->zone, &today);
    *year = today.year;
    int rc = sql_int(s->tx, &training_round_known, BINDS(BIND_INT("year", *year)), &known);
    if (rc >= 0 && (known > 0 || moment_of(s, *year) < s->now))
        *year += 1;
    return rc;
}

int training_schedule(const struct service *s)
{
    int64_t year = 0;
    int rc = sql_int(s->tx, &training_round_open, NO_BINDS, &year);
    if (rc == 0)
        rc = next_year(s, &year);
    if (rc >= 0)
        rc = sql_run(s->tx, &training_round_begin, BINDS(BIND_INT("year", year)));
    return rc < 0 ? rc : timers_set(s->tx, "training.due", year, moment_of(s, year));
}

/* ---- whom ---- */

/* The people whose number it is and who lack trainings: 1 with the parameters, 0 when nobody does,
 * or GW_E*. */
static int params_for(const struct service *s, int64_t address, int64_t year, json_t **params)
{
    struct volunteer *people;
    int64_t needed = 0;
    bool same = true;
    int n = volunteers_by_address(s, address, &people), rc = n;
    json_t *names = json_array();
    for (int i = 0; rc >= 0 && i < n; i++) {
        if (people[i].state != VOLUNTEER_ACTIVE || people[i].address != address)
            continue;
        rc = training_due(s, people[i].id);
        if (rc <= 0)
            continue;
        same = same && (needed == 0 || needed == rc);
        needed = rc;
        json_array_append_new(names, json_stringn(people[i].name.p, people[i].name.n));
    }
    bool some = rc >= 0 && json_array_size(names) > 0;
    *params = some ? json_pack("{s:O}", "names", names) : NULL;
    if (some) {
        json_put_int(*params, "year", year);
        json_put_int(*params, "needed", same ? needed : 0);
        json_put_int(*params, "least", s->policy->trainings_per_year);
    }
    json_decref(names);
    return rc < 0 ? rc : some;
}

static int tell(const struct service *s, int64_t address, int64_t year)
{
    json_t *params = NULL;
    int rc = address == 0 ? 0 : opt_allows(s, address, OPT_REMINDER);
    if (rc == 1)
        rc = sql_run(
            s->tx, &training_tell_once,
            BINDS(BIND_INT("year", year), BIND_INT("address", address), BIND_INT("now", s->now)));
    if (rc == 1)
        rc = params_for(s, address, year, &params);
    if (rc <= 0)
        return rc;
    /* It says 今年. */
    int64_t until = civil_day_start(civil_day((int)year + 1, 1, 1), s->zone);
    if (until > s->now + USEFUL_SECONDS)
        until = s->now + USEFUL_SECONDS;
    return notify_put(s, address, "training.due", params, OUTBOX_NOTICE, 0, until, 0);
}

/* ---- a slice ---- */

struct slice_person {
    int64_t id, address, trainings;
};

static int read_page(const struct service *s, int64_t year, int64_t after,
                     struct slice_person *people)
{
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, &training_page,
                              BINDS(BIND_INT("from", civil_day((int)year, 1, 1)),
                                    BIND_INT("to", civil_day((int)year, 12, 31)),
                                    BIND_INT("after", after), BIND_INT("limit", TRAINING_SLICE)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        if (n < TRAINING_SLICE)
            people[n++] = (struct slice_person){ rows_int(r, 0), rows_int(r, 1), rows_int(r, 2) };
    }
    return rc < 0 ? rc : n;
}

static int keep_cursor(const struct service *s, int64_t year, int64_t after, bool done)
{
    int rc = sql_run(s->tx, &training_round_step,
                     BINDS(BIND_INT("year", year), BIND_INT("after", after),
                           BIND_INT("done", done ? s->now : 0)));
    if (rc < 0)
        return rc;
    return done ? training_schedule(s) : timers_set(s->tx, "training.due", year, s->now);
}

int training_due_timer(const struct service *s, int64_t year)
{
    int64_t after = 0;
    struct civil today;
    int rc = sql_int(s->tx, &training_round_of, BINDS(BIND_INT("year", year)), &after);
    if (rc <= 0)
        return rc;
    civil_at(s->now, s->zone, &today);
    if (today.year != year) /* missed altogether: what a past year lacks cannot be mended */
        return keep_cursor(s, year, after, true);
    struct slice_person *people = arena_alloc(s->arena, TRAINING_SLICE * sizeof *people);
    int n = read_page(s, year, after, people);
    rc = n;
    for (int i = 0; rc >= 0 && i < n; i++) {
        after = people[i].id;
        if (people[i].trainings < s->policy->trainings_per_year)
            rc = tell(s, people[i].address, year);
    }
    return rc < 0 ? rc : keep_cursor(s, year, after, n < TRAINING_SLICE);
}
