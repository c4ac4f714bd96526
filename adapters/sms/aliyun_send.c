#include "adapters/sms/aliyun.h"

#include "gateway/base/digest.h"
#include "gateway/base/json.h"

enum {
    QUERY_MAX = 32 * 1024,
    BATCH_BYTES_MAX = 256 * 1024,
};

#define FORM "application/x-www-form-urlencoded"

/* The template's variables with their values, a JSON object of strings. */
static int read_params(const struct account *account, const struct message_template *t,
                       const json_t *params, json_t **out, struct fault *fault)
{
    *out = json_object();
    if (*out == NULL)
        mem_exhausted();
    for (size_t i = 0; i < t->param_count; i++) {
        struct slice value, variable = t->params[i].variable;
        int rv = templates_value(account, t, i, params, &value, fault);
        if (rv != 0) {
            json_decref(*out);
            return rv;
        }
        if (json_object_setn_new(*out, variable.p, variable.n, json_stringn(value.p, value.n)) != 0)
            mem_exhausted();
    }
    return 0;
}

int aliyun_single_call(const struct account *account, const struct outbound *message, int64_t now,
                       struct slice nonce, struct arena *a, struct http_call *out,
                       struct fault *fault)
{
    const struct aliyun_settings *s = account->prepared;
    const struct message_template *t =
        templates_find(account, &s->api.list, message->message, fault);
    struct slice phone;
    json_t *params;
    if (t == NULL)
        return GW_EINVAL;
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv == 0)
        rv = read_params(account, t, message->params, &params, fault);
    if (rv != 0)
        return rv;
    /* In byte order of their names, as the signature wants them. */
    struct sbuf query;
    sbuf_init(&query, QUERY_MAX);
    api_form_add(&query, "OutId", api_id(message, a));
    api_form_add(&query, "PhoneNumbers", phone);
    api_form_add(&query, "SignName", slice_of(account->signature));
    api_form_add(&query, "SmsUpExtendCode", s->extend_code);
    api_form_add(&query, "TemplateCode", t->code);
    if (t->param_count > 0)
        api_form_add(&query, "TemplateParam", json_write(params, a));
    json_decref(params);
    struct aliyun_request request = { .action = "SendSms",
                                      .version = ALIYUN_VERSION,
                                      .host = s->api.host,
                                      .nonce = nonce,
                                      .now = now };
    rv = api_form_take(account, &query, a, &request.query, fault);
    if (rv == 0)
        aliyun_sign(s, &request, a, out, NULL);
    return rv;
}

/* One element a message in each list; all lists are as long. */
struct batch {
    json_t *phones, *names, *extends, *params;
};

static void append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) != 0)
        mem_exhausted();
}

static void append_slice(json_t *list, struct slice value)
{
    append(list, json_stringn(value.p == NULL ? "" : value.p, value.n));
}

static int batch_add(const struct account *account, const struct message_template *t,
                     const struct outbound *message, struct arena *a, struct batch *b,
                     struct fault *fault)
{
    const struct aliyun_settings *s = account->prepared;
    struct slice phone;
    json_t *params;
    if (!slice_eq(message->message, t->message))
        return fault_set(fault, GW_EINVAL, "account %s: a batch has one template",
                         account->full_name);
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv == 0)
        rv = read_params(account, t, message->params, &params, fault);
    if (rv != 0)
        return rv;
    append(b->params, params);
    append_slice(b->phones, phone);
    append_slice(b->names, slice_of(account->signature));
    append_slice(b->extends, s->extend_code);
    return 0;
}

