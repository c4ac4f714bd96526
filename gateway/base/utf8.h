/* UTF-8: checking, walking, counting UTF-16 units, cutting without breaking a character. Pure; any
 * thread. */
#ifndef GATEWAY_BASE_UTF8_H
#define GATEWAY_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/slice.h"

/* True when `s` is well-formed (no overlong form, no surrogate, at most U+10FFFF). */
bool utf8_valid(struct slice s);

/* Takes one code point off the front of `*s`. Returns it, or -1 at the end; a malformed byte gives
 * U+FFFD and skips one byte. */
int32_t utf8_next(struct slice *s);

/* Appends the encoding of `cp` to out[4]; returns the bytes written (1 to 4), 0 for no code point.
 */
int utf8_put(char out[4], int32_t cp);

/* Code points, and UTF-16 code units (the unit in which carriers count: 2 beyond the BMP). */
size_t utf8_count(struct slice s);
size_t utf8_utf16_units(struct slice s);

/* The longest head of at most `max` bytes that ends at a character. */
struct slice utf8_cut(struct slice s, size_t max);
/* Drops the bytes of a last character that was cut off in the middle. */
struct slice utf8_whole(struct slice s);

#endif
