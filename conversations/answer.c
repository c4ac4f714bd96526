/* Reading a text as the answer to the open question. Declared in run.h. */
#include <stdlib.h>
#include <string.h>

#include "conversations/run.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

/* The slot each kind of answer fills first (conversations/README.md, "Kinds of answers"): what goes
 * into the step's one slot under whatever name that has. */
static const struct {
    const char *kind, *slot;
} principal[] = {
    { "yes_no", "yes" },         { "choice", "n" },        { "name", "name" },
    { "names", "people" },       { "birth", "birth" },     { "area", "area" },
    { "id_number", "id_no" },    { "phone", "phone" },     { "code", "code" },
    { "text", "text" },          { "whole", "text" },      { "date.past", "date" },
    { "date.future", "date" },   { "time", "time_start" }, { "duration", "minutes" },
    { "count", "persons" },      { "number", "n" },        { "place", "place" },
    { "activity", "activity" },  { "quality", "quality" }, { "exceptions", "items" },
    { "mended", "right_place" }, { "undone", "undone" },   { "rating", "rating" },
    { "paper", "paper" },
};

static const char *principal_slot(struct slice kind)
{
    for (size_t i = 0; i < sizeof principal / sizeof *principal; i++)
        if (slice_eq(kind, slice_of(principal[i].kind)))
            return principal[i].slot;
    return NULL;
}

/* What a kind may fill beside its first slot. */
static bool is_beside(struct slice kind, const char *slot)
{
    static const char *const of_length[] = { "time_start",  "time_end",    "approx",       "part",
                                             "minutes_min", "minutes_max", "minutes_each", NULL };
    static const char *const of_date[] = { "part", "dates", "date_from", "date_to", NULL };
    static const char *const of_mended[] = { "wrong", "right", NULL };
    const char *const *beside = NULL;
    if (slice_eq(kind, SLICE("duration")))
        beside = of_length;
    else if (slice_eq(kind, SLICE("mended")))
        beside = of_mended;
    else if (slice_starts(kind, SLICE("date.")))
        beside = of_date;
    for (int i = 0; beside != NULL && beside[i] != NULL; i++)
        if (strcmp(beside[i], slot) == 0)
            return true;
    return false;
}

static bool kind_fixes(struct slice kind, const char *slot)
{
    const char *reads = principal_slot(kind);
    /* A kind without a first slot reads several: it takes whatever comes. */
    return reads == NULL || strcmp(reads, slot) == 0 || is_beside(kind, slot);
}

bool answer_fixes(const struct step *s, const char *slot)
{
    if (s->reads.n > 0 && kind_fixes(s->reads, slot))
        return true;
    for (int i = 0; i < s->also.count; i++)
        if (kind_fixes(slice_of(s->also.names[i]), slot))
            return true;
    for (int i = 0; i < s->fixes.count; i++)
        if (kind_fixes(slice_of(s->fixes.names[i]), slot))
            return true;
    return false;
}

/* Reads one kind into `out`: 1, 0 or GW_E*. */
static int read_kind(const struct run *r, const struct step *s, struct slice kind, bool own,
                     json_t *out)
{
    json_t *read = json_object();
    int rc = understand_answer(r->c->understander, r->reading, kind, read);
    if (rc > 0) {
        const char *from = principal_slot(kind);
        const char *to = own && s->slots.count == 1 ? s->slots.names[0] : from;
        json_t *value = from != NULL ? json_object_get(read, from) : NULL;
        if (value != NULL && strcmp(from, to) != 0 && json_object_get(read, to) == NULL) {
            json_object_set(read, to, value);
            json_object_del(read, from);
        }
        json_object_update(out, read);
    }
    json_decref(read);
    return rc;
}

static int read_kinds(const struct run *r, const struct step *s, const struct name_list *kinds,
                      json_t *out)
{
    int any = 0;
    for (int i = 0; i < kinds->count; i++) {
        int rc = read_kind(r, s, slice_of(kinds->names[i]), false, out);
        if (rc < 0)
            return rc;
        any |= rc;
    }
    return any;
}

/* choices */

static json_t *item_numbered(json_t *items, int64_t n)
{
    size_t i;
    json_t *item;
    if (n == -1)
        return json_array_get(items, json_array_size(items) - 1);
    json_array_foreach(items, i, item)
    {
        if (json_int(item, "n", 0) == n)
            return item;
    }
    return NULL;
}

/* Whether what was written and one of the item's words contain each other; one character says too
 * little. */
static bool item_says(json_t *item, struct slice text)
{
    const char *key;
    json_t *value;
    json_object_foreach(item, key, value)
    {
        struct slice word = { json_string_value(value), json_string_length(value) };
        if (!json_is_string(value) || key[0] == '_' || utf8_count(word) < 2)
            continue;
        if (slice_find(word, text) >= 0 || slice_find(text, word) >= 0)
            return true;
    }
    return false;
}

