#include "adapters/sms/yunpian.h"

#include <stddef.h>

#include "adapters/settings.h"
#include "adapters/sms/push.h"

static const struct setting table[] = {
    { "apikey", SETTING_TEXT, true, offsetof(struct yunpian_settings, apikey), 1, 64, NULL,
      "0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz",
      "the APIKEY, 32 letters and digits" },
    { "endpoint", SETTING_TEXT, false, offsetof(struct yunpian_settings, endpoint), 8, 200, NULL,
      NULL, "the API's address, https://sms.yunpian.com when left out" },
    { NULL },
};

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct yunpian_settings *s = arena_alloc(a, sizeof(*s));
    struct slice host;
    s->endpoint = SLICE("https://sms.yunpian.com");
    int rv = settings_read(account, table, s, fault);
    if (rv == 0)
        rv = sms_needs_secret(account, fault);
    if (rv != 0)
        return rv;
    if (!sms_endpoint_host(s->endpoint, &host))
        return fault_set(
            fault, GW_ECONFIG,
            "account %s: settings.endpoint: give https:// and a host, nothing behind it",
            account->full_name);
    if (account->signature == NULL || account->signature[0] == '\0')
        return fault_set(
            fault, GW_ECONFIG,
            "account %s: give it the signature that is approved at the provider; every "
            "text begins with it",
            account->full_name);
    account->prepared = s;
    return 0;
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    *out = (struct decoded){ 0 };
    enum webhook_refusal refusal = REFUSED_NONE;
    if (hook->rest.n > 0 && !slice_eq(hook->rest, SLICE("/status")))
        refusal = REFUSED_PATH;
    else if (!slice_eq(hook->method, SLICE("POST")))
        refusal = REFUSED_METHOD;
    else
        refusal = yunpian_push(account, hook, now, a, out);
    if (refusal != REFUSED_NONE)
        *out = (struct decoded){ .refusal = refusal };
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)decoded, (void)replies, (void)reply_count, (void)received_at, (void)a;
    *out = (struct response){ 200, "text/plain; charset=utf-8", SLICE("SUCCESS"), { NULL } };
}

const struct adapter adapter_yunpian = {
    .name = "yunpian",
    .channel = "sms",
    .placeholder = "#name#",
    .signs = true,
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = yunpian_send,
    .sent = yunpian_sent,
};
