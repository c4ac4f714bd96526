/* Running a flow's steps until a question is asked or the flow ends. Declared in run.h. */
#include <string.h>

#include "conversations/format.h"
#include "conversations/run.h"
#include "conversations/taps.h"
#include "gateway/base/json.h"

enum { CHOICES_MAX = 9 }; /* design.md, "Conversations" */

static bool slot_set(const struct frame *f, const char *name)
{
    json_t *value = json_object_get(f->slots, name);
    return value != NULL && !json_is_null(value);
}

static bool is_pure(const struct step *s)
{
    return s->slots.count == 0;
}

static bool is_filled(const struct frame *f, const struct step *s)
{
    if (is_pure(s))
        return (f->answered >> s->index & 1) != 0;
    for (int i = 0; i < s->slots.count; i++)
        if (!slot_set(f, s->slots.names[i]))
            return false;
    return true;
}

/* What a step read is forgotten, and later questions without a slot want a new answer: they were
 * about what changes now. */
static void forget(struct frame *f, int step)
{
    const struct step *s = &f->flow->steps[step];
    for (int i = 0; i < s->slots.count; i++)
        json_object_del(f->slots, s->slots.names[i]);
    for (int i = step; i < f->flow->step_count; i++)
        if (is_pure(&f->flow->steps[i]))
            f->answered &= ~(UINT64_C(1) << i);
    while (f->trail_count > 0 && f->trail[f->trail_count - 1] >= step)
        f->trail_count--;
}

static bool is_wanted(const struct frame *f, const struct step *s)
{
    if (s->when != NULL && !format_is_set(json_object_get(f->slots, s->when)))
        return false;
    return s->unless == NULL || !format_is_set(json_object_get(f->slots, s->unless));
}

int run_action(struct run *r, const struct action *a, struct action_call *call)
{
    *call = (struct action_call){
        .service = r->s,
        .address = r->in->address,
        .channel = r->in->channel,
        .reading = r->reading,
        .understander = r->c->understander,
        .catalogue = r->c,
        .slots = session_top(&r->session)->slots,
    };
    int rc = a->run(call);
    if (rc < 0)
        fault_set(&r->out->why, rc, "action %s failed: %s", a->name, gw_error_text(rc));
    if (call->understood)
        r->missed = false;
    if (call->forget)
        r->out->forget_text = true;
    if (call->forget_session)
        r->gone = true;
    if (rc >= 0 && call->conversation != 0)
        rc = run_move(r, call->conversation);
    if (rc >= 0 && call->parted != 0)
        rc = run_part(r, call->parted);
    return rc;
}

int run_items(struct run *r)
{
    struct frame *f = session_top(&r->session);
    const struct step *s = &f->flow->steps[f->step];
    struct action_call call;
    if (f->items != NULL || s->choices == NULL)
        return GW_OK;
    int rc = run_action(r, s->choices, &call);
    f->items = call.items;
    while (json_array_size(f->items) > CHOICES_MAX)
        json_array_remove(f->items, json_array_size(f->items) - 1);
    return rc;
}

/* A wish waits below for this flow to end; `gated`: for the gate that this flow opens. */
static bool wish_waits(const struct run *r, bool gated)
{
    const struct frame *below =
        r->session.count > 1 ? &r->session.frames[r->session.count - 2] : NULL;
    return below != NULL && below->step < 0 && !(gated && run_is_second(r, below));
}

/* Puts the question of the step the top frame stands at. */
static int put_question(struct run *r, const struct message *m)
{
    struct frame *f = session_top(&r->session);
    f->asked = m;
    f->asked_at = r->s->now;
    f->until = r->s->now + f->flow->wait;
    f->by_us = false;
    f->tap = r->in->channel == CHANNEL_SMS ? 0 : tap_number(f->flow, f->step, f->slots, f->items);
    f->talked = true;
    r->asked = true;
    return run_say(r, m, f->slots, f->items);
}

/* At an ASK step: 1 when it waits for an answer now, 0 when the flow goes on by *target. */
static int enter_ask(struct run *r, const struct step *s, const struct message *override,
                     struct target *target)
{
    struct frame *f = session_top(&r->session);
    *target = (struct target){ .kind = TARGET_NEXT, .step = -1 };
    if (is_filled(f, s))
        return 0;
    if (s->optional && wish_waits(r, true)) {
        *target = (struct target){ .kind = TARGET_END, .step = -1 };
        return 0;
    }
    json_decref(f->items);
    f->items = NULL;
    f->tries = 0;
    int rc = run_items(r);
    if (rc < 0)
        return rc;
    if (s->choices != NULL && json_array_size(f->items) == 0 && s->reads.n == 0) {
        *target = s->none;
        return 0;
    }
    rc = put_question(r, override != NULL ? override : s->ask);
    return rc < 0 ? rc : 1;
}

static int enter_do(struct run *r, const struct step *s, struct target *target)
{
    struct action_call call;
    int rc = run_action(r, s->action, &call);
    if (rc < 0)
        return rc;
    for (int i = 0; call.outcome != NULL && i < s->branch_count; i++)
        if (strcmp(s->branches[i].outcome, call.outcome) == 0) {
            *target = s->branches[i].target;
            return GW_OK;
        }
    return fault_set(&r->out->why, GW_EINVAL, "action %s ended '%s', which it does not declare",
                     s->action->name, call.outcome != NULL ? call.outcome : "");
}

