#include "adapters/sms/kannel.h"

#include "adapters/charset.h"
#include "adapters/form.h"
#include "adapters/sms/codes.h"
#include "adapters/sms/push.h"
#include "adapters/sms/udh.h"
#include "gateway/base/utf8.h"

enum {
    NUMBER_MAX = 32, /* longest address taken; SMPP's has 20 characters (sms.md 5.A.3) */
    ID_MAX = 64,     /* %I is a UUID of 36 characters */
    REF_MAX = 24,
};

/* Bits of %d (sms.md 4.3). */
enum {
    DLR_DELIVERED = 1,
    DLR_UNDELIVERED = 2,
    DLR_QUEUED = 4,
    DLR_ACCEPTED = 8,
    DLR_REJECTED = 16,
    DLR_ALL = 31,
};

static enum webhook_refusal read_query(const struct webhook *hook, struct arena *a,
                                       struct form *out)
{
    if (hook->body.n > FORM_BYTES_MAX)
        return REFUSED_TOO_BIG;
    int rv = form_parse(hook->query, a, out);
    return rv == 0 ? REFUSED_NONE : rv == GW_ETOOBIG ? REFUSED_TOO_BIG : REFUSED_MALFORMED;
}

static bool is_printable(struct slice s, size_t max)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~')
            return false;
    return s.n > 0 && s.n <= max;
}

/* The charset of a body; Kannel writes text/plain; charset="UTF-16BE". */
static struct slice content_charset(struct slice content_type)
{
    ptrdiff_t at = slice_find(content_type, SLICE("charset="));
    struct slice rest = at < 0 ? SLICE("") : slice_skip(content_type, (size_t)at + 8);
    struct slice value;
    if (!slice_next(&rest, ';', &value))
        return SLICE("");
    value = slice_trim(value);
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = (struct slice){ value.p + 1, value.n - 2 };
    return value;
}

/* The text in UTF-8, clean and cut. */
static enum webhook_refusal read_text(const struct webhook *hook, const struct form *query,
                                      struct slice coding, struct arena *a, struct slice *out)
{
    bool post = slice_eq(hook->method, SLICE("POST"));
    struct slice raw = post ? hook->body : form_get(query, "text");
    struct slice name = slice_trim(form_get(query, "charset"));
    if (raw.p == NULL && !post)
        return REFUSED_MALFORMED;
    if (post && name.n == 0)
        name = content_charset(hook->content_type);
    int charset = slice_eq(coding, SLICE("2")) ? (int)CHARSET_UTF16BE : (int)CHARSET_UTF8;
    if (name.n > 0)
        charset = charset_find(name);
    if (charset < 0 || charset_decode((enum charset)charset, raw, a, out) != 0)
        return REFUSED_ENCODING;
    *out = utf8_cut(charset_clean(*out, a), ADAPTER_TEXT_MAX);
    return REFUSED_NONE;
}

/* Which part of a long message it is: by its header (%u), or by the numbers some gateways push. A
 * header that does not hold, or more parts than any text has, leaves a message of its own. */
static void read_part(const struct form *query, struct arena *a, struct inbound *m)
{
    int64_t number = 0, total = 0;
    struct udh_part part = { 0 };
    struct slice given = slice_trim(form_get(query, "ref"));
    int rc = udh_read(form_get(query, "udh"), &part);
    if (rc == 0 && slice_to_int(slice_trim(form_get(query, "pktotal")), &total) == 0 && total > 1) {
        bool holds = slice_to_int(slice_trim(form_get(query, "pknum")), &number) == 0 &&
                     number >= 1 && number <= total && total <= 255 && is_printable(given, REF_MAX);
        rc = holds ? 1 : GW_EPROTO;
        part = (struct udh_part){ .total = (int)total, .number = (int)number };
    }
    if (rc == 0)
        return;
    if (rc < 0 || part.total > ADAPTER_PARTS_MAX) {
        m->bad_header = true;
        return;
    }
    m->part = part.number;
    m->parts = part.total;
    m->reference =
        part.bits > 0
            ? arena_printf(a, "%.*s/%d:%d", SLICE_ARG(m->recipient), part.bits, part.reference)
            : arena_printf(a, "%.*s/%.*s", SLICE_ARG(m->recipient), SLICE_ARG(given));
}

/* Without an id: who said what when, keyed so that the stored key says nothing about the text. */
static struct slice digest_key(const struct account *account, const struct inbound *message,
                               int64_t time, struct arena *a)
{
    struct slice data = arena_printf(a, "%.*s\n%lld\n%.*s", SLICE_ARG(message->sender),
                                     (long long)time, SLICE_ARG(message->text));
    if (message->parts > 0) /* two parts of a message may say the same */
        data = arena_printf(a, "%.*s\n%d", SLICE_ARG(data), message->part);
    return sms_digest_key(account, data, a);
}

static enum webhook_refusal read_time(struct slice ts, int64_t now, int64_t *out)
{
    *out = 0;
    if (ts.n == 0)
        return REFUSED_NONE;
    if (ts.n > 12 || slice_to_int(ts, out) != 0)
        return REFUSED_MALFORMED;
    return sms_stale(*out, now) ? REFUSED_STALE : REFUSED_NONE;
}

