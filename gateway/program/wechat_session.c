#include "gateway/program/wechat_session.h"

#include <string.h>

#include "gateway/base/json.h"

enum { ANSWER_MAX = 64 * 1024 };

struct waiting {
    struct wechat_session *session;
    struct http_result *out;
    bool answered;
};

static void on_answer(void *context, const struct http_fetched *result)
{
    struct waiting *w = context;
    *w->out = (struct http_result){ .status = result->status,
                                    .sent = result->sent,
                                    .body = arena_dup(&w->session->arena, result->body),
                                    .retry_after = result->retry_after,
                                    .at = installation_clock() };
    w->answered = true;
}

static void on_client_closed(void *context)
{
    *(bool *)context = true;
}

static const struct account *find_account(const struct accounts *accounts, const char *name,
                                          struct fault *fault)
{
    const struct account *account = accounts_find(accounts, SLICE("wechat"), slice_of(name));
    if (account == NULL)
        account = accounts_full(accounts, slice_of(name));
    if (account != NULL && strcmp(account->adapter->name, "wechat") == 0)
        return account;
    fault_set(fault, GW_ENOTFOUND,
              "there is no WeChat account '%s' in the configuration; its names are "
              "accounts[].name",
              name);
    return NULL;
}

static int start_client(struct wechat_session *s, struct fault *fault)
{
    const struct http_client_options options = { .loop = &s->loop,
                                                 .proxy = config_text(s->in.config, "send.proxy") };
    if (uv_loop_init(&s->loop) != 0)
        return fault_set(fault, GW_EIO, "no event loop can be made");
    s->loop_ready = true;
    return http_client_start(&options, &s->client, fault);
}

int wechat_session_open(const char *config_file, const char *data_dir, const char *name,
                        struct wechat_session *out, struct fault *fault)
{
    *out = (struct wechat_session){ 0 };
    int rc = installation_open(config_file, data_dir, INSTALLATION_CATALOGUE, &out->in, fault);
    if (rc == GW_OK)
        rc = accounts_load(out->in.config, &out->accounts, fault);
    if (rc == GW_OK)
        out->account = find_account(&out->accounts, name, fault);
    if (rc == GW_OK && out->account == NULL)
        rc = fault->code;
    return rc == GW_OK ? start_client(out, fault) : rc;
}

void wechat_session_close(struct wechat_session *s)
{
    bool closed = false;
    if (s->client != NULL) {
        http_client_stop(s->client, on_client_closed, &closed);
        while (!closed)
            uv_run(&s->loop, UV_RUN_ONCE);
    }
    if (s->loop_ready && uv_loop_close(&s->loop) != 0)
        s->loop_ready = false; /* the process ends with it */
    accounts_free(&s->accounts);
    installation_close(&s->in);
    arena_free(&s->arena);
}

int wechat_session_fetch(struct wechat_session *s, const struct http_call *call, size_t limit,
                         struct http_result *out, struct fault *fault)
{
    struct waiting w = { .session = s, .out = out };
    struct http_fetch fetch = { .method = call->method,
                                .url = call->url,
                                .body = call->body,
                                .limit = limit,
                                .timeout_ms = (int)config_int(s->in.config, "send.timeout_ms") };
    memcpy(fetch.headers, call->headers, sizeof fetch.headers);
    if (http_client_send(s->client, &fetch, on_answer, &w) == NULL)
        return fault_set(fault, GW_EIO, "no request can be made");
    while (!w.answered)
        uv_run(&s->loop, UV_RUN_ONCE);
    return GW_OK;
}

/* Asks for a token unless there is one. `out` says why there is none. 1 when there is, 0, or GW_E*.
 */
static int need_token(struct wechat_session *s, struct wechat_answer *out, struct fault *fault)
{
    struct http_call call = { 0 };
    struct http_result result;
    struct token_answer token;
    if (s->token.n > 0)
        return 1;
    int rc = s->account->adapter->token(s->account, &s->arena, &call, fault);
    if (rc == GW_OK)
        rc = wechat_session_fetch(s, &call, ANSWER_MAX, &result, fault);
    if (rc < 0)
        return rc;
    s->account->adapter->token_read(s->account, &result, &s->arena, &token);
    if (token.sent.outcome == SEND_OK) {
        s->token = token.token;
        return 1;
    }
    wechat_call_read(WECHAT_TOKEN, &result, &s->arena, out);
    out->sent = token.sent;
    return 0;
}

