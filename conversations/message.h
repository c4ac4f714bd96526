/* Messages: what is said, as data. Each has an id, an SMS text, where useful a WeChat text, and
 * what the carriers and `linli check` need to know of it (conversations/README.md, "Messages"). */
#ifndef CONVERSATIONS_MESSAGE_H
#define CONVERSATIONS_MESSAGE_H

#include <jansson.h>

#include "conversations/template.h"

/* What a message is to a carrier; RECRUIT alone carries 拒收请回复R. */
#define MESSAGE_CLASS_MAP(X)                                                                       \
    X(MESSAGE_REPLY, "reply")                                                                      \
    X(MESSAGE_NOTICE, "notice")                                                                    \
    X(MESSAGE_CODE, "code")                                                                        \
    X(MESSAGE_RECRUIT, "recruit")                                                                  \
    X(MESSAGE_SAFETY, "safety")
enum message_class {
#define MESSAGE_CLASS_ENUM(name, text) name,
    MESSAGE_CLASS_MAP(MESSAGE_CLASS_ENUM)
#undef MESSAGE_CLASS_ENUM
        MESSAGE_CLASSES /* the count */
};

/* Where a message is said; its "only". */
enum message_place {
    MESSAGE_ANYWHERE,
    MESSAGE_IN_WECHAT, /* "wechat": about what only comes from there */
    MESSAGE_ON_PAPER,  /* "paper": shown by a command or a page, never sent */
    MESSAGE_PLACES
};

struct flow;

struct message {
    const char *id;
    const char *file; /* where it was defined, and the line */
    int line;
    enum message_class class;
    int budget; /* SMS segments allowed */
    struct template sms;
    struct template wechat; /* the SMS text when none is given */
    bool has_wechat;
    enum message_place place;
    json_t *example;     /* object or NULL; owned by the catalogue */
    const char *opens;   /* name of the flow an answer opens, or NULL */
    const char **params; /* every top-level parameter either text shows */
    int param_count;
    struct flow *opened; /* flow whose `opened_by` names this message, or NULL */
    int opened_step;
    const struct message *brief; /* `<id>.brief`: said by SMS to leave room for another line */
};

/* True when the message shows the parameter. */
bool message_shows(const struct message *m, const char *param);

#endif
