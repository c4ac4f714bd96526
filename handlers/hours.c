#include "handlers/hours.h"

#include "gateway/base/utf8.h"
#include "handlers/hours_row.h"
#include "handlers/organizations.h"
#include "handlers/signups.h"
#include "handlers/volunteers.h"

/* A claim on its way: what was said, what it is about, what stands already. */
struct claim {
    const struct service *s;
    const struct hours_claim *said;
    struct hours_receipt *receipt;
    struct hours row;         /* what will be stored */
    struct activity activity; /* id 0 without one */
    struct hours *near;       /* rows that stand from the day before to the day after */
    int near_count;
};

static const char *const outcome_names[HOURS_OUTCOMES] = {
    [HOURS_RECORDED] = "recorded",       [HOURS_UNCHANGED] = "unchanged",
    [HOURS_OVERLAP] = "overlap",         [HOURS_TOO_LONG] = "too_long",
    [HOURS_TOO_SHORT] = "too_short",     [HOURS_FUTURE] = "future",
    [HOURS_TOO_OLD] = "too_old",         [HOURS_WRONG_DAY] = "wrong_day",
    [HOURS_NO_ACTIVITY] = "no_activity", [HOURS_NOT_VOLUNTEER] = "not_volunteer",
    [HOURS_NO_STATION] = "no_station",
};

const char *hours_outcome_name(enum hours_outcome o)
{
    return o >= HOURS_RECORDED && o < HOURS_OUTCOMES ? outcome_names[o] : "?";
}

static bool took_place(const struct activity *a)
{
    return a->state != ACTIVITY_DRAFT && a->state != ACTIVITY_CANCELLED && a->ends_at > 0;
}

static int minutes_of_day(const struct claim *c, int64_t at)
{
    return (int)((at - civil_day_start(c->row.day, c->s->zone)) / 60);
}

/* Each step returns HOURS_RECORDED to go on, another outcome to stop, or GW_E*. */

static int look_up_person(struct claim *c)
{
    struct volunteer v;
    if (c->said->who != NULL) {
        v = *c->said->who;
    } else {
        int rc = volunteer_get(c->s, c->said->person, &v);
        if (rc != 1)
            return rc < 0 ? rc : HOURS_NOT_VOLUNTEER;
    }
    if (v.state != VOLUNTEER_ACTIVE)
        return HOURS_NOT_VOLUNTEER;
    c->row.person = v.id;
    if (c->said->activity != 0)
        return HOURS_RECORDED;
    struct organization station;
    int rc = org_for_area(c->s, v.area, &station);
    if (rc != 1)
        return rc < 0 ? rc : HOURS_NO_STATION;
    c->row.organization = station.id;
    c->row.confirmer_name = station.shown;
    return HOURS_RECORDED;
}

static int take_words(struct claim *c)
{
    c->row.name = utf8_cut(slice_trim(c->said->name), HOURS_NAME_MAX);
    c->row.place = utf8_cut(slice_trim(c->said->place), HOURS_NAME_MAX);
    c->row.recipient = utf8_cut(slice_trim(c->said->recipient), HOURS_NAME_MAX);
    c->row.content = c->row.name;
    return c->row.name.n > 0 ? HOURS_RECORDED : HOURS_NO_ACTIVITY;
}

static int look_up_activity(struct claim *c)
{
    if (c->said->activity == 0)
        return take_words(c);
    struct activity *a = &c->activity;
    int rc = activity_get(c->s, c->said->activity, a);
    if (rc < 0)
        return rc;
    if (rc == 0 || !took_place(a))
        return HOURS_NO_ACTIVITY;
    struct signup signup;
    rc = signup_find(c->s, a->id, c->row.person, &signup);
    if (rc < 0)
        return rc;
    if (rc == 0 || signup.state != SIGNUP_JOINED)
        c->row.flags |= HOURS_MAKE_UP;
    c->row.activity = a->id;
    c->row.organization = a->org;
    c->row.confirmer_name = a->leader_name;
    c->row.name = a->title;
    c->row.place = a->place;
    c->row.recipient = a->serves;
    c->row.content = a->title;
    c->receipt->name = a->title;
    c->receipt->day = hours_day_of(c->s, a);
    if (c->said->day != 0 && c->said->day != c->receipt->day)
        return HOURS_WRONG_DAY;
    return HOURS_RECORDED;
}

static int too_long(struct claim *c, int64_t limit)
{
    c->receipt->limit = limit > 0 ? limit : 0;
    return HOURS_TOO_LONG;
}

/* Minutes and times: what is missing follows from the other, or from the activity. */
static int settle_times(struct claim *c)
{
    struct hours *row = &c->row;
    row->day = c->said->day;
    row->minutes = c->said->minutes;
    row->start_min = c->said->start_min;
    row->end_min = c->said->end_min;
    if (row->activity != 0) {
        row->day = c->receipt->day;
        int64_t length = hours_length(&c->activity);
        if (row->minutes == 0 && row->start_min < 0)
            row->minutes = length;
        if (row->start_min < 0 || row->end_min < 0) {
            row->start_min = minutes_of_day(c, c->activity.starts_at);
            row->end_min = minutes_of_day(c, c->activity.ends_at);
        }
    }
    if (row->start_min < 0 || row->end_min < 0) {
        row->start_min = row->end_min = -1;
        return HOURS_RECORDED;
    }
    if (row->end_min <= row->start_min)
        row->end_min += HOURS_DAY; /* past midnight belongs to the date of the start */
    if (row->minutes == 0)
        row->minutes = row->end_min - row->start_min;
    return HOURS_RECORDED;
}

