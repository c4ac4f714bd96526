/* From a webhook to its answer: route, decode, understand, hand to the worker, and answer after the
 * commit. */
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/sbuf.h"
#include "gateway/program/counters.h"
#include "gateway/program/fetcher.h"
#include "gateway/program/fleet.h"
#include "gateway/program/follow.h"
#include "gateway/program/gateway.h"
#include "gateway/program/loops.h"
#include "gateway/program/message.h"
#include "gateway/program/screen.h"
#include "gateway/store/inbox.h"
#include "gateway/store/notices.h"
#include "gateway/store/outbox.h"
#include "gateway/store/outbox_number.h"
#include "gateway/store/people.h"

enum {
    EMPTY_LIST = 2,           /* bytes of the replies of a message that gets none */
    WRITTEN_MAX_S = 2 * 86400 /* a message delayed longer than this is taken as written now */
};

struct exchange;

struct message_job {
    struct job job;
    struct exchange *exchange;
    const struct inbound *inbound;
    struct message_input input;
    struct message_result result;
    struct slice first; /* of the result's replies: what answers in the response */
    size_t rest;        /* texts that belong behind it */
    bool apologized;
    json_t *slots; /* of an event; owned */
};

struct receipts_job {
    struct job job;
    struct exchange *exchange;
    int64_t results[OUTBOX_REPORTS];
};

struct consents_job {
    struct job job;
    struct exchange *exchange;
    const struct inbound *inbound;
};

/* One webhook on its way: owned by the loop's thread; while `waiting` the worker's thread uses the
 * arena and the jobs. Freed when the work is done and the connection has its answer or is gone. */
struct exchange {
    struct gateway *gateway;
    struct http_request *request; /* NULL once the connection is gone */
    const struct account *account;
    struct catalogue *catalogue;
    struct arena arena;
    struct webhook hook;
    struct decoded decoded;
    struct account_terms terms; /* of the account */
    struct message_job *messages;
    struct receipts_job receipts;
    struct consents_job consents;
    char trace[TRACE_SIZE];
    int waiting;
    int error;
};

static void count(struct gateway *g, enum counter what, int cell)
{
    metrics_count(g->metrics, g->counters + (int)what, cell, 1);
}

static void exchange_free(struct exchange *x)
{
    for (size_t i = 0; x->messages != NULL && i < x->decoded.message_count; i++) {
        turn_free(&x->messages[i].result.turn);
        json_decref(x->messages[i].slots);
    }
    catalogue_release(x->catalogue);
    arena_free(&x->arena);
    free(x);
}

static void answer_text(struct http_request *r, int status, struct slice text)
{
    const struct http_answer answer = { .status = status, .body = text };
    http_answer(r, &answer, NULL, NULL);
}

static void settle_reply(struct exchange *x, bool sent)
{
    if (x->error != 0 || !x->decoded.reply_inline || x->decoded.message_count == 0)
        return;
    const struct message_job *m = &x->messages[0];
    if (m->result.replies.n > EMPTY_LIST)
        follow_answer(x->gateway, m->result.inbox_id, sent, m->result.duplicate, m->rest);
}

static void on_sent(void *context, bool ok)
{
    struct exchange *x = context;
    settle_reply(x, ok);
    exchange_free(x);
}

/* The connection went away before its answer: the work goes on, the reply is followed up. */
static void on_closed(struct http_request *r)
{
    struct exchange *x = r->user;
    x->request = NULL;
}

static int render(struct exchange *x, struct slice *text)
{
    const struct account *account = x->account;
    bool wechat = strcmp(account->channel, "wechat") == 0;
    return catalogue_render_replies(x->catalogue, x->messages[0].first,
                                    wechat ? CHANNEL_WECHAT : CHANNEL_SMS, account->signature,
                                    wechat, &x->arena, text);
}

