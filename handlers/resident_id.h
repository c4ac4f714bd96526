/* Resident ID numbers (GB 11643-1999): check digit, dates, the 15-digit form of before 1999,
 * masking. Pure; any thread. Accepts the residence permits of Hong Kong, Macao and Taiwan (81, 82,
 * 83; the same check). */
#ifndef HANDLERS_RESIDENT_ID_H
#define HANDLERS_RESIDENT_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/slice.h"

struct resident_id {
    char number[19]; /* 18 characters, upper-case X, and a NUL */
    int64_t birth;   /* epoch day */
    int gender;      /* 1 male, 2 female (17th digit odd, even) */
    bool legacy;     /* was written with 15 digits; no longer a valid document */
};

enum resident_id_outcome {
    RESIDENT_ID_OK,
    RESIDENT_ID_SHAPE, /* not 15 or 18 digits (x or X at the end allowed) */
    RESIDENT_ID_CHECK, /* check digit differs */
    RESIDENT_ID_DATE,  /* no such date, in the future, or more than `oldest` years ago */
};
/* `text` may hold blanks and hyphens; `today` is an epoch day, `oldest` an age in years. */
enum resident_id_outcome resident_id_read(struct slice text, int64_t today, int oldest,
                                          struct resident_id *out);
/* First six and last four: "530802********998X". `out` has 19 bytes; empty for other lengths. */
void resident_id_mask(struct slice number, char out[19]);

/* Whole years between two epoch days. */
int age_on(int64_t birth, int64_t today);

#endif
