#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/alerts.h"
#include "handlers/consents.h"
#include "handlers/hours.h"
#include "handlers/evaluations.h"
#include "handlers/hours_row.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

enum { REASON_MAX = 200 };

static const char *const decide_names[HOURS_DECIDE_OUTCOMES] = {
    [HOURS_DECIDE_DONE] = "done",
    [HOURS_DECIDE_UNCHANGED] = "unchanged",
    [HOURS_DECIDE_OWN] = "own",
    [HOURS_DECIDE_NOT_ALLOWED] = "not_allowed",
    [HOURS_DECIDE_INCOMPLETE] = "incomplete",
    [HOURS_DECIDE_TOO_LONG] = "too_long",
    [HOURS_DECIDE_NOT_SEEN] = "not_seen",
    [HOURS_DECIDE_NOT_AGREED] = "not_agreed",
    [HOURS_DECIDE_NOT_FOUND] = "not_found",
    [HOURS_DECIDE_CLOSED] = "closed",
};

const char *hours_decide_outcome_name(enum hours_decide_outcome o)
{
    return o >= HOURS_DECIDE_DONE && o < HOURS_DECIDE_OUTCOMES ? decide_names[o] : "?";
}

/* May `confirmer` decide this row? DONE to go on, with the role, else the outcome. */
static int may_decide(const struct service *s, int64_t id, int64_t confirmer, enum hours_state to,
                      struct hours *row, struct role *role)
{
    int rc = hours_get(s, id, row);
    if (rc != 1)
        return rc < 0 ? rc : HOURS_DECIDE_NOT_FOUND;
    rc = hours_is_own(s, confirmer, row->person);
    if (rc != 0)
        return rc < 0 ? rc : HOURS_DECIDE_OWN;
    rc = role_may(s, confirmer, POWER_CONFIRM, row->organization, role);
    if (rc != 1)
        return rc < 0 ? rc : HOURS_DECIDE_NOT_ALLOWED;
    if (row->state == to)
        return HOURS_DECIDE_UNCHANGED;
    return hours_may_move(row->state, to) && row->state == HOURS_CLAIMED ? HOURS_DECIDE_DONE
                                                                         : HOURS_DECIDE_CLOSED;
}

static int check_person(const struct service *s, int64_t person, struct volunteer *v)
{
    int rc = volunteer_get(s, person, v);
    if (rc != 1)
        return rc < 0 ? rc : HOURS_DECIDE_CLOSED;
    if (v->state == VOLUNTEER_LEFT || v->state == VOLUNTEER_FROZEN)
        return HOURS_DECIDE_CLOSED;
    rc = consent_to_serve(s, person);
    if (rc != 1)
        return rc < 0 ? rc : HOURS_DECIDE_NOT_AGREED;
    bool counts = v->state == VOLUNTEER_ACTIVE && !v->provisional;
    return counts ? HOURS_DECIDE_DONE : HOURS_DECIDE_NOT_SEEN;
}

/* The activity's leader is in charge, else whoever confirms. */
static int find_leader(const struct service *s, const struct hours *row, struct activity *a)
{
    *a = (struct activity){ .leader = row->confirmer, .leader_name = row->confirmer_name };
    if (row->activity == 0)
        return 0;
    int rc = activity_get(s, row->activity, a);
    return rc < 0 ? rc : 0;
}

/* Another amount than claimed, by the confirmer. */
static int check_amount(const struct service *s, const struct hours *row, int64_t minutes,
                        const struct activity *a)
{
    if (minutes == row->minutes)
        return HOURS_DECIDE_DONE;
    if (minutes < 1 || (row->activity != 0 && minutes > hours_length(a)))
        return HOURS_DECIDE_TOO_LONG;
    struct hours *near;
    int n = hours_row_near(s, row->person, row->day, row->day, &near, NULL);
    if (n < 0)
        return n;
    int64_t sum = hours_row_sum(near, n, row->day, row->id) - row->instead;
    return sum + minutes > s->policy->day_max_minutes ? HOURS_DECIDE_TOO_LONG : HOURS_DECIDE_DONE;
}

/* What the claim left open: the confirmer's words, else the station that vouches for it. */
static int fill_places(const struct service *s, const struct hours_decision *d, struct hours *row)
{
    if (slice_trim(d->place).n > 0)
        row->place = utf8_cut(slice_trim(d->place), HOURS_NAME_MAX);
    if (slice_trim(d->recipient).n > 0)
        row->recipient = utf8_cut(slice_trim(d->recipient), HOURS_NAME_MAX);
    if (row->recipient.n == 0)
        row->recipient = row->place;
    if (row->place.n > 0)
        return 0;
    struct organization org;
    int rc = org_get(s, row->organization, &org);
    if (rc == 1)
        row->place = org.shown;
    return rc < 0 ? rc : 0;
}

/* Article 11 of Order 67: within ten working days after the service. */
static bool is_late(const struct service *s, const struct hours *row)
{
    const struct policy *p = s->policy;
    int64_t last = workdays_after(&p->workdays, row->day, (int)p->record_workdays);
    return civil_day_of(s->now, s->zone) > last;
}

