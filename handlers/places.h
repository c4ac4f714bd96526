/* Gazetteer of the district (handlers/data/places.tsv): codes, parents, short names, aliases.
 * Searched in the built-in text itself, 90 lines, so there is nothing to load or free. Pure; any
 * thread.
 *
 * Codes are the 12 digits of the statistical division codes (NBS 2023) as a number. A code's
 * descendants are one range of numbers, so that SQL asks `area BETWEEN $lo AND $hi`. */
#ifndef HANDLERS_PLACES_H
#define HANDLERS_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/slice.h"

enum place_level { PLACE_COUNTY, PLACE_TOWNSHIP, PLACE_COMMUNITY, PLACE_VILLAGE };

struct place {
    int64_t code;
    int64_t parent;
    enum place_level level;
    struct slice name;    /* official */
    struct slice shown;   /* short, as people are told it */
    struct slice aliases; /* comma-separated, may be empty */
};

/* The i-th place in order of code, false past the end. */
bool places_at(int i, struct place *out);
/* False when the code is unknown. */
bool places_by_code(int64_t code, struct place *out);
/* All places with exactly this official, short or other name, at most `max`; returns how many there
 * are (more than one: ask, e.g. a township and a village of one name). */
int places_find(struct slice name, struct place *out, int max);
/* The short name of a code, empty when unknown (code 0: lives elsewhere). */
struct slice places_name(int64_t code);
/* The township a code lies in (itself for a township), 0 for the county or an unknown code. */
int64_t places_township(int64_t code);
/* The county a code lies in. */
int64_t places_county(int64_t code);
/* First and last code of `code` and all below it; for 0 every code there is, and 0. */
void places_range(int64_t code, int64_t *lo, int64_t *hi);
/* Whether `code` is `ancestor` or lies below it; everything lies within 0. */
bool places_within(int64_t code, int64_t ancestor);

#endif
