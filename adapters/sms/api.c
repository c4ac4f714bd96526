#include "adapters/sms/api.h"

#include "adapters/sms/push.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"

enum { ANSWER_MAX = 64 * 1024, PROVIDER_ID_MAX = 128 };

static enum webhook_refusal read_push(const struct account *account, const struct webhook *hook,
                                      int64_t now, struct arena *a, struct decoded *out,
                                      api_push_fn push)
{
    if (hook->rest.n > 0 && !slice_eq(hook->rest, SLICE("/status")))
        return REFUSED_PATH;
    if (!slice_eq(hook->method, SLICE("POST")))
        return REFUSED_METHOD;
    return push(account, hook, now, a, out);
}

void api_decode(const struct account *account, const struct webhook *hook, int64_t now,
                struct arena *a, struct decoded *out, api_push_fn push)
{
    *out = (struct decoded){ 0 };
    enum webhook_refusal refusal = read_push(account, hook, now, a, out, push);
    if (refusal != REFUSED_NONE)
        *out = (struct decoded){ .refusal = refusal };
}

void api_acknowledge(const char *content_type, struct slice body, struct response *out)
{
    *out = (struct response){ 200, content_type, body, { NULL } };
}

int api_check_templates(const struct account *account, struct api_templates *s, struct arena *a,
                        struct fault *fault)
{
    int rv = sms_needs_secret(account, fault);
    if (rv == 0)
        rv = templates_read(account, s->map, s->param_max, a, &s->list, fault);
    if (rv == 0)
        rv = sms_endpoint(account, s->endpoint, &s->host, fault);
    return rv == 0 ? sms_needs_signature(account, fault) : rv;
}

int api_check_texts(const struct account *account, struct slice endpoint, struct fault *fault)
{
    struct slice host;
    int rv = sms_endpoint(account, endpoint, &host, fault);
    return rv == 0 ? sms_needs_signature(account, fault) : rv;
}

int api_phone(const struct account *account, const struct outbound *message, struct arena *a,
              struct slice *phone, struct fault *fault)
{
    char digits[12];
    if (!phone_normalize(message->recipient, digits))
        return fault_set(fault, GW_EINVAL, "account %s: the recipient is no mainland mobile number",
                         account->full_name);
    *phone = arena_dup(a, (struct slice){ digits, 11 });
    return 0;
}

int api_text(const struct account *account, const struct outbound *message, bool is_signed,
             size_t max, struct fault *fault)
{
    if (message->text.n == 0)
        return fault_set(fault, GW_EINVAL, "account %s: the text is empty", account->full_name);
    if (is_signed && !slice_starts(message->text, SLICE("\u3010")))
        return fault_set(fault, GW_EINVAL, "account %s: the text does not begin with a signature",
                         account->full_name);
    if (utf8_count(message->text) > max)
        return fault_set(fault, GW_ETOOBIG, "account %s: a text has at most %zu characters",
                         account->full_name, max);
    return 0;
}

struct slice api_id(const struct outbound *message, struct arena *a)
{
    return message->id > 0 ? arena_printf(a, "%lld", (long long)message->id) : SLICE("");
}

void api_form_add(struct sbuf *form, const char *name, struct slice value)
{
    if (value.n == 0)
        return;
    sbuf_printf(form, "%s%s=", form->n > 0 ? "&" : "", name);
    sbuf_url(form, value);
}

int api_form_take(const struct account *account, struct sbuf *form, struct arena *a,
                  struct slice *out, struct fault *fault)
{
    int rv = form->failed ? fault_set(fault, GW_ETOOBIG, "account %s: the request is too large",
                                      account->full_name)
                          : 0;
    *out = arena_dup(a, sbuf_slice(form));
    sbuf_free(form);
    return rv;
}

int api_form_post(const struct account *account, struct sbuf *form, struct slice url,
                  struct arena *a, struct http_call *out, struct fault *fault)
{
    *out = (struct http_call){ .method = "POST", .url = url };
    out->headers[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    out->headers[1] = "Accept: application/json";
    return api_form_take(account, form, a, &out->body, fault);
}

json_t *api_answer(const struct http_result *result)
{
    return result->status == 0 ? NULL : json_read(result->body, "answer", ANSWER_MAX, NULL);
}

struct slice api_word(const json_t *answer, const char *name, struct arena *a)
{
    const json_t *value = json_object_get(answer, name);
    if (json_is_integer(value))
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return arena_dup(a, json_slice(answer, name));
}

struct slice api_provider_id(const json_t *answer, const char *name, struct arena *a)
{
    return slice_head(api_word(answer, name, a), PROVIDER_ID_MAX);
}
