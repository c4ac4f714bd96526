/* Looking for an activity: a page of numbered ones, and one in full. */
#include "handlers/activities.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/places.h"

/* One SMS of two segments holds three; a WeChat reply nine with the line for more. */
enum { PAGE_SMS = 3, PAGE_WECHAT = 8, SCANNED = 50 };

/* Likeness in percent from which words mean a title. */
enum { LIKE_ENOUGH = 50 };

static int page_size(const struct action_call *call)
{
    return call->channel == CHANNEL_SMS ? PAGE_SMS : PAGE_WECHAT;
}

/* The age of who reads the list: 1, 0 when nobody is registered here, or GW_E*. */
static int reader_age(struct action_call *call, int *age)
{
    struct person me;
    struct volunteer v;
    int rc = action_person(call, &me);
    if (rc == 1)
        rc = volunteer_get(call->service, me.id, &v);
    *age = rc == 1 ? volunteer_age(call->service, &v) : 0;
    return rc;
}

/* Open activities that fit `w` and the reader's age, from the place the last page ended. `all`
 * ignores what was asked for. */
static int find(struct action_call *call, const struct wanted *w, bool all, struct activity **out)
{
    const struct service *s = call->service;
    struct activity_filter filter = {
        .after_start = json_int(call->slots, "_after_start", 0),
        .after_id = json_id(call->slots, "_after_id"),
        .limit = SCANNED,
    };
    struct place area;
    if (!all) {
        filter.from = w->from > s->now ? w->from : 0;
        filter.to = w->to;
        filter.word = w->word;
        if (places_find(json_slice(call->slots, "area"), &area, 1) > 0)
            filter.area = area.code;
    }
    int n = activities_list(s, &filter, out);
    int kept = 0, age = 0;
    if (n < 0)
        return n;
    int rc = reader_age(call, &age);
    if (rc < 0)
        return rc;
    for (int i = 0; i < n; i++)
        if ((all || wanted_when(s, w, (*out)[i].starts_at)) &&
            (rc == 0 || activity_fits_age(s, &(*out)[i], age)))
            (*out)[kept++] = (*out)[i];
    return kept;
}

static void add_item(struct action_call *call, const struct activity *a)
{
    json_t *item = activity_params(call->service, a);
    json_t *set = json_object();
    json_put_id(set, "_activity", a->id);
    json_object_set_new(item, "set", set);
    json_t *before = json_array_get(call->items, json_array_size(call->items) - 1);
    bool same =
        before && json_equal(json_object_get(before, "date"), json_object_get(item, "date"));
    json_object_set_new(item, "same", json_boolean(same));
    json_put_int(item, "n", (int64_t)json_array_size(call->items) + 1);
    json_array_append_new(call->items, item);
    json_array_append(json_object_get(call->slots, "_listed"), json_object_get(set, "_activity"));
}

static void add_more(struct action_call *call)
{
    json_array_append_new(call->items, json_pack("{s:I, s:b, s:{s:b}}", "n",
                                                 (json_int_t)json_array_size(call->items) + 1,
                                                 "more", 1, "set", "_more", 1));
}

static int activities_open(struct action_call *call)
{
    struct wanted w = action_wanted(call);
    struct activity *found = NULL;
    int n = find(call, &w, false, &found);
    bool missed = n == 0;
    if (missed)
        n = find(call, &w, true, &found);
    if (n < 0)
        return n;
    json_object_set_new(call->slots, "missed", json_boolean(missed && n > 0));
    call->items = json_array();
    json_object_set_new(call->slots, "_listed", json_array());
    int shown = n < page_size(call) ? n : page_size(call);
    for (int i = 0; i < shown; i++)
        add_item(call, &found[i]);
    if (shown > 0) {
        json_put_int(call->slots, "_last_start", found[shown - 1].starts_at);
        json_put_id(call->slots, "_last_id", found[shown - 1].id);
    }
    if (n > shown)
        add_more(call);
    return GW_OK;
}

