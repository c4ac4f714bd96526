/* Rows of one's own hours as messages and choices show them. */
#ifndef CONVERSATIONS_ACTIONS_SERVICE_ROWS_H
#define CONVERSATIONS_ACTIONS_SERVICE_ROWS_H

#include "conversations/actions/common.h"
#include "handlers/hours.h"

/* What was done, short enough for a receipt of one segment (sms.md 6.1): at most 10 characters.
 * Borrowed from the text. */
struct slice row_words(struct slice name);

/* Sets date, in_month (where it is not this month), what, minutes, confirmer and waiting (1 while
 * nobody has confirmed it) of a row. */
void row_describe(const struct service *s, json_t *object, const struct hours *row);

/* An array of rows described, from `rows[0]`, at most `limit`. A new reference. */
json_t *rows_describe(const struct service *s, const struct hours *rows, int count, int limit);

#endif
