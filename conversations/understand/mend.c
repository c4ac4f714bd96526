#include "conversations/understand/mend.h"

#include <stdlib.h>
#include <string.h>

#include "conversations/understand/scan.h"
#include "conversations/understand/words.h"
#include "gateway/base/utf8.h"

enum { WORD_CHARACTERS = 12 };

struct mender {
    struct words *words; /* spellings, or two bytes a syllable */
    char **meant;
    int count;
    bool by_sound;
};

static struct mender *make(size_t count, bool by_sound)
{
    struct mender *m = mem_alloc(sizeof(*m));
    m->words = words_make();
    m->meant = mem_alloc((count + 1) * sizeof(m->meant[0]));
    m->by_sound = by_sound;
    return m;
}

struct mender *mender_make(const json_t *typos)
{
    struct mender *m = make(json_object_size(typos), false);
    const char *typo;
    json_t *word;
    json_object_foreach((json_t *)(uintptr_t)typos, typo, word)
    {
        words_add(m->words, slice_of(typo), m->count);
        m->meant[m->count++] = mem_dup(slice_of(json_string_value(word)));
    }
    return m;
}

static size_t sounds_of(const struct han *han, struct slice s, uint16_t *out, size_t most)
{
    size_t n = 0;
    while (s.n > 0 && n < most) {
        out[n++] = (uint16_t)han_sound(han, utf8_next(&s));
    }
    return n;
}

struct mender *mender_sounds(const json_t *words, const struct han *han)
{
    struct mender *m = make(json_array_size(words), true);
    for (size_t i = 0; i < json_array_size(words); i++) {
        struct slice word = slice_of(json_string_value(json_array_get(words, i)));
        uint16_t sounds[WORD_CHARACTERS];
        size_t n = sounds_of(han, word, sounds, WORD_CHARACTERS);
        if (n >= 2) {
            words_add(m->words, (struct slice){ (const char *)sounds, n * 2 }, m->count);
            m->meant[m->count++] = mem_dup(word);
        }
    }
    return m;
}

void mender_free(struct mender *m)
{
    if (m == NULL) {
        return;
    }
    for (int i = 0; i < m->count; i++) {
        free(m->meant[i]);
    }
    free(m->meant);
    words_free(m->words);
    free(m);
}

/* The bytes of the text at `i` that are to be replaced; 0 when none. */
static size_t wrong_at(const struct mender *m, const struct han *han, struct slice low, size_t i,
                       int *number)
{
    if (!m->by_sound) {
        return words_at(m->words, slice_skip(low, i), number);
    }
    uint16_t sounds[WORD_CHARACTERS];
    size_t n = sounds_of(han, slice_skip(low, i), sounds, WORD_CHARACTERS);
    size_t same = words_at(m->words, (struct slice){ (const char *)sounds, n * 2 }, number) / 2;
    size_t end = i;
    for (size_t k = 0; k < same; k++) {
        end = scan_next(low, end);
    }
    struct slice word = { low.p + i, end - i };
    return same == 0 || slice_eq(word, slice_of(m->meant[*number])) ? 0 : end - i;
}

bool mender_apply(const struct mender *m, const struct han *han, struct normal *normal,
                  struct arena *a)
{
    struct slice low = normal->low;
    int number = 0;
    size_t first = 0;
    while (first < low.n && wrong_at(m, han, low, first, &number) == 0) {
        first = scan_next(low, first);
    }
    if (first >= low.n) {
        return false;
    }
    size_t room = low.n * 4 + 128, n = 0;
    char *text = arena_alloc(a, room), *lowered = arena_alloc(a, room);
    uint16_t *origin = arena_alloc(a, room * sizeof(origin[0]));
    for (size_t i = 0; i < low.n && n + 64 < room;) {
        size_t wrong = wrong_at(m, han, low, i, &number);
        size_t size = wrong > 0 ? strlen(m->meant[number]) : scan_next(low, i) - i;
        if (n + size + 1 > room) {
            break;
        }
        memcpy(text + n, wrong > 0 ? m->meant[number] : normal->text.p + i, size);
        memcpy(lowered + n, wrong > 0 ? m->meant[number] : low.p + i, size);
        for (size_t k = 0; k < size; k++) {
            origin[n + k] = normal->origin[wrong > 0 ? i : i + k];
        }
        n += size;
        i += wrong > 0 ? wrong : size;
    }
    origin[n] = normal->origin[low.n];
    normal->text = (struct slice){ text, n };
    normal->low = (struct slice){ lowered, n };
    normal->origin = origin;
    return true;
}
