#include "adapters/sms/submail.h"

#include <string.h>

#include "adapters/charset.h"
#include "adapters/json_body.h"
#include "adapters/sms/push.h"
#include "gateway/base/utf8.h"

enum { TOKEN_MAX = 128 };

/* An event's members by name, whatever it was pushed as. */
struct event {
    struct form form;
    json_t *object; /* NULL: the form */
};

static struct slice word(const struct event *e, const char *name, struct arena *a)
{
    if (e->object != NULL)
        return json_body_word(e->object, name, a);
    struct slice value = form_get(&e->form, name);
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ')
            return (struct slice){ NULL, 0 };
    return value.n <= JSON_BODY_WORD_MAX ? value : (struct slice){ NULL, 0 };
}

static enum webhook_refusal text_of(const struct event *e, const char *name, struct arena *a,
                                    struct slice *out)
{
    if (e->object != NULL) {
        *out = json_body_text(e->object, name, a);
        return out->p != NULL ? REFUSED_NONE : REFUSED_MALFORMED;
    }
    struct slice raw = form_get(&e->form, name);
    if (raw.p == NULL)
        return REFUSED_MALFORMED;
    if (charset_decode(CHARSET_UTF8, raw, a, out) != 0)
        return REFUSED_ENCODING;
    *out = utf8_cut(charset_clean(*out, a), ADAPTER_TEXT_MAX);
    return REFUSED_NONE;
}

/* UTC seconds, as some events write it, or a date and time of China. */
static enum webhook_refusal read_time(struct slice text, int64_t now, int64_t *out)
{
    *out = 0;
    if (text.n == 0)
        return REFUSED_NONE;
    if ((text.n > 12 || slice_to_int(text, out) != 0) && sms_time(text, out) != 0)
        return REFUSED_MALFORMED;
    return sms_stale(*out, now) ? REFUSED_STALE : REFUSED_NONE;
}

static enum webhook_refusal read_message(const struct account *account, const struct event *e,
                                         int64_t now, struct arena *a, struct decoded *out)
{
    struct inbound *m = arena_alloc(a, sizeof(*m));
    struct slice address = word(e, "address", a);
    struct slice time = word(e, "timestamp", a);
    *m = (struct inbound){ 0 };
    if (address.n == 0 || address.n > SMS_NUMBER_MAX)
        return REFUSED_MALFORMED;
    enum webhook_refusal refusal = text_of(e, "content", a, &m->text);
    if (refusal == REFUSED_NONE)
        refusal = read_time(time, now, &m->sent_at);
    if (refusal != REFUSED_NONE)
        return refusal;
    m->kind = sms_sender(address, a, &m->sender);
    struct slice data = arena_printf(a, "submail\n%.*s\n%.*s\n%.*s", SLICE_ARG(address),
                                     SLICE_ARG(time), SLICE_ARG(m->text));
    m->key = sms_digest_key(account, data, a);
    out->messages = m;
    out->message_count = 1;
    return REFUSED_NONE;
}

static enum webhook_refusal read_report(const struct event *e, struct slice kind, struct arena *a,
                                        struct decoded *out)
{
    struct receipt *r = arena_alloc(a, sizeof(*r));
    struct slice tag = word(e, "tag", a);
    struct slice code = word(e, "report", a);
    struct slice address = word(e, "address", a);
    int64_t id;
    *r = (struct receipt){ .provider_id = word(e, "send_id", a),
                           .delivered = slice_eq(kind, SLICE("delivered")) };
    r->final = r->delivered || slice_eq(kind, SLICE("dropped"));
    if (slice_to_int(tag, &id) == 0 && id > 0)
        r->our_id = tag;
    if (r->our_id.n == 0 && r->provider_id.n == 0)
        return REFUSED_MALFORMED;
    if (address.n > 0 && address.n <= SMS_NUMBER_MAX)
        sms_sender(address, a, &r->recipient);
    sms_code_report(submail_events, code.n > 0 ? code : kind, a, r);
    out->receipts = r;
    out->receipt_count = 1;
    return REFUSED_NONE;
}

/* What each event is about (sms.md 7.4). */
static const struct {
    const char *name;
    enum { ABOUT_MESSAGE, ABOUT_SEND, ABOUT_TEMPLATE } about;
} events[] = {
    { "mo", ABOUT_MESSAGE },
    { "request", ABOUT_SEND },
    { "sending", ABOUT_SEND },
    { "delivered", ABOUT_SEND },
    { "dropped", ABOUT_SEND },
    { "unknown", ABOUT_SEND },
    { "template_accept", ABOUT_TEMPLATE },
    { "template_reject", ABOUT_TEMPLATE },
};

static enum webhook_refusal read_event(const struct account *account, const struct event *e,
                                       int64_t now, struct arena *a, struct decoded *out)
{
    const struct submail_settings *s = account->prepared;
    struct slice kind = word(e, "events", a);
    struct slice app = word(e, "app", a);
    struct slice token = word(e, "token", a);
    if (token.n > TOKEN_MAX || !submail_hook_signed(s, token, word(e, "signature", a)))
        return REFUSED_SIGNATURE;
    if (app.n > 0 && !slice_eq(app, s->appid))
        return REFUSED_RECIPIENT;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (!slice_eq(kind, slice_of(events[i].name)))
            continue;
        return events[i].about == ABOUT_MESSAGE ? read_message(account, e, now, a, out)
               : events[i].about == ABOUT_SEND  ? read_report(e, kind, a, out)
                                                : REFUSED_NONE;
    }
    out->skipped = 1; /* one that came up since: acknowledged, so that it is not pushed again */
    return REFUSED_NONE;
}

enum webhook_refusal submail_push(const struct account *account, const struct webhook *hook,
                                  int64_t now, struct arena *a, struct decoded *out)
{
    struct event e = { 0 };
    struct slice body = slice_trim(hook->body);
    enum webhook_refusal refusal = REFUSED_NONE;
    if (slice_starts(body, SLICE("{"))) {
        refusal = json_body_read(body, &e.object);
    } else {
        int rc = form_parse(body, a, &e.form);
        refusal = rc == 0 ? REFUSED_NONE : rc == GW_ETOOBIG ? REFUSED_TOO_BIG : REFUSED_MALFORMED;
    }
    if (refusal == REFUSED_NONE)
        refusal = read_event(account, &e, now, a, out);
    json_decref(e.object);
    return refusal;
}
