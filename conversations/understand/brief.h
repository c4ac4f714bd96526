/* Short answers around hours and activities: what a leader decides on an objection, what somebody
 * who was not seen says, what is dangerous, why a claim is refused, whom it served. Each sets slots
 * and returns 1, or returns 0 when the text is no such answer. */
#ifndef CONVERSATIONS_UNDERSTAND_BRIEF_H
#define CONVERSATIONS_UNDERSTAND_BRIEF_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* 「补17」, 「不补17 问了组长」: `decision`, `n` and `reason` where said. */
int grant_read(const struct reading *r, json_t *slots);
/* Whether somebody says they came: `came` true for 「我克了的嘛」 and 「再查」, false for
 * 「有事没来」 and 「是我记错了」. */
int came_read(const struct reading *r, json_t *slots);
/* 「危险」, 「不危险」: `hazardous`; 「保单 A12345678」: `insurance`. */
int hazard_read(const struct reading *r, json_t *slots);
/* Why a claim is not confirmed: `reason`, as written. */
int reason_read(const struct reading *r, json_t *slots);
/* Whom a service was for: 「老人」, 「敬老院 老人」, 「都是居民」. `recipient`, `at_place` where it
 * was said, `for_all` where it is meant of the following ones too. */
int recipient_read(const struct reading *r, json_t *slots);
/* 下页, 更多: `page`. */
int page_read(const struct reading *r, json_t *slots);

#endif
