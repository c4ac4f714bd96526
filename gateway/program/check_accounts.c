/* Whether every message can leave by every SMS account: what `linli check --config` adds. */
#include <string.h>

#include "conversations/sendable.h"
#include "gateway/base/json.h"
#include "gateway/program/check_accounts.h"

static const int64_t any_time = 1795572000; /* no adapter's answer depends on it */

/* Builds the call with the message's longest parameters; the fault says why it cannot be said. */
static int try_one(const struct account *account, const struct catalogue *c, const json_t *message,
                   struct arena *a, struct fault *fault)
{
    const char *id = json_text(message, "id", "");
    const json_t *params = json_object_get(message, "params");
    struct outbound out = { .id = 1, .recipient = SLICE("13800000000"), .message = slice_of(id) };
    struct http_call call = { 0 };
    json_t *shown = NULL;
    int rc = catalogue_render(c, id, params, CHANNEL_SMS, account->signature, false, a, &out.text);
    if (rc == GW_OK)
        rc = catalogue_render_params(c, id, params, CHANNEL_SMS, &shown);
    out.params = shown;
    if (rc == GW_OK)
        rc = account->adapter->send(account, &out, any_time, a, &call, fault);
    else
        fault_set(fault, rc, "account %s: %s: its example does not fill it", account->full_name,
                  id);
    json_decref(shown);
    return rc;
}

static size_t check_account(const struct account *account, const struct catalogue *c,
                            const json_t *messages, json_t *findings)
{
    size_t i, cannot = 0;
    json_t *message;
    json_array_foreach(messages, i, message)
    {
        struct arena a = { 0 };
        struct fault fault = { 0 };
        if (try_one(account, c, message, &a, &fault) < 0) {
            cannot++;
            json_array_append_new(
                findings, json_sprintf("%s: %s", json_text(message, "id", "?"), fault.text));
        }
        arena_free(&a);
    }
    return cannot;
}

json_t *accounts_check(const struct accounts *accounts, const struct catalogue *c, json_t *findings)
{
    json_t *messages = catalogue_sendable(c);
    json_t *rows = json_array();
    for (size_t i = 0; i < accounts->count; i++) {
        const struct account *account = &accounts->list[i];
        if (strcmp(account->channel, "sms") != 0 || account->adapter->send == NULL ||
            account->answers_only)
            continue;
        size_t cannot = check_account(account, c, messages, findings);
        json_t *row = json_object();
        json_object_set_new(row, "account", json_string(account->full_name));
        json_put_int(row, "messages", (int64_t)json_array_size(messages));
        json_put_int(row, "cannot", (int64_t)cannot);
        json_array_append_new(rows, row);
    }
    json_decref(messages);
    return rows;
}
