#include "adapters/sms/yunpian.h"

#include <stddef.h>

#include "adapters/settings.h"
#include "adapters/sms/api.h"
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
    s->endpoint = SLICE("https://sms.yunpian.com");
    account->prepared = s;
    int rv = settings_read(account, table, s, fault);
    if (rv == 0)
        rv = sms_needs_secret(account, fault);
    return rv == 0 ? api_check_texts(account, s->endpoint, fault) : rv;
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    api_decode(account, hook, now, a, out, yunpian_push);
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)decoded, (void)replies, (void)reply_count, (void)received_at, (void)a;
    api_acknowledge("text/plain; charset=utf-8", SLICE("SUCCESS"), out);
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
