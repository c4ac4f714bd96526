#include "gateway/program/tokens.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/program/token_share.h"
#include "gateway/store/provider_tokens.h"

enum {
    MARGIN_S = 60,    /* not used so short before its end */
    LOOK_AGAIN_S = 1, /* while it is being asked for */
    STAND_STILL_S = 900,
    RETRY_MAX_S = 300,
    REFUSALS_MAX = 2, /* tokens refused one after the other, then the account stands still */
    USES = 64,        /* rows whose token is remembered; more are never in flight */
};

/* Which token a row was sent with. */
struct use {
    int64_t row;
    int64_t generation;
};

struct keeper {
    struct gateway *g;
    const struct account *account;
    int index;     /* of the account */
    char *token;   /* malloc'ed; NULL: none */
    char *refused; /* the last one that was refused; malloc'ed, or NULL */
    int64_t expires_at;
    int64_t generation; /* of `token`; rises with every new one */
    int64_t not_before; /* no request before this */
    int failures, refusals;
    bool asking, loading, looking, broken;
    struct use uses[USES];
    int next_use;
};

struct tokens {
    struct keeper *list;
    size_t count;
};

/* Reads or writes the stored token. */
struct token_job {
    struct job job;
    struct keeper *keeper;
    struct slice token;
    int64_t expires_at;
    struct arena arena;
};

static void wipe(char **token)
{
    if (*token != NULL)
        memset(*token, 0, strlen(*token));
    free(*token);
    *token = NULL;
}

static struct keeper *keeper_of(const struct gateway *g, const struct account *account)
{
    return &g->tokens->list[account - g->accounts.list];
}

static void set_token(struct keeper *k, struct slice token, int64_t expires_at)
{
    wipe(&k->token);
    k->token = mem_dup(token);
    k->expires_at = expires_at;
    k->generation++;
}

static void mark(struct keeper *k, bool broken, struct slice reason)
{
    if (broken == k->broken && !broken)
        return;
    k->broken = broken;
    sender_account_broken(k->g, k->index, broken, reason);
}

static int run_load(struct job *job, struct tx *tx, int64_t now)
{
    struct token_job *j = (struct token_job *)job;
    (void)now;
    int rc = provider_token_get(tx, j->keeper->g->in.vault, slice_of(j->keeper->account->full_name),
                                &j->arena, &j->token, &j->expires_at);
    return rc < 0 ? rc : GW_OK;
}

static void done_load(struct job *job, int error)
{
    struct token_job *j = (struct token_job *)job;
    struct keeper *k = j->keeper;
    k->loading = false;
    if (error == 0 && j->token.n > 0)
        set_token(k, j->token, j->expires_at);
    if (k->g->dispatch != NULL && !k->g->stopping)
        dispatch_wake(k->g->dispatch);
    arena_free(&j->arena);
    free(j);
}

static int run_store(struct job *job, struct tx *tx, int64_t now)
{
    struct token_job *j = (struct token_job *)job;
    return provider_token_put(tx, j->keeper->g->in.vault, slice_of(j->keeper->account->full_name),
                              j->token, j->expires_at, now, &j->arena);
}

static void done_store(struct job *job, int error)
{
    struct token_job *j = (struct token_job *)job;
    (void)error; /* without it a restart asks once more */
    arena_free(&j->arena);
    free(j);
}

static bool put_job(struct keeper *k, struct slice token, int64_t expires_at,
                    int (*run)(struct job *, struct tx *, int64_t), void (*done)(struct job *, int))
{
    struct token_job *j = mem_alloc(sizeof *j);
    j->job = (struct job){ .run = run, .done = done };
    j->keeper = k;
    j->token = arena_dup(&j->arena, token);
    j->expires_at = expires_at;
    if (worker_put(k->g->worker, WORKER_OUTCOMES, &j->job) == GW_OK)
        return true;
    arena_free(&j->arena);
    free(j);
    return false;
}

static void failed(struct keeper *k, const struct sent *sent, int64_t now)
{
    int64_t wait = INT64_C(1) << (k->failures < 9 ? k->failures : 9);
    k->failures++;
    if (wait > RETRY_MAX_S)
        wait = RETRY_MAX_S;
    if (sent->outcome == SEND_ACCOUNT_BROKEN && wait < STAND_STILL_S)
        wait = STAND_STILL_S;
    if (sent->retry_after > wait)
        wait = sent->retry_after;
    k->not_before = now + wait;
    if (sent->outcome == SEND_ACCOUNT_BROKEN) {
        mark(k, true, sent->reason);
        return;
    }
    log_write(k->g->log, LOG_LEVEL_WARN, "token.failed", NO_TRACE,
              LOG_FIELDS(LOG_TEXT("account", k->account->full_name),
                         LOG_SLICE("reason", sent->reason), LOG_INT("again_s", wait)));
}

static void stand_still(struct keeper *k, struct slice reason, int64_t now)
{
    k->not_before = now + STAND_STILL_S;
    k->refusals = 0;
    wipe(&k->token);
    mark(k, true, reason);
}

