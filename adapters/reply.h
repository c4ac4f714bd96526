/* What is said back, as one text that every channel can carry. Pure; any thread. */
#ifndef ADAPTERS_REPLY_H
#define ADAPTERS_REPLY_H

#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* The replies joined by a blank line, cleaned of control characters and cut at a character to
 * ADAPTER_TEXT_MAX bytes. Empty when there is nothing to say. */
struct slice reply_join(const struct slice *replies, size_t count, struct arena *a);

#endif
