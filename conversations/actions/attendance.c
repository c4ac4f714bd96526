/* Closing an activity: who came is said by its exceptions, shown, and recorded. */
#include "handlers/attendance.h"

#include <string.h>

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"

/* An SMS of two segments holds eight exceptions; led is how many activities are looked at. */
enum { SHOWN_SMS = 8, SHOWN_WECHAT = 60, LED = 20, ITEMS_MAX = 100 };

static bool is_over(const struct service *s, const struct activity *a)
{
    return a->ends_at <= s->now && (activity_is_open(a->state) || a->state == ACTIVITY_CLOSED);
}

/* The led ones that are over and not closed yet, in front; their number or GW_E*. */
static int led_over(const struct action_call *call, struct activity **out)
{
    int n = activities_led(call->service, call->address->id, 0, LED, out), kept = 0;
    for (int i = 0; i < n; i++)
        if (is_over(call->service, &(*out)[i]))
            (*out)[kept++] = (*out)[i];
    return n < 0 ? n : kept;
}

static int attendance_find(struct action_call *call)
{
    struct activity found = { 0 }, *list = NULL;
    int64_t code = action_number(call->slots, "activity_no", 0);
    if (code > 0) {
        int rc = activity_by_code(call->service, code, &found);
        if (rc <= 0)
            return rc < 0 ? rc : action_end(call, "none");
        json_put_id(call->slots, "activity_id", found.id);
        return action_end(call, "one");
    }
    int n = led_over(call, &list);
    if (n <= 0)
        return n < 0 ? n : action_end(call, "none");
    if (n > 1)
        return action_end(call, "several");
    json_put_id(call->slots, "activity_id", list[0].id);
    return action_end(call, "one");
}

static int attendance_open(struct action_call *call)
{
    struct activity *list = NULL;
    int n = led_over(call, &list);
    call->items = json_array();
    for (int i = 0; i < n && i < SHOWN_SMS; i++) {
        json_t *item = json_object(), *set = json_object();
        json_put_id(set, "activity_id", list[i].id);
        json_put_int(item, "n", i + 1);
        json_put_slice(item, "title", list[i].title);
        notify_set_time(call->service, item, "date", NULL, list[i].starts_at);
        json_object_set_new(item, "set", set);
        json_array_append_new(call->items, item);
    }
    return n < 0 ? n : GW_OK;
}

/* ---- the list ---- */

static void describe(struct action_call *call, const struct attendance_sheet *sheet)
{
    json_put_int(call->slots, "code", sheet->code);
    json_put_slice(call->slots, "activity", sheet->title);
    json_put_int(call->slots, "people", sheet->count);
    json_put_int(call->slots, "checked_in", sheet->checked_in);
    json_put_int(call->slots, "minutes", sheet->length);
    json_put_int(call->slots, "length", sheet->length);
    json_put_int(call->slots, "quality", sheet->quality);
    json_put_int(call->slots, "came", sheet->came);
    json_put_int(call->slots, "total", sheet->minutes);
    notify_set_time(call->service, call->slots, NULL, "end", sheet->ends_at);
}

static const char *outcome_of(enum attendance_outcome outcome)
{
    return outcome == ATTENDANCE_NO_ACTIVITY ? "none" : attendance_outcome_name(outcome);
}

static int attendance_look(struct action_call *call)
{
    struct attendance_sheet sheet;
    int rc = attendance_sheet(call->service, json_id(call->slots, "activity_id"), call->address->id,
                              &sheet);
    if (rc < 0)
        return rc;
    if (rc == ATTENDANCE_READY || rc == ATTENDANCE_NOT_ALLOWED)
        describe(call, &sheet);
    if (rc != ATTENDANCE_READY)
        return action_end(call, outcome_of((enum attendance_outcome)rc));
    if (sheet.closed)
        return action_end(call, "unchanged");
    if (!sheet.over)
        return action_end(call, "not_over");
    attendance_put_missing(call->slots, &sheet);
    return action_end(call, sheet.count == 0 ? "empty" : "ready");
}

/* ---- exceptions ---- */

