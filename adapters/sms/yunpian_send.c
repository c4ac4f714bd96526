#include "adapters/sms/yunpian.h"

#include "adapters/sms/api.h"

enum {
    TEXT_CHARACTERS_MAX = 500, /* sms.md 6.1 */
    FORM_MAX = 16 * 1024,
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

int yunpian_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault)
{
    (void)now;
    const struct yunpian_settings *s = account->prepared;
    struct slice phone;
    struct sbuf form;
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv == 0)
        rv = api_text(account, message, true, TEXT_CHARACTERS_MAX, fault);
    if (rv != 0)
        return rv;
    sbuf_init(&form, FORM_MAX);
    api_form_add(&form, "apikey", s->apikey);
    api_form_add(&form, "mobile", phone);
    api_form_add(&form, "text", message->text);
    api_form_add(&form, "uid", api_id(message, a));
    api_form_add(&form, "extend", slice_of(account->extension));
    api_form_add(&form, "callback_url", slice_of(message->status_url));
    return api_form_post(account, &form,
                         arena_printf(a, "%.*s/v2/sms/single_send.json", SLICE_ARG(s->endpoint)), a,
                         out, fault);
}

/* {"code":0,…,"sid":3310228982}, or with status 400 {"code":22,"msg":…}. */
void yunpian_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out)
{
    (void)account;
    json_t *answer = api_answer(result);
    struct slice code = api_word(answer, "code", a);
    if (code.n == 0)
        sms_code_unread(result, a, out);
    else
        sms_code_apply(yunpian_codes, code, result, a, out);
    if (out->outcome == SEND_OK)
        out->provider_id = api_provider_id(answer, "sid", a);
    json_decref(answer);
}
