#include "adapters/wechat/crypto.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "adapters/wechat/signature.h"
#include "gateway/base/digest.h"
#include "tests/adapters/harness.h"
#include "tests/adapters/wechat/vectors.h"

static struct wechat_key key_of(const char *text)
{
    struct wechat_key key;
    assert_int_equal(wechat_key_read(slice_of(text), &key), 0);
    return key;
}

static int open(struct arena *a, const char *key, const char *app_id, struct slice encrypted,
                struct slice *out)
{
    struct wechat_key k = key_of(key);
    return wechat_decrypt(&k, slice_of(app_id), encrypted, a, out);
}

/* Bytes that an encoder would have padded, encrypted as they are: for what no encoder makes. */
static struct slice raw(struct arena *a, const char *key_text, const void *bytes, size_t n)
{
    struct wechat_key key = key_of(key_text);
    unsigned char *out = arena_alloc(a, n + 1);
    int written = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_cbc(), NULL, key.bytes, key.bytes), 1);
    EVP_CIPHER_CTX_set_padding(c, 0);
    assert_int_equal(EVP_EncryptUpdate(c, out, &written, bytes, (int)n), 1);
    EVP_CIPHER_CTX_free(c);
    return digest_base64((struct slice){ (const char *)out, (size_t)written }, a);
}

static void test_keys(void **state)
{
    (void)state;
    char hex[65];
    struct wechat_key key = key_of(X_KEY);
    digest_hex(key.bytes, 32, hex);
    assert_string_equal(hex, "69b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3d0010831051");
    key = key_of(W_KEY); /* its last character carries surplus bits */
    digest_hex(key.bytes, 32, hex);
    assert_string_equal(hex, "916c4f115d94103cb15a998f74a0b71787603c398ebdf297d471a71140d2d5a4");
    static const char *const wrong[] = {
        "",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF",   /* 42 */
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", /* 44 */
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDE-G",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDE_G",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDE+G",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDE/G",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF=",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDE G",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(wechat_key_read(slice_of(wrong[i]), &key), GW_EINVAL);
}

struct vector {
    const char *token, *key, *app_id, *timestamp, *nonce, *signature, *encrypt, *random, *message;
};

static const struct vector vectors[] = {
    { O_TOKEN, O_KEY, O_APP_ID, "1714112445", "415670741",
      "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", O3_ENCRYPT, "a8eedb185eb2fecf", O3_MESSAGE },
    { O_TOKEN, O_KEY, O_APP_ID, "1713424427", "415670741",
      "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1", O4_ENCRYPT, "707722b803182950",
      "{\"demo_resp\":\"good luck\"}" },
    { X_TOKEN, X_KEY, X_APP_ID, "1735689600", "1234567890",
      "216b152cd604c5d2d22b7c8d11182029387370a8", X1_ENCRYPT, "0123456789abcdef", X1_MESSAGE },
    { X_TOKEN, X_KEY, X_APP_ID, "1735689601", "1234567890",
      "b6b5e11823dcda9f99dde49b05b97b8959c8d40e", X2_ENCRYPT, "fedcba9876543210", X2_MESSAGE },
    { X_TOKEN, X_KEY, X_APP_ID, "1735689602", "42", "43c4a9c6bbc5cf16abf4ce34e08e5db7bca477d4",
      X3_ENCRYPT, "0000000000000000", "abcdefghijklmnopqrstuvwxyz" },
    { W_TOKEN, W_KEY, W_APP_ID, "1411443780", "437374425",
      "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", W_ENCRYPT, NULL, "5927782489442352469" },
};

/* Every vector: its signature, what is inside, and where the random bytes are known, the same
 * ciphertext made by us. */
static void test_vectors(void **state)
{
    (void)state;
    struct arena a = { 0 };
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *v = &vectors[i];
        struct slice message;
        assert_true(wechat_message_signed(slice_of(v->token), slice_of(v->timestamp),
                                          slice_of(v->nonce), slice_of(v->encrypt),
                                          slice_of(v->signature)));
        assert_int_equal(open(&a, v->key, v->app_id, slice_of(v->encrypt), &message), 0);
        assert_text(message, v->message);
        if (v->random == NULL)
            continue;
        struct wechat_key key = key_of(v->key);
        assert_text(wechat_encrypt(&key, slice_of(v->app_id), (const unsigned char *)v->random,
                                   slice_of(v->message), &a),
                    v->encrypt);
    }
    arena_free(&a);
}

/* Vector N1: rightly signed, another account's app id inside; and ids that only begin alike. */
static void test_app_id(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct slice message;
    assert_true(wechat_message_signed(SLICE(X_TOKEN), SLICE("1735689602"), SLICE("42"),
                                      SLICE(N1_ENCRYPT), SLICE(N1_SIGNATURE)));
    assert_int_equal(open(&a, X_KEY, X_APP_ID, SLICE(N1_ENCRYPT), &message), GW_EAUTH);
    assert_int_equal(open(&a, X_KEY, "wxdeadbeefdeadbeef", SLICE(N1_ENCRYPT), &message), 0);
    static const char *const others[] = { "wx1234567890abcde", "wx1234567890abcdef0", "x",
                                          "WX1234567890ABCDEF" };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(open(&a, X_KEY, others[i], SLICE(X1_ENCRYPT), &message), GW_EAUTH);
    arena_free(&a);
}

