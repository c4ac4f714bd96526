/* Bodies of the calls that say something to followers (wechat.md 4.2, 4.5). Each is a new reference
 * for wechat_call_build. Texts are cleaned of what no text needs. Pure; any thread. */
#ifndef ADAPTERS_WECHAT_SAY_H
#define ADAPTERS_WECHAT_SAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* Customer-service messages. */
json_t *say_text(struct slice openid, struct slice text, struct arena *a);
json_t *say_image(struct slice openid, struct slice media_id);
/* One article: WeChat takes no more. `picture` and `url` are addresses. */
struct say_article {
    struct slice title, description, url, picture;
};
json_t *say_news(struct slice openid, const struct say_article *article, struct arena *a);
/* Choices to tap: what is tapped comes back as its text. `head` and `tail` may be empty. */
json_t *say_choices(struct slice openid, struct slice head, const struct slice *choices,
                    size_t count, struct slice tail, struct arena *a);
/* "typing …" for 15 s, or no longer. */
json_t *say_typing(struct slice openid, bool on);

/* Mass messages. `key` keeps WeChat from sending the same twice within 24 hours: 1 to 32 letters,
 * digits, '-' and '_'. 0, or GW_EINVAL. */
enum { SAY_LIST_MIN = 2, SAY_LIST_MAX = 10000, SAY_KEY_MAX = 32 };
GW_MUSTCHECK int say_mass_tag(int64_t tag, struct slice text, struct slice key, struct arena *a,
                              json_t **out, struct fault *fault);
/* `openids` is an array of strings, borrowed: 2 to 10,000. */
GW_MUSTCHECK int say_mass_list(json_t *openids, struct slice text, struct slice key,
                               struct arena *a, json_t **out, struct fault *fault);
/* Asks after one by the number it was given. */
json_t *say_mass_status(struct slice id);

#endif
