#include "gateway/program/follow.h"

#include <stdlib.h>

#include "gateway/program/counters.h"
#include "gateway/program/gateway.h"
#include "gateway/program/message.h"
#include "gateway/store/inbox.h"
#include "gateway/store/outbox_number.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"

/* Behind the time in which a reply that nobody fetched follows by itself, with which the rest
 * goes too. */
enum { REST_WAIT_S = 40 };

struct stored {
    struct inbox_row row;
    struct address address;
    const struct account *account;
};

/* 1 when there is such a reply and its account can send, 0, or GW_E*. */
static int load(const struct gateway *g, const struct service *s, int64_t inbox_id,
                struct stored *out)
{
    int rc = inbox_get(s->tx, s->vault, inbox_id, s->arena, &out->row);
    if (rc <= 0)
        return rc;
    out->account = accounts_full(&g->accounts, out->row.account);
    if (out->account == NULL || out->account->adapter->send == NULL)
        return 0;
    return people_by_id(s->tx, s->vault, out->row.address, s->arena, &out->address);
}

/* A reply that nobody fetched, with what belongs behind it unless that is on its way. */
static int send_late(struct gateway *g, const struct service *s, int64_t inbox_id)
{
    struct stored stored;
    struct slice replies;
    size_t rest;
    int rc = load(g, s, inbox_id, &stored);
    if (rc <= 0)
        return rc;
    metrics_count(g->metrics, g->counters + COUNT_LATE_REPLIES, 0, 1);
    rc = outbox_number_forget(s->tx, inbox_id);
    if (rc >= 0)
        rc = timers_withdraw(s->tx, FOLLOW_REST_TIMER, inbox_id);
    if (rc < 0)
        return rc;
    bool whole = rc == 1;
    rc = message_first(stored.row.reply, s->arena, &replies, &rest);
    if (rc < 0)
        return rc;
    return message_send(s, &stored.address, stored.row.account,
                        stored.account->adapter->by_template, whole ? stored.row.reply : replies);
}

static int send_rest(struct gateway *g, const struct service *s, int64_t inbox_id)
{
    struct stored stored;
    int rc = load(g, s, inbox_id, &stored);
    return rc <= 0 ? rc
                   : message_send_rest(s, &stored.address, stored.row.account, stored.row.reply);
}

int follow_rest_later(struct gateway *g, struct tx *tx, int64_t inbox_id, int64_t now)
{
    return timers_set(tx, FOLLOW_REST_TIMER, inbox_id,
                      now + config_int(g->in.config, "send.follow_up_s") + REST_WAIT_S);
}

struct follow {
    struct job job;
    struct gateway *gateway;
    struct arena arena;
    int64_t inbox_id;
    int64_t wait_s;
    bool late;   /* nobody has the answer yet */
    bool caught; /* a retry has it */
    bool rest;
};

static int run_follow(struct job *job, struct tx *tx, int64_t now)
{
    struct follow *f = (struct follow *)job;
    int rc = GW_OK;
    arena_reset(&f->arena);
    if (f->late)
        return timers_set(tx, FOLLOW_UP_TIMER, f->inbox_id, now + f->wait_s);
    if (f->caught)
        rc = timers_cancel(tx, FOLLOW_UP_TIMER, f->inbox_id);
    if (rc < 0 || !f->rest)
        return rc;
    rc = timers_withdraw(tx, FOLLOW_REST_TIMER, f->inbox_id);
    if (rc <= 0) /* it went when the answer was given before */
        return rc;
    const struct service s = installation_service(&f->gateway->in, tx, now, &f->arena);
    rc = send_rest(f->gateway, &s, f->inbox_id);
    return rc < 0 ? rc : GW_OK;
}

static void done_follow(struct job *job, int error)
{
    struct follow *f = (struct follow *)job;
    if (error != 0)
        log_write(f->gateway->log, LOG_LEVEL_WARN, "reply.follow_up_lost", NO_TRACE,
                  LOG_FIELDS(LOG_ID("inbox", f->inbox_id)));
    arena_free(&f->arena);
    free(f);
}

void follow_answer(struct gateway *g, int64_t inbox_id, bool sent, bool duplicate, size_t rest)
{
    if (sent && !duplicate && rest == 0)
        return;
    struct follow *f = mem_alloc(sizeof *f);
    *f = (struct follow){ .job = { .run = run_follow, .done = done_follow },
                          .gateway = g,
                          .inbox_id = inbox_id,
                          .wait_s = config_int(g->in.config, "send.follow_up_s"),
                          .late = !sent,
                          .caught = sent && duplicate,
                          .rest = sent && rest > 0 };
    if (g->worker == NULL || worker_put(g->worker, WORKER_OUTCOMES, &f->job) != GW_OK)
        free(f);
}

int follow_due(struct gateway *g, const struct service *s, struct slice kind, int64_t inbox_id)
{
    int rc;
    if (slice_eq(kind, SLICE(FOLLOW_UP_TIMER)))
        rc = send_late(g, s, inbox_id);
    else if (slice_eq(kind, SLICE(FOLLOW_REST_TIMER)))
        rc = send_rest(g, s, inbox_id);
    else
        return 0;
    return rc < 0 ? rc : 1;
}
