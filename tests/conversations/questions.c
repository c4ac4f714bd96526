/* Several open questions: the words that work everywhere, wishes on top of wishes, gates, crossed
 * texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "tests/conversations/support/dialogue.h"
#include "tests/conversations/support/tiny.h"

static int64_t sessions(struct world *w)
{
    return support_count(w->support, "SELECT COUNT(*) FROM sessions");
}

/* the table of words, scripts.md section 0 */

struct word_case {
    const char *word;
    const char *nothing, *yes_no, *list, *recruit, *other;
};

static void open_column(struct world *w, int column)
{
    if (column == 1)
        expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    if (column == 2)
        expect(w, "我几星了", "star.who");
    if (column == 3)
        dialogue_ask_by_us(w, "recruit.ask", "{}");
    if (column == 4)
        expect(w, "记时长 昨天敬老院", "hours.how_long");
}

static void words_mean_what_the_table_says(void **state)
{
    static const struct word_case cases[] = {
        { "R", "out.done", "out.done", "out.done", "out.done", "out.done" },
        { "退订", "out.done", "out.done", "out.done", "out.done", "out.done" },
        { "N", "out.done", "hours.how_long", "star.who", "out.done", "hours.how_long.again" },
        { "退", "out.done", "out.done", "out.done", "out.done", "out.done" },
        { "QX", "nothing.cancel", "hours.how_long", "left", "recruit.no", "left" },
        { "取消", "nothing.cancel", "hours.how_long", "left", "recruit.no", "left" },
        { "停", "out.done", "hours.how_long", "left", "out.done", "left" },
        { "0", "help", "left", "left", "help", "left" },
        { "1", "unknown", "hours.recorded", "star.is", "recruit.yes", "hours.confirm" },
        { "帮助", "help", "help", "help", "help", "hours.help" },
        { "人工", "human.wait", "human.wait", "human.wait", "human.wait", "human.wait" },
    };
    (void)state;
    tiny_knobs.people = 2;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const expected[] = { cases[i].nothing, cases[i].yes_no, cases[i].list,
                                         cases[i].recruit, cases[i].other };
        for (int column = 0; column < 5; column++) {
            struct world *w = world_open(dialogue_catalogue());
            open_column(w, column);
            if (world_say(w, slice_of(cases[i].word), SLICE("")) < 0)
                fail_msg("%s, column %d: %s", cases[i].word, column, w->error);
            const char *got = w->turn.reply_count > 0 ? w->turn.replies[0].id : "";
            if (strcmp(got, expected[column]) != 0)
                fail_msg("%s, column %d: [%s], expected [%s]", cases[i].word, column, got,
                         expected[column]);
            world_close(w);
        }
    }
}

static void opting_out_leaves_the_question_open(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "R", "out.done");
    assert_string_equal(w->turn.flow, "hours");
    expect(w, "1", "hours.recorded");
}

struct asked_call {
    int64_t address, at;
};

static int look_asked(struct world *w, const struct service *s, void *context)
{
    struct asked_call *call = context;
    struct address a;
    int rc = people_address(s->tx, s->vault, s->ids, slice_of(w->realm), slice_of(w->sender),
                            SLICE(""), s->now, s->arena, &a);
    return rc < 0 ? rc : people_asked_at(s->tx, a.id, s->now, &call->at);
}

/* When the open question was asked, as a broadcast sees it. */
static int64_t asked_at(struct world *w)
{
    struct asked_call call = { 0 };
    assert_true(world_transact(w, look_asked, &call) >= 0);
    return call.at;
}

static void it_is_known_when_a_question_was_asked(void **state)
{
    struct world *w = *state;
    int64_t begin = w->now;
    assert_int_equal(asked_at(w), 0);
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    assert_int_equal(asked_at(w), begin);
    assert_int_equal(world_move_clock(w, begin + 5 * MINUTE), 0);
    expect(w, "R", "out.done"); /* the question stays, as old as it was */
    assert_int_equal(asked_at(w), begin);
    expect(w, "喂喂听得着没得", "hours.confirm"); /* asked again */
    assert_int_equal(asked_at(w), begin + 5 * MINUTE);
    world_restart(w);
    assert_int_equal(asked_at(w), begin + 5 * MINUTE);
    assert_int_equal(world_move_clock(w, begin + 8 * MINUTE), 0);
    dialogue_ask_by_us(w, "recruit.ask", "{}");
    assert_int_equal(asked_at(w), begin + 8 * MINUTE);
    assert_int_equal(world_move_clock(w, begin + 9 * MINUTE), 0);
    expect(w, "1", "which"); /* which of the two: a question as well */
    assert_int_equal(asked_at(w), begin + 9 * MINUTE);
    expect(w, "3", "hours.recorded");
    assert_int_equal(asked_at(w), 0);
}

