/* One turn in hand: what the parts of the engine share. Lives on the stack of conversation_turn. */
#ifndef CONVERSATIONS_RUN_H
#define CONVERSATIONS_RUN_H

#include "conversations/session.h"

enum {
    RUN_STEPS_MAX = 64,           /* steps a turn may take: a flow that goes round is a fault */
    CROSSED_SECONDS = 10 * 60,    /* scripts.md section 0, rule 2 */
    KEPT_SECONDS = 30 * 60,       /* how long what a flow leaves may prefill another */
    RESUME_SECONDS = 24 * 60 * 60 /* silence after which a question says where it was */
};

struct run {
    const struct catalogue *c;
    const struct service *s;
    const struct turn_input *in;
    const struct reading *reading;
    struct turn *out;
    struct session session;
    struct understood understood;
    enum global_word word;
    int steps;
    bool asked;    /* a question was put in this turn */
    bool wished;   /* the text opened a flow */
    bool finished; /* a flow the person wished for came to its end */
    bool gone;     /* the conversation was deleted in this turn */
    bool aside; /* opened by a word that works everywhere: the question below is not brought up */
    const struct step *resumed;      /* the question that was open when the text came */
    const struct flow *resumed_flow; /* its flow */
    bool missed; /* the text was not understood, or did not answer the open question */
    int64_t who; /* volunteers.id of the one on this phone whom the text names in front, else 0 */
    int64_t conversation; /* where the session is stored */
    json_t *brief; /* what the reply said last would show in brief; NULL when it has no such text */
    const struct message *brief_of; /* that reply's message, or NULL */
};

/* run.c: replies */

/* Adds a reply with what the message shows of `slots` and `items`. A list in an SMS keeps as
 * many of its items as fit the message's segments, at least one: `more` counts the others too, slot
 * _shown those that are shown. GW_EINVAL when a parameter that is always shown is missing. */
GW_MUSTCHECK int run_say(struct run *r, const struct message *m, json_t *slots,
                         const json_t *items);
/* The same with a label's text as parameter `what`, in front of the other replies or behind them.
 */
GW_MUSTCHECK int run_say_where(struct run *r, const struct message *m, const struct frame *f,
                               bool in_front);
/* Makes one reply of all: an SMS keeps the last, and the lines beside it when all fit one segment;
 * WeChat keeps all. */
void run_settle(struct run *r);
/* Keeps the rest of a WeChat reply that is longer than one message. */
GW_MUSTCHECK int run_keep_rest(struct run *r);
/* The text asks for the rest of the reply before it: 1 when it was given, 0, or GW_E*. Any other
 * text forgets the rest. */
GW_MUSTCHECK int run_rest(struct run *r);

/* step.c: the top frame runs until it asks or ends */

GW_MUSTCHECK int run_frame(struct run *r, int step);
GW_MUSTCHECK int run_target(struct run *r, const struct target *t);
/* What the flow leaves behind prefills the next ones for a while. */
void run_keep_leavings(struct run *r, const struct frame *f);
/* Ends the top flow; a wish that waited below for it goes on. */
GW_MUSTCHECK int run_end(struct run *r);
/* Asks the open question again, `message` NULL for its own wording. */
GW_MUSTCHECK int run_ask_again(struct run *r, const struct message *message);
/* The question before this one; leaves the flow when there is none. */
GW_MUSTCHECK int run_back(struct run *r);
/* Leaves the top flow and says so. */
GW_MUSTCHECK int run_leave(struct run *r);
/* What a misunderstanding leads to: an example, the choices, a person. */
GW_MUSTCHECK int run_misunderstood(struct run *r);
/* Runs a DO or CHOICES action on the top frame. */
GW_MUSTCHECK int run_action(struct run *r, const struct action *a, struct action_call *call);
/* Makes sure that the choices of the top frame's step are there. */
GW_MUSTCHECK int run_items(struct run *r);

/* open.c: beginning a flow */

/* Opens `flow` with `slots` (a new reference, taken): goes on with it where it is open already and
 * nothing contradicts, else begins a new frame on top. */
