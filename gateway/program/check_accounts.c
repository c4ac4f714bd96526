/* Whether every message can leave by every SMS account: what `linli check --config` adds. */
#include <string.h>

#include "adapters/wechat/account.h"
#include "adapters/wechat/wechat.h"
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

/* A template of an official account: each parameter exists, and its longest value is shown. */
static size_t check_notice(const struct account *account, const struct catalogue *c,
                           const struct wechat_notice *n, const json_t *params, json_t *findings)
{
    struct arena a = { 0 };
    struct fault fault = { 0 };
    json_t *shown = NULL, *body = NULL;
    size_t found = json_array_size(findings);
    const char *id = arena_str(&a, n->template->message);
    struct outbound out = { .id = 1, .recipient = SLICE("o"), .message = n->template->message };
    int rc = catalogue_render_params(c, id, params, CHANNEL_WECHAT, &shown);
    out.params = shown;
    if (rc == GW_OK)
        rc = wechat_notice_body(account, n, &out, &a, &body, &fault);
    if (rc < 0)
        json_array_append_new(
            findings,
            json_sprintf("%s: %s", id, fault.text[0] != '\0' ? fault.text : gw_error_text(rc)));
    for (size_t i = 0; rc == GW_OK && i < n->template->param_count; i++) {
        const struct template_param *p = &n->template->params[i];
        size_t cut = wechat_notice_cut(n, i, shown);
        if (cut > 0)
            json_array_append_new(
                findings,
                json_sprintf("%s: account %s: settings.templates: %.*s shows %d characters, %.*s "
                             "may have %zu more: they are cut; with \"max\": %d that is meant",
                             id, account->full_name, SLICE_ARG(p->variable),
                             wechat_notice_limit(p->variable), SLICE_ARG(p->param), cut,
                             wechat_notice_limit(p->variable)));
    }
    json_decref(body);
    json_decref(shown);
    arena_free(&a);
    return json_array_size(findings) > found;
}

static const json_t *params_of(const json_t *messages, struct slice id)
{
    size_t i;
    json_t *one;
    json_array_foreach(messages, i, one) if (slice_eq(json_slice(one, "id"),
                                                      id)) return json_object_get(one, "params");
    return NULL;
}

/* How many of its templates are not right. */
static size_t check_notices(const struct account *account, const struct catalogue *c,
                            const json_t *messages, json_t *findings)
{
    const struct wechat_account *w = account->prepared;
    size_t wrong = 0;
    for (size_t i = 0; i < w->notices.count; i++) {
        const struct wechat_notice *n = &w->notices.list[i];
        const json_t *params = params_of(messages, n->template->message);
        if (params != NULL) {
            wrong += check_notice(account, c, n, params, findings);
            continue;
        }
        wrong++;
        json_array_append_new(
            findings,
            json_sprintf("account %s: settings.templates: there is no message '%.*s' that "
                         "is sent by itself; linli check lists them",
                         account->full_name, SLICE_ARG(n->template->message)));
    }
    return wrong;
}

static json_t *check_official(const struct account *account, const struct catalogue *c,
                              const json_t *messages, json_t *findings)
{
    const struct wechat_account *w = account->prepared;
    json_t *row = json_object();
    json_object_set_new(row, "account", json_string(account->full_name));
    json_put_int(row, "templates", (int64_t)w->notices.count);
    json_put_int(row, "wrong", (int64_t)check_notices(account, c, messages, findings));
    return row;
}

json_t *accounts_check(const struct accounts *accounts, const struct catalogue *c, json_t *findings)
{
    json_t *messages = catalogue_sendable(c);
    json_t *rows = json_array();
    for (size_t i = 0; i < accounts->count; i++) {
        const struct account *account = &accounts->list[i];
        if (account->adapter == &adapter_wechat && !account->answers_only) {
            json_array_append_new(rows, check_official(account, c, messages, findings));
            continue;
        }
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
