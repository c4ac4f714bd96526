/* One turn, in the order of design.md "Conversations": danger, the words that work everywhere, the
 * answer to the open question, a new wish, else asking again. */
#include <stdlib.h>
#include <string.h>

#include "conversations/run.h"
#include "gateway/base/json.h"

/* Opting out, help and their like, asked for in other words than the bare ones. */
static bool is_word_flow(const struct run *r, const struct flow *flow)
{
    for (int word = GLOBAL_OPT_OUT; word <= MENU_WORDS; word++)
        if (r->c->menu.words[word][OPEN_NOTHING].flow == flow)
            return true;
    return false;
}

/* Kinds of answers that take nearly any text: there another wish is recognised first. */
static bool takes_any_text(const struct step *s)
{
    static const char *const kinds[] = {
        "text", "name", "place", "activity", "area", "person", NULL
    };
    for (int i = 0; kinds[i] != NULL; i++)
        if (slice_eq(s->reads, slice_of(kinds[i])))
            return true;
    return false;
}

/* Whether the text names another of the phone than the question is about. */
static bool is_of_another(const struct run *r, const struct frame *top)
{
    int64_t asked = json_id(top->slots, "_who");
    return r->who != 0 && asked != 0 && asked != r->who;
}

/* A wish that goes before the answer to the open question. */
static bool wish_comes_first(struct run *r, const struct step *open, const struct flow *wish)
{
    struct frame *top = session_top(&r->session);
    if (wish == NULL)
        return false;
    /* The same again about something or somebody else is no correction of what is asked about. */
    if (wish == top->flow)
        return run_contradicts(top->slots, r->understood.slots, open) || is_of_another(r, top);
    if (wish == r->c->menu.words[GLOBAL_OPT_OUT][OPEN_NOTHING].flow)
        return true;
    return takes_any_text(open) && !r->understood.by_homophone;
}

int run_wish_for(struct run *r, const struct flow *wish)
{
    json_t *slots = json_deep_copy(r->understood.slots);
    run_put_who(r, slots);
    if (r->understood.by_homophone)
        json_object_set_new(slots, "_by_sound", json_true());
    r->session.unknowns = 0;
    r->wished = true;
    r->aside = is_word_flow(r, wish);
    return run_open(r, wish, slots);
}

static int not_understood(struct run *r)
{
    json_t *more = json_object();
    r->missed = true;
    if (r->session.unknowns < 3)
        r->session.unknowns++;
    json_object_set_new(more, "times", json_integer(r->session.unknowns));
    return run_menu(r, &r->c->menu.unknown, more);
}

/* The answer to the open question, else a new wish, else the question again. */
static int answer_or_wish(struct run *r)
{
    const struct step *open = run_open_step(r);
    const struct flow *wish = run_wish(r);
    if (open != NULL && !wish_comes_first(r, open, wish) && r->word != GLOBAL_FIX) {
        int rc = run_answer(r);
        if (rc != 0)
            return rc < 0 ? rc : GW_OK;
    }
    if (wish != NULL)
        return run_wish_for(r, wish);
    open = run_open_step(r);
    if (open != NULL && understand_refuses(r->reading))
        return run_leave(r);
    if (open != NULL && !open->optional)
        return run_misunderstood(r);
    return not_understood(r);
}

static int danger(struct run *r)
{
    return run_menu(r, &r->c->menu.safety, json_deep_copy(r->understood.slots));
}

static int turn_text(struct run *r)
{
    const struct step *open = run_open_step(r);
    int named = run_addressed(r);
    if (named < 0)
        return named;
    r->word = understand_global(r->reading);
    understand_decide(r->c->understander, r->reading, open != NULL ? open->context : CONTEXT_NONE,
                      &r->understood);
    r->out->intent = r->understood.intent;
    r->out->slots = json_incref(r->understood.slots);
    if (r->understood.safety)
        return danger(r);
    int unknowns = r->session.unknowns;
    r->session.unknowns = 0;
    int rc = run_rest(r);
    if (rc == 0)
        rc = run_tap(r);
    if (rc == 0)
        rc = run_crossed(r);
    if (rc == 0)
        rc = run_word(r);
    if (rc != 0)
        return rc < 0 ? rc : GW_OK;
    r->session.unknowns = unknowns;
    rc = answer_or_wish(r);
    if (r->session.unknowns == unknowns)
        r->session.unknowns = 0;
    return rc;
}

