#include "adapters/sms/yunpian.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum {
    TEXT_CHARACTERS_MAX = 500, /* sms.md 6.1 */
    FORM_MAX = 16 * 1024,
    ANSWER_MAX = 64 * 1024,
};

/* The API's codes (sms.md 7.1; the meaning of each from the provider's own table of return codes).
 */
const struct sms_code yunpian_codes[] = {
    { "0", CODE_TAKEN, 0, "taken" },
    { "1", CODE_BUG, 0, "a parameter is missing" },
    { "2", CODE_BUG, 0, "a parameter is malformed" },
    { "3", CODE_ACCOUNT, 0, "no balance: top up" },
    { "4", CODE_TEXT, 0, "the text holds a blocked word" },
    { "5", CODE_TEXT, 0, "no approved template fits the text: have it approved" },
    { "6", CODE_TEXT, 0, "the template was not added" },
    { "7", CODE_TEXT, 0, "the template is not approved yet" },
    { "8", CODE_LATER, 30, "this number had the same text less than 30 seconds ago" },
    { "9", CODE_LATER, 300, "this number had the same text three times in 5 minutes" },
    { "10", CODE_OPTED_OUT, 0, "this number is on the blacklist" },
    { "11", CODE_BUG, 0, "not by GET" },
    { "12", CODE_BUG, 0, "not by POST" },
    { "13", CODE_LATER, 3600, "marketing texts rest for now" },
    { "14", CODE_BUG, 0, "the text is not well encoded" },
    { "15", CODE_TEXT, 0, "the signature is not the one fixed for the account" },
    { "16", CODE_TEXT, 0, "the text holds more than one signature" },
    { "17", CODE_LATER, 86400, "this number had its messages of 24 hours" },
    { "18", CODE_ACCOUNT, 0, "the request's signature is wrong" },
    { "19", CODE_LATER, 1, "the request is too old: signed anew" },
    { "20", CODE_NUMBER, 0, "no number of a country it serves" },
    { "22", CODE_NEXT_HOUR, 0, "this number had its messages of this hour" },
    { "23", CODE_NUMBER, 0, "the template does not serve this country" },
    { "26", CODE_ACCOUNT, 0, "the package of messages is not in order" },
    { "27", CODE_ACCOUNT, 0, "payment by amount is not open" },
    { "28", CODE_LATER, 60, "a fault at the carrier" },
    { "33", CODE_LATER, 30, "this number had a code less than 30 seconds ago" },
    { "43", CODE_LATER, 3600, "this number had too many messages" },
    { "-1", CODE_ACCOUNT, 0, "apikey is wrong" },
    { "-2", CODE_ACCOUNT, 0, "apikey may not do this" },
    { "-3", CODE_ACCOUNT, 0, "this server's address is not on the account's list" },
    { "-4", CODE_SLOW_DOWN, 60, "too many requests" },
    { "-5", CODE_SLOW_DOWN, 1, "more requests a second than it takes" },
    { "-50", CODE_MAYBE, 0, "a fault at Yunpian" },
    { "-51", CODE_LATER, 5, "Yunpian is busy" },
    { "-53", CODE_LATER, 5, "Yunpian could not hand it on" },
    { "-57", CODE_ACCOUNT, 0, "the account wants a fixed signature" },
    { NULL },
};

/* What carriers report (sms.md 5.B.5, 6.3). */
const struct sms_code yunpian_reports[] = {
    { "DELIVRD", CODE_TAKEN, 0, "arrived" },
    { "UNDELIV", CODE_NUMBER, 0, "the phone was not reached" },
    { "EXPIRED", CODE_NUMBER, 0, "the phone was not reached in time" },
    { "REJECTD", CODE_NUMBER, 0, "the carrier refused it" },
    { "UNKNOWN", CODE_MAYBE, 0, "nobody says why" },
    { "MBBLACK", CODE_OPTED_OUT, 0, "the carrier has this number on its blacklist" },
    { "HD:0001", CODE_OPTED_OUT, 0, "the carrier has this number on its blacklist" },
    { "SC:0016", CODE_OPTED_OUT, 0, "this number refused before" },
    { NULL },
};

static void add(struct sbuf *out, const char *name, struct slice value)
{
    if (value.n == 0)
        return;
    sbuf_printf(out, "%s%s=", out->n > 0 ? "&" : "", name);
    sbuf_url(out, value);
}

int yunpian_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault)
{
    (void)now;
    const struct yunpian_settings *s = account->prepared;
    char phone[12];
    if (!phone_normalize(message->recipient, phone))
        return fault_set(fault, GW_EINVAL, "account %s: the recipient is no mainland mobile number",
                         account->full_name);
    if (!slice_starts(message->text, SLICE("\u3010")))
        return fault_set(fault, GW_EINVAL, "account %s: the text does not begin with a signature",
                         account->full_name);
    if (utf8_count(message->text) > TEXT_CHARACTERS_MAX)
        return fault_set(fault, GW_ETOOBIG, "account %s: a text has at most %d characters",
                         account->full_name, TEXT_CHARACTERS_MAX);
    struct sbuf body;
    sbuf_init(&body, FORM_MAX);
    add(&body, "apikey", s->apikey);
    add(&body, "mobile", (struct slice){ phone, 11 });
    add(&body, "text", message->text);
    if (message->id > 0)
        add(&body, "uid", arena_printf(a, "%lld", (long long)message->id));
    add(&body, "extend", slice_of(account->extension));
    add(&body, "callback_url", slice_of(message->status_url));
    int rv = body.failed ? fault_set(fault, GW_ETOOBIG, "account %s: the request is too large",
                                     account->full_name)
                         : 0;
    *out = (struct http_call){ .method = "POST", .body = arena_dup(a, sbuf_slice(&body)) };
    sbuf_free(&body);
    out->url = arena_printf(a, "%.*s/v2/sms/single_send.json", SLICE_ARG(s->endpoint));
    out->headers[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    out->headers[1] = "Accept: application/json";
    return rv;
}

/* {"code":0,…,"sid":3310228982}, or with status 400 {"code":22,"msg":…}. */
void yunpian_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out)
{
    (void)account;
    json_t *answer =
        result->status == 0 ? NULL : json_read(result->body, "answer", ANSWER_MAX, NULL);
    const json_t *code = json_object_get(answer, "code");
    const json_t *sid = json_object_get(answer, "sid");
    if (!json_is_integer(code)) {
        sms_code_unread(result, a, out);
    } else {
        struct slice text = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(code));
        sms_code_apply(yunpian_codes, text, result, a, out);
        if (json_is_integer(sid) && out->outcome == SEND_OK)
            out->provider_id = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(sid));
    }
    json_decref(answer);
}
