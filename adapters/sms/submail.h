/* Submail (赛邮) short messages (sms.md 7.4). It takes whole texts with 【signature】 in front; one
 * that no approved template fits waits there for a person.
 *
 * What comes in: SUBHOOK events, as a form or as JSON. /sms/NAME or /sms/NAME/SECRET takes all of
 * them: `mo` is a message; `delivered` and `dropped` end a message of ours; `request`, `sending`,
 * `unknown` are on its way; events about templates are acknowledged and left. Each has a random
 * `token` and, as `signature`, the MD5 of the token and of the hook's key. That covers nothing else
 * of the event, so give the account a secret as well.
 *
 * Key for duplicates: an HMAC of sender, time and text, as an event has no id of its own. A report
 * is matched by `tag`, which is our id, or by `send_id`.
 *
 * Settings: "appid", "appkey", "subhook_key"; "sign_type" (md5 or sha1: each request is signed, so
 * that the appkey does not travel; normal: it travels), "endpoint" (https://api-v4.mysubmail.com).
 * The account's signature is put in front of each text. */
#ifndef ADAPTERS_SMS_SUBMAIL_H
#define ADAPTERS_SMS_SUBMAIL_H

#include "adapters/adapter.h"
#include "adapters/form.h"
#include "adapters/sms/codes.h"

extern const struct adapter adapter_submail;

struct submail_settings {
    struct slice appid;
    struct slice appkey;
    struct slice subhook_key;
    struct slice sign_type;
    struct slice endpoint;
};

/* submail_sign.c */

/* The signature of a request: the digest of appid+appkey, the fields "k=v&…" by name, and
 * appid+appkey again; for sign_type normal the appkey. `fields` do not hold what is not signed:
 * `tag`, by sign_version 2 `content`, and the signature (mysubmail.com/documents, sms/send). At
 * most SUBMAIL_FIELDS_MAX of them. */
enum { SUBMAIL_FIELDS_MAX = 16 };
struct slice submail_sign(const struct submail_settings *s, const struct form *fields,
                          struct arena *a);
bool submail_hook_signed(const struct submail_settings *s, struct slice token,
                         struct slice signature);

/* submail_receive.c */
enum webhook_refusal submail_push(const struct account *account, const struct webhook *hook,
                                  int64_t now, struct arena *a, struct decoded *out);

/* submail_send.c */
extern const struct sms_code submail_codes[];
extern const struct sms_code submail_events[];
int submail_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault);
void submail_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out);

#endif
