/* `linli flows`: each flow drawn from the very data that run. Declared in conversation.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/catalogue.h"
#include "gateway/base/sbuf.h"

enum { DRAWING_MAX = 4 << 20 };

static void draw_target(struct sbuf *b, const struct flow *f, const struct step *from,
                        const char *label, const struct target *t)
{
    if (t->kind == TARGET_NEXT && from->index + 1 < f->step_count)
        sbuf_printf(b, "    %s -- %s --> %s\n", from->name, label, f->steps[from->index + 1].name);
    else if (t->kind == TARGET_STEP || t->kind == TARGET_ASK)
        sbuf_printf(b, "    %s -- %s --> %s\n", from->name, label, f->steps[t->step].name);
    else if (t->kind == TARGET_SAY && t->message != NULL)
        sbuf_printf(b, "    %s -- \"%s, %s\" --> %s\n", from->name, label, t->message->id,
                    t->step >= 0 ? f->steps[t->step].name : "done");
    else if (t->kind == TARGET_FLOW && t->flow != NULL)
        sbuf_printf(b, "    %s -- %s --> to_%s([%s])\n", from->name, label, t->flow->name,
                    t->flow->name);
    else
        sbuf_printf(b, "    %s -- %s --> done\n", from->name, label);
}

static void draw_ask(struct sbuf *b, const struct flow *f, const struct step *s)
{
    static const struct target next = { .kind = TARGET_NEXT, .step = -1 };
    sbuf_printf(b, "    %s[/\"%s\"/]\n", s->name, s->ask != NULL ? s->ask->id : s->name);
    if (slice_eq(s->reads, SLICE("yes_no"))) {
        draw_target(b, f, s, "yes", &s->yes);
        draw_target(b, f, s, "no", &s->no);
    } else {
        draw_target(b, f, s, "answered", &next);
    }
    if (s->has_else)
        draw_target(b, f, s, "else", &s->other);
    if (s->choices != NULL)
        draw_target(b, f, s, "none", &s->none);
    for (int i = 0; i < s->fixed_count; i++)
        draw_target(b, f, s, s->fixed[i].outcome, &s->fixed[i].target);
    for (int i = 0; i < s->tap_count; i++)
        draw_target(b, f, s, s->taps[i].outcome, &s->taps[i].target);
}

static void draw_step(struct sbuf *b, const struct flow *f, const struct step *s)
{
    switch (s->kind) {
    case STEP_ASK:
        draw_ask(b, f, s);
        break;
    case STEP_DO:
        sbuf_printf(b, "    %s[[\"%s\"]]\n", s->name, s->action != NULL ? s->action->name : "?");
        for (int i = 0; i < s->branch_count; i++)
            draw_target(b, f, s, s->branches[i].outcome, &s->branches[i].target);
        break;
    case STEP_SAY:
        sbuf_printf(b, "    %s(\"%s\")\n", s->name, s->say != NULL ? s->say->id : "?");
        draw_target(b, f, s, "then", &s->then);
        break;
    case STEP_SET:
        sbuf_printf(b, "    %s{{\"%s\"}}\n", s->name, s->name);
        draw_target(b, f, s, "then", &s->then);
        break;
    }
}

static void draw_flow(struct sbuf *b, const struct flow *f)
{
    sbuf_printf(b, "%%%% %s\nflowchart TD\n", f->name);
    for (int i = 0; i < f->intents.count; i++)
        sbuf_printf(b, "    intent_%s([%s]) --> %s\n", f->intents.names[i], f->intents.names[i],
                    f->steps[0].name);
    for (int i = 0; i < f->opening_count; i++)
        sbuf_printf(b, "    opened_%d>\"%s\"] --> %s\n", i, f->openings[i].message->id,
                    f->steps[f->openings[i].step].name);
    for (int i = 0; i < f->step_count; i++)
        draw_step(b, f, &f->steps[i]);
    sbuf_str(b, "    done([end])\n");
}

char *catalogue_mermaid(const struct catalogue *c, const char *name)
{
    struct sbuf b;
    bool any = false;
    sbuf_init(&b, DRAWING_MAX);
    for (int i = 0; i < c->flow_count; i++) {
        if (name != NULL && strcmp(name, c->flow_list[i]->name) != 0)
            continue;
        draw_flow(&b, c->flow_list[i]);
        any = true;
    }
    char *text = any && !b.failed ? mem_dup(sbuf_slice(&b)) : NULL;
    sbuf_free(&b);
    return text;
}
