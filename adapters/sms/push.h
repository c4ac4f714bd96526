/* What the pushes of SMS providers have in common: numbers, times, keys. Pure; any thread. */
#ifndef ADAPTERS_SMS_PUSH_H
#define ADAPTERS_SMS_PUSH_H

#include "adapters/adapter.h"

/* Longest address taken; SMPP's has 20 characters (sms.md 5.A.3), in full width three bytes each.
 */
enum { SMS_NUMBER_MAX = 64 };
/* Shortest secret path segment of a provider that signs nothing: 16 random letters and digits
 * cannot be guessed over a network. */
enum { SMS_SECRET_MIN = 16 };

/* Who may be answered: a mainland mobile, whatever its spelling, as its 11 digits (INBOUND_TEXT).
 * Machines are not, as that makes loops, and no other number can take part (domain.md 3.4): for
 * both
 * `*out` is `from` and the result INBOUND_OTHER, counted and acknowledged. */
enum inbound_kind sms_sender(struct slice from, struct arena *a, struct slice *out);

/* "2026-11-23 15:00:00" or "20261123150000" of a clock in China, where providers give no zone: UTC
 * seconds. 0 or GW_EPROTO. */
GW_MUSTCHECK int sms_time(struct slice text, int64_t *utc);
/* Further away than keys are remembered. */
bool sms_stale(int64_t at, int64_t now);

/* A key made of what is personal: an HMAC by the account's secret, so that what is stored tells
 * nothing. 66 bytes in the arena. */
struct slice sms_digest_key(const struct account *account, struct slice data, struct arena *a);

/* The check of accounts whose provider signs nothing: 0, or GW_ECONFIG when there is no secret of
 * SMS_SECRET_MIN bytes. */
GW_MUSTCHECK int sms_needs_secret(const struct account *account, struct fault *fault);

/* The check of accounts whose provider signs texts itself: 0, or GW_ECONFIG when the account has no
 * signature. */
GW_MUSTCHECK int sms_needs_signature(const struct account *account, struct fault *fault);

/* "https://HOST" without path, query and credentials; its host with the port. False when it is
 * anything else. */
bool sms_endpoint_host(struct slice endpoint, struct slice *host);
/* The same as the check of an account's settings.endpoint: 0 or GW_ECONFIG. */
GW_MUSTCHECK int sms_endpoint(const struct account *account, struct slice endpoint,
                              struct slice *host, struct fault *fault);

#endif
