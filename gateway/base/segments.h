/* How a text is cut into SMS segments, and so what it costs (sms.md 6.1; GSM 03.38 and 03.40).
 * Pure; any thread. */
#ifndef GATEWAY_BASE_SEGMENTS_H
#define GATEWAY_BASE_SEGMENTS_H

#include "gateway/base/slice.h"

/* Who counts. */
enum segments_rule {
    /* Mainland providers: every character is one, whatever its alphabet, 70 in one segment and 67
     * in a part of several. */
    SEGMENTS_MAINLAND,
    /* SMPP and providers abroad: GSM 7-bit where every character is in its alphabet (160 septets,
     * 153 a part, characters of the extension table two), else as above. */
    SEGMENTS_CARRIER,
    /* The same with a 16-bit reference in the header of a part: 152 and 66. */
    SEGMENTS_CARRIER_16,
};

enum segments_alphabet { SEGMENTS_GSM7, SEGMENTS_UCS2 };

enum { SEGMENTS_PARTS_MAX = 255 /* the header of a part counts them in one byte */ };

struct segment {
    struct slice text; /* its part of the text, borrowed */
    size_t units;      /* septets, or UTF-16 units (2 for a character beyond the BMP) */
};

struct segments {
    enum segments_alphabet alphabet;
    size_t units;                             /* of the whole text */
    size_t count;                             /* 0 for the empty text */
    struct segment parts[SEGMENTS_PARTS_MAX]; /* the first `count` of them, at most this many */
};

/* Cuts `text`, which is the whole SMS with 【signature】 and opt-out suffix: never between the two
 * halves of a surrogate pair or between an escape and its character, so a part may hold less than
 * fits. */
void segments_split(struct slice text, enum segments_rule rule, struct segments *out);

/* The segments of a text by SEGMENTS_MAINLAND. */
int segments_mainland(struct slice text);

#endif
