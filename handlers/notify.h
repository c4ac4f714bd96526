/* Telling somebody something that is not the reply to their own message: an outbox row, and a
 * prompt when it asks. Handlers hold no wording: a message is an id and parameters.
 *
 * Parameters follow one convention everywhere: dates "YYYY-MM-DD", times "HH:MM", minutes and
 * counts numbers, ids strings, names text, phones only their last four digits ("tail"). */
#ifndef HANDLERS_NOTIFY_H
#define HANDLERS_NOTIFY_H

#include <jansson.h>

#include "gateway/store/outbox.h"
#include "handlers/service.h"

/* Writes the row for the account the address last wrote to (else the dispatcher chooses one of its
 * realm). Notices and broadcasts are moved out of the quiet hours (policy); replies and codes are
 * not, so what cannot wait takes OUTBOX_CODE. `not_before` 0 is now; `useful_until` 0 is a day
 * later, and what would be stale by the end of the quiet hours is written as expired; `asks_until`
 * > 0 makes it a question that can be answered until then. Takes over the reference of `params`
 * (NULL for none). 0, also when the address is 0 (nobody to tell), or GW_E*.
 */
GW_MUSTCHECK int notify_put(const struct service *s, int64_t address, const char *message,
                            json_t *params, enum outbox_priority priority, int64_t not_before,
                            int64_t useful_until, int64_t asks_until);
/* The same with everything at its default: a notice, now. */
GW_MUSTCHECK int notify_tell(const struct service *s, int64_t address, const char *message,
                             json_t *params);
/* notify_tell to somebody as a volunteer: not to a number that stopped all texts (OPT_ALL).
 * Replies, what an organizer or a duty person is told, and changes of what was joined go all the
 * same. */
GW_MUSTCHECK int notify_volunteer(const struct service *s, int64_t address, const char *message,
                                  json_t *params);
/* A question open for policy.question_days. */
GW_MUSTCHECK int notify_ask(const struct service *s, int64_t address, const char *message,
                            json_t *params);

/* `at`, or the end of the quiet hours it falls into. Pure. */
int64_t notify_daytime(const struct service *s, int64_t at);
/* The moment of a time of day (minutes after midnight) on a date. Pure. */
int64_t notify_moment(const struct service *s, int64_t day, int64_t minutes);

/* Parameters: a date (epoch day), and date and time of a moment (either key may be NULL). */
void notify_set_day(json_t *params, const char *key, int64_t day);
/* A date gone by: also its month (1 to 12) when that is not the month of now, else no `month_key`,
 * so that a message can say 10月18日 where 18日 would be taken for this month's. */
void notify_set_past(const struct service *s, json_t *params, const char *key,
                     const char *month_key, int64_t day);
void notify_set_time(const struct service *s, json_t *params, const char *date_key,
                     const char *time_key, int64_t utc);
/* "tail": the last four digits of an address's phone, or "" for others. 0 or GW_E*. */
GW_MUSTCHECK int notify_set_tail(const struct service *s, json_t *params, int64_t address);

#endif
