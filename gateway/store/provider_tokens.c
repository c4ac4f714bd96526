#include "gateway/store/provider_tokens.h"

#include "gateway/store/sealed.h"
#include "gateway/store/sql.h"

static const char column[] = "provider_tokens.token";

SQL(provider_token_set, "INSERT INTO provider_tokens (account, token, fetched_at, expires_at) "
                        "VALUES ($account, $token, $now, $expires) ON CONFLICT (account) DO UPDATE "
                        "SET token = excluded.token, fetched_at = excluded.fetched_at, "
                        "expires_at = excluded.expires_at");
SQL(provider_token_of, "SELECT token, expires_at FROM provider_tokens WHERE account = $account");

int provider_token_put(struct tx *tx, const struct vault *v, struct slice account,
                       struct slice token, int64_t expires_at, int64_t now, struct arena *a)
{
    struct slice sealed = sealed_column(v, column, (int64_t)(slice_hash(account) >> 1), token, a);
    int rc = sql_run(tx, &provider_token_set,
                     BINDS(BIND_TEXT("account", account), BIND_BLOB("token", sealed),
                           BIND_INT("now", now), BIND_INT("expires", expires_at)));
    return rc < 0 ? rc : GW_OK;
}

int provider_token_get(struct tx *tx, const struct vault *v, struct slice account, struct arena *a,
                       struct slice *token, int64_t *expires_at)
{
    struct rows *rows = sql_rows(tx, &provider_token_of, BINDS(BIND_TEXT("account", account)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *expires_at = rows_int(rows, 1);
    int opened =
        sealed_open(v, column, (int64_t)(slice_hash(account) >> 1), rows_blob(rows, 0), a, token);
    rows_close(tx, rows);
    return opened == 0 && token->n > 0;
}
