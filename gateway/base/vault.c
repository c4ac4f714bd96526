#include "gateway/base/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "gateway/base/digest.h"
#include "gateway/base/json.h"

enum {
    VERSION = 1,
    KEY_BYTES = 32,
    NONCE_BYTES = 12,
    TAG_BYTES = 16,
    HEAD_BYTES = 2 + NONCE_BYTES,
    OVERHEAD = HEAD_BYTES + TAG_BYTES,
    MAX_KEY_ID = 255,
    MAX_FILE = 64 * 1024,
    PURPOSES = VAULT_SEAL + 1,
    NONCES_AHEAD = 256,
};

/* The sub-keys of one purpose, as contexts that are ready but for the nonce or the data: copying
 * one is cheaper than setting up a key, and reading them from several threads is safe. */
struct subkey {
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open;
    EVP_MAC_CTX *mac;
};

struct vault {
    int current; /* seals */
    int oldest;  /* digests */
    EVP_CIPHER *cipher;
    EVP_MAC *hmac;
    struct subkey *keys[MAX_KEY_ID + 1]; /* by key id, PURPOSES each; NULL: not at hand */
    struct nonces *nonces;
};

/* Random nonces drawn ahead, as each call of the generator is a system call. Shared by threads. */
struct nonces {
    pthread_mutex_t mutex; /* guards the rest */
    int left;
    unsigned char drawn[NONCES_AHEAD][NONCE_BYTES];
};

/* OpenSSL fails here only without memory, or when its installation lacks AES-GCM, HMAC or HKDF. */
static void must(bool ok)
{
    if (ok)
        return;
    fputs("linli: OpenSSL refused to encrypt; check its installation\n", stderr);
    abort();
}

/* HKDF-SHA256 (RFC 5869) with the purpose as info. */
static void derive(const unsigned char master[KEY_BYTES], const char *info,
                   unsigned char out[KEY_BYTES])
{
    EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    must(hkdf != NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(hkdf);
    must(ctx != NULL);
    char digest[] = "SHA256";
    unsigned char key[KEY_BYTES];
    memcpy(key, master, KEY_BYTES);
    char label[64];
    int n = snprintf(label, sizeof(label), "%s", info);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, KEY_BYTES),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, label, (size_t)n),
        OSSL_PARAM_construct_end(),
    };
    must(EVP_KDF_derive(ctx, out, KEY_BYTES, params) == 1);
    OPENSSL_cleanse(key, KEY_BYTES);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(hkdf);
}

static void subkey_init(struct vault *v, const unsigned char master[KEY_BYTES], const char *purpose,
                        struct subkey *sub)
{
    unsigned char key[KEY_BYTES];
    char info[64];
    snprintf(info, sizeof(info), "linli %s cipher", purpose);
    derive(master, info, key);
    sub->seal = EVP_CIPHER_CTX_new();
    sub->open = EVP_CIPHER_CTX_new();
    must(sub->seal != NULL && sub->open != NULL);
    must(EVP_EncryptInit_ex2(sub->seal, v->cipher, key, NULL, NULL) == 1);
    must(EVP_DecryptInit_ex2(sub->open, v->cipher, key, NULL, NULL) == 1);

    snprintf(info, sizeof(info), "linli %s digest", purpose);
    derive(master, info, key);
    sub->mac = EVP_MAC_CTX_new(v->hmac);
    must(sub->mac != NULL);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    must(EVP_MAC_init(sub->mac, key, KEY_BYTES, params) == 1);
    OPENSSL_cleanse(key, KEY_BYTES);
}

static void add_key(struct vault *v, int id, const unsigned char master[KEY_BYTES])
{
    static const char *const purposes[PURPOSES] = {
        [VAULT_TEXT] = "text",     [VAULT_ID_NUMBER] = "id number", [VAULT_LOOKUP] = "lookup",
        [VAULT_LEDGER] = "ledger", [VAULT_SEAL] = "seal",
    };
    v->keys[id] = mem_alloc(PURPOSES * sizeof(struct subkey));
    for (int i = 0; i < PURPOSES; i++)
        subkey_init(v, master, purposes[i], &v->keys[id][i]);
    if (v->oldest == 0 || id < v->oldest)
        v->oldest = id;
}

