/* A claim of one's own: what was done, when, for how long, and where it goes to be confirmed. */
#include "handlers/hours.h"

#include <string.h>

#include "conversations/actions/service_rows.h"
#include "conversations/actions/who.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/notify.h"
#include "handlers/requests.h"

enum { WHAT_CHARACTERS = 10 };

/* Several days or several occasions in one text: one day is asked for, so that each is a record of
 * its own (nine fields, one date). */
static void take_one_day(json_t *slots)
{
    int64_t each = json_int(slots, "minutes_each", 0);
    const char *from = json_text(slots, "date_from", ""), *to = json_text(slots, "date_to", "");
    bool several = json_int(slots, "count", 1) > 1 ||
                   json_array_size(json_object_get(slots, "dates")) > 1 || strcmp(from, to) != 0;
    if (!several)
        return;
    json_put_int(slots, "several", 1);
    json_object_del(slots, "date");
    if (each > 0)
        json_put_int(slots, "minutes", each);
    else
        json_object_del(slots, "minutes");
}

static void name_it(json_t *slots)
{
    struct slice activity = json_slice(slots, "activity");
    if (activity.n == 0)
        activity = json_slice(slots, "place");
    if (activity.n == 0)
        return;
    json_put_slice(slots, "activity", activity);
    json_put_slice(slots, "what", row_words(json_slice(slots, "activity")));
}

/* 敬老院 + 包饺子, as long as a receipt can show both. */
static void join_place(struct action_call *call)
{
    struct slice place = json_slice(call->slots, "place");
    struct slice activity = json_slice(call->slots, "activity");
    if (place.n == 0 || activity.n == 0 || slice_find(activity, place) >= 0)
        return;
    json_put_slice(call->slots, "_said", activity);
    if (utf8_count(place) + utf8_count(activity) > WHAT_CHARACTERS)
        return;
    json_put_slice(
        call->slots, "activity",
        arena_printf(call->service->arena, "%.*s%.*s", SLICE_ARG(place), SLICE_ARG(activity)));
}

/* 上午在敬老院包饺子, said in the afternoon, was today; stored now, so that a late answer cannot
 * shift it. */
static void date_part(struct action_call *call)
{
    static const struct {
        const char *name;
        int begins; /* hour */
    } parts[] = { { "am", 5 }, { "noon", 11 }, { "pm", 12 }, { "evening", 17 } };
    static const char *const dated[] = { "date", "dates", "date_from", "date_text" };
    struct civil now;
    for (size_t i = 0; i < sizeof dated / sizeof *dated; i++)
        if (json_object_get(call->slots, dated[i]) != NULL)
            return;
    civil_at(call->service->now, call->service->zone, &now);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(json_text(call->slots, "part", ""), parts[i].name) == 0 &&
            now.hour >= parts[i].begins)
            notify_set_day(call->slots, "date",
                           civil_day_of(call->service->now, call->service->zone));
}

/* 李国才3小时: whose it was is no part of what was done. */
static int take_who(struct action_call *call)
{
    struct volunteer *people = NULL;
    struct slice what = json_slice(call->slots, "activity");
    int n = who_here(call, &people);
    if (n < 2)
        return n < 0 ? n : GW_OK;
    for (int i = 0; i < n; i++)
        if (people[i].name.n > 0 && slice_starts(what, people[i].name)) {
            json_put_slice(call->slots, "activity",
                           arena_dup(call->service->arena, slice_skip(what, people[i].name.n)));
            break;
        }
    who_set(call, people, n, who_meant(call, people, n));
    return GW_OK;
}

/* An activity of ours named by its number: title, date and length are known. */
static int take_activity(struct action_call *call, int64_t code, bool *known)
{
    struct activity a;
    int rc = activity_by_code(call->service, code, &a);
    *known = rc == 1 && a.state != ACTIVITY_DRAFT;
    if (rc < 0 || !*known)
        return rc;
    json_put_id(call->slots, "_activity", a.id);
    json_put_slice(call->slots, "activity", a.title);
    if (json_slice(call->slots, "date").n == 0)
        notify_set_day(call->slots, "date", civil_day_of(a.starts_at, call->service->zone));
    if (json_int(call->slots, "minutes", 0) == 0)
        json_put_int(call->slots, "minutes", (a.ends_at - a.starts_at) / 60);
    return GW_OK;
}

