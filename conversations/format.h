/* How values are written for a person: 3小时30分, 周六(28日), 上午9点 (scripts: never 14:00, never
 * 2026-11-28). Pure; any thread. */
#ifndef CONVERSATIONS_FORMAT_H
#define CONVERSATIONS_FORMAT_H

#include <jansson.h>

#include "conversations/template.h"
#include "gateway/base/sbuf.h"

/* Appends a parameter in a format (all but each, listed and lines, which need the catalogue):
 *
 *   plain     a string, a whole number
 *   duration  minutes → 3小时30分, 2小时, 45分
 *   day       2026-11-28 → 28日
 *   date      2026-11-28 → 周六(28日)
 *   daydate   2026-11-28 → 28日(周六)
 *   day_full  2026-10-01 → 10月1日
 *   clock     09:00 → 上午9点, 13:30 → 下午1点半, 12:00 → 中午12点
 *   part      09:00 → 上午
 *   exact     08:52 → 8点52分, 16:31 → 16点31分
 *   names     list of names, or of objects with "name" → 杨秀兰、李国才
 *   people    the same, of more than three two and how many: 杨秀兰、李国才等9人
 *   tail      phone → its last four digits
 *   year      1955-… → 1955
 *   star      1 to 5 → 一 to 五
 *   count     list → its length
 *   hours     09:00-11:00 → 上午9到11点, 11:00-13:30 → 上午11点到下午1点半
 *   yuan      fen → 15, 0.05, 131.2
 *   picks     list of names → 1杨秀兰去2李国才去3都去
 *
 * 0, or GW_EINVAL when the value is not of the format's kind. */
GW_MUSTCHECK int format_value(enum format format, const json_t *value, struct sbuf *out);

/* Whether {name?…} is printed: set and not null, false, 0, "" or an empty list or object. */
bool format_is_set(const json_t *value);

#endif
