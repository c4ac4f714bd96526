#include "adapters/sms/aliyun.h"

#include "adapters/json_body.h"
#include "adapters/sms/push.h"

/* Without a sequence_id, which its documentation always shows: who said what when. */
static struct slice message_key(const struct account *account, const struct inbound *m,
                                struct slice sequence, struct slice sent, struct arena *a)
{
    struct slice data =
        sequence.n > 0
            ? arena_printf(a, "aliyun|%.*s|%.*s", SLICE_ARG(m->sender), SLICE_ARG(sequence))
            : arena_printf(a, "aliyun\n%.*s\n%.*s\n%.*s\n%.*s", SLICE_ARG(m->sender),
                           SLICE_ARG(sent), SLICE_ARG(m->recipient), SLICE_ARG(m->text));
    return sms_digest_key(account, data, a);
}

/* SmsUp, sms.md 1.9. False for an entry that nobody can read. */
static bool read_message(const struct account *account, const json_t *entry, int64_t now,
                         struct arena *a, struct inbound *m)
{
    struct slice phone = json_body_word(entry, "phone_number", a);
    struct slice sent = json_body_word(entry, "send_time", a);
    *m = (struct inbound){ .recipient = json_body_word(entry, "dest_code", a),
                           .text = json_body_text(entry, "content", a) };
    if (phone.n == 0 || phone.n > SMS_NUMBER_MAX || m->text.p == NULL)
        return false;
    if (sent.n > 0 && (sms_time(sent, &m->sent_at) != 0 || sms_stale(m->sent_at, now)))
        return false;
    m->kind = sms_sender(phone, a, &m->sender);
    m->key = message_key(account, m, json_body_word(entry, "sequence_id", a), sent, a);
    return true;
}

/* SmsReport, sms.md 1.10. */
static bool read_report(const json_t *entry, struct arena *a, struct receipt *r)
{
    struct slice phone = json_body_word(entry, "phone_number", a);
    struct slice code = json_body_word(entry, "err_code", a);
    struct slice at = json_body_word(entry, "report_time", a);
    const json_t *success = json_object_get(entry, "success");
    *r = (struct receipt){ .our_id = json_body_word(entry, "out_id", a),
                           .provider_id = json_body_word(entry, "biz_id", a),
                           .final = true,
                           .delivered = json_is_true(success) };
    if (!json_is_boolean(success) || (r->our_id.n == 0 && r->provider_id.n == 0))
        return false;
    if (at.n > 0 && sms_time(at, &r->at) != 0)
        return false;
    if (phone.n > 0 && phone.n <= SMS_NUMBER_MAX)
        sms_sender(phone, a, &r->recipient);
    sms_code_report(aliyun_codes, code, a, r);
    return true;
}

/* An entry is told by what only its kind has. SignSmsReport and TemplateSmsReport, which say that a
 * signature or a template was approved, come by the same way and have no phone: nothing to do. */
static void read_entry(const struct account *account, const json_t *entry, int64_t now,
                       struct arena *a, struct decoded *out)
{
    if (json_object_get(entry, "phone_number") == NULL &&
        (json_object_get(entry, "template_code") != NULL ||
         json_object_get(entry, "sign_name") != NULL))
        return;
    if (json_object_get(entry, "success") != NULL) {
        if (read_report(entry, a, &out->receipts[out->receipt_count]))
            out->receipt_count++;
        else
            out->skipped++;
        return;
    }
    if (read_message(account, entry, now, a, &out->messages[out->message_count]))
        out->message_count++;
    else
        out->skipped++;
}

enum webhook_refusal aliyun_push(const struct account *account, const struct webhook *hook,
                                 int64_t now, struct arena *a, struct decoded *out)
{
    json_t *list;
    enum webhook_refusal refusal = json_body_read(hook->body, &list);
    if (refusal != REFUSED_NONE)
        return refusal;
    if (!json_is_array(list)) {
        json_decref(list);
        return REFUSED_MALFORMED;
    }
    size_t count = json_array_size(list);
    out->messages = arena_alloc(a, (count + 1) * sizeof(*out->messages));
    out->receipts = arena_alloc(a, (count + 1) * sizeof(*out->receipts));
    for (size_t i = 0; i < count; i++)
        read_entry(account, json_array_get(list, i), now, a, out);
    json_decref(list);
    return REFUSED_NONE;
}
