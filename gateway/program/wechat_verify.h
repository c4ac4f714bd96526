/* linli wechat verify: an account's configuration end to end, each step in plain words. */
#ifndef GATEWAY_PROGRAM_WECHAT_VERIFY_H
#define GATEWAY_PROGRAM_WECHAT_VERIFY_H

#include "gateway/program/wechat_session.h"

/* Tries everything and prints a line a step, or with `as_json` an object each: "ok", "note" (works,
 * but look at it) or "fix". The number of steps to be mended, or GW_E*. */
GW_MUSTCHECK int wechat_verify(struct wechat_session *s, bool as_json, struct fault *fault);

#endif
