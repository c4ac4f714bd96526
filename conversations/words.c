/* The words that work at every step, by the table of menu.json. Declared in run.h. */
#include <string.h>

#include "conversations/run.h"

enum { STALE_SECONDS = 30 * 60 }; /* thanks so long after a question are not about it */

/* Nothing that a thank-you could be about: no answer by SMS (scripts.md section 0, rule 6). */
static int courtesy(struct run *r)
{
    int rc = r->in->channel == CHANNEL_SMS ? GW_OK : run_menu(r, &r->c->menu.courtesy, NULL);
    return rc < 0 ? rc : 1;
}

/* A bare number, yes or no with nothing open: says so, with the likeliest wishes. */
static int bare_with_nothing(struct run *r)
{
    json_t *more = json_object();
    json_object_set_new(more, "times", json_integer(1));
    json_t *n = json_object_get(r->understood.slots, "n");
    if (n != NULL)
        json_object_set(more, "n", n);
    bool digit = r->word == GLOBAL_DIGIT;
    int rc = run_menu(r, digit ? &r->c->menu.digit : &r->c->menu.unknown, more);
    return rc < 0 ? rc : 1;
}

/* Words that are an answer first; `s` is the open step. */
static int answer_first(struct run *r, const struct step *s)
{
    bool waits_little = s->optional || session_top(&r->session)->by_us;
    bool old = r->s->now - session_top(&r->session)->asked_at > STALE_SECONDS;
    int rc = run_answer(r);
    if (rc != 0)
        return rc;
    if (r->word == GLOBAL_THANKS && (waits_little || old))
        return courtesy(r);
    if (r->word == GLOBAL_DIGIT && waits_little)
        return bare_with_nothing(r);
    return 0;
}

static int done(int rc)
{
    return rc < 0 ? rc : 1;
}

static int run_verb(struct run *r, const struct step *open, const struct target *t)
{
    bool nothing = open == NULL;
    switch (t->kind) {
    case TARGET_YES:
    case TARGET_NO:
        return nothing ? 0 : done(run_answer_flag(r, t->kind == TARGET_YES));
    case TARGET_AGAIN:
        return nothing ? 0 : done(run_misunderstood(r));
    case TARGET_LEAVE:
        return nothing ? 0 : done(run_leave(r));
    case TARGET_BACK:
        return nothing ? 0 : done(run_back(r));
    case TARGET_SILENCE:
        return 1;
    case TARGET_SAY:
    case TARGET_FLOW:
        return done(run_menu(r, t, NULL));
    default:
        return 0;
    }
}

/* Whether a word means something of its own right now: 停 while texts are on their way, whatever
 * else is open. 1 when it was dealt with, 0, or GW_E*. */
static int ask_first(struct run *r, bool open)
{
    const struct first *first = &r->c->menu.first[r->word];
    if (first->action == NULL)
        return 0;
    struct action_call call = { .service = r->s,
                                .address = r->in->address,
                                .channel = r->in->channel,
                                .reading = r->reading,
                                .understander = r->c->understander,
                                .catalogue = r->c,
                                .slots = json_pack("{s:b}", "asked", open) };
    int rc = first->action->run(&call);
    bool pass = rc >= 0 && call.outcome != NULL && strcmp(call.outcome, "pass") == 0;
    json_object_del(call.slots, "asked");
    if (pass)
        return done(run_menu(r, &first->to, call.slots));
    json_decref(call.slots);
    return rc < 0 ? fault_set(&r->out->why, rc, "action %s failed: %s", first->action->name,
                              gw_error_text(rc))
                  : 0;
}

/* 别发了 may read as a no as well: wanting no more texts goes before the answer to a question. */
static bool opts_out(const struct run *r)
{
    bool answer = r->word == GLOBAL_NO || r->word == GLOBAL_YES || r->word == GLOBAL_THANKS;
    const struct flow *wish = names_get(&r->c->intents, slice_of(r->understood.intent));
    return answer && wish != NULL && wish == r->c->menu.words[GLOBAL_OPT_OUT][OPEN_NOTHING].flow;
}

int run_word(struct run *r)
{
    const struct step *open = run_open_step(r);
    enum open_kind kind = open != NULL ? menu_open_kind(open) : OPEN_NOTHING;
    if (r->word == GLOBAL_NONE || opts_out(r))
        return 0;
    if (r->word == GLOBAL_HELP && open != NULL && open->help != NULL) {
        r->aside = true;
        return done(run_say(r, open->help, session_top(&r->session)->slots, NULL));
    }
    int first = ask_first(r, open != NULL);
    if (first != 0)
        return first;
    const struct target *t = &r->c->menu.words[r->word][kind];
    if (t->kind != TARGET_ANSWER)
        return run_verb(r, open, t);
    if (open != NULL)
        return r->word == GLOBAL_FIX ? 0 : answer_first(r, open);
    if (r->word == GLOBAL_THANKS)
        return courtesy(r);
    if (r->word == GLOBAL_NO && run_wish(r) != NULL) /* 不对, of hours that were told */
        return 0;
    bool bare = r->word == GLOBAL_DIGIT || r->word == GLOBAL_YES || r->word == GLOBAL_NO;
    return bare ? bare_with_nothing(r) : 0;
}