static int hours_prepare(struct action_call *call)
{
    int64_t code = action_number(call->slots, "activity_no", 0);
    bool known = true;
    int rc = take_who(call);
    if (rc >= 0 && code > 0)
        rc = take_activity(call, code, &known);
    if (rc < 0)
        return rc;
    take_one_day(call->slots);
    date_part(call);
    join_place(call);
    name_it(call->slots);
    return action_end(call, known ? "ready" : "no_activity");
}

/* After the question what was done: a date or a length alone is no answer to it. */
static int hours_name(struct action_call *call)
{
    name_it(call->slots);
    return action_end(call, json_slice(call->slots, "what").n > 0 ? "ready" : "what");
}

/* The day as a question shows it, however it was answered. */
static void show_day(struct action_call *call)
{
    int64_t day;
    if (action_day(call->slots, "date", &day))
        notify_set_past(call->service, call->slots, "date", "in_month", day);
}

/* 两三个小时: a record has one length, so it is asked which. */
static bool is_range(struct action_call *call)
{
    int64_t low = json_int(call->slots, "minutes_min", 0);
    int64_t high = json_int(call->slots, "minutes_max", 0);
    json_object_del(call->slots, "minutes_min");
    json_object_del(call->slots, "minutes_max");
    if (low <= 0 || high <= low)
        return false;
    json_put_int(call->slots, "low", low);
    json_put_int(call->slots, "high", high);
    return true;
}

static int hours_dated(struct action_call *call)
{
    show_day(call);
    return action_end(call, is_range(call) ? "range" : "ready");
}

/* An activity of ours that the person signed up for on that day and that the words mean goes to its
 * leader; everything else to the station. */
static int hours_match(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    int64_t day;
    name_it(call->slots);
    show_day(call);
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", me.name);
    if (json_id(call->slots, "_activity") != 0 || !action_day(call->slots, "date", &day))
        return action_end(call, "ready");
    struct signup *found = NULL;
    int64_t from = civil_day_start(day, s->zone);
    int n = signups_of(s, me.id, from, from + 24 * 3600, &found);
    const struct wanted words = { .word = json_slice(call->slots, "activity") };
    const struct wanted said = { .word = json_slice(call->slots, "_said") };
    for (int i = 0; i < n; i++)
        if (found[i].state == SIGNUP_JOINED &&
            (wanted_likeness(&words, found[i].title) == 100 ||
             (said.word.n > 0 && wanted_likeness(&said, found[i].title) == 100)))
            json_put_id(call->slots, "_activity", found[i].activity);
    return n < 0 ? n : action_end(call, "ready");
}

/* `text` with the first `from` in it replaced. */
static struct slice replaced(struct arena *a, struct slice text, struct slice from, struct slice to)
{
    ptrdiff_t at = from.n > 0 ? slice_find(text, from) : -1;
    if (at < 0)
        return text;
    struct slice rest = slice_skip(text, (size_t)at + from.n);
    return arena_printf(a, "%.*s%.*s%.*s", SLICE_ARG(slice_head(text, (size_t)at)), SLICE_ARG(to),
                        SLICE_ARG(rest));
}

/* 不是敬老院，是卫生院: the wrong word gives way to the right one where it stands; without a wrong
 * word a place is another place for the same, and anything else was done at the same place. */
