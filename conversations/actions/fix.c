/* 改 and 删掉: any entry of one's own, at any age of it. */
#include "conversations/actions/service_rows.h"
#include "conversations/actions/who.h"
#include "gateway/base/json.h"

enum { SHOWN = 9, LOOKED_AT = 50 };

static void choose(json_t *slots, const struct hours *row)
{
    json_put_id(slots, "_hours", row->id);
    json_put_int(slots, "_old", row->minutes);
    json_put_id(slots, "_who", row->person);
}

static struct slice name_of(const struct volunteer *people, int n, int64_t id)
{
    for (int i = 0; i < n; i++)
        if (people[i].id == id)
            return people[i].name;
    return SLICE("");
}

/* Entries of a phone: those of the people the text means, else of all who are on it, newest
 * service first, in the arena. */
struct entries {
    struct volunteer *people;
    int people_count;
    struct hours rows[LOOKED_AT];
    int count;
    bool several; /* entries of more than one person */
};

static void insert(struct entries *e, const struct hours *row)
{
    int at = e->count;
    while (at > 0 && e->rows[at - 1].day < row->day)
        at--;
    if (at == LOOKED_AT)
        return;
    int last = e->count < LOOKED_AT ? e->count++ : LOOKED_AT - 1;
    for (; last > at; last--)
        e->rows[last] = e->rows[last - 1];
    e->rows[at] = *row;
}

static int entries_load(struct action_call *call, struct entries *e)
{
    *e = (struct entries){ 0 };
    e->people_count = who_here(call, &e->people);
    if (e->people_count <= 0)
        return e->people_count;
    unsigned mask = e->people_count > 1 ? who_meant(call, e->people, e->people_count) : 1u;
    for (int i = 0; i < e->people_count; i++) {
        struct hours *rows = NULL;
        bool meant = mask == 0 || (mask >> i & 1u) != 0;
        int n = meant ? hours_recent(call->service, e->people[i].id, false, LOOKED_AT, &rows) : 0;
        if (n < 0)
            return n;
        for (int k = 0; k < n; k++)
            insert(e, &rows[k]);
    }
    for (int i = 1; i < e->count; i++)
        e->several = e->several || e->rows[i].person != e->rows[0].person;
    return e->count;
}

/* What a message shows of the chosen row, the new value left as it is. */
static int show(struct action_call *call, struct hours *row)
{
    int rc = hours_get(call->service, json_id(call->slots, "_hours"), row);
    if (rc <= 0)
        return rc;
    int64_t minutes = json_int(call->slots, "minutes", 0);
    row_describe(call->service, call->slots, row);
    json_put_int(call->slots, "old_minutes", row->minutes);
    if (minutes > 0)
        json_put_int(call->slots, "minutes", minutes);
    else
        json_object_del(call->slots, "minutes");
    return 1;
}

static bool means(const struct action_call *call, const struct hours *row)
{
    int64_t day;
    const struct wanted words = { .word = json_slice(call->slots, "activity") };
    if (action_day(call->slots, "date", &day) && day != row->day)
        return false;
    return words.word.n == 0 || wanted_likeness(&words, row->name) == 100;
}

/* The one entry that the words and the day mean; without any, which one is the question. */
static int find(struct action_call *call)
{
    struct entries *e = arena_alloc(call->service->arena, sizeof *e);
    int n = entries_load(call, e), rc;
    if (n <= 0)
        return n < 0 ? n : action_end(call, "none");
    const struct hours *only = NULL;
    int fit = 0;
    for (int i = 0; i < n; i++)
        if (means(call, &e->rows[i])) {
            only = &e->rows[i];
            fit++;
        }
    json_put_slice(call->slots, "name",
                   e->several && fit != 1
                       ? SLICE("")
                       : name_of(e->people, e->people_count, (only ? only : e->rows)->person));
    bool named = json_slice(call->slots, "activity").n > 0 || json_slice(call->slots, "date").n > 0;
    if (fit != 1 || !named)
        return action_end(call, "several");
    choose(call->slots, only);
    struct hours row;
    rc = show(call, &row);
    return rc < 0 ? rc : action_end(call, "one");
}

static int fix_find(struct action_call *call)
{
    return find(call);
}

/* What was just recorded, unless the text names another. */
static int withdraw_find(struct action_call *call)
{
    bool named = json_slice(call->slots, "activity").n > 0 || json_slice(call->slots, "date").n > 0;
    if (json_id(call->slots, "_hours") != 0 && (!named || json_flag(call->slots, "undone", false)))
        return action_end(call, "one");
    return find(call);
}

