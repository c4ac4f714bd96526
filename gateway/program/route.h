/* By which account a message of our own leaves: the table of accounts, the number, what each costs,
 * and which of them work at the moment. Pure; any thread. */
#ifndef GATEWAY_PROGRAM_ROUTE_H
#define GATEWAY_PROGRAM_ROUTE_H

#include <stdbool.h>

#include "adapters/adapter.h"
#include "gateway/base/civil.h"

/* What is to be sent. */
struct route_row {
    struct slice account;   /* the one its recipient last wrote to, "sms/demo"; may be empty */
    struct slice realm;     /* "sms", "wechat/NAME" */
    struct slice recipient; /* phone or openid */
};

/* True when account `i` of the list can send nothing at the moment. */
typedef bool route_broken(const void *context, size_t i);

/* The account's place in the list, -1 when none of the realm can send.
 *
 * Whom somebody wrote to answers, as long as that account works. Else, among those that work: the
 * one with the longest prefix of the number, of those the cheapest, of those the first in the
 * configuration. An account with prefixes sends to no other number. When none works it is the same
 * choice among all: its message waits for it. */
int route_choose(const struct account *list, size_t count, route_broken *broken,
                 const void *context, const struct route_row *row);

/* `at`, or the end of the account's own quiet hours when it falls into them. */
int64_t route_daytime(const struct account *account, struct zone zone, int64_t at);

#endif
