/* Access tokens of providers, sealed, so that a restart asks for none. */
#ifndef GATEWAY_STORE_PROVIDER_TOKENS_H
#define GATEWAY_STORE_PROVIDER_TOKENS_H

#include <stdint.h>

#include "gateway/base/vault.h"
#include "gateway/store/store.h"

/* Stores the token of an account ("wechat/demo") in the place of the one before. 0 or GW_E*. */
GW_MUSTCHECK int provider_token_put(struct tx *tx, const struct vault *v, struct slice account,
                                    struct slice token, int64_t expires_at, int64_t now,
                                    struct arena *a);
/* 1 with the token in the arena, 0 when there is none or it does not open, or GW_E*. */
GW_MUSTCHECK int provider_token_get(struct tx *tx, const struct vault *v, struct slice account,
                                    struct arena *a, struct slice *token, int64_t *expires_at);

#endif
