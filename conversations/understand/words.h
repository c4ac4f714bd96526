/* A set of words, all found in one pass over a text: the pre-filter of the patterns, the gazetteer,
 * the lists of surnames and misspellings. Filled by one thread, then read by any. */
#ifndef CONVERSATIONS_UNDERSTAND_WORDS_H
#define CONVERSATIONS_UNDERSTAND_WORDS_H

#include "gateway/base/slice.h"

struct words;

struct words *words_make(void); /* the caller frees with words_free */
void words_free(struct words *w);

/* Adds a word with a number of the caller's (>= 0). A word that is there already keeps its first
 * number. Returns the number it has. */
int words_add(struct words *w, struct slice word, int number);

/* The longest word with which `text` begins: its length in bytes and its number; 0 when there is
 * none. */
size_t words_at(const struct words *w, struct slice text, int *number);

/* Calls `found` for every word at every position, shorter before longer. */
typedef void (*words_found)(void *context, size_t at, size_t n, int number);
void words_each(const struct words *w, struct slice text, words_found found, void *context);

#endif
