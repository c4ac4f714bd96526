#include "adapters/wechat/event.h"

#include "adapters/wechat/message.h"
#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum {
    KEY_MAX = 255,    /* struct inbound */
    EVENT_MAX = 64,   /* bytes of an event's name */
    REASON_MAX = 120, /* a status as WeChat words it */
    LIST_MAX = 1024,  /* all entries of a consent */
};

/* What an event becomes, and where its parts are. */
struct event_row {
    const char *name;
    enum inbound_kind kind;
    const char *key;  /* the element of event_key; NULL: none */
    const char *head; /* taken off its front */
    const char *text; /* NULL: none */
    enum webhook_refusal (*more)(const struct xml *xml, struct arena *a, struct decoded *out);
};

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '_' || c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= EVENT_MAX;
}

/* Statuses come with and without spaces: "failed: system failed". */
static bool means(struct slice status, const char *word)
{
    size_t n = 0;
    struct slice wanted = slice_of(word);
    for (size_t i = 0; i < status.n; i++) {
        char c = status.p[i];
        if (c == ' ')
            continue;
        if (n == wanted.n || (c | 0x20) != wanted.p[n++])
            return false;
    }
    return n == wanted.n;
}

/* ---- receipts ---- */

static void add_receipt(struct decoded *out, const struct receipt *receipt)
{
    out->receipts[out->receipt_count++] = *receipt;
}

static enum webhook_refusal one_receipt(const struct xml *xml, struct slice reason, bool delivered,
                                        struct arena *a, struct decoded *out)
{
    struct slice id = wechat_element(xml, "MsgID");
    if (!wechat_is_number(id))
        return REFUSED_MALFORMED;
    out->receipts = arena_alloc(a, sizeof(*out->receipts));
    add_receipt(out, &(struct receipt){ .provider_id = id,
                                        .final = true,
                                        .delivered = delivered,
                                        .reason = reason,
                                        .at = out->messages[0].sent_at });
    out->message_count = 0;
    return REFUSED_NONE;
}

static struct slice status_of(const struct xml *xml, struct arena *a)
{
    return utf8_cut(wechat_text(wechat_element(xml, "Status"), a), REASON_MAX);
}

static enum webhook_refusal template_result(const struct xml *xml, struct arena *a,
                                            struct decoded *out)
{
    struct slice status = status_of(xml, a);
    return one_receipt(xml, status, means(status, "success"), a, out);
}

/* A count as written, "0" when it is none. */
static struct slice count_of(const struct xml *xml, const char *path)
{
    struct slice count = wechat_element(xml, path);
    return wechat_is_number(count) ? count : SLICE("0");
}

static enum webhook_refusal mass_result(const struct xml *xml, struct arena *a, struct decoded *out)
{
    struct slice status = status_of(xml, a);
    struct slice total = count_of(xml, "TotalCount"), filtered = count_of(xml, "FilterCount");
    struct slice sent = count_of(xml, "SentCount"), failed = count_of(xml, "ErrorCount");
    struct slice reason = arena_printf(
        a, "%.*s: of %.*s after filtering %.*s, sent %.*s, failed %.*s", SLICE_ARG(status),
        SLICE_ARG(total), SLICE_ARG(filtered), SLICE_ARG(sent), SLICE_ARG(failed));
    return one_receipt(xml, reason, means(status, "sendsuccess"), a, out);
}

