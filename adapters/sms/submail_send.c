#include "adapters/sms/submail.h"

#include "adapters/sms/api.h"
#include "gateway/base/json.h"

enum {
    TEXT_CHARACTERS_MAX = 1000, /* sms.md 7.4 */
    FORM_MAX = 24 * 1024,
};

/* From the provider's page of error codes (mysubmail.com/documents, "API 错误代码"), and 420 of
 * sms.md 7.4. One that is not here is tried again until the message is no use any more. */
const struct sms_code submail_codes[] = {
    { "101", CODE_ACCOUNT, 0, "appid is wrong" },
    { "102", CODE_ACCOUNT, 0, "the app is switched off: see its page" },
    { "103", CODE_ACCOUNT, 0, "the developer is not verified: see the account's page" },
    { "104", CODE_ACCOUNT, 0, "the developer is not verified: see the account's page" },
    { "105", CODE_ACCOUNT, 0, "the account has expired" },
    { "106", CODE_ACCOUNT, 0, "the account is blocked" },
    { "107", CODE_ACCOUNT, 0, "sign_type is not one it takes" },
    { "108", CODE_ACCOUNT, 0, "the request's signature is wrong: see appkey" },
    { "109", CODE_ACCOUNT, 0, "appkey is wrong" },
    { "110", CODE_ACCOUNT, 0, "sign_type is not one the app takes" },
    { "111", CODE_BUG, 0, "the signature is empty" },
    { "113", CODE_ACCOUNT, 0, "this server's address is not on the app's list" },
    { "114", CODE_OPTED_OUT, 0, "this number is on the account's blacklist" },
    { "115", CODE_NEXT_HOUR, 0, "this number had too many messages" },
    { "116", CODE_TEXT, 0, "the signature belongs to another app" },
    { "117", CODE_TEXT, 0, "the template's signature is not the app's" },
    { "118", CODE_TEXT, 0, "the template is not valid any more" },
    { "119", CODE_ACCOUNT, 0, "the app may not do this" },
    { "120", CODE_TEXT, 0, "the template is not valid any more" },
    { "151", CODE_BUG, 0, "the timestamp is malformed" },
    { "152", CODE_LATER, 1, "more than 6 seconds old: signed anew; see this server's clock" },
    { "420", CODE_TEXT, 0, "a person there refused the text" },
    { NULL },
};

/* Events about a message of ours, where no code of a carrier says more (sms.md 7.4). */
const struct sms_code submail_events[] = {
    { "delivered", CODE_TAKEN, 0, "arrived" },
    { "dropped", CODE_NUMBER, 0, "not delivered" },
    { "request", CODE_TAKEN, 0, "taken" },
    { "sending", CODE_TAKEN, 0, "on its way" },
    { "unknown", CODE_MAYBE, 0, "no report of the carrier" },
    { NULL },
};

static void add_field(struct form *form, const char *name, struct slice value)
{
    form->fields[form->count++] = (struct form_field){ slice_of(name), value };
}

/* What is signed, and then the rest. */
static void build(const struct submail_settings *s, const struct outbound *message,
                  struct slice phone, int64_t now, struct arena *a, struct sbuf *form)
{
    struct form fields = { .fields =
                               arena_alloc(a, SUBMAIL_FIELDS_MAX * sizeof(struct form_field)) };
    add_field(&fields, "appid", s->appid);
    add_field(&fields, "to", phone);
    add_field(&fields, "timestamp", arena_printf(a, "%lld", (long long)now));
    add_field(&fields, "sign_type", s->sign_type);
    add_field(&fields, "sign_version", SLICE("2"));
    for (size_t i = 0; i < fields.count; i++)
        api_form_add(form, fields.fields[i].name.p, fields.fields[i].value);
    api_form_add(form, "tag", api_id(message, a));
    api_form_add(form, "content", message->text);
    api_form_add(form, "signature", submail_sign(s, &fields, a));
}

int submail_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault)
{
    const struct submail_settings *s = account->prepared;
    struct slice phone;
    struct sbuf form;
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv == 0)
        rv = api_text(account, message, true, TEXT_CHARACTERS_MAX, fault);
    if (rv != 0)
        return rv;
    sbuf_init(&form, FORM_MAX);
    build(s, message, phone, now, a, &form);
    return api_form_post(account, &form, arena_printf(a, "%.*s/sms/send", SLICE_ARG(s->endpoint)),
                         a, out, fault);
}

/* {"status":"success","send_id":…} or {"status":"error","code":…}, the code a number or a text. */
void submail_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out)
{
    (void)account;
    json_t *answer = api_answer(result);
    struct slice code = api_word(answer, "code", a);
    if (slice_eq(json_slice(answer, "status"), SLICE("success")))
        *out = (struct sent){ .outcome = SEND_OK,
                              .provider_id = api_provider_id(answer, "send_id", a),
                              .reason = SLICE("taken") };
    else if (code.n > 0)
        sms_code_apply(submail_codes, code, result, a, out);
    else
        sms_code_unread(result, a, out);
    json_decref(answer);
}
