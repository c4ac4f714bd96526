/* The menu of an official account, from "wechat" of conversations/menu.json. */
#ifndef GATEWAY_PROGRAM_WECHAT_MENU_H
#define GATEWAY_PROGRAM_WECHAT_MENU_H

#include "conversations/conversation.h"

/* Whether WeChat takes the menu and every button that is tapped says something that is understood:
 * a finding each is appended to `findings` (strings). `now` dates what is read. */
void wechat_menu_prove(const struct catalogue *c, int64_t now, json_t *findings);

/* Whether two menus show and do the same: WeChat gives back more members than it was given. */
bool wechat_menu_same(const json_t *a, const json_t *b);

/* A line a button, those below another set in. */
void wechat_menu_print(const json_t *menu);

#endif
