/* One step of a flow, read from its file. Declared in flow.h. */
#include <string.h>

#include "conversations/catalogue.h"
#include "conversations/flow.h"

struct reader {
    struct catalogue *c;
    struct flow *flow;
    struct step *step;
    json_t *json;      /* the step's */
    const char *where; /* "step 'x' (line 7)" */
};

bool step_takes_digits(const struct step *s)
{
    return s->kind == STEP_ASK && (s->choices != NULL || slice_eq(s->reads, SLICE("yes_no")) ||
                                   slice_eq(s->reads, SLICE("choice")));
}

int step_targets(const struct step *s, const struct target *out[STEP_TARGETS])
{
    int n = 0;
    if (s->kind == STEP_ASK && slice_eq(s->reads, SLICE("yes_no"))) {
        out[n++] = &s->yes;
        out[n++] = &s->no;
    }
    if (s->has_else)
        out[n++] = &s->other;
    if (s->choices != NULL)
        out[n++] = &s->none;
    if (s->kind == STEP_SAY || s->kind == STEP_SET)
        out[n++] = &s->then;
    for (int i = 0; i < s->fixed_count && n < STEP_TARGETS; i++)
        out[n++] = &s->fixed[i].target;
    for (int i = 0; i < s->tap_count && n < STEP_TARGETS; i++)
        out[n++] = &s->taps[i].target;
    for (int i = 0; i < s->branch_count && n < STEP_TARGETS; i++)
        out[n++] = &s->branches[i].target;
    return n;
}

static const struct message *named_message(const struct reader *r, const char *key)
{
    const char *id = catalogue_string(r->c, r->flow->file, r->where, r->json, key);
    const struct message *m = id != NULL ? catalogue_message(r->c, slice_of(id)) : NULL;
    if (id != NULL && m == NULL)
        catalogue_problem(r->c, r->flow->file, "%s: %s: there is no message '%s'", r->where, key,
                          id);
    return m;
}

static const struct message *message_beside(const struct reader *r, const char *suffix)
{
    if (r->step->ask == NULL)
        return NULL;
    return catalogue_message(r->c, arena_printf(&r->c->arena, "%s%s", r->step->ask->id, suffix));
}

static const struct action *named_action(const struct reader *r, const char *key, bool choices)
{
    const char *name = catalogue_string(r->c, r->flow->file, r->where, r->json, key);
    if (name == NULL)
        return NULL;
    const struct action *a = action_find(r->c->actions, name);
    if (a == NULL)
        catalogue_problem(r->c, r->flow->file, "%s: %s: there is no action '%s'", r->where, key,
                          name);
    else if (a->choices != choices) {
        catalogue_problem(r->c, r->flow->file, "%s: %s: action '%s' makes %s", r->where, key, name,
                          a->choices ? "choices" : "no choices");
        return NULL;
    }
    return a;
}

static void check_kinds(const struct reader *r, const char *key, const struct name_list *kinds)
{
    for (int i = 0; i < kinds->count; i++)
        if (!understand_answers(slice_of(kinds->names[i])))
            catalogue_problem(r->c, r->flow->file, "%s: %s: '%s' is no kind of answer", r->where,
                              key, kinds->names[i]);
}

static struct target target_or(const struct reader *r, const char *key, enum target_kind fallback)
{
    json_t *value = json_object_get(r->json, key);
    struct target t = { .kind = fallback, .step = -1 };
    if (value != NULL) {
        const char *where = arena_printf(&r->c->arena, "%s: %s", r->where, key).p;
        target_read(r->c, r->flow, where, value, &t);
    }
    return t;
}

static bool read_flag(const struct reader *r, const char *key)
{
    json_t *value = json_object_get(r->json, key);
    if (value != NULL && !json_is_boolean(value))
        catalogue_problem(r->c, r->flow->file, "%s: %s: expected true or false", r->where, key);
    return json_is_true(value);
}

/* Whether `outcome` is one of the action's. */
static bool action_ends(const struct action *a, const char *outcome)
{
    for (int i = 0; a->outcomes != NULL && a->outcomes[i] != NULL; i++)
        if (strcmp(a->outcomes[i], outcome) == 0)
            return true;
    return false;
}

