#include "adapters/sms/twilio.h"

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum {
    BODY_CHARACTERS_MAX = 1600, /* sms.md 3.4 */
    FORM_MAX = 16 * 1024,
    ANSWER_MAX = 64 * 1024,
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
    { "30005", CODE_NUMBER, 0, "there is no such number" },
    { "30006", CODE_NUMBER, 0, "a landline, or a carrier that is not reached" },
    { "30007", CODE_TEXT, 0, "a carrier's filter took the text for spam" },
    { "30008", CODE_MAYBE, 0, "nobody says why" },
    { NULL },
};

static void add(struct sbuf *out, const char *name, struct slice value)
{
    if (value.n == 0)
        return;
    sbuf_printf(out, "%s%s=", out->n > 0 ? "&" : "", name);
    sbuf_url(out, value);
}

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
    char phone[12];
    if (!phone_normalize(message->recipient, phone))
        return fault_set(fault, GW_EINVAL, "account %s: the recipient is no mainland mobile number",
                         account->full_name);
    if (message->text.n == 0)
        return fault_set(fault, GW_EINVAL, "account %s: the text is empty", account->full_name);
    if (utf8_count(message->text) > BODY_CHARACTERS_MAX)
        return fault_set(fault, GW_ETOOBIG, "account %s: a text has at most %d characters",
                         account->full_name, BODY_CHARACTERS_MAX);
    struct sbuf body;
    sbuf_init(&body, FORM_MAX);
    add(&body, "To", arena_printf(a, "+86%s", phone));
    add(&body, "From", s->from);
    add(&body, "MessagingServiceSid", s->messaging_service_sid);
    add(&body, "Body", message->text);
    if (message->id > 0)
        add(&body, "StatusCallback", status_url(s, message->id, a));
    if (s->validity_s > 0)
        add(&body, "ValidityPeriod", arena_printf(a, "%lld", (long long)s->validity_s));
    int rv = body.failed ? fault_set(fault, GW_ETOOBIG, "account %s: the request is too large",
                                     account->full_name)
                         : 0;
    *out = (struct http_call){ .method = "POST", .body = arena_dup(a, sbuf_slice(&body)) };
    sbuf_free(&body);
    out->url = arena_printf(a, "%.*s/2010-04-01/Accounts/%.*s/Messages.json",
                            SLICE_ARG(s->endpoint), SLICE_ARG(s->account_sid));
    struct slice user =
        arena_printf(a, "%.*s:%.*s", SLICE_ARG(s->account_sid), SLICE_ARG(s->auth_token));
    out->headers[0] =
        arena_printf(a, "Authorization: Basic %.*s", SLICE_ARG(digest_base64(user, a))).p;
    out->headers[1] = "Content-Type: application/x-www-form-urlencoded";
    out->headers[2] = "Accept: application/json";
    return rv;
}

void twilio_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out)
{
    (void)account;
    json_t *answer =
        result->status == 0 ? NULL : json_read(result->body, "answer", ANSWER_MAX, NULL);
    struct slice sid = json_slice(answer, "sid");
    const json_t *code = json_object_get(answer, "code");
    if (result->status >= 200 && result->status < 300 && sid.n > 0) {
        *out = (struct sent){ .outcome = SEND_OK,
                              .provider_id = arena_dup(a, slice_head(sid, 64)),
                              .reason = SLICE("taken") };
    } else if (result->status >= 400 && json_is_integer(code)) {
        struct slice text = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(code));
        sms_code_apply(twilio_codes, text, result, a, out);
        /* Codes are many; what a status says plainly needs no row. */
        if (sms_code_find(twilio_codes, text) == NULL) {
            sms_code_unread(result, a, out);
            out->reason = arena_printf(a, "%.*s: %.*s", SLICE_ARG(text), SLICE_ARG(out->reason));
        }
    } else {
        sms_code_unread(result, a, out);
    }
    json_decref(answer);
}
