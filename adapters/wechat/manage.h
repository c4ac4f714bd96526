/* Bodies of the calls by which an account is set up: menu, QR codes, tags (wechat.md 4.6 to 4.8).
 * Pure; any thread. */
#ifndef ADAPTERS_WECHAT_MANAGE_H
#define ADAPTERS_WECHAT_MANAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

/* Whether WeChat takes this menu: 1 to 3 buttons with at most 5 below each, names of 16 and 60
 * bytes, keys of 128, addresses of 1024, types it knows. 0, or GW_EINVAL naming the button. */
GW_MUSTCHECK int manage_menu_check(const json_t *menu, struct fault *fault);

/* A code whose scene comes back when it is scanned: 1 to 64 letters, digits and "_-:.@". A
 * permanent one is one of 100,000; others live `seconds`, at most 30 days. 0, or GW_EINVAL. */
enum { MANAGE_QR_LONGEST_S = 2592000, MANAGE_SCENE_MAX = 64 };
GW_MUSTCHECK int manage_qr(struct slice scene, bool permanent, int64_t seconds, json_t **out,
                           struct fault *fault);
/* Where the picture of a code is, by the ticket of the answer. */
#define MANAGE_QR_PICTURE "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="

/* Names have 1 to 30 bytes. 0, or GW_EINVAL. */
GW_MUSTCHECK int manage_tag_create(struct slice name, json_t **out, struct fault *fault);
/* 0, 1 and 2 are WeChat's own. 0, or GW_EINVAL. */
GW_MUSTCHECK int manage_tag_delete(int64_t tag, json_t **out, struct fault *fault);
/* At most 50 openids a call: `openids` is an array of strings, borrowed, of which those from
 * `from` on are taken. */
enum { MANAGE_TAG_LIST_MAX = 50 };
json_t *manage_tag_members(int64_t tag, const json_t *openids, size_t from);

/* Who has a tag, 10,000 openids an answer; `after` is the last of the page before, empty for the
 * first. */
json_t *manage_tag_page(int64_t tag, struct slice after);

/* WeChat tries name resolution and ping towards us. */
json_t *manage_callback_check(void);

#endif
