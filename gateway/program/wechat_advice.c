/* What a person has to do about what WeChat answered: the codes that a wrong configuration leads
 * to. */
#include <inttypes.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/program/wechat_session.h"

static const struct {
    int64_t code;
    const char *words;
} advice[] = {
    { 40013, "settings.app_id is not this account's AppID: copy it again from the platform "
             "(设置与开发 → 基本配置 → 开发者ID)" },
    { 40001, "settings.app_secret is not right: reset it in the platform (基本配置 → 重置 "
             "AppSecret) and put the new one into the configuration" },
    { 40125, "settings.app_secret is not right: reset it in the platform (基本配置 → 重置 "
             "AppSecret) and put the new one into the configuration" },
    { 40164,
      "this server's address is not on the IP allow-list: add it in the platform (基本配置 → "
      "IP白名单)" },
    { 61004,
      "this server's address is not on the IP allow-list: add it in the platform (基本配置 → "
      "IP白名单)" },
    { 45035,
      "this server's address is not on the IP allow-list: add it in the platform (基本配置 → "
      "IP白名单)" },
    { 40243, "the AppSecret is frozen: unfreeze it in the platform (基本配置)" },
    { 48001, "the account has no right to this: have it verified (微信认证); template messages, QR "
             "codes with scenes and mass messages to lists need a service account (服务号)" },
    { 40200, "this kind of account may not do this: it needs a verified service account (服务号)" },
    { 48003, "accept the agreement on mass messages in the platform (群发功能)" },
    { 48004,
      "WeChat has barred this for the account: the platform's notices (通知中心) say why and "
      "until when" },
    { 50004, "WeChat has barred the account from access tokens: see the platform's notices" },
    { 50007, "the account is frozen: see the platform's notices" },
    { 89501, "the account's administrator has to say yes on their phone; then try again" },
    { 89503, "the account's administrator has to say yes on their phone; then try again" },
    { 89506, "the administrator has refused: try again tomorrow and tell them before" },
    { 89507, "the administrator has refused: try again in an hour and tell them before" },
    { 45009, "today's calls of this kind are used up: they come back at midnight, or clear them "
             "once in the platform (接口权限 → 清零)" },
    { 40037, "a template's code in settings.templates is not one of this account's: copy its "
             "template_id from the platform" },
    { 40018, "shorten the buttons' names in the menu: 5 characters at the top" },
    { 40054, "put the domain of the menu's address on the account's list in the platform" },
    { 40055, "put the domain of the menu's address on the account's list in the platform" },
    { 46003, "the account has no menu yet" },
};

/* The address that WeChat names: "invalid ip 1.2.3.4 ipv6 …". */
static struct slice address_in(const struct wechat_answer *answer)
{
    struct slice text = json_slice(answer->object, "errmsg");
    ptrdiff_t at = slice_find(text, SLICE("invalid ip "));
    if (at < 0)
        return SLICE("");
    struct slice rest = slice_skip(text, (size_t)at + strlen("invalid ip "));
    size_t n = 0;
    while (n < rest.n && n < 45 && strchr("0123456789abcdef.:", rest.p[n]) != NULL)
        n++;
    return slice_head(rest, n);
}

struct slice wechat_advice(const struct wechat_answer *answer, struct arena *a)
{
    struct slice reason = answer->sent.reason, words = SLICE("");
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
        if (advice[i].code == answer->code)
            words = slice_of(advice[i].words);
    struct slice address = address_in(answer);
    if (address.n > 0)
        words = arena_printf(a, "%.*s: %.*s", SLICE_ARG(words), SLICE_ARG(address));
    struct slice out = words.n > 0
                           ? arena_printf(a, "%.*s (%" PRId64 ")", SLICE_ARG(words), answer->code)
                           : reason;
    return answer->rid.n > 0
               ? arena_printf(a, "%.*s, rid %.*s", SLICE_ARG(out), SLICE_ARG(answer->rid))
               : out;
}
