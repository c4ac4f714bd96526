/* `linli check`: proves the data files. What loading itself finds (names that do not exist,
 * outcomes that lead nowhere, kinds nobody reads) is listed first; here come the proofs over whole
 * flows and texts. Declared in conversation.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/catalogue.h"
#include "conversations/check.h"
#include "gateway/base/json.h"

void check_finding(struct check *k, const char *file, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct slice whole = arena_printf(&k->arena, "%s: %s", file, text);
    json_array_append_new(k->findings, json_stringn(whole.p, whole.n));
}

/* flows */

/* Where a step may lead. */
struct exits {
    int steps[STEP_TARGETS + 1]; /* indices within the flow */
    int count;
    bool ends; /* or out of the flow */
};

static void add_exit(struct exits *e, const struct flow *f, const struct step *from,
                     const struct target *t)
{
    int to = t->kind == TARGET_NEXT ? from->index + 1 : t->step;
    bool inside = (t->kind == TARGET_NEXT || t->kind == TARGET_STEP || t->kind == TARGET_ASK ||
                   t->kind == TARGET_SAY) &&
                  to >= 0 && to < f->step_count;
    if (inside && e->count < (int)(sizeof e->steps / sizeof *e->steps))
        e->steps[e->count++] = to;
    if (!inside)
        e->ends = true;
}

/* Whether an answer goes on with the next step, besides where the file says it leads. */
static bool goes_on(const struct step *s)
{
    if (s->when != NULL || s->unless != NULL)
        return true;
    return s->kind == STEP_ASK &&
           (!slice_eq(s->reads, SLICE("yes_no")) || s->also.count > 0 || s->choices != NULL);
}

static void exits_of(struct exits *e, const struct flow *f, const struct step *s)
{
    static const struct target next = { .kind = TARGET_NEXT, .step = -1 };
    const struct target *targets[STEP_TARGETS];
    int n = step_targets(s, targets);
    *e = (struct exits){ 0 };
    for (int i = 0; i < n; i++)
        add_exit(e, f, s, targets[i]);
    if (goes_on(s))
        add_exit(e, f, s, &next);
}

/* Marks every step that can be reached from `from`, through questions too. */
static void reach(const struct flow *f, int from, bool *reached)
{
    struct exits e;
    if (reached[from])
        return;
    reached[from] = true;
    exits_of(&e, f, &f->steps[from]);
    for (int i = 0; i < e.count; i++)
        reach(f, e.steps[i], reached);
}

static void check_reachable(struct check *k, const struct flow *f)
{
    bool reached[64] = { false };
    reach(f, 0, reached);
    for (int i = 0; i < f->opening_count; i++)
        reach(f, f->openings[i].step, reached);
    for (int i = 0; i < f->step_count; i++)
        if (!reached[i])
            check_finding(k, f->file, "line %d: step '%s' is never reached", f->steps[i].line,
                          f->steps[i].name);
}

/* A step is sound when some way from it ends; grown from the steps that end at once. */
static void check_ends(struct check *k, const struct flow *f)
{
    bool ends[64] = { false };
    bool grew = true;
    while (grew) {
        grew = false;
        for (int i = 0; i < f->step_count; i++) {
            struct exits e;
            exits_of(&e, f, &f->steps[i]);
            bool now = e.ends;
            for (int j = 0; j < e.count; j++)
                now = now || ends[e.steps[j]];
            grew = grew || (now && !ends[i]);
            ends[i] = ends[i] || now;
        }
    }
    for (int i = 0; i < f->step_count; i++)
        if (!ends[i])
            check_finding(k, f->file, "line %d: no path from step '%s' ends", f->steps[i].line,
                          f->steps[i].name);
}

enum mark { FRESH, WALKING, DONE };

/* Steps that wait for nobody must not lead back to themselves: true when one does. */
static bool goes_round(const struct flow *f, int from, enum mark *marks)
{
    struct exits e;
    if (f->steps[from].kind == STEP_ASK || marks[from] == DONE)
        return false;
    if (marks[from] == WALKING)
        return true;
    marks[from] = WALKING;
    exits_of(&e, f, &f->steps[from]);
    for (int i = 0; i < e.count; i++)
        if (goes_round(f, e.steps[i], marks))
            return true;
    marks[from] = DONE;
    return false;
}

