#include "adapters/sms/tencent.h"

#include "gateway/base/json.h"

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
        templates_find(account, &s->api.list, message->message, fault);
    struct slice phone, body;
    if (t == NULL)
        return GW_EINVAL;
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv == 0)
        rv = build_body(account, t, message, arena_printf(a, "+86%.*s", SLICE_ARG(phone)), a, &body,
                        fault);
    if (rv != 0)
        return rv;
    *out = (struct http_call){ .method = "POST", .body = body };
    out->url = arena_printf(a, "%.*s/", SLICE_ARG(s->api.endpoint));
    size_t n = 0;
    out->headers[n++] = "Content-Type: " CONTENT_TYPE;
    out->headers[n++] = "X-TC-Action: SendSms";
    out->headers[n++] = "X-TC-Version: 2021-01-11";
    out->headers[n++] = arena_printf(a, "X-TC-Region: %.*s", SLICE_ARG(s->region)).p;
    out->headers[n++] = arena_printf(a, "X-TC-Timestamp: %lld", (long long)now).p;
    out->headers[n] = tencent_authorization(s->secret_id, s->secret_key, SLICE("sms"), s->api.host,
                                            SLICE(CONTENT_TYPE), body, now, a, NULL)
                          .p;
    return 0;
}

void tencent_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out)
{
    (void)account;
    json_t *answer = api_answer(result);
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
            out->provider_id = api_provider_id(status, "SerialNo", a);
    }
    json_decref(answer);
}
