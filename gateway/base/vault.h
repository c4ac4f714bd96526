/* Keys outside the database: AES-256-GCM for ID numbers, texts and parameters, HMAC-SHA256 for
 * look-up digests and the ledger's chain (promises 6 and 7). */
#ifndef GATEWAY_BASE_VAULT_H
#define GATEWAY_BASE_VAULT_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

struct vault;

/* What a look-up digest or ciphertext belongs to: one sub-key each, so that a value never has the
 * same digest in two places. */
enum vault_purpose { VAULT_TEXT, VAULT_ID_NUMBER, VAULT_LOOKUP, VAULT_LEDGER, VAULT_SEAL };

/* Opens the key file, or makes one (mode 0600, JSON: current key id and 256-bit keys) when it does
 * not exist and `create` is set. A file readable by others is refused. The caller closes. */
GW_MUSTCHECK int vault_open(const char *path, bool create, struct vault **out, struct fault *fault);
void vault_close(struct vault *v); /* wipes the keys; NULL is fine */

/* Ciphertext in the arena: 1 byte version, 1 byte key id, 12 bytes nonce, text, 16 bytes tag.
 * `context` is authenticated and not stored: give the row's id or name, so that a value cannot be
 * moved to another row. Any thread. */
struct slice vault_seal(const struct vault *v, enum vault_purpose purpose, struct slice context,
                        struct slice clear, struct arena *a);
/* 0, or GW_ECRYPTO when it was changed, moved, or its key is not at hand. */
GW_MUSTCHECK int vault_open_sealed(const struct vault *v, enum vault_purpose purpose,
                                   struct slice context, struct slice sealed, struct arena *a,
                                   struct slice *clear);

/* Keyed digest of `data` with the sub-key of `purpose` (always the oldest key, so that digests of
 * one value stay the same after a key change). Any thread. */
void vault_digest(const struct vault *v, enum vault_purpose purpose, struct slice data,
                  unsigned char out[32]);

#endif
