/* What the HTTP APIs of SMS providers have in common: one address for all that is pushed, one
 * acknowledgement, requests that are forms, answers that are JSON, and the account's settings that
 * each of them needs. Pure; any thread. */
#ifndef ADAPTERS_SMS_API_H
#define ADAPTERS_SMS_API_H

#include "adapters/adapter.h"
#include "adapters/sms/templates.h"
#include "gateway/base/sbuf.h"

/* A provider's own reading of a push; `out` is zeroed. */
typedef enum webhook_refusal (*api_push_fn)(const struct account *account,
                                            const struct webhook *hook, int64_t now,
                                            struct arena *a, struct decoded *out);
/* Of a provider whose messages and reports come to one address, or reports to …/status, all by
 * POST: refuses what is neither, and leaves nothing of a push that `push` refuses. */
void api_decode(const struct account *account, const struct webhook *hook, int64_t now,
                struct arena *a, struct decoded *out, api_push_fn push);
/* The acknowledgement with status 200; both static. */
void api_acknowledge(const char *content_type, struct slice body, struct response *out);

/* Settings of an account whose provider sends approved templates, a member of its own. */
struct api_templates {
    struct slice endpoint; /* given its default before */
    struct slice host;     /* of the endpoint, with its port */
    int64_t param_max;     /* given its default before */
    json_t *map;
    struct templates list;
};
/* After the settings were read: secret, templates, endpoint, signature. 0 or GW_ECONFIG. */
GW_MUSTCHECK int api_check_templates(const struct account *account, struct api_templates *s,
                                     struct arena *a, struct fault *fault);
/* Of an account whose provider takes whole texts: endpoint and signature. 0 or GW_ECONFIG. */
GW_MUSTCHECK int api_check_texts(const struct account *account, struct slice endpoint,
                                 struct fault *fault);

/* The recipient as the 11 digits of a mainland mobile, in the arena; 0 or GW_EINVAL. */
GW_MUSTCHECK int api_phone(const struct account *account, const struct outbound *message,
                           struct arena *a, struct slice *phone, struct fault *fault);
/* A text as the provider takes it: not empty, with 【 in front when it is `signed`, of at most
 * `max` characters. 0, GW_EINVAL, GW_ETOOBIG. */
GW_MUSTCHECK int api_text(const struct account *account, const struct outbound *message,
                          bool is_signed, size_t max, struct fault *fault);
/* The outbox id in decimal, empty when the message has none. */
struct slice api_id(const struct outbound *message, struct arena *a);

/* Appends "&name=value", the value percent-encoded; nothing when it is empty. */
void api_form_add(struct sbuf *form, const char *name, struct slice value);
/* Takes the form's bytes into the arena and frees it: 0, or GW_ETOOBIG when they were more than it
 * takes. */
GW_MUSTCHECK int api_form_take(const struct account *account, struct sbuf *form, struct arena *a,
                               struct slice *out, struct fault *fault);
/* The form as the body of a POST to `url`, with the first two headers set. As api_form_take(). */
GW_MUSTCHECK int api_form_post(const struct account *account, struct sbuf *form, struct slice url,
                               struct arena *a, struct http_call *out, struct fault *fault);

/* The JSON object that came back, a new reference; NULL when nothing did, or something else. */
json_t *api_answer(const struct http_result *result);
/* A member that is a text or a number, as its characters in the arena; empty when it is neither. */
struct slice api_word(const json_t *answer, const char *name, struct arena *a);
/* The same, at most as long as an outbox row keeps a provider's id. */
struct slice api_provider_id(const json_t *answer, const char *name, struct arena *a);

#endif
