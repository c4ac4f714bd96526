#include "adapters/sms/yunpian.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/json_body.h"
#include "adapters/sms/push.h"
#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"

enum { SIGNED_KEYS_MAX = 32, SIGNED_BYTES_MAX = 16 * 1024 };

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A value as it stands in the signed text; false for one that is neither text nor number. */
static bool add_value(struct sbuf *out, const json_t *value)
{
    if (json_is_string(value))
        sbuf_add(out, (struct slice){ json_string_value(value), json_string_length(value) });
    else if (json_is_integer(value))
        sbuf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        return json_is_null(value);
    return true;
}

bool yunpian_signed(const struct yunpian_settings *s, const json_t *reply)
{
    const char *keys[SIGNED_KEYS_MAX], *key;
    size_t n = 0;
    json_t *value;
    bool whole = json_object_size(reply) <= SIGNED_KEYS_MAX;
    struct sbuf text;
    json_object_foreach((json_t *)(uintptr_t)reply, key, value)
    {
        if (n < SIGNED_KEYS_MAX && strcmp(key, "_sign") != 0)
            keys[n++] = key;
    }
    qsort(keys, n, sizeof(*keys), by_name);
    sbuf_init(&text, SIGNED_BYTES_MAX);
    for (size_t i = 0; i < n; i++) {
        whole = whole && add_value(&text, json_object_get(reply, keys[i]));
        sbuf_char(&text, ',');
    }
    sbuf_add(&text, s->apikey);
    unsigned char digest[16];
    char hex[33];
    digest_md5(sbuf_slice(&text), digest);
    digest_hex(digest, sizeof(digest), hex);
    const json_t *given = json_object_get(reply, "_sign");
    struct slice sign = { json_string_value(given), json_string_length(given) };
    bool right = whole && !text.failed && sign.n == 32 && digest_equal(sign, slice_of(hex));
    sbuf_free(&text);
    return right;
}

static enum webhook_refusal read_reply(const struct account *account, const json_t *reply,
                                       int64_t now, struct arena *a, struct decoded *out)
{
    struct inbound *m = arena_alloc(a, sizeof(*m));
    struct slice mobile = json_body_word(reply, "mobile", a);
    struct slice id = json_body_word(reply, "id", a);
    struct slice time = json_body_word(reply, "reply_time", a);
    *m = (struct inbound){ .recipient = json_body_word(reply, "base_extend", a),
                           .text = json_body_text(reply, "text", a) };
    if (!yunpian_signed(account->prepared, reply))
        return REFUSED_SIGNATURE;
    if (mobile.n == 0 || mobile.n > SMS_NUMBER_MAX || id.n == 0 || m->text.p == NULL)
        return REFUSED_MALFORMED;
    if (time.n > 0 && sms_time(time, &m->sent_at) != 0)
        return REFUSED_MALFORMED;
    if (time.n > 0 && sms_stale(m->sent_at, now))
        return REFUSED_STALE;
    m->kind = sms_sender(mobile, a, &m->sender);
    m->key = arena_printf(a, "y:%.*s", SLICE_ARG(id));
    out->messages = m;
    out->message_count = 1;
    return REFUSED_NONE;
}

/* Our id comes back as `uid`; somebody else's on the same apikey is left to `sid`. */
static struct slice our_id(const json_t *entry, struct arena *a)
{
    struct slice uid = json_body_word(entry, "uid", a);
    int64_t id;
    return slice_to_int(uid, &id) == 0 && id > 0 ? uid : SLICE("");
}

static bool read_report(const json_t *entry, struct arena *a, struct receipt *r)
{
    struct slice status = json_body_word(entry, "report_status", a);
    struct slice mobile = json_body_word(entry, "mobile", a);
    struct slice at = json_body_word(entry, "user_receive_time", a);
    struct slice code = json_body_word(entry, "error_msg", a);
    *r = (struct receipt){ .our_id = our_id(entry, a),
                           .provider_id = json_body_word(entry, "sid", a),
                           .final = true,
                           .delivered = slice_eq(status, SLICE("SUCCESS")) };
    if (r->provider_id.n == 0 || (!r->delivered && !slice_eq(status, SLICE("FAIL"))))
        return false;
    if (at.n > 0 && sms_time(at, &r->at) != 0)
        r->at = 0; /* a failure has no time of receiving */
    if (mobile.n > 0 && mobile.n <= SMS_NUMBER_MAX)
        sms_sender(mobile, a, &r->recipient);
    sms_code_report(NULL, code.n > 0 ? code : status, a, r);
    return true;
}

static enum webhook_refusal read_reports(const json_t *list, struct arena *a, struct decoded *out)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list))
        return REFUSED_MALFORMED;
    out->receipts = arena_alloc(a, (count + 1) * sizeof(*out->receipts));
    for (size_t i = 0; i < count; i++) {
        if (read_report(json_array_get(list, i), a, &out->receipts[out->receipt_count]))
            out->receipt_count++;
        else
            out->skipped++;
    }
    return REFUSED_NONE;
}

/* JSON that is still percent-encoded begins with the brace or bracket's %. */
static int decode_again(struct slice *text, struct arena *a)
{
    struct form form;
    if (!slice_starts(*text, SLICE("%")))
        return 0;
    int rc = form_parse(arena_printf(a, "v=%.*s", SLICE_ARG(*text)), a, &form);
    if (rc == 0)
        *text = form_get(&form, "v");
    return rc;
}

static enum webhook_refusal of_form(int rc)
{
    return rc == 0 ? REFUSED_NONE : rc == GW_ETOOBIG ? REFUSED_TOO_BIG : REFUSED_MALFORMED;
}

enum webhook_refusal yunpian_push(const struct account *account, const struct webhook *hook,
                                  int64_t now, struct arena *a, struct decoded *out)
{
    struct form form;
    json_t *push = NULL;
    enum webhook_refusal refusal = of_form(form_parse(hook->body, a, &form));
    if (refusal != REFUSED_NONE)
        return refusal;
    struct slice status = form_get(&form, "sms_status");
    struct slice text = status.p != NULL ? status : form_get(&form, "sms_reply");
    if (text.p == NULL)
        return REFUSED_MALFORMED;
    refusal = of_form(decode_again(&text, a));
    if (refusal == REFUSED_NONE)
        refusal = json_body_read(text, &push);
    if (refusal != REFUSED_NONE)
        return refusal;
    if (status.p != NULL)
        refusal = read_reports(push, a, out);
    else
        refusal = json_is_object(push) ? read_reply(account, push, now, a, out) : REFUSED_MALFORMED;
    json_decref(push);
    return refusal;
}
