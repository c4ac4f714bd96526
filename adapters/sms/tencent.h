/* Tencent Cloud (腾讯云) SMS, API 2021-01-11 (sms.md 2). It sends approved templates only, and
 * signs nothing of what it pushes: the account needs a secret path segment.
 *
 * What comes in, at /sms/NAME/SECRET or …/SECRET/status, whichever: a JSON object is a person's
 * reply, an array are delivery reports. A reply to another signature of the same Tencent account is
 * counted and acknowledged only, as it belongs to somebody else.
 *
 * Key for duplicates: Tencent gives a message no id, so it is an HMAC of country code, phone, time,
 * text and extension.
 *
 * Settings: "secret_id", "secret_key", "sdk_app_id", "templates" (see templates.h; their variables
 * are numbered, so only the order of "params" counts); "region" (ap-guangzhou), "endpoint"
 * (https://sms.tencentcloudapi.com), "extend_code", "param_max" (characters of a variable, 6: what
 * accounts opened since 2024 may use). The account's signature is the SignName. */
#ifndef ADAPTERS_SMS_TENCENT_H
#define ADAPTERS_SMS_TENCENT_H

#include "adapters/adapter.h"
#include "adapters/sms/api.h"
#include "adapters/sms/codes.h"

extern const struct adapter adapter_tencent;

struct tencent_settings {
    struct slice secret_id;
    struct slice secret_key;
    struct slice sdk_app_id;
    struct slice region;
    struct slice extend_code;
    struct api_templates api;
};

/* tencent_sign.c: the Authorization header of TC3-HMAC-SHA256 for a POST of `body` to `host`.
 * `hash`, when not NULL, gets the canonical request's SHA-256 in hexadecimal. */
struct slice tencent_authorization(struct slice secret_id, struct slice secret_key,
                                   struct slice service, struct slice host,
                                   struct slice content_type, struct slice body, int64_t now,
                                   struct arena *a, char hash[65]);

/* tencent_send.c: SendSms to one number. */
int tencent_send(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault);
void tencent_sent(const struct account *account, const struct http_result *result, struct arena *a,
                  struct sent *out);

/* tencent_codes.c */
extern const struct sms_code tencent_codes[];

/* tencent_receive.c */
enum webhook_refusal tencent_push(const struct account *account, const struct webhook *hook,
                                  int64_t now, struct arena *a, struct decoded *out);

#endif
