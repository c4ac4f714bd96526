/* How a flow begins: by a wish, by a word of the menu, or by a message of our own. Declared in
 * run.h. */
#include <string.h>

#include "conversations/run.h"
#include "conversations/render.h"
#include "conversations/taps.h"
#include "gateway/base/json.h"
#include "handlers/broadcasts.h"

static int find_open(const struct session *se, const struct flow *flow)
{
    for (int i = se->count - 1; i >= 0; i--)
        if (se->frames[i].flow == flow)
            return i;
    return -1;
}

static bool is_part(struct slice whole, struct slice part)
{
    return slice_find(whole, part) >= 0;
}

/* Whether two readings of a slot can both be meant: the same, or two wordings of which one is a
 * part of the other (记饺子 of 敬老院包饺子). */
static bool agree(json_t *a, json_t *b)
{
    if (json_is_string(a) && json_is_string(b)) {
        struct slice x = slice_of(json_string_value(a)), y = slice_of(json_string_value(b));
        return is_part(x, y) || is_part(y, x);
    }
    return json_equal(a, b) != 0;
}

bool run_contradicts(json_t *slots, json_t *news, const struct step *fixing)
{
    const char *key;
    json_t *value;
    json_object_foreach(news, key, value)
    {
        json_t *old = json_object_get(slots, key);
        if (old != NULL && !agree(old, value) && (fixing == NULL || !answer_fixes(fixing, key)))
            return true;
    }
    return false;
}

/* Goes on with a flow that is open already; what was not known before is added. */
static int go_on(struct run *r, int index, json_t *slots)
{
    struct frame *f = session_raise(&r->session, index);
    size_t before = json_object_size(f->slots);
    json_object_update_missing(f->slots, slots);
    json_decref(slots);
    if (f->step < 0) {
        f->gated = false; /* it waited for its gate: the gate is asked as for a new wish */
        return run_begin(r);
    }
    if (json_object_size(f->slots) == before)
        return run_ask_again(r, f->asked);
    return run_frame(r, f->step);
}

static void prefill(struct run *r, const struct flow *flow, json_t *slots)
{
    for (int i = 0; r->session.kept != NULL && i < flow->takes.count; i++) {
        json_t *value = json_object_get(r->session.kept, flow->takes.names[i]);
        if (value != NULL && json_object_get(slots, flow->takes.names[i]) == NULL)
            json_object_set(slots, flow->takes.names[i], value);
    }
}

/* Only what the flow keeps of an intent's slots; whom the text is about is no slot of the intent.
 */
static json_t *kept_slots(const struct flow *flow, json_t *slots)
{
    if (flow->keeps_all)
        return slots;
    json_t *kept = json_object(), *who = json_object_get(slots, "_who");
    if (who != NULL)
        json_object_set(kept, "_who", who);
    for (int i = 0; i < flow->keeps.count; i++) {
        json_t *value = json_object_get(slots, flow->keeps.names[i]);
        if (value != NULL)
            json_object_set(kept, flow->keeps.names[i], value);
    }
    json_decref(slots);
    return kept;
}

void run_close_optional(struct run *r)
{
    const struct step *s = run_open_step(r);
    if (s == NULL || !s->optional)
        return;
    run_keep_leavings(r, session_top(&r->session));
    session_remove(&r->session, r->session.count - 1);
}

int run_open(struct run *r, const struct flow *flow, json_t *slots)
{
    run_close_optional(r);
    slots = kept_slots(flow, slots);
    int open = find_open(&r->session, flow);
    if (open >= 0 && flow->fresh)
        session_remove(&r->session, open);
    else if (open >= 0 && !run_contradicts(r->session.frames[open].slots, slots, NULL))
        return go_on(r, open, slots);
    prefill(r, flow, slots);
    session_push(&r->session, flow, slots);
    return run_begin(r);
}