static int fix_mine(struct action_call *call)
{
    struct entries *e = arena_alloc(call->service->arena, sizeof *e);
    int n = entries_load(call, e);
    struct hours *rows = e->rows;
    if (n < 0)
        return n;
    /* 下页: what the page before had room for is left out. */
    int from = 0;
    if (json_slice(call->slots, "page").n > 0)
        from = (int)(json_int(call->slots, "_from", 0) + json_int(call->slots, "_shown", 0));
    if (from >= n)
        from = 0;
    json_object_del(call->slots, "page");
    json_put_int(call->slots, "_from", from);
    json_put_int(call->slots, "more", n - from > SHOWN ? n - from - SHOWN : 0);
    call->items = json_array();
    int shown = 0;
    for (int i = from; i < n && shown < SHOWN; i++) {
        json_t *item = json_object(), *set = json_object();
        struct slice name = name_of(e->people, e->people_count, rows[i].person);
        row_describe(call->service, item, &rows[i]);
        if (e->several)
            json_put_slice(item, "whose", name);
        json_put_slice(set, "name", name);
        choose(set, &rows[i]);
        row_describe(call->service, set, &rows[i]);
        json_object_del(set, "minutes");
        json_put_int(set, "old_minutes", rows[i].minutes);
        json_object_set_new(item, "set", set);
        json_put_int(item, "n", ++shown);
        json_array_append_new(call->items, item);
    }
    return GW_OK;
}

/* What stands in the question about how long; then which way the change goes. */
static int fix_compare(struct action_call *call)
{
    struct hours row;
    int rc = show(call, &row);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "closed");
    int64_t minutes = json_int(call->slots, "minutes", 0);
    if (minutes == row.minutes)
        return action_end(call, "unchanged");
    /* What waits for confirmation is simply another value that waits. */
    if (minutes < row.minutes || row.state == HOURS_CLAIMED)
        return action_end(call, "lower");
    json_put_int(call->slots, "_higher", 1);
    return action_end(call, "higher");
}

static const char *fix_outcome(enum hours_fix_outcome outcome, bool confirmed)
{
    switch (outcome) {
    case HOURS_FIX_LOWERED:
        return confirmed ? "lowered" : "waiting";
    case HOURS_FIX_ASKED:
    case HOURS_FIX_OVER:
        return confirmed ? "asked" : "waiting";
    case HOURS_FIX_UNCHANGED:
        return "unchanged";
    case HOURS_FIX_TOO_LONG:
        return "too_long";
    default:
        return "closed";
    }
}

static int fix_apply(struct action_call *call)
{
    struct person me;
    struct hours before;
    struct hours_receipt receipt = { 0 };
    int64_t id = json_id(call->slots, "_hours");
    int rc = action_person(call, &me);
    if (rc == 1)
        rc = hours_get(call->service, id, &before);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "closed");
    /* The question named the length on record and was answered with yes: that is the insisting. */
    rc = hours_fix(call->service, me.id, id, json_int(call->slots, "minutes", 0), true, &receipt);
    if (rc < 0)
        return rc;
    json_put_int(call->slots, "total", receipt.total);
    json_put_int(call->slots, "limit", receipt.limit);
    json_put_slice(call->slots, "confirmer", receipt.confirmer);
    return action_end(call,
                      fix_outcome((enum hours_fix_outcome)rc, before.state == HOURS_CONFIRMED));
}

static int withdraw_show(struct action_call *call)
{
    struct person me;
    struct hours row;
    int rc = action_person(call, &me);
    json_object_del(call->slots, "minutes");
    if (rc == 1)
        rc = show(call, &row);
    if (rc < 0)
        return rc;
    if (rc == 0 || row.person != me.id ||
        (row.state != HOURS_CLAIMED && row.state != HOURS_CONFIRMED))
        return action_end(call, "closed");
    json_put_slice(call->slots, "name", me.name);
    json_put_int(call->slots, "minutes", row.minutes);
    return action_end(call, "ready");
}

static int withdraw_apply(struct action_call *call)
{
    struct person me;
    struct hours_receipt receipt = { 0 };
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "closed");
    rc = hours_withdraw(call->service, me.id, json_id(call->slots, "_hours"), &receipt);
    if (rc < 0)
        return rc;
    json_put_int(call->slots, "total", receipt.total);
    return action_end(call, rc == HOURS_WITHDRAW_DONE || rc == HOURS_WITHDRAW_UNCHANGED ? "done"
                                                                                        : "closed");
}

const struct action fix_actions[] = {
    { "fix.find", fix_find, OUTCOMES("one", "several", "none") },
    { "fix.mine", fix_mine, CHOICES },
    { "fix.compare", fix_compare, OUTCOMES("lower", "higher", "unchanged", "closed") },
    { "fix.apply", fix_apply,
      OUTCOMES("lowered", "waiting", "asked", "unchanged", "too_long", "closed"), FINAL },
    { "withdraw.find", withdraw_find, OUTCOMES("one", "several", "none") },
    { "withdraw.show", withdraw_show, OUTCOMES("ready", "closed") },
    { "withdraw.apply", withdraw_apply, OUTCOMES("done", "closed"), FINAL },
    { .name = NULL },
};