static void respond(struct exchange *x)
{
    struct gateway *g = x->gateway;
    struct slice reply = { 0 };
    struct response response = { .status = 503 };
    int64_t received_at = 0;
    if (x->error == 0 && x->decoded.reply_inline && x->decoded.message_count > 0) {
        received_at = x->messages[0].result.received_at;
        x->error = render(x, &reply);
    }
    if (x->error == 0)
        x->account->adapter->respond(x->account, &x->decoded, &reply, reply.n > 0 ? 1 : 0,
                                     received_at, &x->arena, &response);
    else
        count(g, COUNT_UNAVAILABLE, 0);
    if (x->error != 0)
        log_write(g->log, LOG_LEVEL_ERROR, "webhook.unavailable", slice_of(x->trace),
                  LOG_FIELDS(LOG_TEXT("account", x->account->full_name),
                             LOG_TEXT("error", gw_error_text(x->error))));
    if (x->request == NULL) {
        on_sent(x, false);
        return;
    }
    struct http_answer answer = { .status = response.status,
                                  .content_type = response.content_type,
                                  .body = response.body };
    memcpy(answer.headers, response.headers, sizeof answer.headers);
    x->request->on_closed = NULL;
    http_answer(x->request, &answer, on_sent, x);
}

static void finish_one(struct exchange *x, int error)
{
    if (error != 0)
        x->error = error;
    if (--x->waiting == 0)
        respond(x);
}

static struct service job_service(struct exchange *x, struct tx *tx, int64_t now)
{
    struct service s = installation_service(&x->gateway->in, tx, now, &x->arena);
    s.trace = slice_of(x->trace);
    s.terms = &x->terms;
    return s;
}

/* A reply in the response is one of those that the provider counts for the number. */
static int count_inline(const struct message_job *m, const struct service *s)
{
    const struct account *account = m->exchange->account;
    bool limited = account->number_minute + account->number_hour + account->number_day > 0;
    if (!limited || m->result.inbox_id == 0 || m->result.replies.n <= EMPTY_LIST)
        return GW_OK;
    return outbox_number_inline(s->tx, m->result.inbox_id, m->result.address.id,
                                slice_of(account->full_name), s->now);
}

/* Only replies that may leave apart are several; those of a retry are as the first delivery left
 * them. */
static int part_replies(struct message_job *m, const struct service *s)
{
    m->first = m->result.replies;
    m->rest = 0;
    if (!m->input.apart && !m->result.duplicate)
        return GW_OK;
    return message_first(m->result.replies, s->arena, &m->first, &m->rest);
}

/* What belongs behind the text of the response waits for it to arrive. */
static int queue_rest(const struct message_job *m, const struct service *s)
{
    return m->rest == 0
               ? GW_OK
               : follow_rest_later(m->exchange->gateway, s->tx, m->result.inbox_id, s->now);
}

/* Replies that cannot leave in the response go to the outbox, in the same transaction. */
static int queue_replies(struct message_job *m, const struct service *s)
{
    struct exchange *x = m->exchange;
    int rc = x->decoded.reply_inline ? part_replies(m, s) : GW_OK;
    if (rc < 0 || m->result.duplicate)
        return rc;
    if (x->decoded.reply_inline) {
        rc = count_inline(m, s);
        return rc < 0 ? rc : queue_rest(m, s);
    }
    return message_send(s, &m->result.address, slice_of(x->account->full_name),
                        x->account->adapter->by_template, m->result.replies);
}

static int run_message(struct job *job, struct tx *tx, int64_t now)
{
    struct message_job *m = (struct message_job *)job;
    const struct service s = job_service(m->exchange, tx, now);
    turn_free(&m->result.turn); /* of a run that had to be done again */
    m->apologized = false;
    int rc = message_run(m->exchange->catalogue, &s, &m->input, &m->result);
    return rc < 0 ? rc : queue_replies(m, &s);
}

static int failed_message(struct job *job, struct tx *tx, int64_t now, int error)
{
    struct message_job *m = (struct message_job *)job;
    struct exchange *x = m->exchange;
    const struct service s = job_service(x, tx, now);
    log_write(x->gateway->log, LOG_LEVEL_ERROR, "turn.failed", s.trace,
              LOG_FIELDS(LOG_TEXT("account", x->account->full_name),
                         LOG_TEXT("error", gw_error_text(error)),
                         LOG_TEXT("store", tx_error_text(tx))));
    turn_free(&m->result.turn);
    m->apologized = true;
    int rc = message_failed(x->catalogue, &s, &m->input, &m->result);
    return rc < 0 ? rc : queue_replies(m, &s);
}

