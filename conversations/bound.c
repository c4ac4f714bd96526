/* A phone was bound: two conversations became one, and what was half said in one goes on in the
 * other. Declared in run.h. */
#include <string.h>

#include "conversations/render.h"
#include "conversations/run.h"
#include "gateway/store/people.h"

/* Puts the frames of `upper` on top; the oldest fall out. Takes them. */
static void stack(struct session *se, struct session *upper)
{
    for (int i = 0; i < upper->count; i++) {
        *session_push(se, upper->frames[i].flow, NULL) = upper->frames[i];
        upper->frames[i] = (struct frame){ 0 };
    }
    upper->count = 0;
}

/* What is open below, as slots of the flow that runs: messages say where it was. */
static void show_below(struct run *r)
{
    static const char *const names[][2] = { { "title", "below_title" },
                                            { "date", "below_date" },
                                            { "time", "below_time" } };
    struct session *se = &r->session;
    struct frame *top = session_top(se);
    const struct frame *f = se->count > 1 ? &se->frames[se->count - 2] : NULL;
    if (f == NULL || f->step < 0 || f->flow->steps[f->step].optional)
        return;
    json_object_set_new(top->slots, "below", render_label(f->flow->label, f->slots));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(f->slots, names[i][0]);
        if (value != NULL)
            json_object_set(top->slots, names[i][1], value);
    }
}

int run_move(struct run *r, int64_t conversation)
{
    struct address there;
    struct session mine = r->session;
    if (conversation == r->conversation)
        return GW_OK;
    int rc = people_by_id(r->s->tx, r->s->vault, r->in->address->id, r->s->arena, &there);
    if (rc != 1)
        return rc < 0 ? rc : GW_ENOTFOUND;
    r->conversation = conversation;
    session_load(&r->session, r->c, &there, r->s);
    rc = run_prompts(r);
    stack(&r->session, &mine);
    session_free(&mine);
    show_below(r);
    return rc;
}

int run_part(struct run *r, int64_t conversation)
{
    struct session mine = { 0 };
    struct frame *top = session_top(&r->session);
    *session_push(&mine, top->flow, NULL) = *top;
    *top = (struct frame){ 0 };
    r->session.count--;
    int rc = session_store(&r->session, r->s, r->conversation);
    session_free(&r->session);
    r->session = mine;
    r->conversation = conversation;
    return rc;
}

int run_below(struct run *r, bool on)
{
    const struct step *s = run_open_step(r);
    r->finished = false; /* what it was has just been said */
    if (s == NULL)
        return GW_OK;
    if (!on || s->resumes)
        return run_answer_flag(r, on);
    return run_ask_again(r, session_top(&r->session)->asked);
}
