/* People write anything at any moment: thousands of texts in random order, over the real data and
 * handlers. No turn may fail, every reply and every message of our own must render, and no SMS may
 * be longer than two segments. The order is the same every time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/segments.h"
#include "tests/conversations/support/fixtures.h"
#include "tests/conversations/support/world.h"

enum { TURNS = 4000, PEOPLE = 8, SEGMENTS_MAX = 2 };

static const char *const phones[PEOPLE] = {
    "13800000011", "13800000012", "13800000022", "13800000033",
    "13800000055", "13800000066", "13800000088", "13800000099",
};

static const char *const texts[] = {
    "我要当志愿者",
    "杨秀兰 1955 老街",
    "李国才 1953 老街",
    "李小宝 2015 老街",
    "李欣 2010 老街",
    "好",
    "好嘛",
    "1",
    "2",
    "3",
    "7",
    "36",
    "0",
    "对",
    "不对",
    "是呢",
    "要得",
    "不要",
    "谢谢",
    "收到",
    "R",
    "T",
    "N",
    "退",
    "停",
    "QX",
    "取消",
    "撤",
    "返回",
    "改",
    "帮助",
    "人工",
    "隐私",
    "我的资料",
    "改资料",
    "注销",
    "恢复",
    "全停",
    "活动",
    "有什么活动",
    "报名36",
    "报名37",
    "报名",
    "去不了",
    "到了",
    "来了",
    "我几星了",
    "为什么只有这点",
    "我有多少小时",
    "我的记录",
    "记时长",
    "昨天在敬老院干了三个半小时",
    "上午在敬老院包饺子 整了三个半钟头",
    "昨天",
    "三个半小时",
    "两个小时",
    "30个小时",
    "敬老院包饺子",
    "明天",
    "饺子那个我记错咯 只有两个半",
    "2 三个钟头",
    "喂喂 听得着没得",
    "我讲不清楚 找个人",
    "我家老倌摔倒了起不来",
    "名单36",
    "招募 周六上午9点到11点 老街社区打扫卫生 20人",
    "老街社区门口集合 自带扫把 坡陡路滑 服务社区居民",
    "审核",
    "全部同意",
    "4来了 11请假 17没来 3号只干一个钟头",
    "18",
    "结1",
    "回1 明天给您打电话",
    "授权 739164",
    "权限",
    "细看36",
    "帮孩子登记",
    "53080219650312998X",
    "我的身份证号是53080219650312998X 够了没",
    "13800000077",
    "老街",
    "1956",
    "王桂花",
    "莫再发了烦死人",
    "还去",
    "不去了",
    "换成导诊",
    "更多",
    "下页",
    "9",
    "36号改到周日上午9点 下雨",
    "签到",
    "散了",
    "36号散了",
    "还有没有缺人的活动",
};

static uint64_t state;

static size_t pick(size_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)((state >> 33) % n);
}

static int faults;

/* All of them are shown, the test fails at the end: one run tells everything. */
static void fault(int turn, const char *what, const char *which, struct slice text)
{
    print_error("turn %d: %s: %s: %.*s\n", turn, what, which, SLICE_ARG(text));
    faults++;
}

static void check_length(const char *what, struct slice text, int turn)
{
    if (segments_mainland(text) > SEGMENTS_MAX)
        fault(turn, "takes too many segments", what, text);
}

static void look_at_notices(struct world *w, int turn)
{
    struct outbox_row row;
    struct slice text;
    for (int i = 0; i < PEOPLE; i++)
        while (world_next_notice(w, phones[i], &row) > 0) {
            char id[80];
            snprintf(id, sizeof id, "%.*s", SLICE_ARG(row.message));
            if (world_message_text(w, CHANNEL_SMS, row.message, row.params, true, &text) < 0) {
                fault(turn, "cannot be rendered", id, row.params);
                continue;
            }
            check_length(id, text, turn);
        }
}

static void write_one(struct world *w, int turn)
{
    struct slice text;
    const char *said = texts[pick(sizeof texts / sizeof *texts)];
    bool wechat = pick(6) == 0;
    const char *who = phones[pick(PEOPLE)];
    world_speaker(w, wechat ? CHANNEL_WECHAT : CHANNEL_SMS, wechat ? "oLinli001" : who);
    if (world_say(w, slice_of(said), SLICE("")) < 0) {
        fault(turn, "fails", said, slice_of(w->error));
        return;
    }
    if (world_reply_text(w, true, &text) < 0) {
        fault(turn, "has a reply that cannot be rendered", said, slice_of(w->turn.replies[0].id));
        return;
    }
    if (w->channel == CHANNEL_SMS)
        check_length(said, text, turn);
}

static void any_order_of_texts_is_answered(void **unused)
{
    struct world *w = world_open(NULL);
    (void)unused;
    state = 20261125;
    assert_true(fixture_run(w, "station") >= 0);
    assert_true(fixture_run(w, "activity 36") >= 0);
    assert_true(fixture_run(w, "activity 37") >= 0);
    for (int turn = 0; turn < TURNS; turn++) {
        /* From seconds to hours: questions expire, timers fall due. */
        int64_t step = pick(50) == 0 ? 7200 : (int64_t)pick(90);
        if (world_move_clock(w, w->now + step) < 0)
            fail_msg("turn %d: a timer: %s", turn, w->error);
        write_one(w, turn);
        if (turn % 20 == 0)
            look_at_notices(w, turn);
    }
    look_at_notices(w, TURNS);
    world_close(w);
    assert_int_equal(faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(any_order_of_texts_is_answered) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
