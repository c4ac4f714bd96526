/* Hours that wait for the organizer: the numbered list, and what is decided about its numbers. */
#include "conversations/actions/common.h"
#include "conversations/actions/service_rows.h"
#include "gateway/base/json.h"
#include "handlers/evaluations.h"
#include "handlers/hours.h"
#include "handlers/volunteers.h"

/* An SMS of three segments holds five. */
enum { SHOWN_SMS = 5, SHOWN_WECHAT = 20, LOOKED_AT = 50 };

/* ---- the list ---- */

static int add_item(struct action_call *call, const struct hours *row, int n)
{
    struct evaluation said;
    int rc = evaluation_of(call->service, row, &said);
    if (rc < 0)
        return rc;
    json_t *item = json_object(), *known = json_object();
    json_put_int(item, "absent", said.reason == EVALUATION_ABSENT);
    row_describe(call->service, item, row);
    json_put_int(item, "n", n);
    json_put_slice(item, "name", row->person_name);
    json_put_int(item, "flagged", (row->flags & (HOURS_LONG_DAY | HOURS_OVER)) != 0);
    json_put_int(item, "raised", (row->flags & HOURS_RAISED) != 0);
    json_put_int(item, "make_up", (row->flags & HOURS_MAKE_UP) != 0);
    json_array_append_new(json_object_get(call->slots, "items"), item);
    json_put_int(known, "n", n);
    json_put_id(known, "id", row->id);
    json_put_slice(known, "name", row->person_name);
    json_array_append_new(json_object_get(call->slots, "_known"), known);
    return GW_OK;
}

/* Decisions by name alone can be taken at once; all others want the list seen first. */
static bool all_named(const json_t *decisions)
{
    for (size_t i = 0; i < json_array_size(decisions); i++)
        if (json_slice(json_array_get(decisions, i), "name").n == 0)
            return false;
    return json_array_size(decisions) > 0;
}

static int read_decisions(struct action_call *call)
{
    static const char *const wish[] = { "decisions", "all", "except", "minutes", "quality" };
    for (size_t i = 0; i < sizeof wish / sizeof *wish; i++)
        json_object_del(call->slots, wish[i]);
    json_t *read = json_object();
    int rc = call->reading
                 ? understand_answer(call->understander, call->reading, SLICE("review"), read)
                 : 0;
    bool named =
        rc > 0 && all_named(json_object_get(read, "decisions")) && !json_flag(read, "all", false);
    if (named)
        json_object_update(call->slots, read);
    json_decref(read);
    return rc < 0 ? rc : named;
}

static int claims_open(struct action_call *call)
{
    struct hours *rows = NULL;
    int shown = call->channel == CHANNEL_SMS ? SHOWN_SMS : SHOWN_WECHAT;
    int n = hours_waiting(call->service, call->address->id, LOOKED_AT, &rows);
    if (n <= 0)
        return n < 0 ? n : action_end(call, "empty");
    int named = read_decisions(call);
    if (named < 0)
        return named;
    json_object_set_new(call->slots, "items", json_array());
    json_object_set_new(call->slots, "_known", json_array());
    for (int i = 0; i < n && (named || i < shown); i++) {
        int rc = add_item(call, &rows[i], i + 1);
        if (rc < 0)
            return rc;
    }
    json_put_int(call->slots, "more", n > shown ? n - shown : 0);
    return action_end(call, named ? "apply" : "list");
}

/* ---- what was decided ---- */

static json_t *known_numbered(const json_t *known, int64_t n)
{
    for (size_t i = 0; i < json_array_size(known); i++)
        if (json_int(json_array_get(known, i), "n", 0) == n)
            return json_array_get(known, i);
    return NULL;
}

static json_t *known_named(const json_t *known, struct slice name, int *count)
{
    json_t *found = NULL;
    *count = 0;
    for (size_t i = 0; i < json_array_size(known); i++)
        if (slice_eq(json_slice(json_array_get(known, i), "name"), name)) {
            found = json_array_get(known, i);
            ++*count;
        }
    return found;
}

/* Somebody who is not on the list: NULL never; whether it is one of the organizer's own phone. */
static int stranger(struct action_call *call, struct slice name, const char **outcome)
{
    struct volunteer v;
    int rc = volunteer_by_name(call->service, call->address->id, name, &v);
    *outcome = rc == 1 ? "own" : "bad_name";
    return rc < 0 ? rc : GW_OK;
}

