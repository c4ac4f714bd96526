/* What providers push. The first byte chooses: 'a' Aliyun, 't' Tencent, 'm' a message of Twilio's,
 * 's' a status of Twilio's with the query up to the first line feed; the rest is the body, signed
 * for Twilio. What is taken keeps every promise of struct inbound and struct receipt. */
#include <string.h>

#include "adapters/sms/aliyun.h"
#include "adapters/sms/tencent.h"
#include "adapters/sms/twilio.h"
#include "gateway/base/phone.h"
#include "tests/fuzz/fuzz.h"

enum { NOW = 1795572000 };

static struct account accounts[3];

static void open_accounts(void)
{
    static struct arena forever;
    static const struct {
        const struct adapter *adapter;
        const char *settings;
    } with[] = {
        { &adapter_aliyun, "{\"access_key_id\":\"i\",\"access_key_secret\":\"s\"}" },
        { &adapter_tencent, "{\"secret_id\":\"i\",\"secret_key\":\"s\",\"sdk_app_id\":\"1\"}" },
        { &adapter_twilio, "{\"account_sid\":\"AC\",\"auth_token\":\"12345\",\"from\":\"+1\","
                           "\"webhook_url\":\"https://h/sms/tw\"}" },
    };
    if (accounts[0].prepared != NULL)
        return;
    for (size_t i = 0; i < 3; i++) {
        struct fault fault = { 0 };
        accounts[i] = (struct account){ .name = "demo",
                                        .channel = "sms",
                                        .full_name = "sms/demo",
                                        .realm = "sms",
                                        .secret = "0123456789abcdef",
                                        .signature = "x",
                                        .adapter = with[i].adapter,
                                        .settings = json_loads(with[i].settings, 0, NULL) };
        require(with[i].adapter->check(&accounts[i], &forever, &fault) == 0);
    }
}

static void check_message(const struct inbound *m)
{
    char phone[12];
    require(m->text.n <= ADAPTER_TEXT_MAX && is_clean_text(m->text));
    require(m->key.n >= 3 && m->key.n <= 255 && is_clean_text(m->key));
    require(m->kind == INBOUND_TEXT || m->kind == INBOUND_IMAGE || m->kind == INBOUND_OTHER);
    require(m->sent_at == 0 ||
            (m->sent_at >= NOW - ADAPTER_OLDEST_S && m->sent_at <= NOW + ADAPTER_OLDEST_S));
    if (m->kind != INBOUND_OTHER) {
        require(phone_normalize(m->sender, phone) && !phone_is_service(m->sender));
        require(m->sender.n == 11 && memcmp(phone, m->sender.p, 11) == 0);
    }
}

static void check_receipt(const struct receipt *r)
{
    require(r->our_id.n > 0 || r->provider_id.n > 0);
    require(!r->delivered || r->final);
    require(r->our_id.n <= 128 && r->provider_id.n <= 128);
    require(r->reason.n <= 200 && is_clean_text(r->reason));
}

static void check_all(const struct account *account, const struct decoded *d, struct arena *a)
{
    require(d->refusal < WEBHOOK_REFUSAL_COUNT);
    if (d->refusal != REFUSED_NONE) {
        require(d->message_count + d->receipt_count + d->skipped == 0);
        return;
    }
    for (size_t i = 0; i < d->message_count; i++)
        check_message(&d->messages[i]);
    for (size_t i = 0; i < d->receipt_count; i++)
        check_receipt(&d->receipts[i]);
    require(!d->reply_inline || d->message_count == 1);
    struct slice reply = SLICE("<x>");
    struct response response;
    account->adapter->respond(account, d, &reply, 1, NOW, a, &response);
    require(response.status == 200 && response.body.n > 0 && utf8_valid(response.body));
}

static struct slice give_header(const void *context, const char *name)
{
    (void)name;
    return *(const struct slice *)context;
}

static void twilio_one(bool status, struct slice rest, struct arena *a)
{
    struct webhook hook = { .method = SLICE("POST"), .header = give_header };
    struct form form;
    struct decoded decoded;
    if (status) {
        hook.rest = SLICE("/status");
        slice_next(&rest, '\n', &hook.query);
    }
    hook.body = rest;
    if (form_parse(hook.body, a, &form) != 0)
        form.count = 0;
    struct slice url = arena_printf(a, "https://h/sms/tw%.*s%s%.*s", SLICE_ARG(hook.rest),
                                    hook.query.n > 0 ? "?" : "", SLICE_ARG(hook.query));
    struct slice signature = twilio_signature(SLICE("12345"), url, &form, a);
    hook.context = &signature;
    accounts[2].adapter->decode(&accounts[2], &hook, NOW, a, &decoded);
    check_all(&accounts[2], &decoded, a);
    signature = SLICE("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    accounts[2].adapter->decode(&accounts[2], &hook, NOW, a, &decoded);
    require(decoded.refusal != REFUSED_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct slice rest = slice_skip(input(data, size), 1);
    open_accounts();
    if (size > 0 && (data[0] == 'm' || data[0] == 's')) {
        twilio_one(data[0] == 's', rest, &arena);
    } else if (size > 0) {
        const struct account *account = &accounts[data[0] == 't'];
        const struct webhook hook = { .method = SLICE("POST"), .body = rest };
        struct decoded decoded;
        account->adapter->decode(account, &hook, NOW, &arena, &decoded);
        check_all(account, &decoded, &arena);
    }
    arena_free(&arena);
    return 0;
}
