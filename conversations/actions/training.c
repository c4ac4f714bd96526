/* Trainings by text: an organizer records one, a volunteer looks at their own and at what is on. */
#include "handlers/training.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/roles.h"

enum { NAMES_SHOWN = 5, OWN_SHOWN = 9 };

/* The organization for which who writes records. */
static int host_of(struct action_call *call, int64_t *org)
{
    struct role role;
    int rc = role_any(call->service, call->address->id, POWER_CONFIRM, &role);
    *org = rc == 1 ? role.org : 0;
    return rc;
}

/* ---- who ---- */

/* The one of several that was chosen by the end of the number, 0 when it was not asked. */
static int64_t chosen_of(struct action_call *call, struct slice name)
{
    json_t *chosen = json_object_get(call->slots, "_chosen");
    return json_id(chosen, arena_str(call->service->arena, name));
}

/* Keeps the answer to which of several it is. */
static void keep_choice(struct action_call *call)
{
    int64_t id = json_id(call->slots, "_pick");
    struct slice name = json_slice(call->slots, "namesake");
    if (id == 0 || name.n == 0)
        return;
    if (!json_is_object(json_object_get(call->slots, "_chosen")))
        json_object_set_new(call->slots, "_chosen", json_object());
    json_put_id(json_object_get(call->slots, "_chosen"), arena_str(call->service->arena, name), id);
    json_object_del(call->slots, "_pick");
}

struct found {
    int64_t ids[TRAINING_PEOPLE_MAX];
    int count;
    json_t *unknown;       /* names nobody bears; a new reference */
    struct slice namesake; /* a name that several bear, empty when there is none */
};

static int find_one(struct action_call *call, int64_t org, struct slice name, struct found *f)
{
    struct training_person *people;
    int n = training_find(call->service, org, name, &people);
    if (n < 0)
        return n;
    int64_t chosen = chosen_of(call, name), id = n == 1 ? people[0].id : 0;
    for (int i = 0; i < n; i++)
        if (people[i].id == chosen)
            id = chosen;
    if (n == 0)
        json_array_append_new(f->unknown, json_stringn(name.p, name.n));
    else if (id == 0 && f->namesake.n == 0)
        f->namesake = name;
    else if (id != 0 && f->count < TRAINING_PEOPLE_MAX)
        f->ids[f->count++] = id;
    return GW_OK;
}

static int find_people(struct action_call *call, int64_t org, struct found *f)
{
    const json_t *people = json_object_get(call->slots, "people");
    int rc = GW_OK;
    *f = (struct found){ .unknown = json_array() };
    for (size_t i = 0; rc == GW_OK && i < json_array_size(people); i++)
        rc = find_one(call, org, slice_of(json_string_value(json_array_get(people, i))), f);
    return rc;
}

/* ---- recording ---- */

static void put_shown(struct action_call *call)
{
    const json_t *people = json_object_get(call->slots, "people");
    size_t n = json_array_size(people);
    json_t *names = json_array();
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++)
        json_array_append(names, json_array_get(people, i));
    json_object_set_new(call->slots, "names", names);
    json_put_int(call->slots, "count", n > NAMES_SHOWN ? (int64_t)n : 0);
}

static const char *what_lacks(struct action_call *call, const struct found *f)
{
    int64_t day = 0, minutes = json_int(call->slots, "minutes", 0);
    size_t topic = json_slice(call->slots, "topic").n;
    if (f->namesake.n == 0 && json_array_size(f->unknown) > 0)
        return "unknown";
    if (f->namesake.n == 0 && f->count == 0)
        return "nobody";
    if (topic == 0 || topic > TRAINING_TOPIC_MAX)
        return "bad_topic";
    if (minutes < 1 || minutes > call->service->policy->day_max_minutes)
        return "bad_minutes";
    enum training_outcome day_is = action_day(call->slots, "date", &day)
                                       ? training_check_day(call->service, day)
                                       : TRAINING_FUTURE;
    if (day_is != TRAINING_RECORDED)
        return training_outcome_name(day_is);
    return f->namesake.n > 0 ? "several" : "ready";
}

static int training_find_people(struct action_call *call)
{
    struct found f;
    int64_t org;
    int rc = host_of(call, &org);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    keep_choice(call);
    rc = find_people(call, org, &f);
    json_put_slice(call->slots, "namesake", f.namesake);
    json_object_set_new(call->slots, "unknown", f.unknown);
    json_put_int(call->slots, "days", call->service->policy->training_days_back);
    put_shown(call);
    return rc < 0 ? rc : action_end(call, what_lacks(call, &f));
}

static int training_namesakes(struct action_call *call)
{
    struct training_person *people;
    int64_t org;
    int rc = host_of(call, &org);
    int n = rc <= 0
                ? rc
                : training_find(call->service, org, json_slice(call->slots, "namesake"), &people);
    call->items = json_array();
    for (int i = 0; n >= 0 && i < n && i < 9; i++) {
        json_t *item = json_object(), *set = json_object();
        json_put_int(item, "n", i + 1);
        json_put_id(set, "_pick", people[i].id);
        json_object_set_new(item, "set", set);
        rc = notify_set_tail(call->service, item, people[i].address);
        json_array_append_new(call->items, item);
        if (rc < 0)
            return rc;
    }
    return n < 0 ? n : GW_OK;
}

