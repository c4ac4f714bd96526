/* Which station is the nearest to where somebody is. */
#ifndef HANDLERS_NEAREST_H
#define HANDLERS_NEAREST_H

#include "handlers/organizations.h"

/* Farther away than this a station is no help: the next county's. */
enum { NEAREST_METRES_MAX = 50000 };

/* Says where an organization stands, in degrees. 0, GW_EINVAL outside the globe, or GW_E*. */
GW_MUSTCHECK int nearest_place(const struct service *s, int64_t org, double latitude,
                               double longitude);

struct nearest {
    struct organization org; /* in the arena */
    int64_t metres;          /* as the crow flies; -1 when only the address's words led there */
};
/* The nearest of those whose place is known; else the station of the community or township that
 * `label` (an address as a map words it) names. 1, 0 when neither leads anywhere, or GW_E*. */
GW_MUSTCHECK int nearest_find(const struct service *s, double latitude, double longitude,
                              struct slice label, struct nearest *out);

#endif
