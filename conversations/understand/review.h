/* Answers of the organizer's side: decisions on claims of hours, on an objection, on what is
 * dangerous; and the answer of somebody who was not seen. Each sets slots and returns 1, or returns
 * 0 when the text is no such answer. */
#ifndef CONVERSATIONS_UNDERSTAND_REVIEW_H
#define CONVERSATIONS_UNDERSTAND_REVIEW_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* Decisions about a numbered list of claims: 「全部通过」, 「1通过 2没来 3只干一小时」, 「驳回2
 * 没来」, 「1 质量4」, 「除了刘芳其他都确认」. `decisions` [{n or name, decision (approve, reject),
 * minutes, quality, reason}]; `all` true with `minutes` and `quality` where said for all; `except`
 * [{n or name}] who are left as they are. */
int review_read(const struct reading *r, json_t *slots);
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
