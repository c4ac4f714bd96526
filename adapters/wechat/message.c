#include "adapters/wechat/message.h"

#include <math.h>
#include <stdlib.h>

#include "adapters/charset.h"
#include "adapters/wechat/event.h"
#include "gateway/base/utf8.h"

enum {
    OPENID_MAX = 64, /* typically 28 characters (wechat.md 2.1) */
    DIGITS_MAX = 20, /* MsgId, MsgID, CreateTime */
    TYPE_MAX = 64,
};

/* What a kind of message becomes, and where its parts are. */
struct kind_row {
    const char *name;
    enum inbound_kind kind;
    const char *text; /* NULL: none */
    const char *media;
    const char *media_more; /* taken for `media` where that is missing */
};

/* Everything that is not listed is INBOUND_OTHER. */
static const struct kind_row messages[] = {
    { "text", INBOUND_TEXT, "Content", NULL, NULL },
    { "voice", INBOUND_VOICE, "Recognition", "MediaId", "MediaId16K" },
    { "image", INBOUND_IMAGE, NULL, "MediaId", "PicUrl" },
    { "video", INBOUND_VIDEO, NULL, "MediaId", "ThumbMediaId" },
    { "shortvideo", INBOUND_VIDEO, NULL, "MediaId", "ThumbMediaId" },
    { "location", INBOUND_LOCATION, "Label", NULL, NULL },
    { "link", INBOUND_LINK, "Title", "Url", "Description" },
    { NULL },
};

static const struct kind_row other = { "", INBOUND_OTHER, NULL, NULL, NULL };

static const struct kind_row *find(struct slice name)
{
    for (const struct kind_row *row = messages; row->name != NULL; row++)
        if (slice_eq_nocase(name, slice_of(row->name)))
            return row;
    return &other;
}

struct slice wechat_element(const struct xml *xml, const char *path)
{
    return slice_trim(xml_get(xml, path));
}

/* 1 to `max` bytes of letters, digits, '_' and '-'. */
static bool is_word(struct slice s, size_t max)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '_' || c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= max;
}

bool wechat_is_number(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= DIGITS_MAX;
}

struct slice wechat_text(struct slice raw, struct arena *a)
{
    return utf8_cut(charset_clean(raw, a), ADAPTER_TEXT_MAX);
}

/* A coordinate in degrees; false when it is none. */
bool wechat_degrees(struct slice s, double limit, struct arena *a, double *out)
{
    char *end;
    if (s.n == 0 || s.n > 32)
        return false;
    const char *text = arena_str(a, s);
    *out = strtod(text, &end);
    return end == text + s.n && isfinite(*out) && fabs(*out) <= limit;
}

static enum webhook_refusal read_message(const struct xml *xml, struct slice type, struct arena *a,
                                         struct inbound *out)
{
    struct slice id = wechat_element(xml, "MsgId");
    const struct kind_row *row = find(type);
    if (!wechat_is_number(id))
        return REFUSED_MALFORMED;
    out->kind = row->kind;
    out->key = arena_printf(a, "m:%.*s:%.*s", SLICE_ARG(out->sender), SLICE_ARG(id));
    struct slice menu = wechat_element(xml, "bizmsgmenuid");
    out->tapped = menu.n > 0;
    if (out->tapped && (!wechat_is_number(menu) || slice_to_int(menu, &out->tap) != 0))
        out->tap = -1;
    if (row->text != NULL)
        out->text = wechat_text(xml_get(xml, row->text), a);
    if (row->media != NULL) {
        out->media = wechat_text(wechat_element(xml, row->media), a);
        out->media_more = wechat_text(wechat_element(xml, row->media_more), a);
    }
    if (out->media.n == 0)
        out->media = out->media_more;
    if (row->kind == INBOUND_LOCATION &&
        (!wechat_degrees(wechat_element(xml, "Location_X"), 90, a, &out->latitude) ||
         !wechat_degrees(wechat_element(xml, "Location_Y"), 180, a, &out->longitude)))
        return REFUSED_MALFORMED;
    return REFUSED_NONE;
}

enum webhook_refusal wechat_message(const struct xml *xml, struct slice original_id,
                                    struct arena *a, struct decoded *out)
{
    struct slice type = wechat_element(xml, "MsgType");
    struct slice created = wechat_element(xml, "CreateTime");
    struct inbound *in = arena_alloc(a, sizeof(*in));
    in->sender = wechat_element(xml, "FromUserName");
    in->recipient = wechat_element(xml, "ToUserName");
    if (!slice_eq(xml->root, SLICE("xml")) || in->recipient.n == 0)
        return REFUSED_MALFORMED;
    if (!slice_eq(in->recipient, original_id))
        return REFUSED_RECIPIENT;
    if (!is_word(in->sender, OPENID_MAX) || !is_word(type, TYPE_MAX) ||
        !wechat_is_number(created) || slice_to_int(created, &in->sent_at) != 0)
        return REFUSED_MALFORMED;
    out->messages = in;
    out->message_count = 1;
    enum webhook_refusal refusal = slice_eq_nocase(type, SLICE("event"))
                                       ? wechat_event(xml, a, out)
                                       : read_message(xml, type, a, in);
    out->reply_inline = out->message_count == 1 && wechat_answerable(in->kind);
    return refusal;
}

bool wechat_answerable(enum inbound_kind kind)
{
    return inbound_is_message(kind) && kind != INBOUND_UNSUBSCRIBE && kind != INBOUND_REVOKED;
}
