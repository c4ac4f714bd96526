/* A believable district to try things in: organizations, people with roles, a dozen activities
 * around a given moment, and any number of volunteers. The same every time (no randomness). Data:
 * handlers/demo/people.json and activities.json. Nobody is texted about it: the numbers are
 * invented and may be somebody's. */
#ifndef HANDLERS_DEMO_H
#define HANDLERS_DEMO_H

#include "handlers/service.h"

struct demo; /* progress of one filling */

/* Reads the data. `volunteers` how many to make besides the people of the scripts. GW_ECONFIG with
 * `fault` when a data file is damaged. The caller frees. */
GW_MUSTCHECK int demo_begin(int64_t volunteers, struct demo **out, struct fault *fault);
void demo_free(struct demo *d); /* NULL is fine */
/* Does up to `n` pieces of work (one organization, activity or volunteer each) in the service's
 * transaction; commit between calls. 1 while there is more, 0 when all is done, or GW_E*. Filling a
 * folder twice changes nothing. */
GW_MUSTCHECK int demo_fill_some(struct demo *d, const struct service *s, int n);
/* Pieces done and in all, for a progress bar. */
void demo_progress(const struct demo *d, int64_t *done, int64_t *all);
/* The phone of the i-th demo volunteer, 11 digits and a NUL. */
void demo_phone(int64_t i, char out[12]);

#endif
