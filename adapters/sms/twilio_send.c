#include "adapters/sms/twilio.h"

#include "adapters/sms/api.h"
#include "gateway/base/digest.h"

enum {
    BODY_CHARACTERS_MAX = 1600, /* sms.md 3.4 */
    FORM_MAX = 16 * 1024,
};

/* sms.md 3.4; 30xxx come with receipts, the others with the answer to a send. */
const struct sms_code twilio_codes[] = {
    { "20003", CODE_ACCOUNT, 0, "account_sid or auth_token is wrong" },
    { "20005", CODE_ACCOUNT, 0, "the account is not active" },
    { "20404", CODE_ACCOUNT, 0, "nothing at this address: see account_sid" },
    { "20429", CODE_SLOW_DOWN, 1, "more requests than Twilio takes" },
    { "20500", CODE_MAYBE, 0, "a fault at Twilio" },
    { "20503", CODE_LATER, 5, "a fault at Twilio" },
    { "21211", CODE_NUMBER, 0, "no valid number" },
    { "21214", CODE_NUMBER, 0, "this number cannot be reached" },
    { "21217", CODE_NUMBER, 0, "no valid number" },
    { "21408", CODE_ACCOUNT, 0, "sending to China is not allowed: see the geo permissions" },
    { "21601", CODE_ACCOUNT, 0, "`from` cannot send SMS" },
    { "21602", CODE_BUG, 0, "the text is empty" },
    { "21603", CODE_ACCOUNT, 0, "`from` is missing" },
    { "21604", CODE_BUG, 0, "the number is missing" },
    { "21606", CODE_ACCOUNT, 0, "`from` is not a number of this account" },
    { "21608", CODE_ACCOUNT, 0, "a trial account sends to verified numbers only" },
    { "21610", CODE_OPTED_OUT, 0, "this number opted out at Twilio" },
    { "21611", CODE_LATER, 60, "Twilio's queue for `from` is full" },
    { "21612", CODE_NUMBER, 0, "this number cannot be reached from `from`" },
    { "21614", CODE_NUMBER, 0, "no mobile number" },
    { "21617", CODE_TEXT, 0, "the text is too long" },
    { "21660", CODE_ACCOUNT, 0, "`from` is not a number of this account" },
    { "21703", CODE_ACCOUNT, 0, "the messaging service has no number" },
    { "21704", CODE_ACCOUNT, 0, "the messaging service has no number" },
    { "30001", CODE_LATER, 60, "Twilio's queue ran over" },
    { "30002", CODE_ACCOUNT, 0, "the account is suspended" },
    { "30003", CODE_NUMBER, 0, "the phone was not reached" },
    { "30004", CODE_OPTED_OUT, 0, "the phone or its carrier blocks our messages" },
    { "30005", CODE_DEAD, 0, "there is no such number" },
    { "30006", CODE_DEAD, 0, "a landline, or a carrier that is not reached" },
    { "30007", CODE_TEXT, 0, "a carrier's filter took the text for spam" },
    { "30008", CODE_MAYBE, 0, "nobody says why" },
    { NULL },
};

/* The address of messages with /status behind its path, and our id. */
static struct slice status_url(const struct twilio_settings *s, int64_t id, struct arena *a)
{
    return arena_printf(a, "%.*s/status?id=%lld", SLICE_ARG(s->webhook_url), (long long)id);
}

int twilio_send(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault)
{
    (void)now;
    const struct twilio_settings *s = account->prepared;
    struct slice phone;
    struct sbuf form;
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv == 0)
        rv = api_text(account, message, false, BODY_CHARACTERS_MAX, fault);
    if (rv != 0)
        return rv;
    sbuf_init(&form, FORM_MAX);
    api_form_add(&form, "To", arena_printf(a, "+86%.*s", SLICE_ARG(phone)));
    api_form_add(&form, "From", s->from);
    api_form_add(&form, "MessagingServiceSid", s->messaging_service_sid);
    api_form_add(&form, "Body", message->text);
    if (message->id > 0)
        api_form_add(&form, "StatusCallback", status_url(s, message->id, a));
    if (s->validity_s > 0)
        api_form_add(&form, "ValidityPeriod", arena_printf(a, "%lld", (long long)s->validity_s));
    rv = api_form_post(account, &form,
                       arena_printf(a, "%.*s/2010-04-01/Accounts/%.*s/Messages.json",
                                    SLICE_ARG(s->endpoint), SLICE_ARG(s->account_sid)),
                       a, out, fault);
    struct slice user =
        arena_printf(a, "%.*s:%.*s", SLICE_ARG(s->account_sid), SLICE_ARG(s->auth_token));
    out->headers[0] = "Content-Type: application/x-www-form-urlencoded";
    out->headers[2] =
        arena_printf(a, "Authorization: Basic %.*s", SLICE_ARG(digest_base64(user, a))).p;
    return rv;
}

void twilio_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out)
{
    (void)account;
    json_t *answer = api_answer(result);
    struct slice sid = api_provider_id(answer, "sid", a);
    struct slice code = api_word(answer, "code", a);
    if (result->status >= 200 && result->status < 300 && sid.n > 0) {
        *out = (struct sent){ .outcome = SEND_OK, .provider_id = sid, .reason = SLICE("taken") };
    } else if (result->status >= 400 && code.n > 0) {
        sms_code_apply(twilio_codes, code, result, a, out);
        /* Codes are many; what a status says plainly needs no row. */
        if (sms_code_find(twilio_codes, code) == NULL) {
            sms_code_unread(result, a, out);
            out->reason = arena_printf(a, "%.*s: %.*s", SLICE_ARG(code), SLICE_ARG(out->reason));
        }
    } else {
        sms_code_unread(result, a, out);
    }
    json_decref(answer);
}
