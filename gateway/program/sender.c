/* The dispatcher's half that knows accounts and wording. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/segments.h"
#include "gateway/program/gateway.h"
#include "gateway/program/route.h"
#include "gateway/program/router.h"
#include "gateway/program/tokens.h"
#include "gateway/store/grants.h"
#include "gateway/store/notices.h"
#include "gateway/store/outbox_number.h"
#include "handlers/broadcasts.h"
#include "handlers/notify.h"
#include "handlers/tasks.h"

enum { PARAMS_MAX = 64 * 1024, PAUSE_BROKEN_S = 900, QUERY_MS = 3000 };

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

/* What a call is built from. */
struct wanted {
    const struct account *account;
    const struct outbox_row *row;
    struct slice token;
    int64_t now;
    int way;
};

static int build(struct gateway *g, const struct wanted *wanted, struct arena *a,
                 struct http_call *call, int *segments, struct fault *fault)
{
    const struct account *account = wanted->account;
    const struct outbox_row *row = wanted->row;
    json_t *params = json_read(row->params.n > 0 ? row->params : SLICE("{}"), "outbox parameters",
                               PARAMS_MAX, fault);
    if (params == NULL)
        return fault->code;
    struct outbound message = { .id = row->id,
                                .recipient = row->recipient,
                                .message = row->message,
                                .status_url = status_url(g, account, a),
                                .token = wanted->token,
                                .way = wanted->way };
    json_t *shown = NULL;
    bool wechat = strcmp(account->channel, "wechat") == 0;
    enum text_channel channel = wechat ? CHANNEL_WECHAT : CHANNEL_SMS;
    const char *id = arena_str(a, row->message);
    int rc = catalogue_render(g->catalogue, id, params, channel, account->signature, wechat, a,
                              &message.text);
    if (rc == GW_OK && (wechat || account->adapter->by_template))
        rc = catalogue_render_params(g->catalogue, id, params, channel, &shown);
    message.params = shown;
    if (rc == GW_OK)
        rc = account->adapter->send(account, &message, wanted->now, a, call, fault);
    *segments = wechat ? 1 : segments_mainland(message.text);
    json_decref(shown);
    json_decref(params);
    return rc;
}

static void fill_fetch(const struct http_call *call, struct http_fetch *out)
{
    *out = (struct http_fetch){ .method = call->method, .url = call->url, .body = call->body };
    memcpy(out->headers, call->headers, sizeof call->headers);
}

static void log_impossible(struct gateway *g, const struct wanted *wanted,
                           const struct fault *fault)
{
    log_write(g->log, LOG_LEVEL_WARN, "send.impossible", wanted->row->trace,
              LOG_FIELDS(LOG_TEXT("account", wanted->account->full_name),
                         LOG_SLICE("message", wanted->row->message), LOG_INT("way", wanted->way),
                         LOG_TEXT("error", fault->text)));
}

/* An official account that may send nothing by itself: whoever has bound a phone gets an SMS. */
static bool only_by_phone(const struct account *account)
{
    return account->answers_only && account->adapter->token != NULL;
}

/* The second way, where the account has one for this message. */
static void plan_other(struct gateway *g, struct wanted wanted, struct arena *a,
                       struct dispatch_plan *out)
{
    struct http_call call = { 0 };
    struct fault fault = { 0 };
    int segments;
    wanted.way = 1;
    if (wanted.account->adapter->ways < DISPATCH_WAYS)
        return;
    int rc = build(g, &wanted, a, &call, &segments, &fault);
    if (rc == GW_OK)
        fill_fetch(&call, &out->other);
    else if (rc != GW_ENOTFOUND)
        log_impossible(g, &wanted, &fault);
}

/* What the provider refuses is noted before the row's next try, which then finds another way. */
struct closed_job {
    struct job job;
    int64_t address, row;
    unsigned ways;
};

enum { EVERY_WAY = (1 << DISPATCH_WAYS) - 1 };

static int run_closed(struct job *job, struct tx *tx, int64_t now)
{
    struct closed_job *j = (struct closed_job *)job;
    (void)now;
    int rc = outbox_close_ways(tx, j->row, j->ways);
    return rc == GW_OK && (j->ways & 1) != 0 ? grant_clear(tx, j->address) : rc;
}

