/* What registering oneself, a child and correcting one's data share. */
#ifndef CONVERSATIONS_ACTIONS_REGISTERING_H
#define CONVERSATIONS_ACTIONS_REGISTERING_H

#include "conversations/actions/common.h"
#include "handlers/resident_id.h"
#include "handlers/volunteers.h"

/* Slots of an opening text made ready: an age becomes a year of birth, a valid ID number gives the
 * birth (domain.md 2.5: the age is computed from the ID), a wrong one is dropped. */
void registering_prepare(struct action_call *call);

/* The slots name, birth, gender, area as a form of this address, with the words of this turn. NULL,
 * or what is wrong: "birth" or "area"; that slot is then forgotten. */
const char *registering_form(struct action_call *call, struct volunteer_form *form);

/* "1955" (any day of that year) or "1955-03-12"; false for anything else. */
bool registering_birth(struct slice text, int64_t *day, bool *year_only);
/* The code of a place's short name in the slot `area`; false when it is not in the gazetteer. The
 * slot becomes the name as people are told it. */
bool registering_area(struct action_call *call, int64_t *code);

/* Slots name, birth (the year) and area of a record, for messages. */
void registering_show(struct action_call *call, const struct volunteer *v);
/* A child under the age of consent wrote: neither this text nor those since the registration began
 * are kept. 0 or GW_E*. */
GW_MUSTCHECK int registering_forget(struct action_call *call);

/* Stores the ID number in the slot id_no, which is forgotten, with a record. `*outcome`:
 * id_received, id_wrong, id_old, id_taken or id_differs. */
GW_MUSTCHECK int registering_take_id(struct action_call *call, int64_t volunteer,
                                     const char **outcome);

#endif
