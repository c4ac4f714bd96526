/* What is known of single Chinese characters: their simplified form and their sound.
 *
 * Both tables were written out from ICU 72 (Hant-Hans and Han-Latin): opening these transliterators
 * takes 150 ms and walking the block 200 ms, reading the tables 2 ms. A test holds them to ICU. */
#ifndef CONVERSATIONS_UNDERSTAND_HAN_H
#define CONVERSATIONS_UNDERSTAND_HAN_H

#include <stdbool.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

struct han; /* immutable once made; any thread */

/* Reads data/simplified.txt (a simplified character, a space, its traditional ones) and
 * data/pinyin.txt (a syllable without tone, a space, its characters). The caller frees. */
GW_MUSTCHECK int han_make(struct slice simplified, struct slice pinyin, struct han **out,
                          struct fault *fault);
void han_free(struct han *h);

/* True for ideographs, those beyond the BMP included. */
bool han_is(int32_t cp);

int32_t han_simplify(const struct han *h, int32_t cp);

/* The number (1 to 511) of a character's syllable, 0 when it has none. Sounds that Yunnan speech
 * and voice input do not tell apart share a number: zh/z, ch/c, sh/s, eng/en, ing/in, n/l before i.
 */
int han_sound(const struct han *h, int32_t cp);
/* The number of a syllable as written in pinyin, 0 when no character has it. */
int han_syllable(const struct han *h, struct slice pinyin);

#endif
