/* Several texts in one sealed column: packed with their lengths, so that no text can pass for two.
 * Pure; any thread. */
#ifndef HANDLERS_WORDS_H
#define HANDLERS_WORDS_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* The texts one after the other, each behind its length in four bytes, most significant first; in
 * the arena. */
struct slice words_pack(const struct slice *texts, int count, struct arena *a);
/* Back again, borrowed from `packed`; texts it does not have are empty. 0 or GW_EDATA. */
GW_MUSTCHECK int words_unpack(struct slice packed, struct slice *texts, int count);

#endif