/* The one item that a word names; NULL when none or several do. */
static json_t *item_named(json_t *items, struct slice text)
{
    json_t *found = NULL;
    size_t i;
    json_t *item;
    if (utf8_count(text) < 2)
        return NULL;
    json_array_foreach(items, i, item)
    {
        if (!item_says(item, text))
            continue;
        if (found != NULL)
            return NULL;
        found = item;
    }
    return found;
}

const struct flow *run_wish(struct run *r)
{
    const struct frame *top = session_top(&r->session);
    const struct step *open = run_open_step(r);
    /* A question that silence ends comes after what could be corrected. */
    bool over = open != NULL && open->optional;
    const struct name_list *corrects = top != NULL && !over ? &top->flow->corrects : NULL;
    for (int i = 0; corrects != NULL && i < corrects->count; i++)
        if (strcmp(corrects->names[i], r->understood.intent) == 0)
            return NULL;
    return names_get(&r->c->intents, slice_of(r->understood.intent));
}

/* A word names a choice only where nothing else is wanted: 「取消老街打扫」 does not choose
 * 老街打扫. */
static bool wants_other(struct run *r)
{
    const struct flow *wish = run_wish(r);
    return wish != NULL && wish != session_top(&r->session)->flow && !r->understood.by_homophone;
}

/* 都去: every item that stands for something. */
static json_t *all_numbers(json_t *items)
{
    json_t *numbers = json_array();
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        if (!json_flag(item, "more", false))
            json_array_append(numbers, json_object_get(item, "n"));
    }
    return numbers;
}

static int choose_many(json_t *items, json_t *numbers, json_t *out)
{
    json_t *chosen = json_array();
    size_t i;
    json_t *n;
    json_array_foreach(numbers, i, n)
    {
        json_t *item = item_numbered(items, json_integer_value(n));
        if (item == NULL) {
            json_decref(chosen);
            return 0;
        }
        json_array_append(chosen, json_object_get(item, "set"));
    }
    json_object_set_new(out, "chosen", chosen);
    return 1;
}

/* Reads a choice among the items into `out`: 1, 0 or GW_E*. */
static int read_choice(struct run *r, const struct step *s, json_t *out)
{
    if (s->choices == NULL)
        return 0;
    int rc = run_items(r);
    if (rc < 0)
        return rc;
    json_t *items = session_top(&r->session)->items;
    json_t *read = json_object();
    rc = understand_answer(r->c->understander, r->reading, SLICE("choice"), read);
    if (rc > 0 && s->many && json_flag(read, "all", false))
        json_object_set_new(read, "ns", all_numbers(items));
    json_t *ns = json_object_get(read, "ns");
    json_t *item = NULL;
    if (rc > 0 && s->many && json_array_size(ns) > 0)
        rc = choose_many(items, ns, out);
    else if (rc > 0)
        item = item_numbered(items, json_int(read, "n", 0));
    else if (rc == 0 && !wants_other(r))
        item = item_named(items, reading_text(r->reading));
    json_decref(read);
    if (item != NULL) {
        json_object_update(out, json_object_get(item, "set"));
        return 1;
    }
    return rc < 0 || json_object_get(out, "chosen") != NULL ? rc : 0;
}

/* going on */

static void note_answered(struct frame *f)
{
    f->answered |= UINT64_C(1) << f->step;
    if (f->trail_count == SESSION_TRAIL) {
        f->trail_count--;
        memmove(f->trail, f->trail + 1, (size_t)f->trail_count * sizeof *f->trail);
    }
    f->trail[f->trail_count++] = f->step;
    f->tries = 0;
    json_decref(f->items);
    f->items = NULL;
}

/* Whether the answer left a step with slots without any of them: it told something else (a birth
 * year where the name was asked), which is kept, and the question stays. */
static bool still_asks(const struct step *s, const json_t *slots)
{
    for (int i = 0; i < s->slots.count; i++)
        if (json_object_get(slots, s->slots.names[i]) != NULL)
            return false;
    return s->slots.count > 0;
}

static int accept(struct run *r, json_t *read, const struct target *target)
{
    struct frame *f = session_top(&r->session);
    const struct step *s = &f->flow->steps[f->step];
    json_object_update(f->slots, read);
    if (s->choices == NULL && still_asks(s, f->slots))
        return run_frame(r, f->step);
    note_answered(f);
    return run_target(r, target);
}

/* True when `read` holds something that is not known yet, or known otherwise. */
static bool is_news(json_t *slots, json_t *read)
{
    const char *key;
    json_t *value;
    json_object_foreach(read, key, value)
    {
        if (!json_equal(json_object_get(slots, key), value))
            return true;
    }
    return false;
}