static bool what_of(struct slice said, enum attendance_what *out)
{
    static const struct {
        const char *said;
        enum attendance_what what;
    } table[] = { { "present", ATTENDANCE_WHAT_CAME },
                  { "absent", ATTENDANCE_WHAT_NO_SHOW },
                  { "leave", ATTENDANCE_WHAT_LEAVE },
                  { "minutes", ATTENDANCE_WHAT_MINUTES },
                  { "early", ATTENDANCE_WHAT_MINUTES } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (slice_eq(said, slice_of(table[i].said))) {
            *out = table[i].what;
            return true;
        }
    return false;
}

static const struct attendance_row *named(const struct attendance_sheet *sheet, struct slice name,
                                          int *count)
{
    const struct attendance_row *found = NULL;
    *count = 0;
    for (int i = 0; i < sheet->count; i++)
        if (slice_eq(sheet->rows[i].name, name)) {
            found = &sheet->rows[i];
            ++*count;
        }
    return found;
}

/* One item as it was read: NULL when it can be taken, else the outcome that says why not. */
static const char *take_item(struct action_call *call, const struct attendance_sheet *sheet,
                             const json_t *said, struct attendance_item *out)
{
    struct slice name = json_slice(said, "name");
    int64_t n = json_int(said, "n", 0), bad = n > INT32_MAX ? INT32_MAX : n;
    *out = (struct attendance_item){ .number = (int)bad, .minutes = json_int(said, "minutes", 0) };
    json_put_int(call->slots, "bad", bad);
    json_put_slice(call->slots, "who", name);
    if (name.n > 0) {
        int count;
        const struct attendance_row *row = named(sheet, name, &count);
        if (count != 1)
            return count == 0 ? "bad_name" : "same_name";
        out->number = row->number;
        json_put_int(call->slots, "bad", row->number);
    }
    if (!what_of(json_slice(said, "what"), &out->what))
        return "bad_number";
    if (out->what == ATTENDANCE_WHAT_MINUTES && out->minutes <= 0)
        return "early";
    return NULL;
}

/* The items so far, kept by number: what is said later of somebody counts. */
struct items {
    struct attendance_item list[ITEMS_MAX];
    int count;
};

static void put_item(struct items *items, const struct attendance_item *item)
{
    for (int i = 0; i < items->count; i++)
        if (items->list[i].number == item->number) {
            items->list[i] = *item;
            return;
        }
    if (items->count < ITEMS_MAX)
        items->list[items->count++] = *item;
}

static void read_kept(const json_t *slots, struct items *items)
{
    const json_t *kept = json_object_get(slots, "_items");
    items->count = 0;
    for (size_t i = 0; i < json_array_size(kept) && i < ITEMS_MAX; i++) {
        const json_t *one = json_array_get(kept, i);
        items->list[items->count++] = (struct attendance_item){
            .number = (int)json_int(one, "n", 0),
            .what = (enum attendance_what)json_int(one, "what", 0),
            .minutes = json_int(one, "minutes", 0),
        };
    }
}

static void keep_items(json_t *slots, const struct items *items)
{
    json_t *kept = json_array();
    for (int i = 0; i < items->count; i++)
        json_array_append_new(kept, json_pack("{s:i, s:i, s:I}", "n", items->list[i].number, "what",
                                              (int)items->list[i].what, "minutes",
                                              (json_int_t)items->list[i].minutes));
    json_object_set_new(slots, "_items", kept);
}

static bool is_early(const char *wrong)
{
    return wrong && strcmp(wrong, "early") == 0;
}

/* What this turn said, on top of what is known: NULL, or the outcome that says what is wrong. Only
 * somebody who left early does not stop the others from being taken. */
static const char *merge(struct action_call *call, const struct attendance_sheet *sheet,
                         struct items *items)
{
    const char *wrong = NULL;
    const json_t *said = json_object_get(call->slots, "items");
    bool any_came = json_flag(call->slots, "absent", false);
    int64_t bad = 0;
    read_kept(call->slots, items);
    if (json_flag(call->slots, "absent", false))
        json_object_del(call->slots, "_all");
    if (json_flag(call->slots, "all", false) && json_array_size(said) == 0)
        items->count = 0; /* 都来了 takes back who was said to be missing */
    for (size_t i = 0; i < json_array_size(said) && (!wrong || is_early(wrong)); i++) {
        struct attendance_item item;
        const char *mine = take_item(call, sheet, json_array_get(said, i), &item);
        any_came |= item.what == ATTENDANCE_WHAT_CAME;
        if (!mine)
            put_item(items, &item);
        else if (!is_early(wrong) || !is_early(mine))
            bad = json_int(call->slots, "bad", 0);
        wrong = mine && !(is_early(mine) && wrong) ? mine : wrong;
    }
    json_put_int(call->slots, "bad", bad);
    /* Where nobody texted 到了, who is not named as missing was there. */
    if (json_flag(call->slots, "all", false) || (sheet->checked_in == 0 && !any_came))
        json_object_set_new(call->slots, "_all", json_true());
    json_object_del(call->slots, "items");
    json_object_del(call->slots, "all");
    json_object_del(call->slots, "absent");
    return wrong;
}

/* The names of a state, for one part of what is shown. */
struct shown {
    json_t *less, *leave, *no_show, *all;
    int64_t few; /* how many got less than the whole, shown or not */
};

static void put_exception(struct shown *to, const struct attendance_row *row, bool less)
{
    json_t *item = json_object(), *name = json_stringn(row->name.p, row->name.n);
    json_put_slice(item, "name", row->name);
    json_put_int(item, "came", less);
    json_put_int(item, "minutes", row->minutes);
    json_put_int(item, "leave", row->state == ATTENDANCE_LEAVE);
    json_put_int(item, "no_show", row->state == ATTENDANCE_NO_SHOW);
    json_array_append(to->all, item);
    if (less)
        json_array_append(to->less, item);
    else
        json_array_append(row->state == ATTENDANCE_LEAVE ? to->leave : to->no_show, name);
    json_decref(item);
    json_decref(name);
}

/* Who is not simply there to the end. */
static void put_exceptions(struct action_call *call, const struct attendance_sheet *sheet)
{
    size_t limit = call->channel == CHANNEL_SMS ? SHOWN_SMS : SHOWN_WECHAT;
    int64_t more = 0;
    struct shown to = { json_array(), json_array(), json_array(), json_array(), 0 };
    for (int i = 0; i < sheet->count; i++) {
        const struct attendance_row *row = &sheet->rows[i];
        bool less = row->state == ATTENDANCE_CAME && row->minutes < sheet->length;
        bool away = row->state == ATTENDANCE_LEAVE || row->state == ATTENDANCE_NO_SHOW;
        to.few += less;
        if (!less && !away)
            continue;
        if (json_array_size(to.all) == limit)
            more++;
        else
            put_exception(&to, row, less);
    }
    size_t leave = json_array_size(to.leave), no_show = json_array_size(to.no_show);
    json_put_int(call->slots, "rest", sheet->came - to.few);
    json_put_int(call->slots, "some", to.few > 0 && sheet->came > to.few);
    json_put_int(call->slots, "both", leave > 0 && no_show > 0);
    json_put_int(call->slots, "away", leave > 0 || no_show > 0 || more > 0);
    json_put_int(call->slots, "more", more);
    json_object_set_new(call->slots, "exceptions", to.all);
    json_object_set_new(call->slots, "less", to.less);
    json_object_set_new(call->slots, "leave", to.leave);
    json_object_set_new(call->slots, "no_show", to.no_show);
}

static struct attendance_closing closing_of(const struct action_call *call,
                                            const struct items *items)
{
    return (struct attendance_closing){
        .activity = json_id(call->slots, "activity_id"),
        .organizer = call->address->id,
        .items = items->list,
        .count = items->count,
        .all_came = json_flag(call->slots, "_all", false),
    };
}

static int attendance_show(struct action_call *call)
{
    struct attendance_sheet sheet;
    struct items items;
    int rc = attendance_sheet(call->service, json_id(call->slots, "activity_id"), call->address->id,
                              &sheet);
    if (rc < 0 || rc != ATTENDANCE_READY)
        return rc < 0 ? rc : action_end(call, outcome_of((enum attendance_outcome)rc));
    const char *wrong = merge(call, &sheet, &items);
    if (is_early(wrong))
        keep_items(call->slots, &items);
    if (wrong)
        return action_end(call, wrong);
    struct attendance_closing closing = closing_of(call, &items);
    rc = attendance_preview(call->service, &closing, &sheet);
    if (rc < 0)
        return rc;
    describe(call, &sheet);
    json_put_int(call->slots, "bad", sheet.bad_number);
    if (rc != ATTENDANCE_READY)
        return action_end(call, outcome_of((enum attendance_outcome)rc));
    keep_items(call->slots, &items);
    put_exceptions(call, &sheet);
    return action_end(call, sheet.came == 0 ? "nobody" : "ready");
}

/* The number that was shown says yes, as 1 does: it cannot be typed by habit. */
static int attendance_numbers(struct action_call *call)
{
    int64_t came = json_int(call->slots, "came", 0);
    call->items = json_array();
    if (came > 1)
        json_array_append_new(
            call->items, json_pack("{s:I, s:{s:b}}", "n", (json_int_t)came, "set", "_sure", 1));
    json_array_append_new(call->items, json_pack("{s:i, s:{s:b}}", "n", 1, "set", "_sure", 1));
    return GW_OK;
}

/* 都来了 sounds like a yes and is none: it changes the list. */
static bool says_otherwise(struct action_call *call)
{
    json_t *read = json_object();
    bool other =
        call->reading &&
        understand_answer(call->understander, call->reading, SLICE("exceptions"), read) == 1 &&
        !json_flag(read, "agreed", false);
    if (other)
        json_object_update(call->slots, read);
    json_decref(read);
    return other;
}

/* Who records the leader's own hours: whoever answers for the organization above. */
static int put_above(struct action_call *call)
{
    const struct service *s = call->service;
    struct activity a;
    struct organization org;
    struct duty duty;
    int rc = activity_get(s, json_id(call->slots, "activity_id"), &a);
    if (rc == 1)
        rc = org_get(s, a.org, &org);
    if (rc == 1 && org.parent != 0)
        rc = org_duty(s, org.parent, 0, &duty);
    else
        return rc < 0 ? rc : GW_OK;
    if (rc == 1 && duty.address != call->address->id)
        json_put_slice(call->slots, "above", duty.name);
    return rc < 0 ? rc : GW_OK;
}

static int attendance_close_action(struct action_call *call)
{
    struct attendance_sheet sheet;
    struct items items;
    if (says_otherwise(call))
        return action_end(call, "other");
    read_kept(call->slots, &items);
    struct attendance_closing closing = closing_of(call, &items);
    int rc = attendance_close(call->service, &closing, &sheet);
    if (rc < 0)
        return rc;
    describe(call, &sheet);
    int64_t no_shows = 0, own = 0;
    for (int i = 0; rc == ATTENDANCE_DONE && i < sheet.count; i++) {
        no_shows += sheet.rows[i].state == ATTENDANCE_NO_SHOW;
        own += sheet.rows[i].state == ATTENDANCE_OWN;
    }
    json_put_int(call->slots, "no_shows", no_shows);
    json_put_int(call->slots, "own", own);
    int named = own > 0 ? put_above(call) : GW_OK;
    if (named < 0)
        return named;
    if (rc == ATTENDANCE_DONE || rc == ATTENDANCE_UNCHANGED)
        return action_end(call, outcome_of((enum attendance_outcome)rc));
    return action_end(call, rc == ATTENDANCE_NO_ACTIVITY ? "none" : "changed");
}

const struct action attendance_actions[] = {
    { "attendance.find", attendance_find, OUTCOMES("one", "several", "none") },
    { "attendance.open", attendance_open, CHOICES },
    { "attendance.sheet", attendance_look,
      OUTCOMES("ready", "unchanged", "not_over", "not_allowed", "none", "empty") },
    { "attendance.preview", attendance_show,
      OUTCOMES("ready", "nobody", "unchanged", "not_over", "not_allowed", "bad_number", "bad_name",
               "same_name", "early", "too_long", "incomplete", "none") },
    { "attendance.numbers", attendance_numbers, CHOICES },
    { "attendance.close", attendance_close_action,
      OUTCOMES("done", "unchanged", "none", "changed", "other"), FINAL },
    { .name = NULL },
};
