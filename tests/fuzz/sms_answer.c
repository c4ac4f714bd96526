/* What providers answer to a send, and Aliyun to the question what became of one. The first byte
 * chooses the provider, the second the HTTP status, the rest is the body. Whatever it is, the
 * outcome is one of the list and the reason can be logged. */
#include "adapters/sms/aliyun.h"
#include "adapters/sms/kannel.h"
#include "adapters/sms/submail.h"
#include "adapters/sms/tencent.h"
#include "adapters/sms/twilio.h"
#include "adapters/sms/yunpian.h"
#include "tests/fuzz/fuzz.h"

static const struct adapter *const all[] = { &adapter_aliyun,  &adapter_tencent, &adapter_twilio,
                                             &adapter_yunpian, &adapter_submail, &adapter_kannel };
enum { ADAPTERS = sizeof(all) / sizeof(all[0]) };
static const int statuses[] = { 0, 200, 201, 302, 400, 401, 404, 429, 500, 502, 503, 504, 999 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct sent sent;
    if (size < 2)
        return 0;
    const struct account account = { .name = "demo", .full_name = "sms/demo" };
    const struct http_result result = {
        .status = statuses[data[1] % (sizeof(statuses) / sizeof(statuses[0]))],
        .sent = true,
        .body = slice_skip(input(data, size), 2),
        .at = 1795572000,
    };
    const struct outbound message = { .id = 77, .recipient = SLICE("13800000001") };
    bool asked = data[0] % (ADAPTERS + 1) == ADAPTERS;
    if (asked)
        adapter_aliyun.queried(&account, &message, &result, &arena, &sent);
    else
        all[data[0] % (ADAPTERS + 1)]->sent(&account, &result, &arena, &sent);
    require(sent.outcome <= SEND_UNCERTAIN);
    require(sent.retry_after >= 0 && sent.retry_after <= 32 * 86400);
    require((sent.reason.n > 0 || asked) && sent.reason.n <= 300 && is_clean_text(sent.reason));
    require(sent.provider_id.n <= 128 && (sent.outcome == SEND_OK || sent.provider_id.n == 0));
    require(result.status != 0 || sent.outcome == SEND_UNCERTAIN);
    arena_free(&arena);
    return 0;
}
