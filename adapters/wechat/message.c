#include "adapters/wechat/message.h"

#include <math.h>
#include <stdlib.h>

#include "adapters/charset.h"
#include "gateway/base/digest.h"
#include "gateway/base/utf8.h"

enum {
    OPENID_MAX = 64, /* typically 28 characters (wechat.md 2.1) */
    DIGITS_MAX = 20, /* MsgId, MsgID, CreateTime */
    EVENT_MAX = 64,
    KEY_MAX = 255, /* struct inbound */
};

/* What a kind of message or event becomes, and where its parts are. */
struct kind_row {
    const char *name;
    enum inbound_kind kind;
    const char *text;      /* NULL: none */
    const char *media[2];  /* the first that is there */
    const char *event_key; /* this head of EventKey is taken off; NULL: EventKey is not kept */
};

/* Everything that is not listed is INBOUND_OTHER. */
static const struct kind_row messages[] = {
    { "text", INBOUND_TEXT, "Content" },
    { "voice", INBOUND_VOICE, "Recognition", { "MediaId" } },
    { "image", INBOUND_IMAGE, NULL, { "MediaId", "PicUrl" } },
    { "location", INBOUND_LOCATION, "Label" },
    { "link", INBOUND_LINK, "Title", { "Url" } },
    { NULL },
};

static const struct kind_row events[] = {
    { "subscribe", INBOUND_SUBSCRIBE, .event_key = "qrscene_" },
    { "unsubscribe", INBOUND_UNSUBSCRIBE },
    { "SCAN", INBOUND_SCAN, .event_key = "" },
    { "CLICK", INBOUND_CLICK, "EventKey", .event_key = "" },
    { NULL },
};

static const struct kind_row other = { "", INBOUND_OTHER };

static const struct kind_row *find(const struct kind_row *rows, struct slice name)
{
    for (; rows->name != NULL; rows++)
        if (slice_eq_nocase(name, slice_of(rows->name)))
            return rows;
    return &other;
}

static struct slice element(const struct xml *xml, const char *path)
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

static bool is_number(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= DIGITS_MAX;
}

static struct slice text_of(struct slice raw, struct arena *a)
{
    return utf8_cut(charset_clean(raw, a), ADAPTER_TEXT_MAX);
}

/* The store keeps at most 255 bytes of key: a longer one becomes its digest. */
static struct slice bounded_key(struct slice key, struct arena *a)
{
    if (key.n <= KEY_MAX)
        return key;
    unsigned char digest[32];
    digest_sha256(key, digest);
    char *hex = arena_alloc(a, 2 * sizeof(digest) + 1);
    digest_hex(digest, sizeof(digest), hex);
    return (struct slice){ hex, 2 * sizeof(digest) };
}

/* A coordinate in degrees; false when it is none. */
static bool degrees(struct slice s, double limit, struct arena *a, double *out)
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
    struct slice id = element(xml, "MsgId");
    const struct kind_row *row = find(messages, type);
    if (!is_number(id))
        return REFUSED_MALFORMED;
    out->kind = row->kind;
    out->key = arena_printf(a, "m:%.*s:%.*s", SLICE_ARG(out->sender), SLICE_ARG(id));
    if (row->text != NULL)
        out->text = text_of(xml_get(xml, row->text), a);
    for (int i = 0; i < 2 && row->media[i] != NULL && out->media.n == 0; i++)
        out->media = text_of(element(xml, row->media[i]), a);
    if (row->kind == INBOUND_LOCATION &&
        (!degrees(element(xml, "Location_X"), 90, a, &out->latitude) ||
         !degrees(element(xml, "Location_Y"), 180, a, &out->longitude)))
        return REFUSED_MALFORMED;
    return REFUSED_NONE;
}

static enum webhook_refusal read_event(const struct xml *xml, struct arena *a, struct inbound *out)
{
    struct slice event = element(xml, "Event");
    struct slice event_key = text_of(element(xml, "EventKey"), a);
    struct slice id = element(xml, "MsgID");
    if (!is_word(event, EVENT_MAX) || (id.n > 0 && !is_number(id)))
        return REFUSED_MALFORMED;
    const struct kind_row *row = find(events, event);
    out->kind = row->kind;
    /* EventKey is the one part that may hold anything, so it comes last. */
    out->key = bounded_key(arena_printf(a, "e:%.*s:%lld:%.*s:%.*s:%.*s", SLICE_ARG(out->sender),
                                        (long long)out->sent_at, SLICE_ARG(event), SLICE_ARG(id),
                                        SLICE_ARG(event_key)),
                           a);
    if (row->event_key != NULL) {
        struct slice head = slice_of(row->event_key);
        out->event_key = slice_starts(event_key, head) ? slice_skip(event_key, head.n) : event_key;
    }
    if (row->text != NULL)
        out->text = event_key;
    return REFUSED_NONE;
}

enum webhook_refusal wechat_message(const struct xml *xml, struct slice original_id,
                                    struct arena *a, struct inbound *out)
{
    struct slice type = element(xml, "MsgType");
    struct slice created = element(xml, "CreateTime");
    *out = (struct inbound){
        .sender = element(xml, "FromUserName"),
        .recipient = element(xml, "ToUserName"),
    };
    if (!slice_eq(xml->root, SLICE("xml")) || out->recipient.n == 0)
        return REFUSED_MALFORMED;
    if (!slice_eq(out->recipient, original_id))
        return REFUSED_RECIPIENT;
    if (!is_word(out->sender, OPENID_MAX) || !is_word(type, EVENT_MAX) || !is_number(created) ||
        slice_to_int(created, &out->sent_at) != 0)
        return REFUSED_MALFORMED;
    if (slice_eq_nocase(type, SLICE("event")))
        return read_event(xml, a, out);
    return read_message(xml, type, a, out);
}

bool wechat_answerable(enum inbound_kind kind)
{
    return kind != INBOUND_UNSUBSCRIBE && kind != INBOUND_OTHER;
}