/* One or several entries: each has its own id. */
static enum webhook_refusal notice_results(const struct xml *xml, struct arena *a,
                                           struct decoded *out)
{
    out->receipts = arena_alloc(a, xml->count * sizeof(*out->receipts));
    for (size_t i = 0; i < xml->count; i++) {
        const struct xml_value *v = &xml->values[i];
        if (!slice_eq(v->path, SLICE("SubscribeMsgSentEvent/List/MsgID")))
            continue;
        struct slice id = slice_trim(v->text);
        struct slice code = slice_trim(xml_sibling(xml, v, "SubscribeMsgSentEvent/List/ErrorCode"));
        struct slice words = xml_sibling(xml, v, "SubscribeMsgSentEvent/List/ErrorStatus");
        if (!wechat_is_number(id) || !wechat_is_number(code))
            return REFUSED_MALFORMED;
        bool delivered = slice_eq(code, SLICE("0"));
        words = utf8_cut(wechat_text(words, a), REASON_MAX);
        add_receipt(out, &(struct receipt){ .provider_id = id,
                                            .final = true,
                                            .delivered = delivered,
                                            .reason = arena_printf(a, "%.*s %.*s", SLICE_ARG(code),
                                                                   SLICE_ARG(words)),
                                            .at = out->messages[0].sent_at });
    }
    out->message_count = 0;
    return out->receipt_count > 0 ? REFUSED_NONE : REFUSED_MALFORMED;
}

/* ---- the rest ---- */

/* "TEMPLATE:accept TEMPLATE:reject" of a popup or a change. */
static enum webhook_refusal consents(const struct xml *xml, struct arena *a, struct decoded *out)
{
    struct sbuf b;
    sbuf_init(&b, LIST_MAX);
    for (size_t i = 0; i < xml->count; i++) {
        const struct xml_value *v = &xml->values[i];
        if (!slice_ends(v->path, SLICE("/List/SubscribeStatusString")))
            continue;
        struct slice list = slice_head(v->path, v->path.n - SLICE("SubscribeStatusString").n);
        struct slice template_path = arena_printf(a, "%.*sTemplateId", SLICE_ARG(list));
        struct slice id = slice_trim(xml_sibling(xml, v, template_path.p));
        struct slice status = slice_trim(v->text);
        if (!is_name(id) || !is_name(status))
            continue;
        sbuf_printf(&b, "%s%.*s:%.*s", b.n > 0 ? " " : "", SLICE_ARG(id), SLICE_ARG(status));
    }
    out->messages[0].event_key = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return REFUSED_NONE;
}

static enum webhook_refusal chosen_place(const struct xml *xml, struct arena *a,
                                         struct decoded *out)
{
    struct inbound *in = out->messages;
    struct slice name = wechat_text(wechat_element(xml, "SendLocationInfo/Poiname"), a);
    if (!wechat_degrees(wechat_element(xml, "SendLocationInfo/Location_X"), 90, a, &in->latitude) ||
        !wechat_degrees(wechat_element(xml, "SendLocationInfo/Location_Y"), 180, a, &in->longitude))
        return REFUSED_MALFORMED;
    if (name.n > 0)
        in->text = utf8_cut(arena_printf(a, "%.*s %.*s", SLICE_ARG(in->text), SLICE_ARG(name)),
                            ADAPTER_TEXT_MAX);
    return REFUSED_NONE;
}

/* The one it is about stands in an element of its own. */
static enum webhook_refusal revoked(const struct xml *xml, struct arena *a, struct decoded *out)
{
    struct slice openid = wechat_element(xml, "OpenID");
    (void)a;
    if (is_name(openid))
        out->messages[0].sender = openid;
    return REFUSED_NONE;
}

static enum webhook_refusal notice(const struct xml *xml, struct arena *a, struct decoded *out)
{
    out->messages[0].event_key = arena_dup(a, wechat_element(xml, "Event"));
    return REFUSED_NONE;
}

/* Everything that is not listed is INBOUND_OTHER. The pictures announced by pic_… follow as
 * messages of their own. */
