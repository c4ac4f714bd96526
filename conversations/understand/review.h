/* Decisions of a confirmer about a numbered list of claims of hours. */
#ifndef CONVERSATIONS_UNDERSTAND_REVIEW_H
#define CONVERSATIONS_UNDERSTAND_REVIEW_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* 「全部通过」, 「1通过 2没来 3只干一小时」, 「驳回2
 * 没来」, 「1 质量4」, 「除了刘芳其他都确认」. `decisions` [{n or name, decision (approve, reject),
 * minutes, quality, reason}]; `all` true with `minutes` and `quality` where said for all; `except`
 * [{n or name}] who are left as they are. */
int review_read(const struct reading *r, json_t *slots);

#endif
