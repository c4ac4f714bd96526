#include "adapters/wechat/client.h"

#include <inttypes.h>

#include "adapters/charset.h"
#include "adapters/wechat/account.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

enum {
    ANSWER_MAX = 64 * 1024,
    TOKEN_MAX = 4096,    /* at least 512 have to be kept (wechat.md 4.1) */
    TOKEN_LIFE_S = 7200, /* the longest a token lives */
};

static int no_secret(const struct account *account, struct fault *fault)
{
    return fault_set(fault, GW_ECONFIG,
                     "account %s cannot send: settings.app_id and settings.app_secret are missing",
                     account->full_name);
}

static bool can_call(const struct wechat_account *w)
{
    return w->app_id.n > 0 && w->app_secret.n > 0;
}

/* JSON as it is: \u escapes would be shown to people (wechat.md 4.0). */
static struct http_call post(const struct wechat_account *w, const char *path, struct slice token,
                             json_t *body, struct arena *a)
{
    struct sbuf url;
    sbuf_init(&url, 8192 + TOKEN_MAX * 3);
    sbuf_add(&url, w->api_url);
    sbuf_str(&url, path);
    if (token.n > 0) {
        sbuf_str(&url, "?access_token=");
        sbuf_url(&url, token);
    }
    struct http_call call = { .method = "POST",
                              .url = arena_dup(a, sbuf_slice(&url)),
                              .headers = { "Content-Type: application/json; charset=utf-8" },
                              .body = json_write(body, a) };
    sbuf_free(&url);
    json_decref(body);
    return call;
}

int wechat_client_send(const struct account *account, const struct outbound *message, int64_t now,
                       struct arena *a, struct http_call *out, struct fault *fault)
{
    const struct wechat_account *w = account->prepared;
    (void)now;
    if (!can_call(w))
        return no_secret(account, fault);
    json_t *text = json_object(), *body = json_object();
    json_put_slice(text, "content", charset_clean(message->text, a));
    json_put_slice(body, "touser", message->recipient);
    json_object_set_new(body, "msgtype", json_string("text"));
    json_object_set_new(body, "text", text);
    *out = post(w, "/cgi-bin/message/custom/send", message->token, body, a);
    return GW_OK;
}

int wechat_client_token(const struct account *account, struct arena *a, struct http_call *out,
                        struct fault *fault)
{
    const struct wechat_account *w = account->prepared;
    if (!can_call(w))
        return no_secret(account, fault);
    json_t *body = json_object();
    json_object_set_new(body, "grant_type", json_string("client_credential"));
    json_put_slice(body, "appid", w->app_id);
    json_put_slice(body, "secret", w->app_secret);
    json_object_set_new(body, "force_refresh", json_false());
    *out = post(w, "/cgi-bin/stable_token", SLICE(""), body, a);
    return GW_OK;
}

/* The answer as an object: bytes that no parser takes occur in it (wechat.md 4.0). NULL when it is
 * none, e.g. some proxy's page. */
static json_t *read_answer(const struct http_result *result, struct arena *a)
{
    struct fault fault = { 0 };
    if (result->status != 200 || result->body.n == 0)
        return NULL;
    struct slice text = charset_strip_controls(charset_mend(result->body, a), a);
    json_t *answer = json_read(text, "answer", ANSWER_MAX, &fault);
    if (json_is_object(answer))
        return answer;
    json_decref(answer);
    return NULL;
}

static struct slice code_of(const json_t *answer, struct arena *a)
{
    return arena_printf(a, "%" PRId64, json_int(answer, "errcode", 0));
}

void wechat_client_sent(const struct account *account, const struct http_result *result,
                        struct arena *a, struct sent *out)
{
    (void)account;
    json_t *answer = read_answer(result, a);
    if (answer == NULL) {
        sms_code_unread(result, a, out);
        return;
    }
    if (json_object_get(answer, "errcode") == NULL) /* this call always answers one */
        *out = (struct sent){ .outcome = SEND_UNCERTAIN, .reason = SLICE("no errcode") };
    else
        sms_code_apply(wechat_codes, code_of(answer, a), result, a, out);
    json_decref(answer);
}

void wechat_client_token_read(const struct account *account, const struct http_result *result,
                              struct arena *a, struct token_answer *out)
{
    (void)account;
    *out = (struct token_answer){ 0 };
    json_t *answer = read_answer(result, a);
    if (answer == NULL) {
        sms_code_unread(result, a, &out->sent);
        if (out->sent.outcome == SEND_UNCERTAIN) /* asking twice does no harm */
            out->sent.outcome = SEND_LATER;
        return;
    }
    struct slice token = json_slice(answer, "access_token");
    int64_t life = json_int(answer, "expires_in", 0);
    if (token.n > 0 && token.n <= TOKEN_MAX && life > 0 && life <= TOKEN_LIFE_S) {
        out->token = arena_dup(a, token);
        out->expires_in = life;
        out->sent.outcome = SEND_OK;
    } else {
        struct slice code = code_of(answer, a);
        bool special = sms_code_find(wechat_token_codes, code) != NULL;
        if (slice_eq(code, SLICE("0")))
            out->sent = (struct sent){ .outcome = SEND_LATER, .reason = SLICE("no token in it") };
        else
            sms_code_apply(special ? wechat_token_codes : wechat_codes, code, result, a,
                           &out->sent);
    }
    json_decref(answer);
}
