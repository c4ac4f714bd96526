/* QR codes that bring a scene back when they are scanned (wechat.md 4.7). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_QR_H
#define ADAPTERS_WECHAT_QR_H

#include "adapters/adapter.h"

/* See struct adapter. */
GW_MUSTCHECK int wechat_qr_scene(const struct account *account, struct slice token,
                                 struct slice scene, int seconds, struct arena *a,
                                 struct http_call *out, struct fault *fault);
void wechat_qr_scene_read(const struct account *account, const struct http_result *result,
                          struct arena *a, struct scene_answer *out);

#endif