/* Members of `object` that are outcomes of `a`; `known` names those that are something else. */
static int read_branches(const struct reader *r, const struct action *a, json_t *object,
                         const char *const *known, struct branch **out)
{
    int n = 0;
    const char *key;
    json_t *value;
    *out = arena_alloc(&r->c->arena, (json_object_size(object) + 1) * sizeof **out);
    json_object_foreach(object, key, value)
    {
        bool other = false;
        for (int i = 0; known[i] != NULL; i++)
            other = other || strcmp(known[i], key) == 0;
        if (other)
            continue;
        if (a != NULL && !action_ends(a, key)) {
            catalogue_problem(r->c, r->flow->file,
                              "%s: '%s' is neither a key nor an outcome of '%s'", r->where, key,
                              a->name);
            continue;
        }
        struct branch *b = &(*out)[n++];
        b->outcome = key;
        target_read(r->c, r->flow, arena_printf(&r->c->arena, "%s: %s", r->where, key).p, value,
                    &b->target);
    }
    return n;
}

/* Every outcome of a DO step leads somewhere. */
static void check_outcomes(const struct reader *r)
{
    const struct action *a = r->step->action;
    for (int i = 0; a != NULL && a->outcomes != NULL && a->outcomes[i] != NULL; i++) {
        bool handled = false;
        for (int j = 0; j < r->step->branch_count; j++)
            handled = handled || strcmp(r->step->branches[j].outcome, a->outcomes[i]) == 0;
        if (!handled)
            catalogue_problem(r->c, r->flow->file, "%s: outcome '%s' of '%s' leads nowhere",
                              r->where, a->outcomes[i], a->name);
    }
}

static void read_context(const struct reader *r)
{
    struct step *s = r->step;
    const char *name = catalogue_string(r->c, r->flow->file, r->where, r->json, "context");
    s->context = s->choices != NULL || slice_eq(s->reads, SLICE("choice")) ? CONTEXT_MENU
                 : slice_eq(s->reads, SLICE("yes_no"))                     ? CONTEXT_CONFIRM
                                                                           : CONTEXT_NONE;
    int context = name != NULL ? context_find(slice_of(name)) : 0;
    if (context < 0)
        catalogue_problem(r->c, r->flow->file, "%s: context: '%s' is unknown", r->where, name);
    else if (name != NULL)
        s->context = (enum context)context;
}

static void read_slots(const struct reader *r)
{
    struct step *s = r->step;
    const char *slot = catalogue_string(r->c, r->flow->file, r->where, r->json, "slot");
    s->slots = catalogue_list(r->c, r->flow->file, r->where, r->json, "slots");
    if (slot == NULL)
        return;
    if (s->slots.count > 0)
        catalogue_problem(r->c, r->flow->file, "%s: has slot and slots", r->where);
    s->slots.names = arena_alloc(&r->c->arena, sizeof *s->slots.names);
    s->slots.names[0] = slot;
    s->slots.count = 1;
}

static void read_fixes(const struct reader *r)
{
    static const char *const none[] = { NULL };
    struct step *s = r->step;
    s->fixes = catalogue_list(r->c, r->flow->file, r->where, r->json, "fixes");
    check_kinds(r, "fixes", &s->fixes);
    s->fix_do = named_action(r, "fix_do", false);
    json_t *fixed = json_object_get(r->json, "fixed");
    if (fixed == NULL)
        return;
    if (s->fix_do == NULL)
        catalogue_problem(r->c, r->flow->file, "%s: fixed without fix_do", r->where);
    s->fixed_count = read_branches(r, s->fix_do, fixed, none, &s->fixed);
}

/* Texts that a tappable choice of the question sends back. */
static void read_taps(const struct reader *r)
{
    static const char *const none[] = { NULL };
    json_t *taps = json_object_get(r->json, "taps");
    if (taps != NULL && !json_is_object(taps))
        catalogue_problem(r->c, r->flow->file, "%s: taps: expected an object", r->where);
    else if (taps != NULL)
        r->step->tap_count = read_branches(r, NULL, taps, none, &r->step->taps);
}