/* A decrypted buffer with this length field, `n` bytes before the padding, and this padding. */
static int of_parts(struct arena *a, uint32_t length, size_t n, const char *padding, size_t pad_n,
                    struct slice *out)
{
    unsigned char buffer[256] = { 0 };
    memset(buffer, 'r', sizeof(buffer));
    for (int i = 0; i < 4; i++)
        buffer[16 + i] = (unsigned char)(length >> (24 - 8 * i));
    memcpy(buffer + n - 18, X_APP_ID, 18);
    memcpy(buffer + n, padding, pad_n);
    assert_int_equal((n + pad_n) % 16, 0);
    return open(a, X_KEY, X_APP_ID, raw(a, X_KEY, buffer, n + pad_n), out);
}

static void test_what_no_encoder_makes(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct slice m;
    char pad[64];
    memset(pad, 4, sizeof(pad));
    assert_int_equal(of_parts(&a, 22, 60, pad, 4, &m), 0); /* right, for comparison */
    assert_int_equal(m.n, 22);
    assert_int_equal(of_parts(&a, 0, 38, "\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a", 10, &m), 0);
    assert_int_equal(m.n, 0);
    /* Padding of 0 and of 33, uneven, longer than everything. */
    assert_int_equal(of_parts(&a, 22, 60, "\0\0\0\0", 4, &m), GW_EPROTO);
    memset(pad, 33, sizeof(pad));
    assert_int_equal(of_parts(&a, 22, 63, pad, 33, &m), GW_EPROTO);
    assert_int_equal(of_parts(&a, 22, 60, "\4\4\5\4", 4, &m), GW_EPROTO);
    assert_int_equal(of_parts(&a, 22, 60, "\5\4\4\4", 4, &m), GW_EPROTO);
    memset(pad, 32, sizeof(pad));
    assert_int_equal(open(&a, X_KEY, X_APP_ID, raw(&a, X_KEY, pad, 32), &m), GW_EPROTO);
    /* A length beyond the end, by much and by one; into the app id; short of it. */
    memset(pad, 4, sizeof(pad));
    assert_int_equal(of_parts(&a, 0xFFFFFFFF, 60, pad, 4, &m), GW_EPROTO);
    assert_int_equal(of_parts(&a, 60 - 19, 60, pad, 4, &m), GW_EPROTO);
    assert_int_equal(of_parts(&a, 60 - 20, 60, pad, 4, &m), GW_EAUTH);
    assert_int_equal(of_parts(&a, 23, 60, pad, 4, &m), GW_EAUTH);
    assert_int_equal(of_parts(&a, 21, 60, pad, 4, &m), GW_EAUTH);
    arena_free(&a);
}

static void test_ciphertexts(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct slice m;
    char bytes[64] = { 0 };
    static const size_t lengths[] = { 1, 15, 16, 24, 31, 33, 40 };
    assert_int_equal(open(&a, X_KEY, X_APP_ID, SLICE(""), &m), GW_EPROTO);
    assert_int_equal(open(&a, X_KEY, X_APP_ID, SLICE("===="), &m), GW_EPROTO);
    assert_int_equal(open(&a, X_KEY, X_APP_ID, SLICE("not base64, not even close"), &m), GW_EPROTO);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        assert_int_equal(
            open(&a, X_KEY, X_APP_ID, digest_base64((struct slice){ bytes, lengths[i] }, &a), &m),
            GW_EPROTO);
    /* Another key opens nothing. */
    assert_int_not_equal(open(&a, O_KEY, X_APP_ID, SLICE(X1_ENCRYPT), &m), 0);
    /* One flipped bit: the signature says no before anything is decrypted. */
    for (size_t i = 0; i < sizeof(X1_ENCRYPT) - 1; i += 17) {
        char *flipped = arena_str(&a, SLICE(X1_ENCRYPT));
        flipped[i] ^= 1;
        assert_false(wechat_message_signed(SLICE(X_TOKEN), SLICE("1735689600"), SLICE("1234567890"),
                                           slice_of(flipped),
                                           SLICE("216b152cd604c5d2d22b7c8d11182029387370a8")));
    }
    arena_free(&a);
}

/* Every length of message, hence every padding, comes back. */
static void test_round_trip(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct wechat_key key = key_of(W_KEY);
    char text[100];
    memset(text, 'm', sizeof(text));
    for (size_t n = 0; n <= sizeof(text); n++) {
        struct slice out, message = { text, n };
        struct slice sealed = wechat_encrypt(
            &key, SLICE(W_APP_ID), (const unsigned char *)"0123456789abcdef", message, &a);
        struct slice bytes;
        assert_int_equal(digest_unbase64(sealed, &a, &bytes), 0);
        assert_int_equal(bytes.n % 32, 0);
        assert_int_equal(wechat_decrypt(&key, SLICE(W_APP_ID), sealed, &a, &out), 0);
        assert_true(slice_eq(out, message));
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_app_id),      cmocka_unit_test(test_what_no_encoder_makes),
        cmocka_unit_test(test_ciphertexts), cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
