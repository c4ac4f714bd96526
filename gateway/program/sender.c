/* The dispatcher's half that knows accounts and wording. */
#include <inttypes.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/segments.h"
#include "gateway/program/gateway.h"
#include "handlers/broadcasts.h"
#include "handlers/notify.h"

enum { PARAMS_MAX = 64 * 1024, PAUSE_BROKEN_S = 900 };

/* Which account a row leaves by: the one its recipient last wrote to, else one of the realm. */
static const struct account *account_for(const struct gateway *g, const struct outbox_row *row)
{
    const struct account *account = accounts_full(&g->accounts, row->account);
    if (account != NULL && account->adapter->send != NULL)
        return account;
    return accounts_sender(&g->accounts, row->realm);
}

/* Our public URL for receipts of an account; NULL when no public address is configured. */
static const char *status_url(const struct gateway *g, const struct account *account,
                              struct arena *a)
{
    const char *base = config_text(g->in.config, "public_url");
    if (base[0] == '\0')
        return NULL;
    struct slice url =
        account->secret != NULL
            ? arena_printf(a, "%s/%s/%s/status", base, account->full_name, account->secret)
            : arena_printf(a, "%s/%s/status", base, account->full_name);
    return arena_str(a, url);
}

static void refuse(struct dispatch_plan *out, struct slice reason)
{
    out->kind = DISPATCH_REFUSE;
    out->reason = reason;
}

static int build(struct gateway *g, const struct account *account, const struct outbox_row *row,
                 int64_t now, struct arena *a, struct http_call *call, int *segments,
                 struct fault *fault)
{
    json_t *params = json_read(row->params, "outbox parameters", PARAMS_MAX, fault);
    if (params == NULL)
        return fault->code;
    struct outbound message = { .id = row->id,
                                .recipient = row->recipient,
                                .message = row->message,
                                .params = params,
                                .status_url = status_url(g, account, a) };
    bool wechat = strcmp(account->channel, "wechat") == 0;
    int rc = catalogue_render(g->catalogue, arena_str(a, row->message), params,
                              wechat ? CHANNEL_WECHAT : CHANNEL_SMS, account->signature, wechat, a,
                              &message.text);
    if (rc == GW_OK)
        rc = account->adapter->send(account, &message, now, a, call, fault);
    *segments = wechat ? 1 : segments_mainland(message.text);
    json_decref(params);
    return rc;
}

static void plan(void *context, const struct outbox_row *row, int64_t now, struct arena *a,
                 struct dispatch_plan *out)
{
    struct gateway *g = context;
    const struct account *account = account_for(g, row);
    if (account == NULL) {
        refuse(out, SLICE("no account can send to this recipient"));
        return;
    }
    struct http_call call = { 0 };
    struct fault fault = { 0 };
    int rc = build(g, account, row, now, a, &call, &out->segments, &fault);
    if (rc < 0) {
        log_write(g->log, LOG_LEVEL_WARN, "send.impossible", row->trace,
                  LOG_FIELDS(LOG_TEXT("account", account->full_name),
                             LOG_SLICE("message", row->message), LOG_TEXT("error", fault.text)));
        refuse(out, arena_printf(a, "%s", fault.text[0] ? fault.text : gw_error_text(rc)));
        return;
    }
    out->kind = DISPATCH_SEND;
    out->fetch = (struct http_fetch){ .method = call.method, .url = call.url, .body = call.body };
    memcpy(out->fetch.headers, call.headers, sizeof call.headers);
    out->price = (int64_t)out->segments * account->price_fen;
}

/* A broadcast's own word on one of its rows. */
static int admit_broadcast(const struct service *s, const struct outbox_row *row,
                           struct dispatch_plan *out)
{
    struct broadcast_admission said;
    int rc = broadcast_admit(s, row, &said);
    if (rc < 0 || said.verdict == BROADCAST_SEND)
        return rc;
    out->kind = said.verdict == BROADCAST_LATER ? DISPATCH_LATER : DISPATCH_NEEDLESS;
    out->at = said.at;
    out->reason = slice_of(said.reason);
    return GW_OK;
}

/* In the transaction that marks the row: whoever caused many rows answers for each of them. */
static int admit(void *context, struct tx *tx, const struct outbox_row *row, int64_t now,
                 struct arena *a, struct dispatch_plan *out)
{
    struct gateway *g = context;
    const struct service s = installation_service(&g->in, tx, now, a);
    if (row->priority < OUTBOX_NOTICE)
        return GW_OK;
    int64_t at = notify_daytime(&s, now);
    if (at > now) {
        out->kind = DISPATCH_LATER;
        out->at = at;
        out->reason = SLICE("quiet hours");
        return GW_OK;
    }
    return row->priority == OUTBOX_BROADCAST ? admit_broadcast(&s, row, out) : GW_OK;
}

/* The actions of the adapters' tables as the outbox's outcomes. */
static enum outbox_outcome outcome_of(enum send_outcome sent)
{
    static const enum outbox_outcome table[] = {
        [SEND_OK] = OUTBOX_OK,
        [SEND_LATER] = OUTBOX_LATER,
        [SEND_SLOW_DOWN] = OUTBOX_LATER,
        [SEND_ACCOUNT_BROKEN] = OUTBOX_LATER,
        [SEND_BAD_RECIPIENT] = OUTBOX_REFUSED,
        [SEND_REJECTED] = OUTBOX_REFUSED,
        [SEND_UNCERTAIN] = OUTBOX_UNKNOWN,
    };
    return table[sent];
}

static void read_result(void *context, const struct outbox_row *row,
                        const struct http_fetched *result, struct arena *a,
                        struct dispatch_reading *out)
{
    struct gateway *g = context;
    const struct account *account = account_for(g, row);
    if (account == NULL) {
        out->outcome = OUTBOX_UNKNOWN;
        return;
    }
    const struct http_result given = { .status = result->status,
                                       .sent = result->sent,
                                       .body = result->body,
                                       .retry_after = result->retry_after };
    struct sent sent = { 0 };
    account->adapter->sent(account, &given, a, &sent);
    out->outcome = outcome_of(sent.outcome);
    out->provider_id = sent.provider_id;
    out->reason = sent.reason;
    out->unreachable = sent.outcome == SEND_BAD_RECIPIENT;
    out->retry_after = sent.retry_after > 0 ? sent.retry_after : result->retry_after;
    if (sent.outcome == SEND_ACCOUNT_BROKEN) {
        out->retry_after = PAUSE_BROKEN_S;
        log_write(
            g->log, LOG_LEVEL_ERROR, "account.broken", row->trace,
            LOG_FIELDS(LOG_TEXT("account", account->full_name), LOG_SLICE("reason", sent.reason)));
    }
}

int sender_start(struct gateway *g, struct fault *fault)
{
    if (config_int(g->in.config, "send.lease_s") * 1000 <=
        config_int(g->in.config, "send.timeout_ms"))
        return fault_set(fault, GW_ECONFIG,
                         "send.lease_s: expected more seconds than send.timeout_ms has");
    const struct dispatch_options options = {
        .loop = &g->loop,
        .worker = g->worker,
        .http = g->client,
        .vault = g->in.vault,
        .metrics = g->metrics,
        .log = g->log,
        .in_flight = (int)config_int(g->in.config, "send.in_flight"),
        .timeout_ms = (int)config_int(g->in.config, "send.timeout_ms"),
        .lease_s = (int)config_int(g->in.config, "send.lease_s"),
        .plan = plan,
        .admit = admit,
        .read = read_result,
        .context = g,
    };
    return dispatch_start(&options, &g->dispatch, fault);
}
