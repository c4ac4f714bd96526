/* Mainland mobile numbers: one spelling in, one spelling stored, none in a log. Pure; any thread.
 */
#ifndef GATEWAY_BASE_PHONE_H
#define GATEWAY_BASE_PHONE_H

#include <stdbool.h>

#include "gateway/base/slice.h"

/* Strips +86, 0086, 86, spaces and hyphens, all of them also in full width (１３８); accepts 1[3-9]
 * and nine digits (domain.md 3.4). Writes 11 digits and a NUL and returns true, else false. */
bool phone_normalize(struct slice in, char out[12]);
/* True for senders that are machines: 1xx, 10086, 12xxx, 95xxx, 96xxx, 106… (domain.md 3.4), 400
 * and seven digits. They are never answered. */
bool phone_is_service(struct slice in);
/* "138****0001", at least 12 bytes; for anything else "****". */
void phone_mask(struct slice phone, char out[16]);
/* The last four digits, as in 尾号0001. */
struct slice phone_tail(struct slice phone);

#endif
