/* A text that is longer than WeChat takes, in parts, each but the last with a link to the next.
 * Pure; any thread. */
#ifndef CONVERSATIONS_PART_H
#define CONVERSATIONS_PART_H

#include "gateway/base/sbuf.h"

/* Bytes of a WeChat text, links included: the documented limit is 2,048, measured 2,047 (wechat.md
 * 3.2). */
enum { PART_BYTES = 2000 };

/* The part of `plain` with this number, from 0; a number beyond the last gives the last. `more` is
 * what will stand behind it on a line of its own. A part ends at a character, never inside 〔…〕,
 * and at the end of a line where one is near. Returns true when parts follow. `out` borrows from
 * `plain`. */
bool part_take(struct slice plain, int number, struct slice more, struct slice *out);

/* Appends with every 〔TEXT〕 as a link that sends TEXT back when tapped, with the number `menu`
 * (at most ten digits) beside it (wechat.md 4.2). */
void part_links(struct slice text, int64_t menu, struct sbuf *out);

#endif
