#include "adapters/sms/twilio.h"

#include <stddef.h>

#include "adapters/json_body.h"
#include "adapters/reply.h"
#include "adapters/settings.h"
#include "adapters/sms/push.h"
#include "gateway/base/sbuf.h"

#define WORD_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const struct setting table[] = {
    { "account_sid", SETTING_TEXT, true, offsetof(struct twilio_settings, account_sid), 2, 64, NULL,
      WORD_CHARACTERS, "the Account SID, AC and 32 digits or letters" },
    { "auth_token", SETTING_TEXT, true, offsetof(struct twilio_settings, auth_token), 1, 128, NULL,
      NULL, "the Auth Token" },
    { "webhook_url", SETTING_TEXT, true, offsetof(struct twilio_settings, webhook_url), 8, 500,
      NULL, NULL,
      "this account's address as entered at Twilio, like https://sms.example.cn/sms/NAME" },
    { "from", SETTING_TEXT, false, offsetof(struct twilio_settings, from), 1, 21, NULL, NULL,
      "the number messages come from, like +18005551212" },
    { "messaging_service_sid", SETTING_TEXT, false,
      offsetof(struct twilio_settings, messaging_service_sid), 2, 64, NULL, WORD_CHARACTERS,
      "a messaging service's SID, MG and 32 digits or letters" },
    { "endpoint", SETTING_TEXT, false, offsetof(struct twilio_settings, endpoint), 8, 200, NULL,
      NULL, "the API's address, https://api.twilio.com when left out" },
    { "validity_s", SETTING_NUMBER, false, offsetof(struct twilio_settings, validity_s), 1, 36000,
      NULL, NULL, "seconds from 1 to 36000" },
    { NULL },
};

/* Without a query and a final slash: /status and our id go behind it. */
static bool is_webhook_url(struct slice url)
{
    bool scheme = slice_starts(url, SLICE("https://")) || slice_starts(url, SLICE("http://"));
    return scheme && slice_find(url, SLICE("?")) < 0 && slice_find(url, SLICE("#")) < 0 &&
           slice_find(url, SLICE(" ")) < 0 && !slice_ends(url, SLICE("/"));
}

static int check(struct account *account, struct arena *a, struct fault *fault)
{
    struct twilio_settings *s = arena_alloc(a, sizeof(*s));
    struct slice host;
    s->endpoint = SLICE("https://api.twilio.com");
    int rv = settings_read(account, table, s, fault);
    if (rv == 0)
        rv = sms_endpoint(account, s->endpoint, &host, fault);
    if (rv != 0)
        return rv;
    if (!is_webhook_url(s->webhook_url))
        return fault_set(fault, GW_ECONFIG,
                         "account %s: settings.webhook_url: give https://, host and path, without "
                         "query and final slash",
                         account->full_name);
    if ((s->from.n > 0) == (s->messaging_service_sid.n > 0))
        return fault_set(fault, GW_ECONFIG,
                         "account %s: settings: give one of from and messaging_service_sid",
                         account->full_name);
    account->prepared = s;
    return 0;
}

static struct slice called_url(const struct twilio_settings *s, const struct webhook *hook,
                               struct arena *a)
{
    return arena_printf(a, "%.*s%.*s%s%.*s", SLICE_ARG(s->webhook_url), SLICE_ARG(hook->rest),
                        hook->query.n > 0 ? "?" : "", SLICE_ARG(hook->query));
}

static enum webhook_refusal of_form(int rv)
{
    return rv == 0 ? REFUSED_NONE : rv == GW_ETOOBIG ? REFUSED_TOO_BIG : REFUSED_MALFORMED;
}

static struct slice header(const struct webhook *hook, const char *name)
{
    return hook->header == NULL ? SLICE("") : hook->header(hook->context, name);
}

