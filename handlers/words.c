#include "handlers/words.h"

#include <string.h>

struct slice words_pack(const struct slice *texts, int count, struct arena *a)
{
    size_t n = 0;
    for (int i = 0; i < count; i++)
        n += 4 + texts[i].n;
    char *p = arena_alloc(a, n);
    char *at = p;
    for (int i = 0; i < count; i++) {
        size_t length = texts[i].n;
        for (int shift = 24; shift >= 0; shift -= 8)
            *at++ = (char)(length >> shift & 0xff);
        if (length > 0)
            memcpy(at, texts[i].p, length);
        at += length;
    }
    return (struct slice){ p, n };
}

int words_unpack(struct slice packed, struct slice *texts, int count)
{
    for (int i = 0; i < count; i++)
        texts[i] = (struct slice){ NULL, 0 };
    for (int i = 0; i < count && packed.n > 0; i++) {
        if (packed.n < 4)
            return GW_EDATA;
        size_t length = 0;
        for (int k = 0; k < 4; k++)
            length = length << 8 | (unsigned char)packed.p[k];
        packed = slice_skip(packed, 4);
        if (length > packed.n)
            return GW_EDATA;
        texts[i] = slice_head(packed, length);
        packed = slice_skip(packed, length);
    }
    return 0;
}
