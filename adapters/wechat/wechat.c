#include "adapters/wechat/wechat.h"

#include <stddef.h>

#include "adapters/form.h"
#include "adapters/reply.h"
#include "adapters/settings.h"
#include "adapters/wechat/message.h"
#include "adapters/wechat/reply.h"
#include "adapters/wechat/signature.h"

enum {
    WINDOW_S =
        300, /* Tencent publishes none; retries are less than 20 s old (wechat.md 5, item 4) */
    WINDOW_MIN_S = 20,
    ECHO_MAX = 128,
};

#define WORD_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct settings {
    struct slice token;
    struct slice original_id;
    struct slice mode;
    int64_t window_s;
};

static const struct setting table[] = {
    { "token", SETTING_TEXT, true, offsetof(struct settings, token), 3, 32, NULL, WORD_CHARACTERS,
      "the token typed into the platform's server form: 3 to 32 letters and digits" },
    { "original_id", SETTING_TEXT, true, offsetof(struct settings, original_id), 1, 64, NULL,
      WORD_CHARACTERS "_-", "the account's original id, which begins with gh_" },
    { "mode", SETTING_TEXT, false, offsetof(struct settings, mode), 1, 32, "plaintext", NULL,
      "\"plaintext\", the one mode this version speaks" },
    { "timestamp_window_s", SETTING_NUMBER, false, offsetof(struct settings, window_s),
      WINDOW_MIN_S, ADAPTER_OLDEST_S, NULL, NULL, "seconds from 20 to 3024000, 300 when left out" },
    { NULL },
};

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct settings *s = arena_alloc(a, sizeof(*s));
    s->window_s = WINDOW_S;
    int rv = settings_read(account, table, s, fault);
    if (rv == 0)
        account->prepared = s;
    return rv;
}

/* The query's signature and clock. A wrong signature hides whether the clock was right. */
static enum webhook_refusal verify(const struct settings *s, const struct form *query, int64_t now)
{
    struct slice timestamp = form_get(query, "timestamp");
    int64_t at;
    if (!wechat_signed(s->token, timestamp, form_get(query, "nonce"), form_get(query, "signature")))
        return REFUSED_SIGNATURE;
    if (timestamp.n > 12 || slice_to_int(timestamp, &at) != 0)
        return REFUSED_MALFORMED;
    return at < now - s->window_s || at > now + s->window_s ? REFUSED_STALE : REFUSED_NONE;
}

/* Only what is harmless in any page is echoed; WeChat sends digits. */
static enum webhook_refusal echo(const struct form *query, struct decoded *out)
{
    struct slice text = form_get(query, "echostr");
    if (text.n == 0 || text.n > ECHO_MAX)
        return REFUSED_MALFORMED;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c <= ' ' || c > '~' || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
            return REFUSED_MALFORMED;
    }
    out->echo = true;
    out->body = text;
    return REFUSED_NONE;
}

static enum webhook_refusal of_xml(enum xml_result result)
{
    switch (result) {
    case XML_READ:
        return REFUSED_NONE;
    case XML_TOO_BIG:
        return REFUSED_TOO_BIG;
    case XML_DOCTYPE:
        return REFUSED_DOCTYPE;
    case XML_ENCODING:
        return REFUSED_ENCODING;
    case XML_BROKEN:
        break;
    }
    return REFUSED_MALFORMED;
}

static enum webhook_refusal receive(const struct settings *s, const struct webhook *hook,
                                    struct arena *a, struct decoded *out)
{
    struct xml xml;
    enum webhook_refusal refusal = of_xml(xml_read(hook->body, a, &xml));
    if (refusal != REFUSED_NONE)
        return refusal;
    struct inbound *message = arena_alloc(a, sizeof(*message));
    refusal = wechat_message(&xml, s->original_id, a, message);
    if (refusal != REFUSED_NONE)
        return refusal;
    out->messages = message;
    out->message_count = 1;
    out->reply_inline = wechat_answerable(message->kind);
    return REFUSED_NONE;
}

static enum webhook_refusal read_request(const struct account *account, const struct webhook *hook,
                                         int64_t now, struct arena *a, struct decoded *out)
{
    const struct settings *s = account->prepared;
    bool get = slice_eq(hook->method, SLICE("GET"));
    if (hook->rest.n > 0)
        return REFUSED_PATH;
    if (!get && !slice_eq(hook->method, SLICE("POST")))
        return REFUSED_METHOD;
    if (hook->body.n > XML_BYTES_MAX)
        return REFUSED_TOO_BIG;
    struct form query;
    int rv = form_parse(hook->query, a, &query);
    if (rv != 0)
        return rv == GW_ETOOBIG ? REFUSED_TOO_BIG : REFUSED_MALFORMED;
    enum webhook_refusal refusal = verify(s, &query, now);
    if (refusal != REFUSED_NONE)
        return refusal;
    return get ? echo(&query, out) : receive(s, hook, a, out);
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
    (void)account;
    struct slice text = decoded->reply_inline ? reply_join(replies, reply_count, a) : SLICE("");
    /* "success" says: handled, say nothing, do not push again. An empty Content would be an error.
     */
    *out = (struct response){ 200, "text/plain; charset=utf-8", SLICE("success"), { NULL } };
    if (text.n == 0)
        return;
    const struct inbound *message = &decoded->messages[0];
    out->content_type = "text/xml; charset=utf-8";
    out->body = wechat_reply_text(message->sender, message->recipient, received_at, text, a);
}

const struct adapter adapter_wechat = {
    .name = "wechat",
    .channel = "wechat",
    .check = check,
    .decode = decode,
    .respond = respond,
};