/* A claim whose amount the confirmer changes is replaced, so that both stay readable. */
static int amend(const struct service *s, struct hours *row, int64_t minutes)
{
    if (minutes == row->minutes)
        return 0;
    struct hours old = *row;
    int rc = hours_row_move(s, &old, HOURS_REPLACED);
    if (rc != 1)
        return rc < 0 ? rc : GW_EDATA;
    row->minutes = minutes;
    if (row->instead == 0)
        row->replaces = old.id;
    return hours_row_insert(s, row);
}

static int tell(const struct service *s, const char *message, const struct hours *row,
                const struct volunteer *v, int64_t total)
{
    json_t *params = hours_row_params(s, row, v->name, total);
    int64_t address = row->address != 0 ? row->address : v->address;
    if (row->reason.n > 0)
        json_put_slice(params, "reason", row->reason);
    int rc = row->state == HOURS_CONFIRMED ? hours_row_standing(s, row, address, params) : 0;
    if (rc < 0) {
        json_decref(params);
        return rc;
    }
    return notify_volunteer(s, address, message, params);
}

static int record(const struct service *s, const struct hours_decision *d, struct hours *row,
                  struct ledger_entry *entry, struct hours_decided *out)
{
    int rc =
        role_use(s, d->confirmer, POWER_CONFIRM, row->organization, "hours.confirm", row->id, NULL);
    if (rc < 0)
        return rc;
    rc = amend(s, row, entry->minutes);
    if (rc < 0)
        return rc;
    rc = hours_row_record(s, row, entry);
    if (rc < 0)
        return rc;
    struct ledger_totals totals;
    rc = ledger_total(s, row->person, &totals);
    out->total = totals.minutes;
    return rc;
}

/* The confirmer's, else what those who were helped said, else the value that is shown. */
static int set_quality(const struct service *s, const struct hours_decision *d, struct hours *row)
{
    struct evaluation said;
    row->quality = d->quality != 0 ? d->quality : (int)s->policy->quality_default;
    if (d->quality != 0)
        return 0;
    int rc = evaluation_of(s, row, &said);
    if (rc == 0 && said.rating > 0)
        row->quality = said.rating;
    return rc;
}

int hours_confirm(const struct service *s, const struct hours_decision *d,
                  struct hours_decided *out)
{
    *out = (struct hours_decided){ .missing = 0 };
    struct hours *row = &out->row;
    struct role role;
    int rc = may_decide(s, d->id, d->confirmer, HOURS_CONFIRMED, row, &role);
    if (rc != HOURS_DECIDE_DONE)
        return rc;
    struct volunteer v;
    rc = check_person(s, row->person, &v);
    if (rc != HOURS_DECIDE_DONE)
        return rc;
    row->confirmer = d->confirmer;
    row->confirmer_name = role.name;
    rc = set_quality(s, d, row);
    if (rc < 0)
        return rc;
    row->flags |= is_late(s, row) ? HOURS_LATE : 0;
    struct activity a;
    rc = find_leader(s, row, &a);
    if (rc < 0)
        return rc;
    int64_t minutes = d->minutes != 0 ? d->minutes : row->minutes;
    rc = check_amount(s, row, minutes, &a);
    if (rc != HOURS_DECIDE_DONE)
        return rc;
    rc = fill_places(s, d, row);
    if (rc < 0)
        return rc;
    struct ledger_entry entry;
    hours_row_entry(s, row, a.leader, a.leader_name, &entry);
    entry.minutes = minutes;
    out->missing = ledger_missing(&entry);
    if (out->missing != 0)
        return HOURS_DECIDE_INCOMPLETE;
    rc = record(s, d, row, &entry, out);
    if (rc >= 0)
        rc = alerts_look(s, row);
    if (rc < 0)
        return rc;
    rc = tell(s, "hours.confirmed", row, &v, out->total);
    return rc < 0 ? rc : HOURS_DECIDE_DONE;
}

int hours_refuse(const struct service *s, int64_t id, int64_t confirmer, struct slice reason,
                 struct hours_decided *out)
{
    *out = (struct hours_decided){ .missing = 0 };
    struct hours *row = &out->row;
    struct role role;
    int rc = may_decide(s, id, confirmer, HOURS_REFUSED, row, &role);
    if (rc != HOURS_DECIDE_DONE)
        return rc;
    rc = role_use(s, confirmer, POWER_CONFIRM, row->organization, "hours.refuse", id, NULL);
    if (rc < 0)
        return rc;
    row->confirmer = confirmer;
    row->confirmer_name = role.name;
    row->decided_at = s->now;
    row->reason = utf8_cut(slice_trim(reason), REASON_MAX);
    rc = hours_row_move(s, row, HOURS_REFUSED);
    if (rc != 1)
        return rc < 0 ? rc : HOURS_DECIDE_CLOSED;
    struct ledger_totals totals;
    rc = ledger_total(s, row->person, &totals);
    if (rc < 0)
        return rc;
    out->total = totals.minutes;
    struct volunteer v;
    rc = volunteer_get(s, row->person, &v);
    if (rc == 1)
        rc = tell(s, "hours.refused", row, &v, out->total);
    return rc < 0 ? rc : HOURS_DECIDE_DONE;
}