enum webhook_refusal kannel_message(const struct account *account, const struct webhook *hook,
                                    int64_t now, struct arena *a, struct decoded *out)
{
    struct form query;
    struct inbound *m = arena_alloc(a, sizeof(*m));
    enum webhook_refusal refusal = read_query(hook, a, &query);
    if (refusal != REFUSED_NONE)
        return refusal;
    struct slice from = slice_trim(form_get(&query, "from"));
    struct slice coding = slice_trim(form_get(&query, "coding"));
    struct slice id = slice_trim(form_get(&query, "id"));
    m->recipient = slice_trim(form_get(&query, "to"));
    if (from.n == 0 || from.n > NUMBER_MAX || m->recipient.n > NUMBER_MAX ||
        (id.n > 0 && !is_printable(id, ID_MAX)))
        return REFUSED_MALFORMED;
    refusal = read_time(slice_trim(form_get(&query, "ts")), now, &m->sent_at);
    if (refusal != REFUSED_NONE)
        return refusal;
    m->kind = sms_sender(from, a, &m->sender);
    /* 8-bit data are for programs on the phone, not words. */
    if (slice_eq(coding, SLICE("1")))
        m->kind = INBOUND_OTHER;
    if (m->kind == INBOUND_TEXT)
        refusal = read_text(hook, &query, coding, a, &m->text);
    if (refusal != REFUSED_NONE)
        return refusal;
    if (m->kind == INBOUND_TEXT)
        read_part(&query, a, m);
    m->key = id.n > 0 ? arena_printf(a, "k:%.*s", SLICE_ARG(id))
                      : digest_key(account, m, m->sent_at != 0 ? m->sent_at : now, a);
    out->messages = m;
    out->message_count = 1;
    out->reply_inline = m->kind == INBOUND_TEXT;
    return REFUSED_NONE;
}

/* The SMSC's error in "NACK/0x0000000b/Invalid Destination Address", as bearerbox writes it. */
static struct slice nack_code(struct slice reply)
{
    const struct slice head = SLICE("NACK/");
    size_t n = 0;
    if (!slice_starts(reply, head))
        return SLICE("");
    reply = slice_skip(reply, head.n);
    while (n < reply.n && n < 10 &&
           ((reply.p[n] >= '0' && reply.p[n] <= '9') || reply.p[n] == 'x' ||
            (reply.p[n] >= 'a' && reply.p[n] <= 'f')))
        n++;
    return slice_head(reply, n);
}

/* The word behind `name` in an SMPP receipt, "stat:DELIVRD err:000 text:…": nothing else of it may
 * be kept, as it repeats the message. */
static struct slice receipt_word(struct slice receipt, struct slice name)
{
    ptrdiff_t at = slice_find(receipt, name);
    if (at < 0)
        return SLICE("");
    struct slice word = slice_skip(receipt, (size_t)at + name.n);
    size_t n = 0;
    while (n < word.n && n < 12 && word.p[n] > ' ' && word.p[n] <= '~')
        n++;
    return slice_head(word, n);
}

enum webhook_refusal kannel_status(const struct webhook *hook, struct arena *a, struct decoded *out)
{
    struct form query;
    struct receipt *r = arena_alloc(a, sizeof(*r));
    int64_t id;
    int64_t type;
    enum webhook_refusal refusal = read_query(hook, a, &query);
    if (refusal != REFUSED_NONE)
        return refusal;
    r->our_id = form_get(&query, "id");
    if (slice_to_int(r->our_id, &id) != 0 || id <= 0 ||
        slice_to_int(form_get(&query, "type"), &type) != 0 || type <= 0 || type > DLR_ALL)
        return REFUSED_MALFORMED;
    struct slice ts = form_get(&query, "ts");
    if (ts.n > 12 || (ts.n > 0 && slice_to_int(ts, &r->at) != 0))
        return REFUSED_MALFORMED;
    r->delivered = (type & DLR_DELIVERED) != 0;
    r->final = (type & (DLR_DELIVERED | DLR_UNDELIVERED | DLR_REJECTED)) != 0;
    struct slice text = form_get(&query, "reply");
    struct slice stat = receipt_word(text, SLICE("stat:"));
    struct slice err = receipt_word(text, SLICE("err:"));
    struct slice nack = nack_code(text);
    if (!carrier_says(err, r) && !carrier_says(stat, r)) /* err is the nearer cause */
        r->missed = r->final && !r->delivered && (type & DLR_UNDELIVERED) != 0;
    r->reason = arena_printf(a, "dlr %d%s%.*s%s%.*s%s%.*s", (int)type, stat.n > 0 ? " stat:" : "",
                             SLICE_ARG(stat), err.n > 0 ? " err:" : "", SLICE_ARG(err),
                             nack.n > 0 ? " nack:" : "", SLICE_ARG(nack));
    out->receipts = r;
    out->receipt_count = 1;
    return REFUSED_NONE;
}