static int check_amount(struct claim *c)
{
    struct hours *row = &c->row;
    const struct policy *p = c->s->policy;
    int64_t length = row->activity != 0 ? hours_length(&c->activity) : 0;
    if (row->minutes < p->claim_min_minutes || row->minutes < 1) {
        c->receipt->limit = p->claim_min_minutes;
        return HOURS_TOO_SHORT;
    }
    if (row->activity != 0 && row->minutes > length) {
        if (!c->said->over)
            return too_long(c, length);
        row->flags |= HOURS_OVER;
    } else if (row->start_min >= 0 && row->minutes > row->end_min - row->start_min) {
        return too_long(c, row->end_min - row->start_min);
    }
    return row->minutes > p->day_max_minutes ? too_long(c, p->day_max_minutes) : HOURS_RECORDED;
}

static int check_moment(struct claim *c)
{
    const struct service *s = c->s;
    int64_t today = civil_day_of(s->now, s->zone);
    int64_t from = civil_day_start(c->row.day, s->zone);
    /* Of an activity that goes on, as much can be claimed as has passed. */
    int64_t start = c->row.start_min >= 0 ? from + c->row.start_min * (int64_t)60 : from;
    int64_t end = start + c->row.minutes * 60;
    if (c->row.activity == 0 && c->row.end_min >= 0)
        end = from + c->row.end_min * (int64_t)60;
    c->receipt->ready_at = end;
    if (end > s->now)
        return HOURS_FUTURE;
    c->receipt->limit = s->policy->claim_days_back;
    return c->row.day < today - s->policy->claim_days_back ? HOURS_TOO_OLD : HOURS_RECORDED;
}

static bool times_known(const struct hours *row)
{
    return row->start_min >= 0 && row->end_min >= 0;
}

static bool times_cross(const struct hours *a, const struct hours *b)
{
    int64_t shift = (b->day - a->day) * HOURS_DAY;
    return a->start_min < b->end_min + shift && b->start_min + shift < a->end_min;
}

static bool same_thing(const struct hours *a, const struct hours *b)
{
    if (a->day != b->day || a->activity != b->activity)
        return false;
    if (a->activity != 0)
        return true;
    if (times_known(a) && times_known(b) && !times_cross(a, b))
        return false; /* twice the same on one day, at different hours */
    return hours_same_name(a->name, b->name);
}

static int stop_at(struct claim *c, const struct hours *other, int outcome)
{
    hours_row_receipt(other, c->receipt);
    return outcome;
}

static int check_others(struct claim *c)
{
    const struct service *s = c->s;
    struct hours *row = &c->row;
    c->near_count =
        hours_row_near(s, row->person, row->day - 1, row->day + 1, &c->near, &c->receipt->total);
    if (c->near_count < 0)
        return c->near_count;
    for (int i = 0; i < c->near_count; i++) {
        if (same_thing(row, &c->near[i]) && c->near[i].minutes == row->minutes)
            return stop_at(c, &c->near[i], HOURS_UNCHANGED);
    }
    for (int i = 0; i < c->near_count; i++) {
        const struct hours *other = &c->near[i];
        bool cross = times_known(row) && times_known(other) && times_cross(row, other);
        if (cross || same_thing(row, other))
            return stop_at(c, other, HOURS_OVERLAP);
    }
    int64_t sum = hours_row_sum(c->near, c->near_count, row->day, 0);
    if (sum + row->minutes > s->policy->day_max_minutes)
        return too_long(c, s->policy->day_max_minutes - sum);
    if (sum + row->minutes > s->policy->day_flag_minutes)
        row->flags |= HOURS_LONG_DAY;
    return HOURS_RECORDED;
}

static int store(struct claim *c)
{
    c->row.state = HOURS_CLAIMED;
    c->row.source = LEDGER_CLAIMED;
    c->row.address = c->said->address;
    int rc = hours_row_insert(c->s, &c->row);
    hours_row_receipt(&c->row, c->receipt);
    return rc < 0 ? rc : HOURS_RECORDED;
}

int hours_report(const struct service *s, const struct hours_claim *claim,
                 struct hours_receipt *receipt)
{
    static int (*const steps[])(struct claim *) = {
        look_up_person, look_up_activity, settle_times, check_amount,
        check_moment,   check_others,     store,
    };
    struct claim c = { .s = s, .said = claim, .receipt = receipt };
    *receipt = (struct hours_receipt){ .day = claim->day, .minutes = claim->minutes };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int rc = steps[i](&c);
        if (rc != HOURS_RECORDED)
            return rc;
    }
    return HOURS_RECORDED;
}
