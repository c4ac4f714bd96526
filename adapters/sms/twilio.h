/* Twilio, and gateways that speak like it (sms.md 3): free text, and every push is signed.
 *
 * What comes in: /sms/NAME takes messages (form POST, or GET), the answer goes back as TwiML;
 * /sms/NAME/status?id=… takes what became of messages of ours, the address each of them names.
 * Twilio signs the address it calls, exactly as it was entered in its console, so that stands in
 * the settings. A message that Twilio itself took as an opt-out or its end (OptOutType) counts as
 * the plain STOP or START.
 *
 * Key for duplicates: MessageSid.
 *
 * Settings: "account_sid", "auth_token", "webhook_url" (the address of messages as entered in
 * Twilio's console), one of "from" and "messaging_service_sid"; "endpoint"
 * (https://api.twilio.com), "validity_s" (how long Twilio may keep trying, 1 to 36000, Twilio's
 * 36000 when left out). */
#ifndef ADAPTERS_SMS_TWILIO_H
#define ADAPTERS_SMS_TWILIO_H

#include "adapters/adapter.h"
#include "adapters/form.h"
#include "adapters/sms/codes.h"

extern const struct adapter adapter_twilio;

struct twilio_settings {
    struct slice account_sid;
    struct slice auth_token;
    struct slice webhook_url;
    struct slice from;
    struct slice messaging_service_sid;
    struct slice endpoint;
    int64_t validity_s;
};

/* twilio_sign.c */

/* X-Twilio-Signature of a request to `url`: base64 in the arena. `form` is the body's, NULL when it
 * has none (GET, JSON). */
struct slice twilio_signature(struct slice auth_token, struct slice url, const struct form *form,
                              struct arena *a);
/* True when `signature` is that of `url`, or of it without its port, or with the port of its
 * scheme: Twilio and proxies disagree on which they show. */
bool twilio_signed(struct slice auth_token, struct slice url, const struct form *form,
                   struct slice signature, struct arena *a);
/* For JSON bodies the URL names their SHA-256 as bodySHA256: true when it is that of `body`. */
bool twilio_body_matches(struct slice url, struct slice body);

/* twilio_receive.c */
enum webhook_refusal twilio_message(const struct twilio_settings *s, const struct form *form,
                                    struct arena *a, struct decoded *out);
enum webhook_refusal twilio_status(const struct twilio_settings *s, const struct form *query,
                                   const struct form *form, struct arena *a, struct decoded *out);

/* twilio_send.c */
int twilio_send(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault);
void twilio_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out);
/* What became of a message, by its error code (sms.md 3.4); words for sms_code_report. */
extern const struct sms_code twilio_codes[];

#endif