int run_menu(struct run *r, const struct target *t, json_t *more)
{
    json_t *slots = json_object();
    if (t->set != NULL)
        json_object_update(slots, t->set);
    if (more != NULL)
        json_object_update(slots, more);
    json_decref(more);
    r->aside = true;
    if (t->kind == TARGET_FLOW) {
        /* Asked again, it begins anew: its earlier question is the same one. */
        int open = find_open(&r->session, t->flow);
        if (open >= 0)
            session_remove(&r->session, open);
        prefill(r, t->flow, slots);
        session_push(&r->session, t->flow, slots);
        return run_begin(r);
    }
    int rc = t->kind == TARGET_SAY ? run_say(r, t->message, slots, NULL) : GW_OK;
    json_decref(slots);
    return rc;
}

/* Where a gate that stays shut leads: to the flow that opens it, with the wish waiting below. */
static int turn_away(struct run *r, const struct target *none)
{
    struct frame *f = session_top(&r->session);
    if (none->kind != TARGET_FLOW) {
        int rc = none->kind == TARGET_SAY ? run_say(r, none->message, f->slots, NULL) : GW_OK;
        session_remove(&r->session, r->session.count - 1);
        return rc;
    }
    f->gated = true;
    f->until = r->s->now + f->flow->wait;
    json_t *slots = json_object();
    json_object_set_new(slots, "wish", render_label(f->flow->label, f->slots));
    for (int i = 0; i < none->flow->takes.count; i++) {
        json_t *value = json_object_get(f->slots, none->flow->takes.names[i]);
        if (value != NULL)
            json_object_set(slots, none->flow->takes.names[i], value);
    }
    /* Registration that stands half-done is gone on with, above the wish. */
    int open = find_open(&r->session, none->flow);
    if (open >= 0) {
        json_object_update_missing(slots, r->session.frames[open].slots);
        session_remove(&r->session, open);
    }
    session_push(&r->session, none->flow, slots);
    return run_begin(r);
}

int run_begin(struct run *r)
{
    struct frame *f = session_top(&r->session);
    const struct gate *gate = &r->c->menu.gates[f->flow->audience];
    if (gate->action != NULL) {
        struct action_call call;
        bool again = f->gated;
        int rc = run_action(r, gate->action, &call);
        if (rc < 0)
            return rc;
        if (call.outcome == NULL || strcmp(call.outcome, "pass") != 0) {
            if (again) {
                session_remove(&r->session, r->session.count - 1);
                return GW_OK;
            }
            return turn_away(r, &gate->none);
        }
        f->gated = false;
    }
    return run_frame(r, 0);
}

/* Keeps frames in the order in which their questions reached the phone. */
static void sort_top(struct session *se)
{
    for (int i = se->count - 1; i > 0 && se->frames[i].asked_at < se->frames[i - 1].asked_at; i--) {
        struct frame f = se->frames[i];
        se->frames[i] = se->frames[i - 1];
        se->frames[i - 1] = f;
    }
}

static void open_prompt(struct run *r, const struct prompt *p)
{
    const struct message *m = catalogue_message(r->c, p->message);
    if (m == NULL || m->opened == NULL || p->until <= r->s->now)
        return;
    struct fault fault = { 0 };
    json_t *slots = json_read(p->params, "prompt", 65536, &fault);
    struct frame *f = session_push(&r->session, m->opened, slots != NULL ? slots : json_object());
    f->step = m->opened_step;
    f->asked = m;
    f->asked_at = p->asked_at;
    f->until = p->until;
    f->by_us = true;
    f->tap = tap_number(f->flow, f->step, f->slots, NULL);
    f->talked = true;
    sort_top(&r->session);
}

/* The first text after a recruitment counts as an answer to it, whatever it says. */
static bool recruits(const struct run *r, const struct prompt *p)
{
    const struct message *m = catalogue_message(r->c, p->message);
    return m != NULL && m->class == MESSAGE_RECRUIT;
}

int run_prompts(struct run *r)
{
    struct prompt *prompts = NULL;
    bool called = false;
    int n = people_take_prompts(r->s->tx, r->s->vault, r->conversation, r->s->now, r->s->arena,
                                &prompts);
    for (int i = 0; i < n; i++) {
        open_prompt(r, &prompts[i]);
        called = called || recruits(r, &prompts[i]);
    }
    if (called) {
        int rc = broadcast_replied(r->s, r->in->address->id);
        if (rc < 0)
            return rc;
    }
    return n < 0 ? n : GW_OK;
}
