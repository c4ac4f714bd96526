/* What a transcript can be set in: `@ setup NAME`. */
#ifndef TESTS_CONVERSATIONS_FIXTURES_H
#define TESTS_CONVERSATIONS_FIXTURES_H

#include "tests/conversations/support/world.h"

/* Runs a fixture: 0, GW_ENOTFOUND for an unknown name, or another GW_E*. */
int fixture_run(struct world *w, const char *name);

#endif
