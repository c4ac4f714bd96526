#include "adapters/wechat/reply.h"

#include <inttypes.h>

#include "gateway/base/sbuf.h"

/* No text is longer than ADAPTER_TEXT_MAX, and "]]>" at its densest grows it fivefold. */
enum { REPLY_MAX = 16 * 1024 };

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
