/* Which parts of a reply may travel as messages of their own, where a channel sends several. */
#include <string.h>

#include "conversations/catalogue.h"
#include "conversations/conversation.h"
#include "conversations/render.h"
#include "gateway/base/json.h"

enum { REPLIES_MAX = 65536 };

/* One that says where a conversation stands or what else is open: no message of its own. */
static bool is_line(const struct catalogue *c, const json_t *one)
{
    const char *id = json_text(one, "id", "");
    return strcmp(id, c->menu.resume->id) == 0 || strcmp(id, c->menu.still->id) == 0 ||
           strcmp(id, c->menu.second->id) == 0;
}

static size_t texts_in(const struct catalogue *c, const json_t *front)
{
    size_t i, n = 0;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)front, i, one) n += !is_line(c, one);
    return n;
}

/* Takes over `params`, and puts the lines that wait in front of it. */
static void add(json_t *out, const char *id, json_t *params, json_t *lines)
{
    if (json_array_size(lines) > 0) {
        json_object_set_new(params, "_front", json_copy(lines));
        json_array_clear(lines);
    }
    json_array_append_new(out, json_pack("{s:s, s:o}", "id", id, "params", params));
}

static json_t *split(const struct catalogue *c, const json_t *reply)
{
    const json_t *params = json_object_get(reply, "params");
    json_t *out = json_array(), *lines = json_array(), *one;
    json_t *last = json_copy((json_t *)(uintptr_t)params);
    size_t i;
    json_object_del(last, "_front");
    json_array_foreach(json_object_get(params, "_front"), i, one)
    {
        if (is_line(c, one)) {
            json_array_append(lines, one);
            continue;
        }
        json_t *alone = json_copy(json_object_get(one, "params"));
        /* Its links belong to the question that is open behind it. */
        json_object_set(alone, "_menu", json_object_get(params, "_menu"));
        add(out, json_text(one, "id", ""), alone, lines);
    }
    add(out, json_text(reply, "id", ""), last, lines);
    json_decref(lines);
    return out;
}

int catalogue_replies_apart(const struct catalogue *c, struct slice replies,
                            enum text_channel channel, struct arena *a, struct slice *out)
{
    struct fault fault = { 0 };
    *out = replies;
    json_t *list = json_read(replies, "replies", REPLIES_MAX, &fault);
    if (list == NULL)
        return GW_EDATA;
    const json_t *reply = json_array_get(list, 0);
    const json_t *params = json_object_get(reply, "params");
    int rc = GW_OK;
    if (json_array_size(list) == 1 && texts_in(c, json_object_get(params, "_front")) > 0)
        rc = render_follows(c, json_text(reply, "id", ""), params, channel) == 0;
    if (rc == 1) {
        json_t *apart = split(c, reply);
        *out = json_write(apart, a);
        json_decref(apart);
    }
    json_decref(list);
    return rc < 0 ? rc : GW_OK;
}
