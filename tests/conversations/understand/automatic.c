/* What a phone or a mailbox writes by itself, and what people write that looks like it. */
#include "tests/conversations/understand/world.h"

static void automatic_replies_are_known(void **state)
{
    static const char *const texts[] = {
        "您好，我现在不方便，稍后联系您",
        "您好，我现在不方便接听您的来电",
        "你好，我目前不在办公室",
        "我正在开会，稍后给您回电",
        "正在开车，稍后联系",
        "自动回复：有事请打电话",
        "[自动回复]我在开车",
        "【自动回复】您好",
        "（自动回复）收到",
        "您的短信已收到，我会尽快回复",
        "已收到您的信息，将尽快处理",
        "Out of office",
        "out of the office until Monday",
        "Automatic reply: hello",
        "auto-reply",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!understand_is_automatic(world_read(texts[i])))
            fail_msg("not taken for an automatic reply: %s", texts[i]);
}

static void people_are_not_taken_for_machines(void **state)
{
    static const char *const texts[] = {
        "你好，我现在不方便过去",
        "您好，我现在不能去",
        "你好，我现在不在普洱",
        "我现在有事，稍后再说",
        "现在忙 明天去",
        "上午开会 下午可以去",
        "我正在开会，活动去不了",
        "您好，我现在没空参加",
        "短信收到了",
        "好的，我会尽快过去",
        "开车的志愿者要不要",
        "我要当志愿者",
        "1",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (understand_is_automatic(world_read(texts[i])))
            fail_msg("taken for an automatic reply: %s", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(automatic_replies_are_known),
        cmocka_unit_test(people_are_not_taken_for_machines),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