static int enter_say_or_set(struct run *r, const struct step *s, struct target *target)
{
    struct frame *f = session_top(&r->session);
    int rc = GW_OK;
    if (s->set != NULL)
        json_object_update(f->slots, s->set);
    for (int i = 0; i < s->unset.count; i++)
        json_object_del(f->slots, s->unset.names[i]);
    if (s->say != NULL)
        rc = run_say(r, s->say, f->slots, NULL);
    *target = s->then;
    return rc;
}

/* Where a target leads from step `from`: the step to enter next, -1 when the turn is done with this
 * frame (ended, or another took over). */
static int follow(struct run *r, int from, const struct target *t, const struct message **override,
                  int *next)
{
    struct frame *f = session_top(&r->session);
    int rc = GW_OK;
    *override = NULL;
    *next = -1;
    switch (t->kind) {
    case TARGET_NEXT:
        if (from + 1 == f->flow->step_count)
            return run_end(r);
        *next = from + 1;
        return GW_OK;
    case TARGET_STEP:
        if (t->step <= from && f->flow->steps[t->step].kind == STEP_ASK)
            forget(f, t->step);
        *next = t->step;
        return GW_OK;
    case TARGET_ASK:
        forget(f, t->step);
        *override = t->message;
        *next = t->step;
        return GW_OK;
    case TARGET_SAY:
        if (t->message != NULL)
            rc = run_say(r, t->message, f->slots, NULL);
        *next = t->step;
        return rc < 0 || t->step >= 0 ? rc : run_end(r);
    case TARGET_FLOW: {
        json_t *slots = json_incref(f->slots);
        run_keep_leavings(r, f);
        session_remove(&r->session, r->session.count - 1);
        session_push(&r->session, t->flow, slots);
        return run_begin(r);
    }
    case TARGET_WISH:
        return run_second_wish(r);
    case TARGET_BELOW_ON:
    case TARGET_BELOW_OFF:
        rc = run_end(r);
        return rc < 0 ? rc : run_below(r, t->kind == TARGET_BELOW_ON);
    default:
        return run_end(r);
    }
}

/* Enters steps from `step` on until one asks or the frame is gone. */
static int run_steps(struct run *r, int step, const struct message *override)
{
    while (step >= 0) {
        struct frame *f = session_top(&r->session);
        const struct step *s = &f->flow->steps[step];
        struct target target = { .kind = TARGET_NEXT, .step = -1 };
        if (++r->steps > RUN_STEPS_MAX)
            return fault_set(&r->out->why, GW_EDATA, "flow %s goes round at step %s", f->flow->name,
                             s->name);
        f->step = step;
        int rc = 0;
        if (is_wanted(f, s)) {
            if (s->kind == STEP_ASK)
                rc = enter_ask(r, s, override, &target);
            else if (s->kind == STEP_DO)
                rc = enter_do(r, s, &target);
            else
                rc = enter_say_or_set(r, s, &target);
        }
        if (rc != 0)
            return rc < 0 ? rc : GW_OK;
        rc = follow(r, step, &target, &override, &step);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

int run_frame(struct run *r, int step)
{
    return run_steps(r, step, NULL);
}

int run_target(struct run *r, const struct target *t)
{
    const struct message *override;
    int next;
    int rc = follow(r, session_top(&r->session)->step, t, &override, &next);
    return rc < 0 || next < 0 ? rc : run_steps(r, next, override);
}

void run_keep_leavings(struct run *r, const struct frame *f)
{
    struct session *se = &r->session;
    for (int i = 0; f->talked && i < f->flow->leaves.count; i++) {
        const char *name = f->flow->leaves.names[i];
        json_t *value = json_object_get(f->slots, name);
        if (value == NULL)
            continue;
        if (se->kept == NULL)
            se->kept = json_object();
        json_object_set(se->kept, name, value);
        se->kept_until = r->s->now + KEPT_SECONDS;
    }
}

int run_end(struct run *r)
{
    bool waits = wish_waits(r, false);
    run_keep_leavings(r, session_top(&r->session));
    session_remove(&r->session, r->session.count - 1);
    r->finished = true;
    return waits ? run_begin(r) : GW_OK;
}

int run_ask_again(struct run *r, const struct message *message)
{
    struct frame *f = session_top(&r->session);
    int tries = f->tries;
    const struct step *s = &f->flow->steps[f->step];
    int rc = run_items(r);
    if (rc < 0)
        return rc;
    rc = put_question(r, message != NULL ? message : s->ask);
    f->tries = tries;
    return rc;
}

int run_back(struct run *r)
{
    struct frame *f = session_top(&r->session);
    if (f->trail_count == 0)
        return run_leave(r);
    int step = f->trail[f->trail_count - 1];
    forget(f, step);
    return run_steps(r, step, NULL);
}

int run_leave(struct run *r)
{
    struct frame *f = session_top(&r->session);
    int rc = run_say_where(r, r->c->menu.left, f, false);
    session_remove(&r->session, r->session.count - 1);
    /* A wish that waited for this flow goes with it. */
    if (session_top(&r->session) != NULL && session_top(&r->session)->step < 0 &&
        !run_is_second(r, session_top(&r->session)))
        session_remove(&r->session, r->session.count - 1);
    r->aside = true;
    return rc;
}

int run_misunderstood(struct run *r)
{
    struct frame *f = session_top(&r->session);
    const struct step *s = &f->flow->steps[f->step];
    if (s->has_else)
        return run_target(r, &s->other);
    r->missed = true;
    f->tries++;
    if (f->tries == 1)
        return run_ask_again(r, s->again);
    if (f->tries == 3)
        return run_menu(r, &r->c->menu.stuck, NULL);
    if (s->listed != NULL)
        return run_ask_again(r, s->listed);
    return run_ask_again(r, s->choices != NULL ? NULL : s->again);
}