static int turn_event(struct run *r)
{
    const struct flow *flow = names_get(&r->c->events, r->in->event);
    if (flow == NULL)
        return GW_OK;
    json_t *slots = json_object();
    if (r->in->event_slots != NULL)
        json_object_update(slots, r->in->event_slots);
    json_put_slice(slots, "event", r->in->event);
    r->aside = true;
    session_push(&r->session, flow, slots);
    return run_begin(r);
}

/* After a long silence a question says where it was; after a wish that is done, what is still open.
 */
static int add_where(struct run *r)
{
    const struct frame *f = session_top(&r->session);
    if (f == NULL || f->step < 0 || r->aside || r->gone)
        return GW_OK;
    bool silent =
        r->session.silent_since > 0 && r->s->now - r->session.silent_since >= RESUME_SECONDS;
    if (r->asked && silent && run_open_step(r) == r->resumed)
        return run_say_where(r, r->c->menu.resume, f, true);
    if (!r->asked && r->finished && r->out->reply_count > 0 && !f->flow->steps[f->step].optional)
        return run_say_where(r, r->c->menu.still, f, false);
    return GW_OK;
}

static void describe(struct run *r)
{
    const struct frame *f = session_top(&r->session);
    if (f == NULL || f->step < 0)
        return;
    r->out->flow = f->flow->name;
    r->out->step = f->flow->steps[f->step].name;
}

static void run_free(struct run *r)
{
    session_free(&r->session);
    json_decref(r->brief);
    json_decref(r->understood.slots);
    json_decref(r->understood.also);
}

static void run_init(struct run *r, const struct catalogue *c, const struct service *s,
                     const struct turn_input *in, struct turn *out)
{
    *out = (struct turn){ 0 };
    *r = (struct run){ .c = c, .s = s, .in = in, .reading = in->reading, .out = out };
    r->conversation = in->address->conversation;
}

int conversation_turn(const struct catalogue *c, const struct service *s,
                      const struct turn_input *in, struct turn *out)
{
    struct run r;
    run_init(&r, c, s, in, out);
    session_load(&r.session, c, in->address, s);
    int rc = run_prompts(&r);
    if (rc == GW_OK) {
        r.resumed = run_open_step(&r);
        r.resumed_flow = r.resumed != NULL ? session_top(&r.session)->flow : NULL;
        rc = in->reading != NULL ? turn_text(&r) : turn_event(&r);
    }
    if (rc == GW_OK)
        rc = run_second(&r);
    if (rc == GW_OK)
        rc = add_where(&r);
    if (rc == GW_OK)
        rc = run_learn(&r);
    if (rc == GW_OK) {
        run_settle(&r);
        run_mark_taps(&r);
        rc = run_keep_rest(&r);
    }
    if (rc == GW_OK && !r.gone) {
        rc = session_store(&r.session, s, r.conversation);
        describe(&r);
    }
    run_free(&r);
    return rc;
}

/* The session stays as it was: what failed is the turn, and the question may be answered again. */
int conversation_apology(const struct catalogue *c, const struct service *s,
                         const struct turn_input *in, struct turn *out)
{
    struct run r;
    run_init(&r, c, s, in, out);
    int rc = run_menu(&r, &c->menu.apology, NULL);
    if (rc == GW_OK)
        run_settle(&r);
    run_free(&r);
    return rc;
}

void turn_free(struct turn *t)
{
    for (int i = 0; i < t->reply_count; i++)
        json_decref(t->replies[i].params);
    json_decref(t->slots);
    *t = (struct turn){ 0 };
}

struct slice turn_replies_json(const struct turn *t, struct arena *a)
{
    json_t *list = json_array();
    for (int i = 0; i < t->reply_count; i++) {
        json_t *reply = json_object();
        json_object_set_new_nocheck(reply, "id", json_string_nocheck(t->replies[i].id));
        json_object_set_nocheck(reply, "params", t->replies[i].params);
        json_array_append_new(list, reply);
    }
    struct slice text = json_write(list, a);
    json_decref(list);
    return text;
}