static void put_right(struct action_call *call)
{
    struct slice wrong = json_slice(call->slots, "wrong");
    struct slice right = json_slice(call->slots, "right");
    struct slice where = json_slice(call->slots, "right_place");
    struct slice place = json_slice(call->slots, "place");
    struct slice deed = json_slice(call->slots, "_said");
    struct slice whole = json_slice(call->slots, "activity");
    struct arena *a = call->service->arena;
    deed = deed.n > 0 ? deed : whole;
    if (wrong.n == 0 || slice_find(whole, wrong) < 0)
        wrong = where.n > 0 ? place : deed;
    struct slice now = where.n > 0 ? where : right;
    /* Both before either is set: the words are borrowed from the slots. */
    struct slice what = replaced(a, deed, wrong, now);
    if (place.n > 0 && slice_find(place, wrong) >= 0)
        where = replaced(a, place, wrong, now);
    json_put_slice(call->slots, "activity", what);
    if (where.n > 0)
        json_put_slice(call->slots, "place", where);
    json_object_del(call->slots, "_activity");
    json_object_del(call->slots, "_said");
    join_place(call);
}

static int hours_correct(struct action_call *call)
{
    static const char *const said[] = { "wrong", "right", "right_place" };
    if (json_flag(call->slots, "undone", false))
        return action_end(call, "undone");
    if (json_slice(call->slots, "right").n > 0 || json_slice(call->slots, "right_place").n > 0)
        put_right(call);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        json_object_del(call->slots, said[i]);
    if (is_range(call))
        return action_end(call, "range");
    int rc = hours_match(call);
    struct volunteer *people = NULL;
    int n = rc == GW_OK ? who_here(call, &people) : rc;
    if (n < 0)
        return n;
    unsigned mask = who_meant(call, people, n);
    if (n < 2 || mask == 0)
        return rc;
    who_set(call, people, n, mask);
    rc = hours_match(call);
    return rc < 0 ? rc : action_end(call, "known");
}

static int minute_of(const json_t *slots, const char *key)
{
    int minutes = -1;
    return civil_parse_hhmm(json_slice(slots, key), &minutes) == GW_OK ? minutes : -1;
}

/* Start and end say when, as long as they agree with the length that was confirmed. */
static void set_times(struct hours_claim *claim, const json_t *slots)
{
    int start = minute_of(slots, "time_start"), end = minute_of(slots, "time_end");
    if (start < 0 || end < 0)
        return;
    if (end <= start)
        end += 24 * 60;
    if (end - start != claim->minutes)
        return;
    claim->start_min = start;
    claim->end_min = end;
}

static void describe(const struct service *s, json_t *slots, enum hours_outcome outcome,
                     const struct hours_receipt *r)
{
    int64_t day;
    /* What was said stays for the message when the question is asked again without it. */
    json_object_set(slots, "said_minutes", json_object_get(slots, "minutes"));
    if (action_day(slots, "date", &day))
        notify_set_past(s, slots, "said_date", "said_month", day);
    if (outcome == HOURS_OVERLAP || outcome == HOURS_WRONG_DAY) {
        notify_set_past(s, slots, "old_date", "old_month", r->day);
        json_put_slice(slots, "old_what", row_words(r->name));
        json_put_int(slots, "old_minutes", r->minutes);
    } else if (outcome == HOURS_RECORDED || outcome == HOURS_UNCHANGED) {
        notify_set_past(s, slots, "date", "in_month", r->day);
        json_put_slice(slots, "what", row_words(r->name));
        json_put_int(slots, "minutes", r->minutes);
    }
    json_put_slice(slots, "confirmer", r->confirmer);
    json_put_int(slots, "limit", r->limit);
    json_put_int(slots, "total", r->total);
}

/* Of today, the hour from which it can be told; a day that has not come has none. */
static bool not_yet(struct action_call *call, int64_t day, int64_t ready_at)
{
    const struct service *s = call->service;
    int64_t minutes = (ready_at - civil_day_start(day, s->zone)) / 60;
    if (day != civil_day_of(s->now, s->zone) || minutes >= 24 * 60)
        return false;
    json_object_set_new(call->slots, "ready",
                        json_sprintf("%02d:%02d", (int)minutes / 60, (int)minutes % 60));
    return true;
}

