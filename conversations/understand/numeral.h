/* Numbers as people write them: 12, 2.5, 三, 两, 二十三, 一百零五, 二〇二六, 叁, 俩. Pure; any
 * thread. */
#ifndef CONVERSATIONS_UNDERSTAND_NUMERAL_H
#define CONVERSATIONS_UNDERSTAND_NUMERAL_H

#include <stdbool.h>

#include "gateway/base/slice.h"

struct numeral {
    int64_t thousandths; /* the value times 1,000 */
    int64_t second;      /* of 两三 or 七八 (times 1,000), else 0 */
    bool decimal;        /* written with a point */
    bool digits;         /* written with ASCII digits */
    int places;          /* digits read one by one (二〇二六: 4); 0 when read by units */
};

/* Reads a number that begins at `*i` and moves `*i` behind it; false when none does. At most 12
 * digits. */
bool numeral_read(struct slice s, size_t *i, struct numeral *out);
/* The end of a run of digits (ASCII or Chinese) that begins at `i` and is too long for
 * numeral_read; `i` when none does. */
size_t numeral_overlong(struct slice s, size_t i);
/* Whether `i` stands inside a number: the 3 of 13月, the 三 of 十三月. */
bool numeral_inside(struct slice s, size_t i);
/* A whole number and nothing else than spaces around it; -1 when it is none. */
int64_t numeral_whole(struct slice s);
/* The value of one Chinese digit (幺 and 洞 included), -1 for another character. */
int numeral_digit(int32_t cp);

#endif
