/* The numbers of tappable choices: each question's links carry one of its own, which comes back
 * with the tap (wechat.md 4.2), so that a tap answers the question it stood under. Pure; any
 * thread. */
#ifndef CONVERSATIONS_TAPS_H
#define CONVERSATIONS_TAPS_H

#include "conversations/flow.h"

/* Of links where nothing is asked; the numbers of questions are larger, below 2^31. */
enum { TAP_NOTHING = 1 };

/* The number of a question: the same for the same step with the same slots (those that messages
 * show) and the same choices, `items` NULL for none. */
int64_t tap_number(const struct flow *flow, int step, const json_t *slots, const json_t *items);

#endif