static void done_closed(struct job *job, int error)
{
    (void)error;
    free(job);
}

static void note_closed(struct gateway *g, const struct outbox_row *row, unsigned ways)
{
    struct closed_job *j = mem_alloc(sizeof *j);
    *j = (struct closed_job){
        { .run = run_closed, .done = done_closed }, row->address, row->id, ways
    };
    if (worker_put(g->worker, WORKER_OUTCOMES, &j->job) != GW_OK)
        free(j);
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
    struct slice token = SLICE("");
    if (only_by_phone(account)) /* admit finds the phone */
        return;
    if (account->adapter->token != NULL &&
        tokens_get(g, account, row->id, now, &token, &out->at) == 0) {
        out->kind = DISPATCH_LATER;
        out->reason = SLICE("no access token yet");
        return;
    }
    const struct wanted wanted = { .account = account, .row = row, .token = token, .now = now };
    int rc = build(g, &wanted, a, &call, &out->segments, &fault);
    if (rc < 0) {
        log_impossible(g, &wanted, &fault);
        refuse(out, arena_printf(a, "%s", fault.text[0] ? fault.text : gw_error_text(rc)));
        return;
    }
    out->kind = DISPATCH_SEND;
    fill_fetch(&call, &out->fetch);
    plan_other(g, wanted, a, out);
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

/* The provider lets this account send the person nothing for now: a phone of the same person gets
 * it, where one is bound. 1 when it does, 0, or GW_E*. */
static int by_phone(const struct service *s, const struct outbox_row *row)
{
    struct address phone;
    int rc = people_other(s->tx, s->vault, row->address, SLICE("sms"), s->arena, &phone);
    if (rc <= 0)
        return rc;
    const struct outbox_row copy = { .id = ids_next(s->ids),
                                     .address = phone.id,
                                     .realm = phone.realm,
                                     .recipient = phone.sender,
                                     .account = phone.account,
                                     .message = row->message,
                                     .params = row->params,
                                     .priority = row->priority,
                                     .not_before = s->now,
                                     .useful_until = row->useful_until,
                                     .trace = row->trace };
    rc = outbox_put(s->tx, s->vault, &copy, s->now, s->arena);
    return rc < 0 ? rc : 1;
}

/* The second way, unless the provider has refused it for this row or it needs a consent that is not
 * there. 1, 0, or GW_E*. */
static int by_other_way(const struct service *s, const struct account *account,
                        const struct outbox_row *row, const struct dispatch_plan *out)
{
    const struct adapter *adapter = account->adapter;
    if (out->other.method == NULL || (row->ways_closed & 2) != 0)
        return 0;
    struct slice template =
        adapter->consent != NULL ? adapter->consent(account, row->message, 1) : SLICE("");
    return template.n > 0 ? notice_take(s->tx, row->address, template, s->now) : 1;
}

/* Accounts that may send only so much after a person's last action: when nothing is left, by
 * template or subscription message, then by SMS. An attempt that is made again takes another
 * message off the ledger, which errs on the side of the provider's own count. */
static int admit_granted(const struct gateway *g, const struct service *s,
                         const struct outbox_row *row, struct dispatch_plan *out)
{
    const struct account *account = account_for(g, row);
    if (account == NULL || account->adapter->token == NULL)
        return GW_OK;
    bool can_call = !only_by_phone(account);
    int rc = can_call && (row->ways_closed & 1) == 0 ? grant_take(s->tx, row->address, s->now) : 0;
    out->way = rc == 0;
    if (rc == 0 && can_call)
        rc = by_other_way(s, account, row, out);
    if (rc != 0)
        return rc < 0 ? rc : GW_OK;
    rc = by_phone(s, row);
    out->kind = rc == 1 ? DISPATCH_NEEDLESS : DISPATCH_REFUSE;
    out->reason = rc == 1
                      ? SLICE("nothing may be sent to this person for now: goes by SMS")
                      : SLICE("nothing may be sent to this person for now, and no phone is bound");
    return rc < 0 ? rc : GW_OK;
}

static void put_off(int64_t at, int64_t now, struct slice reason, struct dispatch_plan *out)
{
    if (at <= now)
        return;
    out->kind = DISPATCH_LATER;
    out->at = at;
    out->reason = reason;
}

/* What the provider would not take for this number any more waits until it would. */
static int admit_number(const struct service *s, const struct account *account, int64_t address,
                        struct dispatch_plan *out)
{
    const struct number_limits limits = { account->number_minute, account->number_hour,
                                          account->number_day };
    int64_t at = s->now;
    int rc = outbox_number_next(s->tx, address, slice_of(account->full_name), &limits, s->zone,
                                s->now, &at);
    put_off(at, s->now, SLICE("this number had its messages for now"), out);
    return rc;
}

/* In the transaction that marks the row: whoever caused many rows answers for each of them. */
static int admit(void *context, struct tx *tx, const struct outbox_row *row, int64_t now,
                 struct arena *a, struct dispatch_plan *out)
{
    struct gateway *g = context;
    const struct service s = installation_service(&g->in, tx, now, a);
    const struct account *account = account_for(g, row);
    int rc = router_assign(g, tx, row, account, now);
    if (rc != 0) { /* to the other account's queue */
        out->kind = DISPATCH_LATER;
        out->at = now;
        return rc < 0 ? rc : GW_OK;
    }
    if (row->priority >= OUTBOX_NOTICE) {
        int64_t at = notify_daytime(&s, now);
        put_off(account != NULL ? route_daytime(account, s.zone, at) : at, now,
                SLICE("quiet hours"), out);
    }
    if (account != NULL && out->kind == DISPATCH_SEND)
        rc = admit_number(&s, account, row->address, out);
    if (rc >= 0 && row->priority == OUTBOX_BROADCAST && out->kind == DISPATCH_SEND)
        rc = admit_broadcast(&s, row, out);
    return rc < 0 || out->kind != DISPATCH_SEND ? rc : admit_granted(g, &s, row, out);
}

static int number_said(void *context, struct tx *tx, const struct outbox_row *row,
                       enum outbox_number number, struct slice reason, int64_t now, struct arena *a)
{
    struct gateway *g = context;
    const struct account *account = account_for(g, row);
    /* The one of the start, as a reload on the loop's thread may take away the other. */
    return number_told(g, g->in.catalogue, tx, row,
                       slice_of(account != NULL ? account->full_name : ""), number, reason, now, a);
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
        [SEND_NO_TOKEN] = OUTBOX_AGAIN,
        [SEND_CLOSED] = OUTBOX_AGAIN,
    };
    return table[sent];
}

