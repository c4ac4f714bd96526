#include "gateway/base/segments.h"

#include <stdbool.h>

#include "gateway/base/utf8.h"

static const struct {
    size_t single, part;
} limits[][2] = {
    [SEGMENTS_MAINLAND] = { [SEGMENTS_UCS2] = { 70, 67 } },
    [SEGMENTS_CARRIER] = { [SEGMENTS_GSM7] = { 160, 153 }, [SEGMENTS_UCS2] = { 70, 67 } },
    [SEGMENTS_CARRIER_16] = { [SEGMENTS_GSM7] = { 160, 152 }, [SEGMENTS_UCS2] = { 70, 66 } },
};

/* GSM 03.38's tables beyond what they share with ASCII. */
static const char gsm_beyond_ascii[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
static const char gsm_extended[] = "\f^{}\\[~]|€";
static const char not_gsm[] = "`\t"; /* printable ASCII and white space that it lacks */

static bool is_one_of(int32_t cp, const char *set)
{
    struct slice rest = slice_of(set);
    for (int32_t c = utf8_next(&rest); c >= 0; c = utf8_next(&rest))
        if (c == cp)
            return true;
    return false;
}

/* Units of a character; 0 when the alphabet does not have it. */
static size_t cost(int32_t cp, enum segments_alphabet alphabet)
{
    if (alphabet == SEGMENTS_UCS2)
        return cp > 0xFFFF ? 2 : 1;
    if (is_one_of(cp, gsm_extended))
        return 2;
    if (cp < 0x80)
        return (cp >= ' ' && cp < 0x7F && !is_one_of(cp, not_gsm)) || cp == '\n' || cp == '\r';
    return is_one_of(cp, gsm_beyond_ascii);
}

/* False when a character is not in the alphabet. */
static bool count_units(struct slice text, enum segments_alphabet alphabet, size_t *out)
{
    *out = 0;
    for (int32_t cp = utf8_next(&text); cp >= 0; cp = utf8_next(&text)) {
        size_t units = cost(cp, alphabet);
        if (units == 0)
            return false;
        *out += units;
    }
    return true;
}

static void keep(struct segments *out, const char *from, const char *to, size_t units)
{
    if (out->count < SEGMENTS_PARTS_MAX)
        out->parts[out->count] = (struct segment){ { from, (size_t)(to - from) }, units };
    out->count++;
}

void segments_split(struct slice text, enum segments_rule rule, struct segments *out)
{
    out->count = 0;
    out->alphabet = SEGMENTS_GSM7;
    if (rule == SEGMENTS_MAINLAND || !count_units(text, SEGMENTS_GSM7, &out->units)) {
        out->alphabet = SEGMENTS_UCS2;
        (void)count_units(text, SEGMENTS_UCS2, &out->units);
    }
    if (text.n == 0)
        return;
    size_t limit = out->units <= limits[rule][out->alphabet].single
                       ? limits[rule][out->alphabet].single
                       : limits[rule][out->alphabet].part;
    const char *from = text.p;
    size_t used = 0;
    while (text.n > 0) {
        const char *at = text.p;
        size_t units = cost(utf8_next(&text), out->alphabet);
        if (used + units > limit) {
            keep(out, from, at, used);
            from = at;
            used = 0;
        }
        used += units;
    }
    keep(out, from, text.p, used);
}

int segments_mainland(struct slice text)
{
    struct segments s;
    segments_split(text, SEGMENTS_MAINLAND, &s);
    return (int)s.count;
}
