#include "adapters/wechat/wechat.h"

#include "adapters/form.h"
#include "adapters/reply.h"
#include "adapters/wechat/account.h"
#include "adapters/wechat/client.h"
#include "adapters/wechat/message.h"
#include "adapters/wechat/qr.h"
#include "adapters/wechat/reply.h"
#include "adapters/wechat/signature.h"

enum { ECHO_MAX = 128 };

/* How an encrypted push was opened, for its reply. */
struct opened {
    const struct wechat_key *key;
    struct slice nonce;
};

/* The signed clock. A wrong signature hides whether it was right. */
static enum webhook_refusal fresh(const struct wechat_account *s, const struct form *query,
                                  int64_t now)
{
    struct slice timestamp = form_get(query, "timestamp");
    int64_t at;
    if (timestamp.n > 12 || slice_to_int(timestamp, &at) != 0)
        return REFUSED_MALFORMED;
    return at < now - s->window_s || at > now + s->window_s ? REFUSED_STALE : REFUSED_NONE;
}

static enum webhook_refusal verify(const struct wechat_account *s, const struct form *query,
                                   int64_t now)
{
    if (!wechat_signed(s->token, form_get(query, "timestamp"), form_get(query, "nonce"),
                       form_get(query, "signature")))
        return REFUSED_SIGNATURE;
    return fresh(s, query, now);
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

static enum webhook_refusal receive_clear(const struct wechat_account *s,
                                          const struct webhook *hook, const struct form *query,
                                          int64_t now, struct arena *a, struct decoded *out)
{
    struct xml xml;
    enum webhook_refusal refusal = verify(s, query, now);
    if (refusal == REFUSED_NONE)
        refusal = of_xml(xml_read(hook->body, a, &xml));
    return refusal != REFUSED_NONE ? refusal : wechat_message(&xml, s->original_id, a, out);
}

/* Tries the keys in their order; the one that opens is remembered for the reply. Which part of the
 * content was wrong is not told. */
static enum webhook_refusal decrypt(const struct wechat_account *s, struct slice encrypted,
                                    struct arena *a, struct opened *opened, struct slice *message)
{
    for (size_t i = 0; i < s->key_count; i++) {
        opened->key = &s->keys[i];
        if (wechat_decrypt(opened->key, s->app_id, encrypted, a, message) == 0)
            return REFUSED_NONE;
    }
    return REFUSED_ENCRYPTION;
}

/* The outer names only carry the ciphertext here: who wrote to whom is what was inside. */
static enum webhook_refusal receive_sealed(const struct wechat_account *s,
                                           const struct webhook *hook, const struct form *query,
                                           int64_t now, struct arena *a, struct decoded *out)
{
    struct xml outer, inner;
    struct slice text;
    enum webhook_refusal refusal = of_xml(xml_read(hook->body, a, &outer));
    if (refusal != REFUSED_NONE)
        return refusal;
    struct slice encrypted = slice_trim(xml_get(&outer, "Encrypt"));
    struct opened *opened = arena_alloc(a, sizeof(*opened));
    opened->nonce = form_get(query, "nonce");
    if (!wechat_message_signed(s->token, form_get(query, "timestamp"), opened->nonce, encrypted,
                               form_get(query, "msg_signature")))
        return REFUSED_SIGNATURE;
    refusal = fresh(s, query, now);
    if (refusal != REFUSED_NONE)
        return refusal;
    if (s->mode == WECHAT_SAFE && xml_get(&outer, "MsgType").p != NULL)
        return REFUSED_MODE;
    refusal = decrypt(s, encrypted, a, opened, &text);
    if (refusal == REFUSED_NONE)
        refusal = of_xml(xml_read(text, a, &inner));
    if (refusal != REFUSED_NONE)
        return refusal;
    out->detail = opened;
    return wechat_message(&inner, s->original_id, a, out);
}

/* The account's mode decides how a request has to be; the request has no say in it. */
static enum webhook_refusal receive(const struct wechat_account *s, const struct webhook *hook,
                                    const struct form *query, int64_t now, struct arena *a,
                                    struct decoded *out)
{
    struct slice type = form_get(query, "encrypt_type");
    bool sealed = type.n > 0 && !slice_eq(type, SLICE("raw"));
    if (sealed && !slice_eq(type, SLICE("aes")))
        return REFUSED_MALFORMED;
    if (sealed != (s->mode != WECHAT_PLAINTEXT))
        return REFUSED_MODE;
    return sealed ? receive_sealed(s, hook, query, now, a, out)
                  : receive_clear(s, hook, query, now, a, out);
}

static enum webhook_refusal read_request(const struct account *account, const struct webhook *hook,
                                         int64_t now, struct arena *a, struct decoded *out)
{
    const struct wechat_account *s = account->prepared;
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
    if (!get)
        return receive(s, hook, &query, now, a, out);
    enum webhook_refusal refusal = verify(s, &query, now);
    return refusal != REFUSED_NONE ? refusal : echo(&query, out);
}

/* What each action lets the account send (wechat.md 4.2): only accounts that can are told. */
static void grant(const struct wechat_account *s, struct inbound *in)
{
    enum { MESSAGES = 1, CLICKS, FOLLOWS, SCANS };
    static const struct {
        int kind, count, seconds;
    } grants[INBOUND_KINDS] = {
        [INBOUND_TEXT] = { MESSAGES, 5, 48 * 3600 },
        [INBOUND_VOICE] = { MESSAGES, 5, 48 * 3600 },
        [INBOUND_IMAGE] = { MESSAGES, 5, 48 * 3600 },
        [INBOUND_VIDEO] = { MESSAGES, 5, 48 * 3600 },
        [INBOUND_LINK] = { MESSAGES, 5, 48 * 3600 },
        [INBOUND_LOCATION] = { MESSAGES, 5, 48 * 3600 },
        [INBOUND_CLICK] = { CLICKS, 3, 60 },
        [INBOUND_SUBSCRIBE] = { FOLLOWS, 3, 60 },
        [INBOUND_SCAN] = { SCANS, 3, 60 },
    };
    int kind = in->tapped ? INBOUND_CLICK : (int)in->kind;
    if (s->app_secret.n == 0)
        return;
    in->grant_kind = grants[kind].kind;
    in->grant_count = grants[kind].count;
    in->grant_s = grants[kind].seconds;
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    *out = (struct decoded){ 0 };
    enum webhook_refusal refusal = read_request(account, hook, now, a, out);
    if (refusal != REFUSED_NONE)
        *out = (struct decoded){ .refusal = refusal };
    else if (out->message_count == 1)
        grant(account->prepared, out->messages);
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    struct slice text = decoded->reply_inline ? reply_join(replies, reply_count, a) : SLICE("");
    /* "success" says: handled, say nothing, do not push again; it is never encrypted. An empty
     * Content would be an error. */
    *out = (struct response){ 200, "text/plain; charset=utf-8", SLICE("success"), { NULL } };
    if (text.n == 0)
        return;
    const struct inbound *message = &decoded->messages[0];
    out->content_type = "text/xml; charset=utf-8";
    out->body = wechat_reply_text(message->sender, message->recipient, received_at, text, a);
    const struct opened *opened = decoded->detail;
    if (opened == NULL)
        return;
    const struct wechat_sealing with = {
        .key = opened->key, .message = message->key, .nonce = opened->nonce, .at = received_at
    };
    out->body = wechat_reply_sealed(account->prepared, &with, out->body, a);
}

const struct adapter adapter_wechat = {
    .name = "wechat",
    .signs = true,
    .channel = "wechat",
    .check = wechat_account_check,
    .decode = decode,
    .respond = respond,
    .send = wechat_client_send,
    .sent = wechat_client_sent,
    .ways = WECHAT_WAYS,
    .consent = wechat_client_consent,
    .has_way = wechat_client_has_way,
    .token = wechat_client_token,
    .token_read = wechat_client_token_read,
    .scene = wechat_qr_scene,
    .scene_read = wechat_qr_scene_read,
    .download = wechat_client_download,
    .downloaded = wechat_client_downloaded,
};
