#include "gateway/program/token_share.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/shared.h"

enum { LOCK_MS = 30000 /* longer than a provider may take to answer */ };

struct search {
    struct token_look look;
    struct arena arena;
    struct slice token; /* another gateway's */
};

static struct slice context_of(const struct account *account, struct arena *a)
{
    return arena_printf(a, "redis.token:%s", account->full_name);
}

/* What the lock is held with: only this gateway knows it. */
static struct slice owner_of(const struct gateway *g, struct arena *a)
{
    return arena_printf(a, "%s", shared_instance(g->shared));
}

static void tell(struct search *s, enum token_finding what, int64_t seconds)
{
    s->look.found(s->look.context, what, s->token, seconds);
    arena_free(&s->arena);
    free(s);
}

static void on_locked(void *context, int error, const struct redisReply *reply)
{
    struct search *s = context;
    bool taken = error == GW_OK && reply->type == REDIS_REPLY_NIL;
    s->token = SLICE("");
    tell(s, taken ? TOKEN_THEIRS : TOKEN_MINE, 0);
}

static void lock(struct search *s)
{
    struct gateway *g = s->look.gateway;
    struct slice account = slice_of(s->look.account->full_name);
    const struct slice words[] = { SLICE("SET"),
                                   shared_key(g->shared, "token_lock", account, &s->arena),
                                   owner_of(g, &s->arena),
                                   SLICE("NX"),
                                   SLICE("PX"),
                                   arena_printf(&s->arena, "%d", LOCK_MS) };
    if (shared_send(g->shared, -1, words, 6, (struct redis_answer){ on_locked, s }) != GW_OK)
        on_locked(s, GW_ECLOSED, NULL);
}

static void on_life(void *context, int error, const struct redisReply *reply)
{
    struct search *s = context;
    int64_t ms = error == GW_OK && reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    if (s->token.n > 0 && ms / 1000 > s->look.margin_s)
        tell(s, TOKEN_FOUND, ms / 1000);
    else
        lock(s);
}

static void on_token(void *context, int error, const struct redisReply *reply)
{
    struct search *s = context;
    struct slice token;
    if (error != GW_OK || reply->type != REDIS_REPLY_STRING)
        return; /* on_life comes behind */
    int rc = vault_open_sealed(s->look.gateway->in.vault, VAULT_TEXT,
                               context_of(s->look.account, &s->arena),
                               (struct slice){ reply->str, reply->len }, &s->arena, &token);
    if (rc == GW_OK && !slice_eq(token, s->look.unwanted))
        s->token = token;
}

bool token_share_look(const struct token_look *look)
{
    struct gateway *g = look->gateway;
    if (!shared_up(g->shared))
        return false;
    struct search *s = mem_alloc(sizeof *s);
    s->look = *look;
    s->look.unwanted = arena_dup(&s->arena, look->unwanted);
    struct slice key =
        shared_key(g->shared, "token", slice_of(look->account->full_name), &s->arena);
    const struct slice get[] = { SLICE("GET"), key }, life[] = { SLICE("PTTL"), key };
    int rc = shared_send(g->shared, -1, get, 2, (struct redis_answer){ on_token, s });
    if (rc == GW_OK)
        rc = shared_send(g->shared, -1, life, 2, (struct redis_answer){ on_life, s });
    else {
        arena_free(&s->arena);
        free(s);
        return false;
    }
    if (rc != GW_OK)
        abort(); /* between two commands of one turn nothing is lost */
    return true;
}

void token_share_release(struct gateway *g, const struct account *account)
{
    struct arena a = { 0 };
    if (!shared_up(g->shared))
        return; /* it ends by itself */
    const struct slice words[] = {
        SLICE("1"), shared_key(g->shared, "token_lock", slice_of(account->full_name), &a),
        owner_of(g, &a)
    };
    int rc = shared_send(g->shared, SHARED_RELEASE, words, 3, (struct redis_answer){ NULL, NULL });
    (void)rc; /* likewise */
    arena_free(&a);
}

void token_share_put(struct gateway *g, const struct account *account, struct slice token,
                     int64_t seconds)
{
    struct arena a = { 0 };
    if (!shared_up(g->shared))
        return;
    struct slice sealed = vault_seal(g->in.vault, VAULT_TEXT, context_of(account, &a), token, &a);
    const struct slice words[] = { SLICE("SET"),
                                   shared_key(g->shared, "token", slice_of(account->full_name), &a),
                                   sealed, SLICE("PX"),
                                   arena_printf(&a, "%" PRId64, seconds * 1000) };
    int rc = shared_send(g->shared, -1, words, 5, (struct redis_answer){ NULL, NULL });
    (void)rc; /* the others ask themselves */
    arena_free(&a);
    token_share_release(g, account);
}
