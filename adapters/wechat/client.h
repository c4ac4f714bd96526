/* Calls to api.weixin.qq.com: builds requests and reads answers (wechat.md 4). The platform makes
 * them and keeps the access token. Pure; any thread. */
#ifndef ADAPTERS_WECHAT_CLIENT_H
#define ADAPTERS_WECHAT_CLIENT_H

#include "adapters/adapter.h"
#include "adapters/sms/codes.h"

/* What an errcode leads to; an answer without one is a success when what it should hold is there.
 */
extern const struct sms_code wechat_codes[];
/* Looked at first where a token is asked for. */
extern const struct sms_code wechat_token_codes[];

/* `send` and `sent` of the adapter: a text as a customer-service message. `message->token` is the
 * access token. */
GW_MUSTCHECK int wechat_client_send(const struct account *account, const struct outbound *message,
                                    int64_t now, struct arena *a, struct http_call *out,
                                    struct fault *fault);
void wechat_client_sent(const struct account *account, const struct http_result *result,
                        struct arena *a, struct sent *out);

/* `token` and `token_read` of the adapter: stable_token. */
GW_MUSTCHECK int wechat_client_token(const struct account *account, struct arena *a,
                                     struct http_call *out, struct fault *fault);
void wechat_client_token_read(const struct account *account, const struct http_result *result,
                              struct arena *a, struct token_answer *out);

#endif
