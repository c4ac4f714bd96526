/* A recorded training is put right (handlers/training.h). */
#include "handlers/roles.h"
#include "handlers/training.h"

SQL(fix_find, "SELECT id, minutes FROM trainings WHERE org = $org AND day = $day "
              "AND topic = $topic");
SQL(fix_minutes, "UPDATE trainings SET minutes = $minutes WHERE id = $id");
SQL(fix_take_out, "DELETE FROM training_people WHERE training = $training "
                  "AND volunteer = $volunteer");
SQL(fix_note, "INSERT INTO training_changes (id, training, minutes_before, volunteer, changed_by, "
              "changed_at) VALUES ($id, $training, $minutes, $volunteer, $by, $now)");

/* The training on record, which this address may change: RECORDED, or why not. */
static int begin(const struct service *s, int64_t address, const struct training *t,
                 struct training_result *result)
{
    *result = (struct training_result){ .training = *t };
    int rc = role_may(s, address, POWER_CONFIRM, t->org, NULL);
    if (rc != 1)
        return rc < 0 ? rc : TRAINING_FORBIDDEN;
    struct rows *r = sql_rows(s->tx, &fix_find,
                              BINDS(BIND_INT("org", t->org), BIND_INT("day", t->day),
                                    BIND_TEXT("topic", slice_trim(t->topic))));
    rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc < 0 ? rc : TRAINING_NOBODY;
    result->training.id = rows_int(r, 0);
    result->training.minutes = rows_int(r, 1);
    rows_close(s->tx, r);
    return TRAINING_RECORDED;
}

static int note(const struct service *s, int64_t address, const struct training *was,
                int64_t volunteer)
{
    int rc = sql_run(s->tx, &fix_note,
                     BINDS(BIND_INT("id", ids_next(s->ids)), BIND_INT("training", was->id),
                           BIND_INT("minutes", was->minutes), BIND_INT("volunteer", volunteer),
                           BIND_INT("by", address), BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = role_use(s, address, POWER_CONFIRM, was->org, "training.correct", was->id, NULL);
    return rc < 0 ? rc : 0;
}

int training_correct(const struct service *s, int64_t address, const struct training *t,
                     struct training_result *result)
{
    int rc = begin(s, address, t, result);
    if (rc != TRAINING_RECORDED)
        return rc;
    if (t->minutes < 1 || t->minutes > s->policy->day_max_minutes)
        return TRAINING_BAD_MINUTES;
    if (t->minutes == result->training.minutes)
        return TRAINING_UNCHANGED;
    rc = note(s, address, &result->training, 0);
    if (rc >= 0)
        rc = sql_run(s->tx, &fix_minutes,
                     BINDS(BIND_INT("id", result->training.id), BIND_INT("minutes", t->minutes)));
    result->training.minutes = t->minutes;
    return rc < 0 ? rc : TRAINING_RECORDED;
}

int training_take_out(const struct service *s, int64_t address, const struct training *t,
                      const int64_t *people, int count, struct training_result *result)
{
    int rc = begin(s, address, t, result);
    for (int i = 0; rc == TRAINING_RECORDED && i < count && i < TRAINING_PEOPLE_MAX; i++) {
        int out = sql_run(
            s->tx, &fix_take_out,
            BINDS(BIND_INT("training", result->training.id), BIND_INT("volunteer", people[i])));
        int noted = out == 1 ? note(s, address, &result->training, people[i]) : 0;
        if (out < 0 || noted < 0)
            return out < 0 ? out : noted;
        result->known += out;
    }
    if (rc != TRAINING_RECORDED)
        return rc;
    return result->known > 0 ? TRAINING_RECORDED : TRAINING_UNCHANGED;
}