static struct hours_claim claim_of(struct action_call *call, int64_t person)
{
    struct hours_claim claim = {
        .person = person,
        .address = call->address->id,
        .minutes = json_int(call->slots, "minutes", 0),
        .start_min = -1,
        .end_min = -1,
        .activity = json_id(call->slots, "_activity"),
        .name = json_slice(call->slots, "activity"),
        .place = json_slice(call->slots, "place"),
    };
    (void)action_day(call->slots, "date", &claim.day);
    set_times(&claim, call->slots);
    return claim;
}

/* The same for each of several on one phone, told in one receipt. Where none of them could be
 * recorded it is told as for one. */
static int report_many(struct action_call *call, const struct volunteer *people, int n)
{
    json_t *in = json_array(), *left = json_array();
    struct hours_receipt receipt = { 0 };
    int worst = HOURS_RECORDED, rc = GW_OK;
    for (int i = 0; rc >= 0 && i < n; i++) {
        struct hours_claim claim = claim_of(call, people[i].id);
        struct hours_receipt r = { 0 };
        rc = hours_report(call->service, &claim, &r);
        bool kept = rc == HOURS_RECORDED || rc == HOURS_UNCHANGED;
        receipt = kept || worst == HOURS_RECORDED ? r : receipt;
        worst = kept || rc < 0 ? worst : rc;
        json_array_append_new(kept ? in : left, json_stringn(people[i].name.p, people[i].name.n));
    }
    bool any = json_array_size(in) > 0;
    json_object_set_new(call->slots, "names", in);
    json_object_set_new(call->slots, "left", left);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", people[0].name);
    enum hours_outcome outcome = any ? HOURS_RECORDED : (enum hours_outcome)worst;
    describe(call->service, call->slots, outcome, &receipt);
    return action_end(call, any ? "many" : hours_outcome_name(outcome));
}

static int hours_report_action(struct action_call *call)
{
    struct volunteer people[WHO_MAX];
    int rc = who_chosen(call, people);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "not_volunteer");
    if (rc > 1)
        return report_many(call, people, rc);
    const struct volunteer *me = &people[0];
    struct hours_claim claim = claim_of(call, me->id);
    struct hours_receipt receipt = { 0 };
    struct request helped = { 0 };
    int helps =
        claim.activity == 0 ? request_of_helper(call->service, me->id, claim.day, &helped) : 0;
    if (helps == 1)
        claim.recipient = helped.name;
    rc = helps < 0 ? helps : hours_report(call->service, &claim, &receipt);
    if (rc == HOURS_RECORDED && helps == 1)
        helps = request_served(call->service, &helped, receipt.id, receipt.minutes);
    if (rc < 0 || helps < 0)
        return rc < 0 ? rc : helps;
    json_put_slice(call->slots, "name", me->name);
    describe(call->service, call->slots, (enum hours_outcome)rc, &receipt);
    json_put_id(call->slots, "_hours", receipt.id);
    json_put_id(call->slots, "_who", me->id);
    if (rc == HOURS_FUTURE && not_yet(call, claim.day, receipt.ready_at))
        return action_end(call, "not_yet");
    return action_end(call, hours_outcome_name((enum hours_outcome)rc));
}

static int hours_withdraw_action(struct action_call *call)
{
    struct person me;
    struct hours_receipt receipt;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc;
    rc = hours_withdraw(call->service, me.id, json_id(call->slots, "_hours"), &receipt);
    return rc < 0 ? rc : GW_OK;
}

const struct action hours_actions[] = {
    { "hours.prepare", hours_prepare, OUTCOMES("ready", "no_activity") },
    { "hours.name", hours_name, OUTCOMES("ready", "what") },
    { "hours.dated", hours_dated, OUTCOMES("ready", "range") },
    { "hours.correct", hours_correct, OUTCOMES("ready", "range", "undone", "known") },
    { "hours.match", hours_match, OUTCOMES("ready") },
    { "hours.report", hours_report_action,
      OUTCOMES("recorded", "many", "unchanged", "overlap", "too_long", "too_short", "future",
               "not_yet", "too_old", "wrong_day", "no_activity", "not_volunteer", "no_station"),
      UNDO(hours_withdraw_action) },
    { .name = NULL },
};