/* 「哪样不对，直接写对的」: 1 when the text corrected something. */
static int read_fix(struct run *r, const struct step *s)
{
    struct frame *f = session_top(&r->session);
    json_t *read = json_object();
    int rc = read_kinds(r, s, &s->fixes, read);
    bool news = rc > 0 && is_news(f->slots, read);
    if (news)
        json_object_update(f->slots, read);
    json_decref(read);
    if (!news)
        return rc < 0 ? rc : 0;
    if (s->fix_do != NULL) {
        struct action_call call;
        rc = run_action(r, s->fix_do, &call);
        for (int i = 0; rc == GW_OK && i < s->fixed_count; i++)
            if (call.outcome != NULL && strcmp(s->fixed[i].outcome, call.outcome) == 0) {
                rc = run_target(r, &s->fixed[i].target);
                return rc < 0 ? rc : 1;
            }
        if (rc < 0)
            return rc;
    }
    f->tries = 0;
    json_decref(f->items);
    f->items = NULL;
    rc = run_ask_again(r, NULL);
    return rc < 0 ? rc : 1;
}

static bool is_bare(const struct run *r)
{
    return r->word == GLOBAL_DIGIT || r->word == GLOBAL_YES || r->word == GLOBAL_NO;
}

static const char *yes_slot(const struct step *s)
{
    return s->slots.count == 1 ? s->slots.names[0] : "yes";
}

/* What the answer leads to, once `read` holds it. */
static const struct target *target_of(const struct step *s, json_t *read, bool more)
{
    static const struct target next = { .kind = TARGET_NEXT, .step = -1 };
    json_t *yes = json_object_get(read, yes_slot(s));
    if (!slice_eq(s->reads, SLICE("yes_no")) || yes == NULL)
        return &next;
    if (json_is_false(yes))
        return more ? &next : &s->no;
    return &s->yes;
}

static int read_answer(struct run *r, const struct step *s, json_t *read)
{
    int chosen = read_choice(r, s, read);
    if (chosen < 0)
        return chosen;
    bool own = chosen == 0 && s->reads.n > 0 &&
               !(s->choices != NULL && slice_eq(s->reads, SLICE("choice")));
    int rc = own ? read_kind(r, s, s->reads, true, read) : 0;
    if (rc < 0)
        return rc;
    int more = is_bare(r) ? 0 : read_kinds(r, s, &s->also, read);
    if (more < 0)
        return more;
    /* Another wish that happens to hold one thing of this: 「我想参加老街打扫」 where a person is
     * asked for. */
    if (chosen == 0 && rc == 0 && own && json_object_size(read) < 2 && wants_other(r))
        return 0;
    if (chosen == 0 && s->reads.n == 0 && more > 0) {
        /* Told without the number: kept, and which one is still the question. */
        struct frame *f = session_top(&r->session);
        json_object_update(f->slots, read);
        json_decref(f->items); /* another page has other items */
        f->items = NULL;
        rc = run_ask_again(r, NULL);
        return rc < 0 ? rc : 1;
    }
    if (chosen == 0 && rc == 0 && more == 0) {
        int echo = slice_eq(s->reads, SLICE("yes_no")) ? run_echo(r) : -1;
        if (echo < 0)
            return 0;
        json_object_set_new(read, yes_slot(s), json_boolean(echo));
    }
    struct target target = *target_of(s, read, more > 0);
    rc = accept(r, read, &target);
    return rc < 0 ? rc : 1;
}

static int answer(struct run *r)
{
    const struct step *s = run_open_step(r);
    if (s->fixes.count > 0 && !is_bare(r)) {
        int fixed = read_fix(r, s);
        if (fixed != 0)
            return fixed;
    }
    json_t *read = json_object();
    int rc = read_answer(r, s, read);
    json_decref(read);
    return rc;
}

/* For the person whom the text names; when it is no answer, the question stays about whom it was.
 */
int run_answer(struct run *r)
{
    json_t *slots = session_top(&r->session)->slots;
    json_t *before = json_incref(json_object_get(slots, "_who"));
    run_put_who(r, slots);
    int rc = answer(r);
    if (rc == 0 && r->who != 0 && before != NULL)
        json_object_set(slots, "_who", before);
    else if (rc == 0 && r->who != 0)
        json_object_del(slots, "_who");
    json_decref(before);
    return rc;
}

int run_answer_flag(struct run *r, bool yes)
{
    const struct step *s = run_open_step(r);
    if (!slice_eq(s->reads, SLICE("yes_no")) || (s->choices != NULL && !yes))
        return run_leave(r);
    json_t *read = json_object();
    json_object_set_new(read, yes_slot(s), json_boolean(yes));
    struct target target = *target_of(s, read, false);
    int rc = accept(r, read, &target);
    json_decref(read);
    return rc;
}