static struct http_result given(const struct http_fetched *result)
{
    return (struct http_result){ .status = result->status,
                                 .sent = result->sent,
                                 .body = result->body,
                                 .retry_after = result->retry_after,
                                 .at = installation_clock() };
}

static void take_reading(const struct sent *sent, const struct http_fetched *result,
                         struct dispatch_reading *out)
{
    out->outcome = outcome_of(sent->outcome);
    out->provider_id = sent->provider_id;
    out->reason = sent->reason;
    out->unreachable = sent->outcome == SEND_BAD_RECIPIENT;
    out->opted_out = sent->opted_out;
    out->slow_down = sent->outcome == SEND_SLOW_DOWN;
    out->broken = sent->outcome == SEND_ACCOUNT_BROKEN;
    out->retry_after = sent->retry_after > 0 ? sent->retry_after : result->retry_after;
}

/* Which ways an answer closes for the row, as bits. Of a template that the provider does not take,
 * whatever the reason, the message goes on to the next way, and the account is not paused for it.
 */
static unsigned ways_closed(const struct sent *sent, int way)
{
    static const bool other[] = { [SEND_ACCOUNT_BROKEN] = true,
                                  [SEND_REJECTED] = true,
                                  [SEND_CLOSED] = true,
                                  [SEND_UNCERTAIN] = false };
    if (sent->outcome == SEND_BAD_RECIPIENT)
        return EVERY_WAY;
    if (way > 0)
        return (size_t)sent->outcome < sizeof other && other[sent->outcome] ? 1u << way : 0;
    return sent->outcome == SEND_CLOSED ? 1 : 0;
}

/* A template message carries our number, and the same number goes once within ten minutes: the
 * first three further attempts are sooner (wechat.md 4.3). */
static bool may_repeat(const struct account *account, const struct outbox_row *row, int way)
{
    enum { ATTEMPTS = 3 };
    return way > 0 && row->attempt - row->spared <= ATTEMPTS &&
           account->adapter->consent(account, row->message, way).n == 0;
}

