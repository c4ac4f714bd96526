#include "gateway/program/wechat_menu.h"

#include <stdio.h>
#include <string.h>

#include "adapters/wechat/manage.h"
#include "conversations/understand/understand.h"
#include "gateway/base/json.h"

static void prove_key(const struct catalogue *c, const char *key, int64_t now, json_t *findings)
{
    struct arena a = { 0 };
    struct understood u = { 0 };
    const struct understander *reader = catalogue_understander(c);
    const struct reading *r = understand_read(reader, slice_of(key), CHANNEL_WECHAT, now, &a);
    understand_decide(reader, r, CONTEXT_NONE, &u);
    if (strcmp(u.intent, "unknown") == 0)
        json_array_append_new(
            findings, json_sprintf("conversations/menu.json: wechat: nobody understands the key "
                                   "'%s': give what a person would type",
                                   key));
    json_decref(u.slots);
    json_decref(u.also);
    arena_free(&a);
}

static void prove_buttons(const struct catalogue *c, const json_t *list, int64_t now,
                          json_t *findings)
{
    size_t i;
    json_t *button;
    json_array_foreach(list, i, button)
    {
        if (strcmp(json_text(button, "type", ""), "click") == 0)
            prove_key(c, json_text(button, "key", ""), now, findings);
        prove_buttons(c, json_object_get(button, "sub_button"), now, findings);
    }
}

void wechat_menu_prove(const struct catalogue *c, int64_t now, json_t *findings)
{
    struct fault fault = { 0 };
    const json_t *menu = catalogue_wechat_menu(c);
    if (menu == NULL)
        return;
    if (manage_menu_check(menu, &fault) < 0)
        json_array_append_new(findings,
                              json_sprintf("conversations/menu.json: wechat: %s", fault.text));
    prove_buttons(c, json_object_get(menu, "button"), now, findings);
}

static bool same_list(const json_t *a, const json_t *b);

static bool same_button(const json_t *a, const json_t *b)
{
    static const char *const members[] = { "type", "name", "key", "url", "appid", "pagepath" };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(json_text(a, members[i], ""), json_text(b, members[i], "")) != 0)
            return false;
    return same_list(json_object_get(a, "sub_button"), json_object_get(b, "sub_button"));
}

/* A list that is empty is as good as none. */
static bool same_list(const json_t *a, const json_t *b)
{
    if (json_array_size(a) != json_array_size(b))
        return false;
    for (size_t i = 0; i < json_array_size(a); i++)
        if (!same_button(json_array_get(a, i), json_array_get(b, i)))
            return false;
    return true;
}

bool wechat_menu_same(const json_t *a, const json_t *b)
{
    return same_list(json_object_get(a, "button"), json_object_get(b, "button"));
}

static void print_list(const json_t *list, int indent)
{
    size_t i;
    json_t *button;
    json_array_foreach(list, i, button)
    {
        const char *does = json_text(button, "key", json_text(button, "url", ""));
        printf("%*s%s%s%s\n", indent, "", json_text(button, "name", "?"),
               does[0] != '\0' ? " → " : "", does);
        print_list(json_object_get(button, "sub_button"), indent + 2);
    }
}

void wechat_menu_print(const json_t *menu)
{
    print_list(json_object_get(menu, "button"), 0);
}
