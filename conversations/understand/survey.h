/* Answers to a survey: one mark or word with a comment, or numbered answers. */
#ifndef CONVERSATIONS_UNDERSTAND_SURVEY_H
#define CONVERSATIONS_UNDERSTAND_SURVEY_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* Sets `answer` and maybe `comment`, or `answers` {"1": …}. Any thread. */
void survey_read(const struct reading *r, json_t *slots);

#endif
