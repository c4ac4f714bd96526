/* A small district for transcripts: organizations with people on duty, and activities by number. */
#ifndef TESTS_CONVERSATIONS_DISTRICT_H
#define TESTS_CONVERSATIONS_DISTRICT_H

#include "tests/conversations/support/world.h"

/* "station": the district (lead 王敏 13800000099), 思茅街道分会 (organizer 刀艳 13800000033),
 * 老街社区站 (station worker 罗琼 13800000088). "move N" and "call_off N": a day later, and not at
 * all. "activity N": publishes number N of the table in district.c, led by 刀艳. 0, GW_ENOTFOUND
 * for another name, or another GW_E*. */
int district_run(struct world *w, const char *name);

#endif
