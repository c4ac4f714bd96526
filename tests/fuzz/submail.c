/* An event as a form or as JSON; a good token and signature are put behind a form. */
#include "adapters/sms/submail.h"

#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"
#include "tests/fuzz/sms_push.h"

static struct account account = { .name = "demo",
                                  .channel = "sms",
                                  .full_name = "sms/demo",
                                  .realm = "sms",
                                  .signature = "x",
                                  .adapter = &adapter_submail };

static void open_account(void)
{
    static struct arena forever;
    struct fault fault = { 0 };
    if (account.prepared != NULL)
        return;
    account.settings =
        json_pack("{s:s, s:s, s:s}", "appid", "1", "appkey", "k", "subhook_key", "h");
    require(adapter_submail.check(&account, &forever, &fault) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = input(data, size);
    unsigned char digest[16];
    char hex[33];
    struct sbuf body;
    open_account();
    digest_md5(SLICE("th"), digest); /* token t, key h */
    digest_hex(digest, sizeof(digest), hex);
    check_push(&account, all);
    sbuf_init(&body, 1024 * 1024);
    sbuf_printf(&body, "token=t&signature=%s&", hex);
    sbuf_add(&body, all);
    check_push(&account, sbuf_slice(&body));
    /* JSON: the members of the input behind ours. */
    if (slice_starts(all, SLICE("{"))) {
        sbuf_clear(&body);
        sbuf_printf(&body, "{\"token\":\"t\",\"signature\":\"%s\",", hex);
        sbuf_add(&body, slice_skip(all, 1));
        check_push(&account, sbuf_slice(&body));
    }
    sbuf_free(&body);
    return 0;
}
