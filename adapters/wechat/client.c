#include "adapters/wechat/client.h"

#include <inttypes.h>

#include "adapters/wechat/account.h"
#include "adapters/wechat/say.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

enum {
    TOKEN_MAX = 4096,    /* at least 512 have to be kept (wechat.md 4.1) */
    TOKEN_LIFE_S = 7200, /* the longest a token lives */
};

static int send_notice(const struct account *account, const struct outbound *message,
                       struct arena *a, struct http_call *out, struct fault *fault)
{
    const struct wechat_account *w = account->prepared;
    const struct wechat_notice *n = wechat_notice_find(&w->notices, message->message);
    json_t *body = NULL;
    if (n == NULL)
        return fault_set(fault, GW_ENOTFOUND, "account %s: message %.*s has no template",
                         account->full_name, SLICE_ARG(message->message));
    int rc = wechat_notice_body(account, n, message, a, &body, fault);
    return rc < 0 ? rc
                  : wechat_call_build(account, n->subscription ? WECHAT_NOTICE : WECHAT_TEMPLATE,
                                      message->token, SLICE(""), body, a, out, fault);
}

int wechat_client_send(const struct account *account, const struct outbound *message, int64_t now,
                       struct arena *a, struct http_call *out, struct fault *fault)
{
    (void)now;
    if (message->way == WECHAT_BY_NOTICE)
        return send_notice(account, message, a, out, fault);
    json_t *body = say_text(message->recipient, message->text, a);
    return wechat_call_build(account, WECHAT_SEND, message->token, SLICE(""), body, a, out, fault);
}

void wechat_client_sent(const struct account *account, const struct http_result *result,
                        struct arena *a, struct sent *out)
{
    struct wechat_answer answer;
    (void)account;
    wechat_call_read(WECHAT_SEND, result, a, &answer);
    *out = answer.sent;
    json_decref(answer.object);
}

struct slice wechat_client_consent(const struct account *account, struct slice message, int way)
{
    const struct wechat_account *w = account->prepared;
    const struct wechat_notice *n =
        way == WECHAT_BY_NOTICE ? wechat_notice_find(&w->notices, message) : NULL;
    return n != NULL && n->subscription ? n->template->code : SLICE("");
}

bool wechat_client_has_way(const struct account *account, struct slice message)
{
    const struct wechat_account *w = account->prepared;
    return !account->answers_only && wechat_notice_find(&w->notices, message) != NULL;
}

int wechat_client_token(const struct account *account, struct arena *a, struct http_call *out,
                        struct fault *fault)
{
    const struct wechat_account *w = account->prepared;
    json_t *body = json_object();
    json_object_set_new(body, "grant_type", json_string("client_credential"));
    json_put_slice(body, "appid", w->app_id);
    json_put_slice(body, "secret", w->app_secret);
    json_object_set_new(body, "force_refresh", json_false());
    return wechat_call_build(account, WECHAT_TOKEN, SLICE(""), SLICE(""), body, a, out, fault);
}

void wechat_client_token_read(const struct account *account, const struct http_result *result,
                              struct arena *a, struct token_answer *out)
{
    struct wechat_answer answer;
    (void)account;
    wechat_call_read(WECHAT_TOKEN, result, a, &answer);
    *out = (struct token_answer){ .sent = answer.sent };
    struct slice code = arena_printf(a, "%" PRId64, answer.code);
    struct slice token = json_slice(answer.object, "access_token");
    int64_t life = json_int(answer.object, "expires_in", 0);
    if (answer.object == NULL) {
        if (out->sent.outcome == SEND_UNCERTAIN) /* asking twice does no harm */
            out->sent.outcome = SEND_LATER;
    } else if (token.n > 0 && token.n <= TOKEN_MAX && life > 0 && life <= TOKEN_LIFE_S) {
        out->token = arena_dup(a, token);
        out->expires_in = life;
        out->sent = (struct sent){ .outcome = SEND_OK };
    } else if (sms_code_find(wechat_token_codes, code) != NULL) {
        sms_code_apply(wechat_token_codes, code, result, a, &out->sent);
    } else if (answer.code == 0) {
        out->sent = (struct sent){ .outcome = SEND_LATER, .reason = SLICE("no token in it") };
    }
    json_decref(answer.object);
}

int wechat_client_download(const struct account *account, struct slice media, struct slice token,
                           struct arena *a, struct http_call *out, struct fault *fault)
{
    struct sbuf query;
    sbuf_init(&query, 1024);
    sbuf_str(&query, "media_id=");
    sbuf_url(&query, media);
    int rc = query.failed ? fault_set(fault, GW_ETOOBIG, "the media id is too long")
                          : wechat_call_build(account, WECHAT_DOWNLOAD, token, sbuf_slice(&query),
                                              NULL, a, out, fault);
    sbuf_free(&query);
    return rc;
}

void wechat_client_downloaded(const struct account *account, const struct http_result *result,
                              struct arena *a, struct sent *sent, struct slice *file,
                              struct slice *url)
{
    const struct wechat_account *w = account->prepared;
    wechat_download_read(result, a, sent, file, url);
    if (url->n > 0 && !slice_starts(*url, SLICE("https://")) && !slice_starts(*url, w->api_url)) {
        *sent = (struct sent){ .outcome = SEND_REJECTED, .reason = SLICE("an unsafe address") };
        *url = SLICE("");
    }
}
