#include "adapters/sms/submail.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"

enum { SIGNED_BYTES_MAX = 8 * 1024 };

static int by_name(const void *a, const void *b)
{
    const struct form_field *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int order = memcmp(x->name.p, y->name.p, n);
    return order != 0 ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

struct slice submail_sign(const struct submail_settings *s, const struct form *fields,
                          struct arena *a)
{
    struct form_field sorted[SUBMAIL_FIELDS_MAX];
    size_t n = fields->count < SUBMAIL_FIELDS_MAX ? fields->count : SUBMAIL_FIELDS_MAX;
    unsigned char digest[20];
    char hex[41];
    struct sbuf text;
    if (slice_eq(s->sign_type, SLICE("normal")))
        return s->appkey;
    memcpy(sorted, fields->fields, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_name);
    sbuf_init(&text, SIGNED_BYTES_MAX);
    sbuf_add(&text, s->appid);
    sbuf_add(&text, s->appkey);
    for (size_t i = 0; i < n; i++) {
        sbuf_str(&text, i > 0 ? "&" : "");
        sbuf_add(&text, sorted[i].name);
        sbuf_char(&text, '=');
        sbuf_add(&text, sorted[i].value);
    }
    sbuf_add(&text, s->appid);
    sbuf_add(&text, s->appkey);
    bool md5 = slice_eq(s->sign_type, SLICE("md5"));
    if (md5)
        digest_md5(sbuf_slice(&text), digest);
    else
        digest_sha1(sbuf_slice(&text), digest);
    sbuf_free(&text);
    digest_hex(digest, md5 ? 16 : 20, hex);
    return arena_dup(a, slice_of(hex));
}

bool submail_hook_signed(const struct submail_settings *s, struct slice token,
                         struct slice signature)
{
    unsigned char digest[16];
    char hex[33];
    struct sbuf text;
    sbuf_init(&text, 1024);
    sbuf_add(&text, token);
    sbuf_add(&text, s->subhook_key);
    digest_md5(sbuf_slice(&text), digest);
    sbuf_free(&text);
    digest_hex(digest, sizeof(digest), hex);
    return token.n > 0 && signature.n == 32 && digest_equal(signature, slice_of(hex));
}
