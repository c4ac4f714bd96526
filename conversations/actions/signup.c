/* Signing up: which activity is meant, a place or a position, and what to do when two clash. */
#include "handlers/signups.h"

#include <string.h>

#include "conversations/actions/who.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/offers.h"

/* Likeness in percent from which an activity is offered as a choice; only a full match is taken
 * without asking. Ours. */
enum { LIKE_ENOUGH = 30, CHOICES_MAX = 5, SCANNED = 50 };

/* How well an activity fits what was said: 0 not at all, LIKE_DAY only the day, LIKE_WORDS also
 * some of the words, LIKE_ALL everything. */
enum { LIKE_DAY = 1, LIKE_WORDS, LIKE_ALL };

static int fits(const struct service *s, const struct wanted *w, const struct activity *a)
{
    bool when = wanted_when(s, w, a->starts_at);
    int words = wanted_likeness(w, a->title);
    if (when && (words == 100 || slice_find(a->place, w->word) >= 0))
        return LIKE_ALL;
    if (w->word.n > 0 && words >= LIKE_ENOUGH)
        return LIKE_WORDS;
    return when && w->to != 0 ? LIKE_DAY : 0;
}

/* Open activities a text may mean, those that fit best, in the arena. `*sure` when all that was
 * said fits them. */
static int matches(struct action_call *call, struct activity **out, bool *sure)
{
    const struct service *s = call->service;
    const struct wanted w = action_wanted(call);
    const struct activity_filter open = { .limit = SCANNED };
    int n = activities_list(s, &open, out);
    int best = 0, kept = 0;
    for (int i = 0; i < n; i++) {
        int fit = fits(s, &w, &(*out)[i]);
        if (fit > best)
            kept = 0;
        if (fit > best)
            best = fit;
        if (fit == best && fit > 0)
            (*out)[kept++] = (*out)[i];
    }
    *sure = best == LIKE_ALL;
    return n < 0 ? n : kept;
}

/* A number: 1 found, 0 there is none such, -1 none was given. */
static int by_number(struct action_call *call, struct activity *a)
{
    const json_t *several = json_object_get(call->slots, "activity_nos");
    int64_t code = action_number(call->slots, "activity_no", -1);
    bool given = json_object_get(call->slots, "activity_no") || json_array_size(several) > 0;
    if (code < 0 && json_is_string(json_array_get(several, 0)))
        (void)!slice_to_int(slice_of(json_string_value(json_array_get(several, 0))), &code);
    if (!given)
        return GW_ENOTFOUND;
    return action_numbered(call, code, a);
}

static int signup_find_action(struct action_call *call)
{
    struct activity a = { 0 }, *found = NULL;
    if (json_array_size(json_object_get(call->slots, "chosen")) > 0 ||
        json_array_size(json_object_get(call->slots, "activity_nos")) > 1)
        return action_end(call, "many");
    int rc = action_get_activity(call, &a);
    if (rc == 0)
        rc = by_number(call, &a);
    if (rc < 0 && rc != GW_ENOTFOUND)
        return rc;
    if (rc == 1 && a.state != ACTIVITY_DRAFT) {
        action_set_activity(call, &a);
        return action_end(call, "found");
    }
    if (rc != GW_ENOTFOUND)
        return action_end(call, "none");
    const struct wanted w = action_wanted(call);
    if (wanted_nothing(&w))
        return action_end(call, "list");
    bool sure = false;
    int n = matches(call, &found, &sure);
    if (n < 0)
        return n;
    if (n == 1 && sure) {
        action_set_activity(call, &found[0]);
        return action_end(call, "found");
    }
    return action_end(call, n > 0 ? "several" : "none");
}

static int signup_matches(struct action_call *call)
{
    struct activity *found = NULL;
    bool sure = false;
    int n = matches(call, &found, &sure);
    if (n < 0)
        return n;
    call->items = json_array();
    for (int i = 0; i < n && i < CHOICES_MAX; i++) {
        json_t *item = activity_params(call->service, &found[i]);
        json_t *set = json_object();
        json_put_id(set, "_activity", found[i].id);
        json_object_set_new(item, "set", set);
        json_put_int(item, "n", i + 1);
        json_array_append_new(call->items, item);
    }
    return GW_OK;
}

static void set_clash(struct action_call *call, const struct activity *wanted,
                      const struct activity *other)
{
    const struct service *s = call->service;
    json_put_id(call->slots, "_other", other->id);
    json_put_slice(call->slots, "new_title", wanted->title);
    notify_set_time(s, call->slots, NULL, "new_start", wanted->starts_at);
    notify_set_time(s, call->slots, NULL, "new_end", wanted->ends_at);
    json_put_slice(call->slots, "old_title", other->title);
    notify_set_time(s, call->slots, "old_date", "old_start", other->starts_at);
    notify_set_time(s, call->slots, NULL, "old_end", other->ends_at);
}

