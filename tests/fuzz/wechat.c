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
    require(is_clean_text(m->media) && is_clean_text(m->media_more));
    require(m->key.n >= 3 && m->key.n <= 255 && is_clean_text(m->key));
    require(m->latitude >= -90 && m->latitude <= 90);
    require(m->longitude >= -180 && m->longitude <= 180);
}

static void check_receipts(const struct decoded *d)
{
    require(d->receipt_count < XML_ELEMENTS_MAX && !(d->receipt_count > 0 && d->reply_inline));
    for (size_t i = 0; i < d->receipt_count; i++) {
        const struct receipt *r = &d->receipts[i];
        require(r->final && r->provider_id.n >= 1 && r->provider_id.n <= 20);
        require(is_clean_text(r->reason) && r->reason.n < 300);
    }
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
    if (decoded.refusal != REFUSED_NONE)
        require(decoded.message_count == 0 && decoded.receipt_count == 0);
    else
        require((decoded.message_count == 1) != (decoded.receipt_count > 0));
    check_receipts(&decoded);
    if (decoded.message_count == 1) {
        check_message(&decoded.messages[0]);
        check_reply(&decoded, &arena);
    }
    arena_free(&arena);
    return 0;
}
