#include "adapters/sms/tencent.h"

#include "adapters/json_body.h"
#include "adapters/sms/push.h"
#include "gateway/base/json.h"

/* "+8613800000001", the form both kinds give as country code and number. */
static struct slice read_number(const json_t *entry, struct arena *a)
{
    struct slice mobile = json_body_word(entry, "mobile", a);
    struct slice nation = json_body_word(entry, "nationcode", a);
    if (mobile.n == 0 || mobile.n > SMS_NUMBER_MAX || nation.n == 0 || nation.n > 8 ||
        slice_starts(mobile, SLICE("+")))
        return mobile;
    return arena_printf(a, "+%.*s%.*s", SLICE_ARG(nation), SLICE_ARG(mobile));
}

/* Its brackets may be there or not. */
static bool is_ours(const struct account *account, struct slice sign)
{
    const struct slice open = SLICE("\u3010"), close = SLICE("\u3011");
    if (slice_starts(sign, open) && slice_ends(sign, close))
        sign = (struct slice){ sign.p + open.n, sign.n - open.n - close.n };
    return sign.n == 0 || slice_eq(sign, slice_of(account->signature));
}

/* sms.md 2.4 */
static enum webhook_refusal read_reply(const struct account *account, const json_t *entry,
                                       int64_t now, struct arena *a, struct decoded *out)
{
    struct inbound *m = arena_alloc(a, sizeof(*m));
    struct slice number = read_number(entry, a);
    struct slice nation = json_body_word(entry, "nationcode", a);
    struct slice mobile = json_body_word(entry, "mobile", a);
    struct slice time = json_body_word(entry, "time", a);
    *m = (struct inbound){ .recipient = json_body_word(entry, "extend", a),
                           .text = json_body_text(entry, "text", a) };
    if (number.n == 0 || number.n > SMS_NUMBER_MAX || m->text.p == NULL)
        return REFUSED_MALFORMED;
    if (time.n > 12 || (time.n > 0 && slice_to_int(time, &m->sent_at) != 0))
        return REFUSED_MALFORMED;
    if (time.n > 0 && sms_stale(m->sent_at, now))
        return REFUSED_STALE;
    m->kind = sms_sender(number, a, &m->sender);
    if (!is_ours(account, json_body_word(entry, "sign", a)))
        m->kind = INBOUND_OTHER;
    struct slice data = arena_printf(a, "tencent\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", SLICE_ARG(nation),
                                     SLICE_ARG(mobile), SLICE_ARG(time), SLICE_ARG(m->recipient),
                                     SLICE_ARG(m->text));
    m->key = sms_digest_key(account, data, a);
    out->messages = m;
    out->message_count = 1;
    return REFUSED_NONE;
}

/* sms.md 2.5 */
static bool read_report(const json_t *entry, struct arena *a, struct receipt *r)
{
    struct slice status = json_body_word(entry, "report_status", a);
    struct slice number = read_number(entry, a);
    struct slice at = json_body_word(entry, "user_receive_time", a);
    *r = (struct receipt){ .provider_id = json_body_word(entry, "sid", a),
                           .final = true,
                           .delivered = slice_eq(status, SLICE("SUCCESS")) };
    if (r->provider_id.n == 0 || (!r->delivered && !slice_eq(status, SLICE("FAIL"))))
        return false;
    /* A failure has no time of receiving; some push it as an empty text, some as zeros. */
    if (at.n > 0 && sms_time(at, &r->at) != 0 && r->delivered)
        return false;
    if (number.n > 0 && number.n <= SMS_NUMBER_MAX)
        sms_sender(number, a, &r->recipient);
    sms_code_report(tencent_codes, json_body_word(entry, "errmsg", a), a, r);
    return true;
}

enum webhook_refusal tencent_push(const struct account *account, const struct webhook *hook,
                                  int64_t now, struct arena *a, struct decoded *out)
{
    json_t *push;
    enum webhook_refusal refusal = json_body_read(hook->body, &push);
    if (refusal != REFUSED_NONE)
        return refusal;
    if (json_is_object(push)) {
        refusal = read_reply(account, push, now, a, out);
    } else {
        size_t count = json_array_size(push);
        out->receipts = arena_alloc(a, (count + 1) * sizeof(*out->receipts));
        for (size_t i = 0; i < count; i++) {
            if (read_report(json_array_get(push, i), a, &out->receipts[out->receipt_count]))
                out->receipt_count++;
            else
                out->skipped++;
        }
    }
    json_decref(push);
    return refusal;
}