/* Who of several on one phone comes; the slots are those of a recruitment to the phone. */
static int signup_whose(struct action_call *call)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people);
    if (n <= 1)
        return n < 0 ? n : action_end(call, "known");
    struct slice named = json_slice(call->slots, "name");
    unsigned mask = who_meant(call, people, n);
    for (int i = 0; mask == 0 && i < n; i++)
        if (named.n > 0 && slice_eq(people[i].name, named))
            mask = 1u << i;
    who_set(call, people, n, mask);
    if (mask != 0 && (mask & (mask - 1)) == 0)
        return action_end(call, "known");
    json_t *ids = json_array();
    for (int i = 0; i < n; i++) {
        json_t *one = json_object();
        json_put_id(one, "id", people[i].id);
        json_array_append(ids, json_object_get(one, "id"));
        json_decref(one);
    }
    json_object_set_new(call->slots, "people", ids);
    json_object_set_new(call->slots, "names", who_names(people, n));
    json_put_id(call->slots, "activity", json_id(call->slots, "_activity"));
    return action_end(call, mask != 0 ? "several" : "which");
}

static bool others_come(const json_t *slots)
{
    return json_int(slots, "persons", 1) > 1 ||
           json_array_size(json_object_get(slots, "companions")) > 0;
}

/* Writing 报名 is a yes to the place that is held for this person. */
static int take_offer(struct action_call *call, const char **outcome)
{
    int64_t offer = 0;
    int rc = offer_open_at(call->service, call->address->id, &offer);
    if (rc > 0)
        rc = offer_answer(call->service, offer, call->address->id, true, NULL);
    *outcome = rc == OFFER_JOINED ? "done" : "waiting";
    return rc < 0 ? rc : GW_OK;
}

static int join_outcome(struct action_call *call, const struct signup_result *r,
                        const char **outcome)
{
    switch (r->outcome) {
    case SIGNUP_DONE:
        *outcome = r->heavy ? "heavy" : others_come(call->slots) ? "alone" : "done";
        break;
    case SIGNUP_WAITS:
        *outcome = "queued";
        break;
    case SIGNUP_UNCHANGED:
        if (r->state == SIGNUP_OFFERED)
            return take_offer(call, outcome);
        *outcome = r->state == SIGNUP_JOINED ? "already" : "waiting";
        break;
    case SIGNUP_CLASH:
        *outcome = "clash";
        break;
    case SIGNUP_FULL:
        *outcome = "full";
        break;
    case SIGNUP_CLOSED:
        *outcome = "closed";
        break;
    case SIGNUP_STARTED:
        *outcome = "started";
        break;
    case SIGNUP_TOO_YOUNG:
        *outcome = "too_young";
        break;
    case SIGNUP_PENDING:
        *outcome = "pending";
        break;
    case SIGNUP_TOO_OLD:
        *outcome = "too_old";
        break;
    case SIGNUP_MINOR:
        *outcome = "minor";
        break;
    case SIGNUP_NO_SKILL:
        *outcome = "no_skill";
        break;
    case SIGNUP_UNTRAINED:
        *outcome = "untrained";
        break;
    case SIGNUP_UNINSURED:
        *outcome = "uninsured";
        break;
    case SIGNUP_NOT_FOUND:
        *outcome = "gone";
        break;
    }
    return GW_OK;
}

/* Who will get no reminder is told so, and what to do. */
static int tell_unreached(struct action_call *call, const struct activity *a, int64_t person,
                          const char **outcome)
{
    int rc = reminder_reaches(call->service, a, call->address->id, person);
    if (rc == 0)
        *outcome = "no_reminder";
    return rc < 0 ? rc : GW_OK;
}

static int join(struct action_call *call, const char **outcome)
{
    struct person me;
    struct activity a = { 0 };
    struct signup_result result = { .outcome = SIGNUP_NOT_FOUND };
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    *outcome = "gone";
    if (rc == 0)
        return GW_OK;
    rc = signup_join(call->service, json_id(call->slots, "_activity"), call->address->id, &me.id, 1,
                     &result, &a);
    if (rc < 0)
        return rc;
    if (result.outcome == SIGNUP_NOT_FOUND)
        return GW_OK;
    action_set_activity(call, &a);
    json_put_slice(call->slots, "name", me.name);
    json_put_int(call->slots, "rank", result.position);
    json_put_slice(call->slots, "skill", a.skill);
    json_put_slice(call->slots, "training", a.training);
    json_put_int(call->slots, "max_age", a.max_age);
    json_put_int(call->slots, "min_age", a.min_age);
    if (result.outcome == SIGNUP_CLASH)
        set_clash(call, &a, &result.other);
    rc = join_outcome(call, &result, outcome);
    if (rc == GW_OK && strcmp(*outcome, "done") == 0)
        rc = tell_unreached(call, &a, me.id, outcome);
    if (rc == GW_OK && a.state == ACTIVITY_CANCELLED)
        *outcome = "cancelled";
    return rc;
}