static void on_answer(void *context, const struct http_fetched *result)
{
    struct keeper *k = context;
    struct arena a = { 0 };
    struct token_answer answer;
    int64_t now = installation_clock();
    const struct http_result given = { .status = result->status,
                                       .sent = result->sent,
                                       .body = result->body,
                                       .retry_after = result->retry_after,
                                       .at = now };
    k->asking = false;
    k->account->adapter->token_read(k->account, &given, &a, &answer);
    if (answer.sent.outcome != SEND_OK) {
        failed(k, &answer.sent, now);
        token_share_release(k->g, k->account);
    } else if (k->refused != NULL && slice_eq(answer.token, slice_of(k->refused))) {
        /* The provider gives out what it does not take: asking on would go round for ever. */
        stand_still(k, SLICE("the provider gives the very token it refuses"), now);
        token_share_release(k->g, k->account);
    } else {
        k->failures = 0;
        set_token(k, answer.token, now + answer.expires_in);
        (void)put_job(k, answer.token, k->expires_at, run_store, done_store);
        token_share_put(k->g, k->account, answer.token, answer.expires_in);
    }
    arena_free(&a);
    if (!k->g->stopping)
        dispatch_wake(k->g->dispatch);
}

static void ask(struct keeper *k, int64_t now)
{
    struct arena a = { 0 };
    struct http_call call = { 0 };
    struct fault fault = { 0 };
    if (k->account->adapter->token(k->account, &a, &call, &fault) == GW_OK) {
        struct http_fetch fetch = { .method = call.method, .url = call.url, .body = call.body };
        memcpy(fetch.headers, call.headers, sizeof call.headers);
        k->asking = true;
        http_client_send(k->g->client, &fetch, on_answer, k);
    } else {
        k->not_before = now + STAND_STILL_S;
        mark(k, true, slice_of(fault.text));
    }
    arena_free(&a);
}

static void on_found(void *context, enum token_finding what, struct slice token, int64_t seconds)
{
    struct keeper *k = context;
    int64_t now = installation_clock();
    k->looking = false;
    if (k->g->stopping)
        return;
    if (what == TOKEN_FOUND)
        set_token(k, token, now + seconds);
    else if (what == TOKEN_MINE)
        ask(k, now);
    dispatch_wake(k->g->dispatch);
}

/* Another gateway may have one, or be asking. */
static void find(struct keeper *k, int64_t now)
{
    const struct token_look look = {
        .gateway = k->g,
        .account = k->account,
        .unwanted = k->refused != NULL ? slice_of(k->refused) : SLICE(""),
        .margin_s = MARGIN_S,
        .found = on_found,
        .context = k,
    };
    k->looking = token_share_look(&look);
    if (!k->looking)
        ask(k, now);
}

int tokens_get(struct gateway *g, const struct account *account, int64_t row, int64_t now,
               struct slice *token, int64_t *at)
{
    struct keeper *k = keeper_of(g, account);
    *at = now + LOOK_AGAIN_S;
    if (k->loading || k->looking)
        return 0;
    if (k->token != NULL && k->expires_at > now + MARGIN_S) {
        k->uses[k->next_use] = (struct use){ row, k->generation };
        k->next_use = (k->next_use + 1) % USES;
        *token = slice_of(k->token);
        return 1;
    }
    if (!k->asking && now >= k->not_before)
        find(k, now);
    if (!k->asking && k->not_before > now)
        *at = k->not_before;
    return 0;
}

void tokens_refused(struct gateway *g, const struct account *account, int64_t row, int64_t now)
{
    struct keeper *k = keeper_of(g, account);
    int64_t generation = 0;
    for (int i = 0; i < USES; i++)
        if (k->uses[i].row == row && k->uses[i].generation > generation)
            generation = k->uses[i].generation;
    if (k->token == NULL || generation != k->generation)
        return; /* an older one: the one in use may be good */
    wipe(&k->refused);
    k->refused = k->token;
    k->token = NULL;
    if (++k->refusals >= REFUSALS_MAX)
        stand_still(k, SLICE("the provider takes no access token, also a new one"), now);
}

void tokens_taken(struct gateway *g, const struct account *account)
{
    struct keeper *k = keeper_of(g, account);
    k->refusals = 0;
    if (k->broken)
        mark(k, false, SLICE(""));
}

void tokens_start(struct gateway *g)
{
    struct tokens *t = mem_alloc(sizeof *t);
    t->count = g->accounts.count;
    t->list = mem_alloc((t->count + 1) * sizeof *t->list);
    g->tokens = t;
    for (size_t i = 0; i < t->count; i++) {
        struct keeper *k = &t->list[i];
        *k = (struct keeper){ .g = g, .account = &g->accounts.list[i], .index = (int)i };
        if (k->account->adapter->token != NULL)
            k->loading = put_job(k, SLICE(""), 0, run_load, done_load);
    }
}

void tokens_free(struct gateway *g)
{
    for (size_t i = 0; g->tokens != NULL && i < g->tokens->count; i++) {
        wipe(&g->tokens->list[i].token);
        wipe(&g->tokens->list[i].refused);
    }
    if (g->tokens != NULL)
        free(g->tokens->list);
    free(g->tokens);
    g->tokens = NULL;
}
