/* Small steps of the hand-written recognizers: each looks at `s` from `*i` and moves `*i` only when
 * it took something. `s` is normalized lower-case text. Pure; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_SCAN_H
#define CONVERSATIONS_UNDERSTAND_SCAN_H

#include <stdbool.h>

#include "gateway/base/slice.h"

struct option {
    const char *word; /* NULL ends a table; longer words stand before their heads */
    int value;
};

bool scan_is(struct slice s, size_t i, const char *word); /* looks only */
bool scan_take(struct slice s, size_t *i, const char *word);
/* The first word of the table that fits. */
bool scan_option(struct slice s, size_t *i, const struct option *table, int *value);
/* One of several words, as "年|岁|周". */
bool scan_any(struct slice s, size_t *i, const char *words);
bool scan_is_any(struct slice s, size_t i, const char *words); /* looks only */
bool scan_spaces(struct slice s, size_t *i);
/* ASCII digits, at most `most`; the count taken, `value` their number. */
size_t scan_digits(struct slice s, size_t *i, size_t most, int64_t *value);
bool scan_is_digit(struct slice s, size_t i);
/* True when the text before `i` ends with one of the words. */
bool scan_behind(struct slice s, size_t i, const char *words);
/* The first place in [from, to) where one of the words stands; `to` when none does. */
size_t scan_find(struct slice s, size_t from, size_t to, const char *words);
#define SCAN_SEPARATORS " |,|;|:|。|.|、|!|?"
void scan_separators(struct slice s, size_t *i);
/* The code point at `i`, -1 at the end, and the one before `i`, -1 at the beginning. */
int32_t scan_at(struct slice s, size_t i);
int32_t scan_before(struct slice s, size_t i);
/* The index behind the character at `i`. */
size_t scan_next(struct slice s, size_t i);

#endif
