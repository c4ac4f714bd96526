#include "adapters/sms/aliyun.h"

#include "gateway/base/civil.h"
#include "gateway/base/digest.h"

static struct slice sha256_hex(struct slice data, struct arena *a)
{
    unsigned char digest[32];
    char hex[65];
    digest_sha256(data, digest);
    digest_hex(digest, sizeof(digest), hex);
    return arena_dup(a, (struct slice){ hex, 64 });
}

/* 2026-11-23T07:00:00Z */
static struct slice utc_date(int64_t now, struct arena *a)
{
    const struct zone utc = { 0 };
    struct civil c;
    civil_at(now, utc, &c);
    return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour,
                        c.minute, c.second);
}

static struct slice authorization(const struct aliyun_settings *s, struct slice signed_headers,
                                  struct slice canonical, struct arena *a, char hash[65])
{
    struct slice hashed = sha256_hex(canonical, a);
    struct slice to_sign = arena_printf(a, "ACS3-HMAC-SHA256\n%.*s", SLICE_ARG(hashed));
    unsigned char digest[32];
    char hex[65];
    digest_hmac_sha256(s->access_key_secret, to_sign, digest);
    digest_hex(digest, sizeof(digest), hex);
    for (size_t i = 0; hash != NULL && i < 65; i++)
        hash[i] = hashed.p[i];
    return arena_printf(
        a, "Authorization: ACS3-HMAC-SHA256 Credential=%.*s,SignedHeaders=%.*s,Signature=%s",
        SLICE_ARG(s->access_key_id), SLICE_ARG(signed_headers), hex);
}

void aliyun_sign(const struct aliyun_settings *s, const struct aliyun_request *r, struct arena *a,
                 struct http_call *out, char hash[65])
{
    bool typed = r->content_type.n > 0;
    struct slice date = utc_date(r->now, a);
    struct slice payload = sha256_hex(r->body, a);
    struct slice type =
        typed ? arena_printf(a, "content-type:%.*s\n", SLICE_ARG(r->content_type)) : SLICE("");
    struct slice names =
        arena_printf(a,
                     "%shost;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;"
                     "x-acs-version",
                     typed ? "content-type;" : "");
    struct slice canonical = arena_printf(
        a,
        "POST\n/\n%.*s\n%.*shost:%.*s\nx-acs-action:%s\nx-acs-content-sha256:%.*s\nx-acs-date:%.*s\n"
        "x-acs-signature-nonce:%.*s\nx-acs-version:%s\n\n%.*s\n%.*s",
        SLICE_ARG(r->query), SLICE_ARG(type), SLICE_ARG(r->host), r->action, SLICE_ARG(payload),
        SLICE_ARG(date), SLICE_ARG(r->nonce), r->version, SLICE_ARG(names), SLICE_ARG(payload));
    *out = (struct http_call){ .method = "POST", .body = r->body };
    out->url = arena_printf(a, "%.*s/%s%.*s", SLICE_ARG(s->api.endpoint), r->query.n > 0 ? "?" : "",
                            SLICE_ARG(r->query));
    size_t n = 0;
    out->headers[n++] = arena_printf(a, "x-acs-action: %s", r->action).p;
    out->headers[n++] = arena_printf(a, "x-acs-version: %s", r->version).p;
    out->headers[n++] = arena_printf(a, "x-acs-date: %.*s", SLICE_ARG(date)).p;
    out->headers[n++] = arena_printf(a, "x-acs-signature-nonce: %.*s", SLICE_ARG(r->nonce)).p;
    out->headers[n++] = arena_printf(a, "x-acs-content-sha256: %.*s", SLICE_ARG(payload)).p;
    out->headers[n++] = "Accept: application/json";
    /* Without a value it keeps libcurl from sending its own, which would be unsigned. */
    out->headers[n++] =
        arena_printf(a, "Content-Type:%s%.*s", typed ? " " : "", SLICE_ARG(r->content_type)).p;
    out->headers[n] = authorization(s, names, canonical, a, hash).p;
}
