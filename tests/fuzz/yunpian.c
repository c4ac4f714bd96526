/* A form as it is; or, behind '{' or '[', the JSON of a reply, which is signed here, or of reports.
 */
#include "adapters/sms/yunpian.h"

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "tests/fuzz/sms_push.h"

static struct account account = { .name = "demo",
                                  .channel = "sms",
                                  .full_name = "sms/demo",
                                  .realm = "sms",
                                  .signature = "x",
                                  .secret = "0123456789abcdef",
                                  .adapter = &adapter_yunpian };

static void open_account(void)
{
    static struct arena forever;
    struct fault fault = { 0 };
    if (account.prepared != NULL)
        return;
    account.settings = json_pack("{s:s}", "apikey", "k");
    require(adapter_yunpian.check(&account, &forever, &fault) == 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same text that the adapter signs, put together the slow way. */
static void sign(json_t *reply)
{
    const char *keys[64], *key;
    json_t *value;
    size_t n = 0;
    unsigned char digest[16];
    char hex[33];
    struct sbuf text;
    sbuf_init(&text, 1024 * 1024);
    json_object_del(reply, "_sign");
    json_object_foreach(reply, key, value) if (n < 64) keys[n++] = key;
    qsort(keys, n, sizeof(*keys), by_name);
    for (size_t i = 0; i < n; i++) {
        value = json_object_get(reply, keys[i]);
        if (json_is_integer(value))
            sbuf_printf(&text, "%lld", (long long)json_integer_value(value));
        else if (json_is_string(value))
            sbuf_add(&text, (struct slice){ json_string_value(value), json_string_length(value) });
        sbuf_char(&text, ',');
    }
    sbuf_char(&text, 'k');
    digest_md5(sbuf_slice(&text), digest);
    digest_hex(digest, sizeof(digest), hex);
    sbuf_free(&text);
    json_object_set_new(reply, "_sign", json_string(hex));
}

static void push_json(struct slice json)
{
    struct sbuf body;
    struct fault fault = { 0 };
    json_t *push = json_read(json, "input", 100000, &fault);
    sbuf_init(&body, 1024 * 1024);
    sbuf_str(&body, json_is_object(push) ? "sms_reply=" : "sms_status=");
    if (json_is_object(push)) {
        struct arena a = { 0 };
        sign(push);
        sbuf_url(&body, json_write(push, &a));
        arena_free(&a);
    } else {
        sbuf_url(&body, json);
    }
    json_decref(push);
    check_push(&account, sbuf_slice(&body));
    sbuf_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = input(data, size);
    open_account();
    if (slice_starts(all, SLICE("{")) || slice_starts(all, SLICE("[")))
        push_json(all);
    else
        check_push(&account, all);
    return 0;
}
