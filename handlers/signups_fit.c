/* Whether an activity and a person fit (Regulation Art. 15 to 17; handlers/signups.h). */
#include "handlers/audiences.h"
#include "handlers/signups.h"

enum { MINUTE = 60, DAY_SECONDS = 86400 };

SQL(fit_skill, "SELECT COUNT(*) FROM volunteer_fields WHERE volunteer = $volunteer AND field = 7 "
               "AND value LIKE $skill ESCAPE '!'");
SQL(fit_trained, "SELECT COUNT(*) FROM training_people k JOIN trainings g ON g.id = k.training "
                 "WHERE k.volunteer = $volunteer AND k.day >= $from "
                 "AND g.topic LIKE $topic ESCAPE '!'");

/* Whether what is done and when fits who is not grown up. */
static bool fits_minor(const struct service *s, const struct activity *a)
{
    const struct policy *p = s->policy;
    int64_t midnight = civil_day_start(civil_day_of(a->starts_at, s->zone), s->zone);
    int64_t from = (a->starts_at - midnight) / MINUTE, to = (a->ends_at - midnight) / MINUTE;
    return !a->hazardous && from >= p->minor_from && to <= p->minor_until &&
           to - from <= p->minor_minutes;
}

bool activity_fits_age(const struct service *s, const struct activity *a, int age)
{
    if (age < a->min_age || (a->max_age > 0 && age > a->max_age))
        return false;
    return age >= s->policy->adult_age || fits_minor(s, a);
}

static int has_skill(const struct service *s, const struct activity *a, int64_t volunteer)
{
    int64_t n = 0;
    if (a->skill.n == 0)
        return 1;
    int rc = sql_int(s->tx, &fit_skill,
                     BINDS(BIND_INT("volunteer", volunteer),
                           BIND_TEXT("skill", audience_pattern(s->arena, a->skill))),
                     &n);
    return rc < 0 ? rc : n > 0;
}

static int is_trained(const struct service *s, const struct activity *a, int64_t volunteer)
{
    int64_t n = 0;
    if (a->training.n == 0)
        return 1;
    int rc = sql_int(
        s->tx, &fit_trained,
        BINDS(BIND_INT("volunteer", volunteer),
              BIND_INT("from", civil_day_of(s->now, s->zone) - s->policy->training_valid_days),
              BIND_TEXT("topic", audience_pattern(s->arena, a->training))),
        &n);
    return rc < 0 ? rc : n > 0;
}

int signup_requires(const struct service *s, const struct activity *a, const struct volunteer *v)
{
    int age = volunteer_age(s, v);
    if (a->hazardous && a->insurance.n == 0)
        return SIGNUP_UNINSURED;
    if (age < a->min_age)
        return SIGNUP_TOO_YOUNG;
    if (a->max_age > 0 && age > a->max_age)
        return SIGNUP_TOO_OLD;
    if (!activity_fits_age(s, a, age))
        return SIGNUP_MINOR;
    int rc = has_skill(s, a, v->id);
    if (rc != 1)
        return rc < 0 ? rc : SIGNUP_NO_SKILL;
    rc = is_trained(s, a, v->id);
    if (rc != 1)
        return rc < 0 ? rc : SIGNUP_UNTRAINED;
    return SIGNUP_DONE;
}
