/* Kannel 1.4.5 as the way to phones (sms.md 4): its sms-service calls us with a message and sends
 * what we answer, `sendsms` takes messages of our own, `dlr-url` brings receipts. Kannel signs
 * nothing: use a secret path segment.
 *
 * A message: GET with from=%p&to=%P&id=%I&ts=%T&coding=%c&charset=%C&text=%b, or as post-url with
 * the same parameters but `text`, which is then the body. `charset` (of a body also that of its
 * Content-Type) decides how the text is read; without one it is UTF-16BE for coding 2, else UTF-8.
 *
 * A long message arrives whole, as bearerbox joins its parts. Where it does not
 * (sms-combine-concatenated-mo = false), `udh=%u` names the part, with an 8-bit or a 16-bit
 * reference; gateways that speak this form but no headers give `pknum`, `pktotal` and `ref`. A
 * header that lies about its lengths is counted, its text taken as a message of its own.
 *
 * A receipt comes by dlr-url with type=%d (1 delivered, 2 undelivered, 4 queued, 8 accepted, 16
 * rejected by the SMSC), ts=%T and reply=%A: the SMSC's receipt, of which state and code are kept,
 * or ACK/ and NACK/ with its error.
 *
 * Keys for duplicates: `id` (%I is new for each message and the same in Kannel's own retries);
 * without it a keyed digest of sender, time and text, where the time is `ts`, or the second of
 * arrival when there is no `ts` either: then a retry counts as a new message, so configure one of
 * the two.
 *
 * Settings, all for messages of our own: "sendsms_url" (without it this account only answers),
 * "username", "password", "from" (our number as the phone shows it), "smsc" (route by this
 * smsc-id). */
#ifndef ADAPTERS_SMS_KANNEL_H
#define ADAPTERS_SMS_KANNEL_H

#include "adapters/adapter.h"

extern const struct adapter adapter_kannel;

struct kannel_settings {
    struct slice sendsms_url;
    struct slice username;
    struct slice password;
    struct slice from;
    struct slice smsc;
};

/* Parts of adapter_kannel, one file each. */

/* kannel_receive.c: a message, and a delivery report. */
enum webhook_refusal kannel_message(const struct account *account, const struct webhook *hook,
                                    int64_t now, struct arena *a, struct decoded *out);
enum webhook_refusal kannel_status(const struct webhook *hook, struct arena *a,
                                   struct decoded *out);

/* kannel_send.c: the sendsms call, and what its answer means. */
int kannel_send(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault);
void kannel_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out);

#endif
