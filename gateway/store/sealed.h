/* Encrypted columns of the platform's tables: the context of the vault is column and row id, so
 * that a value moved to another row does not open. Any thread. */
#ifndef GATEWAY_STORE_SEALED_H
#define GATEWAY_STORE_SEALED_H

#include "gateway/base/vault.h"

/* Ciphertext for `column` ("inbox.message") of row `id`, in the arena. The empty text is stored
 * empty: it costs nothing and says that there is none. */
struct slice sealed_column(const struct vault *v, const char *column, int64_t id,
                           struct slice clear, struct arena *a);
/* The reverse: 0 or GW_ECRYPTO. */
GW_MUSTCHECK int sealed_open(const struct vault *v, const char *column, int64_t id,
                             struct slice sealed, struct arena *a, struct slice *clear);

#endif
