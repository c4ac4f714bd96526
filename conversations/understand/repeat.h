/* How often something is to be done: 每周六 到年底, 每周三、周五 共8次. */
#ifndef CONVERSATIONS_UNDERSTAND_REPEAT_H
#define CONVERSATIONS_UNDERSTAND_REPEAT_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* Of what is said into `slots`: `weekdays` (bit 0 Sunday … 6 Saturday), `weekly` true (每周一次: on
 * the day that is told beside it), `times` (1 to 99), `until` (YYYY-MM-DD, the last day that may
 * be), `once` true (只办一次). 1, or 0 when the text says nothing of it. */
int repeat_read(const struct reading *r, json_t *slots);
/* Whether [from, to) of the text says nothing but how often: 到年底, 连续8次. Pure. */
bool repeat_is(const struct reading *r, size_t from, size_t to);

#endif
