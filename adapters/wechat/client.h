/* The account as a sender: `send`, `sent`, `token`, `token_read` and `consent` of the adapter. Each
 * message goes by one of two ways: as a customer-service message, which needs an action of the
 * person (wechat.md 4.2), or as a template or subscription message, where the account has a
 * template for it (notice.h). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_CLIENT_H
#define ADAPTERS_WECHAT_CLIENT_H

#include "adapters/wechat/call.h"

enum wechat_way { WECHAT_BY_SERVICE, WECHAT_BY_NOTICE, WECHAT_WAYS };

/* `message->token` is the access token, `message->way` an enum wechat_way. GW_ENOTFOUND when the
 * account's settings have no template for this message by this way. */
GW_MUSTCHECK int wechat_client_send(const struct account *account, const struct outbound *message,
                                    int64_t now, struct arena *a, struct http_call *out,
                                    struct fault *fault);
void wechat_client_sent(const struct account *account, const struct http_result *result,
                        struct arena *a, struct sent *out);
/* The template to which the person must have agreed; empty when none is needed. */
struct slice wechat_client_consent(const struct account *account, struct slice message, int way);
/* Whether the account has a template for a message. */
bool wechat_client_has_way(const struct account *account, struct slice message);

/* stable_token. */
GW_MUSTCHECK int wechat_client_token(const struct account *account, struct arena *a,
                                     struct http_call *out, struct fault *fault);
void wechat_client_token_read(const struct account *account, const struct http_result *result,
                              struct arena *a, struct token_answer *out);

/* media/get: photos and recordings as they are; of a video WeChat says where it is. Only an
 * https:// address, or one of api_url, is gone to. */
GW_MUSTCHECK int wechat_client_download(const struct account *account, struct slice media,
                                        struct slice token, struct arena *a, struct http_call *out,
                                        struct fault *fault);
void wechat_client_downloaded(const struct account *account, const struct http_result *result,
                              struct arena *a, struct sent *sent, struct slice *file,
                              struct slice *url);

#endif
