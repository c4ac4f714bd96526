/* Several people on one phone: whom a text means, and the one question for it (scripts 1.5 to 1.7).
 * Slot _who is the id of the person, or _everybody is true; a choice of several is the list
 * `chosen`. */
#ifndef CONVERSATIONS_ACTIONS_WHO_H
#define CONVERSATIONS_ACTIONS_WHO_H

#include "conversations/actions/common.h"
#include "handlers/volunteers.h"

enum { WHO_MAX = 9 }; /* as many as policy.people_per_phone at most */

/* The active people of the phone, first registered first, in the arena. Number or GW_E*. */
GW_MUSTCHECK int who_here(const struct action_call *call, struct volunteer **out);

/* Whom of `people` the text means: bit i for people[i], 0 when it does not say. By the slots _who,
 * _everybody and chosen, by a name in the text, by 两个都 and companions, by a relation where what
 * is known of the people leaves one (老倌: the man). Pure. */
unsigned who_meant(const struct action_call *call, const struct volunteer *people, int n);
/* Those of a mask as the slots above say it: one as _who, all as _everybody, else as chosen. */
void who_set(struct action_call *call, const struct volunteer *people, int n, unsigned mask);

/* The people chosen, or the one who writes where nobody was: number (0: not registered) or GW_E*.
 */
GW_MUSTCHECK int who_chosen(struct action_call *call, struct volunteer out[WHO_MAX]);

/* Slot `whose`: the name, where several share the phone and it has to be said. Number of people, or
 * GW_E*. */
GW_MUSTCHECK int who_put_whose(struct action_call *call, struct slice name);

/* A list of items {n, name, set}; `all` adds one for everybody {n, more, two}. */
json_t *who_items(const struct volunteer *people, int n, bool all);
json_t *who_names(const struct volunteer *people, int n);

#endif
