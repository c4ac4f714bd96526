#include "adapters/sms/submail.h"

#include <stddef.h>

#include "adapters/settings.h"
#include "adapters/sms/api.h"

#define WORD_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const struct setting table[] = {
    { "appid", SETTING_TEXT, true, offsetof(struct submail_settings, appid), 1, 32, NULL,
      WORD_CHARACTERS, "the APP ID, digits" },
    { "appkey", SETTING_TEXT, true, offsetof(struct submail_settings, appkey), 1, 64, NULL,
      WORD_CHARACTERS, "the APP KEY, 32 letters and digits" },
    { "subhook_key", SETTING_TEXT, true, offsetof(struct submail_settings, subhook_key), 1, 64,
      NULL, WORD_CHARACTERS, "the key shown beside the SUBHOOK, 32 letters and digits" },
    { "sign_type", SETTING_TEXT, false, offsetof(struct submail_settings, sign_type), 3, 6, NULL,
      "mdshanorl15", "md5, sha1 or normal" },
    { "endpoint", SETTING_TEXT, false, offsetof(struct submail_settings, endpoint), 8, 200, NULL,
      NULL, "the API's address, https://api-v4.mysubmail.com when left out" },
    { NULL },
};

static bool is_sign_type(struct slice type)
{
    return slice_eq(type, SLICE("md5")) || slice_eq(type, SLICE("sha1")) ||
           slice_eq(type, SLICE("normal"));
}

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct submail_settings *s = arena_alloc(a, sizeof(*s));
    s->endpoint = SLICE("https://api-v4.mysubmail.com");
    s->sign_type = SLICE("md5");
    account->prepared = s;
    int rv = settings_read(account, table, s, fault);
    if (rv == 0 && !is_sign_type(s->sign_type))
        rv =
            fault_set(fault, GW_ECONFIG, "account %s: settings.sign_type: give md5, sha1 or normal",
                      account->full_name);
    return rv == 0 ? api_check_texts(account, s->endpoint, fault) : rv;
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    api_decode(account, hook, now, a, out, submail_push);
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)decoded, (void)replies, (void)reply_count, (void)received_at, (void)a;
    api_acknowledge("text/plain; charset=utf-8", SLICE("SUCCESS"), out);
}

const struct adapter adapter_submail = {
    .name = "submail",
    .channel = "sms",
    .placeholder = "@var(name)",
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = submail_send,
    .sent = submail_sent,
};
