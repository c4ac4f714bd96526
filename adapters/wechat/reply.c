#include "adapters/wechat/reply.h"

#include <inttypes.h>

#include <string.h>

#include "adapters/wechat/signature.h"
#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"

enum {
    REPLY_MAX = 16 * 1024,  /* a text has ADAPTER_TEXT_MAX bytes, "]]>" grows it fivefold at most */
    SEALED_MAX = 32 * 1024, /* base64 adds a third */
};

/* "]]>" would end the section early: it is split between two. */
static void add_cdata(struct sbuf *b, struct slice text)
{
    sbuf_str(b, "<![CDATA[");
    for (ptrdiff_t at; (at = slice_find(text, SLICE("]]>"))) >= 0;) {
        sbuf_add(b, slice_head(text, (size_t)at + 2));
        sbuf_str(b, "]]><![CDATA[");
        text = slice_skip(text, (size_t)at + 2);
    }
    sbuf_add(b, text);
    sbuf_str(b, "]]>");
}

static void add_element(struct sbuf *b, const char *name, struct slice text)
{
    sbuf_printf(b, "<%s>", name);
    add_cdata(b, text);
    sbuf_printf(b, "</%s>", name);
}

struct slice wechat_reply_text(struct slice to, struct slice from, int64_t created,
                               struct slice text, struct arena *a)
{
    struct sbuf b;
    sbuf_init(&b, REPLY_MAX);
    sbuf_str(&b, "<xml>");
    add_element(&b, "ToUserName", to);
    add_element(&b, "FromUserName", from);
    sbuf_printf(&b, "<CreateTime>%" PRId64 "</CreateTime>", created);
    add_element(&b, "MsgType", SLICE("text"));
    add_element(&b, "Content", text);
    sbuf_str(&b, "</xml>");
    struct slice xml = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return xml;
}

static void derive(const struct wechat_sealing *with, struct slice xml, struct arena *a,
                   unsigned char out[WECHAT_RANDOM])
{
    unsigned char mac[32];
    const struct slice key = { (const char *)with->key->bytes, sizeof(with->key->bytes) };
    digest_hmac_sha256(key,
                       arena_printf(a, "linli reply:%zu:%.*s:%" PRId64 ":%.*s", with->message.n,
                                    SLICE_ARG(with->message), with->at, SLICE_ARG(xml)),
                       mac);
    memcpy(out, mac, WECHAT_RANDOM);
}

struct slice wechat_reply_sealed(const struct wechat_account *account,
                                 const struct wechat_sealing *with, struct slice xml,
                                 struct arena *a)
{
    unsigned char random[WECHAT_RANDOM];
    char signature[41];
    derive(with, xml, a, random);
    struct slice sealed = wechat_encrypt(with->key, account->app_id, random, xml, a);
    struct slice timestamp = arena_printf(a, "%" PRId64, with->at);
    if (!wechat_message_signature(account->token, timestamp, with->nonce, sealed, signature))
        return SLICE(""); /* the nonce was checked with the push */
    struct sbuf b;
    sbuf_init(&b, SEALED_MAX);
    sbuf_str(&b, "<xml>");
    add_element(&b, "Encrypt", sealed);
    add_element(&b, "MsgSignature", slice_of(signature));
    sbuf_printf(&b, "<TimeStamp>%.*s</TimeStamp>", SLICE_ARG(timestamp));
    add_element(&b, "Nonce", with->nonce);
    sbuf_str(&b, "</xml>");
    struct slice envelope = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return envelope;
}
