#include "adapters/wechat/signature.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/mem.h"

/* Byte order, a shorter text before its continuation. */
static bool before(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return order != 0 ? order < 0 : a.n < b.n;
}

/* The digest of the parts in byte order. All but the last are short. */
static bool sign(const struct slice *parts, size_t count, char out[41])
{
    struct slice sorted[4];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && before(parts[i], sorted[at - 1]); at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = parts[i];
        if (i < 3 && parts[i].n > WECHAT_PART_MAX)
            return false;
        n += parts[i].n;
    }
    char *joined = mem_alloc(n);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (sorted[i].n > 0)
            memcpy(joined + at, sorted[i].p, sorted[i].n);
        at += sorted[i].n;
    }
    unsigned char digest[20];
    digest_sha1((struct slice){ joined, n }, digest);
    digest_hex(digest, sizeof(digest), out);
    free(joined);
    return true;
}

bool wechat_signature(struct slice token, struct slice timestamp, struct slice nonce, char out[41])
{
    return sign((const struct slice[]){ token, timestamp, nonce }, 3, out);
}

bool wechat_message_signature(struct slice token, struct slice timestamp, struct slice nonce,
                              struct slice encrypted, char out[41])
{
    return sign((const struct slice[]){ token, timestamp, nonce, encrypted }, 4, out);
}

static bool plain(struct slice part)
{
    for (size_t i = 0; i < part.n; i++) {
        char c = part.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '_' || c == '-'))
            return false;
    }
    return part.n > 0;
}

bool wechat_signed(struct slice token, struct slice timestamp, struct slice nonce,
                   struct slice signature)
{
    char expected[41];
    if (!plain(timestamp) || !plain(nonce) || !wechat_signature(token, timestamp, nonce, expected))
        return false;
    return digest_equal(signature, (struct slice){ expected, 40 });
}

bool wechat_message_signed(struct slice token, struct slice timestamp, struct slice nonce,
                           struct slice encrypted, struct slice signature)
{
    char expected[41];
    if (!plain(timestamp) || !plain(nonce) || encrypted.n == 0 ||
        !wechat_message_signature(token, timestamp, nonce, encrypted, expected))
        return false;
    return digest_equal(signature, (struct slice){ expected, 40 });
}
