/* Actions: the one interface between a flow's slots and the handlers. */
#ifndef CONVERSATIONS_ACTION_H
#define CONVERSATIONS_ACTION_H

#include <jansson.h>
#include <stdbool.h>

#include "conversations/understand/understand.h"
#include "gateway/store/people.h"
#include "handlers/service.h"

struct catalogue;

/* What an action is given. */
struct action_call {
    const struct service *service;
    const struct address *address; /* who wrote */
    enum text_channel channel;
    const struct reading *reading; /* the text of this turn; NULL for a timer or a first step */
    const struct understander *understander;
    const struct catalogue *catalogue; /* for what is to be rendered beforehand: a sample */
    json_t *slots;        /* the flow's variables: read and set; what messages show comes from
                             here. Names beginning with _ are the flow's own and never shown */
    const char *outcome;  /* set by a DO action: one of its outcomes */
    json_t *items;        /* set by a CHOICES action: array of objects, each with at least "n"
                             (number shown) and "set" (object merged into slots when chosen);
                             new reference, the engine's from then on */
    bool understood;      /* set: what nothing was recognized in was understood after all */
    bool forget;          /* set: nothing of this text may be kept (a child under 14) */
    bool forget_session;  /* set: the conversation was deleted, so nothing of it is stored again */
    int64_t conversation; /* set: the address belongs to this one now (a phone was bound); what was
                             open there goes on below the flow that runs */
    int64_t parted;       /* set: the same the other way: what is open below stays behind */
};

/* Both in conversations/action.c. Sets the outcome and returns GW_OK: `return action_end(call,
 * "recorded");` */
int action_end(struct action_call *call, const char *outcome);

struct action {
    const char *name;                     /* "hours.report" */
    int (*run)(struct action_call *call); /* 0, or GW_E* (the whole message is undone) */
    const char *const *outcomes;          /* NULL-terminated; NULL for CHOICES */
    bool choices;
    bool final; /* cannot be taken back; else `undo` says how */
    int (*undo)(struct action_call *call);
};
#define OUTCOMES(...)                                                                              \
    .outcomes = (const char *const[])                                                              \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define CHOICES .choices = true
#define FINAL   .final = true
#define UNDO(f) .undo = (f)

/* All tables of conversations/actions/, NULL-terminated (conversations/actions/table.c). */
extern const struct action *const action_tables[];
/* Looks a name up in NULL-terminated tables, each ended by a row without a name; NULL when unknown.
 */
const struct action *action_find(const struct action *const *tables, const char *name);

#endif
