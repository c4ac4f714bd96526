#include "adapters/wechat/manage.h"

#include <string.h>

#include "gateway/base/json.h"

enum {
    BUTTONS_MAX = 3,
    BELOW_MAX = 5,
    TOP_NAME_MAX = 16,
    NAME_MAX_BYTES = 60,
    KEY_MAX = 128,
    URL_MAX = 1024,
    TAG_NAME_MAX = 30, /* the page says characters, the error bytes: the smaller */
    OWN_TAGS = 2,
};

/* What a type of button needs. */
static const struct {
    const char *type, *needs;
    size_t max;
} types[] = {
    { "click", "key", KEY_MAX },         { "view", "url", URL_MAX },
    { "scancode_push", "key", KEY_MAX }, { "scancode_waitmsg", "key", KEY_MAX },
    { "pic_sysphoto", "key", KEY_MAX },  { "pic_photo_or_album", "key", KEY_MAX },
    { "pic_weixin", "key", KEY_MAX },    { "location_select", "key", KEY_MAX },
    { "miniprogram", "appid", KEY_MAX },
};

static int check_type(const json_t *button, const char *name, struct fault *fault)
{
    const char *type = json_text(button, "type", "");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(type, types[i].type) != 0)
            continue;
        size_t n = json_slice(button, types[i].needs).n;
        return n > 0 && n <= types[i].max
                   ? GW_OK
                   : fault_set(fault, GW_EINVAL, "button '%s': \"%s\" needs 1 to %zu bytes", name,
                               types[i].needs, types[i].max);
    }
    return fault_set(fault, GW_EINVAL,
                     "button '%s': there is no type '%s': give click, view, scancode_waitmsg, "
                     "scancode_push, pic_photo_or_album, location_select or miniprogram",
                     name, type);
}

static int check_button(const json_t *button, size_t name_max, struct fault *fault)
{
    const char *name = json_text(button, "name", "");
    size_t n = strlen(name);
    if (n == 0 || n > name_max)
        return fault_set(fault, GW_EINVAL, "button '%s': its name has %zu bytes: 1 to %zu fit",
                         name, n, name_max);
    const json_t *below = json_object_get(button, "sub_button");
    if (below == NULL)
        return check_type(button, name, fault);
    size_t i, count = json_array_size(below);
    json_t *one;
    if (name_max != TOP_NAME_MAX || count == 0 || count > BELOW_MAX ||
        json_object_get(button, "type") != NULL)
        return fault_set(fault, GW_EINVAL,
                         "button '%s': \"sub_button\" holds 1 to %d, of a button without a type "
                         "that is at the top",
                         name, BELOW_MAX);
    json_array_foreach(below, i, one)
    {
        int rc = check_button(one, NAME_MAX_BYTES, fault);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

int manage_menu_check(const json_t *menu, struct fault *fault)
{
    const json_t *buttons = json_object_get(menu, "button");
    size_t i, count = json_array_size(buttons);
    json_t *one;
    if (count == 0 || count > BUTTONS_MAX)
        return fault_set(fault, GW_EINVAL, "\"button\" is a list of 1 to %d", BUTTONS_MAX);
    json_array_foreach(buttons, i, one)
    {
        int rc = check_button(one, TOP_NAME_MAX, fault);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

static bool is_scene(struct slice scene)
{
    for (size_t i = 0; i < scene.n; i++) {
        char c = scene.p[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
              strchr("_-:.@", c) != NULL))
            return false;
    }
    return scene.n > 0 && scene.n <= MANAGE_SCENE_MAX;
}

int manage_qr(struct slice scene, bool permanent, int64_t seconds, json_t **out,
              struct fault *fault)
{
    *out = NULL;
    if (!is_scene(scene))
        return fault_set(fault, GW_EINVAL,
                         "the scene has %zu characters, or wrong ones: give 1 to %d letters, "
                         "digits and _-:.@",
                         scene.n, MANAGE_SCENE_MAX);
    if (!permanent && (seconds < 1 || seconds > MANAGE_QR_LONGEST_S))
        return fault_set(fault, GW_EINVAL,
                         "a code that is not permanent lives 1 to %d seconds (30 days)",
                         MANAGE_QR_LONGEST_S);
    json_t *name = json_object(), *info = json_object();
    *out = json_object();
    json_put_slice(name, "scene_str", scene);
    json_object_set_new(info, "scene", name);
    if (!permanent)
        json_put_int(*out, "expire_seconds", seconds);
    json_object_set_new(*out, "action_name",
                        json_string(permanent ? "QR_LIMIT_STR_SCENE" : "QR_STR_SCENE"));
    json_object_set_new(*out, "action_info", info);
    return GW_OK;
}

int manage_tag_create(struct slice name, json_t **out, struct fault *fault)
{
    *out = NULL;
    if (name.n == 0 || name.n > TAG_NAME_MAX)
        return fault_set(fault, GW_EINVAL,
                         "the tag's name has %zu bytes: give 1 to %d (a Chinese character has 3)",
                         name.n, TAG_NAME_MAX);
    json_t *tag = json_object();
    json_put_slice(tag, "name", name);
    *out = json_object();
    json_object_set_new(*out, "tag", tag);
    return GW_OK;
}

int manage_tag_delete(int64_t tag, json_t **out, struct fault *fault)
{
    *out = NULL;
    if (tag <= OWN_TAGS)
        return fault_set(fault, GW_EINVAL, "tags 0 to %d are WeChat's own and stay", OWN_TAGS);
    json_t *one = json_object();
    json_put_int(one, "id", tag);
    *out = json_object();
    json_object_set_new(*out, "tag", one);
    return GW_OK;
}

json_t *manage_tag_members(int64_t tag, const json_t *openids, size_t from)
{
    json_t *body = json_object(), *list = json_array();
    for (size_t i = from; i < json_array_size(openids) && i < from + MANAGE_TAG_LIST_MAX; i++)
        json_array_append(list, json_array_get(openids, i));
    json_object_set_new(body, "openid_list", list);
    json_put_int(body, "tagid", tag);
    return body;
}

json_t *manage_tag_page(int64_t tag, struct slice after)
{
    json_t *body = json_object();
    json_put_int(body, "tagid", tag);
    json_put_slice(body, "next_openid", after);
    return body;
}

json_t *manage_callback_check(void)
{
    json_t *body = json_object();
    json_object_set_new(body, "action", json_string("all"));
    json_object_set_new(body, "check_operator", json_string("DEFAULT"));
    return body;
}
