#include "adapters/wechat/qr.h"

#include <inttypes.h>

#include "adapters/charset.h"
#include "adapters/sms/codes.h"
#include "adapters/wechat/account.h"
#include "adapters/wechat/client.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

enum { URL_MAX = 32 * 1024, CONTENT_MAX = 512, ANSWER_MAX = 64 * 1024 };

int wechat_qr_scene(const struct account *account, struct slice token, struct slice scene,
                    int seconds, struct arena *a, struct http_call *out, struct fault *fault)
{
    const struct wechat_account *w = account->prepared;
    struct sbuf url;
    if (w->app_id.n == 0 || w->app_secret.n == 0)
        return fault_set(fault, GW_ECONFIG,
                         "account %s makes no QR codes: settings.app_id and settings.app_secret "
                         "are missing",
                         account->full_name);
    json_t *body = json_pack("{s:i, s:s, s:{s:{s:s%}}}", "expire_seconds", seconds, "action_name",
                             "QR_STR_SCENE", "action_info", "scene", "scene_str", scene.p, scene.n);
    sbuf_init(&url, URL_MAX);
    sbuf_add(&url, w->api_url);
    sbuf_str(&url, "/cgi-bin/qrcode/create?access_token=");
    sbuf_url(&url, token);
    *out = (struct http_call){ .method = "POST",
                               .url = arena_dup(a, sbuf_slice(&url)),
                               .headers = { "Content-Type: application/json; charset=utf-8" },
                               .body = json_write(body, a) };
    sbuf_free(&url);
    json_decref(body);
    return GW_OK;
}

void wechat_qr_scene_read(const struct account *account, const struct http_result *result,
                          struct arena *a, struct scene_answer *out)
{
    struct fault fault = { 0 };
    (void)account;
    *out = (struct scene_answer){ 0 };
    struct slice text = charset_strip_controls(charset_mend(result->body, a), a);
    json_t *answer =
        result->status == 200 && text.n > 0 ? json_read(text, "answer", ANSWER_MAX, &fault) : NULL;
    struct slice content = json_is_object(answer) ? json_slice(answer, "url") : SLICE("");
    if (content.n > 0 && content.n <= CONTENT_MAX) {
        out->content = arena_dup(a, content);
        out->sent.outcome = SEND_OK;
    } else if (json_is_object(answer)) {
        struct slice code = arena_printf(a, "%" PRId64, json_int(answer, "errcode", 0));
        if (slice_eq(code, SLICE("0")))
            out->sent = (struct sent){ .outcome = SEND_LATER, .reason = SLICE("no url in it") };
        else
            sms_code_apply(wechat_codes, code, result, a, &out->sent);
    } else {
        sms_code_unread(result, a, &out->sent);
    }
    json_decref(answer);
}
