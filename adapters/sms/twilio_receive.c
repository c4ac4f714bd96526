#include "adapters/sms/twilio.h"

#include "adapters/charset.h"
#include "adapters/sms/push.h"
#include "gateway/base/utf8.h"

enum { SID_MAX = 64, MEDIA_MAX = 1000 };

static bool is_sid(struct slice sid)
{
    for (size_t i = 0; i < sid.n; i++)
        if (sid.p[i] <= ' ' || sid.p[i] > '~')
            return false;
    return sid.n > 0 && sid.n <= SID_MAX;
}

static struct slice read_sid(const struct form *form)
{
    struct slice sid = form_get(form, "MessageSid");
    return sid.n > 0 ? sid : form_get(form, "SmsSid");
}

enum webhook_refusal twilio_message(const struct twilio_settings *s, const struct form *form,
                                    struct arena *a, struct decoded *out)
{
    struct inbound *m = arena_alloc(a, sizeof(*m));
    struct slice from = form_get(form, "From");
    struct slice sid = read_sid(form);
    struct slice body = form_get(form, "Body");
    struct slice opted = form_get(form, "OptOutType");
    struct slice media = form_get(form, "MediaUrl0");
    if (!slice_eq(form_get(form, "AccountSid"), s->account_sid))
        return REFUSED_RECIPIENT;
    m->recipient = form_get(form, "To");
    if (!is_sid(sid) || from.n == 0 || from.n > SMS_NUMBER_MAX || m->recipient.n > SMS_NUMBER_MAX ||
        body.p == NULL)
        return REFUSED_MALFORMED;
    if (charset_decode(CHARSET_UTF8, body, a, &m->text) != 0)
        return REFUSED_ENCODING;
    m->text = utf8_cut(charset_clean(m->text, a), ADAPTER_TEXT_MAX);
    m->kind = sms_sender(from, a, &m->sender);
    /* Twilio's own words for it are more than ours: CANCEL, END, QUIT (sms.md 6.3). */
    if (slice_eq(opted, SLICE("STOP")) || slice_eq(opted, SLICE("START")))
        m->text = opted;
    if (m->kind == INBOUND_TEXT && slice_trim(m->text).n == 0 && media.n > 0) {
        m->kind = INBOUND_IMAGE;
        m->text = SLICE("");
        m->media = media.n <= MEDIA_MAX ? media : SLICE("");
    }
    m->key = arena_printf(a, "t:%.*s", SLICE_ARG(sid));
    out->messages = m;
    out->message_count = 1;
    out->reply_inline = m->kind != INBOUND_OTHER;
    return REFUSED_NONE;
}

/* Everything else is on its way (sms.md 3.5). */
static const struct {
    const char *status;
    bool delivered;
} final_states[] = {
    { "delivered", true }, { "read", true },      { "undelivered", false },
    { "failed", false },   { "canceled", false },
};

enum webhook_refusal twilio_status(const struct twilio_settings *s, const struct form *query,
                                   const struct form *form, struct arena *a, struct decoded *out)
{
    struct receipt *r = arena_alloc(a, sizeof(*r));
    struct slice status = form_get(form, "MessageStatus");
    struct slice code = form_get(form, "ErrorCode");
    int64_t id;
    if (status.n == 0)
        status = form_get(form, "SmsStatus");
    if (!slice_eq(form_get(form, "AccountSid"), s->account_sid))
        return REFUSED_RECIPIENT;
    r->our_id = form_get(query, "id");
    r->provider_id = read_sid(form);
    if (status.n == 0 || !is_sid(r->provider_id) ||
        (r->our_id.n > 0 && (slice_to_int(r->our_id, &id) != 0 || id <= 0)))
        return REFUSED_MALFORMED;
    for (size_t i = 0; i < sizeof(final_states) / sizeof(final_states[0]); i++) {
        if (!slice_eq(status, slice_of(final_states[i].status)))
            continue;
        r->final = true;
        r->delivered = final_states[i].delivered;
    }
    struct slice to = form_get(form, "To");
    if (to.n > 0 && to.n <= SMS_NUMBER_MAX)
        sms_sender(to, a, &r->recipient);
    sms_code_report(twilio_codes, code.n > 0 ? code : status, a, r);
    out->receipts = r;
    out->receipt_count = 1;
    return REFUSED_NONE;
}
