/* 李国才 3小时: of several on one phone the name in front says who is meant; the rest is read as if
 * it stood alone. Declared in run.h. */
#include <string.h>

#include "conversations/run.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/volunteers.h"

enum { GIVEN_LEAST = 2 }; /* characters: one alone is a word more often than a name */

static struct slice without_first(struct slice name)
{
    struct slice rest = name;
    return utf8_next(&rest) < 0 ? SLICE("") : rest;
}

/* The text behind a name that it begins with, or behind its given name; empty when it does not. */
static struct slice behind(struct slice text, struct slice name)
{
    struct slice given = without_first(name);
    if (slice_starts(text, name))
        return slice_skip(text, name.n);
    if (utf8_count(given) >= GIVEN_LEAST && slice_starts(text, given))
        return slice_skip(text, given.n);
    return SLICE("");
}

static struct slice skip_separators(struct slice text)
{
    static const char *const between[] = { " ", ",", ":", "，", "：", NULL };
    for (int i = 0; between[i] != NULL; i++)
        if (slice_starts(text, slice_of(between[i]))) {
            text = slice_skip(text, strlen(between[i]));
            i = -1;
        }
    return text;
}

/* 李国才、杨秀兰都去, 李国才和我: the name is one of a list. */
static bool goes_on_listing(struct slice rest)
{
    static const char *const joints[] = { "、", "和", "跟", "与", "同", NULL };
    for (int i = 0; joints[i] != NULL; i++)
        if (slice_starts(rest, slice_of(joints[i])))
            return true;
    return false;
}

/* Questions that a name is part of the answer to: 王桂花 1956 老街; who of several. */
static bool asks_for_names(const struct step *open, const struct flow *flow)
{
    static const char *const kinds[] = { "name", "names", "person", "exceptions", "text", "whole" };
    if (flow->audience == FLOW_ORGANIZER)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct slice kind = slice_of(kinds[i]);
        if (slice_eq(open->reads, kind))
            return true;
        for (int k = 0; k < open->also.count; k++)
            if (slice_eq(slice_of(open->also.names[k]), kind))
                return true;
    }
    return false;
}

/* Whether the rest stands on its own: a wish, a word that works everywhere, or an answer to what is
 * open. 李国才去 to "who goes?" is the answer as it stands. */
static bool stands_alone(struct run *r, const struct reading *rest, const struct step *open)
{
    struct understood u = { 0 };
    json_t *unused = json_object();
    bool answers = understand_answer(r->c->understander, rest, SLICE("yes_no"), unused) == 1;
    json_decref(unused);
    if (open != NULL)
        return open->choices == NULL || !answers;
    understand_decide(r->c->understander, rest, CONTEXT_NONE, &u);
    bool wish = names_get(&r->c->intents, slice_of(u.intent)) != NULL;
    json_decref(u.slots);
    json_decref(u.also);
    return wish || understand_global(rest) != GLOBAL_NONE;
}

int run_addressed(struct run *r)
{
    struct slice text = reading_text(r->reading);
    struct volunteer *people = NULL;
    if (utf8_count(text) <= GIVEN_LEAST || understand_global(r->reading) != GLOBAL_NONE)
        return GW_OK;
    int n = volunteers_by_address(r->s, r->in->address->id, &people);
    for (int i = 0; n > 1 && i < n; i++) {
        struct slice rest = behind(text, people[i].name);
        if (rest.n == 0 || goes_on_listing(rest) || skip_separators(rest).n == 0)
            continue;
        const struct step *open = run_open_step(r);
        if (open != NULL && asks_for_names(open, session_top(&r->session)->flow))
            return GW_OK;
        struct reading *alone = understand_read(r->c->understander, skip_separators(rest),
                                                r->in->channel, r->s->now, r->s->arena);
        if (!stands_alone(r, alone, open))
            return GW_OK;
        r->reading = alone;
        r->who = people[i].id;
        return GW_OK;
    }
    return n < 0 ? n : GW_OK;
}

void run_put_who(const struct run *r, json_t *slots)
{
    if (r->who != 0)
        json_put_id(slots, "_who", r->who);
}
