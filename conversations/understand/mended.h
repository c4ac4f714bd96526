/* What a person puts right about a service of their own: where or what it was, and that it was
 * none. Each sets slots and returns 1, or returns 0 when the text is no such answer. */
#ifndef CONVERSATIONS_UNDERSTAND_MENDED_H
#define CONVERSATIONS_UNDERSTAND_MENDED_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* 「不是敬老院 是卫生院」: `wrong` where it was said, and `right_place` or, for what is no place,
 * `right`. Nothing with a date or a length in it. */
int mended_read(const struct reading *r, json_t *slots);
/* 「没做过」, 「不是我」, 「删掉」, also behind the number of an item: `undone` true. */
int undone_read(const struct reading *r, json_t *slots);

#endif