/* A refused token is asked for anew, a way that is closed gives way to the next: the row goes again
 * at once. */
static void note_token(struct gateway *g, const struct account *account,
                       const struct outbox_row *row, struct sent *sent,
                       struct dispatch_reading *out)
{
    enum { AGAIN_S = 1 };
    unsigned closed = ways_closed(sent, out->way);
    if (sent->outcome == SEND_NO_TOKEN)
        tokens_refused(g, account, row->id, installation_clock());
    else if (sent->outcome == SEND_OK)
        tokens_taken(g, account);
    if (closed != 0)
        note_closed(g, row, closed);
    if (closed != 0 && out->way > 0)
        log_write(g->log, LOG_LEVEL_ERROR, "send.template_refused", row->trace,
                  LOG_FIELDS(LOG_TEXT("account", account->full_name),
                             LOG_SLICE("message", row->message),
                             LOG_SLICE("reason", sent->reason)));
    if (sent->outcome == SEND_UNCERTAIN && may_repeat(account, row, out->way))
        out->outcome = OUTBOX_LATER;
    if (sent->outcome != SEND_NO_TOKEN && closed == 0)
        return;
    out->outcome = OUTBOX_AGAIN;
    out->retry_after = AGAIN_S;
    out->broken = false;
    if (closed != 0)
        sent->outcome = SEND_CLOSED;
}

/* How the account does, and the way for what waits for it. */
static void note_health(struct gateway *g, const struct account *account, const struct sent *sent,
                        int status)
{
    bool lost = sent->outcome == SEND_LATER || sent->outcome == SEND_UNCERTAIN;
    enum route_result result = sent->outcome == SEND_ACCOUNT_BROKEN     ? ROUTE_BROKEN
                               : lost && (status == 0 || status >= 500) ? ROUTE_NO_ANSWER
                                                                        : ROUTE_WELL;
    route_note(&g->accounts.health[account - g->accounts.list], result, installation_clock());
    if (result != ROUTE_WELL)
        router_wake(g);
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
    const struct http_result answer = given(result);
    struct sent sent = { 0 };
    account->adapter->sent(account, &answer, a, &sent);
    take_reading(&sent, result, out);
    if (account->adapter->token != NULL)
        note_token(context, account, row, &sent, out);
    note_health(g, account, &sent, result->status);
}

static void query(void *context, const struct outbox_row *row, int64_t now, struct arena *a,
                  struct dispatch_plan *out)
{
    struct gateway *g = context;
    const struct account *account = account_for(g, row);
    const struct outbound message = { .id = row->id, .recipient = row->recipient };
    struct http_call call = { 0 };
    struct fault fault = { 0 };
    out->kind = DISPATCH_REFUSE;
    if (account != NULL && account->adapter->repeatable)
        out->kind = DISPATCH_LATER;
    else if (account != NULL && account->adapter->query != NULL &&
             account->adapter->query(account, &message, now, a, &call, &fault) == GW_OK)
        out->kind = DISPATCH_SEND;
    if (out->kind == DISPATCH_SEND)
        fill_fetch(&call, &out->fetch);
}

static void read_query(void *context, const struct outbox_row *row,
                       const struct http_fetched *result, struct arena *a,
                       struct dispatch_reading *out)
{
    const struct account *account = account_for(context, row);
    out->outcome = OUTBOX_UNKNOWN;
    if (account == NULL)
        return;
    const struct http_result answer = given(result);
    const struct outbound message = { .id = row->id, .recipient = row->recipient };
    struct sent sent = { .outcome = SEND_UNCERTAIN };
    account->adapter->queried(account, &message, &answer, a, &sent);
    take_reading(&sent, result, out);
}

/* Which account rows of a lane go by: the one the lane is named after, else one of its realm. Any
 * thread: accounts do not change while the gateway runs. */
static int account_of(void *context, struct slice lane)
{
    const struct gateway *g = context;
    const struct account *account = accounts_for_lane(&g->accounts, lane);
    return account != NULL ? (int)(account - g->accounts.list) : -1;
}

/* The district's duty person is told, once for as long as it lasts. */
struct trouble {
    struct job job;
    struct gateway *gateway;
    int account;
    bool broken;
};

