#include "adapters/sms/templates.h"

#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

enum { CODE_MAX = 64 };

static int wrong(const struct account *account, const char *message, const char *what,
                 struct fault *fault)
{
    return fault_set(fault, GW_ECONFIG, "account %s: settings.templates.%.60s: %s",
                     account->full_name, message, what);
}

/* "param" or "variable=param". */
static void split(struct slice text, struct template_param *out)
{
    ptrdiff_t equals = slice_find(text, SLICE("="));
    out->variable = equals < 0 ? text : slice_head(text, (size_t)equals);
    out->param = equals < 0 ? text : slice_skip(text, (size_t)equals + 1);
}

static bool read_param(const json_t *value, int64_t max, struct template_param *out)
{
    out->max = max;
    if (json_is_string(value)) {
        split((struct slice){ json_string_value(value), json_string_length(value) }, out);
    } else {
        const json_t *own = json_object_get(value, "max");
        out->param = json_slice(value, "param");
        out->variable = json_slice(value, "variable");
        if (out->variable.n == 0)
            out->variable = out->param;
        if (own != NULL)
            out->max = json_is_integer(own) ? json_integer_value(own) : 0;
    }
    return out->param.n > 0 && out->variable.n > 0 && out->max >= 1 &&
           out->max <= TEMPLATE_PARAM_CHARACTERS_MAX;
}

static int read_one(const struct account *account, const char *message, const json_t *value,
                    int64_t max, struct arena *a, struct message_template *out, struct fault *fault)
{
    const json_t *params = json_object_get(value, "params");
    out->message = slice_of(message);
    out->code = json_slice(value, "code");
    out->param_count = json_array_size(params);
    if (out->code.n == 0 || out->code.n > CODE_MAX)
        return wrong(account, message, "\"code\": give the approved template's code", fault);
    if ((params != NULL && !json_is_array(params)) || out->param_count > TEMPLATE_PARAMS_MAX)
        return wrong(account, message, "\"params\": give a list of at most 20 parameters", fault);
    out->params = arena_alloc(a, (out->param_count + 1) * sizeof(*out->params));
    for (size_t i = 0; i < out->param_count; i++)
        if (!read_param(json_array_get(params, i), max, &out->params[i]))
            return wrong(account, message,
                         "\"params\": give each as \"name\", \"variable=name\" or "
                         "{\"param\", \"variable\", \"max\"}, max 1 to 500",
                         fault);
    return 0;
}

int templates_read(const struct account *account, json_t *map, int64_t max, struct arena *a,
                   struct templates *out, struct fault *fault)
{
    const char *message;
    json_t *value;
    *out = (struct templates){ 0 };
    out->list = arena_alloc(a, (json_object_size(map) + 1) * sizeof(*out->list));
    json_object_foreach(map, message, value)
    {
        if (message[0] == '/' && message[1] == '/')
            continue;
        int rv = read_one(account, message, value, max, a, &out->list[out->count], fault);
        if (rv != 0)
            return rv;
        out->count++;
    }
    return 0;
}

const struct message_template *templates_find(const struct account *account,
                                              const struct templates *t, struct slice message,
                                              struct fault *fault)
{
    for (size_t i = 0; i < t->count; i++)
        if (slice_eq(t->list[i].message, message))
            return &t->list[i];
    fault_set(fault, GW_EINVAL,
              "account %s: message %.*s has no template; have one approved and add it to "
              "settings.templates",
              account->full_name, SLICE_ARG(message));
    return NULL;
}

int templates_value(const struct account *account, const struct message_template *t, size_t i,
                    const json_t *params, struct slice *out, struct fault *fault)
{
    const struct template_param *p = &t->params[i];
    const json_t *value = json_object_getn(params, p->param.p, p->param.n);
    if (!json_is_string(value))
        return fault_set(fault, GW_EINVAL,
                         "account %s: settings.templates.%.*s: the message has no parameter %.*s",
                         account->full_name, SLICE_ARG(t->message), SLICE_ARG(p->param));
    *out = (struct slice){ json_string_value(value), json_string_length(value) };
    size_t characters = utf8_count(*out);
    if (characters <= (uint64_t)p->max)
        return 0;
    return fault_set(fault, GW_ETOOBIG,
                     "account %s: settings.templates.%.*s: parameter %.*s has %zu characters, its "
                     "template takes %lld",
                     account->full_name, SLICE_ARG(t->message), SLICE_ARG(p->param), characters,
                     (long long)p->max);
}
