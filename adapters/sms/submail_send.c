#include "adapters/sms/submail.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum {
    TEXT_CHARACTERS_MAX = 1000, /* sms.md 7.4 */
    FORM_MAX = 24 * 1024,
    ANSWER_MAX = 64 * 1024,
    ID_MAX = 64,
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

/* What carriers report with `dropped` (sms.md 5.B.5, 6.3). */
const struct sms_code submail_reports[] = {
    { "DELIVRD", CODE_TAKEN, 0, "arrived" },
    { "UNDELIV", CODE_NUMBER, 0, "the phone was not reached" },
    { "EXPIRED", CODE_NUMBER, 0, "the phone was not reached in time" },
    { "REJECTD", CODE_NUMBER, 0, "the carrier refused it" },
    { "UNKNOWN", CODE_MAYBE, 0, "nobody says why" },
    { "MBBLACK", CODE_OPTED_OUT, 0, "the carrier has this number on its blacklist" },
    { "HD:0001", CODE_OPTED_OUT, 0, "the carrier has this number on its blacklist" },
    { "SC:0016", CODE_OPTED_OUT, 0, "this number refused before" },
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

static struct slice encode(const struct form *form, struct arena *a, bool *failed)
{
    struct sbuf out;
    sbuf_init(&out, FORM_MAX);
    for (size_t i = 0; i < form->count; i++) {
        sbuf_str(&out, i > 0 ? "&" : "");
        sbuf_add(&out, form->fields[i].name);
        sbuf_char(&out, '=');
        sbuf_url(&out, form->fields[i].value);
    }
    *failed = out.failed;
    struct slice body = arena_dup(a, sbuf_slice(&out));
    sbuf_free(&out);
    return body;
}

static struct slice build(const struct submail_settings *s, const struct outbound *message,
                          struct slice phone, int64_t now, struct arena *a, bool *failed)
{
    struct form form = { .fields = arena_alloc(a, SUBMAIL_FIELDS_MAX * sizeof(struct form_field)) };
    add_field(&form, "appid", s->appid);
    add_field(&form, "to", phone);
    if (message->id > 0)
        add_field(&form, "tag", arena_printf(a, "%lld", (long long)message->id));
    add_field(&form, "timestamp", arena_printf(a, "%lld", (long long)now));
    add_field(&form, "sign_type", s->sign_type);
    add_field(&form, "sign_version", SLICE("2"));
    struct slice signature = submail_sign(s, &form, a);
    add_field(&form, "content", message->text);
    add_field(&form, "signature", signature);
    return encode(&form, a, failed);
}

int submail_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault)
{
    const struct submail_settings *s = account->prepared;
    char phone[12];
    bool failed;
    if (!phone_normalize(message->recipient, phone))
        return fault_set(fault, GW_EINVAL, "account %s: the recipient is no mainland mobile number",
                         account->full_name);
    if (!slice_starts(message->text, SLICE("\u3010")))
        return fault_set(fault, GW_EINVAL, "account %s: the text does not begin with a signature",
                         account->full_name);
    if (utf8_count(message->text) > TEXT_CHARACTERS_MAX)
        return fault_set(fault, GW_ETOOBIG, "account %s: a text has at most %d characters",
                         account->full_name, TEXT_CHARACTERS_MAX);
    *out = (struct http_call){
        .method = "POST",
        .url = arena_printf(a, "%.*s/sms/send", SLICE_ARG(s->endpoint)),
        .body = build(s, message, (struct slice){ phone, 11 }, now, a, &failed),
    };
    out->headers[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    out->headers[1] = "Accept: application/json";
    return failed ? fault_set(fault, GW_ETOOBIG, "account %s: the request is too large",
                              account->full_name)
                  : 0;
}

/* {"status":"success","send_id":…} or {"status":"error","code":…}, the code a number or a text. */
void submail_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out)
{
    (void)account;
    json_t *answer =
        result->status == 0 ? NULL : json_read(result->body, "answer", ANSWER_MAX, NULL);
    struct slice status = json_slice(answer, "status");
    const json_t *code = json_object_get(answer, "code");
    if (slice_eq(status, SLICE("success"))) {
        *out = (struct sent){ .outcome = SEND_OK,
                              .provider_id =
                                  arena_dup(a, slice_head(json_slice(answer, "send_id"), ID_MAX)),
                              .reason = SLICE("taken") };
    } else if (json_is_integer(code)) {
        sms_code_apply(submail_codes,
                       arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(code)), result,
                       a, out);
    } else if (json_is_string(code)) {
        sms_code_apply(submail_codes, json_slice(answer, "code"), result, a, out);
    } else {
        sms_code_unread(result, a, out);
    }
    json_decref(answer);
}
