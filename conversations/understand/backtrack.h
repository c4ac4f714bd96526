/* Patterns that could back-track without bound are refused when they are loaded, with what is wrong
 * and what to write instead. A pattern that fails to match has every way of parting the text tried:
 * where a text can be parted in two ways once a round, n rounds are 2^n ways.
 *
 * Proven on the tree of the pattern: no repeat without end inside another; no repeat whose text can
 * be read in two ways (all ways are followed at once, on pairs of places in the pattern); no two
 * repeats beside each other that take the same first characters, with nothing between that must
 * stand there. Then tried on texts made of the pattern's own words. */
#ifndef CONVERSATIONS_UNDERSTAND_BACKTRACK_H
#define CONVERSATIONS_UNDERSTAND_BACKTRACK_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BACKTRACK_ENDLESS_MAX = 4,     /* repeats without end in one alternative */
    BACKTRACK_TEXT_MAX = 2000,     /* bytes of a text that is tried: as long as texts are read */
    BACKTRACK_STEPS_MAX = 1000000, /* steps over it: five hundred a byte */
    BACKTRACK_WORD_MAX = 64,
};

struct backtrack {
    const char *reason; /* what is wrong; static */
    const char *advice; /* what to write instead; static */
    size_t from, to;    /* the part of the pattern */
    uint32_t steps;     /* of the text that was tried and took too long; 0 when proven */
    char
        text[BACKTRACK_WORD_MAX]; /* how that text begins, or what is read in two ways; may be "" */
};

/* False with `out` filled when the pattern (expanded, NUL-terminated) is not proven to be bounded.
 */
bool backtrack_proven(const char *pattern, struct backtrack *out);
/* Runs the pattern, which has been compiled before, on texts that are made to be hard for it. False
 * with `out` filled when one takes more than BACKTRACK_STEPS_MAX steps. */
bool backtrack_tried(const char *pattern, struct backtrack *out);
/* The pattern so that its steps can be counted; the caller frees. NULL when it is not written
 * right. */
pcre2_code *backtrack_compile(const char *pattern);
/* The steps over a text, from every place where a match may begin: how often an item of the pattern
 * is tried, without JIT, the same on every machine. It ends at `most`. */
uint32_t backtrack_steps(const pcre2_code *code, const char *text, size_t n, uint32_t most);

#endif
