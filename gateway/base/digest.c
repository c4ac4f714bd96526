#include "gateway/base/digest.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "gateway/base/error.h"

/* OpenSSL fails here only without memory, or when its installation lacks the algorithm. */
static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("linli: OpenSSL refused a digest or random bytes; check its installation\n", stderr);
    abort();
}

static const char *bytes(struct slice s)
{
    return s.p == NULL ? "" : s.p;
}

void digest_md5(struct slice data, unsigned char out[16])
{
    must(EVP_Digest(bytes(data), data.n, out, NULL, EVP_md5(), NULL));
}

void digest_sha1(struct slice data, unsigned char out[20])
{
    must(EVP_Digest(bytes(data), data.n, out, NULL, EVP_sha1(), NULL));
}

void digest_sha256(struct slice data, unsigned char out[32])
{
    must(EVP_Digest(bytes(data), data.n, out, NULL, EVP_sha256(), NULL));
}

static void hmac(const EVP_MD *with, struct slice key, struct slice data, unsigned char *out)
{
    must(key.n <= INT_MAX && HMAC(with, bytes(key), (int)key.n, (const unsigned char *)bytes(data),
                                  data.n, out, NULL) != NULL);
}

void digest_hmac_sha1(struct slice key, struct slice data, unsigned char out[20])
{
    hmac(EVP_sha1(), key, data, out);
}

void digest_hmac_sha256(struct slice key, struct slice data, unsigned char out[32])
{
    hmac(EVP_sha256(), key, data, out);
}

void digest_hex(const unsigned char *data, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * n] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int digest_unhex(struct slice hex, unsigned char *out, size_t n)
{
    if (hex.n % 2 != 0 || hex.n / 2 != n)
        return GW_EINVAL;
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(hex.p[2 * i]);
        int low = hex_value(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return GW_EINVAL;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return 0;
}

struct slice digest_base64(struct slice data, struct arena *a)
{
    if (data.n > INT_MAX / 2)
        mem_exhausted();
    unsigned char *out = arena_alloc(a, (data.n + 2) / 3 * 4 + 1);
    int n = EVP_EncodeBlock(out, (const unsigned char *)bytes(data), (int)data.n);
    return (struct slice){ (char *)out, (size_t)n };
}

static bool base64_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

int digest_unbase64(struct slice text, struct arena *a, struct slice *out)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=')
        padding++;
    if (text.n % 4 != 0 || text.n > INT_MAX / 2)
        return GW_EINVAL;
    for (size_t i = 0; i < text.n - padding; i++) /* the decoder itself would skip white space */
        if (!base64_char(text.p[i]))
            return GW_EINVAL;
    unsigned char *p = arena_alloc(a, text.n / 4 * 3 + 1);
    int n = text.n == 0 ? 0 : EVP_DecodeBlock(p, (const unsigned char *)text.p, (int)text.n);
    if (n < (int)padding)
        return GW_EINVAL;
    size_t length = (size_t)n - padding;
    p[length] = '\0';
    *out = (struct slice){ (char *)p, length };
    return 0;
}

bool digest_equal(struct slice a, struct slice b)
{
    return a.n == b.n && CRYPTO_memcmp(bytes(a), bytes(b), a.n) == 0;
}

void digest_random(void *out, size_t n)
{
    must(n <= INT_MAX && RAND_bytes(out, (int)n) == 1);
}

uint32_t digest_random_below(uint32_t below)
{
    if (below < 2)
        return 0;
    /* The last, incomplete run of numbers would make small results likelier. */
    uint32_t limit = UINT32_MAX - UINT32_MAX % below;
    uint32_t value;
    do
        digest_random(&value, sizeof(value));
    while (value >= limit);
    return value % below;
}
