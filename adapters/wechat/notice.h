/* Which message an account may also send as a template or subscription message, and its fields
 * (wechat.md 4.3, 4.4): settings.templates, in the form of adapters/sms/templates.h with two keys
 * more: "kind": "template" (when left out) or "subscription", and "url", where a tap on it leads.
 * Pure; any thread. */
#ifndef ADAPTERS_WECHAT_NOTICE_H
#define ADAPTERS_WECHAT_NOTICE_H

#include "adapters/sms/templates.h"

struct wechat_notice {
    const struct message_template *template; /* its code is WeChat's template_id */
    bool subscription;                       /* needs the person's consent, one for each message */
    struct slice url;                        /* https://…; empty: none */
};
struct wechat_notices {
    struct wechat_notice *list;
    size_t count;
};

/* Reads the setting, which may be NULL. 0, or GW_ECONFIG naming the message. */
GW_MUSTCHECK int wechat_notices_read(const struct account *account, json_t *map, struct arena *a,
                                     struct wechat_notices *out, struct fault *fault);
/* NULL when the message has none. */
const struct wechat_notice *wechat_notice_find(const struct wechat_notices *n,
                                               struct slice message);

/* Characters that a field shows, by its name: thing1 20, name2 10, phrase3 5 …; 0: it is not cut
 * (times and the like, whose shape is fixed). */
int wechat_notice_limit(struct slice field);

/* The body of the call: the recipient, the template and its fields, each cut to what is shown, with
 * "…" at its end, and without line ends. `key` is the number of the message of ours: the same goes
 * once within 10 minutes. 0, or GW_EINVAL when the message lacks a parameter. */
GW_MUSTCHECK int wechat_notice_body(const struct account *account, const struct wechat_notice *n,
                                    const struct outbound *message, struct arena *a, json_t **body,
                                    struct fault *fault);

/* What `linli check` says of a field that its example does not fit into: the number of parameter
 * `i`'s characters beyond what is shown. A limit in the settings ("max") says that the cut is
 * meant. */
size_t wechat_notice_cut(const struct wechat_notice *n, size_t i, const json_t *params);

#endif
