/* Texts that crossed: two questions are open, the newer came from us moments ago, and the answer
 * may have been meant for the older (scripts.md section 0, rule 2). Declared in run.h. */
#include "conversations/render.h"
#include "conversations/run.h"
#include "gateway/base/json.h"

static bool may_have_crossed(struct run *r)
{
    struct session *se = &r->session;
    if (se->count < 2 || (r->word != GLOBAL_DIGIT && r->word != GLOBAL_YES && r->word != GLOBAL_NO))
        return false;
    const struct frame *newer = &se->frames[se->count - 1], *older = &se->frames[se->count - 2];
    /* A question that answers their own text was seen by who answers it: only ours can cross. */
    return newer->by_us && older->step >= 0 && r->s->now - newer->asked_at < CROSSED_SECONDS &&
           step_takes_digits(&newer->flow->steps[newer->step]) &&
           step_takes_digits(&older->flow->steps[older->step]);
}

static int ask_which(struct run *r)
{
    struct session *se = &r->session;
    const struct frame *newer = &se->frames[se->count - 1], *older = &se->frames[se->count - 2];
    json_t *params = json_object();
    json_put_slice(params, "said", reading_text(r->reading));
    json_object_set_new(params, "first", render_label(newer->flow->label, newer->slots));
    json_object_set_new(params, "second", render_label(older->flow->label, older->slots));
    se->crossed = json_object();
    json_put_slice(se->crossed, "text", reading_original(r->reading));
    json_put_int(se->crossed, "at", r->s->now);
    int rc = run_say(r, r->c->menu.which, params, NULL);
    json_decref(params);
    r->asked = true;
    return rc < 0 ? rc : 1;
}

/* The text of before, read again as what it was. */
static void take_text(struct run *r, json_t *crossed)
{
    r->reading = understand_read(r->c->understander, json_slice(crossed, "text"), r->in->channel,
                                 json_int(crossed, "at", r->s->now), r->s->arena);
    r->word = understand_global(r->reading);
}

static int answer_open(struct run *r)
{
    int rc = run_open_step(r) != NULL ? run_answer(r) : 0;
    return rc == 0 && run_open_step(r) != NULL ? run_misunderstood(r) : rc;
}

/* 1 the newer, 2 the older, 3 both. */
static int answer_which(struct run *r, json_t *crossed, int64_t n)
{
    struct session *se = &r->session;
    int before = se->count;
    take_text(r, crossed);
    if (n == 2)
        session_raise(se, se->count - 2);
    int rc = answer_open(r);
    if (rc >= 0 && n == 3 && se->count == before - 1 && !r->asked)
        rc = answer_open(r);
    return rc < 0 ? rc : 1;
}

/* A question of ours that reached the phone after it was asked which: the numbers then mean other
 * questions than those that were named. */
static bool is_overtaken(struct session *se, json_t *crossed)
{
    const struct frame *top = session_top(se);
    return top != NULL && top->by_us && top->asked_at > json_int(crossed, "at", 0);
}

int run_crossed(struct run *r)
{
    json_t *crossed = r->session.crossed;
    if (crossed != NULL && is_overtaken(&r->session, crossed)) {
        json_decref(crossed);
        r->session.crossed = crossed = NULL;
    }
    if (crossed == NULL)
        return may_have_crossed(r) ? ask_which(r) : 0;
    r->session.crossed = NULL;
    json_t *read = json_object();
    int rc = understand_answer(r->c->understander, r->reading, SLICE("choice"), read);
    int64_t n = json_int(read, "n", 0);
    json_decref(read);
    if (rc > 0 && n >= 1 && n <= 3 && r->session.count >= 2)
        rc = answer_which(r, crossed, n);
    else
        rc = rc < 0 ? rc : 0;
    json_decref(crossed);
    return rc;
}
