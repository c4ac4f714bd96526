#include "conversations/understand/gazetteer.h"

#include <stdlib.h>

#include "conversations/understand/scan.h"
#include "conversations/understand/words.h"
#include "gateway/base/utf8.h"

enum { PLACES_MAX = 512, DIALECT_MAX = 16, NAME_CHARACTERS = 12 };

struct division {
    struct slice name; /* short name, in `text` */
    bool township;
};

struct gazetteer {
    char *text; /* a copy of the file */
    struct division places[PLACES_MAX];
    int count;
    struct words *names; /* short and full names */
    struct words *aliases;
    struct words *sounds; /* two bytes a syllable; numbers are places */
    struct {
        int32_t cp;
        int sound;
    } dialect[DIALECT_MAX];
    int dialects;
};

/* All sounds of one name: with dialect a character has two. Writes into `syllables`. */
static void add_sounds(struct gazetteer *g, const struct han *han, struct slice name, int number)
{
    uint16_t syllables[2][NAME_CHARACTERS];
    size_t n = 0;
    while (name.n > 0) {
        int32_t cp = utf8_next(&name);
        int sound = han_sound(han, cp);
        if (sound == 0 || n == NAME_CHARACTERS) {
            return;
        }
        syllables[0][n] = syllables[1][n] = (uint16_t)sound;
        for (int k = 0; k < g->dialects; k++) {
            if (g->dialect[k].cp == cp) {
                syllables[1][n] = (uint16_t)g->dialect[k].sound;
            }
        }
        n++;
    }
    if (n >= 2) {
        for (int k = 0; k < 2; k++) {
            words_add(g->sounds, (struct slice){ (const char *)syllables[k], n * 2 }, number);
        }
    }
}

static void add_place(struct gazetteer *g, const struct han *han, struct slice name,
                      struct slice full, struct slice aliases, bool township)
{
    struct slice alias;
    int number = g->count++;
    g->places[number] = (struct division){ name, township };
    words_add(g->names, name, number);
    words_add(g->names, full, number);
    add_sounds(g, han, name, number);
    while (slice_next(&aliases, ',', &alias)) {
        bool whole = scan_behind(alias, alias.n, "镇|乡|区|街道");
        words_add(whole ? g->names : g->aliases, alias, number);
        add_sounds(g, han, alias, number);
    }
}

static void read_dialect(struct gazetteer *g, struct slice dialect, const struct han *han)
{
    struct slice line;
    while (slice_next(&dialect, '\n', &line) && g->dialects < DIALECT_MAX) {
        int32_t cp = utf8_next(&line);
        int sound = han_syllable(han, slice_trim(line));
        if (sound > 0) {
            g->dialect[g->dialects].cp = cp;
            g->dialect[g->dialects++].sound = sound;
        }
    }
}

int gazetteer_make(struct slice table, struct slice dialect, const struct han *han,
                   struct gazetteer **out, struct fault *fault)
{
    struct gazetteer *g = mem_alloc(sizeof(*g));
    struct slice line, f[6];
    *out = NULL;
    g->text = mem_dup(table);
    table.p = g->text;
    g->names = words_make();
    g->aliases = words_make();
    g->sounds = words_make();
    read_dialect(g, dialect, han);
    slice_next(&table, '\n', &line); /* the header */
    for (int number = 2; slice_next(&table, '\n', &line); number++) {
        int n = 0;
        while (n < 6 && slice_next(&line, '\t', &f[n])) {
            n++;
        }
        if (n < 5 || f[4].n == 0 || g->count == PLACES_MAX) {
            gazetteer_free(g);
            return fault_set(fault, GW_ECONFIG,
                             "conversations/understand/data/divisions_530802.tsv:%d: not a place",
                             number);
        }
        bool village = slice_eq(f[1], SLICE("community")) || slice_eq(f[1], SLICE("village"));
        add_place(g, han, f[4], f[2], n > 5 ? f[5] : (struct slice){ 0 }, !village);
    }
    if (g->count == 0) {
        gazetteer_free(g);
        return fault_set(fault, GW_ECONFIG,
                         "conversations/understand/data/divisions_530802.tsv: missing or empty");
    }
    *out = g;
    return 0;
}

void gazetteer_free(struct gazetteer *g)
{
    if (g == NULL) {
        return;
    }
    free(g->text);
    words_free(g->names);
    words_free(g->aliases);
    words_free(g->sounds);
    free(g);
}

static size_t place_at(const struct gazetteer *g, struct slice s, size_t i, int *number, bool *full)
{
    int by_alias = -1;
    size_t n = words_at(g->names, slice_skip(s, i), number);
    size_t m = words_at(g->aliases, slice_skip(s, i), &by_alias);
    *full = n >= m;
    if (m > n) {
        *number = by_alias;
        n = m;
    }
    return n;
}

/* The place at `i`; 0 when none stands there. */
static int find_at(const struct gazetteer *g, struct slice s, size_t i, struct arena *a,
                   struct place *out)
{
    int number, village;
    bool full, village_full;
    size_t n = place_at(g, s, i, &number, &full);
    if (n == 0) {
        return 0;
    }
    *out = (struct place){ g->places[number].name, i, i + n, full, false };
    size_t next = i + n;
    scan_any(s, &next, "的");
    size_t m = g->places[number].township ? place_at(g, s, next, &village, &village_full) : 0;
    if (m > 0 && !g->places[village].township) {
        out->name = arena_printf(a, "%.*s%.*s", SLICE_ARG(g->places[number].name),
                                 SLICE_ARG(g->places[village].name));
        out->to = next + m;
        out->full = true;
    }
    return 1;
}

int gazetteer_find(const struct gazetteer *g, struct slice s, size_t from, struct arena *a,
                   struct place *out)
{
    for (size_t i = from; i < s.n; i = scan_next(s, i)) {
        if (find_at(g, s, i, a, out) == 1) {
            return 1;
        }
    }
    return 0;
}

int gazetteer_head(const struct gazetteer *g, struct slice s, struct arena *a, struct place *out)
{
    return find_at(g, s, 0, a, out);
}

int gazetteer_sounds(const struct gazetteer *g, const struct han *han, struct slice s,
                     struct arena *a, struct place *out)
{
    uint16_t *syllables = arena_alloc(a, (s.n + 1) * sizeof(syllables[0]));
    size_t *at = arena_alloc(a, (s.n + 1) * sizeof(at[0]));
    size_t n = 0;
    for (size_t i = 0; i < s.n; i = scan_next(s, i)) {
        at[n] = i;
        syllables[n++] = (uint16_t)han_sound(han, scan_at(s, i));
    }
    at[n] = s.n;
    size_t longest = 0;
    for (size_t k = 0; k < n; k++) {
        int number = -1;
        struct slice rest = { (const char *)(syllables + k), (n - k) * 2 };
        size_t length = words_at(g->sounds, rest, &number) / 2;
        if (length > longest) {
            longest = length;
            *out = (struct place){ g->places[number].name, at[k], at[k + length], false, true };
        }
    }
    return longest >= 2 ? 1 : 0;
}
