/* A rightly signed POST with any body: what is taken keeps every promise of struct inbound, and the
 * reply to it is XML from which its text can be read again. */
#include "adapters/wechat/wechat.h"

#include "adapters/wechat/signature.h"
#include "adapters/xml.h"
#include "tests/fuzz/fuzz.h"

static struct account account = { .name = "demo",
                                  .channel = "wechat",
                                  .full_name = "wechat/demo",
                                  .realm = "wechat/demo",
                                  .adapter = &adapter_wechat };

static void open_account(void)
{
    static struct arena forever;
    struct fault fault = { 0 };
    if (account.prepared != NULL)
        return;
    account.settings = json_pack("{s:s,s:s}", "token", "linlidemo", "original_id", "gh_linlidemo");
    require(adapter_wechat.check(&account, &forever, &fault) == 0);
}

static void check_message(const struct inbound *m)
{
    require(m->sender.n >= 1 && m->sender.n <= 64);
    require(slice_eq(m->recipient, SLICE("gh_linlidemo")));
    require(m->text.n <= ADAPTER_TEXT_MAX && is_clean_text(m->text));
    require(m->event_key.n <= ADAPTER_TEXT_MAX && is_clean_text(m->event_key));
    require(is_clean_text(m->media));
    require(m->key.n >= 3 && m->key.n <= 255 && is_clean_text(m->key));
    require(m->latitude >= -90 && m->latitude <= 90);
    require(m->longitude >= -180 && m->longitude <= 180);
}

static void check_reply(const struct decoded *d, struct arena *arena)
{
    struct response response;
    struct xml xml;
    struct slice reply = d->messages[0].text.n > 0 ? d->messages[0].text : SLICE("]]>");
    adapter_wechat.respond(&account, d, &reply, 1, 1, arena, &response);
    require(response.status == 200);
    if (!d->reply_inline) {
        require(slice_eq(response.body, SLICE("success")));
        return;
    }
    require(xml_read(response.body, arena, &xml) == XML_READ);
    require(slice_eq(xml_get(&xml, "Content"), reply));
    require(slice_eq(xml_get(&xml, "ToUserName"), d->messages[0].sender));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct decoded decoded;
    char hex[41];
    open_account();
    require(wechat_signature(SLICE("linlidemo"), SLICE("1795572000"), SLICE("7"), hex));
    const struct webhook hook = {
        .method = SLICE("POST"),
        .query = arena_printf(&arena, "signature=%s&timestamp=1795572000&nonce=7", hex),
        .body = input(data, size),
    };
    adapter_wechat.decode(&account, &hook, 1795572000, &arena, &decoded);
    require(decoded.refusal != REFUSED_SIGNATURE && decoded.refusal != REFUSED_STALE);
    require(decoded.refusal < WEBHOOK_REFUSAL_COUNT);
    require(decoded.message_count == (decoded.refusal == REFUSED_NONE ? 1 : 0));
    if (decoded.refusal == REFUSED_NONE) {
        check_message(&decoded.messages[0]);
        check_reply(&decoded, &arena);
    }
    arena_free(&arena);
    return 0;
}
