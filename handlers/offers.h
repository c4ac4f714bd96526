/* A place that came free is offered to the first of the waiting list and held until the offer ends.
 */
#ifndef HANDLERS_OFFERS_H
#define HANDLERS_OFFERS_H

#include <stdbool.h>

#include "handlers/signups.h"

/* Stored numbers; never renumber. */
enum offer_state {
    OFFER_OPEN = 1,
    OFFER_ACCEPTED = 2,
    OFFER_DECLINED = 3,
    OFFER_LAPSED = 4,
    OFFER_VOID = 5
};

/* Passes a held place on: offers it to the first who waits ("queue.offer" {offer (id), name,
 * until_date, until_time, …activity_params}, a question), or frees it when nobody waits or it is
 * too late to ask. The place must be held by the caller (taken counts it). 1 offered, 0 freed, or
 * GW_E*. */
GW_MUSTCHECK int offer_next(const struct service *s, const struct activity *a);

enum offer_outcome {
    OFFER_JOINED,
    OFFER_REFUSED, /* declined: the place went to the next */
    OFFER_GONE,    /* lapsed, answered before, or void */
    OFFER_CLASH,   /* something else was joined meanwhile; the place went to the next */
};
/* The answer from the address that was asked. `*signup` (may be NULL) is whose it was. */
GW_MUSTCHECK int offer_answer(const struct service *s, int64_t offer, int64_t address, bool yes,
                              struct signup *signup);
/* An open offer of an address ("1" without the prompt): 1 and `*offer`, 0, or GW_E*. */
GW_MUSTCHECK int offer_open_at(const struct service *s, int64_t address, int64_t *offer);
/* Gives up the open offer of a sign-up because the person cancelled: the place goes on. 0 or GW_E*.
 */
GW_MUSTCHECK int offer_withdraw(const struct service *s, const struct activity *a, int64_t signup);
/* Ends all open offers of an activity without passing them on. 0 or GW_E*. */
GW_MUSTCHECK int offers_void(const struct service *s, int64_t activity);

/* When an offer made at `at` for an activity starting at `starts_at` ends and from when it is sent:
 * before policy.offer_until of the day, after at most policy.offer_minutes, half an hour before the
 * start. False when fewer than policy.offer_min_minutes would be left. Pure. */
bool offer_window(const struct service *s, int64_t at, int64_t starts_at, int64_t *from,
                  int64_t *until);

/* Timer "offer.expires": the place goes to the next. */
int offer_expires(const struct service *s, int64_t offer);

#endif
