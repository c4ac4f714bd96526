/* Normalization: whatever was typed becomes one spelling, with a way back to the characters as
 * written. */
#ifndef CONVERSATIONS_UNDERSTAND_NORMAL_H
#define CONVERSATIONS_UNDERSTAND_NORMAL_H

#include "conversations/understand/han.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum {
    NORMAL_INPUT_MAX = 2000,  /* bytes read of a text; the rest is cut at a character */
    NORMAL_OUTPUT_MAX = 4000, /* NFKC may lengthen; cut here */
};

/* What emoji and stickers say that words do not. */
enum normal_mark { MARK_NONE, MARK_YES, MARK_NO };

struct normal {
    struct slice original;
    struct slice text;      /* NFKC, simplified, punctuation folded, spaces single, no emoji */
    struct slice low;       /* text with ASCII letters in lower case, byte for byte as long */
    const uint16_t *origin; /* of every byte of text, and of its end: where it stands in original */
    enum normal_mark mark;
    bool placeholder; /* [语音] and the like: something that is no text was sent */
};

/* In this order (domain.md 4.1): malformed UTF-8 to U+FFFD, NFKC with ICU, VS16 and ZWJ away,
 * traditional to simplified, the interpunct of names to U+00B7, stickers and emoji away (noting yes
 * and no), punctuation to one form each, white space to single spaces, line ends to ";". Any
 * thread. */
void normal_make(const struct han *han, struct slice raw, struct arena *a, struct normal *out);

/* The characters as written of a part of text. */
struct slice normal_original(const struct normal *normal, size_t from, size_t to);

#endif
