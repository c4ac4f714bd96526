/* Days that have a word of their own: 昨天, 今晚, 元旦, 重阳节, 那天. Used by date.c only. */
#ifndef CONVERSATIONS_UNDERSTAND_DATE_WORDS_H
#define CONVERSATIONS_UNDERSTAND_DATE_WORDS_H

#include "conversations/understand/date.h"

bool date_words_read(const struct calendar *c, struct slice s, size_t *i, struct when *out);

#endif