static int training_note(struct action_call *call)
{
    struct found f;
    struct training_result result = { 0 };
    struct training t = { .topic = json_slice(call->slots, "topic"),
                          .minutes = json_int(call->slots, "minutes", 0) };
    int rc = host_of(call, &t.org);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    rc = find_people(call, t.org, &f);
    bool whole = json_array_size(f.unknown) == 0 && f.namesake.n == 0;
    json_object_set_new(call->slots, "unknown", f.unknown);
    if (rc < 0)
        return rc;
    if (!whole || !action_day(call->slots, "date", &t.day))
        return action_end(call, "changed");
    rc = training_record(call->service, call->address->id, &t, f.ids, f.count, &result);
    if (rc < 0)
        return rc;
    json_put_int(call->slots, "added", result.added);
    json_put_int(call->slots, "known", result.known);
    json_put_int(call->slots, "old_minutes", result.training.minutes);
    switch ((enum training_outcome)rc) {
    case TRAINING_RECORDED:
    case TRAINING_UNCHANGED:
    case TRAINING_OTHER_LENGTH:
    case TRAINING_FORBIDDEN:
        return action_end(call, training_outcome_name((enum training_outcome)rc));
    default:
        return action_end(call, "changed");
    }
}

/* ---- putting right ---- */

/* The length that was said instead of the one on record, and the people beside. */
static int training_fix_length(struct action_call *call)
{
    struct training_result result = { 0 };
    struct training t = { .topic = json_slice(call->slots, "topic"),
                          .minutes = json_int(call->slots, "minutes", 0) };
    int rc = host_of(call, &t.org);
    if (rc == 1 && action_day(call->slots, "date", &t.day))
        rc = training_correct(call->service, call->address->id, &t, &result);
    else if (rc >= 0)
        rc = TRAINING_FORBIDDEN;
    if (rc < 0)
        return rc;
    return action_end(call, rc == TRAINING_RECORDED || rc == TRAINING_UNCHANGED ? "corrected"
                                                                                : "forbidden");
}

/* 培训 11月20日 消防安全 去掉 岩温 */
static int training_drop(struct action_call *call)
{
    struct found f;
    struct training_result result = { 0 };
    struct training t = { .topic = json_slice(call->slots, "topic") };
    int rc = host_of(call, &t.org);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    keep_choice(call);
    rc = find_people(call, t.org, &f);
    json_put_slice(call->slots, "namesake", f.namesake);
    json_object_set_new(call->slots, "unknown", f.unknown);
    if (rc < 0)
        return rc;
    if (f.namesake.n > 0)
        return action_end(call, "several");
    if (json_array_size(f.unknown) > 0)
        return action_end(call, "unknown");
    if (!action_day(call->slots, "date", &t.day))
        return action_end(call, "none");
    rc = training_take_out(call->service, call->address->id, &t, f.ids, f.count, &result);
    if (rc < 0)
        return rc;
    put_shown(call);
    json_put_int(call->slots, "out", result.known);
    return action_end(call, rc == TRAINING_RECORDED    ? "out"
                            : rc == TRAINING_FORBIDDEN ? "forbidden"
                                                       : "none");
}

/* ---- looking ---- */

/* One's own, or what is on: open activities that say the word of the flow. */
static int training_look(struct action_call *call)
{
    struct activity *found;
    struct organization org;
    struct duty duty;
    struct person me = { 0 };
    const struct activity_filter filter = { .word = json_slice(call->slots, "keyword"),
                                            .limit = 1 };
    if (slice_eq(json_slice(call->slots, "action"), SLICE("record")))
        return action_end(call, "own");
    int n = activities_list(call->service, &filter, &found);
    if (n != 0)
        return n < 0 ? n : action_end(call, "some");
    int rc = action_person(call, &me);
    if (rc >= 0)
        rc = org_for_area(call->service, me.area, &org);
    if (rc == 1)
        rc = org_duty(call->service, org.id, 0, &duty);
    if (rc == 1) {
        json_put_slice(call->slots, "duty", duty.name);
        json_put_slice(call->slots, "org", duty.org_shown);
    }
    return rc < 0 ? rc : action_end(call, "none");
}

static int training_mine(struct action_call *call)
{
    const struct service *s = call->service;
    struct person me;
    struct training *own;
    struct civil today;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    civil_at(s->now, s->zone, &today);
    int n = trainings_of(s, me.id, OWN_SHOWN, &own);
    int count = n < 0 ? n : training_count(s, me.id, today.year);
    int needed = count < 0 ? count : training_due(s, me.id);
    if (needed < 0)
        return needed;
    json_put_slice(call->slots, "name", me.name);
    json_put_int(call->slots, "count", count);
    json_put_int(call->slots, "needed", needed);
    json_t *items = json_array();
    for (int i = 0; i < n; i++) {
        json_t *item = json_object();
        notify_set_day(item, "date", own[i].day);
        json_put_slice(item, "topic", own[i].topic);
        json_array_append_new(items, item);
    }
    json_object_set_new(call->slots, "items", items);
    return action_end(call, n > 0 ? "some" : "none");
}

const struct action training_actions[] = {
    { "training.find", training_find_people,
      OUTCOMES("ready", "several", "unknown", "nobody", "future", "too_old", "bad_minutes",
               "bad_topic", "forbidden") },
    { "training.namesakes", training_namesakes, CHOICES },
    { "training.record", training_note,
      OUTCOMES("recorded", "unchanged", "other_length", "changed", "forbidden"), FINAL },
    { "training.fix_length", training_fix_length, OUTCOMES("corrected", "forbidden"), FINAL },
    { "training.drop", training_drop, OUTCOMES("out", "none", "several", "unknown", "forbidden"),
      FINAL },
    { "training.look", training_look, OUTCOMES("own", "some", "none") },
    { "training.mine", training_mine, OUTCOMES("some", "none") },
    { .name = NULL },
};
