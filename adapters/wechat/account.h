/* What an official account's settings say, checked once and read by every file here. Pure; any
 * thread. */
#ifndef ADAPTERS_WECHAT_ACCOUNT_H
#define ADAPTERS_WECHAT_ACCOUNT_H

#include "adapters/adapter.h"
#include "adapters/wechat/crypto.h"
#include "adapters/wechat/notice.h"

/* How pushes come (wechat.md 1.1). What is configured is required: nothing in a request can make
 * the account take less. */
enum wechat_mode {
    WECHAT_PLAINTEXT,
    WECHAT_COMPATIBLE, /* encrypted, with or without a clear copy, which is not read */
    WECHAT_SAFE,       /* encrypted, without a clear copy */
};

enum { WECHAT_KEYS_MAX = 2 };

/* struct account's `prepared`. */
struct wechat_account {
    struct slice token;
    struct slice original_id;
    struct slice app_id; /* empty in plaintext mode, when it is not set */
    enum wechat_mode mode;
    struct wechat_key keys[WECHAT_KEYS_MAX]; /* the current one, then the one before */
    size_t key_count;                        /* 0 in plaintext mode */
    struct slice app_secret;                 /* empty: the account only answers */
    struct slice api_url;                    /* without a slash at its end */
    int64_t window_s;                        /* how far a signed timestamp may be from now */
    struct wechat_notices notices;           /* messages with a template */
};

/* `check` of the adapter. */
GW_MUSTCHECK int wechat_account_check(struct account *account, struct arena *a,
                                      struct fault *fault);

#endif
