#include "adapters/wechat/account.h"

#include <stddef.h>

#include "adapters/settings.h"

enum {
    WINDOW_S =
        300, /* Tencent publishes none; retries are less than 20 s old (wechat.md 5, item 4) */
    WINDOW_MIN_S = 20,
};

#define WORD_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define API_URL         "https://api.weixin.qq.com"
#define API_EXPECTED                                                                               \
    "an https:// address without a slash at its end, \"" API_URL "\" when left out; http:// only " \
    "to 127.0.0.1"
#define KEY_EXPECTED                                                                               \
    "the EncodingAESKey of the platform's server form: exactly 43 letters and digits"

/* As they stand in the configuration. */
struct written {
    struct slice mode;
    struct slice key;
    struct slice previous;
    json_t *templates;
    struct wechat_account account;
};

static const struct setting table[] = {
    { "token", SETTING_TEXT, true, offsetof(struct written, account.token), 3, 32, NULL,
      WORD_CHARACTERS,
      "the token typed into the platform's server form: 3 to 32 letters and digits" },
    { "original_id", SETTING_TEXT, true, offsetof(struct written, account.original_id), 1, 64, NULL,
      WORD_CHARACTERS "_-", "the account's original id, which begins with gh_" },
    { "mode", SETTING_TEXT, false, offsetof(struct written, mode), 1, 32,
      "plaintext|compatible|safe", NULL,
      "\"plaintext\", \"compatible\" or \"safe\", as chosen in the platform's server form" },
    { "app_id", SETTING_TEXT, false, offsetof(struct written, account.app_id), 1, 64, NULL,
      WORD_CHARACTERS, "the account's AppID, which begins with wx" },
    { "aes_key", SETTING_TEXT, false, offsetof(struct written, key), WECHAT_KEY_TEXT,
      WECHAT_KEY_TEXT, NULL, WORD_CHARACTERS, KEY_EXPECTED },
    { "aes_key_previous", SETTING_TEXT, false, offsetof(struct written, previous), WECHAT_KEY_TEXT,
      WECHAT_KEY_TEXT, NULL, WORD_CHARACTERS, KEY_EXPECTED },
    { "app_secret", SETTING_TEXT, false, offsetof(struct written, account.app_secret), 8, 64, NULL,
      WORD_CHARACTERS, "the account's AppSecret: letters and digits" },
    { "api_url", SETTING_TEXT, false, offsetof(struct written, account.api_url), 8, 200, NULL, NULL,
      API_EXPECTED },
    { "templates", SETTING_OBJECT, false, offsetof(struct written, templates), 0, TEMPLATES_MAX,
      NULL, NULL, "an object: message id to template, see adapters/README.md" },
    { "timestamp_window_s", SETTING_NUMBER, false, offsetof(struct written, account.window_s),
      WINDOW_MIN_S, ADAPTER_OLDEST_S, NULL, NULL, "seconds from 20 to 3024000, 300 when left out" },
    { NULL },
};

static enum wechat_mode mode_of(struct slice name)
{
    if (slice_eq(name, SLICE("safe")))
        return WECHAT_SAFE;
    return slice_eq(name, SLICE("compatible")) ? WECHAT_COMPATIBLE : WECHAT_PLAINTEXT;
}

static int missing(const struct account *account, const char *key, const char *because,
                   struct fault *fault)
{
    return fault_set(fault, GW_ECONFIG, "account %s: settings.%s is missing: %s",
                     account->full_name, key, because);
}

/* Every call carries the token. */
static bool safe_url(struct slice url)
{
    return !slice_ends(url, SLICE("/")) &&
           (slice_starts(url, SLICE("https://")) || slice_starts(url, SLICE("http://127.0.0.1:")));
}

/* The keys in the order in which they are tried. */
static int read_keys(const struct account *account, const struct written *w,
                     struct wechat_account *out, struct fault *fault)
{
    const struct slice texts[WECHAT_KEYS_MAX] = { w->key, w->previous };
    for (size_t i = 0; i < WECHAT_KEYS_MAX && texts[i].n > 0; i++)
        if (wechat_key_read(texts[i], &out->keys[out->key_count++]) != 0)
            return fault_set(fault, GW_ECONFIG, "account %s: settings.%s is not right: give %s",
                             account->full_name, i == 0 ? "aes_key" : "aes_key_previous",
                             KEY_EXPECTED);
    return 0;
}

int wechat_account_check(struct account *account, struct arena *a, struct fault *fault)
{
    struct written w = { .account = { .api_url = SLICE(API_URL), .window_s = WINDOW_S } };
    int rv = settings_read(account, table, &w, fault);
    if (rv != 0)
        return rv;
    struct wechat_account *out = arena_alloc(a, sizeof(*out));
    *out = w.account;
    out->mode = mode_of(w.mode);
    if (out->mode != WECHAT_PLAINTEXT && out->app_id.n == 0)
        return missing(account, "app_id", "this mode checks it in every message", fault);
    if (out->mode != WECHAT_PLAINTEXT && w.key.n == 0)
        return missing(account, "aes_key", "this mode encrypts", fault);
    if (w.key.n == 0 && w.previous.n > 0)
        return missing(account, "aes_key", "aes_key_previous goes with a new one", fault);
    if (out->app_secret.n > 0 && out->app_id.n == 0)
        return missing(account, "app_id", "app_secret goes with it", fault);
    if (!safe_url(out->api_url))
        return fault_set(fault, GW_ECONFIG, "account %s: settings.api_url is not right: give %s",
                         account->full_name, API_EXPECTED);
    if (w.templates != NULL && out->app_secret.n == 0)
        return missing(account, "app_secret", "without it no template can be sent", fault);
    rv = wechat_notices_read(account, w.templates, a, &out->notices, fault);
    if (rv == 0)
        rv = read_keys(account, &w, out, fault);
    account->answers_only = out->app_secret.n == 0;
    if (rv == 0)
        account->prepared = out;
    return rv;
}