/* The row of the list that `said` means, or the outcome that says why there is none. */
static int find_known(struct action_call *call, const json_t *said, json_t **row,
                      const char **outcome)
{
    const json_t *known = json_object_get(call->slots, "_known");
    struct slice name = json_slice(said, "name");
    int count = 1;
    *outcome = NULL;
    json_put_int(call->slots, "bad", json_int(said, "n", 0));
    json_put_slice(call->slots, "who", name);
    *row = name.n > 0 ? known_named(known, name, &count)
                      : known_numbered(known, json_int(said, "n", 0));
    if (*row != NULL && count == 1)
        return GW_OK;
    *outcome = count > 1 ? "same_name" : "bad_number";
    return name.n > 0 && count == 0 ? stranger(call, name, outcome) : GW_OK;
}

static void put_todo(json_t *todo, const json_t *known, const json_t *said)
{
    static const char *const keys[] = { "decision", "minutes", "quality", "reason" };
    json_t *one = json_deep_copy(known);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(said, keys[i]) != NULL)
            json_object_set(one, keys[i], json_object_get(said, keys[i]));
    json_array_append_new(todo, one);
}

static bool contains(const json_t *list, const json_t *known)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_int(json_array_get(list, i), "n", 0) == json_int(known, "n", 0))
            return true;
    return false;
}

/* 全部通过: every number shown that nothing else was said of. */
static void add_rest(struct action_call *call, json_t *todo, const json_t *without)
{
    json_t *said = json_object(), *value = json_object_get(call->slots, "minutes");
    const json_t *known = json_object_get(call->slots, "_known");
    json_object_set_new(said, "decision", json_string("approve"));
    if (value != NULL)
        json_object_set(said, "minutes", value);
    value = json_object_get(call->slots, "quality");
    if (value != NULL)
        json_object_set(said, "quality", value);
    for (size_t i = 0; i < json_array_size(known); i++) {
        const json_t *one = json_array_get(known, i);
        if (!contains(todo, one) && !contains(without, one))
            put_todo(todo, one, said);
    }
    json_decref(said);
}

/* The decisions of this turn as a list of rows to work off; everything is looked up before anything
 * is done. */
static int make_todo(struct action_call *call, json_t *todo, const char **outcome)
{
    const json_t *said = json_object_get(call->slots, "decisions");
    const json_t *except = json_object_get(call->slots, "except");
    json_t *without = json_array(), *row = NULL;
    int rc = GW_OK;
    *outcome = NULL;
    for (size_t i = 0; rc == GW_OK && !*outcome && i < json_array_size(said); i++) {
        rc = find_known(call, json_array_get(said, i), &row, outcome);
        if (rc == GW_OK && !*outcome)
            put_todo(todo, row, json_array_get(said, i));
    }
    for (size_t i = 0; rc == GW_OK && !*outcome && i < json_array_size(except); i++) {
        rc = find_known(call, json_array_get(except, i), &row, outcome);
        if (rc == GW_OK && !*outcome)
            json_array_append(without, row);
    }
    if (rc == GW_OK && !*outcome && json_flag(call->slots, "all", false))
        add_rest(call, todo, without);
    json_decref(without);
    return rc;
}

