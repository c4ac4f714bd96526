/* A talent pool to recruit from: "pool N" makes N volunteers of 老街社区, each on a phone of their
 * own (13910000001 …). Of every 3,000 the first 212 opted out, 96 never said yes, 64 cannot be
 * reached; the others said yes. "couple" makes 杨秀兰 and 李国才 on 13800000011, who said yes.
 * "south" makes another township, 南屏镇, with its organizer 白永华 on 13800000089. */
#ifndef TESTS_CONVERSATIONS_SUPPORT_POOL_H
#define TESTS_CONVERSATIONS_SUPPORT_POOL_H

#include "tests/conversations/support/world.h"

/* GW_ENOTFOUND when the fixture is another one's; else as world_transact. */
int pool_run(struct world *w, const char *name);

#endif
