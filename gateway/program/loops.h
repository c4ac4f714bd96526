/* Machines that write to us: what of a sender is not answered, so that two machines do not write to
 * each other for ever. Everything is stored and counted all the same; a cry for help and an opt-out
 * are always heard. */
#ifndef GATEWAY_PROGRAM_LOOPS_H
#define GATEWAY_PROGRAM_LOOPS_H

#include "gateway/program/message.h"

/* Labels of linli_unanswered_total. Short codes and service numbers end before a transaction
 * (webhook.c), the others here. */
#define LOOP_MAP(X)                                                                                \
    X(LOOP_NONE, "none")                                                                           \
    X(LOOP_SERVICE, "service_number")                                                              \
    X(LOOP_AUTO_REPLY, "auto_reply") /* answered once a day, then only counted */                  \
    X(LOOP_REPEAT, "repeat")         /* from the third time within a minute on */                  \
    X(LOOP_FLOOD, "flood")           /* above the limit, until a minute of silence */
enum loop_kind {
#define LOOP_ENUM(name, text) name,
    LOOP_MAP(LOOP_ENUM)
#undef LOOP_ENUM
        LOOP_KINDS /* the count */
};
extern const char *const loop_names[]; /* by kind, NULL-terminated */

struct loop_finding {
    enum loop_kind kind;
    bool answer; /* not LOOP_NONE, but answered: the first automatic reply of a day */
};
/* Looks at a text that was claimed, in its transaction. By SMS a text of up to four characters is
 * never a repeat while a question is open (1, 1, 1; 下页, 下页); in WeChat tapping the menu three
 * times is human, so only the flood counts there. 0 or GW_E*. */
GW_MUSTCHECK int loops_look(const struct service *s, const struct message_input *in,
                            const struct address *address, struct loop_finding *out);

#endif
