/* Somebody stopped following an account, or no longer wants it to hold personal data. */
#ifndef HANDLERS_FOLLOWERS_H
#define HANDLERS_FOLLOWERS_H

#include "handlers/service.h"

enum follower_outcome {
    FOLLOWER_FORGOTTEN, /* nobody's: all that is known of the address is gone */
    FOLLOWER_UNLINKED, /* a volunteer's who has another address (a phone): the record goes on there,
                          and this address is forgotten */
    FOLLOWER_KEPT,     /* a volunteer's only address: a record of service is not made unreachable
                          for its person, who may follow again; the rest goes with 注销 */
};
/* The outcome, or GW_E*. */
GW_MUSTCHECK int follower_left(const struct service *s, int64_t address);
/* Takes an address from a volunteer who has another, which takes its place: 1, 0 when there is none
 * other and nothing changed, or GW_E*. */
GW_MUSTCHECK int follower_unlink(const struct service *s, int64_t volunteer, int64_t address);

#endif
