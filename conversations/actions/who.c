#include "conversations/actions/who.h"

#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

enum { GIVEN_LEAST = 2 };

int who_here(const struct action_call *call, struct volunteer **out)
{
    int n = volunteers_by_address(call->service, call->address->id, out), kept = 0;
    for (int i = 0; i < n; i++)
        if ((*out)[i].state == VOLUNTEER_ACTIVE && kept < WHO_MAX)
            (*out)[kept++] = (*out)[i];
    return n < 0 ? n : kept;
}

/* ---- whom a text means ---- */

static unsigned everybody(int n)
{
    return (1u << n) - 1;
}

static unsigned by_id(const struct volunteer *people, int n, int64_t id)
{
    for (int i = 0; i < n; i++)
        if (id != 0 && people[i].id == id)
            return 1u << i;
    return 0;
}

static unsigned by_slots(const json_t *slots, const struct volunteer *people, int n)
{
    const json_t *chosen = json_object_get(slots, "chosen");
    unsigned mask = by_id(people, n, json_id(slots, "_who"));
    if (json_flag(slots, "_everybody", false))
        return everybody(n);
    for (size_t i = 0; i < json_array_size(chosen); i++) {
        const json_t *one = json_array_get(chosen, i);
        if (json_flag(one, "_everybody", false))
            return everybody(n);
        mask |= by_id(people, n, json_id(one, "_who"));
    }
    return mask;
}

static bool holds(struct slice text, struct slice name)
{
    struct slice given = name;
    if (slice_find(text, name) >= 0)
        return true;
    return utf8_next(&given) >= 0 && utf8_count(given) >= GIVEN_LEAST &&
           slice_find(text, given) >= 0;
}

static unsigned by_name(struct slice text, const struct volunteer *people, int n)
{
    unsigned mask = 0;
    for (int i = 0; i < n; i++)
        if (people[i].name.n > 0 && holds(text, people[i].name))
            mask |= 1u << i;
    return mask;
}

static bool has_any(struct slice text, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (slice_find(text, slice_of(words[i])) >= 0)
            return true;
    return false;
}

/* 我们两个都到了, 和老伴一起去: as many as there are. */
static bool means_all(const struct action_call *call, struct slice text, int n)
{
    static const char *const all[] = { "都到",     "都去",     "都来",   "都做",
                                       "都走",     "两个都",   "两人都", "都不去",
                                       "都去不了", "我们两个", "我们俩", NULL };
    size_t with = json_array_size(json_object_get(call->slots, "companions"));
    if (has_any(text, all) || json_int(call->slots, "persons", 0) == n)
        return true;
    return with > 0 && with + 1 == (size_t)n && json_object_get(call->slots, "reason") == NULL;
}

/* 老倌脚疼, 他不去了: the one man or woman, where what is known leaves only one. */
static unsigned by_relation(struct slice text, const struct volunteer *people, int n)
{
    static const char *const his[] = { "老倌", "老公", "丈夫", "老头", "我爷爷", "我爸", NULL };
    static const char *const hers[] = { "媳妇", "老婆", "婆娘", "妻子", "老奶", "我妈", NULL };
    bool man = has_any(text, his), woman = has_any(text, hers);
    if (man == woman)
        return 0;
    enum gender wanted = man ? GENDER_MALE : GENDER_FEMALE;
    unsigned known = 0, possible = 0;
    for (int i = 0; i < n; i++) {
        known |= people[i].gender == wanted ? 1u << i : 0;
        possible |= people[i].gender == wanted || people[i].gender == GENDER_UNKNOWN ? 1u << i : 0;
    }
    unsigned one = known != 0 ? known : possible;
    return (one & (one - 1)) == 0 ? one : 0;
}

unsigned who_meant(const struct action_call *call, const struct volunteer *people, int n)
{
    unsigned mask = by_slots(call->slots, people, n);
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    if (mask == 0)
        mask = by_name(text, people, n);
    if (mask == 0)
        mask = by_relation(text, people, n);
    if (mask == 0 && n > 1 && means_all(call, text, n))
        mask = everybody(n);
    return mask;
}