static void check_rounds(struct check *k, const struct flow *f)
{
    enum mark marks[64] = { FRESH };
    for (int i = 0; i < f->step_count; i++)
        if (goes_round(f, i, marks)) {
            check_finding(k, f->file, "line %d: step '%s' leads back to itself without asking",
                          f->steps[i].line, f->steps[i].name);
            return;
        }
}

static void check_asks(struct check *k, const struct flow *f)
{
    for (int i = 0; i < f->step_count; i++) {
        const struct step *s = &f->steps[i];
        if (s->kind != STEP_ASK)
            continue;
        if (f->wait <= 0)
            check_finding(k, f->file, "line %d: step '%s' waits without a deadline", s->line,
                          s->name);
        if (s->ask != NULL)
            check_question(k, s->ask);
        if (s->again != NULL)
            check_question(k, s->again);
    }
    for (int i = 0; i < f->step_count; i++) {
        const struct target *targets[STEP_TARGETS];
        int n = step_targets(&f->steps[i], targets);
        for (int j = 0; j < n; j++)
            if (targets[j]->kind == TARGET_ASK && targets[j]->message != NULL)
                check_question(k, targets[j]->message);
    }
}

/* What a message says it opens is what opens. */
static void check_openings(struct check *k)
{
    for (int i = 0; i < k->c->message_count; i++) {
        const struct message *m = k->c->message_list[i];
        if (m->opens != NULL && (m->opened == NULL || strcmp(m->opened->name, m->opens) != 0))
            check_finding(k, m->file, "line %d: '%s' opens flow '%s', which is not opened by it",
                          m->line, m->id, m->opens);
        if (m->opens == NULL && m->opened != NULL)
            check_finding(k, m->file, "line %d: '%s' opens flow '%s' and does not say so (opens)",
                          m->line, m->id, m->opened->name);
    }
}

/* A flow nobody can open is as good as not there. */
static bool is_target(const struct catalogue *c, const struct flow *wanted)
{
    const struct menu *m = &c->menu;
    const struct target *const others[] = { &m->safety,
                                            &m->unknown,
                                            &m->digit,
                                            &m->courtesy,
                                            &m->stuck,
                                            &m->apology,
                                            &m->gates[FLOW_VOLUNTEER].none,
                                            &m->gates[FLOW_ORGANIZER].none };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i]->flow == wanted)
            return true;
    for (int w = 1; w <= MENU_WORDS; w++)
        for (int o = 0; o < OPEN_KINDS; o++)
            if (m->words[w][o].flow == wanted)
                return true;
    for (int i = 0; i < c->flow_count; i++)
        for (int j = 0; j < c->flow_list[i]->step_count; j++) {
            const struct target *targets[STEP_TARGETS];
            int n = step_targets(&c->flow_list[i]->steps[j], targets);
            for (int t = 0; t < n; t++)
                if (targets[t]->flow == wanted)
                    return true;
        }
    return false;
}

static void check_flow(struct check *k, const struct flow *f)
{
    check_reachable(k, f);
    check_ends(k, f);
    check_rounds(k, f);
    check_asks(k, f);
    if (f->intents.count == 0 && f->events.count == 0 && f->opening_count == 0 &&
        !is_target(k->c, f))
        check_finding(k, f->file, "flow '%s' is opened by nothing", f->name);
}

json_t *catalogue_check(const struct catalogue *c, const char *signature)
{
    struct check k = { .c = c, .signature = signature, .findings = json_array() };
    json_t *messages = json_array();
    json_array_extend(k.findings, c->problems);
    for (int i = 0; i < c->flow_count; i++)
        if (c->flow_list[i]->step_count > 0)
            check_flow(&k, c->flow_list[i]);
    check_openings(&k);
    for (int i = 0; i < c->message_count; i++)
        if (c->message_list[i]->place != MESSAGE_ON_PAPER)
            json_array_append_new(messages, check_message(&k, c->message_list[i]));
    json_t *report = json_object();
    json_object_set_new(report, "findings", k.findings);
    json_object_set_new(report, "messages", messages);
    arena_free(&k.arena);
    return report;
}

void catalogue_check_understanding(const struct catalogue *c, json_t *report)
{
    understander_check(c->understander, json_object_get(report, "findings"));
}
