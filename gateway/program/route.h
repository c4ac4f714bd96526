/* By which account a message of our own leaves: the table of accounts, the number, what each costs,
 * and which of them work at the moment. Pure; any thread. */
#ifndef GATEWAY_PROGRAM_ROUTE_H
#define GATEWAY_PROGRAM_ROUTE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "adapters/adapter.h"
#include "gateway/base/civil.h"

/* What is to be sent. */
struct route_row {
    struct slice account;   /* the one its recipient last wrote to, "sms/demo"; may be empty */
    struct slice realm;     /* "sms", "wechat/NAME" */
    struct slice recipient; /* phone or openid */
};

/* How an account does, zeroed at first. */
struct route_health {
    int failures;              /* requests in a row that got no answer; the loop's thread alone */
    _Atomic int64_t ill_until; /* UTC seconds until which its messages go by others; any thread */
};

/* What an attempt says of its account. */
enum route_result {
    ROUTE_WELL,      /* it answered */
    ROUTE_NO_ANSWER, /* no connection, or a fault of its own */
    ROUTE_BROKEN,    /* it lets us send nothing: credentials, balance */
};
/* Ill after three without answer in a row, for a minute, longer with each further one, 15 minutes
 * at most; ill for 15 minutes when it is broken. Afterwards its messages are tried by it again. The
 * loop's thread. */
void route_note(struct route_health *h, enum route_result result, int64_t now);
bool route_is_ill(const struct route_health *h, int64_t now);

/* The account's place in the list, -1 when none of the realm can send.
 *
 * Whom somebody wrote to answers, as long as that account works. Else, among those that work: the
 * one with the longest prefix of the number, of those the cheapest, of those the first in the
 * configuration. An account with prefixes sends to no other number. When none works it is the same
 * choice among all: its message waits for it. */
int route_choose(const struct account *list, const struct route_health *health, size_t count,
                 const struct route_row *row, int64_t now);

/* `at`, or the end of the account's own quiet hours when it falls into them. */
int64_t route_daytime(const struct account *account, struct zone zone, int64_t at);

#endif