static const struct event_row events[] = {
    { "subscribe", INBOUND_SUBSCRIBE, "EventKey", "qrscene_", NULL, NULL },
    { "unsubscribe", INBOUND_UNSUBSCRIBE, NULL, NULL, NULL, NULL },
    { "SCAN", INBOUND_SCAN, "EventKey", "", NULL, NULL },
    { "scancode_push", INBOUND_SCAN, "ScanCodeInfo/ScanResult", "", NULL, NULL },
    { "scancode_waitmsg", INBOUND_SCAN, "ScanCodeInfo/ScanResult", "", NULL, NULL },
    { "CLICK", INBOUND_CLICK, "EventKey", "", "EventKey", NULL },
    { "location_select", INBOUND_LOCATION, NULL, NULL, "SendLocationInfo/Label", chosen_place },
    { "VIEW", INBOUND_VIEW, "EventKey", "", NULL, NULL },
    { "view_miniprogram", INBOUND_VIEW, "EventKey", "", NULL, NULL },
    { "LOCATION", INBOUND_POSITION, NULL, NULL, NULL, NULL },
    { "TEMPLATESENDJOBFINISH", INBOUND_OTHER, NULL, NULL, NULL, template_result },
    { "MASSSENDJOBFINISH", INBOUND_OTHER, NULL, NULL, NULL, mass_result },
    { "subscribe_msg_sent_event", INBOUND_OTHER, NULL, NULL, NULL, notice_results },
    { "subscribe_msg_popup_event", INBOUND_CONSENT, NULL, NULL, NULL, consents },
    { "subscribe_msg_change_event", INBOUND_CONSENT, NULL, NULL, NULL, consents },
    { "user_authorization_revoke", INBOUND_REVOKED, NULL, NULL, NULL, revoked },
    { "user_authorization_cancellation", INBOUND_REVOKED, NULL, NULL, NULL, revoked },
    { "PUBLISHJOBFINISH", INBOUND_NOTICE, NULL, NULL, "PublishEventInfo/publish_status", notice },
    { "FREEPUBLISHJOBFINISH", INBOUND_NOTICE, NULL, NULL, "PublishEventInfo/publish_status",
      notice },
    { "qualification_verify_success", INBOUND_NOTICE, NULL, NULL, "ExpiredTime", notice },
    { "qualification_verify_fail", INBOUND_NOTICE, NULL, NULL, "FailReason", notice },
    { "naming_verify_success", INBOUND_NOTICE, NULL, NULL, "ExpiredTime", notice },
    { "naming_verify_fail", INBOUND_NOTICE, NULL, NULL, "FailReason", notice },
    { "annual_renew", INBOUND_NOTICE, NULL, NULL, "ExpiredTime", notice },
    { "verify_expired", INBOUND_NOTICE, NULL, NULL, "ExpiredTime", notice },
    { .name = NULL },
};

static const struct event_row unknown = { .name = "", .kind = INBOUND_OTHER };

static const struct event_row *find(struct slice name)
{
    for (const struct event_row *row = events; row->name != NULL; row++)
        if (slice_eq_nocase(name, slice_of(row->name)))
            return row;
    return &unknown;
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

enum webhook_refusal wechat_event(const struct xml *xml, struct arena *a, struct decoded *out)
{
    struct inbound *in = out->messages;
    struct slice event = wechat_element(xml, "Event");
    struct slice id = wechat_element(xml, "MsgID");
    if (!is_name(event) || (id.n > 0 && !wechat_is_number(id)))
        return REFUSED_MALFORMED;
    const struct event_row *row = find(event);
    in->kind = row->kind;
    struct slice key =
        wechat_text(wechat_element(xml, row->key != NULL ? row->key : "EventKey"), a);
    if (row->key != NULL) {
        struct slice head = slice_of(row->head);
        in->event_key = slice_starts(key, head) ? slice_skip(key, head.n) : key;
    }
    if (row->text != NULL)
        in->text = wechat_text(wechat_element(xml, row->text), a);
    enum webhook_refusal refusal = row->more != NULL ? row->more(xml, a, out) : REFUSED_NONE;
    if (in->kind == INBOUND_CONSENT)
        key = in->event_key;
    /* The key is the one part that may hold anything, so it comes last. */
    in->key = bounded_key(arena_printf(a, "e:%.*s:%lld:%.*s:%.*s:%.*s", SLICE_ARG(in->sender),
                                       (long long)in->sent_at, SLICE_ARG(event), SLICE_ARG(id),
                                       SLICE_ARG(key)),
                          a);
    return refusal;
}
