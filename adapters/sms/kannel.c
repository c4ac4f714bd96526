#include "adapters/sms/kannel.h"

#include <stddef.h>

#include "adapters/reply.h"
#include "adapters/settings.h"

static const struct setting table[] = {
    { "sendsms_url", SETTING_TEXT, false, offsetof(struct kannel_settings, sendsms_url), 8, 500,
      NULL, NULL, "Kannel's address for sending, like http://127.0.0.1:13013/cgi-bin/sendsms" },
    { "username", SETTING_TEXT, false, offsetof(struct kannel_settings, username), 1, 64, NULL,
      NULL, "the username of the sendsms-user group" },
    { "password", SETTING_TEXT, false, offsetof(struct kannel_settings, password), 1, 128, NULL,
      NULL, "the password of the sendsms-user group" },
    { "from", SETTING_TEXT, false, offsetof(struct kannel_settings, from), 1, 21, NULL, NULL,
      "the number messages come from, 1 to 21 characters" },
    { "smsc", SETTING_TEXT, false, offsetof(struct kannel_settings, smsc), 1, 64, NULL, NULL,
      "the smsc-id to send by" },
    { NULL },
};

static bool is_http(struct slice url)
{
    return slice_starts(url, SLICE("http://")) || slice_starts(url, SLICE("https://"));
}

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct kannel_settings *s = arena_alloc(a, sizeof(*s));
    int rv = settings_read(account, table, s, fault);
    if (rv != 0)
        return rv;
    if (s->sendsms_url.n > 0 && !is_http(s->sendsms_url))
        return fault_set(fault, GW_ECONFIG,
                         "account %s: settings.sendsms_url: begin it with http:// "
                         "or https://",
                         account->full_name);
    if (s->sendsms_url.n > 0 && (s->username.n == 0 || s->password.n == 0))
        return fault_set(fault, GW_ECONFIG,
                         "account %s: settings.sendsms_url needs username and "
                         "password of Kannel's sendsms-user group",
                         account->full_name);
    account->prepared = s;
    account->answers_only = s->sendsms_url.n == 0;
    return 0;
}

static enum webhook_refusal read_request(const struct account *account, const struct webhook *hook,
                                         int64_t now, struct arena *a, struct decoded *out)
{
    bool status = slice_eq(hook->rest, SLICE("/status"));
    if (!status && hook->rest.n > 0)
        return REFUSED_PATH;
    if (!slice_eq(hook->method, SLICE("GET")) && !slice_eq(hook->method, SLICE("POST")))
        return REFUSED_METHOD;
    return status ? kannel_status(hook, a, out) : kannel_message(account, hook, now, a, out);
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    *out = (struct decoded){ 0 };
    enum webhook_refusal refusal = read_request(account, hook, now, a, out);
    if (refusal != REFUSED_NONE)
        *out = (struct decoded){ .refusal = refusal };
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)received_at;
    *out = (struct response){ 200, "text/plain; charset=utf-8", SLICE(""), { NULL } };
    if (decoded->reply_inline)
        out->body = reply_join(replies, reply_count, a);
    /* Without the header Kannel sends the text in 7 bits, and Chinese becomes question marks. */
    if (out->body.n > 0) {
        out->headers[0] = "X-Kannel-Coding";
        out->headers[1] = "2";
    }
}

const struct adapter adapter_kannel = {
    .name = "kannel",
    .channel = "sms",
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = kannel_send,
    .sent = kannel_sent,
};