static void thanks_cost_no_sms(void **state)
{
    struct world *w = *state;
    expect(w, "谢谢", "");
    assert_int_equal(sessions(w), 0);
    world_speaker(w, CHANNEL_WECHAT, "oLinli001");
    expect(w, "谢谢", "courtesy");
}

static void back_asks_the_question_before(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    expect(w, "敬老院包饺子", "hours.when");
    expect(w, "昨天", "hours.how_long");
    expect(w, "返回", "hours.when");
    expect(w, "前天", "hours.how_long");
    expect(w, "0", "hours.when");
    expect(w, "0", "hours.what");
    expect(w, "0", "left");
    assert_null(w->turn.flow);
}

static void danger_goes_before_everything(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    expect(w, "我家老倌摔倒了起不来", "safety");
    assert_string_equal(w->turn.flow, "hours");
}

/* several questions */

static void a_new_wish_goes_on_top_and_the_old_stays(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "记时长 昨天敬老院", "hours.how_long");
    expect(w, "我几星了", "star.who");
    expect(w, "2", "star.is+still");
    expect_text(w, "李国才：还没有星。记敬老院还没完。");
    assert_string_equal(w->turn.flow, "hours");
    expect(w, "两个小时", "hours.confirm");
}

static void a_wish_that_is_open_already_goes_on(void **state)
{
    struct world *w = *state;
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
    expect(w, "1", "join.done");
    assert_null(w->turn.flow);
}

static void a_contradiction_opens_a_second(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "前天在图书馆干了两个小时", "hours.confirm");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 120);
    expect(w, "1", "hours.recorded+still");
    expect(w, "1", "hours.recorded");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 210);
    assert_int_equal(tiny_knobs.reports, 2);
}

static void a_search_begins_anew(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 1;
    expect(w, "星期天有哪样活动", "list");
    expect_text(w, "29日：1杨秀兰。回号。");
    expect(w, "有没有敬老院的活动", "list");
    expect_text(w, "找敬老院：1杨秀兰。回号。");
}

static void our_question_opens_its_flow(void **state)
{
    struct world *w = *state;
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "offer.yes");
    expect_text(w, "老街打扫是您的了。");
    expect(w, "1", "unknown");
}

static void our_question_has_an_end(void **state)
{
    struct world *w = *state;
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    w->now += DAY + 1;
    expect(w, "1", "unknown");
}

static void an_unknown_question_of_ours_is_ignored(void **state)
{
    struct world *w = *state;
    dialogue_ask_by_us(w, "no.such.message", "{}");
    expect(w, "1", "unknown");
}

static void texts_that_crossed_are_sorted_out(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    w->now += HOUR;
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    w->now += 3 * MINUTE;
    expect(w, "1", "which");
    expect_text(w, "请问您的1是：1老街打扫的空位 2记敬老院 3两样都要。回1、2或3。");
    expect(w, "2", "hours.recorded+still");
    expect(w, "2", "offer.no");
}

static void both_may_be_meant(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "which");
    expect(w, "3", "hours.recorded");
    assert_int_equal(tiny_knobs.reports, 1);
    assert_null(w->turn.flow);
}

/* The 2 may mean the hours or a third question that came meanwhile: it is not given to the older
 * offer. */
static void a_third_question_is_not_mistaken_for_one_of_two(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "which");
    w->now += MINUTE;
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"湖边打扫\"}");
    w->now += MINUTE;
    expect(w, "2", "which");
    expect_text(w, "请问您的2是：1湖边打扫的空位 2老街打扫的空位 3两样都要。回1、2或3。");
}

static void what_is_no_number_ends_the_asking_which(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "which");
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
}

static void after_ten_minutes_the_newest_is_meant(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    w->now += 10 * MINUTE;
    expect(w, "1", "offer.yes+still");
    expect(w, "1", "hours.recorded");
}

