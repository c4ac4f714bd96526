/* An account of WeChat as a command uses it: its configuration, an access token, and calls that are
 * waited for. The token is the one a running gateway has too, as WeChat gives the same to everybody
 * who asks (stable_token). */
#ifndef GATEWAY_PROGRAM_WECHAT_SESSION_H
#define GATEWAY_PROGRAM_WECHAT_SESSION_H

#include "adapters/wechat/call.h"
#include "gateway/http_client.h"
#include "gateway/program/gateway.h"

struct wechat_session {
    struct installation in; /* with its catalogue */
    struct accounts accounts;
    const struct account *account;
    uv_loop_t loop;
    struct http_client *client;
    struct slice token; /* empty until one is asked for */
    struct arena arena;
    bool loop_ready;
};

/* Opens the data folder and finds the account by its name or full name. 0, or GW_E* with words. */
GW_MUSTCHECK int wechat_session_open(const char *config_file, const char *data_dir,
                                     const char *name, struct wechat_session *out,
                                     struct fault *fault);
/* Also after wechat_session_open failed. */
void wechat_session_close(struct wechat_session *s);

/* Any request: what came back is in the session's arena. `limit` is the largest answer in bytes. 0
 * or GW_EIO. */
GW_MUSTCHECK int wechat_session_fetch(struct wechat_session *s, const struct http_call *call,
                                      size_t limit, struct http_result *out, struct fault *fault);

/* A call, with a token, and once more when WeChat does not take it. Answers of any kind are a
 * success here: look at out->sent; the caller releases out->object. `body` is taken over. 0, or
 * GW_E* when nothing could be asked; of a token that WeChat does not give `out` says why. */
GW_MUSTCHECK int wechat_session_ask(struct wechat_session *s, enum wechat_call call,
                                    struct slice query, json_t *body, struct wechat_answer *out,
                                    struct fault *fault);
/* The same for those who need it to work: a new reference to the answer, or NULL with the fault
 * saying what WeChat did not do, why, and what to mend. */
json_t *wechat_session_call(struct wechat_session *s, enum wechat_call call, struct slice query,
                            json_t *body, struct fault *fault);
/* Uploads a file: its media id in the arena. 0 or GW_E*. */
GW_MUSTCHECK int wechat_session_upload(struct wechat_session *s, struct slice kind,
                                       struct slice name, struct slice bytes, struct slice *media,
                                       struct fault *fault);

/* What an answer means and what to do, in plain words, in the arena. */
struct slice wechat_advice(const struct wechat_answer *answer, struct arena *a);

#endif
