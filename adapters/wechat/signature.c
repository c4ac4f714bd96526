#include "adapters/wechat/signature.h"

#include <string.h>

#include "gateway/base/digest.h"

/* Byte order, a shorter text before its continuation. */
static bool before(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return order != 0 ? order < 0 : a.n < b.n;
}

static void order(struct slice *a, struct slice *b)
{
    if (before(*b, *a)) {
        struct slice other = *a;
        *a = *b;
        *b = other;
    }
}

bool wechat_signature(struct slice token, struct slice timestamp, struct slice nonce, char out[41])
{
    struct slice parts[] = { token, timestamp, nonce };
    order(&parts[0], &parts[1]);
    order(&parts[1], &parts[2]);
    order(&parts[0], &parts[1]);
    char joined[3 * WECHAT_PART_MAX];
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        if (parts[i].n > WECHAT_PART_MAX)
            return false;
        if (parts[i].n > 0)
            memcpy(joined + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    unsigned char digest[20];
    digest_sha1((struct slice){ joined, n }, digest);
    digest_hex(digest, sizeof(digest), out);
    return true;
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
