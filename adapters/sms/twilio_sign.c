#include "adapters/sms/twilio.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"

enum { DATA_MAX = 2 * FORM_BYTES_MAX };

static int compare_slices(struct slice a, struct slice b)
{
    int order = memcmp(a.p == NULL ? "" : a.p, b.p == NULL ? "" : b.p, a.n < b.n ? a.n : b.n);
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_fields(const void *left, const void *right)
{
    const struct form_field *a = left, *b = right;
    int order = compare_slices(a->name, b->name);
    return order != 0 ? order : compare_slices(a->value, b->value);
}

struct slice twilio_signature(struct slice auth_token, struct slice url, const struct form *form,
                              struct arena *a)
{
    struct sbuf data;
    sbuf_init(&data, DATA_MAX);
    sbuf_add(&data, url);
    size_t count = form == NULL ? 0 : form->count;
    struct form_field *sorted = arena_alloc(a, (count + 1) * sizeof(*sorted));
    if (count > 0) {
        memcpy(sorted, form->fields, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare_fields);
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_fields(&sorted[i], &sorted[i - 1]) == 0)
            continue; /* the same name and value twice count once */
        sbuf_add(&data, sorted[i].name);
        sbuf_add(&data, sorted[i].value);
    }
    unsigned char digest[20];
    digest_hmac_sha1(auth_token, sbuf_slice(&data), digest);
    struct slice signature =
        data.failed ? SLICE("")
                    : digest_base64((struct slice){ (const char *)digest, sizeof(digest) }, a);
    sbuf_free(&data);
    return signature;
}

/* The URL with its host's port replaced by `port` ("" for none). */
static struct slice with_port(struct slice url, const char *port, struct arena *a)
{
    ptrdiff_t scheme = slice_find(url, SLICE("://"));
    size_t from = scheme < 0 ? 0 : (size_t)scheme + 3;
    size_t end = from;
    while (end < url.n && strchr("/?#", url.p[end]) == NULL)
        end++;
    struct slice host = { url.p + from, end - from };
    size_t n = host.n;
    while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
        n--;
    if (n > 0 && host.p[n - 1] == ':')
        host.n = n - 1;
    return arena_printf(a, "%.*s%.*s%s%.*s", (int)from, url.p, SLICE_ARG(host), port,
                        SLICE_ARG(slice_skip(url, end)));
}

static bool has_port(struct slice url, struct arena *a)
{
    return with_port(url, "", a).n != url.n;
}

bool twilio_signed(struct slice auth_token, struct slice url, const struct form *form,
                   struct slice signature, struct arena *a)
{
    const char *standard = slice_starts(url, SLICE("https:")) ? ":443" : ":80";
    const struct slice forms[] = { url, with_port(url, "", a),
                                   has_port(url, a) ? url : with_port(url, standard, a) };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct slice expected = twilio_signature(auth_token, forms[i], form, a);
        if (expected.n > 0 && digest_equal(expected, signature))
            return true;
    }
    return false;
}

bool twilio_body_matches(struct slice url, struct slice body)
{
    const struct slice name = SLICE("bodySHA256=");
    unsigned char given[32], digest[32];
    ptrdiff_t at = slice_find(url, name);
    if (at <= 0 || (url.p[at - 1] != '?' && url.p[at - 1] != '&'))
        return false;
    struct slice hex = slice_head(slice_skip(url, (size_t)at + name.n), 64);
    if (digest_unhex(hex, given, sizeof(given)) != 0)
        return false;
    digest_sha256(body, digest);
    return digest_equal((struct slice){ (const char *)given, sizeof(given) },
                        (struct slice){ (const char *)digest, sizeof(digest) });
}
