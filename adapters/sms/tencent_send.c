#include "adapters/sms/tencent.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"

enum { ANSWER_MAX = 64 * 1024 };

#define CONTENT_TYPE "application/json; charset=utf-8"

static void append_slice(json_t *list, struct slice value)
{
    if (json_array_append_new(list, json_stringn(value.p, value.n)) != 0)
        mem_exhausted();
}

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        mem_exhausted();
}

static int build_body(const struct account *account, const struct message_template *t,
                      const struct outbound *message, struct slice phone, struct arena *a,
                      struct slice *out, struct fault *fault)
{
    const struct tencent_settings *s = account->prepared;
    json_t *body = json_object(), *phones = json_array(), *params = json_array();
    int rv = 0;
    append_slice(phones, phone);
    for (size_t i = 0; i < t->param_count && rv == 0; i++) {
        struct slice value;
        rv = templates_value(account, t, i, message->params, &value, fault);
        if (rv == 0)
            append_slice(params, value);
    }
    put(body, "PhoneNumberSet", phones);
    json_put_slice(body, "SmsSdkAppId", s->sdk_app_id);
    json_put_slice(body, "SignName", slice_of(account->signature));
    json_put_slice(body, "TemplateId", t->code);
    if (t->param_count > 0)
        put(body, "TemplateParamSet", json_incref(params));
    if (s->extend_code.n > 0)
        json_put_slice(body, "ExtendCode", s->extend_code);
    *out = json_write(body, a);
    json_decref(params);
    json_decref(body);
    return rv;
}

int tencent_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault)
{
    const struct tencent_settings *s = account->prepared;
    const struct message_template *t =
        templates_find(account, &s->templates, message->message, fault);
    char phone[12];
    struct slice body;
    if (t == NULL)
        return GW_EINVAL;
    if (!phone_normalize(message->recipient, phone))
        return fault_set(fault, GW_EINVAL, "account %s: the recipient is no mainland mobile number",
                         account->full_name);
    int rv = build_body(account, t, message, arena_printf(a, "+86%s", phone), a, &body, fault);
    if (rv != 0)
        return rv;
    *out = (struct http_call){ .method = "POST", .body = body };
    out->url = arena_printf(a, "%.*s/", SLICE_ARG(s->endpoint));
    size_t n = 0;
    out->headers[n++] = "Content-Type: " CONTENT_TYPE;
    out->headers[n++] = "X-TC-Action: SendSms";
    out->headers[n++] = "X-TC-Version: 2021-01-11";
    out->headers[n++] = arena_printf(a, "X-TC-Region: %.*s", SLICE_ARG(s->region)).p;
    out->headers[n++] = arena_printf(a, "X-TC-Timestamp: %lld", (long long)now).p;
    out->headers[n] = tencent_authorization(s->secret_id, s->secret_key, SLICE("sms"), s->host,
                                            SLICE(CONTENT_TYPE), body, now, a, NULL)
                          .p;
    return 0;
}

void tencent_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out)
{
    (void)account;
    json_t *answer =
        result->status == 0 ? NULL : json_read(result->body, "answer", ANSWER_MAX, NULL);
    const json_t *response = json_object_get(answer, "Response");
    const json_t *status = json_array_get(json_object_get(response, "SendStatusSet"), 0);
    /* An error of the whole request, or the outcome of our one number. */
    struct slice code = json_slice(json_object_get(response, "Error"), "Code");
    if (code.n == 0)
        code = json_slice(status, "Code");
    if (code.n == 0) {
        sms_code_unread(result, a, out);
    } else {
        sms_code_apply(tencent_codes, code, result, a, out);
        if (out->outcome == SEND_OK)
            out->provider_id = arena_dup(a, slice_head(json_slice(status, "SerialNo"), 128));
    }
    json_decref(answer);
}