static void read_ask(const struct reader *r)
{
    static const char *const known[] = { "ask",     "slot",     "slots",  "reads", "also",
                                         "choices", "many",     "none",   "yes",   "no",
                                         "else",    "fixes",    "fix_do", "fixed", "again",
                                         "context", "optional", "help",   "when",  "unless",
                                         "taps",    "resumes",  NULL };
    struct step *s = r->step;
    catalogue_known_keys(r->c, r->flow->file, r->where, r->json, known);
    s->ask = named_message(r, "ask");
    s->again = named_message(r, "again");
    if (s->again == NULL)
        s->again = message_beside(r, ".again");
    s->listed = message_beside(r, ".choices");
    s->help = named_message(r, "help");
    read_slots(r);
    const char *reads = catalogue_string(r->c, r->flow->file, r->where, r->json, "reads");
    s->reads = slice_of(reads);
    if (reads != NULL && !understand_answers(s->reads))
        catalogue_problem(r->c, r->flow->file, "%s: reads: '%s' is no kind of answer", r->where,
                          reads);
    s->also = catalogue_list(r->c, r->flow->file, r->where, r->json, "also");
    check_kinds(r, "also", &s->also);
    s->choices = named_action(r, "choices", true);
    if (reads == NULL && json_object_get(r->json, "choices") == NULL)
        catalogue_problem(r->c, r->flow->file, "%s: an ask needs reads or choices", r->where);
    s->many = read_flag(r, "many");
    s->optional = read_flag(r, "optional");
    s->resumes = read_flag(r, "resumes");
    s->has_else = json_object_get(r->json, "else") != NULL;
    s->yes = target_or(r, "yes", TARGET_NEXT);
    s->no = target_or(r, "no", TARGET_END);
    s->none = target_or(r, "none", TARGET_END);
    s->other = target_or(r, "else", TARGET_END);
    read_fixes(r);
    read_taps(r);
    read_context(r);
}

static void read_do(const struct reader *r)
{
    static const char *const known[] = { "do", "when", "unless", NULL };
    r->step->action = named_action(r, "do", false);
    r->step->branch_count = read_branches(r, r->step->action, r->json, known, &r->step->branches);
    check_outcomes(r);
}

static void read_say_or_set(const struct reader *r)
{
    static const char *const known[] = { "say", "set", "unset", "then", "when", "unless", NULL };
    struct step *s = r->step;
    catalogue_known_keys(r->c, r->flow->file, r->where, r->json, known);
    s->say = named_message(r, "say");
    s->set = json_object_get(r->json, "set");
    if (s->set != NULL && !json_is_object(s->set)) {
        catalogue_problem(r->c, r->flow->file, "%s: set: expected an object", r->where);
        s->set = NULL;
    }
    s->unset = catalogue_list(r->c, r->flow->file, r->where, r->json, "unset");
    s->then = target_or(r, "then", TARGET_NEXT);
}

void flow_read_step(struct catalogue *c, struct flow *f, struct step *s, json_t *json)
{
    static const struct {
        const char *key;
        enum step_kind kind;
        void (*read)(const struct reader *);
    } kinds[] = {
        { "ask", STEP_ASK, read_ask },          { "do", STEP_DO, read_do },
        { "say", STEP_SAY, read_say_or_set },   { "set", STEP_SET, read_say_or_set },
        { "unset", STEP_SET, read_say_or_set },
    };
    struct reader r = { c, f, s, json,
                        arena_printf(&c->arena, "line %d: step '%s'", s->line, s->name).p };
    s->kind = STEP_SET;
    if (!json_is_object(json)) {
        catalogue_problem(c, f->file, "%s: expected an object", r.where);
        return;
    }
    s->when = catalogue_string(c, f->file, r.where, json, "when");
    s->unless = catalogue_string(c, f->file, r.where, json, "unless");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (json_object_get(json, kinds[i].key) != NULL) {
            s->kind = kinds[i].kind;
            kinds[i].read(&r);
            return;
        }
    catalogue_problem(c, f->file, "%s: has none of ask, do, say, set, unset", r.where);
}
