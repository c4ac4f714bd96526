#include "adapters/wechat/say.h"

#include <string.h>

#include "adapters/charset.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

/* What fits into a text; longer ones are cut or refused (wechat.md 3.2, 4.2). */
enum { TEXT_MAX = 2000 };

static json_t *message(struct slice openid, const char *type, json_t *content)
{
    json_t *body = json_object();
    json_put_slice(body, "touser", openid);
    json_object_set_new(body, "msgtype", json_string(type));
    json_object_set_new(body, type, content);
    return body;
}

static json_t *content_of(struct slice text, struct arena *a)
{
    json_t *content = json_object();
    json_put_slice(content, "content", utf8_cut(charset_clean(text, a), TEXT_MAX));
    return content;
}

json_t *say_text(struct slice openid, struct slice text, struct arena *a)
{
    return message(openid, "text", content_of(text, a));
}

json_t *say_image(struct slice openid, struct slice media_id)
{
    json_t *image = json_object();
    json_put_slice(image, "media_id", media_id);
    return message(openid, "image", image);
}

json_t *say_news(struct slice openid, const struct say_article *article, struct arena *a)
{
    json_t *one = json_object(), *list = json_array(), *news = json_object();
    json_put_slice(one, "title", charset_clean(article->title, a));
    json_put_slice(one, "description", charset_clean(article->description, a));
    json_put_slice(one, "url", article->url);
    json_put_slice(one, "picurl", article->picture);
    json_array_append_new(list, one);
    json_object_set_new(news, "articles", list);
    return message(openid, "news", news);
}

json_t *say_choices(struct slice openid, struct slice head, const struct slice *choices,
                    size_t count, struct slice tail, struct arena *a)
{
    json_t *menu = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_object();
        json_put_slice(item, "id", arena_printf(a, "%zu", i + 1));
        json_put_slice(item, "content", charset_clean(choices[i], a));
        json_array_append_new(list, item);
    }
    json_put_slice(menu, "head_content", charset_clean(head, a));
    json_object_set_new(menu, "list", list);
    json_put_slice(menu, "tail_content", charset_clean(tail, a));
    return message(openid, "msgmenu", menu);
}

json_t *say_typing(struct slice openid, bool on)
{
    json_t *body = json_object();
    json_put_slice(body, "touser", openid);
    json_object_set_new(body, "command", json_string(on ? "Typing" : "CancelTyping"));
    return body;
}

static bool is_key(struct slice key)
{
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
              c == '_'))
            return false;
    }
    return key.n > 0 && key.n <= SAY_KEY_MAX;
}

static int mass(json_t *body, struct slice text, struct slice key, struct arena *a, json_t **out,
                struct fault *fault)
{
    *out = NULL;
    if (!is_key(key) || text.n == 0 || text.n > TEXT_MAX) {
        json_decref(body);
        return fault_set(fault, GW_EINVAL,
                         is_key(key) ? "the text has %zu bytes: give 1 to %d"
                                     : "the key has %zu characters, or wrong ones: give 1 to 32 "
                                       "letters, digits, - and _",
                         is_key(key) ? text.n : key.n, TEXT_MAX);
    }
    json_object_set_new(body, "msgtype", json_string("text"));
    json_object_set_new(body, "text", content_of(text, a));
    json_put_slice(body, "clientmsgid", key);
    *out = body;
    return GW_OK;
}

int say_mass_tag(int64_t tag, struct slice text, struct slice key, struct arena *a, json_t **out,
                 struct fault *fault)
{
    json_t *filter = json_object(), *body = json_object();
    json_object_set_new(filter, "is_to_all", json_false());
    json_put_int(filter, "tag_id", tag);
    json_object_set_new(body, "filter", filter);
    json_put_int(body, "send_ignore_reprint", 0);
    return mass(body, text, key, a, out, fault);
}

int say_mass_list(json_t *openids, struct slice text, struct slice key, struct arena *a,
                  json_t **out, struct fault *fault)
{
    size_t n = json_array_size(openids);
    if (n < SAY_LIST_MIN || n > SAY_LIST_MAX)
        return fault_set(fault, GW_EINVAL, "the list has %zu openids: give %d to %d", n,
                         SAY_LIST_MIN, SAY_LIST_MAX);
    json_t *body = json_object();
    json_object_set(body, "touser", openids);
    return mass(body, text, key, a, out, fault);
}

json_t *say_mass_status(struct slice id)
{
    json_t *body = json_object();
    json_put_slice(body, "msg_id", id);
    return body;
}