static int batch_body(const struct account *account, const struct message_template *t,
                      const struct outbound *messages, size_t count, struct arena *a,
                      struct slice *out, struct fault *fault)
{
    const struct aliyun_settings *s = account->prepared;
    struct batch b = { json_array(), json_array(), json_array(), json_array() };
    struct sbuf body;
    int rv = 0;
    sbuf_init(&body, BATCH_BYTES_MAX);
    for (size_t i = 0; i < count && rv == 0; i++)
        rv = batch_add(account, t, &messages[i], a, &b, fault);
    if (rv == 0) {
        api_form_add(&body, "PhoneNumberJson", json_write(b.phones, a));
        api_form_add(&body, "SignNameJson", json_write(b.names, a));
        if (s->extend_code.n > 0)
            api_form_add(&body, "SmsUpExtendCodeJson", json_write(b.extends, a));
        if (t->param_count > 0)
            api_form_add(&body, "TemplateParamJson", json_write(b.params, a));
    }
    json_decref(b.phones);
    json_decref(b.names);
    json_decref(b.extends);
    json_decref(b.params);
    int taken = api_form_take(account, &body, a, out, fault);
    return rv != 0 ? rv : taken;
}

int aliyun_batch_call(const struct account *account, const struct outbound *messages, size_t count,
                      int64_t now, struct slice nonce, struct arena *a, struct http_call *out,
                      struct fault *fault)
{
    const struct aliyun_settings *s = account->prepared;
    if (count == 0 || count > ALIYUN_BATCH_MAX)
        return fault_set(fault, GW_EINVAL, "account %s: a batch has 1 to %d messages",
                         account->full_name, ALIYUN_BATCH_MAX);
    const struct message_template *t =
        templates_find(account, &s->api.list, messages[0].message, fault);
    if (t == NULL)
        return GW_EINVAL;
    struct aliyun_request request = {
        .action = "SendBatchSms",
        .version = ALIYUN_VERSION,
        .host = s->api.host,
        .query = arena_printf(a, "TemplateCode=%.*s", SLICE_ARG(t->code)),
        .content_type = SLICE(FORM),
        .nonce = nonce,
        .now = now,
    };
    int rv = batch_body(account, t, messages, count, a, &request.body, fault);
    if (rv == 0)
        aliyun_sign(s, &request, a, out, NULL);
    return rv;
}

struct slice aliyun_nonce(const struct account *account, const char *action, int64_t id,
                          int64_t now, struct arena *a)
{
    const struct aliyun_settings *s = account->prepared;
    unsigned char digest[32];
    char nonce[65];
    struct slice what = arena_printf(a, "%s%s\n%lld\n%lld", action, account->full_name,
                                     (long long)id, (long long)now);
    digest_hmac_sha256(s->access_key_secret, what, digest);
    digest_hex(digest, sizeof(digest), nonce);
    return arena_dup(a, (struct slice){ nonce, 64 });
}

int aliyun_send(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault)
{
    /* A row is never tried twice in a second. */
    return aliyun_single_call(account, message, now, aliyun_nonce(account, "", message->id, now, a),
                              a, out, fault);
}

/* Which of the quotas it was stands in the words only: 触发分钟级流控, 小时级, 天级. */
static struct slice which_quota(struct slice code, struct slice words, struct arena *a)
{
    static const struct {
        const char *word, *name;
    } quotas[] = {
        { "\u5206\u949F", "minute" },
        { "\u5C0F\u65F6", "hour" },
        { "\u5929", "day" },
    };
    if (!slice_eq(code, SLICE("isv.BUSINESS_LIMIT_CONTROL")))
        return code;
    for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++)
        if (slice_find(words, slice_of(quotas[i].word)) >= 0)
            return arena_printf(a, "%.*s/%s", SLICE_ARG(code), quotas[i].name);
    return code;
}

void aliyun_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out)
{
    (void)account;
    /* Faults of the request come with 4xx or 5xx and the same keys (sms.md 1.4). */
    json_t *answer = api_answer(result);
    struct slice code = json_slice(answer, "Code");
    if (code.n == 0) {
        sms_code_unread(result, a, out);
    } else {
        code = which_quota(code, json_slice(answer, "Message"), a);
        sms_code_apply(aliyun_codes, code, result, a, out);
        if (out->outcome == SEND_OK)
            out->provider_id = api_provider_id(answer, "BizId", a);
    }
    json_decref(answer);
}