static int run_trouble(struct job *job, struct tx *tx, int64_t now)
{
    struct trouble *t = (struct trouble *)job;
    struct arena a = { 0 };
    struct task task;
    const struct service s = installation_service(&t->gateway->in, tx, now, &a);
    const struct task_form form = {
        .kind = TASK_ACCOUNT,
        .said = slice_of(t->gateway->accounts.list[t->account].full_name),
        .subject = t->account + 1,
    };
    int rc =
        t->broken ? task_open(&s, &form, &task) : task_settle(&s, TASK_ACCOUNT, t->account + 1);
    arena_free(&a);
    return rc;
}

static void done_trouble(struct job *job, int error)
{
    struct trouble *t = (struct trouble *)job;
    if (error != 0)
        log_write(t->gateway->log, LOG_LEVEL_ERROR, "account.task_lost", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("error", gw_error_text(error))));
    free(t);
}

static void tell_district(struct gateway *g, int account, bool broken)
{
    struct trouble *t = mem_alloc(sizeof *t);
    *t = (struct trouble){ .job = { .run = run_trouble, .done = done_trouble },
                           .gateway = g,
                           .account = account,
                           .broken = broken };
    if (worker_put(g->worker, WORKER_OUTCOMES, &t->job) != GW_OK)
        free(t);
}

void sender_account_broken(void *context, int i, bool broken, struct slice reason)
{
    struct gateway *g = context;
    if ((size_t)i >= g->accounts.count)
        return;
    const char *name = g->accounts.list[i].full_name;
    bool known = g->accounts.troubles[i].broken == broken;
    log_write(g->log, broken ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
              broken ? "account.broken" : "account.mended", NO_TRACE,
              LOG_FIELDS(LOG_TEXT("account", name), LOG_SLICE("reason", reason)));
    accounts_note_broken(&g->accounts, (size_t)i, broken, reason);
    metrics_set(g->metrics, g->account_metrics, i, broken);
    if (!known)
        tell_district(g, i, broken);
}

void sender_metrics(struct gateway *g)
{
    struct accounts *a = &g->accounts;
    const char **names = arena_alloc(&a->arena, (a->count + 1) * sizeof *names);
    struct metric_row *rows = arena_alloc(&a->arena, 2 * sizeof *rows);
    for (size_t i = 0; i < a->count; i++)
        names[i] = a->list[i].full_name;
    rows[0] = (struct metric_row){ .name = "linli_account_broken",
                                   .kind = METRIC_GAUGE,
                                   .help = "1 while the provider lets this account send nothing.",
                                   .labels = { "account" },
                                   .values = { names } };
    g->account_metrics = metrics_add(g->metrics, rows);
}

int sender_start(struct gateway *g, struct fault *fault)
{
    if (config_int(g->in.config, "send.lease_s") * 1000 <=
        config_int(g->in.config, "send.timeout_ms"))
        return fault_set(fault, GW_ECONFIG,
                         "send.lease_s: expected more seconds than send.timeout_ms has");
    struct dispatch_account *rates =
        arena_alloc(&g->accounts.arena, (g->accounts.count + 1) * sizeof *rates);
    for (size_t i = 0; i < g->accounts.count; i++)
        rates[i] = (struct dispatch_account){ .rate = g->accounts.list[i].rate,
                                              .name = g->accounts.list[i].full_name };
    const struct dispatch_options options = {
        .loop = &g->loop,
        .worker = g->worker,
        .http = g->client,
        .vault = g->in.vault,
        .metrics = g->metrics,
        .log = g->log,
        .shared = g->shared,
        .in_flight = (int)config_int(g->in.config, "send.in_flight"),
        .timeout_ms = (int)config_int(g->in.config, "send.timeout_ms"),
        .lease_s = (int)config_int(g->in.config, "send.lease_s"),
        .pause_s = PAUSE_BROKEN_S,
        .query_ms = QUERY_MS,
        .accounts = rates,
        .account_count = (int)g->accounts.count,
        .account = account_of,
        .account_broken = sender_account_broken,
        .query = query,
        .queried = read_query,
        .plan = plan,
        .admit = admit,
        .number_said = number_said,
        .read = read_result,
        .context = g,
    };
    tokens_start(g);
    return dispatch_start(&options, &g->dispatch, fault);
}