static void five_questions_stay_open(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 6; i++) {
        char params[60];
        snprintf(params, sizeof params, "{\"title\": \"第%d个\"}", i);
        dialogue_ask_by_us(w, "offer.ask", params);
        w->now += 11 * MINUTE;
    }
    for (int i = 5; i > 0; i--) {
        expect(w, "1", i > 1 ? "offer.yes+still" : "offer.yes");
        char title[40];
        snprintf(title, sizeof title, "第%d个", i);
        assert_string_equal(json_text(w->turn.replies[0].params, "title", ""), title);
    }
    expect(w, "1", "unknown");
}

/* gates, optional questions */

static void a_stranger_registers_and_the_wish_goes_on(void **state)
{
    struct world *w = *state;
    expect(w, "报名3", "join.ask");
    expect_text(w, "登记吗？报名要先登记。登记回1。");
    expect(w, "1", "wish.done");
    assert_null(w->turn.flow);
}

static void a_wish_is_dropped_with_the_registration(void **state)
{
    struct world *w = *state;
    expect(w, "报名3", "join.ask");
    expect(w, "2", "join.off");
    assert_null(w->turn.flow);
    expect(w, "报名3", "join.ask");
    expect(w, "停", "join.off");
    expect(w, "1", "unknown");
}

static void a_member_passes(void **state)
{
    struct world *w = *state;
    tiny_knobs.member = true;
    expect(w, "报名3", "wish.done");
}

static void who_may_not_is_told(void **state)
{
    struct world *w = *state;
    expect(w, "招募 周六上午9点到11点 老街打扫 20人", "organizers.only");
    assert_null(w->turn.flow);
}

static void any_wish_closes_an_optional_question(void **state)
{
    struct world *w = *state;
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
    expect(w, "我几星了", "star.is");
    assert_null(w->turn.flow);
}

static void thanks_leave_an_optional_question(void **state)
{
    struct world *w = *state;
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
    expect(w, "谢谢", "");
    assert_string_equal(w->turn.step, "news");
}

static void what_a_flow_leaves_another_takes(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "我几星了", "star.who");
    expect(w, "李国才", "star.is");
    expect(w, "我有多少小时", "star.why");
    expect_text(w, "李国才：没有记录。");
    w->now += 31 * MINUTE;
    expect(w, "我有多少小时", "star.why");
    expect_text(w, "没有记录。");
}

static void a_word_must_name_one_choice(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 3;
    expect(w, "我几星了", "star.who");
    expect(w, "才", "star.who");
    expect(w, "有才", "star.is");
    expect_text(w, "段有才：还没有星。");
}

static void a_number_not_shown_is_no_choice(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "我几星了", "star.who");
    expect(w, "7", "star.who");
    expect(w, "2", "star.is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(words_mean_what_the_table_says),
        IN_A_WORLD(opting_out_leaves_the_question_open),
        IN_A_WORLD(it_is_known_when_a_question_was_asked),
        IN_A_WORLD(thanks_cost_no_sms),
        IN_A_WORLD(back_asks_the_question_before),
        IN_A_WORLD(danger_goes_before_everything),
        IN_A_WORLD(a_new_wish_goes_on_top_and_the_old_stays),
        IN_A_WORLD(a_wish_that_is_open_already_goes_on),
        IN_A_WORLD(a_contradiction_opens_a_second),
        IN_A_WORLD(a_search_begins_anew),
        IN_A_WORLD(our_question_opens_its_flow),
        IN_A_WORLD(our_question_has_an_end),
        IN_A_WORLD(an_unknown_question_of_ours_is_ignored),
        IN_A_WORLD(texts_that_crossed_are_sorted_out),
        IN_A_WORLD(a_third_question_is_not_mistaken_for_one_of_two),
        IN_A_WORLD(both_may_be_meant),
        IN_A_WORLD(what_is_no_number_ends_the_asking_which),
        IN_A_WORLD(after_ten_minutes_the_newest_is_meant),
        IN_A_WORLD(five_questions_stay_open),
        IN_A_WORLD(a_stranger_registers_and_the_wish_goes_on),
        IN_A_WORLD(a_wish_is_dropped_with_the_registration),
        IN_A_WORLD(a_member_passes),
        IN_A_WORLD(who_may_not_is_told),
        IN_A_WORLD(any_wish_closes_an_optional_question),
        IN_A_WORLD(thanks_leave_an_optional_question),
        IN_A_WORLD(what_a_flow_leaves_another_takes),
        IN_A_WORLD(a_word_must_name_one_choice),
        IN_A_WORLD(a_number_not_shown_is_no_choice),
    };
    dialogue_begin();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dialogue_end();
    return failed;
}