/* {"current": 1, "keys": {"1": "64 hexadecimal digits"}} */
static int read_keys(struct vault *v, const json_t *file, const char *path, struct fault *fault)
{
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json_object_get(file, "keys"), name, value)
    {
        int64_t id;
        unsigned char master[KEY_BYTES];
        if (slice_to_int(slice_of(name), &id) != 0 || id < 1 || id > MAX_KEY_ID ||
            digest_unhex(slice_of(json_string_value(value)), master, KEY_BYTES) != 0)
            return fault_set(fault, GW_ECONFIG,
                             "%s: a key is damaged: restore the key file from its copy", path);
        add_key(v, (int)id, master);
        OPENSSL_cleanse(master, sizeof(master));
    }
    int64_t current = json_int(file, "current", 0);
    if (current < 1 || current > MAX_KEY_ID || v->keys[current] == NULL)
        return fault_set(fault, GW_ECONFIG,
                         "%s: \"current\" names no key in \"keys\": restore the key file from its "
                         "copy",
                         path);
    v->current = (int)current;
    return 0;
}

static int io_fault(struct fault *fault, const char *path, const char *what)
{
    return fault_set(fault, GW_EIO, "%s: cannot %s the key file: %s", path, what, strerror(errno));
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return -1;
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

/* So that the new name survives a power cut. */
static int sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    if (n >= sizeof(folder))
        return -1;
    snprintf(folder, sizeof(folder), "%.*s", (int)n, path);
    int fd = open(slash == NULL ? "." : n == 0 ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    return close(fd) != 0 ? -1 : rc;
}

/* Written under another name and linked, so that of two processes starting at once one key wins. */
static int make_file(const char *path, struct fault *fault)
{
    unsigned char master[KEY_BYTES];
    char hex[2 * KEY_BYTES + 1];
    char text[256];
    char temporary[PATH_MAX];
    digest_random(master, sizeof(master));
    digest_hex(master, sizeof(master), hex);
    int n = snprintf(text, sizeof(text), "{\"current\": 1, \"keys\": {\"1\": \"%s\"}}\n", hex);
    OPENSSL_cleanse(master, sizeof(master));
    OPENSSL_cleanse(hex, sizeof(hex));
    if (snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid()) >=
        (int)sizeof(temporary))
        return fault_set(fault, GW_EIO, "%s: the path of the key file is too long", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        OPENSSL_cleanse(text, sizeof(text));
        return io_fault(fault, path, "make");
    }
    bool ok = write_all(fd, text, (size_t)n) == 0 && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    OPENSSL_cleanse(text, sizeof(text));
    ok = ok && (link(temporary, path) == 0 || errno == EEXIST);
    int rc = ok ? 0 : io_fault(fault, path, "write");
    if (unlink(temporary) != 0 && rc == 0)
        rc = io_fault(fault, path, "tidy up after making");
    if (rc == 0 && sync_folder(path) != 0)
        rc = io_fault(fault, path, "sync");
    return rc;
}

/* Reads the open file into the arena after looking at its permissions. */
static int load(int fd, const char *path, struct arena *a, struct slice *out, struct fault *fault)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return io_fault(fault, path, "look at");
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        return fault_set(
            fault, GW_ECONFIG,
            "%s: the key file can be read by others: chmod 600 it, and make new keys if "
            "they may have",
            path);
    if (st.st_size > MAX_FILE)
        return fault_set(fault, GW_ETOOBIG, "%s: too large for a key file", path);
    char *p = arena_alloc(a, (size_t)st.st_size + 1);
    size_t n = 0;
    while (n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_fault(fault, path, "read");
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *out = (struct slice){ p, n };
    return 0;
}

static int fill(struct vault *v, const char *path, int fd, struct fault *fault)
{
    struct arena a = { 0 };
    struct slice text = { 0 };
    int rc = load(fd, path, &a, &text, fault);
    if (rc == 0) {
        json_t *file = json_read(text, path, MAX_FILE, fault);
        rc = file == NULL ? GW_ECONFIG : read_keys(v, file, path, fault);
        json_decref(file);
        OPENSSL_cleanse((char *)(uintptr_t)text.p, text.n);
    }
    arena_free(&a);
    return rc;
}

int vault_open(const char *path, bool create, struct vault **out, struct fault *fault)
{
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create) {
        int rc = make_file(path, fault);
        if (rc != 0)
            return rc;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return io_fault(fault, path, "open");
    struct vault *v = mem_alloc(sizeof(*v));
    v->nonces = mem_alloc(sizeof(*v->nonces));
    must(pthread_mutex_init(&v->nonces->mutex, NULL) == 0);
    v->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    v->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    must(v->cipher != NULL && v->hmac != NULL);
    int rc = fill(v, path, fd, fault);
    if (close(fd) != 0 && rc == 0)
        rc = io_fault(fault, path, "close");
    if (rc != 0) {
        vault_close(v);
        return rc;
    }
    *out = v;
    return 0;
}

