#include "conversations/flow.h"

#include <string.h>

#include "conversations/catalogue.h"
#include "gateway/base/json.h"

enum { STEPS_MAX = 64, DAY = 86400, WAIT_DAYS = 7 /* design.md, "Conversations": 7 days */ };

int flow_step(const struct flow *f, struct slice name)
{
    for (int i = 0; i < f->step_count; i++)
        if (slice_eq(slice_of(f->steps[i].name), name))
            return i;
    return -1;
}

/* "30m", "12h", "7d" to seconds; 0 when it is none. */
static int64_t read_wait(const char *text)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', DAY } };
    struct slice s = slice_of(text);
    int64_t n;
    if (s.n < 2 || slice_to_int(slice_head(s, s.n - 1), &n) < 0 || n < 1 || n > 1000)
        return 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (s.p[s.n - 1] == units[i].unit)
            return n * units[i].seconds;
    return 0;
}

static void read_audience(struct catalogue *c, struct flow *f)
{
    static const char *const names[] = { "anyone", "volunteer", "organizer" };
    const char *who = catalogue_string(c, f->file, "flow", f->json, "for");
    for (int i = 0; who != NULL && i < 3; i++)
        if (strcmp(who, names[i]) == 0) {
            f->audience = (enum flow_for)i;
            return;
        }
    if (who != NULL)
        catalogue_problem(c, f->file, "for: '%s' is not anyone, volunteer or organizer", who);
}

/* Each name opens this flow and no other. */
static void claim(struct catalogue *c, struct flow *f, struct names *table,
                  const struct name_list *list, const char *what)
{
    for (int i = 0; i < list->count; i++)
        if (!names_put(table, slice_of(list->names[i]), f)) {
            const struct flow *other = names_get(table, slice_of(list->names[i]));
            catalogue_problem(c, f->file, "%s '%s' opens flow '%s' already", what, list->names[i],
                              other->name);
        }
}

void flow_read_head(struct catalogue *c, struct flow *f)
{
    static const char *const known[] = { "flow",     "intents", "events",    "for",    "label",
                                         "wait",     "keeps",   "opened_by", "leaves", "takes",
                                         "corrects", "fresh",   "steps",     NULL };
    catalogue_known_keys(c, f->file, "flow", f->json, known);
    read_audience(c, f);
    f->intents = catalogue_list(c, f->file, "flow", f->json, "intents");
    f->events = catalogue_list(c, f->file, "flow", f->json, "events");
    f->keeps = catalogue_list(c, f->file, "flow", f->json, "keeps");
    f->leaves = catalogue_list(c, f->file, "flow", f->json, "leaves");
    f->takes = catalogue_list(c, f->file, "flow", f->json, "takes");
    f->corrects = catalogue_list(c, f->file, "flow", f->json, "corrects");
    f->keeps_all = json_object_get(f->json, "keeps") == NULL;
    f->fresh = json_is_true(json_object_get(f->json, "fresh"));
    claim(c, f, &c->intents, &f->intents, "intent");
    claim(c, f, &c->events, &f->events, "event");
    const char *wait = catalogue_string(c, f->file, "flow", f->json, "wait");
    f->wait = wait != NULL ? read_wait(wait) : WAIT_DAYS * DAY;
    if (f->wait == 0)
        catalogue_problem(c, f->file, "wait: '%s' is not a number with m, h or d", wait);
}

static bool is_reserved(const char *name)
{
    static const char *const reserved[] = { "next", "end", NULL };
    for (int i = 0; reserved[i] != NULL; i++)
        if (strcmp(reserved[i], name) == 0)
            return true;
    return strchr(name, ':') != NULL || *name == '\0';
}

/* Names first: a target may point forward. */
static void name_steps(struct catalogue *c, struct flow *f, json_t *steps)
{
    struct slice text = source_text(&c->source, f->file);
    const char *name;
    json_t *value;
    f->steps = arena_alloc(&c->arena, json_object_size(steps) * sizeof *f->steps);
    json_object_foreach(steps, name, value)
    {
        if (f->step_count == STEPS_MAX) {
            catalogue_problem(c, f->file, "more than %d steps", STEPS_MAX);
            return;
        }
        if (is_reserved(name))
            catalogue_problem(c, f->file, "step '%s': not a name for a step", name);
        struct step *s = &f->steps[f->step_count];
        s->name = name;
        s->index = f->step_count++;
        s->line = source_line(text, "steps", name);
    }
}

static void read_openings(struct catalogue *c, struct flow *f)
{
    json_t *opened_by = json_object_get(f->json, "opened_by");
    const char *id;
    json_t *step;
    f->openings = arena_alloc(&c->arena, (json_object_size(opened_by) + 1) * sizeof *f->openings);
    json_object_foreach(opened_by, id, step)
    {
        struct message *m = catalogue_message(c, slice_of(id));
        int index = flow_step(f, slice_of(json_string_value(step)));
        if (m == NULL)
            catalogue_problem(c, f->file, "opened_by: there is no message '%s'", id);
        else if (index < 0 || f->steps[index].kind != STEP_ASK)
            catalogue_problem(c, f->file, "opened_by: '%s' leads to no asking step", id);
        else if (m->opened != NULL)
            catalogue_problem(c, f->file, "opened_by: '%s' opens flow '%s' already", id,
                              m->opened->name);
        else {
            m->opened = f;
            m->opened_step = index;
            f->openings[f->opening_count++] = (struct opening){ m, index };
        }
    }
}

void flow_read_steps(struct catalogue *c, struct flow *f)
{
    json_t *steps = json_object_get(f->json, "steps");
    const char *label = catalogue_string(c, f->file, "flow", f->json, "label");
    f->label = label != NULL ? catalogue_message(c, slice_of(label)) : NULL;
    if (f->label == NULL)
        catalogue_problem(c, f->file, "label: there is no message '%s'",
                          label != NULL ? label : "");
    if (!json_is_object(steps) || json_object_size(steps) == 0) {
        catalogue_problem(c, f->file, "steps: expected an object with at least one step");
        return;
    }
    name_steps(c, f, steps);
    for (int i = 0; i < f->step_count; i++) {
        struct step *s = &f->steps[i];
        flow_read_step(c, f, s, json_object_get(steps, s->name));
    }
    read_openings(c, f);
}
