#include "gateway/store/store.h"

#include "gateway/store/connection.h"

int store_open(const struct store_options *options, struct store **out, struct fault *fault)
{
    bool url = options->url != NULL && options->url[0] != '\0';
    *out = NULL;
    return url ? postgres_open(options, out, fault) : sqlite_open(options, out, fault);
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    if (s->tx.open)
        store_rollback(&s->tx);
    statements_free(s);
    s->backend->close(s);
}

bool store_shared(const struct store *s)
{
    return s->backend->shared;
}

bool tx_shared(const struct tx *tx)
{
    return tx->store->backend->shared;
}

int store_lock(struct store *s)
{
    return s->backend->lock(s);
}

void store_unlock(struct store *s)
{
    s->backend->unlock(s);
}

int store_claim_node(struct store *s, int node)
{
    return s->backend->claim(s, node);
}

int store_begin(struct store *s, struct tx **tx)
{
    *tx = NULL;
    if (s->tx.open)
        return GW_EINVAL;
    int rc = s->backend->begin(s);
    if (rc != 0)
        return rc;
    s->tx = (struct tx){ .store = s, .open = true };
    *tx = &s->tx;
    return 0;
}

int store_commit(struct tx *tx)
{
    struct store *s = tx->store;
    if (!tx->open)
        return GW_ECLOSED;
    int rc = tx->error;
    if (rc == 0) {
        statements_stop(s);
        rc = s->backend->commit(s);
    }
    if (rc != 0) {
        store_rollback(tx);
        return rc;
    }
    s->woken |= tx->wake;
    tx->open = false;
    return 0;
}

void store_rollback(struct tx *tx)
{
    struct store *s = tx->store;
    if (!tx->open)
        return;
    tx->open = false;
    s->kept_id = 0; /* written again by the next transaction */
    statements_stop(s);
    s->backend->rollback(s);
}

int tx_mark(struct tx *tx)
{
    if (tx->error != 0)
        return tx->error;
    if (tx->marked)
        return GW_EINVAL;
    int rc = tx->store->backend->savepoint(tx, SAVEPOINT_MARK);
    tx->marked = rc == 0;
    return rc;
}

int tx_keep(struct tx *tx)
{
    if (tx->error != 0)
        return tx->error;
    if (!tx->marked)
        return GW_EINVAL;
    tx->marked = false;
    statements_stop(tx->store); /* what one message left running is no concern of the next */
    return tx->store->backend->savepoint(tx, SAVEPOINT_KEEP);
}

int tx_undo(struct tx *tx)
{
    if (tx->error == GW_ETXGONE)
        return GW_ETXGONE;
    if (!tx->marked)
        return GW_EINVAL;
    tx->marked = false;
    tx->error = 0;
    statements_stop(tx->store);
    return tx->store->backend->savepoint(tx, SAVEPOINT_UNDO);
}

int tx_now(struct tx *tx, int64_t *now)
{
    return tx->error != 0 ? tx->error : tx->store->backend->now(tx, now);
}

int tx_error(const struct tx *tx)
{
    return tx->error;
}

const char *tx_error_text(const struct tx *tx)
{
    return tx->store->error;
}

const char *store_error_text(const struct store *s)
{
    return s->error;
}

void tx_wake(struct tx *tx, unsigned what)
{
    tx->wake |= what;
}

unsigned store_woken(struct store *s)
{
    unsigned woken = s->woken;
    s->woken = 0;
    return woken;
}
