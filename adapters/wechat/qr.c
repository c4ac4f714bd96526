#include "adapters/wechat/qr.h"

#include "adapters/wechat/call.h"
#include "adapters/wechat/manage.h"
#include "gateway/base/json.h"

enum { CONTENT_MAX = 512 };

int wechat_qr_scene(const struct account *account, struct slice token, struct slice scene,
                    int seconds, struct arena *a, struct http_call *out, struct fault *fault)
{
    json_t *body;
    int rc = manage_qr(scene, false, seconds, &body, fault);
    return rc < 0 ? rc
                  : wechat_call_build(account, WECHAT_QR, token, SLICE(""), body, a, out, fault);
}

void wechat_qr_scene_read(const struct account *account, const struct http_result *result,
                          struct arena *a, struct scene_answer *out)
{
    struct wechat_answer answer = { 0 };
    (void)account;
    wechat_call_read(WECHAT_QR, result, a, &answer);
    *out = (struct scene_answer){ .sent = answer.sent };
    struct slice content = json_slice(answer.object, "url");
    if (out->sent.outcome == SEND_OK && content.n > 0 && content.n <= CONTENT_MAX)
        out->content = arena_dup(a, content);
    else if (out->sent.outcome == SEND_OK)
        out->sent = (struct sent){ .outcome = SEND_LATER, .reason = SLICE("no url in it") };
    json_decref(answer.object);
}
