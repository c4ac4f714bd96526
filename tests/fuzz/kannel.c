/* Query, a line feed, body: a GET without the line feed, a POST with it; a query that begins with
 * '/' goes to the status path. What is taken keeps every promise of struct inbound and struct
 * receipt. */
#include "adapters/sms/kannel.h"

#include <string.h>

#include "gateway/base/phone.h"
#include "tests/fuzz/fuzz.h"

static struct account account = { .name = "demo",
                                  .channel = "sms",
                                  .full_name = "sms/demo",
                                  .realm = "sms",
                                  .adapter = &adapter_kannel };

static void open_account(void)
{
    static struct arena forever;
    struct fault fault = { 0 };
    if (account.prepared != NULL)
        return;
    account.settings = json_object();
    require(adapter_kannel.check(&account, &forever, &fault) == 0);
}

static struct webhook read_input(struct slice all)
{
    struct webhook hook = { .method = SLICE("GET"),
                            .content_type = SLICE("text/plain; charset=UTF-16BE") };
    if (slice_starts(all, SLICE("/"))) {
        hook.rest = SLICE("/status");
        all = slice_skip(all, 1);
    }
    ptrdiff_t line = slice_find(all, SLICE("\n"));
    hook.query = line < 0 ? all : slice_head(all, (size_t)line);
    if (line >= 0) {
        hook.method = SLICE("POST");
        hook.body = slice_skip(all, (size_t)line + 1);
    }
    return hook;
}

static void check_message(const struct inbound *m)
{
    char phone[12];
    require(m->text.n <= ADAPTER_TEXT_MAX && is_clean_text(m->text));
    require(m->key.n >= 3 && m->key.n <= 255 && is_clean_text(m->key));
    require(m->kind == INBOUND_TEXT || m->kind == INBOUND_OTHER);
    require(m->parts == 0 ? m->part == 0 && m->reference.n == 0
                          : m->parts >= 2 && m->parts <= ADAPTER_PARTS_MAX && m->part >= 1 &&
                                m->part <= m->parts && m->reference.n >= 2 && m->reference.n <= 64);
    require(!m->bad_header || m->parts == 0);
    if (m->kind == INBOUND_TEXT) {
        require(phone_normalize(m->sender, phone) && !phone_is_service(m->sender));
        require(m->sender.n == 11 && memcmp(phone, m->sender.p, 11) == 0);
    }
}

static void check_receipt(const struct receipt *r)
{
    int64_t id;
    require(slice_to_int(r->our_id, &id) == 0 && id > 0);
    require(!r->delivered || r->final);
    require(r->reason.n <= 64 && is_clean_text(r->reason));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct decoded decoded;
    open_account();
    const struct webhook hook = read_input(input(data, size));
    adapter_kannel.decode(&account, &hook, 1795572000, &arena, &decoded);
    require(decoded.refusal < WEBHOOK_REFUSAL_COUNT);
    require(decoded.message_count + decoded.receipt_count ==
            (decoded.refusal == REFUSED_NONE ? 1 : 0));
    if (decoded.message_count == 1)
        check_message(&decoded.messages[0]);
    if (decoded.receipt_count == 1)
        check_receipt(&decoded.receipts[0]);
    if (decoded.refusal == REFUSED_NONE) {
        struct slice reply = SLICE("x");
        struct response response;
        adapter_kannel.respond(&account, &decoded, &reply, 1, 1, &arena, &response);
        require(response.status == 200 && response.body.n == (decoded.reply_inline ? 1 : 0));
    }
    arena_free(&arena);
    return 0;
}
