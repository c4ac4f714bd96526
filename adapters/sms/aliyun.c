#include "adapters/sms/aliyun.h"

#include <stddef.h>

#include "adapters/settings.h"
#include "adapters/sms/api.h"

/* Older documents 1 to 20 characters, newer ones up to 35 (sms.md 1.5). */
enum { PARAM_MAX = 20 };

#define DIGITS "0123456789"

static const struct setting table[] = {
    { "access_key_id", SETTING_TEXT, true, offsetof(struct aliyun_settings, access_key_id), 1, 64,
      NULL, NULL, "the AccessKey ID of a RAM user" },
    { "access_key_secret", SETTING_TEXT, true, offsetof(struct aliyun_settings, access_key_secret),
      1, 128, NULL, NULL, "the AccessKey secret" },
    { "endpoint", SETTING_TEXT, false, offsetof(struct aliyun_settings, api.endpoint), 8, 200, NULL,
      NULL, "the API's address, https://dysmsapi.aliyuncs.com when left out" },
    { "extend_code", SETTING_TEXT, false, offsetof(struct aliyun_settings, extend_code), 1, 7, NULL,
      DIGITS, "up to 7 digits, or leave it out" },
    { "param_max", SETTING_NUMBER, false, offsetof(struct aliyun_settings, api.param_max), 1,
      TEMPLATE_PARAM_CHARACTERS_MAX, NULL, NULL,
      "characters a template's variable may have, 1 to 500" },
    { "templates", SETTING_OBJECT, false, offsetof(struct aliyun_settings, api.map), 0,
      TEMPLATES_MAX, NULL, NULL,
      "an object: message id to { \"code\": \"SMS_…\", \"params\": [ … ] }" },
    { NULL },
};

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct aliyun_settings *s = arena_alloc(a, sizeof(*s));
    s->api.endpoint = SLICE("https://dysmsapi.aliyuncs.com");
    s->api.param_max = PARAM_MAX;
    account->prepared = s;
    int rv = settings_read(account, table, s, fault);
    return rv == 0 ? api_check_templates(account, &s->api, a, fault) : rv;
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    api_decode(account, hook, now, a, out, aliyun_push);
}

/* One acknowledgement for all entries; only that `code` is a number is looked at. */
static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)decoded, (void)replies, (void)reply_count, (void)received_at, (void)a;
    api_acknowledge("application/json; charset=utf-8", SLICE("{\"code\":0,\"msg\":\"OK\"}"), out);
}

const struct adapter adapter_aliyun = {
    .name = "aliyun",
    .channel = "sms",
    .by_template = true,
    .placeholder = "${name}",
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = aliyun_send,
    .sent = aliyun_sent,
    .query = aliyun_query,
    .queried = aliyun_queried,
};