static void done_message(struct job *job, int error)
{
    struct message_job *m = (struct message_job *)job;
    struct gateway *g = m->exchange->gateway;
    if (error == 0) {
        count(g, COUNT_MESSAGES, (int)m->inbound->kind);
        if (m->result.duplicate)
            count(g, COUNT_DUPLICATES, 0);
        if (m->apologized)
            count(g, COUNT_APOLOGIES, 0);
        if (m->result.unanswered != LOOP_NONE)
            count(g, COUNT_UNANSWERED, m->result.unanswered);
        if (m->input.media.n > 0)
            fetcher_wake(g);
        if (m->result.parts != MESSAGE_WHOLE)
            count(g, COUNT_PARTS, (int)m->result.parts);
        log_write(g->log, LOG_LEVEL_INFO, "message", slice_of(m->exchange->trace),
                  LOG_FIELDS(LOG_TEXT("account", m->exchange->account->full_name),
                             LOG_ID("inbox", m->result.inbox_id),
                             LOG_TEXT("intent", m->result.turn.intent ? m->result.turn.intent : ""),
                             LOG_INT("duplicate", m->result.duplicate)));
    }
    finish_one(m->exchange, error);
}

static enum outbox_number number_of(const struct receipt *r)
{
    return r->opted_out ? OUTBOX_NUMBER_REFUSES
           : r->dead    ? OUTBOX_NUMBER_DEAD
           : r->missed  ? OUTBOX_NUMBER_MISSED
                        : OUTBOX_NUMBER_UNSAID;
}

/* A report says something of the number itself. */
static int tell_number(struct exchange *x, struct tx *tx, const struct outbox_report *report,
                       int64_t now)
{
    struct gateway *g = x->gateway;
    struct outbox_row row;
    int64_t id = report->id;
    int rc = id != 0 ? 1 : outbox_by_provider_id(tx, report->realm, report->provider_id, &id);
    if (rc == 1)
        rc = outbox_get(tx, g->in.vault, id, &x->arena, &row);
    if (rc == 1)
        rc = outbox_number_said(tx, row.address, report->number, report->reason, now);
    return rc == 1 ? number_told(g, x->catalogue, tx, &row, slice_of(x->account->full_name),
                                 report->number, report->reason, now, &x->arena)
                   : rc;
}

