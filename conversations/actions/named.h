/* Somebody whom a worker names: 李雨桐, 李国才 0011, 李国才 尾号0011. */
#ifndef CONVERSATIONS_ACTIONS_NAMED_H
#define CONVERSATIONS_ACTIONS_NAMED_H

#include "conversations/actions/common.h"

/* The volunteer of the slot "name" in the area of an organization, told apart by the tail of the
 * phone at the end of the text. `*count` is how many fit; with one `*id` is theirs and the slot
 * "tail" is set. Slot "count" is set. 0 or GW_E*. */
GW_MUSTCHECK int named_find(struct action_call *call, int64_t org, int64_t *id, int *count);

#endif