static int signup_join_action(struct action_call *call)
{
    const char *outcome = NULL;
    int rc = join(call, &outcome);
    return rc < 0 ? rc : action_end(call, outcome);
}

static json_t *either_item(int n, bool change, struct slice title)
{
    json_t *item =
        json_pack("{s:i, s:b, s:{s:b}}", "n", n, "switch", change, "set", "_switch", change);
    json_put_slice(item, "title", title);
    return item;
}

static int signup_either(struct action_call *call)
{
    call->items = json_array();
    json_array_append_new(call->items, either_item(1, true, json_slice(call->slots, "new_title")));
    json_array_append_new(call->items, either_item(2, false, json_slice(call->slots, "old_title")));
    return GW_OK;
}

/* 「换成导诊」 without a number: the one of the two titles that shares more with the text. */
static int signup_words(struct action_call *call)
{
    enum { TRIES_MAX = 3 };
    const struct wanted said = { .word = call->reading ? reading_text(call->reading) : SLICE("") };
    int new_one = wanted_likeness(&said, json_slice(call->slots, "new_title"));
    int old_one = wanted_likeness(&said, json_slice(call->slots, "old_title"));
    if (said.word.n > 0 && new_one != old_one) {
        json_object_set_new(call->slots, "_switch", json_boolean(new_one > old_one));
        return action_end(call, "chosen");
    }
    int64_t tries = json_int(call->slots, "_tries", 0) + 1;
    json_put_int(call->slots, "_tries", tries);
    if (tries < TRIES_MAX)
        return action_end(call, "again");
    json_put_slice(call->slots, "topic", SLICE("stuck"));
    return action_end(call, "stuck");
}

/* When the reminder of what is kept comes, and how. */
static int put_reminder(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    struct activity kept;
    enum reminder_way way = REMIND_NONE;
    int rc = activity_get(s, json_id(call->slots, "_other"), &kept);
    if (rc == 1)
        rc = action_person(call, &me);
    if (rc == 1)
        rc = reminder_reaches(s, &kept, call->address->id, me.id);
    if (rc == 1)
        rc = reminder_way_of(s, me.id, &way) < 0 ? GW_EDB : 1;
    if (rc <= 0 || way == REMIND_NONE || reminder_moment(s, &kept) <= s->now)
        return rc < 0 ? rc : GW_OK;
    notify_set_time(s, call->slots, "eve", NULL, reminder_moment(s, &kept));
    json_put_int(call->slots, "by_wechat", way == REMIND_WECHAT);
    json_put_int(call->slots, "by_sms", way == REMIND_SMS);
    return GW_OK;
}

static int signup_resolve(struct action_call *call)
{
    struct activity a = { 0 };
    if (!json_flag(call->slots, "_switch", false)) {
        int put = put_reminder(call);
        return put < 0 ? put : action_end(call, "kept");
    }
    int rc = action_get_activity(call, &a);
    if (rc < 0)
        return rc;
    return action_end(call, rc == 1 && a.taken < a.capacity ? "switch" : "full");
}

/* The old one is given up first, so that the new one does not clash with it. */
static int signup_switch(struct action_call *call)
{
    struct person me;
    const char *outcome = NULL;
    int rc = action_person(call, &me);
    if (rc == 1)
        rc = signup_cancel(call->service, json_id(call->slots, "_other"), me.id);
    if (rc >= 0)
        rc = join(call, &outcome);
    return rc < 0 ? rc : action_end(call, outcome);
}

#define JOINED                                                                                     \
    "done", "alone", "already", "queued", "waiting", "clash", "full", "closed", "cancelled",       \
        "started", "too_young", "pending", "gone", "too_old", "minor", "no_skill", "untrained",    \
        "uninsured", "heavy", "no_reminder"

const struct action signup_actions[] = {
    { "signup.find", signup_find_action, OUTCOMES("found", "several", "none", "list", "many") },
    { "signup.matches", signup_matches, CHOICES },
    { "signup.whose", signup_whose, OUTCOMES("known", "several", "which") },
    { "signup.join", signup_join_action, OUTCOMES(JOINED), FINAL },
    { "signup.either", signup_either, CHOICES },
    { "signup.words", signup_words, OUTCOMES("chosen", "again", "stuck") },
    { "signup.resolve", signup_resolve, OUTCOMES("switch", "kept", "full") },
    { "signup.switch", signup_switch, OUTCOMES(JOINED), FINAL },
    { .name = NULL },
};