static int run_receipts(struct job *job, struct tx *tx, int64_t now)
{
    struct exchange *x = ((struct receipts_job *)job)->exchange;
    memset(x->receipts.results, 0, sizeof x->receipts.results);
    for (size_t i = 0; i < x->decoded.receipt_count; i++) {
        const struct receipt *r = &x->decoded.receipts[i];
        struct outbox_report report = { .realm = slice_of(x->account->realm),
                                        .provider_id = r->provider_id,
                                        .final = r->final,
                                        .delivered = r->delivered,
                                        .number = number_of(r),
                                        .reason = r->reason };
        if (slice_to_int(r->our_id, &report.id) != GW_OK)
            report.id = 0;
        int rc = outbox_report(tx, &report, now);
        if (rc < 0)
            return rc;
        x->receipts.results[rc]++;
        if (rc == OUTBOX_REPORT_NOTED && report.number != OUTBOX_NUMBER_UNSAID)
            rc = tell_number(x, tx, &report, now);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

static void done_receipts(struct job *job, int error)
{
    struct exchange *x = ((struct receipts_job *)job)->exchange;
    for (int i = 0; error == 0 && i < OUTBOX_REPORTS; i++)
        metrics_count(x->gateway->metrics, x->gateway->counters + COUNT_RECEIPTS, i,
                      x->receipts.results[i]);
    finish_one(x, error);
}

/* "TEMPLATE:accept TEMPLATE:reject": each acceptance is good for one notice. */
static int keep_consents(struct tx *tx, int64_t address, struct slice list, int64_t now)
{
    struct slice entry, template;
    int rc = GW_OK;
    while (rc >= 0 && slice_next(&list, ' ', &entry)) {
        if (!slice_next(&entry, ':', &template))
            continue;
        if (slice_eq(entry, SLICE("accept")))
            rc = notice_agree(tx, address, template, now);
        else if (slice_eq(entry, SLICE("reject")))
            rc = notice_refuse(tx, address, template, now);
    }
    return rc;
}

static int run_consents(struct job *job, struct tx *tx, int64_t now)
{
    struct exchange *x = ((struct consents_job *)job)->exchange;
    const struct inbound *in = x->consents.inbound;
    const struct service s = job_service(x, tx, now);
    struct slice account = slice_of(x->account->full_name);
    struct address address;
    int64_t first;
    int rc = inbox_claim(tx, account, in->key, ids_next(s.ids), now, &first);
    if (rc <= 0) /* a retry: it was counted */
        return rc;
    rc = people_address(tx, s.vault, s.ids, slice_of(x->account->realm), in->sender, account, now,
                        s.arena, &address);
    return rc < 0 ? rc : keep_consents(tx, address.id, in->event_key, now);
}

static void done_consents(struct job *job, int error)
{
    finish_one(((struct consents_job *)job)->exchange, error);
}

static const char *event_name(enum inbound_kind kind)
{
    static const char *const names[] = {
        [INBOUND_VOICE] = "voice",         [INBOUND_VIDEO] = "video",
        [INBOUND_REVOKED] = "revoked",     [INBOUND_IMAGE] = "image",
        [INBOUND_LOCATION] = "location",   [INBOUND_LINK] = "link",
        [INBOUND_SUBSCRIBE] = "subscribe", [INBOUND_UNSUBSCRIBE] = "unsubscribe",
        [INBOUND_SCAN] = "scan",           [INBOUND_KINDS - 1] = NULL,
    };
    return names[kind] != NULL ? names[kind] : "";
}

static enum text_channel text_channel(const struct account *account, enum inbound_kind kind)
{
    if (strcmp(account->channel, "wechat") != 0)
        return CHANNEL_SMS;
    return kind == INBOUND_VOICE ? CHANNEL_WECHAT_VOICE : CHANNEL_WECHAT;
}

/* Dates are resolved at the moment the person wrote, if the provider tells one that can be right.
 */
static int64_t written_at(const struct inbound *in, int64_t now)
{
    return in->sent_at <= now && in->sent_at > now - WRITTEN_MAX_S ? in->sent_at : now;
}

/* Whether the text is the person's own words, typed, spoken or chosen. */
static bool is_said(enum inbound_kind kind)
{
    return kind == INBOUND_TEXT || kind == INBOUND_VOICE || kind == INBOUND_CLICK;
}

/* What an event says, as slots: a new reference. */
static json_t *event_slots(const struct inbound *in)
{
    json_t *slots = json_object();
    if (in->event_key.n > 0)
        json_put_slice(slots, "scene", in->event_key);
    if (in->kind == INBOUND_LOCATION) {
        json_object_set_new(slots, "latitude", json_real(in->latitude));
        json_object_set_new(slots, "longitude", json_real(in->longitude));
        json_put_slice(slots, "where", in->text);
    }
    return slots;
}

/* Photos and films are kept as evidence; of speech its text is. */
static void keep_file(struct message_job *m, const struct inbound *in)
{
    if (in->kind != INBOUND_IMAGE && in->kind != INBOUND_VIDEO)
        return;
    m->input.media = in->media;
    m->input.media_kind = slice_of(event_name(in->kind));
}

/* A sender's messages are run by one thread, in their order; the same number in every gateway. */
static uint64_t lane_of(const struct account *account, struct slice sender)
{
    struct slice parts[] = { slice_of(account->realm), sender };
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < parts[i].n; k++)
            h = (h ^ (unsigned char)parts[i].p[k]) * UINT64_C(1099511628211);
    return h >> 1; /* the low bit of such a hash is weak */
}

/* Whether further texts of a reply may leave behind the one in the response. */
static bool may_follow(const struct exchange *x, const struct inbound *in)
{
    const struct account *account = x->account;
    return x->decoded.reply_inline && account->adapter->send != NULL && !account->answers_only &&
           in->grant_count > 0;
}

/* What needs no conversation is understood here, off the writing thread. */
static void prepare(struct message_job *m, struct exchange *x, const struct inbound *in,
                    int64_t now)
{
    enum text_channel channel = text_channel(x->account, in->kind);
    uint64_t lane = lane_of(x->account, in->sender);
    int thread = worker_thread_of(x->gateway->worker, lane);
    *m = (struct message_job){
        .job = { .run = run_message, .failed = failed_message, .done = done_message, .lane = lane },
        .exchange = x,
        .inbound = in,
        .input = { .account = slice_of(x->account->full_name),
                   .realm = slice_of(x->account->realm),
                   .sender = in->sender,
                   .key = in->key,
                   .tap = in->tap,
                   .text = in->text,
                   .channel = channel,
                   .grant_kind = in->grant_kind,
                   .grant_count = in->grant_count,
                   .grant_s = in->grant_s,
                   .apart = may_follow(x, in),
                   .understander = catalogue_understander(x->catalogue),
                   .recent = x->gateway->recent[thread],
                   .texts_per_minute = fleet_texts_per_minute(x->gateway),
                   .reference = in->reference,
                   .part = in->part,
                   .parts = in->parts,
                   .written_at = written_at(in, now) },
    };
    keep_file(m, in);
    if (in->parts > 0)
        return; /* understood once it is whole */
    if (in->text.n > 0 && is_said(in->kind)) {
        m->input.reading = understand_read(catalogue_understander(x->catalogue), in->text, channel,
                                           written_at(in, now), &x->arena);
    } else {
        m->input.event = slice_of(event_name(in->kind));
        m->slots = event_slots(in);
        m->input.event_slots = m->slots;
    }
}

static void hand_over(struct exchange *x, enum worker_queue queue, struct job *job)
{
    x->waiting++;
    int rc = worker_put(x->gateway->worker, queue, job);
    if (rc != GW_OK)
        finish_one(x, rc);
}

static void on_noted(void *context, int error, const struct redisReply *reply)
{
    struct message_job *m = context;
    struct exchange *x = m->exchange;
    if (error == GW_OK)
        m->input.everywhere = (struct recent_count){ .same = (int)shared_number(reply, 0),
                                                     .all = (int)shared_number(reply, 1) };
    else
        m->input.texts_per_minute = fleet_texts_per_minute(x->gateway);
    hand_over(x, WORKER_MESSAGES, &m->job);
    finish_one(x, 0);
}

/* Where several gateways take a person's texts, they are counted together first. Answers come in
 * the order of the questions, so a person's texts stay in theirs. */
static void hand_over_message(struct exchange *x, struct message_job *m)
{
    const struct redis_answer answer = { on_noted, m };
    if (m->input.reading == NULL || m->input.texts_per_minute == 0 ||
        !fleet_note(x->gateway, m->input.realm, m->inbound, answer))
        hand_over(x, WORKER_MESSAGES, &m->job);
    else
        x->waiting++;
}

/* Acknowledged and not stored; what the operator has to know is said in the log. */
static void only_count(struct exchange *x, const struct inbound *in)
{
    struct gateway *g = x->gateway;
    count(g, COUNT_MESSAGES, (int)in->kind);
    if (in->kind == INBOUND_NOTICE)
        log_write(g->log, LOG_LEVEL_WARN, "account.notice", slice_of(x->trace),
                  LOG_FIELDS(LOG_TEXT("account", x->account->full_name),
                             LOG_SLICE("notice", in->event_key), LOG_SLICE("state", in->text)));
}

/* Short codes and service numbers are machines, whatever their adapter makes of them. */
static void drop_service_numbers(struct exchange *x)
{
    if (strcmp(x->account->channel, "sms") != 0)
        return;
    for (size_t i = 0; i < x->decoded.message_count; i++)
        if (phone_is_service(x->decoded.messages[i].sender)) {
            x->decoded.messages[i].kind = INBOUND_OTHER;
            count(x->gateway, COUNT_UNANSWERED, LOOP_SERVICE);
        }
}

/* How long the account may send after the text that came. */
static void note_window(struct exchange *x)
{
    const struct decoded *d = &x->decoded;
    if (d->message_count > 0 && may_follow(x, &d->messages[0]))
        x->terms.writes_s = d->messages[0].grant_s;
}

static void process(struct exchange *x, int64_t now)
{
    struct gateway *g = x->gateway;
    struct decoded *d = &x->decoded;
    x->messages = arena_alloc(&x->arena, (d->message_count + 1) * sizeof *x->messages);
    drop_service_numbers(x);
    note_window(x);
    x->request->user = x;
    x->request->on_closed = on_closed;
    x->waiting = 1; /* held until everything is handed over */
    if (d->skipped > 0) {
        metrics_count(g->metrics, g->counters + COUNT_SKIPPED, 0, (int64_t)d->skipped);
        log_write(g->log, LOG_LEVEL_WARN, "webhook.skipped", slice_of(x->trace),
                  LOG_FIELDS(LOG_TEXT("account", x->account->full_name),
                             LOG_INT("entries", (int64_t)d->skipped)));
    }
    for (size_t i = 0; i < d->message_count; i++) {
        if (!inbound_is_message(d->messages[i].kind))
            only_count(x, &d->messages[i]);
        else
            prepare(&x->messages[i], x, &d->messages[i], now);
        if (d->messages[i].bad_header)
            count(g, COUNT_PARTS, PARTS_BAD_HEADER);
    }
    if (d->message_count > 0 && !inbound_is_message(d->messages[0].kind))
        d->reply_inline = false;
    for (size_t i = 0; i < d->message_count; i++)
        if (inbound_is_message(d->messages[i].kind))
            hand_over_message(x, &x->messages[i]);
    if (d->message_count > 0 && d->messages[0].kind == INBOUND_CONSENT) {
        x->consents = (struct consents_job){ { .run = run_consents, .done = done_consents },
                                             x,
                                             &d->messages[0] };
        hand_over(x, WORKER_OUTCOMES, &x->consents.job);
    }
    if (d->receipt_count > 0) {
        x->receipts = (struct receipts_job){ { .run = run_receipts, .done = done_receipts }, x };
        hand_over(x, WORKER_OUTCOMES, &x->receipts.job);
    }
    finish_one(x, 0);
}

static struct slice hook_header(const void *context, const char *name)
{
    return http_header(context, name);
}

/* "/sms/demo/status" → "sms", "demo", "/status". False for any other shape. */
static bool split_path(struct slice path, struct slice *channel, struct slice *name,
                       struct slice *rest)
{
    if (path.n == 0 || path.p[0] != '/')
        return false;
    path = slice_skip(path, 1);
    if (!slice_next(&path, '/', channel))
        return false;
    ptrdiff_t slash = slice_find(path, SLICE("/"));
    *name = slash < 0 ? path : slice_head(path, (size_t)slash);
    *rest = slash < 0 ? SLICE("") : slice_skip(path, (size_t)slash);
    return name->n > 0;
}

/* Takes the secret segment off the front of `rest`; false when it is not the account's. */
static bool take_secret(const struct account *account, struct slice *rest)
{
    if (account->secret == NULL)
        return true;
    struct slice secret = slice_of(account->secret);
    struct slice given = slice_skip(*rest, 1);
    ptrdiff_t slash = slice_find(given, SLICE("/"));
    if (slash >= 0)
        given = slice_head(given, (size_t)slash);
    *rest = slice_skip(*rest, given.n + 1);
    return digest_equal(given, secret);
}

/* Whether the account's provider may call from there. */
static bool may_call(const struct account *account, struct slice remote)
{
    for (size_t i = 0; i < account->network_count; i++)
        if (network_holds(&account->networks[i], remote))
            return true;
    return account->network_count == 0;
}

static void refuse(struct gateway *g, struct http_request *r, int label, int status)
{
    count(g, COUNT_REFUSED, label);
    answer_text(r, status, SLICE("refused\n"));
}

/* What of our own can reach whoever writes to an account that may not always send; for how long
 * after a text of theirs says the text. */
static void reach_terms(const struct account *account, struct account_terms *terms)
{
    static const struct slice reminder = { "reminder.tomorrow", 17 };
    const struct adapter *adapter = account->adapter;
    bool has = adapter->has_way != NULL && adapter->has_way(account, reminder);
    if (has && adapter->consent != NULL)
        terms->consent = adapter->consent(account, reminder, adapter->ways - 1);
    terms->bare = !has || terms->consent.n > 0;
}

static void webhook(struct gateway *g, struct http_request *r)
{
    struct slice channel, name, rest;
    if (!split_path(r->path, &channel, &name, &rest)) {
        answer_text(r, 404, SLICE("not found\n"));
        return;
    }
    const struct account *account = accounts_find(&g->accounts, channel, name);
    if (account == NULL) {
        refuse(g, r, REFUSED_ACCOUNT, 404);
        return;
    }
    if (!may_call(account, r->remote)) {
        refuse(g, r, REFUSED_NETWORK, 403);
        log_write(g->log, LOG_LEVEL_WARN, "webhook.refused", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("account", account->full_name), LOG_TEXT("reason", "network"),
                             LOG_SLICE("remote", r->remote)));
        return;
    }
    if (!take_secret(account, &rest)) {
        refuse(g, r, REFUSED_SECRET, 403);
        return;
    }
    struct exchange *x = mem_alloc(sizeof *x);
    x->gateway = g;
    x->request = r;
    x->account = account;
    x->catalogue = catalogue_hold(g->catalogue);
    x->terms = installation_terms(&g->in);
    x->terms.signed_pushes = account->adapter->signs;
    if (account->adapter->token != NULL)
        reach_terms(account, &x->terms);
    if (strcmp(account->channel, "wechat") == 0)
        x->terms.screens = screen_base(g, account, &x->arena);
    log_trace(x->trace);
    /* Copies: the connection may go away while the worker works. */
    x->hook = (struct webhook){
        .method = arena_dup(&x->arena, r->method),
        .rest = arena_dup(&x->arena, rest),
        .query = arena_dup(&x->arena, r->query),
        .content_type = arena_dup(&x->arena, r->content_type),
        .body = arena_dup(&x->arena, r->body),
        .header = hook_header,
        .context = r,
    };
    int64_t now = installation_clock();
    uint64_t start = uv_hrtime();
    account->adapter->decode(account, &x->hook, now, &x->arena, &x->decoded);
    if (x->decoded.refusal != REFUSED_NONE) {
        refuse(g, r, (int)x->decoded.refusal, webhook_refusal_status(x->decoded.refusal));
        log_write(g->log, LOG_LEVEL_WARN, "webhook.refused", slice_of(x->trace),
                  LOG_FIELDS(LOG_TEXT("account", account->full_name),
                             LOG_TEXT("reason", webhook_refusal_name(x->decoded.refusal))));
        exchange_free(x);
    } else if (x->decoded.echo) {
        answer_text(r, 200, x->decoded.body);
        exchange_free(x);
    } else {
        process(x, now);
        metrics_observe(g->metrics, METRIC_STAGE, STAGE_READ, uv_hrtime() - start);
    }
}

