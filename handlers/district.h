/* The district's own organizations, made from the gazetteer: the lead office, below it the
 * association, below that a branch a township and a station a community or village (domain.md M05,
 * M50). */
#ifndef HANDLERS_DISTRICT_H
#define HANDLERS_DISTRICT_H

#include "handlers/service.h"

/* Makes them when there is no organization at all. 1 made, 0 when there were some, or GW_E*. */
GW_MUSTCHECK int district_setup(const struct service *s);

#endif
