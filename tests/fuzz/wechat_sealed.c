/* What was decrypted in safe mode: any bytes, rightly padded or not, behind a right signature. The
 * adapter takes them or refuses them, never reads outside, and what it answers opens again. */
#include "adapters/wechat/wechat.h"

#include <string.h>

#include <openssl/evp.h>

#include "adapters/wechat/account.h"
#include "adapters/wechat/signature.h"
#include "adapters/xml.h"
#include "gateway/base/digest.h"
#include "tests/fuzz/fuzz.h"

#define KEY    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#define APP_ID "wx1234567890abcdef"

static struct account account = { .name = "demo",
                                  .channel = "wechat",
                                  .full_name = "wechat/demo",
                                  .realm = "wechat/demo",
                                  .adapter = &adapter_wechat };

static const struct wechat_account *open_account(void)
{
    static struct arena forever;
    struct fault fault = { 0 };
    if (account.prepared == NULL) {
        account.settings =
            json_pack("{s:s,s:s,s:s,s:s,s:s}", "token", "linlidemo", "original_id", "gh_linlidemo",
                      "mode", "safe", "app_id", APP_ID, "aes_key", KEY);
        require(adapter_wechat.check(&account, &forever, &fault) == 0);
    }
    return account.prepared;
}

/* The bytes as they are, in whole blocks: padding, length and app id are the fuzzer's. */
static struct slice raw(const struct wechat_key *key, struct slice plain, struct arena *a)
{
    int written = 0;
    size_t n = plain.n / 16 * 16;
    unsigned char *out = arena_alloc(a, n + 1);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    require(EVP_EncryptInit_ex(c, EVP_aes_256_cbc(), NULL, key->bytes, key->bytes) == 1);
    EVP_CIPHER_CTX_set_padding(c, 0);
    require(EVP_EncryptUpdate(c, out, &written, (const unsigned char *)plain.p, (int)n) == 1);
    EVP_CIPHER_CTX_free(c);
    return digest_base64((struct slice){ (const char *)out, (size_t)written }, a);
}

static void check_reply(const struct wechat_account *w, const struct decoded *d, struct arena *a)
{
    struct response response;
    struct xml outer, inner;
    struct slice message, reply = SLICE("]]>");
    adapter_wechat.respond(&account, d, &reply, 1, 1795572000, a, &response);
    if (!d->reply_inline) {
        require(slice_eq(response.body, SLICE("success")));
        return;
    }
    require(xml_read(response.body, a, &outer) == XML_READ);
    require(wechat_message_signed(w->token, xml_get(&outer, "TimeStamp"), xml_get(&outer, "Nonce"),
                                  xml_get(&outer, "Encrypt"), xml_get(&outer, "MsgSignature")));
    require(wechat_decrypt(&w->keys[0], w->app_id, xml_get(&outer, "Encrypt"), a, &message) == 0);
    require(xml_read(message, a, &inner) == XML_READ);
    require(slice_eq(xml_get(&inner, "Content"), reply));
}

/* The first byte chooses: the rest is the whole plaintext, or a message in a right envelope. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = { 0 };
    struct decoded d;
    char hex[41];
    const struct wechat_account *w = open_account();
    bool whole = size > 0 && data[0] % 2 == 0;
    struct slice rest = input(data + (size > 0), size - (size > 0));
    struct slice encrypted =
        whole ? raw(&w->keys[0], rest, &a)
              : wechat_encrypt(&w->keys[0], w->app_id, (const unsigned char *)"0123456789abcdef",
                               rest, &a);
    require(wechat_message_signature(w->token, SLICE("1795572000"), SLICE("7"), encrypted, hex));
    const struct webhook hook = {
        .method = SLICE("POST"),
        .query =
            arena_printf(&a, "msg_signature=%s&timestamp=1795572000&nonce=7&encrypt_type=aes", hex),
        .body = arena_printf(&a, "<xml><Encrypt>%.*s</Encrypt></xml>", SLICE_ARG(encrypted)),
    };
    adapter_wechat.decode(&account, &hook, 1795572000, &a, &d);
    require(encrypted.n == 0 || (d.refusal != REFUSED_SIGNATURE && d.refusal != REFUSED_STALE));
    require(d.refusal == REFUSED_NONE || (d.message_count == 0 && d.receipt_count == 0));
    if (d.message_count == 1) {
        require(slice_eq(d.messages[0].recipient, w->original_id));
        check_reply(w, &d, &a);
    }
    arena_free(&a);
    return 0;
}
