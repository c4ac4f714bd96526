/* The calls of api.weixin.qq.com as a table: how each is built and what its answer must hold
 * (wechat.md 4). The bodies are made by say.h and manage.h. Pure; any thread. */
#ifndef ADAPTERS_WECHAT_CALL_H
#define ADAPTERS_WECHAT_CALL_H

#include "adapters/adapter.h"
#include "adapters/sms/codes.h"

/* What an errcode leads to; an answer without one is a success when what it should hold is there.
 */
extern const struct sms_code wechat_codes[];
/* Looked at first where a token is asked for. */
extern const struct sms_code wechat_token_codes[];

enum wechat_call {
    WECHAT_TOKEN,
    WECHAT_SEND,      /* a customer-service message */
    WECHAT_TYPING,    /* "typing …" */
    WECHAT_TEMPLATE,  /* a template message */
    WECHAT_NOTICE,    /* a subscription message */
    WECHAT_MASS_TAG,  /* one message to all of a tag */
    WECHAT_MASS_LIST, /* to a list of openids */
    WECHAT_MASS_STATUS,
    WECHAT_MENU_PUSH,
    WECHAT_MENU_SHOW,
    WECHAT_MENU_DELETE,
    WECHAT_QR,
    WECHAT_TAGS,
    WECHAT_TAG_CREATE,
    WECHAT_TAG_DELETE,
    WECHAT_TAG_ADD,  /* openids into a tag */
    WECHAT_TAG_TAKE, /* and out of it */
    WECHAT_TAG_MEMBERS,
    WECHAT_USER,
    WECHAT_CALLBACK_IPS,
    WECHAT_CALLBACK_CHECK,
    WECHAT_UPLOAD,
    WECHAT_DOWNLOAD,
    WECHAT_CALLS /* the count */
};
/* Static. */
const char *wechat_call_path(enum wechat_call call);
const char *wechat_call_name(enum wechat_call call); /* for people: "create a QR code" */

/* The longest answer that is read, in bytes. */
size_t wechat_call_limit(enum wechat_call call);

/* Whether the account has what calls need: app_id and app_secret. 0 or GW_ECONFIG. */
GW_MUSTCHECK int wechat_can_call(const struct account *account, struct fault *fault);

/* Builds a call. `token` is empty for WECHAT_TOKEN alone; `query` is what stands behind the token,
 * encoded ("openid=o1&lang=zh_CN"), or empty; `body` is taken over, NULL: none. JSON goes out as it
 * is, as \u escapes would be shown to people. 0 or GW_ECONFIG when the account cannot call. */
GW_MUSTCHECK int wechat_call_build(const struct account *account, enum wechat_call call,
                                   struct slice token, struct slice query, json_t *body,
                                   struct arena *a, struct http_call *out, struct fault *fault);

/* Uploads a file as a medium that WeChat keeps three days: `kind` is "image", "voice", "video" or
 * "thumb". 0, GW_ECONFIG, or GW_ETOOBIG beyond what WeChat takes (2 MiB, thumbs 64 KiB). */
GW_MUSTCHECK int wechat_upload_build(const struct account *account, struct slice token,
                                     struct slice kind, struct slice name, struct slice bytes,
                                     struct arena *a, struct http_call *out, struct fault *fault);

struct wechat_answer {
    struct sent sent; /* SEND_OK, or why not; provider_id holds what identifies a message */
    int64_t code;     /* errcode; 0 also when there is none */
    struct slice rid; /* WeChat's number of this request, for its support; empty when it gives none
                       */
    json_t *object;   /* NULL unless it could be read; the caller releases it */
};
/* Reads the answer to a call. */
void wechat_call_read(enum wechat_call call, const struct http_result *result, struct arena *a,
                      struct wechat_answer *out);

/* An answer to WECHAT_DOWNLOAD: the file itself unless it is JSON. SEND_OK with `*file`, or with
 * `*url` where the answer says where the file is (videos); else why there is none. */
void wechat_download_read(const struct http_result *result, struct arena *a, struct sent *sent,
                          struct slice *file, struct slice *url);

#endif
