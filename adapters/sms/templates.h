/* Accounts that send only approved templates: which template says which of our messages, and with
 * what. Pure; any thread.
 *
 *     "templates": { "register.done": { "code": "SMS_1", "params": [ "name", "when=start|clock" ] }
 * }
 *
 * A parameter is a name of the message, with "|format" where the text shows it in several, and
 * before a '=' the name of the template's own variable, when that differs. As an object it has its
 * own limit: { "param": "name", "variable": "who", "max": 35 }. */
#ifndef ADAPTERS_SMS_TEMPLATES_H
#define ADAPTERS_SMS_TEMPLATES_H

#include "adapters/adapter.h"

struct template_param {
    struct slice variable;
    struct slice param;
    int64_t max; /* characters */
};

struct message_template {
    struct slice message;
    struct slice code;
    struct template_param *params;
    size_t param_count;
};

struct templates {
    struct message_template *list;
    size_t count;
};

/* Our own limits, far over what a provider approves. */
enum { TEMPLATES_MAX = 2000, TEMPLATE_PARAMS_MAX = 20, TEMPLATE_PARAM_CHARACTERS_MAX = 500 };

/* Reads the setting; `map` may be NULL. Borrows its strings, the rest is in the arena. 0, or
 * GW_ECONFIG naming the message and what is wrong. `max` is the limit of a parameter without its
 * own. */
GW_MUSTCHECK int templates_read(const struct account *account, json_t *map, int64_t max,
                                struct arena *a, struct templates *out, struct fault *fault);

/* The template of a message; NULL and GW_EINVAL in the fault, saying where to add one. */
const struct message_template *templates_find(const struct account *account,
                                              const struct templates *t, struct slice message,
                                              struct fault *fault);

/* What stands for parameter `i`, borrowed from `params`. 0, GW_EINVAL when the message has no such
 * parameter, GW_ETOOBIG over its limit: the provider would refuse it. Faults never hold the value.
 */
GW_MUSTCHECK int templates_value(const struct account *account, const struct message_template *t,
                                 size_t i, const json_t *params, struct slice *out,
                                 struct fault *fault);

#endif