static int activities_turn(struct action_call *call)
{
    if (!json_flag(call->slots, "_more", false))
        return action_end(call, "chosen");
    json_object_del(call->slots, "_more");
    json_put_int(call->slots, "_after_start", json_int(call->slots, "_last_start", 0));
    json_put_id(call->slots, "_after_id", json_id(call->slots, "_last_id"));
    return action_end(call, "more");
}

static bool means(const struct service *s, const struct wanted *w, struct slice title,
                  struct slice place, int64_t starts_at)
{
    bool words = w->word.n == 0 || wanted_likeness(w, title) >= LIKE_ENOUGH ||
                 slice_find(place, w->word) >= 0;
    return words && wanted_when(s, w, starts_at);
}

/* The activities without a number that are meant: 1 and the only one, 0 and how many there are. */
static int meant_own(struct action_call *call, const struct wanted *w, struct activity *a,
                     int *count)
{
    const struct service *s = call->service;
    struct signup *own = NULL;
    int n = signups_at(s, call->address->id, s->now, &own), found = -1;
    *count = 0;
    for (int i = 0; i < n; i++)
        if (means(s, w, own[i].title, (struct slice){ 0 }, own[i].starts_at)) {
            found = i;
            (*count)++;
        }
    if (n < 0 || *count != 1)
        return n < 0 ? n : 0;
    return activity_get(s, own[found].activity, a);
}

static int meant_open(struct action_call *call, const struct wanted *w, struct activity *a,
                      int *count)
{
    const struct service *s = call->service;
    const struct activity_filter open = { .limit = SCANNED };
    struct activity *all = NULL;
    int n = activities_list(s, &open, &all);
    *count = 0;
    for (int i = 0; i < n; i++)
        if (means(s, w, all[i].title, all[i].place, all[i].starts_at) && (*count)++ == 0)
            *a = all[i];
    return n < 0 ? n : *count == 1;
}

static int show(struct action_call *call, const struct activity *a)
{
    struct person me;
    struct signup mine = { 0 };
    int rc = action_person(call, &me);
    if (rc == 1)
        rc = signup_find(call->service, a->id, me.id, &mine);
    if (rc < 0)
        return rc;
    action_set_activity(call, a);
    bool in = rc == 1 && mine.state >= SIGNUP_JOINED && mine.state <= SIGNUP_OFFERED;
    json_object_set_new(call->slots, "mine", json_boolean(in));
    return action_end(call, "shown");
}

/* What is asked about without a number: of one's own first, else of all that are open. */
static int show_meant(struct action_call *call)
{
    const struct wanted w = action_wanted(call);
    struct activity a = { 0 };
    int own = 0, count = 0;
    int rc = meant_own(call, &w, &a, &own);
    if (rc == 0 && own == 0 && !wanted_nothing(&w))
        rc = meant_open(call, &w, &a, &count);
    if (rc < 0)
        return rc;
    if (rc == 1)
        return show(call, &a);
    if (own > 1)
        return action_end(call, "own");
    return action_end(call, wanted_nothing(&w) ? "which" : "list");
}

static int activities_show(struct action_call *call)
{
    struct activity a = { 0 };
    int chosen = action_get_activity(call, &a);
    if (chosen != 0)
        return chosen < 0 ? chosen : show(call, &a);
    int64_t code = action_number(call->slots, "activity_no", 0);
    if (json_slice(call->slots, "activity_no").n == 0 && code == 0)
        return show_meant(call);
    int rc = action_numbered(call, code, &a);
    if (rc < 0)
        return rc;
    if (rc == 0 || a.state == ACTIVITY_DRAFT) {
        json_put_slice(call->slots, "no", json_slice(call->slots, "activity_no"));
        return action_end(call, "unknown");
    }
    return show(call, &a);
}

const struct action activities_actions[] = {
    { "activities.open", activities_open, CHOICES },
    { "activities.turn", activities_turn, OUTCOMES("chosen", "more") },
    { "activities.show", activities_show, OUTCOMES("shown", "unknown", "list", "own", "which") },
    { .name = NULL },
};