static void forget_said(json_t *slots)
{
    static const char *const keys[] = { "decisions", "all", "except", "minutes", "quality" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_del(slots, keys[i]);
}

static void count(json_t *slots, const char *key, int64_t by)
{
    json_put_int(slots, key, json_int(slots, key, 0) + by);
}

static void drop_known(json_t *slots, const json_t *one)
{
    json_t *known = json_object_get(slots, "_known");
    for (size_t i = 0; i < json_array_size(known); i++)
        if (json_int(json_array_get(known, i), "n", 0) == json_int(one, "n", 0)) {
            json_array_remove(known, i);
            return;
        }
}

static void describe(const struct service *s, json_t *slots, const json_t *one,
                     const struct hours *row)
{
    row_describe(s, slots, row);
    json_put_int(slots, "minutes", json_int(one, "minutes", row->minutes));
    json_put_slice(slots, "name", json_slice(one, "name"));
}

/* What stood in the way of one; the others go on. */
static void note_stuck(json_t *slots, const json_t *one, enum hours_decide_outcome outcome)
{
    static const char *const flags[] = { "own", "too_long", "not_seen", "not_agreed", "closed" };
    if (json_slice(slots, "stuck").n > 0)
        return;
    const char *why = outcome == HOURS_DECIDE_OWN          ? "own"
                      : outcome == HOURS_DECIDE_TOO_LONG   ? "too_long"
                      : outcome == HOURS_DECIDE_NOT_SEEN   ? "not_seen"
                      : outcome == HOURS_DECIDE_NOT_AGREED ? "not_agreed"
                                                           : "closed";
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        json_object_del(slots, flags[i]);
    json_put_int(slots, why, 1);
    json_put_slice(slots, "stuck", json_slice(one, "name"));
}

/* One decision: HOURS_DECIDE_*, or GW_E*. */
static int decide(struct action_call *call, const json_t *one, struct hours_decided *out)
{
    int64_t id = json_id(one, "id");
    if (slice_eq(json_slice(one, "decision"), SLICE("reject")))
        return hours_refuse(call->service, id, call->address->id, json_slice(one, "reason"), out);
    const struct hours_decision d = {
        .id = id,
        .confirmer = call->address->id,
        .quality = (int)json_int(one, "quality", 0),
        .minutes = json_int(one, "minutes", 0),
        .place = json_slice(one, "place"),
        .recipient = json_slice(one, "recipient"),
    };
    return hours_confirm(call->service, &d, out);
}

static void note_done(json_t *slots, const json_t *one, const struct hours_decided *decided)
{
    bool refused = slice_eq(json_slice(one, "decision"), SLICE("reject"));
    count(slots, refused ? "refused" : "confirmed", 1);
    if (!refused)
        count(slots, "total", decided->row.minutes);
    drop_known(slots, one);
}

/* Works the list off from its head: NULL when it is done, else the question about the first. */
static int work(struct action_call *call, json_t *todo, const char **question)
{
    *question = NULL;
    while (json_array_size(todo) > 0) {
        const json_t *one = json_array_get(todo, 0);
        bool refuse = slice_eq(json_slice(one, "decision"), SLICE("reject"));
        struct hours_decided decided = { .missing = 0 };
        int rc = 0;
        if (refuse && json_slice(one, "reason").n == 0) {
            rc = hours_get(call->service, json_id(one, "id"), &decided.row);
            *question = "reason";
        } else {
            rc = decide(call, one, &decided);
            *question = rc == HOURS_DECIDE_INCOMPLETE ? "recipient" : NULL;
        }
        if (rc < 0)
            return rc;
        if (*question != NULL) {
            describe(call->service, call->slots, one, &decided.row);
            json_put_int(call->slots, "rest", (int64_t)json_array_size(todo) - 1);
            return GW_OK;
        }
        if (rc == HOURS_DECIDE_DONE || rc == HOURS_DECIDE_UNCHANGED)
            note_done(call->slots, one, &decided);
        else
            note_stuck(call->slots, one, (enum hours_decide_outcome)rc);
        json_array_remove(todo, 0);
    }
    return GW_OK;
}

static void set_said(json_t *one, const char *key, const json_t *said)
{
    if (said != NULL && !json_is_null(said) && json_object_get(one, key) == NULL)
        json_object_set(one, key, (json_t *)(uintptr_t)said);
}

/* What the question about the first was answered with; 都是居民 is said of all that follow too. */
static void take_answer(json_t *slots, json_t *todo)
{
    static const char *const keys[] = { "reason", "recipient", "at_place", "for_all" };
    bool all = json_flag(slots, "for_all", false);
    for (size_t i = 0; i < json_array_size(todo) && (i == 0 || all); i++) {
        json_t *one = json_array_get(todo, i);
        if (i == 0)
            set_said(one, "reason", json_object_get(slots, "reason"));
        set_said(one, "recipient", json_object_get(slots, "recipient"));
        set_said(one, "place", json_object_get(slots, "at_place"));
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_del(slots, keys[i]);
}

static void begin(json_t *slots)
{
    static const char *const keys[] = { "confirmed", "refused",  "total",      "stuck", "own",
                                        "too_long",  "not_seen", "not_agreed", "closed" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_del(slots, keys[i]);
}

static int finish(struct action_call *call)
{
    int left = hours_waiting_count(call->service, call->address->id);
    if (left < 0)
        return left;
    json_put_int(call->slots, "left", left);
    if (json_slice(call->slots, "stuck").n == 0)
        return action_end(call, left > 0 ? "left" : "done");
    json_put_slice(call->slots, "name", json_slice(call->slots, "stuck"));
    return action_end(call, "stuck");
}

static int claims_apply(struct action_call *call)
{
    const char *outcome = NULL;
    json_t *todo = json_object_get(call->slots, "_todo");
    int rc = GW_OK;
    if (json_array_size(todo) == 0) {
        begin(call->slots);
        todo = json_array();
        rc = make_todo(call, todo, &outcome);
        forget_said(call->slots);
        if (rc < 0 || outcome || json_array_size(todo) == 0) {
            json_decref(todo);
            return rc < 0 ? rc : action_end(call, outcome ? outcome : "bad_number");
        }
        json_object_set_new(call->slots, "_todo", todo);
    } else {
        take_answer(call->slots, todo);
    }
    rc = work(call, todo, &outcome);
    if (rc < 0)
        return rc;
    return outcome ? action_end(call, outcome) : finish(call);
}

const struct action claims_actions[] = {
    { "claims.open", claims_open, OUTCOMES("list", "apply", "empty") },
    { "claims.apply", claims_apply,
      OUTCOMES("done", "left", "stuck", "reason", "recipient", "bad_number", "bad_name",
               "same_name", "own"),
      FINAL },
    { .name = NULL },
};
