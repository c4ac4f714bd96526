/* A message id and parameters become a text. Pure; any thread. */
#ifndef CONVERSATIONS_RENDER_H
#define CONVERSATIONS_RENDER_H

#include <jansson.h>

#include "conversations/message.h"
#include "conversations/understand/understand.h"
#include "gateway/base/sbuf.h"

/* The longest text of one message in bytes; WeChat refuses passive replies over 2,048. */
enum { RENDER_MAX = 16000 };

/* What every recruitment text ends with and no other text has (scripts.md section 0, rule 8). */
extern const char render_recruit_end[];

struct catalogue;

struct rendering {
    enum text_channel channel;
    bool links;          /* 〔…〕 become tappable */
    int64_t menu;        /* the number of their list (taps.h) */
    bool lenient;        /* a missing parameter counts as empty (labels) */
    const char *missing; /* the parameter that stopped it, when it failed */
    const char *wrong;   /* the parameter whose value its format refuses */
};

/* Appends the message without signature or suffix. 0, GW_EINVAL for a missing parameter or one its
 * format refuses, GW_ETOOBIG. */
GW_MUSTCHECK int render_message(const struct message *m, const json_t *params, struct rendering *r,
                                struct sbuf *out);

/* The text of a label with whatever slots are there, as a string for another message's parameter.
 */
json_t *render_label(const struct message *m, const json_t *slots);

/* Whether a reply of WeChat is longer than one message, from its part `_part` (of the parameters)
 * on: 1, 0, or GW_E*. */
GW_MUSTCHECK int render_follows(const struct catalogue *c, const char *id, const json_t *params,
                                enum text_channel channel);

#endif
