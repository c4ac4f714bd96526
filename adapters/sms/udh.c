#include "adapters/sms/udh.h"

/* Elements that name a part, with the bytes of their reference. */
enum { CONCAT_8 = 0x00, CONCAT_16 = 0x08 };

static int read_part(const unsigned char *data, size_t n, int bits, struct udh_part *out)
{
    size_t reference = (size_t)bits / 8;
    if (n != reference + 2)
        return GW_EPROTO;
    *out = (struct udh_part){ .reference = bits == 8 ? data[0] : data[0] << 8 | data[1],
                              .bits = bits,
                              .total = data[reference],
                              .number = data[reference + 1] };
    if (out->number < 1 || out->number > out->total)
        return GW_EPROTO;
    return out->total > 1;
}

int udh_read(struct slice header, struct udh_part *out)
{
    const unsigned char *p = (const unsigned char *)header.p;
    int found = 0;
    if (header.n == 0)
        return 0;
    if (header.n > UDH_BYTES_MAX || p[0] != header.n - 1)
        return GW_EPROTO;
    for (size_t at = 1; at < header.n;) {
        if (at + 2 > header.n || at + 2 + p[at + 1] > header.n)
            return GW_EPROTO;
        size_t n = p[at + 1];
        /* Of several the last counts (GSM 03.40). */
        if (p[at] == CONCAT_8 || p[at] == CONCAT_16)
            found = read_part(p + at + 2, n, p[at] == CONCAT_8 ? 8 : 16, out);
        if (found < 0)
            return found;
        at += 2 + n;
    }
    return found;
}