/* The members of a JSON body as the fields of a form. */
static enum webhook_refusal read_json(struct slice body, struct arena *a, struct form *out)
{
    json_t *object;
    const char *key;
    json_t *value;
    enum webhook_refusal refusal = json_body_read(body, &object);
    *out = (struct form){ 0 };
    if (refusal != REFUSED_NONE)
        return refusal;
    out->fields = arena_alloc(a, (json_object_size(object) + 1) * sizeof(*out->fields));
    json_object_foreach(object, key, value)
    {
        struct form_field *field = &out->fields[out->count];
        field->value =
            json_is_string(value) ? json_body_text(object, key, a) : json_body_word(object, key, a);
        if (field->value.p == NULL)
            continue;
        field->name = arena_dup(a, slice_of(key));
        out->count++;
    }
    json_decref(object);
    return REFUSED_NONE;
}

/* The signature first: of a form it covers the fields, of JSON the digest in the URL. */
static enum webhook_refusal read_fields(const struct twilio_settings *s, const struct webhook *hook,
                                        const struct form *query, struct arena *a, struct form *out)
{
    struct slice url = called_url(s, hook, a);
    struct slice signature = header(hook, "X-Twilio-Signature");
    bool get = slice_eq(hook->method, SLICE("GET"));
    bool json = !get && form_get(query, "bodySHA256").n > 0;
    enum webhook_refusal refusal = REFUSED_NONE;
    *out = *query;
    if (!get && !json)
        refusal = of_form(form_parse(hook->body, a, out));
    if (refusal != REFUSED_NONE)
        return refusal;
    if (!twilio_signed(s->auth_token, url, get || json ? NULL : out, signature, a) ||
        (json && !twilio_body_matches(url, hook->body)))
        return REFUSED_SIGNATURE;
    return json ? read_json(hook->body, a, out) : REFUSED_NONE;
}

static enum webhook_refusal read_request(const struct account *account, const struct webhook *hook,
                                         struct arena *a, struct decoded *out)
{
    const struct twilio_settings *s = account->prepared;
    bool status = slice_eq(hook->rest, SLICE("/status"));
    struct form query, fields;
    if (!status && hook->rest.n > 0)
        return REFUSED_PATH;
    if (!slice_eq(hook->method, SLICE("POST")) && !slice_eq(hook->method, SLICE("GET")))
        return REFUSED_METHOD;
    enum webhook_refusal refusal = of_form(form_parse(hook->query, a, &query));
    if (refusal == REFUSED_NONE)
        refusal = read_fields(s, hook, &query, a, &fields);
    if (refusal != REFUSED_NONE)
        return refusal;
    return status ? twilio_status(s, &query, &fields, a, out) : twilio_message(s, &fields, a, out);
}

static void decode(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out)
{
    (void)now; /* its pushes carry no time */
    *out = (struct decoded){ 0 };
    enum webhook_refusal refusal = read_request(account, hook, a, out);
    if (refusal != REFUSED_NONE)
        *out = (struct decoded){ .refusal = refusal };
}

static void respond(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out)
{
    (void)account, (void)received_at;
    struct slice text = decoded->reply_inline ? reply_join(replies, reply_count, a) : SLICE("");
    struct sbuf twiml;
    sbuf_init(&twiml, 8 * ADAPTER_TEXT_MAX); /* &quot; is the longest of the escapes */
    sbuf_str(&twiml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    if (text.n > 0) {
        sbuf_str(&twiml, "<Response><Message>");
        sbuf_xml(&twiml, text);
        sbuf_str(&twiml, "</Message></Response>");
    } else {
        sbuf_str(&twiml, "<Response/>");
    }
    *out = (struct response){
        200, "text/xml; charset=utf-8", arena_dup(a, sbuf_slice(&twiml)), { NULL }
    };
    sbuf_free(&twiml);
}

const struct adapter adapter_twilio = {
    .name = "twilio",
    .signs = true,
    .channel = "sms",
    .check = check,
    .decode = decode,
    .respond = respond,
    .send = twilio_send,
    .sent = twilio_sent,
};
