/* linli wechat: what its verbs have in common. One function a verb; wechat.c is their table. */
#ifndef GATEWAY_PROGRAM_WECHAT_CLI_H
#define GATEWAY_PROGRAM_WECHAT_CLI_H

#include "gateway/program/wechat_session.h"

struct wechat_cli {
    struct wechat_session session;
    const char *word; /* behind the account: a scene, an openid, a file; NULL: none */
    bool as_json;
    bool push, show, remove, permanent, stop;
    int64_t seconds, tag, confirm;
    const char *station, *create, *add, *take, *list;
    const char *text, *image, *title, *link, *picture, *choices;
    const char *key, *status, *kind;
};

/* Each prints its result: 0, or GW_E* with words. */
GW_MUSTCHECK int wechat_run_menu(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_qr(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_user(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_tags(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_mass(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_send(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_typing(struct wechat_cli *c, struct fault *fault);
GW_MUSTCHECK int wechat_run_upload(struct wechat_cli *c, struct fault *fault);

/* Prints an answer as one line of JSON, and releases it. */
void wechat_print_json(json_t *answer);
/* The bytes of a file of at most `max`, in the arena. 0, GW_EIO or GW_ETOOBIG. */
GW_MUSTCHECK int wechat_read_file(const char *path, size_t max, struct arena *a, struct slice *out,
                                  struct fault *fault);
/* Openids of a file, one a line: a new array, or NULL with the fault naming the line. */
json_t *wechat_read_openids(const char *path, struct fault *fault);

#endif
