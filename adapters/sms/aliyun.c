#include "adapters/sms/aliyun.h"

#include <stddef.h>

#include "adapters/settings.h"
#include "adapters/sms/push.h"

/* Older documents 1 to 20 characters, newer ones up to 35 (sms.md 1.5). */
enum { PARAM_MAX = 20 };

#define DIGITS "0123456789"

static const struct setting table[] = {
    { "access_key_id", SETTING_TEXT, true, offsetof(struct aliyun_settings, access_key_id), 1, 64,
      NULL, NULL, "the AccessKey ID of a RAM user" },
    { "access_key_secret", SETTING_TEXT, true, offsetof(struct aliyun_settings, access_key_secret),
      1, 128, NULL, NULL, "the AccessKey secret" },
    { "endpoint", SETTING_TEXT, false, offsetof(struct aliyun_settings, endpoint), 8, 200, NULL,
      NULL, "the API's address, https://dysmsapi.aliyuncs.com when left out" },
    { "extend_code", SETTING_TEXT, false, offsetof(struct aliyun_settings, extend_code), 1, 7, NULL,
      DIGITS, "up to 7 digits, or leave it out" },
    { "param_max", SETTING_NUMBER, false, offsetof(struct aliyun_settings, param_max), 1,
      TEMPLATE_PARAM_CHARACTERS_MAX, NULL, NULL,
      "characters a template's variable may have, 1 to 500" },
    { "templates", SETTING_OBJECT, false, offsetof(struct aliyun_settings, map), 0, TEMPLATES_MAX,
      NULL, NULL, "an object: message id to { \"code\": \"SMS_…\", \"params\": [ … ] }" },
    { NULL },
};

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct aliyun_settings *s = arena_alloc(a, sizeof(*s));
    s->endpoint = SLICE("https://dysmsapi.aliyuncs.com");
    s->param_max = PARAM_MAX;
    int rv = settings_read(account, table, s, fault);
    if (rv == 0)
        rv = sms_needs_secret(account, fault);
    if (rv == 0)
        rv = templates_read(account, s->map, s->param_max, a, &s->templates, fault);
    if (rv == 0)
        rv = sms_endpoint(account, s->endpoint, &s->host, fault);
    if (rv == 0)
        rv = sms_needs_signature(account, fault);
    if (rv == 0)
        account->prepared = s;
    return rv;
}

static enum webhook_refusal read_request(const struct account *account, const struct webhook *hook,
                                         int64_t now, struct arena *a, struct decoded *out)
{
    if (hook->rest.n > 0 && !slice_eq(hook->rest, SLICE("/status")))
        return REFUSED_PATH;
    if (!slice_eq(hook->method, SLICE("POST")))
        return REFUSED_METHOD;
    return aliyun_push(account, hook, now, a, out);
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    *out = (struct decoded){ 0 };
    enum webhook_refusal refusal = read_request(account, hook, now, a, out);
    if (refusal != REFUSED_NONE)
        *out = (struct decoded){ .refusal = refusal };
}

/* One acknowledgement for all entries; only that `code` is a number is looked at. */
static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)decoded, (void)replies, (void)reply_count, (void)received_at, (void)a;
    *out = (struct response){
        200, "application/json; charset=utf-8", SLICE("{\"code\":0,\"msg\":\"OK\"}"), { NULL }
    };
}

const struct adapter adapter_aliyun = {
    .name = "aliyun",
    .channel = "sms",
    .placeholder = "${name}",
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = aliyun_send,
    .sent = aliyun_sent,
};
