#include "adapters/sms/tencent.h"

#include <stddef.h>

#include "adapters/settings.h"
#include "adapters/sms/api.h"

/* What accounts opened after 2024-01-25 may use (sms.md 2.1). */
enum { PARAM_MAX = 6 };

#define DIGITS "0123456789"

static const struct setting table[] = {
    { "secret_id", SETTING_TEXT, true, offsetof(struct tencent_settings, secret_id), 1, 64, NULL,
      NULL, "the SecretId of a sub-user" },
    { "secret_key", SETTING_TEXT, true, offsetof(struct tencent_settings, secret_key), 1, 128, NULL,
      NULL, "the SecretKey" },
    { "sdk_app_id", SETTING_TEXT, true, offsetof(struct tencent_settings, sdk_app_id), 1, 20, NULL,
      DIGITS, "the application's SdkAppId, digits in quotes" },
    { "region", SETTING_TEXT, false, offsetof(struct tencent_settings, region), 1, 32, NULL, NULL,
      "a region like ap-guangzhou, which is used when left out" },
    { "endpoint", SETTING_TEXT, false, offsetof(struct tencent_settings, api.endpoint), 8, 200,
      NULL, NULL, "the API's address, https://sms.tencentcloudapi.com when left out" },
    { "extend_code", SETTING_TEXT, false, offsetof(struct tencent_settings, extend_code), 1, 12,
      NULL, DIGITS, "digits, or leave it out: it is off unless Tencent opened it" },
    { "param_max", SETTING_NUMBER, false, offsetof(struct tencent_settings, api.param_max), 1,
      TEMPLATE_PARAM_CHARACTERS_MAX, NULL, NULL,
      "characters a template's variable may have, 1 to 500" },
    { "templates", SETTING_OBJECT, false, offsetof(struct tencent_settings, api.map), 0,
      TEMPLATES_MAX, NULL, NULL,
      "an object: message id to { \"code\": \"1110\", \"params\": [ … ] }" },
    { NULL },
};

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct tencent_settings *s = arena_alloc(a, sizeof(*s));
    s->api.endpoint = SLICE("https://sms.tencentcloudapi.com");
    s->api.param_max = PARAM_MAX;
    s->region = SLICE("ap-guangzhou");
    account->prepared = s;
    int rv = settings_read(account, table, s, fault);
    return rv == 0 ? api_check_templates(account, &s->api, a, fault) : rv;
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    api_decode(account, hook, now, a, out, tencent_push);
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)decoded, (void)replies, (void)reply_count, (void)received_at, (void)a;
    api_acknowledge("application/json; charset=utf-8", SLICE("{\"result\":0,\"errmsg\":\"OK\"}"),
                    out);
}

const struct adapter adapter_tencent = {
    .name = "tencent",
    .channel = "sms",
    .by_template = true,
    .placeholder = "{1}",
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = tencent_send,
    .sent = tencent_sent,
};
