#include "gateway/base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { MAPPED_BITS = 96, MAPPED_BYTES = 12, ALL_BITS = 128 };

/* 0 with `*bits` of the address family, or GW_EINVAL. */
static int parse_address(struct slice text, unsigned char out[16], int *bits)
{
    static const unsigned char mapped[MAPPED_BYTES] = { [10] = 0xFF, [11] = 0xFF };
    char buffer[INET6_ADDRSTRLEN];
    if (text.n == 0 || text.n >= sizeof(buffer))
        return GW_EINVAL;
    memcpy(buffer, text.p, text.n);
    buffer[text.n] = '\0';
    if (inet_pton(AF_INET, buffer, out + MAPPED_BYTES) == 1) {
        memcpy(out, mapped, sizeof(mapped));
        *bits = ALL_BITS - MAPPED_BITS;
        return 0;
    }
    *bits = ALL_BITS;
    return inet_pton(AF_INET6, buffer, out) == 1 ? 0 : GW_EINVAL;
}

/* The same first `bits` bits. */
static bool same_head(const unsigned char *a, const unsigned char *b, int bits)
{
    size_t bytes = (size_t)bits / 8;
    int rest = bits % 8;
    return memcmp(a, b, bytes) == 0 &&
           (rest == 0 || ((a[bytes] ^ b[bytes]) & (0xFF00 >> rest & 0xFF)) == 0);
}

static bool is_zero_behind(const unsigned char *a, int bits)
{
    for (int i = bits; i < ALL_BITS; i++)
        if ((a[i / 8] & (0x80 >> (i % 8))) != 0)
            return false;
    return true;
}

int network_parse(struct slice text, struct network *out)
{
    ptrdiff_t slash = slice_find(text, SLICE("/"));
    int family_bits;
    int64_t bits;
    int rc = parse_address(slash < 0 ? text : slice_head(text, (size_t)slash), out->address,
                           &family_bits);
    if (rc != 0)
        return rc;
    bits = family_bits;
    if (slash >= 0 && slice_to_int(slice_skip(text, (size_t)slash + 1), &bits) != 0)
        return GW_EINVAL;
    if (bits < 0 || bits > family_bits)
        return GW_EINVAL;
    out->bits = (int)bits + ALL_BITS - family_bits;
    return is_zero_behind(out->address, out->bits) ? 0 : GW_EINVAL;
}

bool network_holds(const struct network *n, struct slice address)
{
    unsigned char bytes[16];
    int bits;
    return parse_address(address, bytes, &bits) == 0 && same_head(n->address, bytes, n->bits);
}
