/* WeChat official accounts (公众号), plaintext mode: pushes as XML, the answer in the same HTTP
 * response (wechat.md 1 to 3).
 *
 * Settings: "token" (as typed into the platform's form), "original_id" (gh_…, the account's own
 * name in every push), "mode" ("plaintext"), "timestamp_window_s" (how far the signed timestamp may
 * be from now; 300).
 *
 * Keys for duplicates: sender + MsgId for messages, sender + CreateTime + Event + MsgID + EventKey
 * for events (wechat.md 3.1: MsgId alone has collided). */
#ifndef ADAPTERS_WECHAT_WECHAT_H
#define ADAPTERS_WECHAT_WECHAT_H

#include "adapters/adapter.h"

extern const struct adapter adapter_wechat;

#endif
