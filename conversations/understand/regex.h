/* A pattern as a tree, for proofs about it: the part of PCRE2's syntax that our data use. What is
 * not known here is refused, so that nothing unproven slips through. */
#ifndef CONVERSATIONS_UNDERSTAND_REGEX_H
#define CONVERSATIONS_UNDERSTAND_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/mem.h"

enum regex_kind {
    REGEX_EMPTY,  /* matches nothing wide: ^ $ \b */
    REGEX_SET,    /* one character of a set */
    REGEX_CAT,    /* its children one after the other */
    REGEX_ALT,    /* one of its children */
    REGEX_REPEAT, /* its child `least` to `most` times */
    REGEX_LOOK,   /* lookahead or lookbehind: its child is tried apart */
    REGEX_ATOMIC, /* (?>child): what it took is never given back */
};

enum { REGEX_ENDLESS = -1 };

struct regex_range {
    int32_t from, to; /* code points, both included */
};

struct regex {
    enum regex_kind kind;
    struct regex *child, *next;       /* children are a list */
    const struct regex_range *ranges; /* of a SET, sorted */
    int range_count;
    int least, most; /* of a REPEAT; most REGEX_ENDLESS */
    bool possessive; /* of a REPEAT: never given back */
    size_t from, to; /* bytes of the pattern */
};

struct regex_fault {
    const char *reason; /* static */
    size_t at;          /* byte of the pattern */
};

/* The tree of a NUL-terminated pattern, in the arena; NULL with `fault` filled when it is not
 * written right or uses what is not known here. Sets hold at least what PCRE2 takes (\w and \d are
 * taken wider). */
struct regex *regex_parse(const char *pattern, struct arena *a, struct regex_fault *fault);

/* A text that the pattern takes, looks aside, chosen by `seed`: which alternative, how often.
 * Returns its bytes, at most `room`, no NUL. */
size_t regex_sample(const struct regex *r, uint32_t seed, char *out, size_t room);
/* Whether some character is in both sets. */
bool regex_overlap(const struct regex *a, const struct regex *b);
/* Whether it may match without taking a character. */
bool regex_nullable(const struct regex *r);

#endif
