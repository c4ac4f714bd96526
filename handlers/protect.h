/* Text columns that are sealed: what people wrote is never in the clear on disk (design, promise
 * 6). */
#ifndef HANDLERS_PROTECT_H
#define HANDLERS_PROTECT_H

#include "handlers/service.h"

/* Ciphertext of `clear` bound to (column, row), e.g. "tasks.said" and the task's id; in the arena.
 * The empty text stays empty. */
struct slice protect_text(const struct service *s, const char *column, int64_t row,
                          struct slice clear);
/* The text again, in the arena; 0 or GW_ECRYPTO. */
GW_MUSTCHECK int protect_open(const struct service *s, const char *column, int64_t row,
                              struct slice sealed, struct slice *clear);
/* 32 bytes in the arena: keyed digest of `value` for look-up (purpose VAULT_LOOKUP, `what` keeps
 * values of different kinds apart). */
struct slice protect_digest(const struct service *s, const char *what, struct slice value);

#endif