GW_MUSTCHECK int run_open(struct run *r, const struct flow *flow, json_t *slots);
/* The same after a word of the menu: always a fresh frame. */
GW_MUSTCHECK int run_menu(struct run *r, const struct target *t, json_t *more);
/* Begins the top frame, by way of the gate when its flow is not for anyone. */
GW_MUSTCHECK int run_begin(struct run *r);
/* Whether what was read says otherwise than what is known, leaving aside what `fixing` (may be
 * NULL) takes as a correction. */
bool run_contradicts(json_t *slots, json_t *news, const struct step *fixing);
/* Closes a question on top that silence would have ended. */
void run_close_optional(struct run *r);
/* Puts the questions that messages of our own asked into the session. */
GW_MUSTCHECK int run_prompts(struct run *r);

/* answer.c: reading the text as the answer to the open question */

/* The flow that the text wishes for; NULL when it wishes for none, or when the open flow takes that
 * wish as a correction of its own (`corrects`). */
const struct flow *run_wish(struct run *r);
/* 1 when it was one (the flow went on), 0 when it was not, or GW_E*. */
GW_MUSTCHECK int run_answer(struct run *r);
/* echo.c: a yes/no answered in the question's own words: 1 yes, 0 no, -1 neither. */
int run_echo(struct run *r);
/* Answers the open yes/no with no, or leaves what is no yes/no. */
GW_MUSTCHECK int run_answer_flag(struct run *r, bool yes);

/* Whether one of the kinds that correct this step's question reads that slot. */
bool answer_fixes(const struct step *s, const char *slot);

/* words.c and which.c */

/* A word of the menu's table: 1 when it was dealt with, 0 to go on, or GW_E*. */
GW_MUSTCHECK int run_word(struct run *r);
/* Texts that crossed: 1 when it was asked or answered which question is meant, 0, or GW_E*. */
GW_MUSTCHECK int run_crossed(struct run *r);

/* second.c: two wishes in one text */

/* Keeps the second wish of the text below the first, and offers one that waits when the first is
 * done. */
GW_MUSTCHECK int run_second(struct run *r);
/* Whether a frame holds a second wish that is to be offered. */
bool run_is_second(const struct run *r, const struct frame *f);
/* The offer on top was accepted: opens the wish. */
GW_MUSTCHECK int run_second_wish(struct run *r);
/* The offer did not fit the SMS: it waits for the next reply. */
void run_second_unseen(struct run *r);

/* addressed.c: several people on one phone */

/* Takes the name of one of them off the front of the text (李国才 3小时): `who` is that person and
 * the rest is what is read. 0 or GW_E*. */
GW_MUSTCHECK int run_addressed(struct run *r);
/* The person as slot _who of a flow (actions/who.h). */
void run_put_who(const struct run *r, json_t *slots);
/* taps.c: choices that are tapped */

/* Marks the reply of this turn with the number of the open question. */
void run_mark_taps(struct run *r);
/* A tap: the question it belongs to is raised; of one that is over only a wish is taken. And texts
 * that the open question names (`taps`). 1 when it was dealt with, 0 to go on, or GW_E*. */
GW_MUSTCHECK int run_tap(struct run *r);
/* engine.c: opens the flow that the text wishes for. */
GW_MUSTCHECK int run_wish_for(struct run *r, const struct flow *wish);

/* bound.c: two conversations that became one */

/* The session goes on in another conversation, on top of what is open there. */
GW_MUSTCHECK int run_move(struct run *r, int64_t conversation);
/* Only the flow that runs goes on there; what is open below it stays where it was. */
GW_MUSTCHECK int run_part(struct run *r, int64_t conversation);
/* Goes on with the question on top, or answers it with no. */
GW_MUSTCHECK int run_below(struct run *r, bool on);

/* learn.c */

/* Keeps, masked, a text that was not understood or that the person takes back with this one
 * (handlers/misses.h). Nothing of a text that is not to be kept. */
GW_MUSTCHECK int run_learn(struct run *r);

/* The waiting step of the top frame, or NULL when nothing is open. */
const struct step *run_open_step(struct run *r);

#endif
