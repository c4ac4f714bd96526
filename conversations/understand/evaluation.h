/* Answers about a service that took place: a word of evaluation, and the number of what was signed
 * or stamped on paper. */
#ifndef CONVERSATIONS_UNDERSTAND_EVALUATION_H
#define CONVERSATIONS_UNDERSTAND_EVALUATION_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* 5, 板扎得很, 一般, 不满意 → rating (1 to 5); 没来, 没见人来 → absent. 1 or 0. */
int rating_read(const struct reading *r, json_t *slots);
/* 签名表12, 签名 A-12, 盖章7, or the number alone → paper (12, A-12), and stamped for a stamp. 1 or
 * 0. */
int paper_read(const struct reading *r, json_t *slots);

#endif
