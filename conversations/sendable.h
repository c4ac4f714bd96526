/* The catalogue as those see it who have to approve what is sent: every message that can go to a
 * person by SMS, with its longest parameters, and its text with a provider's placeholders. */
#ifndef CONVERSATIONS_SENDABLE_H
#define CONVERSATIONS_SENDABLE_H

#include <jansson.h>

#include "conversations/conversation.h"

/* Array of {"id","class","params"}: `params` is the message's example. Left out are the parts of
 * others ({…|each:ID}), labels, and what is said in WeChat only. A new reference. */
json_t *catalogue_sendable(const struct catalogue *c);

/* One of them as a template, with its branches as the example has them:
 * {"id","class","kind","text","params":
 * ["name","start|clock","start2=start|day"],"sample": ["杨秀兰",…]}: the parameters as a template
 * account's settings name them, with the variable in front where its name is not the parameter's.
 * `text` has no signature; `kind` is what its class is called in providers' consoles. `placeholder`
 * is how the provider writes a variable, "${name}" or "{1}": what is a letter or digit in it is
 * replaced by the variable's name, or by its number when it is a digit. A new reference; NULL for
 * an unknown id. */
json_t *catalogue_as_template(const struct catalogue *c, const char *id, const char *placeholder);

#endif