void who_set(struct action_call *call, const struct volunteer *people, int n, unsigned mask)
{
    json_object_del(call->slots, "_who");
    json_object_del(call->slots, "_everybody");
    json_object_del(call->slots, "chosen");
    if (mask == 0)
        return;
    if (n > 1 && mask == everybody(n)) {
        json_object_set_new(call->slots, "_everybody", json_true());
        return;
    }
    json_t *chosen = json_array();
    for (int i = 0; i < n; i++)
        if (mask >> i & 1u) {
            json_t *one = json_object();
            json_put_id(one, "_who", people[i].id);
            json_array_append_new(chosen, one);
            json_put_id(call->slots, "_who", people[i].id);
        }
    if (json_array_size(chosen) > 1) {
        json_object_del(call->slots, "_who");
        json_object_set(call->slots, "chosen", chosen);
    }
    json_decref(chosen);
}

int who_chosen(struct action_call *call, struct volunteer out[WHO_MAX])
{
    struct volunteer *people = NULL;
    struct person me;
    int n = who_here(call, &people), count = 0;
    if (n <= 0)
        return n;
    unsigned mask = by_slots(call->slots, people, n);
    if (mask == 0) {
        int rc = action_person(call, &me);
        if (rc < 0)
            return rc;
        mask = by_id(people, n, me.id);
    }
    for (int i = 0; i < n; i++)
        if (mask >> i & 1u)
            out[count++] = people[i];
    return count;
}

int who_put_whose(struct action_call *call, struct slice name)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people);
    json_put_slice(call->slots, "whose", n > 1 ? name : SLICE(""));
    return n;
}

/* ---- the question ---- */

json_t *who_names(const struct volunteer *people, int n)
{
    json_t *names = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(names, json_stringn(people[i].name.p, people[i].name.n));
    return names;
}

json_t *who_items(const struct volunteer *people, int n, bool all)
{
    json_t *items = json_array();
    int shown = all && n == WHO_MAX ? WHO_MAX - 1 : n; /* nine choices at most */
    for (int i = 0; i < shown; i++) {
        json_t *item = json_object(), *set = json_object();
        json_put_int(item, "n", i + 1);
        json_put_slice(item, "name", people[i].name);
        json_put_id(set, "_who", people[i].id);
        json_object_set_new(item, "set", set);
        json_array_append_new(items, item);
    }
    if (all && n > 1)
        json_array_append_new(items, json_pack("{s:i, s:b, s:b, s:{s:b}}", "n", shown + 1, "more",
                                               1, "two", n == 2, "set", "_everybody", 1));
    return items;
}

/* Of one alone it is never asked. With `single`, two that are meant are asked about as well. */
static int find(struct action_call *call, bool single)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people);
    if (n <= 1)
        return n < 0 ? n : action_end(call, "known");
    unsigned mask = who_meant(call, people, n);
    if (single && (mask & (mask - 1)) != 0)
        mask = 0;
    json_object_set_new(call->slots, "names", who_names(people, n));
    who_set(call, people, n, mask);
    return action_end(call, mask != 0 ? "known" : "which");
}

static int who_find(struct action_call *call)
{
    return find(call, false);
}

static int who_find_one(struct action_call *call)
{
    return find(call, true);
}

static int who_people(struct action_call *call)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people);
    call->items = n > 0 ? who_items(people, n, true) : json_array();
    return n < 0 ? n : GW_OK;
}

static int who_one(struct action_call *call)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people);
    call->items = n > 0 ? who_items(people, n, false) : json_array();
    return n < 0 ? n : GW_OK;
}

const struct action who_actions[] = {
    { "who.find", who_find, OUTCOMES("known", "which") },
    { "who.find_one", who_find_one, OUTCOMES("known", "which") },
    { "who.people", who_people, CHOICES },
    { "who.one", who_one, CHOICES },
    { .name = NULL },
};
