/* Two wishes in one text: the first is done, then the second is offered, and a yes carries it out.
 * Until then it waits as a frame of the flow that `second` of the menu opens, below the first.
 * Declared in run.h. */
#include <string.h>

#include "conversations/render.h"
#include "conversations/run.h"
#include "gateway/base/json.h"

bool run_is_second(const struct run *r, const struct frame *f)
{
    return f->flow == r->c->menu.second->opened;
}

/* Below the flow that the first wish opened and below what waits for that. */
static void keep_below(struct run *r, json_t *slots)
{
    struct session *se = &r->session;
    int top = se->count - 1, at = top;
    session_push(se, r->c->menu.second->opened, slots)->until =
        r->s->now + r->c->menu.second->opened->wait;
    if (!r->asked)
        return;
    while (at > 0 && se->frames[at - 1].step < 0)
        at--;
    for (int i = at; i < se->count - 1; i++)
        session_raise(se, at);
}

static void keep(struct run *r)
{
    const json_t *second = json_array_get(r->understood.also, 0);
    const struct flow *flow = names_get(&r->c->intents, json_slice(second, "intent"));
    json_t *slots = json_object_get(second, "slots");
    if (!r->wished || flow == NULL || r->c->menu.second->opened == NULL)
        return;
    json_t *kept = json_object();
    json_object_set_new(kept, "what", render_label(flow->label, slots));
    json_object_set(kept, "_wish", json_object_get(second, "intent"));
    json_object_set(kept, "_slots", slots);
    keep_below(r, kept);
}

int run_second(struct run *r)
{
    keep(r);
    const struct frame *top = session_top(&r->session);
    bool waits = top != NULL && top->step < 0 && run_is_second(r, top);
    return waits && !r->asked && r->out->reply_count > 0 ? run_begin(r) : GW_OK;
}

int run_second_wish(struct run *r)
{
    struct frame *f = session_top(&r->session);
    const struct flow *flow = names_get(&r->c->intents, json_slice(f->slots, "_wish"));
    json_t *slots = json_deep_copy(json_object_get(f->slots, "_slots"));
    session_remove(&r->session, r->session.count - 1);
    r->finished = true;
    if (flow == NULL || slots == NULL) { /* gone with a reload */
        json_decref(slots);
        return GW_OK;
    }
    return run_open(r, flow, slots);
}

void run_second_unseen(struct run *r)
{
    struct frame *f = session_top(&r->session);
    if (f != NULL && run_is_second(r, f))
        f->step = -1;
}