void vault_close(struct vault *v)
{
    if (v == NULL)
        return;
    for (int id = 0; id <= MAX_KEY_ID; id++) {
        for (int i = 0; v->keys[id] != NULL && i < PURPOSES; i++) {
            EVP_CIPHER_CTX_free(v->keys[id][i].seal); /* OpenSSL wipes what it frees here */
            EVP_CIPHER_CTX_free(v->keys[id][i].open);
            EVP_MAC_CTX_free(v->keys[id][i].mac);
        }
        free(v->keys[id]);
    }
    EVP_CIPHER_free(v->cipher);
    EVP_MAC_free(v->hmac);
    (void)pthread_mutex_destroy(&v->nonces->mutex);
    free(v->nonces);
    free(v);
}

static const unsigned char *octets(struct slice s)
{
    return (const unsigned char *)(s.p == NULL ? "" : s.p);
}

static void nonces_take(struct nonces *s, unsigned char out[NONCE_BYTES])
{
    must(pthread_mutex_lock(&s->mutex) == 0);
    if (s->left == 0) {
        digest_random(s->drawn, sizeof(s->drawn));
        s->left = NONCES_AHEAD;
    }
    memcpy(out, s->drawn[--s->left], NONCE_BYTES);
    must(pthread_mutex_unlock(&s->mutex) == 0);
}

struct slice vault_seal(const struct vault *v, enum vault_purpose purpose, struct slice context,
                        struct slice clear, struct arena *a)
{
    must(clear.n <= INT_MAX - OVERHEAD && context.n <= INT_MAX);
    unsigned char *out = arena_alloc(a, clear.n + OVERHEAD);
    out[0] = VERSION;
    out[1] = (unsigned char)v->current;
    unsigned char *nonce = out + 2;
    unsigned char *body = out + HEAD_BYTES;
    nonces_take(v->nonces, nonce);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;
    must(ctx != NULL && EVP_CIPHER_CTX_copy(ctx, v->keys[v->current][purpose].seal) == 1 &&
         EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) == 1 &&
         EVP_EncryptUpdate(ctx, NULL, &n, octets(context), (int)context.n) == 1 &&
         EVP_EncryptUpdate(ctx, body, &n, octets(clear), (int)clear.n) == 1 &&
         EVP_EncryptFinal_ex(ctx, body + clear.n, &n) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, body + clear.n) == 1);
    EVP_CIPHER_CTX_free(ctx);
    return (struct slice){ (char *)out, clear.n + OVERHEAD };
}

int vault_open_sealed(const struct vault *v, enum vault_purpose purpose, struct slice context,
                      struct slice sealed, struct arena *a, struct slice *clear)
{
    const unsigned char *in = octets(sealed);
    *clear = (struct slice){ 0 };
    if (sealed.n < OVERHEAD || sealed.n > INT_MAX || context.n > INT_MAX || in[0] != VERSION ||
        v->keys[in[1]] == NULL)
        return GW_ECRYPTO;
    size_t size = sealed.n - OVERHEAD;
    unsigned char tag[TAG_BYTES];
    memcpy(tag, in + HEAD_BYTES + size, TAG_BYTES);
    unsigned char *out = arena_alloc(a, size + 1);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;
    must(ctx != NULL && EVP_CIPHER_CTX_copy(ctx, v->keys[in[1]][purpose].open) == 1 &&
         EVP_DecryptInit_ex2(ctx, NULL, NULL, in + 2, NULL) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &n, octets(context), (int)context.n) == 1 &&
         EVP_DecryptUpdate(ctx, out, &n, in + HEAD_BYTES, (int)size) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1);
    bool genuine = EVP_DecryptFinal_ex(ctx, out + size, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!genuine) {
        OPENSSL_cleanse(out, size);
        return GW_ECRYPTO;
    }
    out[size] = '\0';
    *clear = (struct slice){ (char *)out, size };
    return 0;
}

void vault_digest(const struct vault *v, enum vault_purpose purpose, struct slice data,
                  unsigned char out[32])
{
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(v->keys[v->oldest][purpose].mac);
    size_t n;
    must(ctx != NULL && EVP_MAC_update(ctx, octets(data), data.n) == 1 &&
         EVP_MAC_final(ctx, out, &n, 32) == 1 && n == 32);
    EVP_MAC_CTX_free(ctx);
}
