/* Twenty people on the roster of activity 36, as in the scripts: number N has phone 138000002NN. */
#ifndef TESTS_CONVERSATIONS_ROSTER_H
#define TESTS_CONVERSATIONS_ROSTER_H

#include "tests/conversations/support/world.h"

/* "roster": registers them and signs them up; "arrivals": all but 4, 11 and 17 check in now. 0,
 * GW_ENOTFOUND for another name, or GW_E*. */
int roster_run(struct world *w, const char *name);

#endif