int wechat_session_ask(struct wechat_session *s, enum wechat_call call, struct slice query,
                       json_t *body, struct wechat_answer *out, struct fault *fault)
{
    int rc = GW_OK;
    *out = (struct wechat_answer){ 0 };
    for (int attempt = 0; attempt < 2; attempt++) {
        struct http_call request = { 0 };
        struct http_result result;
        json_decref(out->object);
        *out = (struct wechat_answer){ 0 };
        rc = need_token(s, out, fault);
        if (rc != 1 || call == WECHAT_TOKEN)
            break;
        rc = wechat_call_build(s->account, call, s->token, query, json_incref(body), &s->arena,
                               &request, fault);
        if (rc == GW_OK)
            rc = wechat_session_fetch(s, &request, wechat_call_limit(call), &result, fault);
        if (rc < 0)
            break;
        wechat_call_read(call, &result, &s->arena, out);
        if (out->sent.outcome != SEND_NO_TOKEN)
            break;
        s->token = SLICE("");
    }
    json_decref(body);
    return rc < 0 ? rc : GW_OK;
}

static json_t *failed(const struct wechat_session *s, enum wechat_call call,
                      struct wechat_answer *answer, struct fault *fault)
{
    struct arena a = { 0 };
    fault_set(fault, GW_EPROTO, "account %s: cannot %s: %.*s", s->account->full_name,
              wechat_call_name(call), SLICE_ARG(wechat_advice(answer, &a)));
    arena_free(&a);
    json_decref(answer->object);
    return NULL;
}

json_t *wechat_session_call(struct wechat_session *s, enum wechat_call call, struct slice query,
                            json_t *body, struct fault *fault)
{
    struct wechat_answer answer;
    if (wechat_session_ask(s, call, query, body, &answer, fault) < 0) {
        json_decref(answer.object);
        return NULL;
    }
    return answer.sent.outcome == SEND_OK ? answer.object : failed(s, call, &answer, fault);
}

/* One attempt. 0, or GW_E* when nothing could be asked; `answer` says the rest. */
static int upload_once(struct wechat_session *s, const struct slice parts[3],
                       struct wechat_answer *answer, struct fault *fault)
{
    struct http_call call = { 0 };
    struct http_result result;
    int rc = need_token(s, answer, fault);
    if (rc != 1)
        return rc;
    rc = wechat_upload_build(s->account, s->token, parts[0], parts[1], parts[2], &s->arena, &call,
                             fault);
    if (rc == GW_OK)
        rc = wechat_session_fetch(s, &call, ANSWER_MAX, &result, fault);
    if (rc == GW_OK)
        wechat_call_read(WECHAT_UPLOAD, &result, &s->arena, answer);
    return rc;
}

int wechat_session_upload(struct wechat_session *s, struct slice kind, struct slice name,
                          struct slice bytes, struct slice *media, struct fault *fault)
{
    const struct slice parts[] = { kind, name, bytes };
    struct wechat_answer answer = { 0 };
    int rc = upload_once(s, parts, &answer, fault);
    if (rc == GW_OK && answer.sent.outcome == SEND_NO_TOKEN) {
        s->token = SLICE("");
        json_decref(answer.object);
        answer = (struct wechat_answer){ 0 };
        rc = upload_once(s, parts, &answer, fault);
    }
    if (rc < 0)
        return rc;
    if (answer.sent.outcome != SEND_OK || answer.object == NULL) {
        failed(s, WECHAT_UPLOAD, &answer, fault);
        return GW_EPROTO;
    }
    *media = arena_dup(&s->arena, json_slice(answer.object, "media_id"));
    json_decref(answer.object);
    return GW_OK;
}
