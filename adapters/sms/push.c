#include "adapters/sms/push.h"

#include <string.h>

#include "gateway/base/civil.h"
#include "gateway/base/digest.h"
#include "gateway/base/phone.h"

static const struct zone china = { .offset_minutes = 480 };

enum inbound_kind sms_sender(struct slice from, struct arena *a, struct slice *out)
{
    char phone[12];
    if (phone_is_service(from) || !phone_normalize(from, phone)) {
        *out = from;
        return INBOUND_OTHER;
    }
    *out = arena_dup(a, (struct slice){ phone, 11 });
    return INBOUND_TEXT;
}

/* The digits of `pattern`'s letters, in its order; every other character has to be there. */
static bool read_fields(struct slice text, const char *pattern, int fields[6])
{
    if (text.n != strlen(pattern))
        return false;
    memset(fields, 0, 6 * sizeof(fields[0]));
    for (size_t i = 0; i < text.n; i++) {
        int field = pattern[i] - 'a';
        if (field < 0 || field > 5) {
            if (text.p[i] != pattern[i])
                return false;
            continue;
        }
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        fields[field] = fields[field] * 10 + text.p[i] - '0';
    }
    return true;
}

int sms_time(struct slice text, int64_t *utc)
{
    int f[6];
    if (!read_fields(text, "aaaa-bb-cc dd:ee:ff", f) && !read_fields(text, "aaaabbccddeeff", f))
        return GW_EPROTO;
    if (!civil_valid(f[0], f[1], f[2]) || f[3] > 23 || f[4] > 59 || f[5] > 59)
        return GW_EPROTO;
    const struct civil c = {
        .year = f[0], .month = f[1], .day = f[2], .hour = f[3], .minute = f[4], .second = f[5]
    };
    *utc = civil_utc(&c, china);
    return 0;
}

bool sms_stale(int64_t at, int64_t now)
{
    return at < now - ADAPTER_OLDEST_S || at > now + ADAPTER_OLDEST_S;
}

struct slice sms_digest_key(const struct account *account, struct slice data, struct arena *a)
{
    struct slice key = slice_of(account->secret != NULL ? account->secret : account->full_name);
    unsigned char digest[32];
    digest_hmac_sha256(key, data, digest);
    char hex[65];
    digest_hex(digest, sizeof(digest), hex);
    return arena_printf(a, "h:%s", hex);
}

int sms_needs_secret(const struct account *account, struct fault *fault)
{
    if (account->secret != NULL && strlen(account->secret) >= SMS_SECRET_MIN)
        return 0;
    return fault_set(
        fault, GW_ECONFIG,
        "account %s: this provider signs nothing: give the account a secret of at least "
        "%d letters and digits, the last part of its URL",
        account->full_name, SMS_SECRET_MIN);
}

int sms_needs_signature(const struct account *account, struct fault *fault)
{
    if (account->signature != NULL && account->signature[0] != '\0')
        return 0;
    return fault_set(fault, GW_ECONFIG,
                     "account %s: signature is missing: give the approved one, without 【】",
                     account->full_name);
}

bool sms_endpoint_host(struct slice endpoint, struct slice *host)
{
    size_t scheme = slice_starts(endpoint, SLICE("https://"))  ? 8
                    : slice_starts(endpoint, SLICE("http://")) ? 7
                                                               : 0;
    *host = slice_skip(endpoint, scheme);
    if (scheme == 0 || host->n == 0)
        return false;
    for (size_t i = 0; i < host->n; i++)
        if (strchr("/?#@ \\", host->p[i]) != NULL)
            return false;
    return true;
}

int sms_endpoint(const struct account *account, struct slice endpoint, struct slice *host,
                 struct fault *fault)
{
    if (sms_endpoint_host(endpoint, host))
        return 0;
    return fault_set(fault, GW_ECONFIG,
                     "account %s: settings.endpoint: give https:// and a host, nothing behind it",
                     account->full_name);
}
