/* Yunpian (云片) short messages, API v2 (sms.md 7.1). It takes whole texts with 【signature】 in
 * front, which it matches with approved templates by itself.
 *
 * What comes in: form posts. /sms/NAME/SECRET takes `sms_reply` (one message, signed with `_sign`)
 * and `sms_status` (a batch of at most 100 reports, which are not signed: hence the secret); which
 * it is is told by the field, so one address does for both, and …/SECRET/status too. A field that
 * was percent-encoded twice is read as well. Entries that cannot be read are counted and left out.
 * A push that is not answered with SUCCESS comes again: reports after 5 minutes three times,
 * messages after 1 minute five times.
 *
 * Key for duplicates: the message's id. A report is matched by `uid`, which is our id, or by `sid`.
 *
 * Settings: "apikey"; "endpoint" (https://sms.yunpian.com). The account's signature is put in front
 * of each text and has to be approved there; its extension code goes along as `extend`. */
#ifndef ADAPTERS_SMS_YUNPIAN_H
#define ADAPTERS_SMS_YUNPIAN_H

#include "adapters/adapter.h"
#include "adapters/form.h"
#include "adapters/sms/codes.h"

extern const struct adapter adapter_yunpian;

struct yunpian_settings {
    struct slice apikey;
    struct slice endpoint;
};

/* yunpian_receive.c */
enum webhook_refusal yunpian_push(const struct account *account, const struct webhook *hook,
                                  int64_t now, struct arena *a, struct decoded *out);
/* Whether a message's `_sign` is right: the MD5 of all other values by the order of their keys and
 * of the apikey, joined by commas. */
bool yunpian_signed(const struct yunpian_settings *s, const json_t *reply);

/* yunpian_send.c: single_send, and what its answer means. */
extern const struct sms_code yunpian_codes[];
int yunpian_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault);
void yunpian_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out);

#endif
