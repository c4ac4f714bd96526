#include "adapters/wechat/crypto.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "gateway/base/digest.h"

enum {
    BLOCK = 32,                /* padding goes to this many bytes, two blocks of the cipher */
    CIPHER_BLOCK = 16,         /* ciphertexts are a multiple of it */
    HEAD = WECHAT_RANDOM + 4,  /* random bytes and the length */
    MESSAGE_MAX = 1024 * 1024, /* far above what any limit of ours lets come here */
};

int wechat_key_read(struct slice text, struct wechat_key *out)
{
    struct arena a = { 0 };
    struct slice bytes;
    int rv = GW_EINVAL;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '+' || text.p[i] == '/' || text.p[i] == '=')
            return GW_EINVAL;
    if (text.n == WECHAT_KEY_TEXT &&
        digest_unbase64(arena_printf(&a, "%.*s=", SLICE_ARG(text)), &a, &bytes) == 0 &&
        bytes.n == sizeof(out->bytes)) {
        memcpy(out->bytes, bytes.p, bytes.n);
        rv = 0;
    }
    arena_free(&a);
    return rv;
}

/* AES-256-CBC without the cipher's own padding, which ends at 16. The first half of the key is the
 * initialization vector of every message. */
static void cipher(const struct wechat_key *key, int encrypt, const unsigned char *in, size_t n,
                   unsigned char *out)
{
    int written = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL || n > INT_MAX ||
        EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, key->bytes, key->bytes, encrypt) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1 ||
        EVP_CipherUpdate(context, out, &written, in, (int)n) != 1 || (size_t)written != n)
        mem_exhausted(); /* whole blocks of a known cipher: nothing else can be wrong */
    EVP_CIPHER_CTX_free(context);
}

/* Bytes of padding at the end: 1 to 32, all of them that number; 0 when it is none. */
static size_t padding_of(const unsigned char *p, size_t n)
{
    size_t padding = p[n - 1];
    if (padding < 1 || padding > BLOCK || padding > n)
        return 0;
    for (size_t i = n - padding; i < n; i++)
        if (p[i] != padding)
            return 0;
    return padding;
}

static uint32_t read_length(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int wechat_decrypt(const struct wechat_key *key, struct slice app_id, struct slice encrypted,
                   struct arena *a, struct slice *message)
{
    struct slice bytes;
    if (encrypted.n > 2 * MESSAGE_MAX || digest_unbase64(encrypted, a, &bytes) != 0 ||
        bytes.n < 2 * CIPHER_BLOCK || bytes.n % CIPHER_BLOCK != 0)
        return GW_EPROTO;
    unsigned char *plain = arena_alloc(a, bytes.n);
    cipher(key, 0, (const unsigned char *)bytes.p, bytes.n, plain);
    size_t padding = padding_of(plain, bytes.n);
    size_t n = bytes.n - padding;
    if (padding == 0 || n < HEAD || read_length(plain + WECHAT_RANDOM) > n - HEAD)
        return GW_EPROTO;
    struct slice rest = slice_skip((struct slice){ (const char *)plain, n }, HEAD);
    struct slice text = slice_head(rest, read_length(plain + WECHAT_RANDOM));
    if (!digest_equal(slice_skip(rest, text.n), app_id))
        return GW_EAUTH;
    *message = text;
    return 0;
}

struct slice wechat_encrypt(const struct wechat_key *key, struct slice app_id,
                            const unsigned char random[WECHAT_RANDOM], struct slice message,
                            struct arena *a)
{
    size_t n = HEAD + message.n + app_id.n;
    size_t padding = BLOCK - n % BLOCK;
    if (message.n > MESSAGE_MAX)
        mem_exhausted();
    unsigned char *plain = arena_alloc(a, n + padding);
    unsigned char *secret = arena_alloc(a, n + padding);
    memcpy(plain, random, WECHAT_RANDOM);
    for (int i = 0; i < 4; i++)
        plain[WECHAT_RANDOM + i] = (unsigned char)(message.n >> (24 - 8 * i));
    if (message.n > 0)
        memcpy(plain + HEAD, message.p, message.n);
    memcpy(plain + HEAD + message.n, app_id.p, app_id.n);
    memset(plain + n, (int)padding, padding);
    cipher(key, 1, plain, n + padding, secret);
    return digest_base64((struct slice){ (const char *)secret, n + padding }, a);
}
