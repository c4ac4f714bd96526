/* Flows as structs: what every file of conversations/flows says (conversations/README.md, "Flows"),
 * with every name looked up, so that a turn parses and compares nothing. Immutable once loaded. */
#ifndef CONVERSATIONS_FLOW_H
#define CONVERSATIONS_FLOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "conversations/action.h"
#include "conversations/message.h"

struct flow;

enum target_kind {
    TARGET_NEXT, /* the step written below, or the end */
    TARGET_END,
    TARGET_STEP,
    TARGET_SAY,      /* say, then go on at `step`; the end when that is -1 */
    TARGET_ASK,      /* forget what the step read and ask it again, with `message` when given */
    TARGET_FLOW,     /* leave for another flow, taking the slots along */
    TARGET_WISH,     /* leave for the wish that the slots hold (second.h) */
    TARGET_BELOW_ON, /* end, and go on with the question below: a call that a yes joins gets the yes
                      */
    TARGET_BELOW_OFF, /* end, and answer the question below with no, or leave it */
    /* Only in menu.json: what a global word does to the open question (menu.h). */
    TARGET_YES,
    TARGET_NO,
    TARGET_AGAIN,
    TARGET_LEAVE,
    TARGET_BACK,
    TARGET_ANSWER,
    TARGET_SILENCE
};

struct target {
    enum target_kind kind;
    int step;
    const struct message *message;
    const struct flow *flow;
    json_t *set; /* menu.json: slots the flow begins with; owned by the catalogue */
};

enum step_kind { STEP_ASK, STEP_DO, STEP_SAY, STEP_SET };

struct branch {
    const char *outcome;
    struct target target;
};

struct name_list {
    const char **names;
    int count;
};

struct step {
    const char *name;
    enum step_kind kind;
    int index;
    int line;                  /* in the flow's file */
    const char *when, *unless; /* the step is skipped unless / if this slot is set */

    const struct message *ask;    /* STEP_ASK: the question */
    const struct message *again;  /* for the first misunderstanding; NULL: the question */
    const struct message *listed; /* for the second; NULL: the question, or `again` */
    const struct message *help;   /* what 帮助 says here; NULL: the help of the menu */
    struct name_list slots;       /* empty: a pure question, skipped once answered */
    struct slice reads;           /* empty: only choices */
    struct name_list also, fixes;
    const struct action *choices;
    const struct action *fix_do;
    struct branch *fixed; /* outcomes of fix_do that do not ask again */
    int fixed_count;
    struct branch *taps; /* texts (`outcome`) that lead somewhere beside what is read */
    int tap_count;
    bool many, optional;
    bool resumes; /* a yes/no that going on with it answers with yes */
    bool has_else;
    struct target yes, no, none, other; /* `other` is the file's "else" */
    enum context context;

    const struct action *action; /* STEP_DO */
    struct branch *branches;
    int branch_count;

    const struct message *say; /* STEP_SAY */
    json_t *set;               /* STEP_SET; owned by the catalogue */
    struct name_list unset;
    struct target then; /* STEP_SAY, STEP_SET */
};

enum flow_for { FLOW_ANYONE, FLOW_VOLUNTEER, FLOW_ORGANIZER };

struct opening {
    const struct message *message;
    int step;
};

struct flow {
    const char *name;
    const char *file;
    enum flow_for audience;
    const struct message *label;
    int64_t wait; /* seconds a question stays open */
    struct name_list intents, events, keeps, leaves, takes;
    struct name_list corrects; /* intents that only correct what this flow asks for */
    bool keeps_all;
    bool fresh; /* wished for again it begins anew */
    struct opening *openings;
    int opening_count;
    struct step *steps;
    int step_count;
    json_t *json; /* owned by the catalogue */
};

struct catalogue;

/* Reads a flow's head (name, intents …) and then its steps; the second once all flows and messages
 * are known. Faults go to catalogue_problem. */
void flow_read_head(struct catalogue *c, struct flow *f);
void flow_read_steps(struct catalogue *c, struct flow *f);
/* One step, whose name, index and line are set. flow_step.c. */
void flow_read_step(struct catalogue *c, struct flow *f, struct step *s, json_t *json);

/* Every target of a step that the file gives or the step's kind has, at most STEP_TARGETS: their
 * number. */
enum { STEP_TARGETS = 80 };
int step_targets(const struct step *s, const struct target *out[STEP_TARGETS]);

/* The step of a name, or -1. */
int flow_step(const struct flow *f, struct slice name);

/* Reads a target; `f` NULL in menu.json. False with a problem noted when it is none. */
bool target_read(struct catalogue *c, const struct flow *f, const char *where, json_t *value,
                 struct target *out);

/* Whether a question waits for a number or a yes: what a bare "1" can answer. */
bool step_takes_digits(const struct step *s);

#endif
