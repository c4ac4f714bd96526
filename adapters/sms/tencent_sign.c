#include "adapters/sms/tencent.h"

#include "gateway/base/civil.h"
#include "gateway/base/digest.h"

static void lower_hex_sha256(struct slice data, char hex[65])
{
    unsigned char digest[32];
    digest_sha256(data, digest);
    digest_hex(digest, sizeof(digest), hex);
}

/* Day, service and request each make a key of the one before. */
static void sign(struct slice secret_key, struct slice date, struct slice service,
                 struct slice to_sign, struct arena *a, char hex[65])
{
    unsigned char key[32];
    const struct slice steps[] = { date, service, SLICE("tc3_request"), to_sign };
    struct slice with = arena_printf(a, "TC3%.*s", SLICE_ARG(secret_key));
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        unsigned char next[32];
        digest_hmac_sha256(with, steps[i], next);
        for (size_t j = 0; j < sizeof(key); j++)
            key[j] = next[j];
        with = (struct slice){ (const char *)key, sizeof(key) };
    }
    digest_hex(key, sizeof(key), hex);
}

struct slice tencent_authorization(struct slice secret_id, struct slice secret_key,
                                   struct slice service, struct slice host,
                                   struct slice content_type, struct slice body, int64_t now,
                                   struct arena *a, char hash[65])
{
    char body_hash[65], canonical_hash[65], signature[65];
    struct civil c;
    civil_at(now, (struct zone){ 0 }, &c);
    lower_hex_sha256(body, body_hash);
    struct slice canonical =
        arena_printf(a, "POST\n/\n\ncontent-type:%.*s\nhost:%.*s\n\ncontent-type;host\n%s",
                     SLICE_ARG(content_type), SLICE_ARG(host), body_hash);
    lower_hex_sha256(canonical, canonical_hash);
    struct slice date = arena_printf(a, "%04d-%02d-%02d", c.year, c.month, c.day);
    struct slice scope =
        arena_printf(a, "%.*s/%.*s/tc3_request", SLICE_ARG(date), SLICE_ARG(service));
    struct slice to_sign = arena_printf(a, "TC3-HMAC-SHA256\n%lld\n%.*s\n%s", (long long)now,
                                        SLICE_ARG(scope), canonical_hash);
    sign(secret_key, date, service, to_sign, a, signature);
    for (size_t i = 0; hash != NULL && i < sizeof(canonical_hash); i++)
        hash[i] = canonical_hash[i];
    return arena_printf(a,
                        "Authorization: TC3-HMAC-SHA256 Credential=%.*s/%.*s, "
                        "SignedHeaders=content-type;host, Signature=%s",
                        SLICE_ARG(secret_id), SLICE_ARG(scope), signature);
}
