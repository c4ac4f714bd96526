#include "adapters/adapter.h"

#include <string.h>

#include "adapters/sms/aliyun.h"
#include "adapters/sms/kannel.h"
#include "adapters/sms/submail.h"
#include "adapters/sms/tencent.h"
#include "adapters/sms/twilio.h"
#include "adapters/sms/yunpian.h"
#include "adapters/wechat/wechat.h"

const struct adapter *const adapters[] = { &adapter_wechat,  &adapter_kannel,
                                           &adapter_aliyun,  &adapter_tencent,
                                           &adapter_twilio,  &adapter_yunpian,
                                           &adapter_submail, NULL };

const struct adapter *adapter_find(const char *provider)
{
    for (size_t i = 0; adapters[i] != NULL; i++)
        if (strcmp(adapters[i]->name, provider) == 0)
            return adapters[i];
    return NULL;
}

bool inbound_is_message(enum inbound_kind kind)
{
    return kind < INBOUND_OTHER || kind == INBOUND_VIDEO || kind == INBOUND_REVOKED;
}

static const struct {
    int status;
    const char *name;
} refusals[WEBHOOK_REFUSAL_COUNT] = {
#define WEBHOOK_REFUSAL_ROW(name, status, text) [name] = { status, text },
    WEBHOOK_REFUSALS(WEBHOOK_REFUSAL_ROW)
#undef WEBHOOK_REFUSAL_ROW
};

int webhook_refusal_status(enum webhook_refusal r)
{
    return refusals[r].status;
}

const char *webhook_refusal_name(enum webhook_refusal r)
{
    return refusals[r].name;
}
