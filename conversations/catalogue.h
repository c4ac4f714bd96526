/* The catalogue's inside, for this room: what is loaded and where it is found. Immutable once
 * catalogue_load returned; see conversation.h for what other rooms may do with it. */
#ifndef CONVERSATIONS_CATALOGUE_H
#define CONVERSATIONS_CATALOGUE_H

#include <stdatomic.h>

#include "conversations/conversation.h"
#include "conversations/flow.h"
#include "conversations/menu.h"
#include "conversations/message.h"
#include "conversations/names.h"
#include "conversations/source.h"

struct catalogue {
    atomic_int holders;
    struct zone zone;
    bool lenient;
    const struct action *const *actions;
    struct arena arena; /* everything below lives here; used by the loading thread only */
    struct source source;
    json_t *documents; /* parsed files that structs borrow from */
    json_t *problems;  /* strings "file: where: what", in order found */
    struct understander *understander;
    struct names messages; /* id → struct message */
    struct message **message_list;
    int message_count;
    struct names flows; /* name → struct flow */
    struct flow **flow_list;
    int flow_count;
    struct names intents; /* intent → struct flow */
    struct names events;  /* event → struct flow */
    struct menu menu;
};

/* Notes a fault of meaning. Unless the load is lenient the first one refuses the catalogue. */
void catalogue_problem(struct catalogue *c, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct message *catalogue_message(const struct catalogue *c, struct slice id);
struct flow *catalogue_flow(const struct catalogue *c, struct slice name);

/* Reads every conversations/messages/NAME.json, then resolves {…|each:ID}. */
void messages_read(struct catalogue *c);

/* A strict object: every key is in `known` (NULL-terminated), else a problem naming it. */
void catalogue_known_keys(struct catalogue *c, const char *file, const char *where, json_t *object,
                          const char *const *known);
/* A string member copied into the arena (NULL when absent); a problem when it is of another type.
 */
const char *catalogue_string(struct catalogue *c, const char *file, const char *where,
                             json_t *object, const char *key);
/* A list of strings; empty when absent. */
struct name_list catalogue_list(struct catalogue *c, const char *file, const char *where,
                                json_t *object, const char *key);

#endif
