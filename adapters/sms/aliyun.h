/* Aliyun (阿里云) short messages, product Dysmsapi, version 2017-05-25 (sms.md 1). It sends
 * approved templates only, and signs nothing of what it pushes: the account needs a secret path
 * segment.
 *
 * What comes in: HTTP batch pushes, POST with a JSON array. /sms/NAME/SECRET takes SmsUp (messages)
 * and SmsReport (delivery reports); which it is is told by each entry, so one address does for
 * both, and …/SECRET/status too. Entries that cannot be read are counted and left out, the others
 * are taken; a push that is not answered in time, or with 503, comes again after 1, 5 and 10
 * minutes.
 *
 * Key for duplicates: phone and sequence_id, as an HMAC.
 *
 * Settings: "access_key_id", "access_key_secret", "templates" (see templates.h); "endpoint"
 * (https://dysmsapi.aliyuncs.com), "extend_code" (SmsUpExtendCode; normally left out, the platform
 * gives one to each signature), "param_max" (characters of a template's variable, 20). The
 * account's signature is the SignName. */
#ifndef ADAPTERS_SMS_ALIYUN_H
#define ADAPTERS_SMS_ALIYUN_H

#include "adapters/adapter.h"
#include "adapters/sms/api.h"
#include "adapters/sms/codes.h"

extern const struct adapter adapter_aliyun;

struct aliyun_settings {
    struct slice access_key_id;
    struct slice access_key_secret;
    struct slice extend_code;
    struct api_templates api;
};

/* aliyun_sign.c: signature V3, ACS3-HMAC-SHA256. */

#define ALIYUN_VERSION "2017-05-25"

struct aliyun_request {
    const char *action, *version;
    struct slice host;
    struct slice query;        /* canonical: sorted, percent-encoded */
    struct slice content_type; /* signed when there is one */
    struct slice body;
    struct slice nonce; /* never the same twice */
    int64_t now;
};

/* Fills the call's method, url, headers and body. `hash`, when not NULL, gets the canonical
 * request's SHA-256 in hexadecimal. */
void aliyun_sign(const struct aliyun_settings *s, const struct aliyun_request *request,
                 struct arena *a, struct http_call *out, char hash[65]);

/* aliyun_send.c */

/* SendSms, one message. The nonce is derived: an HMAC over the outbox id and the second. */
int aliyun_send(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault);
void aliyun_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out);

/* SendSms and SendBatchSms with the nonce given. A batch is 1 to ALIYUN_BATCH_MAX messages of one
 * template: one BizId for all of them, so that a receipt is matched by it and the phone. GW_EINVAL,
 * GW_ETOOBIG with the fault. */
enum { ALIYUN_BATCH_MAX = 100 };
GW_MUSTCHECK int aliyun_single_call(const struct account *account, const struct outbound *message,
                                    int64_t now, struct slice nonce, struct arena *a,
                                    struct http_call *out, struct fault *fault);
GW_MUSTCHECK int aliyun_batch_call(const struct account *account, const struct outbound *messages,
                                   size_t count, int64_t now, struct slice nonce, struct arena *a,
                                   struct http_call *out, struct fault *fault);

/* aliyun_query.c: QuerySendDetails, which lists what a number was sent on a day of China's
 * calendar, each with the OutId we gave it: what became of a request without an answer. It is asked
 * for the latest 50 of the day; what is not among them may still come up, so it stays uncertain. */
int aliyun_query(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault);
void aliyun_queried(const struct account *account, const struct outbound *message,
                    const struct http_result *result, struct arena *a, struct sent *out);
/* The same with the nonce given. */
GW_MUSTCHECK int aliyun_query_call(const struct account *account, const struct outbound *message,
                                   int64_t now, struct slice nonce, struct arena *a,
                                   struct http_call *out, struct fault *fault);
/* A nonce that is new each second and that nobody else can use up first; aliyun_send.c. */
struct slice aliyun_nonce(const struct account *account, const char *action, int64_t id,
                          int64_t now, struct arena *a);

/* aliyun_codes.c */
extern const struct sms_code aliyun_codes[];

/* aliyun_receive.c */
enum webhook_refusal aliyun_push(const struct account *account, const struct webhook *hook,
                                 int64_t now, struct arena *a, struct decoded *out);

#endif
