/* Looking for an activity: a page of numbered ones, and one in full. */
#include "handlers/activities.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/places.h"

/* One SMS of two segments holds three; a WeChat reply nine with the line for more. */
enum { PAGE_SMS = 3, PAGE_WECHAT = 8, SCANNED = 50 };

static int page_size(const struct action_call *call)
{
    return call->channel == CHANNEL_SMS ? PAGE_SMS : PAGE_WECHAT;
}

/* Open activities that fit `w`, from the place the last page ended. `all` ignores what was asked
 * for. */
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
    int kept = 0;
    for (int i = 0; i < n && !all; i++)
        if (wanted_when(s, w, (*out)[i].starts_at))
            (*out)[kept++] = (*out)[i];
    return n < 0 || all ? n : kept;
}

static void add_item(struct action_call *call, const struct activity *a)
{
    json_t *item = activity_params(call->service, a);
    json_t *set = json_object();
    json_put_id(set, "_activity", a->id);
    json_object_set_new(item, "set", set);
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

/* The one a person is signed up for, when no number is given. */
static int show_own(struct action_call *call)
{
    const struct service *s = call->service;
    struct signup *own = NULL;
    struct activity a = { 0 };
    int n = signups_at(s, call->address->id, s->now, &own);
    if (n < 0)
        return n;
    int rc = n == 1 ? activity_get(s, own[0].activity, &a) : 0;
    if (rc < 0)
        return rc;
    if (rc == 0)
        return action_end(call, "which");
    action_set_activity(call, &a);
    return action_end(call, "shown");
}

static int activities_show(struct action_call *call)
{
    struct activity a = { 0 };
    int64_t code = action_number(call->slots, "activity_no", 0);
    if (json_slice(call->slots, "activity_no").n == 0 && code == 0)
        return show_own(call);
    int rc = action_numbered(call, code, &a);
    if (rc < 0)
        return rc;
    if (rc == 0 || a.state == ACTIVITY_DRAFT) {
        json_put_slice(call->slots, "no", json_slice(call->slots, "activity_no"));
        return action_end(call, "unknown");
    }
    action_set_activity(call, &a);
    return action_end(call, "shown");
}

const struct action activities_actions[] = {
    { "activities.open", activities_open, CHOICES },
    { "activities.turn", activities_turn, OUTCOMES("chosen", "more") },
    { "activities.show", activities_show, OUTCOMES("shown", "unknown", "which") },
    { .name = NULL },
};
