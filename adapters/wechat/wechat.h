/* WeChat official accounts (公众号) in plaintext, compatible and safe mode: pushes as XML, the
 * answer in the same HTTP response (wechat.md 1 to 3). The settings are in account.c, and explained
 * in README.md of this room.
 *
 * Keys for duplicates: sender + MsgId for messages, sender + CreateTime + Event + MsgID + EventKey
 * for events (wechat.md 3.1: MsgId alone has collided). */
#ifndef ADAPTERS_WECHAT_WECHAT_H
#define ADAPTERS_WECHAT_WECHAT_H

#include "adapters/adapter.h"

extern const struct adapter adapter_wechat;

#endif