static void show_metrics(struct gateway *g, struct http_request *r)
{
    struct sbuf out;
    sbuf_init(&out, 1024 * 1024);
    metrics_render(g->metrics, &out);
    const struct http_answer answer = { .status = 200,
                                        .content_type = "text/plain; version=0.0.4",
                                        .body = sbuf_slice(&out) };
    http_answer(r, &answer, NULL, NULL);
    sbuf_free(&out);
}

/* An account that cannot send is told, but messages are taken all the same. */
static void show_ready(struct gateway *g, struct http_request *r)
{
    struct sbuf out;
    bool healthy = worker_healthy(g->worker), ready = healthy && !shared_same_node(g->shared);
    sbuf_init(&out, 16 * 1024);
    sbuf_str(&out, ready ? "ready\n" : healthy ? "not ready\n" : "the store cannot commit\n");
    accounts_troubles(&g->accounts, &out);
    shared_troubles(g->shared, &out);
    answer_text(r, ready && !g->stopping ? 200 : 503, sbuf_slice(&out));
    sbuf_free(&out);
}

void webhook_handle(void *gateway, struct http_request *r)
{
    struct gateway *g = gateway;
    bool get = slice_eq(r->method, SLICE("GET"));
    if (g->worker == NULL) { /* a connection that was open already brings one more while we stop */
        answer_text(r, 503, SLICE("stopping\n"));
        return;
    }
    if (get && slice_eq(r->path, SLICE("/healthz")))
        answer_text(r, 200, SLICE("ok\n"));
    else if (get && slice_eq(r->path, SLICE("/readyz")))
        show_ready(g, r);
    else if (get && slice_eq(r->path, SLICE("/metrics")))
        show_metrics(g, r);
    else if (screen_handle(g, r))
        return;
    else
        webhook(g, r);
}
