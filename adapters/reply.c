#include "adapters/reply.h"

#include "adapters/adapter.h"
#include "adapters/charset.h"
#include "gateway/base/utf8.h"

struct slice reply_join(const struct slice *replies, size_t count, struct arena *a)
{
    struct slice all = SLICE("");
    for (size_t i = 0; i < count; i++) {
        if (replies[i].n == 0)
            continue;
        all = all.n == 0 ? replies[i]
                         : arena_printf(a, "%.*s\n\n%.*s", SLICE_ARG(all), SLICE_ARG(replies[i]));
    }
    return utf8_cut(charset_clean(all, a), ADAPTER_TEXT_MAX);
}
