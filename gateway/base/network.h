/* IP networks, as in a list of who may call. Pure; any thread. */
#ifndef GATEWAY_BASE_NETWORK_H
#define GATEWAY_BASE_NETWORK_H

#include <stdbool.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

/* An IPv4 network is kept as its IPv4-mapped IPv6 one. */
struct network {
    unsigned char address[16];
    int bits; /* of the address that count, 0 to 128 */
};

/* "203.0.113.0/24", "2001:db8::/32", or one address. 0, or GW_EINVAL: also when bits beyond the
 * prefix are set, which is a slip of whoever wrote it. */
GW_MUSTCHECK int network_parse(struct slice text, struct network *out);
/* True when `address`, an IPv4 or IPv6 address, lies in it; false for anything else. */
bool network_holds(const struct network *n, struct slice address);

#endif
