#include "conversations/understand/han.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/mem.h"
#include "gateway/base/utf8.h"

enum { FIRST = 0x3400, LAST = 0x9FFF, SYLLABLE_MAX = 512, SYLLABLE_BYTES = 8 };

struct han {
    uint16_t simplified[LAST - FIRST + 1]; /* 0: the character itself */
    uint16_t sounds[LAST - FIRST + 1];
    char syllables[SYLLABLE_MAX][SYLLABLE_BYTES]; /* folded; from 1 */
    int count;
};

bool han_is(int32_t cp)
{
    return (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3400 && cp <= 0x4DBF) ||
           (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x20000 && cp <= 0x3FFFF) || cp == 0x3007;
}

static bool in_table(int32_t cp)
{
    return cp >= FIRST && cp <= LAST;
}

int32_t han_simplify(const struct han *h, int32_t cp)
{
    if (!in_table(cp) || h->simplified[cp - FIRST] == 0) {
        return cp;
    }
    return h->simplified[cp - FIRST];
}

int han_sound(const struct han *h, int32_t cp)
{
    return in_table(cp) ? h->sounds[cp - FIRST] : 0;
}

/* zh, ch, sh lose their h; a final g after en or in goes; n before i becomes l. */
static void fold(struct slice pinyin, char out[SYLLABLE_BYTES])
{
    size_t n = 0;
    memset(out, 0, SYLLABLE_BYTES);
    for (size_t i = 0; i < pinyin.n && n + 1 < SYLLABLE_BYTES; i++) {
        char c = pinyin.p[i];
        bool retroflex = i == 1 && c == 'h' && strchr("zcs", out[0]) != NULL;
        bool nasal = c == 'g' && i + 1 == pinyin.n && n >= 2 && out[n - 1] == 'n' &&
                     (out[n - 2] == 'e' || out[n - 2] == 'i');
        if (!retroflex && !nasal) {
            out[n++] = c;
        }
    }
    if (out[0] == 'n' && out[1] == 'i') {
        out[0] = 'l';
    }
}

static int find_folded(const struct han *h, const char *syllable)
{
    for (int i = 1; i < h->count; i++) {
        if (strcmp(h->syllables[i], syllable) == 0) {
            return i;
        }
    }
    return 0;
}

int han_syllable(const struct han *h, struct slice pinyin)
{
    char folded[SYLLABLE_BYTES];
    fold(pinyin, folded);
    return find_folded(h, folded);
}

static int syllable_add(struct han *h, struct slice pinyin)
{
    char folded[SYLLABLE_BYTES];
    fold(pinyin, folded);
    int number = find_folded(h, folded);
    if (number == 0 && h->count < SYLLABLE_MAX) {
        number = h->count++;
        memcpy(h->syllables[number], folded, SYLLABLE_BYTES);
    }
    return number;
}

static void read_simplified(struct han *h, struct slice line)
{
    int32_t to = utf8_next(&line);
    for (int32_t cp = utf8_next(&line); cp >= 0; cp = utf8_next(&line)) {
        if (in_table(cp) && in_table(to) && cp != 0x5B43) { /* 孃, an aunt here, is no 娘 */
            h->simplified[cp - FIRST] = (uint16_t)to;
        }
    }
}

static int read_pinyin(struct han *h, struct slice line)
{
    struct slice syllable;
    if (!slice_next(&line, ' ', &syllable)) {
        return 0;
    }
    int number = syllable_add(h, syllable);
    if (number == 0) {
        return GW_ETOOBIG;
    }
    for (int32_t cp = utf8_next(&line); cp >= 0; cp = utf8_next(&line)) {
        if (in_table(cp)) {
            h->sounds[cp - FIRST] = (uint16_t)number;
        }
    }
    return 0;
}

int han_make(struct slice simplified, struct slice pinyin, struct han **out, struct fault *fault)
{
    *out = NULL;
    if (simplified.n == 0 || pinyin.n == 0) {
        return fault_set(fault, GW_ECONFIG,
                         "conversations/understand/data: simplified.txt or pinyin.txt is missing");
    }
    struct han *h = mem_alloc(sizeof(*h));
    h->count = 1;
    struct slice line;
    while (slice_next(&simplified, '\n', &line)) {
        read_simplified(h, line);
    }
    for (int number = 1; slice_next(&pinyin, '\n', &line); number++) {
        if (read_pinyin(h, line) != 0) {
            han_free(h);
            return fault_set(fault, GW_ECONFIG,
                             "conversations/understand/data/pinyin.txt:%d: more than %d syllables",
                             number, SYLLABLE_MAX - 1);
        }
    }
    *out = h;
    return 0;
}

void han_free(struct han *h)
{
    free(h);
}
